"""The server: what can be read, what is refused, and what a page may do."""

import gzip
import json
import subprocess
import sys

import pytest

from stationkeep.cli import main
from stationkeep.web.app import create_app
from stationkeep.web.ask import Limits
from stationkeep.web.jobs import Jobs

from .conftest import QUESTION


def test_pages_have_json_twins(client):
    about = client.get("/api/about").json()
    assert about["name"] == "stationkeep" and "iss-2022" in about["scenarios"]
    record = client.get("/api/record")
    assert record.headers["etag"]
    told = record.json()
    assert len(told["flights"]) > 300 and len(told["parts"]) > 80
    assert all(2.0 < v["width_m"] < 5.0 for v in told["vehicles"] if v["id"] != "shuttle"), "every ship is seen"
    assert client.get("/api/record", headers={"if-none-match": record.headers["etag"]}).status_code == 304
    assert client.get("/api/scenarios/iss-2022").json()["data"]["title"]
    assert client.get("/api/jobs").json() == {"jobs": []}


def test_openapi_names_every_address_and_loads_nothing_from_elsewhere(client):
    document = client.get("/api/openapi.json").json()
    assert {"/api/record", "/api/jobs", "/api/jobs/{job}", "/api/dependence", "/api/check"} <= set(document["paths"])
    assert client.get("/docs").status_code == 404
    page = client.get("/").text
    assert "http://" not in page and "https://" not in page


def test_strict_headers(client):
    headers = client.get("/").headers
    assert "unsafe" not in headers["content-security-policy"] and "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers


def test_forged_host_is_refused(client):
    for host in ("evil.example", "127.0.0.1.evil.example", ""):
        assert client.get("/api/about", headers={"host": host}).status_code == 400


def test_writes_from_another_site_are_refused(client):
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "http://evil.example"}, {"origin": "null"}):
        assert client.post("/api/jobs", json=QUESTION, headers=headers).status_code == 403
    assert client.post("/api/jobs", json=QUESTION, headers={"origin": "http://testserver"}).status_code == 202


def test_bodies_are_limited(client):
    assert client.post("/api/check", content=b"{}", headers={"content-length": str(300_000_000)}).status_code == 413
    sent = 0

    def chunks():
        nonlocal sent
        for _ in range(300):
            sent += 1
            yield b"x" * 1_000_000

    assert client.post("/api/check", content=chunks()).status_code == 413


@pytest.mark.parametrize("path", [
    "/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2fapp.py", "/api/jobs/..%2f..%2fjobs.sqlite/verdict.json",
    "/api/jobs/0123456789abcdef/..%2f..%2f..%2fjobs.sqlite", "/api/scenarios/..%2f..%2f__init__", "/app.py", "/api/jobs/a/b/c",
])  # fmt: skip
def test_paths_stay_inside(client, path):
    answer = client.get(path)
    assert answer.status_code in (400, 404)
    assert b"root:" not in answer.content and b"SQLite" not in answer.content


def test_messages_are_those_of_the_command_line(client, tmp_path, capsys):
    text = "base: iss-2022\ntitle: x\nflights:\n  soyuz: {every_d: -3, prot: unity-nadir}\n"
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(SystemExit):
        main(["validate", str(tmp_path / "mine.yaml"), "--json"])
    there = json.loads(capsys.readouterr().out)["problems"]
    here = client.post("/api/check", json={"yaml": text, "file": "mine.yaml"})
    assert here.status_code == 200 and not here.json()["ok"]
    keys = ("line", "path", "message", "advice")
    assert [{k: p[k] for k in keys} for p in here.json()["problems"]] == [{k: p[k] for k in keys} for p in there]


def test_messages_name_the_field_that_was_changed(client):
    changes = {"futures.after-2024.events.leave.on": "2024-13-01", "flights.soyuz.every_d": -1}
    answer = client.post("/api/check", json={"scenario": "iss-partner-leaves", "changes": changes})
    assert {p["path"].rsplit(".at")[0] for p in answer.json()["problems"]} >= {"flights.soyuz.every_d", "futures.after-2024.events.leave.on"}


def test_a_sent_scenario_reads_no_file_of_the_server(client, tmp_path):
    secret = tmp_path / "secret.yaml"
    secret.write_text("title: secret words\n")
    for base in (str(secret), "../secret.yaml", "/etc/passwd", "file:///etc/passwd"):
        answer = client.post("/api/check", json={"yaml": f"base: {base}\ntitle: x\n"})
        assert not answer.json()["ok"] and "secret words" not in answer.text and "root:" not in answer.text
        assert "no packaged scenario" in answer.json()["problems"][0]["message"]


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{c}: &{c} [*{p},*{p},*{p},*{p},*{p},*{p},*{p},*{p},*{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True))


@pytest.mark.parametrize("text", [
    BOMB, "a: &a [*a]", "!!python/object/apply:os.system ['id']", "[" * 5000, "\t- :", "", "null", "title: \ud800", "base: [1]", "? {a: 1}\n: 2",
    "base: iss-2022\nhorizon: 9999-12-31", "base: iss-2022\nflights: {x: {vehicle: soyuz-ms, every_d: 0.0001}}",
    "base: iss-2022\nfutures: 3", "base: iss-2022\nstations: {iss: {altitude_km: .nan}}", "title: x\u0000y",
])  # fmt: skip
def test_hostile_yaml_is_refused_with_a_message(client, text):
    body = json.dumps({"yaml": text}).encode()
    answer = client.post("/api/jobs", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert all(p["message"] for p in answer.json()["problems"])


@pytest.mark.parametrize("body", [
    b"[" * 100_000, b"\xff\xfe", b"{", b"null", b'{"scenario": 1e999}', b'{"scenario": "iss-2022", "runs": NaN}', b'{"scenario": "iss-2022", "seed": -1}',
    b'{"scenario": "iss-2022", "changes": {"flights.soyuz.every_d": NaN}}', b'{"scenario": "iss-2022", "changes": {"": 1, "..": 2, "a.": {}}}',
    b'{"scenario": "iss-2022", "changes": {"title.x": 1}}', b'{"scenario": "iss-2022", "changes": {"title": "\\ud800"}}', b'{"scenario": "\\ud800"}',
    b'{"scenario": "iss-2022", "changes": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}",
])  # fmt: skip
def test_hostile_json_is_refused_without_failing(client, body):
    assert client.post("/api/jobs", content=body, headers={"content-type": "application/json"}).status_code in (400, 422)


def test_limits_say_what_would_be_taken(client):
    big = client.post("/api/jobs", json=QUESTION | {"runs": 5000}).json()["problems"][0]
    assert "at most 1000" in big["advice"]
    far = client.post("/api/jobs", json={"scenario": "iss-2022", "changes": {"horizon": "2190-01-01"}}).json()["problems"][0]
    assert far["path"] == "horizon"


def test_many_jobs_are_refused_when_the_queue_is_full(tmp_path, client_of):
    client = client_of(create_app(tmp_path, workers=0, limits=Limits(queued=3), hosts=frozenset({"testserver"})))
    answers = [client.post("/api/jobs", json=QUESTION) for _ in range(5)]
    codes = [answer.status_code for answer in answers]
    assert codes == [202] * 3 + [429] * 2
    assert answers[-1].headers["retry-after"] and "jobs wait" in answers[-1].json()["problems"][0]["message"]
    first = answers[0].json()["id"]
    assert client.delete(f"/api/jobs/{first}").json()["state"] == "cancelled"
    assert client.delete(f"/api/jobs/{first}").status_code == 409
    assert client.get(f"/api/jobs/{first}/verdict.json").status_code == 404
    assert client.get(f"/api/jobs/{answers[1].json()['id']}/verdict.json").status_code == 409


def test_results_and_waiting_jobs_survive_a_restart(tmp_path, client_of):
    before = Jobs(tmp_path)
    done, waiting = (before.submit("run", title, {}, {"asked.yaml": "title: x\n"}, 9) for title in ("done", "waiting"))
    assert before.claim("w")["id"] == done
    (before.folder(done) / "verdict.json.gz").write_bytes(gzip.compress(b'{"headline":"x"}'))
    before.finish(done, "w", "done")
    client = client_of(create_app(tmp_path, workers=0, hosts=frozenset({"testserver"})))
    states = {job["title"]: job["state"] for job in client.get("/api/jobs").json()["jobs"]}
    assert states == {"done": "done", "waiting": "queued"}
    told = client.get(f"/api/jobs/{done}/verdict.json")
    assert told.json() == {"headline": "x"} and told.headers["content-encoding"] == "gzip"
    plain = client.get(f"/api/jobs/{done}/verdict.json", headers={"accept-encoding": "identity"})
    assert plain.content == b'{"headline":"x"}' and "content-encoding" not in plain.headers
    assert client.get(f"/api/jobs/{done}/verdict.json", headers={"if-none-match": told.headers["etag"]}).status_code == 304
    assert Jobs(tmp_path).claim("another")["id"] == waiting


def test_a_token_is_asked_of_everyone(tmp_path, client_of):
    client = client_of(create_app(tmp_path, workers=0, hosts=frozenset({"testserver"}), token="s3cret"))
    assert client.get("/").status_code == 401
    assert client.get("/api/about", headers={"authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/api/about", headers={"authorization": "Bearer s3cret"}).status_code == 200
    assert client.get("/?token=wrong").status_code == 401
    opened = client.get("/?token=s3cret", follow_redirects=False)
    assert opened.status_code == 303 and opened.headers["location"] == "/"
    assert "httponly" in opened.headers["set-cookie"].lower() and "strict" in opened.headers["set-cookie"].lower()
    assert client.get("/api/about").status_code == 200


@pytest.mark.parametrize("arguments, told", [
    (["--host", "0.0.0.0"], "other machines"), (["--port", "99999"], "no port"), (["--workers", "0"], "at least 1"),
])  # fmt: skip
def test_serve_refuses_what_is_unsafe(arguments, told, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["serve", *arguments])
    assert ended.value.code == 2 and told in capsys.readouterr().err


def test_the_server_does_not_load_the_engine():
    code = (
        "import sys, tempfile, pathlib; from stationkeep.web.app import create_app, _record, _scenarios\n"
        "create_app(pathlib.Path(tempfile.mkdtemp()), workers=0); _record(); _scenarios()\n"
        "print([m for m in ('numba', 'xarray', 'scipy', 'pandas', 'matplotlib') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.stdout.strip() == "[]", ran.stdout + ran.stderr

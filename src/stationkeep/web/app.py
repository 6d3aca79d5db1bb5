"""The server: pages, their JSON, and the queue. Simulates nothing itself."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from zipfile import ZIP_STORED, ZipFile

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles

import stationkeep as sk

from .ask import Limits, Moment, Pair, Question, RefusedError, build, check_size, packaged
from .guards import Guard
from .jobs import OPEN_STATES, Jobs, QueueFullError, problem
from .pool import Pool

STATIC = Path(__file__).parent / "static"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
REPORT_POLICY = "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""A report is one file with its styles inside; it may show itself and nothing else."""
FILES = {
    "verdict.json": "application/json", "view.json": "application/json", "plan.json": "application/json", "compare.json": "application/json",
    "scenario.yaml": "application/yaml", "report.html": "text/html; charset=utf-8", "dataset.nc": "application/x-netcdf",
    "dataset.zip": "application/zip", "bands.csv": "text/csv; charset=utf-8", "flights.csv": "text/csv; charset=utf-8", "orbit.oem": "text/plain; charset=utf-8",
    "orbit.czml": "application/json", **{f"view-{i}.json": "application/json" for i in range(Limits.futures)},
}  # fmt: skip
"""What a job may leave, and what kind of file it is."""
REFUSALS: dict[int | str, dict[str, Any]] = {
    404: {"description": "there is no such thing"}, 409: {"description": "not yet, or no more"},
    413: {"description": "too much was sent"}, 422: {"description": "cannot be used; `problems` say what and why"},
    429: {"description": "too many jobs wait"},
    400: {"description": "the request cannot be read"}, 403: {"description": "a write from another site"},
}  # fmt: skip

QUEUED: dict[int | str, dict[str, Any]] = {
    202: {"description": "the job waits", "links": {
        name: {"operationId": name, "parameters": {"job": "$response.body#/id"}} for name in ("job", "cancel")
    }},
}  # fmt: skip
"""Where a new job is read and cancelled, for programs that follow the document."""


class Answer(JSONResponse):
    """JSON that survives whatever text a user sent."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace")


def create_app(
    home: Path, *, workers: int = 2, limits: Limits | None = None, hosts: frozenset[str] = LOOPBACK, token: str | None = None
) -> FastAPI:  # fmt: skip
    """The application: its queue and results live under `home`; `workers` processes run the jobs (0: none)."""
    bounds, jobs = limits or Limits(), Jobs(home)
    pool = Pool(home, workers)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        _record()
        _scenarios()
        if workers:
            pool.start()
        yield
        if workers:
            pool.stop()

    app = FastAPI(
        title="stationkeep", version=sk.__version__, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json",
        lifespan=life, default_response_class=Answer, responses=REFUSALS, redirect_slashes=False,
        description="Scenarios, runs and verdicts of a planner's model of crewed stations. Every page of the application "
        "reads these addresses.",
    )  # fmt: skip
    app.state.jobs = jobs
    _errors(app)
    _reading(app, bounds)
    _asking(app, jobs, bounds)
    _results(app, jobs)
    app.mount("/", StaticFiles(directory=STATIC, html=True), name="static")
    app.add_middleware(Guard, hosts=hosts, token=token)
    return app


def _errors(app: FastAPI) -> None:
    @app.exception_handler(RefusedError)
    def refused(_request: Request, error: RefusedError) -> Answer:
        return Answer({"ok": False, "problems": error.problems}, 422)

    @app.exception_handler(RequestValidationError)
    def malformed(_request: Request, error: RequestValidationError) -> Answer:
        problems = [
            problem(str(item["msg"])[:300], path=".".join(str(step) for step in item["loc"][1:])[:200])
            for item in error.errors()[:50]
        ]
        return Answer({"ok": False, "problems": problems}, 422)

    @app.exception_handler(QueueFullError)
    def full(_request: Request, error: QueueFullError) -> Answer:
        told = problem(str(error), "wait until one has ended, or cancel one")
        return Answer({"ok": False, "problems": [told]}, 429, {"Retry-After": "30"})


def _reading(app: FastAPI, limits: Limits) -> None:
    """What can be read before any run."""

    @app.get("/api/about", summary="Version and limits of this server")
    def about() -> dict[str, Any]:
        return {"name": "stationkeep", "version": sk.__version__, "limits": vars(limits), "scenarios": list(sk.packaged_scenarios())}

    @app.get("/api/record", summary="The station as it was: parts, ports, flights, people, altitude, 1998 to the last flight")
    def record(request: Request) -> Response:
        return _sent(request, _record())

    @app.get("/api/scenarios", summary="The packaged scenarios")
    def scenarios(request: Request) -> Response:
        return _sent(request, _scenarios())

    @app.get("/api/scenarios/{name}", summary="One packaged scenario: its text, and all of it as data")
    def scenario(request: Request, name: str) -> Response:
        if name not in sk.packaged_scenarios():
            return _missing(f"no packaged scenario '{name}'", f"one of: {', '.join(sk.packaged_scenarios())}")
        return _sent(request, _scenario(name))

    @app.get("/api/dependence", summary="Who depends on whom: services of a day with some partners gone, before any run")
    def dependence(
        request: Request,
        on: Annotated[date, Query(description="day, 1998 to 2100")],
        without: Annotated[str, Query(max_length=200, description="partners that are gone, by comma")] = "",
        segment: Annotated[str, Query(max_length=40, description="what becomes of a leaving partner's segment")] = "powered_down",
    ) -> Response:
        gone = tuple(dict.fromkeys(name for name in without.split(",") if name))
        try:
            return _sent(request, _dependence(on.isoformat(), gone, segment))
        except (ValueError, OverflowError) as error:
            raise RefusedError([problem(str(error))]) from None


def _asking(app: FastAPI, jobs: Jobs, limits: Limits) -> None:
    """Checking questions, and putting jobs in the queue."""

    @app.post("/api/check", summary="Check a scenario: the messages the command line gives, and the scenario as data")
    def check(question: Question) -> dict[str, Any]:
        try:
            scenario = build(question)
            check_size(scenario, question.runs, limits)
        except RefusedError as error:
            return {"ok": False, "problems": error.problems, "data": None, "yaml": None}
        return {"ok": True, "problems": [], "data": scenario.to_dict(), "yaml": scenario.to_yaml()}

    @app.post("/api/jobs", status_code=202, responses=QUEUED, summary="Run a scenario")
    def run(question: Question) -> dict[str, Any]:
        jobs.check_room(limits.queued)
        scenario = build(question)
        check_size(scenario, question.runs, limits)
        args = {"name": scenario.name, "scenario": question.scenario, "changes": question.changes,
                "runs": question.runs, "seed": question.seed, "explain": question.explain, "plan": question.plan}  # fmt: skip
        return {"id": jobs.submit("run", scenario.title[:200], args, {"asked.yaml": scenario.to_yaml()}, limits.queued)}

    @app.post("/api/compare", status_code=202, responses=QUEUED, summary="Compare two finished runs on the same draws")
    def compare(pair: Pair) -> Any:
        both = [_finished(jobs, pair.a), _finished(jobs, pair.b)]
        if None in both:
            return _missing("a result that is not there", "compare two finished runs")
        title = " against ".join(str(job["title"]) for job in both if job)
        return {"id": jobs.submit("compare", title[:200], pair.model_dump(), {}, limits.queued)}

    @app.post("/api/ephemeris", status_code=202, responses=QUEUED, summary="An orbit of a finished run as OEM and CZML")
    def ephemeris(moment: Moment) -> Any:
        found = _finished(jobs, moment.result)
        if found is None:
            return _missing("no finished run of that id", "see /api/jobs")
        return {"id": jobs.submit("ephemeris", found["title"], moment.model_dump(), {}, limits.queued)}


def _results(app: FastAPI, jobs: Jobs) -> None:
    """Jobs and their files."""

    @app.get("/api/jobs", summary="The newest jobs")
    def listed(most: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
        return {"jobs": jobs.newest(most)}

    @app.get("/api/jobs/{job}", operation_id="job", summary="One job: its state, how far it is, and its files")
    def one(job: str) -> Any:
        found = jobs.get(job)
        if found is None:
            return _missing("no job of that id", "see /api/jobs")
        folder = jobs.folder(found["id"])
        return found | {"files": [n for n in FILES if _there(folder, n)]}

    @app.delete("/api/jobs/{job}", operation_id="cancel", summary="Cancel a job")
    def cancel(job: str) -> Any:
        found = jobs.get(job)
        if found is None:
            return _missing("no job of that id", "see /api/jobs")
        if found["state"] not in OPEN_STATES:
            return Answer({"ok": False, "problems": [problem(f"the job is {found['state']}", "nothing to cancel")]}, 409)
        jobs.cancel(found["id"])
        return jobs.get(found["id"])

    @app.get("/api/jobs/{job}/{name}", summary="A file of a finished job")
    def file(request: Request, job: str, name: str, download: bool = False) -> Response:
        found = jobs.get(job)
        if found is None or name not in FILES:
            return _missing("no such file", f"one of: {', '.join(n for n in FILES if not n.startswith('view-'))}")
        path = jobs.folder(found["id"]) / name
        if not _there(path.parent, name):
            told = problem(f"not there: the job is {found['state']}", "see /api/jobs/ID for its files")
            return Answer({"ok": False, "problems": [told]}, 409 if found["state"] in OPEN_STATES else 404)
        headers = {"Content-Disposition": f'attachment; filename="stationkeep-{found["id"]}-{name}"'} if download else {}
        if name == "report.html":
            headers["Content-Security-Policy"] = REPORT_POLICY
        if name == "dataset.zip":
            return StreamingResponse(zipped(path.parent / "result"), media_type=FILES[name], headers=headers)
        if path.is_file():
            return FileResponse(path, media_type=FILES[name], headers=headers)
        made = Packed(path.with_name(f"{name}.gz").read_bytes(), f'"{found["id"]}"')
        return _sent(request, made, headers | {"Cache-Control": "private, max-age=86400, immutable"})


def _missing(what: str, advice: str) -> Answer:
    return Answer({"ok": False, "problems": [problem(what, advice)]}, 404)


def _there(folder: Path, name: str) -> bool:
    """Whether a job has left a file; the dataset is there when its folder is, which is written whole or not at all."""
    if name == "dataset.zip":
        return (folder / "result").is_dir()
    return (folder / name).is_file() or (folder / f"{name}.gz").is_file()


class _Sink:
    """Takes what a zip writer writes, to be sent on piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits."""

    def taken(self) -> bytes:
        """What came since the last call."""
        out, self.pieces = b"".join(self.pieces), []
        return out


def zipped(folder: Path) -> Iterator[bytes]:
    """The files of a folder as one zip, piece by piece, nothing kept on disk or in memory."""
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_STORED) as archive:  # type: ignore[call-overload]
        for item in sorted(folder.iterdir()):
            with item.open("rb") as source, archive.open(item.name, "w", force_zip64=True) as target:
                while piece := source.read(1 << 20):
                    target.write(piece)
                    yield sink.taken()
            yield sink.taken()
    yield sink.taken()


def _finished(jobs: Jobs, job: str) -> dict[str, Any] | None:
    found = jobs.get(job)
    return found if found and found["kind"] == "run" and found["state"] == "done" else None


class Packed(NamedTuple):
    """JSON made once and read often: its packed bytes, and the tag by which a browser asks whether it still holds them."""

    gz: bytes
    tag: str


def _packed(told: Any) -> Packed:
    gz = gzip.compress(Answer(told).body, 6, mtime=0)
    return Packed(gz, f'"{hashlib.sha256(gz).hexdigest()[:20]}"')


def _sent(request: Request, made: Packed, headers: dict[str, str] | None = None) -> Response:
    """Nothing to a browser that holds it already, packed bytes to one that unpacks, JSON to the others."""
    told = {"ETag": made.tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"} | (headers or {})
    if request.headers.get("if-none-match") == made.tag:
        return Response(status_code=304, headers=told)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(made.gz, media_type="application/json", headers=told | {"Content-Encoding": "gzip"})
    return Response(gzip.decompress(made.gz), media_type="application/json", headers=told)


@lru_cache(1)
def _record() -> Packed:
    return _packed(sk.chronicle())


@lru_cache(32)
def _scenario(name: str) -> Packed:
    return _packed({"name": name, "yaml": packaged(name), "data": sk.read_scenario(name).to_dict()})


@lru_cache(1000)
def _dependence(on: str, without: tuple[str, ...], segment: str) -> Packed:
    return _packed(sk.dependence(on, without, segment))


@lru_cache(1)
def _scenarios() -> Packed:
    told = []
    for name in sk.packaged_scenarios():
        data = sk.read_scenario(name).to_dict()
        told.append({key: data.get(key) for key in ("title", "description", "start", "horizon", "as_of")}
                    | {"name": name, "futures": list(data.get("futures", {}))})  # fmt: skip
    return _packed({"scenarios": told})



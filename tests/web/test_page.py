"""The real page in a headless browser: what a newcomer does, pixels of the pictures, keyboard, narrow, without WebGL."""

import json
import os
import signal
import subprocess
import time
import urllib.request

import pytest

from .conftest import chromium

pytest.importorskip("playwright")
pytestmark = pytest.mark.skipif(chromium() is None, reason="no chromium on this machine")
ARGUMENTS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 380, "height": 800}
COLOURS = """(id) => { const c = document.querySelector(id + ' canvas'); const t = document.createElement('canvas');
  t.width = c.width; t.height = c.height; const x = t.getContext('2d'); x.drawImage(c, 0, 0);
  const d = x.getImageData(0, 0, t.width, t.height).data; const seen = new Set(); let sum = 0;
  for (let i = 0; i < d.length; i += 4) { seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]); sum = (sum * 31 + d[i] + d[i + 1] * 3 + d[i + 2] * 7) >>> 0; }
  return { colours: seen.size, sum } }"""
SHORT = {"scenario": "iss-partner-leaves", "runs": 2, "explain": 0, "changes": {"horizon": "2025-01-31"}}


@pytest.fixture(scope="session")
def driver():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="session")
def browser(driver):
    found = driver.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
    yield found
    found.close()


class Watched:
    """A page that remembers what went wrong in it."""

    def __init__(self, browser, server, size=DESKTOP):
        self.server = server
        self.context = browser.new_context(viewport=size, accept_downloads=True)
        self.page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.wrong: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda m: self.wrong.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.wrong.append(str(e)))
        self.page.on("requestfailed", lambda r: self.wrong.append(f"failed: {r.url}"))
        self.page.on("request", lambda r: self.asked.append(r.url))

    def open(self, address=""):
        self.page.goto(f"{self.server}/{address}")
        self.page.wait_for_function("() => document.body.dataset.ready")
        return self.page

    def close(self):
        self.context.close()
        assert self.wrong == []
        assert [url for url in self.asked if not url.startswith((self.server, "blob:", "data:"))] == []


@pytest.fixture
def watched(browser, server):
    page = Watched(browser, server)
    yield page
    page.close()


def ask(server, path, body=None):
    request = urllib.request.Request(f"{server}/api/{path}", json.dumps(body).encode() if body else None, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def wait_for(server, job, seconds=1500):
    for _ in range(int(seconds / 0.5)):
        told = ask(server, f"jobs/{job}")
        if told["state"] not in ("queued", "running"):
            return told
        time.sleep(0.5)
    raise AssertionError(f"job {job} did not end: {told}")


@pytest.fixture(scope="session")
def result(server):
    """A short run of a partner that leaves."""
    told = wait_for(server, ask(server, "jobs", SHORT)["id"])
    assert told["state"] == "done", str(told["problems"])
    return told["id"]


def pixels(page, picture):
    """Colours of a picture at rest, and a sum that changes with any pixel."""
    page.wait_for_selector(f"{picture} canvas[data-samples='4']", state="attached")
    return page.evaluate(COLOURS, picture)


def test_first_view_is_quick_and_full(watched):
    page = watched.open()
    assert int(page.evaluate("() => document.body.dataset.ready")) < 20_000, "3 s on a quiet machine"
    for picture in ("#globe", "#station"):
        assert pixels(page, picture)["colours"] > 50
    assert "parts" in page.inner_text("#station-caption")
    assert page.locator("[data-visit]").count() > 10
    assert page.locator(".chart .u-wrap").count() >= 1


def test_one_slider_drives_everything(watched):
    page = watched.open("#/look?t=2022-07-26")
    before = {p: pixels(page, p)["sum"] for p in ("#globe", "#station")}
    told = page.inner_text("#panel h2")
    page.locator("#time").focus()
    for _ in range(3):
        page.keyboard.press("PageDown")
    page.wait_for_function("(told) => document.querySelector('#panel h2').textContent !== told", arg=told)
    page.wait_for_timeout(100)
    after = {p: pixels(page, p)["sum"] for p in ("#globe", "#station")}
    assert before["#globe"] != after["#globe"] and before["#station"] != after["#station"]
    page.wait_for_function("() => location.hash.includes('t=20') && !location.hash.includes('2022-07-26')")
    page.fill("#day", "1999-06-01")
    page.wait_for_function("() => document.querySelector('#panel h2').textContent.includes('1999-06-01')")
    assert int(page.inner_text("#station-caption").split()[1]) < 10, "Zarya, Unity and what came with them"


def test_slider_is_fluent(watched):
    watched.page.add_init_script("""(() => { const real = WebGL2RenderingContext.prototype.clear; window.drawn = { globe: 0, station: 0 };
      WebGL2RenderingContext.prototype.clear = function (mask) { window.drawn[this.canvas.parentElement.id]++; return real.call(this, mask); } })()""")
    page = watched.open("#/look?t=2005-01-01")
    box = page.locator("#time").bounding_box()
    x, y = box["x"] + 0.3 * box["width"], box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    before, begun = page.evaluate("() => ({...window.drawn})"), time.monotonic()
    for step in range(1000):
        page.mouse.move(x + (3 * step) % (0.6 * box["width"]), y)
        page.wait_for_timeout(10)
        if time.monotonic() - begun > 3.0:
            break
    after, took = page.evaluate("() => ({...window.drawn})"), time.monotonic() - begun
    page.mouse.up()
    rates = {picture: (after[picture] - before[picture]) / took for picture in after}
    print(f"pictures drawn a second while the slider is dragged: {rates}")
    assert min(rates.values()) > 0.1, "5 a second on a quiet machine with software rendering"


def test_who_depends_on_whom_at_a_click(watched):
    page = watched.open("#/depends?t=2022-07-26")
    page.click("[data-partner=roscosmos]")
    page.wait_for_selector("[data-service=desaturation].lost")
    assert page.locator("[data-service=attitude_control].soon").count() == 1
    assert "desaturation" in page.inner_text("#lost")
    page.check("input[value=handed_over]")
    page.wait_for_function("() => !document.querySelector('[data-service=desaturation].lost')")
    assert "without=roscosmos" in page.url and "segment=handed_over" in page.url


def test_a_shared_link_of_dependence_opens_the_same(watched):
    page = watched.open("#/depends?t=2022-07-26&without=nasa&segment=powered_down")
    page.wait_for_selector("[data-partner=nasa][aria-pressed=true]")
    twin = page.get_attribute("#twin", "href")
    told = page.evaluate("async (url) => (await fetch(url)).json()", twin)
    assert told["without"] == ["nasa"] and told["on"] == "2022-07-26"


def test_newcomer_from_question_to_comparison(watched, result):
    page = watched.open()
    page.click("text=run “Russia leaves”")
    page.wait_for_selector("#run")
    date = page.locator("[data-path$='after-2024.events.leave.on'] input")
    date.fill("2021-01-01")
    page.fill("[data-path=horizon] input", "2022-01-01")
    page.wait_for_selector("[data-path=horizon] .wrong")
    assert "not after start" in page.locator("[data-path=horizon] .wrong").inner_text(), "said beside the field, as validate says it"
    page.fill("[data-path=horizon] input", "2025-01-31")
    date.fill("2024-11-30")
    page.wait_for_function("() => !document.querySelector('#panel .wrong')")
    assert "c=" in page.url, "the question can be shared"
    page.fill("label:has-text('Runs per future') input", "2")
    page.fill("label:has-text('Causes to defend') input", "0")
    page.click("#run")
    page.wait_for_selector("#headline", timeout=900_000)
    assert "aboard" in page.inner_text("#headline")
    assert page.locator("#marks .mark.first").count() == 1
    broken = page.locator(".finding.first .chain time").first.inner_text()
    assert broken in page.inner_text("#moment"), "a new result opens on its first break"
    first = page.locator(".finding.first .chain button").last
    first.click()
    page.wait_for_function("(day) => document.querySelector('#moment').textContent.includes(day)", arg=first.locator("time").inner_text())
    page.wait_for_selector("[data-download='dataset.nc']", timeout=300_000)
    begins = {"scenario.yaml": b"name:", "report.html": b"<!", "dataset.nc": b"\x89hdf", "dataset.zip": b"pk", "bands.csv": b"future,", "verdict.json": b"{"}
    for name, first_bytes in begins.items():
        with page.expect_download() as taken:
            page.click(f"[data-download='{name}']")
        with open(taken.value.path(), "rb") as file:
            assert file.read(10).lower().startswith(first_bytes), name
    page.click("#orbit")
    page.wait_for_selector("[data-download='orbit.czml']", timeout=300_000)
    for name, first_bytes in {"orbit.oem": b"CCSDS_OEM_VERS = 2.0", "orbit.czml": b"["}.items():
        with page.expect_download() as taken:
            page.click(f"[data-download='{name}']")
        with open(taken.value.path(), "rb") as file:
            assert file.read(30).startswith(first_bytes)
    mine = page.url.split("#/run/")[1][:16]
    page.click("text=Compare with another")
    for job in (result, mine):
        page.check(f"[data-job='{job}'] input")
    page.click("#compare")
    page.wait_for_selector("#differences", timeout=300_000)
    assert page.locator("#side thead th").count() == 2
    assert page.locator("#side tbody tr").count() == 3 + 4, "each of the four futures has a row"
    assert page.locator("#differences tbody tr").count() > 0
    page.reload()
    page.wait_for_selector("#differences", timeout=300_000)


def test_page_and_report_tell_the_same_figures(watched, server, result):
    page = watched.open(f"#/run/{result}")
    page.wait_for_selector("#headline")
    told = page.inner_text("#headline")
    page.goto(f"{server}/api/jobs/{result}/report.html")
    words = page.inner_text("body").replace("\u00a0", " ")
    assert told in words


def test_a_shared_result_opens_where_it_was(watched, result):
    page = watched.open(f"#/run/{result}?t=2025-01-15&future=after-2024-handed-over&run=1")
    page.wait_for_selector("#headline")
    page.wait_for_function("() => document.querySelector('#moment').textContent.includes('2025-01-15')")
    assert "run 1 of after-2024-handed-over" in page.inner_text("#moment")


def test_cancel_and_a_worker_that_dies(server, home, result):
    long = ask(server, "jobs", SHORT | {"runs": 200})["id"]
    for _ in range(200):
        told = ask(server, f"jobs/{long}")
        if told["state"] == "running" and told["phase"] == "running":
            break
        time.sleep(0.2)
    found = subprocess.run(["ps", "-ww", "-eo", "pid,args"], capture_output=True, text=True).stdout.splitlines()
    workers = [int(line.split()[0]) for line in found if "stationkeep.web.worker" in line and str(home) in line]
    assert len(workers) == 1
    os.kill(workers[0], signal.SIGKILL)
    for _ in range(400):
        told = ask(server, f"jobs/{long}")
        if told["tries"] == 2 and told["state"] == "running":
            break
        time.sleep(0.2)
    assert told["tries"] == 2, "taken up again by the worker that took its place"
    request = urllib.request.Request(f"{server}/api/jobs/{long}", method="DELETE")
    urllib.request.urlopen(request, timeout=30).read()
    assert wait_for(server, long, 120)["state"] == "cancelled"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_is_accessible_fits_the_window_and_has_a_twin(browser, server, result, size):
    from axe_playwright_python.sync_playwright import Axe

    watched = Watched(browser, server, size)
    page = watched.open()
    for address in ("look?t=2022-07-26", "depends?t=2022-07-26&without=roscosmos", "ask", "results", f"run/{result}"):
        page.evaluate("(to) => { location.hash = to }", f"#/{address}")
        page.wait_for_selector(f"body[data-route='{address.split('?')[0].split('/')[0]}']")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(400)
        found = Axe().run(page)
        assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found.response["violations"]] == [], address
        assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0, address
        twin = page.evaluate("async (url) => (await fetch(url)).json()", page.get_attribute("#twin", "href"))
        assert isinstance(twin, dict) and "problems" not in twin, address
    watched.close()


def test_everything_by_key(watched):
    page = watched.open("#/look?t=2022-07-26")
    reached = set()
    page.locator("header h1 a").focus()
    for _ in range(70):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("() => { const e = document.activeElement; return e.id || e.dataset?.visit || e.parentElement?.id || e.textContent?.slice(0, 20) }"))
    assert {"play", "day", "time", "globe", "station"} <= reached
    before = pixels(page, "#station")["sum"]
    page.locator("#station canvas").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(100)
    assert pixels(page, "#station")["sum"] != before
    bar = page.locator("[data-visit]").nth(4)
    bar.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-told]")


def test_without_webgl_a_map_and_a_schematic(driver, server):
    browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-3d-apis"])
    watched = Watched(browser, server)
    page = watched.open("#/look?t=2022-07-26")
    assert page.locator("#globe svg path").count() >= 2
    assert page.locator("#station [data-part]").count() > 100
    page.locator("#station [data-part=zvezda]").first.click(force=True)
    page.wait_for_selector("[data-told=zvezda]")
    watched.close()
    browser.close()

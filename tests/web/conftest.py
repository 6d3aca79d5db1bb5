"""A server for the tests: the application in this process, and a real one with workers in another; a browser to look at it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

pytest.importorskip("fastapi")

ARGUMENTS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 375, "height": 800}
SHORT = {"scenario": "iss-partner-leaves", "runs": 2, "explain": 0, "changes": {"horizon": "2023-12-31", "events.ros-opens.on": "2023-03-01"}}
"""A year and a half of four futures; the Russian station opens early enough to be seen, and the segment to part."""
QUESTION = {"scenario": "iss-2022", "runs": 2, "explain": 0, "changes": {"horizon": "2022-12-31"}}


@pytest.fixture
def app(tmp_path):
    from stationkeep.web.app import create_app

    return create_app(tmp_path, workers=0, hosts=frozenset({"testserver"}))


@pytest.fixture
def client_of():
    """Opens a client of an application, and closes it with the test."""
    from starlette.testclient import TestClient

    with ExitStack() as kept:
        yield lambda app: kept.enter_context(TestClient(app))


@pytest.fixture
def client(app, client_of):
    return client_of(app)


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def server(home):
    """Address of a served application with one worker."""
    yield from serving(home)


def serving(home: Path, workers: int = 1):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "stationkeep", "serve", "--port", str(port), "--home", str(home), "--workers", str(workers)]
    with (home / "log.txt").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ)
        try:
            url = f"http://127.0.0.1:{port}"
            for _ in range(300):
                try:
                    urllib.request.urlopen(f"{url}/api/about", timeout=2).read()
                    break
                except OSError:
                    assert process.poll() is None, (home / "log.txt").read_text()
                    time.sleep(0.2)
            yield url
        finally:
            process.terminate()
            process.wait(20)


def chromium() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


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


@pytest.fixture(scope="session")
def blind(driver):
    """A browser without WebGL."""
    found = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-3d-apis"])
    yield found
    found.close()


def accessible(page, address):
    """What the automated check finds wrong, and how far the page is wider than its window: nothing."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import TimeoutError

    found = Axe().run(page)
    assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found.response["violations"]] == [], address
    with suppress(TimeoutError):  # charts take their new width with the next picture
        page.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth", timeout=5000)
    wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    beyond = "() => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
    assert wide <= 0, (address, wide, page.evaluate(beyond + ".map(e => [e.tagName, e.id, e.getAttribute('class')]).slice(0, 5)"))
    twin = page.evaluate("async (url) => (await fetch(url)).json()", page.get_attribute("#twin", "href"))
    assert isinstance(twin, dict) and "problems" not in twin, address


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

    def open(self, address="", flat=False):
        """An address of the page; `flat` draws map and schematic, which cost a tenth: for tests of what stands beside the pictures."""
        self.page.goto(f"{self.server}/{'?flat' if flat else ''}{address}")
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


def read(server, path):
    with urllib.request.urlopen(f"{server}/api/{path}", timeout=60) as answer:
        return answer.read().decode()


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


COLOURS = """(id) => { const c = document.querySelector(id + ' canvas'); const t = document.createElement('canvas');
  t.width = c.width; t.height = c.height; const x = t.getContext('2d'); x.drawImage(c, 0, 0);
  const d = x.getImageData(0, 0, t.width, t.height).data; const seen = new Set(); let sum = 0;
  for (let i = 0; i < d.length; i += 4) { seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]); sum = (sum * 31 + d[i] + d[i + 1] * 3 + d[i + 2] * 7) >>> 0; }
  return { colours: seen.size, sum } }"""


def pixels(page, picture):
    """Colours of a picture at rest, and a sum that changes with any pixel."""
    page.wait_for_selector(f"{picture} canvas[data-samples='4']", state="attached")
    return page.evaluate(COLOURS, picture)


def pixels_change(page, picture, before):
    page.wait_for_function(f"([id, before]) => ({COLOURS})(id).sum !== before", arg=[picture, before])

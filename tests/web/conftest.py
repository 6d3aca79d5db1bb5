"""A server for the tests: the application in this process, and a real one with workers in another."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import pytest

pytest.importorskip("fastapi")

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

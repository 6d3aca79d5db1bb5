"""Fifty people read while two ensembles run: nobody waits long, nothing fails."""

import http.client
import json
import threading
import time

import pytest

from .conftest import serving

READERS, SECONDS = 50, 20.0
PAGES = ("/", "/api/about", "/api/record", "/api/scenarios", "/api/scenarios/iss-partner-leaves", "/api/jobs", "/api/dependence?on=2022-07-26&without=roscosmos")


@pytest.mark.slow
def test_fifty_readers_while_two_ensembles_run(tmp_path):
    for url in serving(tmp_path, workers=2):
        host = url.removeprefix("http://")

        def ask(path, method="GET", body=None, host=host):
            line = http.client.HTTPConnection(host, timeout=30)
            line.request(method, path, body, {"content-type": "application/json", "accept-encoding": "gzip"})
            answer = line.getresponse()
            told = answer.status, answer.read()
            line.close()
            return told

        for seed in (1, 2):
            ask("/api/jobs", "POST", json.dumps({"scenario": "iss-partner-leaves", "runs": 500, "explain": 0, "seed": seed}))
        while sum(job["state"] == "running" for job in json.loads(ask("/api/jobs")[1])["jobs"]) < 2:
            time.sleep(0.2)
        waits, wrong = [], []
        until = time.monotonic() + SECONDS

        def read(start, ask=ask, until=until, waits=waits, wrong=wrong):
            place = start
            while time.monotonic() < until:
                begun = time.monotonic()
                status, _ = ask(PAGES[place % len(PAGES)])
                waits.append(time.monotonic() - begun)
                if status != 200:
                    wrong.append(status)
                place += 1
                time.sleep(0.5)

        readers = [threading.Thread(target=read, args=(n,)) for n in range(READERS)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        waits.sort()
        print(f"{len(waits)} answers, median {waits[len(waits) // 2]:.3f} s, 95 % {waits[int(0.95 * len(waits))]:.3f} s, longest {waits[-1]:.3f} s; asked 95 % under 1 s")
        assert wrong == []

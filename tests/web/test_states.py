"""Jobs asked for, worked at, cancelled and read in any order, across restarts: the server tells what a simple model of a queue tells."""

import gzip
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from starlette.testclient import TestClient

from stationkeep.web.app import create_app
from stationkeep.web.ask import Limits
from stationkeep.web.jobs import Jobs

from .conftest import QUESTION

MOST_QUEUED = 4


class Queue(RuleBasedStateMachine):
    """`told` is what is known to be true: the state of each job, in the order they were asked for."""

    made = Bundle("made")

    @initialize()
    def begin(self):
        self.home = Path(tempfile.mkdtemp())
        self.told: dict[str, str] = {}
        self.quick: list[str] = []  # comparisons, which go before runs
        self.client = None
        self.restart()

    @rule()
    def restart(self):
        if self.client:
            self.client.__exit__(None, None, None)
        limits = Limits(queued=MOST_QUEUED)
        self.client = TestClient(create_app(self.home, workers=0, limits=limits, hosts=frozenset({"testserver"}))).__enter__()

    def waiting(self):
        return [job for job, state in self.told.items() if state == "queued"]

    def _asked(self, answer):
        if len(self.waiting()) >= MOST_QUEUED:
            assert answer.status_code == 429
            return None
        assert answer.status_code == 202
        self.told[answer.json()["id"]] = "queued"
        return answer.json()["id"]

    @rule(target=made, seed=st.integers(0, 9), plan=st.booleans())
    def ask(self, seed, plan):
        return self._asked(self.client.post("/api/jobs", json=QUESTION | {"seed": seed, "plan": plan}))

    @rule(target=made, a=made, b=made)
    def compare(self, a, b):
        answer = self.client.post("/api/compare", json={"a": a or "0" * 16, "b": b or "0" * 16})
        runs = [j for j in self.client.get("/api/jobs").json()["jobs"] if j["kind"] == "run" and j["state"] == "done"]
        if not {a, b} <= {j["id"] for j in runs}:
            assert answer.status_code == 404
            return None
        job = self._asked(answer)
        if job:
            self.quick.append(job)
        return job

    @rule()
    def work(self):
        found = Jobs(self.home).claim("worker-1")
        waiting = sorted(self.waiting(), key=lambda job: job not in self.quick)
        assert (found["id"] if found else None) == next(iter(waiting), None), "the oldest that waits, comparisons first"
        if found:
            self.told[found["id"]] = "running"

    @rule(end=st.sampled_from(["done", "failed"]))
    def finish(self, end):
        job = next((job for job, state in self.told.items() if state == "running"), None)
        if job is None:
            return
        jobs = Jobs(self.home)
        if not jobs.beat(job, "worker-1", "running", 1, 2):
            end = "cancelled"
        if end == "done":
            (jobs.folder(job) / "verdict.json.gz").write_bytes(gzip.compress(b"{}"))
        assert jobs.finish(job, "worker-1", end)
        self.told[job] = end

    @rule(job=made)
    def cancel(self, job):
        answer = self.client.delete(f"/api/jobs/{job or 'none'}")
        before = self.told.get(job)
        assert answer.status_code == (404 if before is None else 200 if before in ("queued", "running") else 409)
        if before == "queued":
            self.told[job] = "cancelled"

    @rule(job=made)
    def read(self, job):
        state = self.told.get(job)
        assert self.client.get(f"/api/jobs/{job or 'none'}").status_code == (404 if state is None else 200)
        expected = {None: 404, "queued": 409, "running": 409, "done": 200}.get(state, 404)
        assert self.client.get(f"/api/jobs/{job or 'none'}/verdict.json").status_code == expected

    @invariant()
    def the_list_is_what_was_asked_for(self):
        listed = self.client.get("/api/jobs?most=200").json()["jobs"]
        assert {job["id"]: job["state"] for job in listed} == self.told
        assert [job["id"] for job in listed] == list(self.told)[::-1]

    def teardown(self):
        if getattr(self, "client", None):
            self.client.__exit__(None, None, None)


class Many(Queue):
    """The same, longer."""


TestQueue = Queue.TestCase
TestQueue.settings = settings(max_examples=8, stateful_step_count=25, deadline=None)
TestMany = pytest.mark.slow(Many.TestCase)
TestMany.settings = settings(max_examples=300, stateful_step_count=50, deadline=None)

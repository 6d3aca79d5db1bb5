"""The queue on disk: order, leases, cancelling, limits."""

import threading
import time

import pytest

from stationkeep.web import jobs as queue
from stationkeep.web.jobs import Jobs, QueueFullError


@pytest.fixture
def jobs(tmp_path):
    return Jobs(tmp_path)


def put(jobs, most=10):
    return jobs.submit("run", "title", {"n": 1}, {"asked.yaml": "title: x\n"}, most)


def test_oldest_first_and_files_are_there(jobs):
    first, second = put(jobs), put(jobs)
    assert jobs.claim("w")["id"] == first
    assert jobs.get(second)["ahead"] == 1
    assert (jobs.folder(first) / "asked.yaml").read_text() == "title: x\n"


def test_what_takes_seconds_goes_before_runs(jobs):
    first, second = put(jobs), put(jobs)
    quick = jobs.submit("compare", "title", {}, {}, 10)
    assert [jobs.get(job)["ahead"] for job in (first, second, quick)] == [1, 2, 0]
    assert [jobs.claim("w")["id"] for _ in range(3)] == [quick, first, second]


def test_a_dead_workers_job_is_taken_up_again(jobs, monkeypatch):
    job = put(jobs)
    assert jobs.claim("dead")["tries"] == 1
    assert jobs.claim("other") is None
    monkeypatch.setattr(time, "time", lambda real=time.time: real() + queue.LEASE_S + 1)
    again = jobs.claim("other")
    assert (again["id"], again["tries"]) == (job, 2)
    assert not jobs.beat(job, "dead", "", 0, 0), "the dead worker has no say any more"
    assert not jobs.finish(job, "dead", "done")
    assert jobs.finish(job, "other", "done")
    assert jobs.get(job)["state"] == "done"


def test_the_job_of_a_process_known_to_be_dead_is_free_at_once(jobs):
    job, other = put(jobs), put(jobs)
    assert jobs.claim("12-345")["id"] == job and jobs.claim("123-4")["id"] == other
    jobs.release(12)
    assert jobs.claim("next")["id"] == job
    assert jobs.claim("next") is None, "a process of another number keeps its lease"


def test_futures_without_a_plan_are_told_and_none_at_all_is_refused(tmp_path, monkeypatch):
    from stationkeep.web import worker

    scenario = worker.sk.read_scenario("iss-2022")
    none = {"name": "a", "flights": [], "conflicts": ["water and a budget of nothing"]}
    monkeypatch.setattr(worker.sk, "plan_each", lambda scenario, say: (scenario, [none]))
    watch = worker.Watch(Jobs(tmp_path), "job", "w", 10.0)
    with pytest.raises(worker.sk.InputError, match="water and a budget of nothing"):
        worker.choose_flights(scenario, tmp_path, watch)
    made = {"name": "b", "flights": [{"name": "x", "people": {"nasa": 2}, "cost_musd": 1.0}], "conflicts": []}
    monkeypatch.setattr(worker.sk, "plan_each", lambda scenario, say: (scenario, [none, made]))
    assert worker.choose_flights(scenario, tmp_path, watch).title.endswith(", planned")
    assert (tmp_path / "flights.csv").read_text() == "future,name,people,cost_musd\nb,x,nasa 2,1.0\n"


def test_a_job_that_always_kills_its_worker_is_given_up(jobs, monkeypatch):
    job = put(jobs)
    for n in range(queue.TRIES):
        assert jobs.claim(f"w{n}")
        monkeypatch.setattr(time, "time", lambda real=time.time: real() + queue.LEASE_S + 1)
    assert jobs.claim("last") is None
    told = jobs.get(job)
    assert told["state"] == "failed" and "worker" in told["problems"][0]["message"]


def test_cancel_waiting_and_running(jobs):
    running, waiting = put(jobs), put(jobs)
    jobs.claim("w")
    jobs.cancel(running)
    jobs.cancel(waiting)
    assert jobs.get(waiting)["state"] == "cancelled"
    assert not jobs.beat(running, "w", "running", 1, 2), "the worker is told to stop"
    assert jobs.finish(running, "w", "cancelled")


def test_a_full_queue_refuses(jobs):
    for _ in range(3):
        put(jobs, most=3)
    with pytest.raises(QueueFullError):
        put(jobs, most=3)
    assert len(list((jobs.home / "jobs").iterdir())) == 3, "a refused job leaves nothing behind"


def test_many_workers_take_each_job_once(jobs):
    ids = {put(jobs, most=100) for _ in range(40)}
    taken: list[str] = []

    def work(name):
        while job := jobs.claim(name):
            taken.append(job["id"])
            jobs.finish(job["id"], name, "done")

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(ids)


def test_old_results_are_forgotten(jobs):
    ids = [put(jobs) for _ in range(4)]
    for _ in ids:
        jobs.finish(jobs.claim("w")["id"], "w", "done")
    jobs.prune(2)
    assert [jobs.get(job) is not None for job in ids] == [False, False, True, True]
    assert not jobs.folder(ids[0]).exists()

"""Where chunks of runs are done: in this process, in a pool of processes, or on a running Dask cluster.

A place has one method, `each(call, jobs)`: it calls `call(job)` for every job and yields `(job, what it returned)` as they
finish, in any order; it takes the jobs as it goes, so that they may be made meanwhile. `call` and what it returns can be pickled. A killed worker costs its job a second try; a job
that fails raises.
"""

from __future__ import annotations

import atexit
import gc
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import chain, count, islice
from multiprocessing import get_context, parent_process
from typing import Any, Protocol, TypeVar

from ..formats.handover import Handover, handover

Job = TypeVar("Job")
Made = TypeVar("Made")
AHEAD = 2
"""Jobs handed out for each worker: one to do, one to go on with at once; what is finished never piles up."""
TAKE_s = 5.0
"""Longest that jobs wait until every worker of a cluster has what is called. Assumed: it is some megabytes."""
TRIES = 4
"""A job that loses this many workers in a row is given up: it is likely what kills them."""


class Place(Protocol):
    """Where jobs are done."""

    def start(self) -> None:
        """Get ready, while the caller prepares the jobs."""

    def each(self, call: Callable[[Job], Made], jobs: Iterable[Job]) -> Iterator[tuple[Job, Made]]:
        """Do every job and yield it with what it made, as they finish."""


@dataclass(frozen=True)
class Here:
    """This process, one job after another."""

    def start(self) -> None:
        pass

    def each(self, call: Callable[[Job], Made], jobs: Iterable[Job]) -> Iterator[tuple[Job, Made]]:
        for job in jobs:
            yield job, call(job)


@dataclass(frozen=True)
class Pool:
    """A pool of processes on this machine.

    Jobs and what they made are handed over in files, and only their numbers by pipe: a number is written in one go, where
    a worker killed in the middle of a megabyte would leave the reader waiting for the rest for ever.
    """

    workers: int

    def start(self) -> None:
        _, pool = _pool(self.workers)
        for _ in range(self.workers):
            pool.submit(_get_ready)

    def each(self, call: Callable[[Job], Made], jobs: Iterable[Job]) -> Iterator[tuple[Job, Made]]:
        coming, lost = iter(jobs), 0
        while True:
            out: dict[int, Job] = {}
            finished = False
            try:
                for job, made in self._one_pool(call, coming, out):
                    finished = True
                    yield job, made
                return
            except BrokenProcessPool:
                lost = 0 if finished else lost + 1
                if lost >= TRIES:
                    raise RuntimeError(
                        f"workers ended {TRIES} times without finishing anything: out of memory, or a script that calls "
                        "simulate(workers=...) outside `if __name__ == '__main__':`"
                    ) from None  # fmt: skip
            coming = chain(out.values(), coming)

    def _one_pool(self, call: Callable[[Job], Made], jobs: Iterator[Job], out: dict[int, Job]) -> Iterator[tuple[Job, Made]]:
        """`out` holds the jobs handed out and not done, by number."""
        desk, pool = _pool(self.workers)
        name = f"call-{next(_numbers)}"
        desk.put(name, call)
        waiting: dict[Any, int] = {}

        def hand_out(most: int) -> None:
            for job in islice(jobs, most):
                place = next(_numbers)
                out[place] = job
                desk.put(f"{name}-job-{place}", job)
                waiting[pool.submit(_work, name, place)] = place

        try:
            hand_out(AHEAD * self.workers)
            while waiting:
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                    place = waiting.pop(future)
                    hand_out(1)
                    yield out.pop(place), desk.take(f"{name}-made-{place}")
            desk.take(name)
        except BaseException:  # a broken pool, an interrupt, or results that nobody waits for any longer
            _drop(pool)
            raise


_numbers = count()
_pools: dict[tuple[int, int], tuple[Handover, ProcessPoolExecutor, ExitStack]] = {}
"""Pools by process and size, kept for the calls to come: a worker takes two to three seconds to start."""


def _pool(workers: int) -> tuple[Handover, ProcessPoolExecutor]:
    mine = os.getpid(), workers
    if mine not in _pools:
        stack = ExitStack()
        desk = stack.enter_context(handover())
        pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(desk,))
        _pools[mine] = desk, pool, stack
        atexit.register(stack.close)
    return _pools[mine][:2]


def _drop(pool: ProcessPoolExecutor) -> None:
    """End the workers of a pool, whatever they are at."""
    _end(pool)
    pool.shutdown(wait=True, cancel_futures=True)
    for mine, (_, kept, stack) in [*_pools.items()]:
        if kept is pool:
            del _pools[mine]
            atexit.unregister(stack.close)
            stack.close()


_desk: Handover
_call: tuple[str, Callable[[Any], Any]] = "", str
"""In a worker of a pool: where jobs are handed over, and what was called last."""


def _begin(desk: Handover) -> None:
    global _desk
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # interrupts are the caller's
    threading.Thread(target=_end_with_caller, daemon=True).start()
    _desk = desk


def _get_ready() -> None:
    import xarray as xr

    from . import ensemble  # noqa: F401
    from .draws import uniforms

    # what takes most of the time a worker needs to start: imports, and whatever the first of their calls loads
    xr.Variable((), 0.0)
    uniforms(0, 0, 0, 1)
    gc.freeze()  # what is here stays: nobody needs to look through it for garbage again and again


def _end_with_caller() -> None:
    caller = parent_process()
    if caller is not None:
        caller.join()
        os._exit(1)  # it was killed: nobody hands out jobs any more


def _work(name: str, place: int) -> None:
    global _call
    if _call[0] != name:
        _call = name, _desk.get(name)
    _desk.put(f"{name}-made-{place}", _call[1](_desk.take(f"{name}-job-{place}")))


def _end(pool: ProcessPoolExecutor) -> None:
    """End the workers of a pool whose results nobody waits for."""
    for process in list((getattr(pool, "_processes", None) or {}).values()):
        process.terminate()


@dataclass(frozen=True)
class Dask:
    """A running Dask cluster; its workers need this package in the same version. `security` as its client takes it."""

    address: str
    security: dict[str, Any] = field(default_factory=dict)

    def start(self) -> None:
        pass

    def _client(self) -> Any:
        from distributed import Client, Security

        return Client(self.address, security=Security(**self.security) if self.security else None, set_as_default=False)

    def check(self) -> None:
        """Raises OSError, TimeoutError or ValueError when no scheduler can be spoken to at the address."""
        with self._client():
            pass

    def each(self, call: Callable[[Job], Made], jobs: Iterable[Job]) -> Iterator[tuple[Job, Made]]:
        from distributed import as_completed

        with self._client() as client:
            common = client.submit(_itself, call, pure=False, retries=TRIES)  # scattered, it would die with its worker
            # everyone takes it before anyone begins: else a second worker waits for it until the first has done a job
            taken = [client.submit(_take, common, workers=[w], allow_other_workers=True, pure=False) for w in client.nthreads()]
            with suppress(TimeoutError):
                for _ in as_completed(taken, loop=client.loop, timeout=TAKE_s):
                    pass
            coming = iter(jobs)
            waiting: dict[Any, Job] = {}
            stream = as_completed(loop=client.loop)

            def submit(job: Job) -> None:
                future = client.submit(_called, common, job, pure=False, retries=TRIES)
                waiting[future] = job
                stream.add(future)

            def fill() -> None:
                room = AHEAD * max(1, sum(client.nthreads().values())) - len(waiting)
                for _, job in zip(range(room), coming, strict=False):
                    submit(job)

            try:
                fill()
                while waiting:
                    future = next(stream)
                    made = future.result()
                    job = waiting.pop(future)
                    fill()
                    yield job, made
                    del future, made
            finally:
                client.cancel(list(waiting))


def _itself(call: Callable[[Job], Made]) -> Callable[[Job], Made]:
    return call


def _take(_call: Callable[[Job], Made]) -> None:
    """What is called has come to a worker."""


def _called(call: Callable[[Job], Made], job: Job) -> Made:
    return call(job)


def place_for(workers: int | None, jobs: int) -> Place:
    """A pool of `workers`, or this process where one worker or one job would be all."""
    return Pool(workers) if workers and workers > 1 and jobs > 1 else Here()

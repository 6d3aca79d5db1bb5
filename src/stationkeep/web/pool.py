"""The worker processes of a server: started with it, started again when one dies, ended with it."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from .jobs import Jobs


class Pool:
    """So many workers on one queue."""

    def __init__(self, home: Path, count: int) -> None:
        self.home, self.count = home, count
        self.running: list[subprocess.Popen[bytes]] = []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        """Start the workers and keep them."""
        self.running = [self._one() for _ in range(self.count)]
        self.thread.start()

    def stop(self) -> None:
        """End the workers; the jobs they were at are taken up again by the next server, at once."""
        self.ended.set()
        for worker in self.running:
            worker.terminate()
        for worker in self.running:
            worker.wait(10)
            Jobs(self.home).release(worker.pid)

    def _one(self) -> subprocess.Popen[bytes]:
        """A worker in a session of its own: the server ends it, not the terminal, and its priority is its own."""
        command = [sys.executable, "-m", "stationkeep.web.worker", str(self.home)]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)

    def _watch(self) -> None:
        while not self.ended.wait(1.0):
            self.running = [worker if worker.poll() is None else self._next(worker) for worker in self.running]

    def _next(self, dead: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        """A worker in the place of one that died, whose job need not wait for its lease to run out."""
        Jobs(self.home).release(dead.pid)
        return self._one()

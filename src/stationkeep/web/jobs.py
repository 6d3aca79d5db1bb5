"""The queue of jobs on disk: claimed with a lease, kept alive by a heartbeat, taken up again when a worker dies."""

from __future__ import annotations

import json
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LEASE_S = 20.0
"""A worker that has not been heard of for so long is dead, and its job free again."""
TRIES = 3
"""After so many dead workers a job is given up."""
OPEN_STATES = ("queued", "running")
TABLE = """
create table if not exists job(
  id text primary key, kind text not null, title text not null, args text not null, state text not null default 'queued',
  phase text not null default '', done integer not null default 0, total integer not null default 0,
  tries integer not null default 0, worker text, lease real, cancel integer not null default 0,
  problems text, created real not null, begun real, ended real
);
create index if not exists by_state on job(state, created);
"""
COLUMNS = "id, kind, title, args, state, phase, done, total, tries, cancel, problems, created, begun, ended"


class QueueFullError(Exception):
    """More jobs wait than the server takes."""


class Jobs:
    """The queue under one folder: `jobs.sqlite`, and a folder for the files of each job."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "jobs").mkdir(parents=True, exist_ok=True)
        with self._open() as db:
            db.execute("pragma journal_mode=wal")
            db.executescript(TABLE)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.home / "jobs.sqlite", timeout=30, isolation_level=None)
        db.row_factory = sqlite3.Row
        try:
            db.execute("pragma synchronous=normal")
            yield db
        finally:
            db.close()

    def folder(self, job: str) -> Path:
        """Where the files of a job are."""
        return self.home / "jobs" / job

    def check_room(self, most_queued: int) -> None:
        """Raises QueueFullError when `most_queued` jobs wait already: asked before the work of reading a question."""
        with self._open() as db:
            _check_room(db, most_queued)

    def submit(self, kind: str, title: str, args: dict[str, Any], files: dict[str, str], most_queued: int) -> str:
        """Put a job at the end of the queue and return its id. Raises QueueFullError when `most_queued` wait already."""
        job = secrets.token_hex(8)
        with self._open() as db:
            db.execute("begin immediate")
            try:
                _check_room(db, most_queued)
                folder = self.folder(job)
                folder.mkdir()
                for name, text in files.items():
                    (folder / name).write_text(text, encoding="utf-8")
                db.execute("insert into job(id, kind, title, args, created) values(?, ?, ?, ?, ?)",
                           (job, kind, title, json.dumps(args), time.time()))  # fmt: skip
                db.execute("commit")
            except BaseException:
                db.execute("rollback")
                raise
        return job

    def get(self, job: str) -> dict[str, Any] | None:
        """One job as plain data, None when there is none of that id."""
        with self._open() as db:
            row = db.execute(f"select {COLUMNS} from job where id = ?", (job,)).fetchone()
            return self._told(db, row) if row else None

    def newest(self, most: int = 50) -> list[dict[str, Any]]:
        """The newest jobs, newest first."""
        with self._open() as db:
            rows = db.execute(f"select {COLUMNS} from job order by created desc limit ?", (most,)).fetchall()
            return [self._told(db, row) for row in rows]

    def _told(self, db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
        told = dict(row)
        told["args"] = json.loads(told["args"])
        told["problems"] = json.loads(told["problems"]) if told["problems"] else []
        told["cancel"] = bool(told["cancel"])
        told["ahead"] = 0
        if row["state"] == "queued":
            told["ahead"] = db.execute(
                """select count(*) from job where state in ('queued', 'running')
                and (created < ?1 and (kind <> 'run' or ?2 = 'run') or kind <> 'run' and ?2 = 'run')""",
                (row["created"], row["kind"]),
            ).fetchone()[0]
        return told

    def cancel(self, job: str) -> None:
        """A waiting job is over at once; a running one is asked to stop."""
        with self._open() as db:
            db.execute("update job set state = 'cancelled', ended = ? where id = ? and state = 'queued'", (time.time(), job))
            db.execute("update job set cancel = 1 where id = ? and state = 'running'", (job,))

    def claim(self, worker: str) -> dict[str, Any] | None:
        """The oldest job that waits or whose worker is dead, now this worker's; None when there is nothing to do.

        What takes seconds (comparisons, orbits) goes before runs.
        """
        now = time.time()
        with self._open() as db:
            lost = json.dumps([problem("the job stopped its worker process every time", "ask for fewer runs")])
            db.execute(
                "update job set state = 'failed', ended = ?, problems = ? where state = 'running' and lease < ? and tries >= ?",
                (now, lost, now, TRIES),
            )
            row = db.execute(
                f"""update job set state = 'running', worker = ?, lease = ?, tries = tries + 1, begun = ?, done = 0, phase = ''
                where id = (select id from job where state = 'queued' or (state = 'running' and lease < ?)
                            order by kind = 'run', created limit 1) returning {COLUMNS}""",
                (worker, now + LEASE_S, now, now),
            ).fetchone()
            return self._told(db, row) if row else None

    def beat(self, job: str, worker: str, phase: str, done: int, total: int) -> bool:
        """Keep the lease and tell how far the job is. False when it is no longer this worker's, or is to stop."""
        with self._open() as db:
            row = db.execute(
                """update job set lease = ?, phase = ?, done = ?, total = ?
                where id = ? and worker = ? and state = 'running' returning cancel""",
                (time.time() + LEASE_S, phase, done, total, job, worker),
            ).fetchone()
            return row is not None and not row["cancel"]

    def release(self, process: int) -> None:
        """End the lease of a worker process that is known to be dead: its job is free at once."""
        with self._open() as db:
            db.execute("update job set lease = 0 where state = 'running' and worker glob ?", (f"{process}-*",))

    def finish(self, job: str, worker: str, state: str, problems: list[dict[str, Any]] | None = None) -> bool:
        """The end of a job; False when it was another worker's by then."""
        with self._open() as db:
            row = db.execute(
                """update job set state = ?, problems = ?, ended = ?, phase = ''
                where id = ? and worker = ? and state = 'running' returning id""",
                (state, json.dumps(problems) if problems else None, time.time(), job, worker),
            ).fetchone()
            return row is not None

    def prune(self, most: int) -> None:
        """Keep the newest `most` jobs that have ended; forget the others with their files."""
        with self._open() as db:
            old = db.execute(
                "select id from job where state not in ('queued', 'running') order by created desc limit -1 offset ?", (most,)
            ).fetchall()
            for row in old:
                db.execute("delete from job where id = ?", (row["id"],))
                shutil.rmtree(self.folder(row["id"]), ignore_errors=True)


def _check_room(db: sqlite3.Connection, most_queued: int) -> None:
    waiting = db.execute("select count(*) from job where state = 'queued'").fetchone()[0]
    if waiting >= most_queued:
        raise QueueFullError(f"{waiting} jobs wait already")


def problem(message: str, advice: str = "", path: str = "", file: str = "", line: int | None = None) -> dict[str, Any]:
    """One thing wrong, in the shape `validate --json` gives."""
    return {"file": file, "line": line, "column": None, "path": path, "message": message, "advice": advice}

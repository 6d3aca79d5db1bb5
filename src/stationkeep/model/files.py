"""Scenario files: YAML in and out, `base:` plus one patch, every error with file, line and advice."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

MAX_NODES = 100_000
MAX_BYTES = 4_000_000
Path_ = tuple[Any, ...]


@dataclass(frozen=True)
class Problem:
    """One thing wrong in an input file. `line` and `column` count from 1; `path` is the dotted key."""

    file: str
    line: int | None
    column: int | None
    path: str
    message: str
    advice: str = ""

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        what = f"{self.path}: {self.message}" if self.path else self.message
        return f"{where}: {what}" + (f"; {self.advice}" if self.advice else "")


class ScenarioError(ValueError):
    """Input that cannot be used; carries every `Problem` found, not only the first."""

    def __init__(self, problems: list[Problem]):
        self.problems = sorted(problems, key=lambda p: (p.file, p.line or 0, p.column or 0))
        super().__init__("\n".join(str(p) for p in self.problems))


class InputError(ScenarioError):
    """One problem in one input file: what is wrong and what would be right."""

    def __init__(self, file: str, line: int | None, message: str, advice: str = ""):
        super().__init__([Problem(str(file), line, None, "", message, advice)])


def placed(name: str | Path, problems: list[Problem]) -> list[Problem]:
    """Problems that only compiling shows, at the line of their key in the scenario `name`, of its futures where those have it; as
    they are where there is no such scenario."""
    if all(p.line is not None or not p.path for p in problems):
        return problems
    try:
        document = read_stack(name)
    except ScenarioError:
        return problems

    def place(p: Problem) -> Problem:
        if p.line is not None or not p.path:
            return p
        path = tuple(p.path.split("."))
        branches = [("futures", future, *path) for future in document.data.get("futures") or ()]
        found = next((at for at in (path, *branches) if at in document.marks), path)
        return document.problem(found, p.message, p.advice)

    return [place(p) for p in problems]


@dataclass(frozen=True)
class Mark:
    """Where a value stands."""

    file: str
    line: int
    column: int


@dataclass
class Document:
    """A parsed file or a merged stack of files: plain data and, for every path, where it was written."""

    data: Any
    marks: dict[Path_, Mark]
    problems: list[Problem] = field(default_factory=list)

    def mark(self, path: Path_) -> Mark:
        """The mark of `path`, or of the nearest enclosing value that is in a file."""
        while path not in self.marks and path:
            path = path[:-1]
        return self.marks[path]

    def problem(self, path: Path_, message: str, advice: str = "") -> Problem:
        mark = self.mark(path)
        return Problem(mark.file, mark.line, mark.column, dotted(path), message, advice)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML without the 1.1 traps: `no` and `12:30` stay text, dates stay text, `1e3` is a number."""


_TAGS = {"bool", "int", "float", "timestamp"}
_Loader.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if tag.rsplit(":", 1)[-1] not in _TAGS]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(0|[1-9][0-9_]*)$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?([0-9][0-9_]*\.[0-9_]*|\.[0-9]+|[0-9][0-9_]*(?=[eE]))([eE][-+]?[0-9]+)?$"),
    list("-+0123456789."),
)


def document_of(data: Any, file: str) -> Document:
    """Plain data as a document in which every value has a place, so that problems name its path."""
    marks: dict[Path_, Mark] = {}

    def walk(value: Any, path: Path_) -> None:
        marks[path] = Mark(file, 1, 1)
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, item in items:
            walk(item, (*path, key))

    walk(data, ())
    return Document(data, marks)


def dotted(path: Path_) -> str:
    """`("flights", "soyuz", 2)` -> `flights.soyuz[2]`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f"{'.' if text else ''}{step}"
    return text


def parse(text: str, file: str) -> Document:
    """Parse one YAML text. Raises ScenarioError for anything that is not one mapping of plain data."""

    def refuse(message: str, advice: str, line: int | None = 1, column: int | None = 1) -> ScenarioError:
        return ScenarioError([Problem(file, line, column, "", message, advice)])

    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            raise refuse("the file is empty", "a scenario starts with `base:` or `title:`")
        document = Document(None, {})
        _walk(node, (), frozenset(), document, file, [0])
        document.data = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        line, column = (at.line + 1, at.column + 1) if at else (1, 1)
        raise refuse(f"not valid YAML: {error.problem}", "check indentation, quotes and colons", line, column) from None
    except yaml.YAMLError as error:
        raise refuse(f"not a text file: {error}", "give a YAML scenario in UTF-8") from None
    except (RecursionError, _TooLargeError):
        raise refuse("too large or endlessly nested", f"at most {MAX_NODES} values, no runaway aliases") from None
    except (ValueError, TypeError, OverflowError) as error:
        if isinstance(error, ScenarioError):
            raise
        raise refuse(f"cannot be read: {error}", "check the values of the file") from None
    finally:
        if loader is not None:
            loader.dispose()
    if not isinstance(document.data, dict):
        raise refuse("the file is not a mapping of keys", "a scenario starts with `base:` or `title:`")
    return document


class _TooLargeError(Exception):
    """A document with more nodes than a person would write."""


def _walk(node: Any, path: Path_, above: frozenset[int], document: Document, file: str, count: list[int]) -> None:
    count[0] += 1
    if count[0] > MAX_NODES or id(node) in above:
        raise _TooLargeError
    mark = Mark(file, node.start_mark.line + 1, node.start_mark.column + 1)
    document.marks[path] = mark
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            name = key.value
            if not isinstance(name, str):
                name = str(name)
            if name in seen:
                here = Mark(file, key.start_mark.line + 1, key.start_mark.column + 1)
                document.problems.append(
                    Problem(file, here.line, here.column, dotted((*path, name)), "the key is written twice",
                            f"keep one; the first is on line {seen[name]}")
                )  # fmt: skip
            seen[name] = key.start_mark.line + 1
            _walk(value, (*path, name), above | {id(node)}, document, file, count)
            document.marks[(*path, name)] = Mark(file, key.start_mark.line + 1, key.start_mark.column + 1)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _walk(value, (*path, index), above | {id(node)}, document, file, count)


def merge(base: Document, patch: Document) -> Document:
    """`patch` over `base`: mappings merge, null deletes, everything else replaces."""
    marks = dict(base.marks)

    def under(path: Path_) -> Iterator[Path_]:
        return (p for p in list(marks) if p[: len(path)] == path)

    def over(old: Any, new: Any, path: Path_) -> Any:
        if isinstance(old, dict) and isinstance(new, dict):
            out = dict(old)
            if path in patch.marks:
                marks[path] = patch.marks[path]
            for key, value in new.items():
                here = (*path, key)
                if value is None:
                    if key not in out and path == ("flights",):
                        out[key] = None  # a recorded flight left out
                        marks.update({p: m for p, m in patch.marks.items() if p[: len(here)] == here})
                        continue
                    out.pop(key, None)
                    for p in under(here):
                        del marks[p]
                else:
                    out[key] = over(out[key], value, here) if key in out else _take(value, here)
            return out
        for p in under(path):
            del marks[p]
        return _take(new, path)

    def _take(value: Any, path: Path_) -> Any:
        marks.update({p: m for p, m in patch.marks.items() if p[: len(path)] == path})
        if isinstance(value, dict):
            keep_none = path == ("flights",)  # a recorded flight left out
            return {k: _take(v, (*path, k)) for k, v in value.items() if v is not None or keep_none}
        return value

    data = over(base.data, patch.data, ())
    marks[()] = patch.marks[()]
    return Document(data, marks, base.problems + patch.problems)


def packaged_scenarios() -> dict[str, Any]:
    """Name -> readable resource of every scenario that ships with the package."""
    folder = resources.files("stationkeep") / "data" / "scenarios"
    return {item.name[:-5]: item for item in sorted(folder.iterdir(), key=lambda i: i.name) if item.name.endswith(".yaml")}


def read_text(path: Path) -> str:
    """The text of a user's file; InputError when it is missing, too large, or not UTF-8 text."""
    try:
        raw = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except OSError as error:
        raise InputError(str(path), None, error.strerror or "cannot be read", "give the path of a file") from None
    if raw is None:
        raise InputError(str(path), None, f"larger than {MAX_BYTES // 1_000_000} MB", "a scenario is a short text")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError(str(path), line, "not a text file (bytes that are no UTF-8)", "give a YAML text") from None


def read_stack(name: str | Path, folder: Path | None = None, above: tuple[str, ...] = ()) -> Document:
    """Read a packaged scenario or a file, and what it stands on through `base:`, merged into one document."""
    packaged = packaged_scenarios()
    if str(name) in packaged:
        file, text, where = f"{name}.yaml", packaged[str(name)].read_text(encoding="utf-8"), None
    else:
        path = Path(name) if folder is None else folder / name
        if not path.exists():
            near = difflib.get_close_matches(str(name), packaged, 1)
            hint = f"did you mean '{near[0]}'? " if near else ""
            advice = f"{hint}give a file or one of: {', '.join(packaged)}"
            raise InputError(str(name), None, "no such file or packaged scenario", advice)
        file, text, where = str(path), read_text(path), path.parent
    if file in above:
        raise InputError(file, 1, "the scenario stands on itself", "break the circle of `base:`")
    document = parse(text, file)
    base = document.data.pop("base", None)
    if base is None:
        return document
    if not isinstance(base, str):
        raise ScenarioError([document.problem(("base",), "not a name", "give a packaged scenario or a file")])
    try:
        return merge(read_stack(base, where, (*above, file)), document)
    except InputError as error:
        if error.problems[0].message.startswith("no such file"):
            problem = document.problem(("base",), f"no scenario '{base}'", error.problems[0].advice)
            raise ScenarioError([problem]) from None
        raise


def read_text_stack(text: str, file: str) -> Document:
    """As `read_stack` for a text sent by someone else: its `base` may name a packaged scenario, never a file."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise InputError(file, None, f"larger than {MAX_BYTES // 1_000_000} MB", "a scenario is a short text")
    document = parse(text, file)
    base = document.data.pop("base", None)
    if base is None:
        return document
    packaged = packaged_scenarios()
    if not isinstance(base, str) or base not in packaged:
        advice = f"one of: {', '.join(packaged)}"
        raise ScenarioError([document.problem(("base",), f"no packaged scenario '{base}'", advice)])
    return merge(read_stack(base), document)


ONE_OF = "Input should be"


def explain_validation(
    error: ValidationError, document: Document, keys_at: Callable[[tuple[Any, ...]], list[str]]
) -> list[Problem]:
    """Turn pydantic's errors into problems with marks; `keys_at` gives the keys allowed at a location."""
    problems: list[Problem] = []
    for item in error.errors(include_url=False):
        path = _path_in(document, item["loc"])
        advice = ""
        if item["type"] == "extra_forbidden":
            key = str(item["loc"][-1])
            keys = keys_at(item["loc"])
            near = difflib.get_close_matches(key, keys, 1)
            message = f"unknown key '{key}'"
            advice = f"did you mean '{near[0]}'?" if near else (f"allowed: {', '.join(keys)}" if keys else "remove it")
        elif item["type"] == "missing":
            message, advice = f"missing key '{item['loc'][-1]}'", "add it"
        else:
            message = item["msg"].removeprefix("Value error, ")
            message, _, advice = message.partition("; ")
            if not isinstance(item["input"], dict | list) and "got" not in message:
                message += f" (got {item['input']!r})"
        if not path:  # an error of the whole: stand at the first key its words name
            named = [key for key in document.data if f" {key}" in message]
            path = (min(named, key=message.index),) if named else ()
        problem = document.problem(path, message, advice)
        if problems and item["msg"].startswith(ONE_OF) and (problems[-1].line, problems[-1].path) == (problem.line, problem.path):
            before, choice = problems.pop(), message.removeprefix(ONE_OF).join((" or", ""))  # of one value, what else it could have been
            if before.message.startswith(ONE_OF):
                problem = document.problem(path, before.message.partition(" (got")[0].partition(", unable")[0] + choice, advice)
            else:
                problem = document.problem(path, before.message, before.advice + choice.partition(" (got")[0])
        problems.append(problem)
    return problems


def _path_in(document: Document, loc: tuple[Any, ...]) -> Path_:
    """The part of a pydantic location that exists in the document (union tags do not)."""
    path: Path_ = ()
    for step in loc:
        if (*path, step) in document.marks:
            path = (*path, step)
    return path


def dump(data: dict[str, Any]) -> str:
    """Data as YAML in the order given."""
    text: str = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)
    return text

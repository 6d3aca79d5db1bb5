"""The tree is the architecture: these tests keep it true."""

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "stationkeep"
STANDARD = {
    "__future__", "ast", "atexit", "base64", "bisect", "collections", "concurrent", "contextlib", "copy", "csv", "dataclasses", "datetime", "difflib",
    "enum", "functools", "gc", "gzip", "hashlib", "heapq", "html", "importlib", "inspect", "pickle", "signal", "io", "itertools", "json", "logging", "math",
    "multiprocessing", "os", "pathlib", "re", "shutil", "statistics", "sys", "tempfile", "time", "typing", "uuid", "warnings",
    "xml", "zlib", "types", "operator", "string", "threading", "textwrap", "calendar", "numbers", "struct",
    "sqlite3", "secrets", "hmac", "http", "urllib", "subprocess", "traceback", "zipfile", "socket",
}  # fmt: skip
# package: (packages of ours it may use, others it may use)
MAY_USE = {
    "__init__": ({"compiled", "engine", "formats", "model", "plan", "report", "flight"}, set()),
    "__main__": ({"cli"}, set()),
    "units": (set(), set()),
    "compiled": (set(), set()),
    "log": (set(), {"numpy", "numba"}),
    "loops": (set(), {"llvmlite", "numba"}),
    "parts": (set(), {"llvmlite", "numba"}),
    "laws": ({"laws", "loops", "parts"}, {"numpy", "numba", "scipy", "pymsis"}),
    "model": ({"model", "units"}, {"pydantic", "yaml"}),
    "subsystems": ({"laws", "log", "loops"}, {"numpy", "numba"}),
    "formats": ({"formats", "laws", "model", "units"},
                {"numpy", "pandas", "xarray", "pyarrow", "sgp4", "ccsds_ndm", "h5netcdf", "yaml", "pydantic"}),
    "engine": ({"compiled", "engine", "subsystems", "laws", "log", "model", "units", "formats"}, {"numpy", "numba", "xarray", "distributed"}),
    "report": ({"report", "formats", "units"}, {"numpy", "xarray", "jinja2", "matplotlib", "rich", "pandas", "markupsafe", "scipy"}),
    "plan": ({"plan", "engine", "subsystems", "laws", "log", "model", "report", "units"}, {"numpy", "xarray", "scipy", "SALib"}),
    "flight": ({"flight", "laws", "formats", "model", "units"}, {"numba", "numpy", "scipy", "pandas", "sgp4", "satkit", "brahe", "matplotlib", "yaml"}),
    "web": ({"web"}, {"stationkeep", "fastapi", "starlette", "pydantic"}),
    "cli": ({"cli", "compiled", "web", "engine", "flight", "formats", "model", "plan", "report", "laws"}, {"stationkeep", "cyclopts", "rich", "numpy", "sgp4", "yaml", "xarray", "uvicorn"}),
}  # fmt: skip
FILES = sorted(SRC.rglob("*.py"))


def package_of(path: Path) -> str:
    relative = path.relative_to(SRC)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imports(path: Path):
    """("ours", package) or ("other", name) for every import of a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            above = path.parents[node.level - 1]
            for alias in node.names:
                target = above / (node.module or alias.name).replace(".", "/")
                yield "ours", (target.relative_to(SRC).parts or ("__init__",))[0]
        elif isinstance(node, ast.ImportFrom):
            yield from one(node.module or "", [a.name for a in node.names])
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield from one(alias.name, [])


def one(module: str, names: list[str]):
    top, *rest = module.split(".")
    if top != "stationkeep":
        yield "other", top
    elif rest:
        yield "ours", rest[0]
    else:
        for name in names or ["__init__"]:
            yield "ours", name if (SRC / name).exists() or (SRC / f"{name}.py").exists() else "__init__"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SRC)))
def test_imports_go_down(path):
    package = package_of(path)
    assert package in MAY_USE, f"{package} is not in the list: say first what it may use"
    ours, others = MAY_USE[package]
    for kind, name in imports(path):
        if kind == "ours":
            assert name in ours | {package, "__init__"}, f"{package} uses {name}"
        elif name not in STANDARD:
            assert name in others, f"{package} uses {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SRC)))
def test_subsystems_do_not_know_each_other(path):
    if package_of(path) != "subsystems" or path.stem == "__init__":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level != 1, f"{path.stem} imports a neighbour"
            assert "subsystems" not in (node.module or "")


TOUCHES_FILES = {"open", "read_text", "write_text", "read_bytes", "write_bytes", "print", "input"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SRC)))
def test_files_are_touched_only_at_the_edge(path):
    if package_of(path) not in ("laws", "subsystems", "engine", "plan", "flight", "log", "units"):
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", None))
            assert name not in TOUCHES_FILES, f"{path.name}:{node.lineno} calls {name}()"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SRC)))
def test_small_enough_to_read(path):
    assert path.read_text(encoding="utf-8").count("\n") <= 600


def _within(path: Path):
    """Files of ours that a file imports at its top."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.level:
            above = path.parents[node.level - 1]
            for alias in node.names:
                for name in (node.module or "", f"{node.module or ''}.{alias.name}"):
                    target = above / f"{name.strip('.').replace('.', '/')}.py"
                    if target.is_file():
                        yield target.resolve()


def test_all_that_is_compiled_counts_for_the_cache():
    from stationkeep.compiled import sources

    counted = {path.resolve() for path in sources()}
    waiting, met = [(SRC / "engine" / "run.py").resolve()], set()
    while waiting:
        path = waiting.pop()
        if path not in met:
            met.add(path)
            waiting += list(_within(path))
    assert len(met) > 20
    assert met - counted == set(), "compiled code is made from these too: a change of them must compile anew"
    for path in (SRC / "engine").glob("*.py"):
        if path.resolve() not in counted:
            assert "njit" not in path.read_text(encoding="utf-8"), f"{path.name} is compiled"

"""`serve`: the web application on this machine."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from stationkeep.model.files import InputError

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def serve(
    *, port: int = 8321, host: str = "127.0.0.1", name: tuple[str, ...] = (), token: str = "", home: str = "", workers: int = 2,
    json: bool = False,
) -> None:  # fmt: skip
    """Open the web application: see the station, ask a question, read the verdict. Stop it with Ctrl-C.

    Needs the extra `web`: pip install stationkeep[web]. Nothing leaves the machine.

    Parameters
    ----------
    port
        Port to listen on; 0 takes a free one.
    host
        Address to listen on. Other machines reach it only with a token.
    name
        Further host names the server answers to (behind a proxy, say).
    token
        Secret asked of every visitor; `new` makes one. Needed when other machines can reach the server.
    home
        Folder for the queue and the results; default: stationkeep in the user's data folder.
    workers
        Processes that run simulations.
    json
        Print one JSON object with the address instead of words.
    """
    try:
        import uvicorn

        from stationkeep.web.app import LOOPBACK as ANSWERS_TO
        from stationkeep.web.app import create_app
    except ModuleNotFoundError as error:
        raise InputError("serve", None, f"{error.name} is not installed", "pip install 'stationkeep[web]'") from None
    if host not in LOOPBACK and not token:
        raise InputError("--host", None, f"{host} can be reached from other machines", "give a --token, or --token new")
    if not 0 <= port < 65536:
        raise InputError("--port", None, f"{port} is no port", "give a number from 0 to 65535")
    if workers < 1:
        raise InputError("--workers", None, f"{workers} workers", "give at least 1")
    import socket

    from stationkeep.cli.output import emit

    secret = secrets.token_urlsafe(24) if token == "new" else token
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        raise InputError("--port", None, f"{host}:{port} cannot be used: {error.strerror}", "choose another --port") from None
    place = Path(home) if home else _data_home()
    app = create_app(place, workers=workers, hosts=ANSWERS_TO | {host.lower(), *(n.lower() for n in name)}, token=secret or None)
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{listening.getsockname()[1]}/" + (f"?token={secret}" if secret else "")
    emit({"url": url, "home": str(place)}, json, lambda: print(f"stationkeep is at {url}\nresults are kept in {place}", flush=True))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False, date_header=False, timeout_graceful_shutdown=2))
    server.run(sockets=[listening])


def _data_home() -> Path:
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "stationkeep"

"""What stands before every request: the host asked for, who asks, from where, and how much is sent."""

from __future__ import annotations

import hmac
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_LIMIT_BYTES = 4_000_000
COOKIE = "stationkeep-token"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content policy of the page: nothing but the server's own files, no inline script or style."""
HEADERS = {
    "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
}  # fmt: skip


def host_of(value: str) -> str:
    """The name in a Host header, without its port."""
    if value.startswith("["):
        return value.split("]")[0][1:].lower()
    return value.rsplit(":", 1)[0].lower() if ":" in value else value.lower()


def _refusal(status: int, what: str, advice: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"detail": what, "advice": advice}, status, headers)


class Guard:
    """Pure ASGI: hosts, token, cross-site writes, body limit, and the headers of every answer."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str], token: str | None = None) -> None:
        self.app, self.hosts, self.token = app, hosts, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = self._refused(scope, headers)
        if refused is not None:
            await refused(scope, receive, _with_headers(send))
            return
        await self._limited(scope, receive, _with_headers(send))

    def _refused(self, scope: Scope, headers: Headers) -> Any:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or host_of(hosts[0]) not in self.hosts:
            return _refusal(400, "host not known here", f"ask for one of: {', '.join(sorted(self.hosts))}")
        if scope["method"] not in ("GET", "HEAD") and _cross_site(headers):
            return _refusal(403, "a write from another site", "write from the page this server shows")
        if self.token is None:
            return None
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if asked and scope["method"] == "GET" and self._right(asked):
            found = RedirectResponse("/", 303)
            found.set_cookie(COOKIE, asked, httponly=True, samesite="strict", path="/")
            return found
        given = headers.get("authorization", "").removeprefix("Bearer ") or _cookie(headers)
        if not self._right(given):
            return _refusal(401, "a token is needed", "open the address the server printed when it started",
                            {"WWW-Authenticate": "Bearer"})  # fmt: skip
        return None

    def _right(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), (self.token or "").encode())

    async def _limited(self, scope: Scope, receive: Receive, send: Send) -> None:
        told = Headers(scope=scope).get("content-length", "")
        answer = _refusal(413, "too much was sent", f"at most {BODY_LIMIT_BYTES // 1_000_000} MB", {"Connection": "close"})
        if told and (not told.isdigit() or int(told) > BODY_LIMIT_BYTES):
            await answer(scope, receive, send)
            return
        taken = 0

        async def taking() -> Message:
            nonlocal taken
            message = await receive()
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
                if taken > BODY_LIMIT_BYTES:
                    raise HTTPException(413, f"too much was sent; at most {BODY_LIMIT_BYTES // 1_000_000} MB")
            return message

        await self.app(scope, taking, send)


def _cross_site(headers: Headers) -> bool:
    """Whether a browser says that another site asked for this write."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        return True
    return origin is not None and origin.split("://")[-1].lower() != headers.get("host", "").lower()


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending

"""What stands around Gradio's own server: the Origin check, security headers, share pages, and the operator's sign-in."""

from __future__ import annotations

import hmac
import html
import logging
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio.errors import NotFound, StudioError
from studio.settings import Settings
from studio.sharing.page import page_headers, render_not_found, render_page
from studio.sharing.snapshots import Snapshot
from studio.ui.access import OPERATOR_COOKIE, operator_cookie
from studio.ui.compare_files import Comparisons
from studio.ui.context import Studio
from studio.ui.downloads import ExportDownloads

logger = logging.getLogger("studio.ui")

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_COOKIE_SECONDS = 12 * 3600
_HUGGING_FACE = "https://huggingface.co"


def routes(studio: Studio) -> list[Route]:
    """The addresses that are not Gradio pages."""
    pages = SharePages(studio)
    added = [*Comparisons(studio.workspace).routes(), *ExportDownloads(studio).routes()]
    listed = [Route("/s/{token}.json", pages.data), Route("/s/{token}", pages.page), *added]
    if studio.settings.operator_key:
        sign_in = OperatorSignIn(studio.settings)
        listed.append(Route("/operator", sign_in.form, methods=["GET"]))
        listed.append(Route("/operator", sign_in.enter, methods=["POST"]))
    return listed


def middleware(settings: Settings) -> list[Middleware]:
    """The checks that every request passes."""
    return [Middleware(Guard, settings=settings)]


class Guard:
    """Refuses cross-site writes and unknown hosts, and puts security headers on every response.

    Gradio 6.31 answers any Origin with credentials allowed; here a foreign Origin may neither write nor read the answer.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._own_host = urlsplit(settings.base_url).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        host = request.headers.get("host", "")
        if self._settings.bound_to_loopback and not self._known(host):
            await PlainTextResponse("This address is not served here.", 403)(scope, receive, send)
            return
        origin = request.headers.get("origin")
        foreign = origin is not None and urlsplit(origin).netloc not in {host, self._own_host}
        if foreign and request.method not in _SAFE_METHODS:
            await PlainTextResponse("Requests from other sites are refused.", 403)(scope, receive, send)
            return
        await self._app(scope, receive, self._with_headers(send, foreign))

    def _known(self, host: str) -> bool:
        """Whether a loopback app is addressed by a loopback name; anything else is DNS rebinding or a mistake."""
        return host == self._own_host or (urlsplit(f"//{host}").hostname or "") in _LOCAL_NAMES

    def _with_headers(self, send: Send, foreign: bool) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _secured(message["headers"], foreign, self._settings.on_space)
            await send(message)

        return send_with_headers


def _secured(headers: list[tuple[bytes, bytes]], foreign: bool, on_space: bool) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in headers if not (foreign and name.lower().startswith(b"access-control-"))]
    present = {name.lower() for name, _ in kept}
    ancestors = f"'self' {_HUGGING_FACE}" if on_space else "'self'"
    wanted = {
        b"x-content-type-options": b"nosniff",
        b"referrer-policy": b"same-origin",
        b"content-security-policy": f"frame-ancestors {ancestors}".encode(),
    }
    return kept + [(name, value) for name, value in wanted.items() if name not in present]


@dataclass(frozen=True)
class SharePages:
    """`/s/<token>` and `/s/<token>.json`. A wrong, an expired and a revoked token look the same."""

    studio: Studio

    def page(self, request: Request) -> Response:
        """The report as one page."""
        token = request.path_params["token"]
        snapshot = self._open(token)
        if snapshot is None:
            return HTMLResponse(render_not_found(), 404, headers=page_headers())
        url = f"{self.studio.settings.base_url}/s/{token}"
        return HTMLResponse(render_page(snapshot, url=url), headers=page_headers())

    def data(self, request: Request) -> Response:
        """The report as data."""
        snapshot = self._open(request.path_params["token"])
        if snapshot is None:
            return HTMLResponse(render_not_found(), 404, headers=page_headers())
        return JSONResponse(snapshot.to_json(), headers=page_headers())

    def _open(self, token: str) -> Snapshot | None:
        try:
            return self.studio.links.open(token)
        except NotFound:
            return None
        except StudioError:  # the file behind a live link is lost or damaged: nothing a reader could mend
            logger.exception("a share link could not be opened")
            return None


@dataclass(frozen=True)
class OperatorSignIn:
    """Buys the operator cookie with the operator key; for a studio in public mode that is not on a Space."""

    settings: Settings

    def form(self, _: Request) -> Response:
        """The sign-in form."""
        return HTMLResponse(_SIGN_IN.format(message=""))

    async def enter(self, request: Request) -> Response:
        """Check the key and set the cookie."""
        key = str((await request.form()).get("key", ""))
        expected = self.settings.operator_key or ""
        if not hmac.compare_digest(key.encode(), expected.encode()):
            return HTMLResponse(_SIGN_IN.format(message=html.escape("That key is not right.")), 403)
        response = RedirectResponse("/", 303)
        secure = request.url.scheme == "https"
        response.set_cookie(
            OPERATOR_COOKIE, operator_cookie(expected), max_age=_COOKIE_SECONDS, httponly=True, samesite="strict", secure=secure
        )
        return response


_SIGN_IN = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Operator sign-in</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">
<style>body{{font:16px/1.6 system-ui,sans-serif;max-width:24rem;margin:15vh auto;padding:0 1rem;color-scheme:light dark}}
input,button{{font:inherit;width:100%;padding:.5rem;margin:.25rem 0;box-sizing:border-box}}</style></head>
<body><main><h1>Operator sign-in</h1><p role="alert">{message}</p><form method="post">
<label for="key">Operator key</label><input id="key" name="key" type="password" autocomplete="current-password" required>
<button>Sign in</button></form></main></body></html>"""

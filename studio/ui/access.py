"""Who is asking: an operator (may train, import, delete, share) or a visitor (may chat, vote and read).

Checked on the server, in the handler, for every call: hiding a button or a tab is no access control.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass
from typing import Any

import gradio as gr

from studio.errors import NotAllowed
from studio.settings import Settings

OPERATOR_COOKIE = "studio_operator"


@dataclass(frozen=True)
class Caller:
    """Whoever sent the request. `name` is the Hugging Face user name, where there is one."""

    operator: bool
    name: str | None
    visitor: str


def identify(settings: Settings, request: gr.Request) -> Caller:
    """The caller of this request.

    On a private address everybody is an operator. In public mode an operator is who signed in with Hugging Face under a listed name,
    or who holds the cookie that the operator key bought.
    """
    visitor = _visitor(request)
    if not settings.public:
        return Caller(operator=True, name=None, visitor=visitor)
    name = _oauth_name(request) if settings.oauth else None
    listed = name is not None and name.lower() in settings.operators
    keyed = holds_operator_cookie(settings, (request.cookies or {}).get(OPERATOR_COOKIE, ""))
    return Caller(operator=listed or keyed, name=name, visitor=visitor)


def require_operator(settings: Settings, request: gr.Request, *, to: str) -> Caller:
    """The caller, who may operate.

    Raises:
        NotAllowed: the caller is a visitor; `to` says what was refused, for example "start a training".
    """
    caller = identify(settings, request)
    if not caller.operator:
        raise NotAllowed(f"Only an operator may {to} here. Sign in as the owner, or run the studio on your own machine.")
    return caller


def operator_cookie(key: str) -> str:
    """The cookie's value for that key: it proves the key without being it."""
    return hmac.new(key.encode(), b"firstline-studio operator", hashlib.sha256).hexdigest()


def holds_operator_cookie(settings: Settings, value: str) -> bool:
    """Whether the cookie was bought with the configured key."""
    return settings.operator_key is not None and hmac.compare_digest(
        value.encode(), operator_cookie(settings.operator_key).encode()
    )


def _oauth_name(request: gr.Request) -> str | None:
    """The user name of a Hugging Face sign-in that has not expired; Gradio keeps it in the signed session cookie."""
    session: dict[str, Any] = getattr(request.request, "scope", {}).get("session") or {}
    info = session.get("oauth_info") or {}
    if not info or float(info.get("expires_at", 0)) < time.time():
        return None
    name = (info.get("userinfo") or {}).get("preferred_username")
    return str(name) if name else None


def _visitor(request: gr.Request) -> str:
    """A stable, anonymous mark of the sender, to cap rates by; the address itself is not kept."""
    host = request.client.host if request.client else ""
    return hashlib.sha256(f"visitor:{host}".encode()).hexdigest()[:16]

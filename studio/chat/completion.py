"""One whole answer from an OpenAI-compatible server, however badly the server behaves.

`EndpointModel.stream` is for a person who watches; this is for work that goes on for hours without one. A server that is busy,
slow, down, cut off or babbling is asked again, later and later (exponential backoff with full jitter, Brooker 2015, "Exponential
Backoff and Jitter"; `Retry-After` is heeded). It knows nothing of what is asked.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from pydantic import BaseModel, Field, ValidationError
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_any,
    stop_when_event_set,
    wait_random_exponential,
)

from studio.chat.endpoint import EndpointModel
from studio.chat.messages import Decoding, Message
from studio.errors import AccessRefused, EngineError

logger = logging.getLogger(__name__)

_MAX_BODY = 4 * 1024 * 1024  # bytes; an answer of 100,000 tokens is below half a megabyte
_CONNECT_SECONDS = 10.0
_REFUSED = frozenset({401, 402, 403, 404})
_OPTION_REFUSED = frozenset({400, 422})
_COME_BACK = frozenset({408, 409, 425, 429})
_NO_CREDIT = "insufficient_quota"  # OpenAI's 429 that no waiting cures


@dataclass(frozen=True)
class Patience:
    """How long a server may take and how often it is asked again."""

    attempts: int = 6
    timeout: float = 300.0
    """Seconds for one whole answer: a large model on a small machine is slow."""
    longest_wait: float = 120.0
    """Seconds between two attempts at most; a server that asks for more has failed."""
    pause: Callable[[float], object] | None = None
    """Waits so many seconds; None waits until the work is stopped, at most that long."""


@dataclass(frozen=True)
class Completion:
    """A whole answer. The tokens are as the server counts them, 0 where it doesn't."""

    text: str
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Body(BaseModel):
    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage | None = None


class _Transient(Exception):
    """The server may do better next time. `retry_after` is in seconds, as the server asked."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class _OptionRefused(Exception):
    """The server does not take the request as it is; perhaps it takes a plainer one."""


class CompletionClient:
    """Asks one endpoint, from any number of threads. Close it, or use it as a context manager."""

    def __init__(
        self, endpoint: EndpointModel, *, patience: Patience = Patience(), stopping: threading.Event | None = None
    ) -> None:
        self._endpoint = endpoint
        self._patience = patience
        self._stopping = stopping or threading.Event()
        self._plainness = 0
        timeout = httpx.Timeout(patience.timeout, connect=min(_CONNECT_SECONDS, patience.timeout))
        self._http = httpx.Client(headers=endpoint.headers, timeout=timeout)
        self._backoff = wait_random_exponential(multiplier=1, max=min(60.0, patience.longest_wait))

    def __enter__(self) -> CompletionClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def complete(self, messages: Sequence[Message], decoding: Decoding, *, as_json: bool = False) -> Completion:
        """The answer to a conversation, which is sent as it is.

        Args:
            messages: the conversation.
            decoding: the length, temperature, top-p and seed that are asked for.
            as_json: ask for a JSON object, of a server that can promise one.

        Raises:
            AccessRefused: the key, the account or the model's name is wrong.
            EngineError: there was no answer, after all attempts or because the work is being stopped.
        """
        bodies = _bodies(self._endpoint.model, messages, decoding, as_json=as_json)
        for plainness in range(self._plainness, len(bodies)):
            try:
                completion = self._persistently(bodies[plainness])
            except _OptionRefused as error:
                refusal = str(error)
                continue
            self._plainness = plainness
            return completion
        raise EngineError(refusal)

    def _persistently(self, body: dict[str, Any]) -> Completion:
        retrying = Retrying(
            retry=retry_if_exception_type(_Transient),
            wait=self._seconds_to_wait,
            stop=stop_any(stop_after_attempt(self._patience.attempts), stop_when_event_set(self._stopping)),
            sleep=self._pause,
            before_sleep=self._log,
            reraise=True,
        )
        try:
            return retrying(self._once, body)
        except _Transient as error:
            attempts = retrying.statistics["attempt_number"]
            raise EngineError(
                f"{self._endpoint.url} {error} (asked {attempts} times). Try again when the server is well."
            ) from error

    def _pause(self, seconds: float) -> None:
        (self._patience.pause or self._stopping.wait)(seconds)

    def _seconds_to_wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, _Transient) else None
        return (asked or 0.0) + self._backoff(state)

    def _log(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        seconds = state.next_action.sleep if state.next_action else 0
        logger.info("%s %s; asking again in %.0f s", self._endpoint.url, error, seconds)

    def _once(self, body: dict[str, Any]) -> Completion:
        deadline = time.monotonic() + self._patience.timeout
        try:
            with self._http.stream("POST", f"{self._endpoint.url}/chat/completions", json=body) as response:
                text = self._read(response, deadline)
        except httpx.TimeoutException as error:
            raise _Transient(f"gave no answer within {self._patience.timeout:.0f} seconds") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise _Transient(f"can't be reached or broke off ({type(error).__name__})") from error
        self._check_status(response, text)
        return _parse(text)

    def _read(self, response: httpx.Response, deadline: float) -> str:
        """The body as text, of bounded size, read in bounded time."""
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > _MAX_BODY:
                raise _Transient(f"sent more than {_MAX_BODY // 1024**2} MB")
            if time.monotonic() > deadline:
                raise _Transient(f"gave no answer within {self._patience.timeout:.0f} seconds")
        return body.decode("utf-8", errors="replace")

    def _check_status(self, response: httpx.Response, text: str) -> None:
        status = response.status_code
        if status == 200:
            return
        complaint = " ".join(self._endpoint.without_key(text).split())[:200]
        said = f"answered {status}" + (f": {complaint}" if complaint else "")
        if status in _REFUSED or (status == 429 and _NO_CREDIT in text):
            raise AccessRefused(f"{self._endpoint.url} {said}. Check the address, the key, the account and the model's name.")
        if status in _OPTION_REFUSED:
            raise _OptionRefused(f"{self._endpoint.url} {said}")
        if status not in _COME_BACK and status < 500:
            raise EngineError(f"{self._endpoint.url} {said}. Check the address.")
        wait = _retry_after(response.headers.get("retry-after"))
        if wait is not None and wait > self._patience.longest_wait:
            raise EngineError(f"{self._endpoint.url} {said}; it asks to come back in {wait:.0f} seconds. Go on then.")
        raise _Transient(said, wait)


def _bodies(model: str, messages: Sequence[Message], decoding: Decoding, *, as_json: bool) -> list[dict[str, Any]]:
    """The request, and plainer ones for servers that refuse what they don't know (`transformers serve`: `response_format`)."""
    plain = {"model": model, "messages": [dict(message) for message in messages]}
    usual = {
        **plain,
        "max_tokens": decoding.max_new_tokens,
        "temperature": decoding.temperature,
        "top_p": decoding.top_p,
        "seed": decoding.seed,
    }
    first = {**usual, "response_format": {"type": "json_object"}} if as_json else usual
    return [first, usual, plain]


def _parse(text: str) -> Completion:
    try:
        body = _Body.model_validate_json(text)
    except ValidationError as error:
        raise _Transient("sent something that is no answer in the OpenAI protocol") from error
    usage = body.usage or _Usage()
    return Completion(body.choices[0].message.content or "", usage.prompt_tokens or 0, usage.completion_tokens or 0)


def _retry_after(value: str | None) -> float | None:
    """Seconds to wait by a `Retry-After` header, a number or a date (RFC 9110, 10.2.3); None where it says nothing usable."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds())

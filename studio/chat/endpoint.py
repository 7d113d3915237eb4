"""The other engine: any OpenAI-compatible server (vLLM, TGI, llama.cpp, Ollama, `transformers serve`).

A model is named `URL#MODEL`, for example `http://127.0.0.1:8000/v1#qwen2-7b`; an adapter is the name under which the server knows it.
"""

from __future__ import annotations

import hashlib
import json
import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from studio.chat.messages import Decoding, Delta, Request, with_system_prompt
from studio.errors import BadInput, EngineError

KEY_HIDDEN = "[key]"
"""Stands in a sentence where a server repeated the key."""

_TIMEOUT = httpx.Timeout(connect=5.0, read=120.0, write=30.0, pool=5.0)
_DATA = "data:"


def is_endpoint(name: str) -> bool:
    """Whether a model's name is an address."""
    return name.startswith(("http://", "https://"))


@dataclass(frozen=True)
class EndpointModel:
    """A `ChatModel` behind an address. Its weights are unknown here, so the digest covers address and name only."""

    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    """Sent as a bearer token; never part of a name, a digest or a sentence."""

    @classmethod
    def from_name(cls, name: str, key: str | None = None) -> EndpointModel:
        """Split `URL#MODEL`.

        Raises:
            BadInput: the model's name is missing, the address is none or holds a secret, or the key can't be sent.
        """
        url, _, model = name.strip().partition("#")
        _check_address(url)
        if not model:
            raise BadInput(f"{name!r} names a server but no model: write it as URL#MODEL.")
        return cls(url.rstrip("/"), model, _clean_key(key))

    @property
    def name(self) -> str:
        """`URL#MODEL`, as `from_name` reads it, without the key."""
        return f"{self.url}#{self.model}"

    @property
    def headers(self) -> dict[str, str]:
        """What a request carries besides its body."""
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

    def without_key(self, text: str) -> str:
        """`text`, for instance a server's complaint, with the key taken out."""
        return text.replace(self.key, KEY_HIDDEN) if self.key else text

    def digest(self, adapter: str | None = None) -> str:
        """SHA-256 of address and model name."""
        return hashlib.sha256(f"{self.url}#{adapter or self.model}".encode()).hexdigest()

    def stream(self, requests: Sequence[Request], decoding: Decoding) -> Iterator[Sequence[Delta]]:
        """One connection a request, all at once: the server does the batching.

        Raises:
            EngineError: the server can't be reached, refuses, or breaks off.
        """
        arrivals: queue.Queue[tuple[int, str | None] | EngineError] = queue.Queue()
        closed = threading.Event()
        for index, request in enumerate(requests):
            threading.Thread(target=self._read, args=(index, request, decoding, arrivals, closed), daemon=True).start()
        open_rows = set(range(len(requests)))
        try:
            while open_rows:
                arrival = arrivals.get()
                if isinstance(arrival, EngineError):
                    raise arrival
                index, text = arrival
                if text is None:
                    open_rows.discard(index)
                deltas = [Delta("", finished=row not in open_rows) for row in range(len(requests))]
                deltas[index] = Delta(text or "", finished=text is None)
                yield deltas
        finally:
            closed.set()

    def _read(
        self, index: int, request: Request, decoding: Decoding, arrivals: queue.Queue[Any], closed: threading.Event
    ) -> None:
        body = {
            "model": request.adapter or self.model,
            "messages": with_system_prompt(request.messages),
            "max_tokens": decoding.max_new_tokens,
            "temperature": decoding.temperature,
            "top_p": decoding.top_p,
            "seed": decoding.seed,
            "stream": True,
        }
        try:
            address = f"{self.url}/chat/completions"
            with httpx.stream("POST", address, json=body, headers=self.headers, timeout=_TIMEOUT) as response:
                if response.is_error:
                    response.read()
                    complaint = self.without_key(response.text)[:200]
                    raise EngineError(f"{self.url} answered {response.status_code}: {complaint}")
                for text in _texts(response.iter_lines()):
                    if closed.is_set():
                        return
                    arrivals.put((index, text))
            arrivals.put((index, None))
        except EngineError as error:
            arrivals.put(error)
        except (httpx.HTTPError, json.JSONDecodeError, KeyError, TypeError) as error:
            arrivals.put(
                EngineError(
                    f"{self.url} broke off ({type(error).__name__}). Check that the server runs and speaks the OpenAI protocol."
                )
            )


def _check_address(url: str) -> None:
    """Refuse what can't be asked, and what would show a secret wherever the name is shown."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise BadInput("The address of the server can't be read: write it as URL#MODEL.") from error
    if parts.userinfo or parts.query:
        raise BadInput("The address of the server holds a password or a query. Leave it out, and give a key by itself.")
    if parts.scheme not in {"http", "https"} or not parts.host:
        raise BadInput(f"{url!r} is no address of a server: write it as URL#MODEL, beginning with http:// or https://.")


def _clean_key(key: str | None) -> str | None:
    """The key without the spaces that copying leaves around it; None where there is none."""
    key = (key or "").strip()
    if not all("!" <= letter <= "~" for letter in key):
        raise BadInput("The key holds a space or a letter that no key has. Copy it again.")
    return key or None


def _texts(lines: Iterator[str]) -> Iterator[str]:
    """The text pieces of a stream of server-sent events."""
    for line in lines:
        payload = line.removeprefix(_DATA).strip()
        if not line.startswith(_DATA) or payload == "[DONE]":
            continue
        choices = json.loads(payload)["choices"]
        if choices and (text := choices[0]["delta"].get("content")):
            yield text

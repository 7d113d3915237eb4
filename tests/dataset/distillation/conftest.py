"""A real HTTP server on this machine that speaks the OpenAI protocol and misbehaves on purpose."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from studio.chat.endpoint import EndpointModel
from studio.dataset.distillation.candidates import Passage

KEY = "sk-secret-0123456789"


def completion(text: str) -> bytes:
    """The body of a good answer."""
    usage = {"prompt_tokens": 100, "completion_tokens": 10}
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}], "usage": usage}).encode()


def taught(answer: str, *questions: str) -> str:
    """The reply of a teacher that does as it is told."""
    return json.dumps({"needs": [{"language": "English", "questions": list(questions) or ["How long is it?"], "answer": answer}]})


@dataclass
class Answer:
    """What the server does with one request."""

    body: bytes = completion(taught("The warranty lasts 24 months from the date of purchase."))
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    """The length that is announced; more than there is cuts the body off."""
    hold: threading.Event | None = None
    """Waited for before anything is sent."""
    reset: bool = False
    """Close the connection without an answer."""


class TeacherServer(ThreadingHTTPServer):
    """Does what `script` holds, one entry a request, then what `behave` says, then well. Remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script: list[Answer] = []
        self.behave: Callable[[dict[str, Any]], Answer] = lambda _body: Answer()
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.lock = threading.Lock()
        self.under_way = self.most_under_way = 0

    @property
    def endpoint(self) -> EndpointModel:
        return EndpointModel.from_name(f"http://127.0.0.1:{self.server_port}/v1#teacher", KEY)

    def take(self, body: dict[str, Any], key: str | None) -> Answer:
        with self.lock:
            self.asked.append(body)
            self.keys.append(key)
            return self.script.pop(0) if self.script else self.behave(body)

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is part of the game."""


class _Handler(BaseHTTPRequestHandler):
    server: TeacherServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        assert self.path == "/v1/chat/completions"
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = self.server.take(body, self.headers["Authorization"])
        with self.server.lock:
            self.server.under_way += 1
            self.server.most_under_way = max(self.server.most_under_way, self.server.under_way)
        try:
            self._send(answer)
        finally:
            with self.server.lock:
                self.server.under_way -= 1

    def _send(self, answer: Answer) -> None:
        if answer.hold:
            answer.hold.wait(30)
        if answer.reset:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(answer.length or len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        self.close_connection = answer.length is not None

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[TeacherServer]:
    server = TeacherServer()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def make_passages(count: int) -> list[Passage]:
    """Passages that differ in one word and all support the server's usual answer."""
    text = "Part {}. The warranty lasts 24 months from the date of purchase."
    return [Passage(f"p{number}", "manual.md", ("Warranty",), text.format(number)) for number in range(count)]

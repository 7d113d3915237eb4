"""The endpoint engine against a real HTTP server on this machine, well-behaved and not."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from studio.chat.endpoint import EndpointModel
from studio.chat.messages import SUPPORT_SYSTEM_PROMPT, Request, reply
from studio.errors import BadInput, EngineError


class Server(BaseHTTPRequestHandler):
    """Answers with the question in capitals, word by word; the model's name chooses how it misbehaves."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if body["model"] == "busy":
            self.send_error(429, "too many requests")
            return
        assert body["messages"][0] == {"role": "system", "content": SUPPORT_SYSTEM_PROMPT}
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        if body["model"] == "garbage":
            self.wfile.write(b"data: {not json\n\n")
            return
        for word in body["messages"][-1]["content"].upper().split():
            piece = {"choices": [{"delta": {"content": word + " "}}]}
            self.wfile.write(f"data: {json.dumps(piece)}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()


def ask(text: str) -> Request:
    return Request([{"role": "user", "content": text}])


def test_several_requests_stream_side_by_side(url: str) -> None:
    model = EndpointModel.from_name(f"{url}#good")
    assert reply(model, [ask("where is it"), ask("how long")]) == ["WHERE IS IT", "HOW LONG"]


@pytest.mark.parametrize(("name", "words"), [("busy", "answered 429"), ("garbage", "broke off")])
def test_a_failing_server_is_one_clear_sentence(url: str, name: str, words: str) -> None:
    with pytest.raises(EngineError, match=words):
        reply(EndpointModel.from_name(f"{url}#{name}"), [ask("hello")])


def test_a_server_that_is_not_there_is_one_clear_sentence() -> None:
    with pytest.raises(EngineError, match="Check that the server runs"):
        reply(EndpointModel.from_name("http://127.0.0.1:1/v1#x"), [ask("hello")])


def test_an_address_without_a_model_is_refused() -> None:
    with pytest.raises(BadInput, match="URL#MODEL"):
        EndpointModel.from_name("http://127.0.0.1:1/v1")

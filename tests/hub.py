"""A small server that speaks what pushing needs of the Hub's API: create a repository, validate a card, preupload, LFS, commit."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "hf_a_token_for_tests"


@dataclass
class Hub:
    """What the server holds. `upload_mode` is `regular` or `lfs`; `failing` maps a part of a path to the status it answers with."""

    url: str = ""
    upload_mode: str = "regular"
    owners: tuple[str, ...] = ("acme",)
    failing: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    visibility: dict[str, str] = field(default_factory=dict)
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    commits: list[str] = field(default_factory=list)
    stored: dict[str, bytes] = field(default_factory=dict)

    def answer(self, method: str, path: str, body: bytes, token: str | None) -> tuple[int, Any]:
        """Status and JSON."""
        for part, status in self.failing.items():
            if part in path:
                return status, {"error": "as the test asked"}
        if method == "PUT":
            self.stored[path.rsplit("/", 1)[-1]] = body
            return 200, {}
        if path == "/api/validate-yaml":
            return 200, {"errors": [], "warnings": []}
        if token != TOKEN:
            return 401, {"error": "Invalid user token."}
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        kind, repo, action = self._parts(path)
        if self.kinds.get(repo) != kind:
            return 404, {"error": "Repository not found"}
        return getattr(self, f"_{action}")(repo, body)

    def address(self, repo: str) -> str:
        """Of a repository's page: models stand at the root."""
        return f"{self.url}/{repo}" if self.kinds[repo] == "models" else f"{self.url}/{self.kinds[repo]}/{repo}"

    def _parts(self, path: str) -> tuple[str, str, str]:
        if path.endswith(".git/info/lfs/objects/batch"):
            *kinds, owner, name = path.removesuffix(".git/info/lfs/objects/batch").strip("/").split("/")
            return kinds[0] if kinds else "models", f"{owner}/{name}", "batch"  # models stand at the root
        _, kind, owner, name, action, *_ = path.strip("/").split("/")
        return kind, f"{owner}/{name}", action

    def _create(self, asked: dict[str, Any]) -> tuple[int, Any]:
        repo = f"{asked['organization']}/{asked['name']}"
        if asked["organization"] not in self.owners:
            return 403, {"error": "You don't have the rights to create a dataset under this namespace"}
        if repo in self.visibility:
            return 409, {"error": "You already created this dataset repo"}
        self.kinds[repo] = f"{asked.get('type', 'model')}s"
        self.visibility[repo], self.files[repo] = asked.get("visibility", "public"), {}
        return 200, {"url": self.address(repo)}

    def _preupload(self, repo: str, body: bytes) -> tuple[int, Any]:
        modes = [
            {
                "path": file["path"],
                "uploadMode": "regular" if file["path"].endswith(".md") else self.upload_mode,
                "shouldIgnore": False,
            }
            for file in json.loads(body)["files"]
        ]
        return 200, {"files": modes}

    def _batch(self, repo: str, body: bytes) -> tuple[int, Any]:
        objects = [
            {"oid": one["oid"], "size": one["size"], "actions": {"upload": {"href": f"{self.url}/storage/{one['oid']}"}}}
            for one in json.loads(body)["objects"]
        ]
        return 200, {"transfer": "basic", "objects": objects}

    def _commit(self, repo: str, body: bytes) -> tuple[int, Any]:
        for line in body.decode().splitlines():
            entry = json.loads(line)
            value = entry["value"]
            if entry["key"] == "header":
                self.commits.append(value["summary"])
            elif entry["key"] == "file":
                self.files[repo][value["path"]] = base64.b64decode(value["content"])
            else:
                self.files[repo][value["path"]] = self.stored[value["oid"]]
        oid = "0" * 40
        return 200, {"commitUrl": f"{self.address(repo)}/commit/{oid}", "commitOid": oid, "success": True}


@contextmanager
def running_hub() -> Iterator[Hub]:
    """The server on a free port of the loopback, for as long as the block runs."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def _respond(self) -> None:
            body = (
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.headers.get("Content-Length")
                else self._chunks()
            )
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None
            status, value = hub.answer(self.command, self.path.split("?")[0], body, token)
            content = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _chunks(self) -> bytes:
            body = b""
            while self.headers.get("Transfer-Encoding") == "chunked" and (size := int(self.rfile.readline(), 16)):
                body += self.rfile.read(size)
                self.rfile.readline()
            return body

        do_GET = do_POST = do_PUT = _respond

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()

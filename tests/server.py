"""The studio as people run it: `python app.py` in a process of its own, on a free port of the loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from studio.settings import PROJECT_ROOT

_START_SECONDS = 90


class App:
    """An app on the workspace `home`, for as long as the block runs. It can be killed and started again, at the same address.

    Attributes:
        url: its address.
    """

    def __init__(self, home: Path, **environment: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._environment = {**os.environ, "STUDIO_HOME": str(home), "PORT": str(port), **environment}
        self._log = home / "app.log"
        home.mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "app.py"], cwd=PROJECT_ROOT, env=self._environment, stdout=output, stderr=output
            )
        _wait_until_it_answers(self.url, self._process, self._log)

    def kill(self) -> None:
        """End it without a word of warning."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> App:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()


@contextmanager
def running_app(home: Path, **environment: str) -> Iterator[str]:
    """The address of an app on the workspace `home`, for as long as the block runs."""
    with App(home, **environment) as app:
        yield app.url


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError(f"the app did not start: {log.read_text()}")

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


@contextmanager
def running_app(home: Path, **environment: str) -> Iterator[str]:
    """The address of an app on the workspace `home`, for as long as the block runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    settings = {**os.environ, "STUDIO_HOME": str(home), "PORT": str(port), **environment}
    log = home / "app.log"
    home.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen([sys.executable, "app.py"], cwd=PROJECT_ROOT, env=settings, stdout=output, stderr=output)
    try:
        _wait_until_it_answers(url, process, log)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


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

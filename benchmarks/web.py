"""The web process: seconds from `python app.py` to the first page, and its resident memory before a model is loaded.

python -m benchmarks.web [--repeats 3] [--json]
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("", "data", "train", "arena", "dashboard", "share")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    measured = [measure() for _ in range(options.repeats)]
    best = min(measured, key=lambda one: one["first_page_s"])
    print(json.dumps({**best, "all_first_page_s": [one["first_page_s"] for one in measured]}, indent=None if options.json else 2))


def measure() -> dict[str, float]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "STUDIO_HOME": tempfile.mkdtemp()}
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        first = wait_for(f"http://127.0.0.1:{port}/", started)
        for page in PAGES:
            httpx.get(f"http://127.0.0.1:{port}/{page}", timeout=30).raise_for_status()
        resident = psutil.Process(process.pid).memory_info().rss / 2**20
    finally:
        process.terminate()
        process.wait(10)
    return {"first_page_s": round(first, 2), "resident_mb": round(resident)}


def wait_for(url: str, started: float) -> float:
    while time.monotonic() - started < 60:
        try:
            if httpx.get(url, timeout=10).status_code == 200:
                return time.monotonic() - started
        except httpx.TransportError:
            time.sleep(0.05)
    raise TimeoutError(url)


if __name__ == "__main__":
    main()

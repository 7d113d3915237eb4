"""The whole way with a real model behind a real server: `transformers serve` with the embedded model.

A model of 135 million parameters can't teach. What it writes is rejected, and that is what is seen here: the request is taken, the reply comes back,
it is kept, and it is shown with its reasons.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from studio.chat.endpoint import EndpointModel
from studio.chat.messages import Decoding
from studio.dataset.distillation.ledger import Ledger
from studio.dataset.distillation.teacher import Teacher, teach
from tests.dataset.distillation.conftest import make_passages

pytestmark = pytest.mark.model
_SECONDS_TO_START = 240


@pytest.fixture(scope="module")
def served_model(embedded_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EndpointModel]:
    port = _free_port()
    log = tmp_path_factory.mktemp("serve") / "log.txt"
    command = [str(Path(sys.executable).with_name("transformers")), "serve", str(embedded_model)]
    options = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu", "--dtype", "float32"]
    with log.open("wb") as output:
        environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
        process = subprocess.Popen([*command, *options], stdout=output, stderr=subprocess.STDOUT, env=environment)
    try:
        _wait_until_it_answers(f"http://127.0.0.1:{port}/health", process, log)
        yield EndpointModel.from_name(f"http://127.0.0.1:{port}/v1#{embedded_model}")
    finally:
        process.terminate()
        process.wait(30)


def test_what_a_small_model_writes_is_kept_and_shown_with_the_reasons_against_it(
    served_model: EndpointModel, tmp_path: Path
) -> None:
    teacher = Teacher(served_model, decoding=Decoding(max_new_tokens=24, temperature=0.7), in_flight=2)
    passages = make_passages(2)
    candidates = list(teach(passages, teacher, tmp_path / "teacher.jsonl", phrasings=2))
    assert {candidate.passage for candidate in candidates} == {"p0", "p1"}
    assert all(candidate.answer and candidate.reasons for candidate in candidates)
    assert not any("gave no answer" in reason for candidate in candidates for reason in candidate.reasons)
    usage = Ledger(tmp_path / "teacher.jsonl").usage()
    assert usage.prompt_tokens > 100 and usage.completion_tokens > 20
    again = list(
        teach(
            passages, Teacher(EndpointModel("http://127.0.0.1:1/v1", served_model.model)), tmp_path / "teacher.jsonl", phrasings=2
        )
    )
    assert sorted(map(str, again)) == sorted(map(str, candidates))


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_until_it_answers(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(address, timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.5)
    pytest.fail(f"transformers serve did not start:\n{log.read_text(errors='replace')[-2000:]}")

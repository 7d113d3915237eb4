"""The same verdicts through the `evaluate` library."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable

import pytest

from studio.scoring.items import Item


def test_the_metric_counts_passed_items_and_a_missing_answer_as_wrong_without_network(
    make_item: Callable[..., Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.scoring.metric import PointsAccuracy

    def no_network(*_: object) -> None:
        raise AssertionError("the metric opened a connection")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    item = make_item()
    answers = [item.answer, "Only a voucher.", None, item.answer]
    scores = PointsAccuracy().compute(predictions=answers, references=[item.model_dump_json()] * 4)
    assert scores == {"accuracy": 0.5, "passed": 2, "items": 4}


def test_judging_an_answer_loads_neither_torch_nor_evaluate() -> None:
    check = "import sys, studio.scoring.soundness; sys.exit(bool({'torch', 'evaluate', 'datasets'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0

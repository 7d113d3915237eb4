"""The share of right answers as an `evaluate.Metric`, to be used, and pushed to the Hub, like any other.

Importing this loads `evaluate`, and torch with it: only a worker or a script does. Needs no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import datasets
import evaluate

from studio.scoring.items import Item
from studio.scoring.verdict import judge


class PointsAccuracy(evaluate.Metric):
    """`PointsAccuracy().compute(predictions=answers, references=items)`; each item as its JSON text.

    Returns `accuracy` (0 to 1), `passed` and `items`. A prediction of None is an answer that never came and counts as
    wrong.
    """

    def __init__(self, **options: Any) -> None:
        """Answers are kept in memory, not in evaluate's cache outside the workspace, unless `keep_in_memory=False`."""
        super().__init__(**{"keep_in_memory": True, **options})

    def _info(self) -> evaluate.MetricInfo:
        text = datasets.Value("string")
        return evaluate.MetricInfo(
            description="The share of answers that state every point, claim nothing forbidden and hand over when due.",
            citation="",
            inputs_description="predictions: answers, str or None. references: items of a question set, as JSON text.",
            features=datasets.Features({"predictions": text, "references": text}),
        )

    def _compute(self, predictions: Sequence[str | None], references: Sequence[str]) -> dict[str, float | int]:
        items = [Item.model_validate_json(reference) for reference in references]
        passed = sum(judge(item, answer).passed for item, answer in zip(items, predictions, strict=True))
        return {"accuracy": passed / len(items), "passed": passed, "items": len(items)}

"""What a run foresaw, in `estimate.json` of its folder, to stand beside what happened."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from studio.workspace.files import write_text_atomically
from studio.workspace.runs import Run, RunState

LOOK_AFTER = 10
"""Steps after which a run looks at its own pace and memory, and foresees its end anew."""

_FILE = "estimate.json"


class Prediction(BaseModel):
    """Of a whole run: optimizer steps, seconds from its first line to its end, and its peak memory in MiB as `peak_memory_mb` counts it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: int
    seconds: float
    peak_memory_mb: float


class Predictions(BaseModel):
    """Before the first step, from nothing but sizes and earlier runs, and after `LOOK_AFTER` steps, where there were more."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    before: Prediction
    after_10_steps: Prediction | None = None


def write_predictions(run: Run, predictions: Predictions) -> None:
    """Keep them in the run's folder."""
    write_text_atomically(run.folder / _FILE, predictions.model_dump_json(indent=2) + "\n")


def read_predictions(run: Run) -> Predictions | None:
    """What the run foresaw; None where it foresaw nothing, as runs of earlier versions did."""
    try:
        return Predictions.model_validate_json((run.folder / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        return None


def happened(run: Run) -> Prediction | None:
    """What a run that has succeeded took, in the terms of a prediction; None for any other run."""
    status = run.recorded
    if status.state is not RunState.SUCCEEDED:
        return None
    try:
        return Prediction(**{name: status.result[name] for name in Prediction.model_fields})
    except (KeyError, ValidationError):
        return None


def predicted_json(run: Run) -> dict[str, Any] | None:
    """As the command line prints it beside the result: `{"before": {...}, "after_10_steps": {...}}`."""
    predictions = read_predictions(run)
    return predictions.model_dump() if predictions else None

"""A model small enough to count by hand, and trainings of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from studio.training.estimate.architecture import Architecture
from studio.training.estimate.calibration import Calibration
from studio.training.estimate.estimator import Estimator
from studio.training.estimate.machine import Machine
from studio.training.estimate.memory import Setup
from studio.training.estimate.workload import RowSize
from studio.training.settings.spec import TrainSpec

TINY = Architecture(
    family="llama", layers=2, hidden=32, intermediate=64, heads=4, key_heads=2, head=8, vocabulary=1000, tied=True
)  # fmt: skip
LARGE = Architecture(
    family="qwen2", layers=28, hidden=3584, intermediate=18944, heads=28, key_heads=4, head=128, vocabulary=152_064, tied=False, biases=True
)  # fmt: skip
CPU = Machine("here", "this CPU, test, 2 cores", on_gpu=False, bf16=True, memory_mb=20_000, flops=400e9)
GPU = Machine("24gb", "GPU with 24 GB", on_gpu=True, bf16=True, memory_mb=22_888, flops=20e12)
ROWS = tuple(RowSize(tokens=40 + 7 * (index % 11), learned=12 + index % 5, before=25) for index in range(200))


def spec(**settings: Any) -> TrainSpec:
    return TrainSpec(
        **{
            "dataset": "faq",
            "per_device_train_batch_size": 4,
            "gradient_accumulation_steps": 1,
            "num_train_epochs": 1.0,
            **settings,
        }
    )


def setup(machine: Machine = CPU, architecture: Architecture = TINY, **settings: Any) -> Setup:
    return Setup.of(spec(**settings), architecture, machine)


def estimator(
    machine: Machine = CPU,
    architecture: Architecture = TINY,
    *,
    rows: Sequence[RowSize] = ROWS,
    calibration: Calibration | None = None,
) -> Estimator:
    """Rows are cut to `max_length` as a training cuts them."""

    def sizes(wanted: TrainSpec) -> list[RowSize]:
        limit = wanted.max_length
        cut = (RowSize(min(row.tokens, limit), row.learned - max(0, row.tokens - limit), row.before) for row in rows)
        return [row for row in cut if row.learned > 0]

    return Estimator(architecture, machine, calibration or Calibration(), sizes, shared=20)

"""What earlier trainings measured on this machine: how fast they went, and what they took beside what can be counted. One small file in the workspace."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studio.training.estimate.machine import Machine
from studio.training.settings.spec import TrainSpec
from studio.workspace.files import write_json_atomically
from studio.workspace.layout import Workspace

Basis = Literal["same settings", "other settings", "formula"]
"""What a time is estimated from: a run with the same settings here, one with others, or none."""

_NEWEST = 0.5  # weight of the newest run beside those before it
_MOST = 200  # measurements that are kept


class Measurement(BaseModel):
    """What trainings of a model with these settings measured.

    Attributes:
        machine: its title.
        bf16: whether it computes in bf16.
        runs: how many trainings were measured, the newest counting half.
        tokens_per_second: of the rows, padding left out.
        slowness: seconds that a step took for each second that `studio.training.estimate.compute` gives it at the machine's assumed rate.
        program_mb: MiB in use before the model was loaded.
        heap: MiB that were not counted for each MiB of `studio.training.estimate.memory.heap_bytes`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    machine: str
    bf16: bool
    model: str
    load_in_4bit: bool
    gradient_checkpointing: bool
    attention: str
    per_device_train_batch_size: int = Field(gt=0)
    frozen_fraction: float
    lora_rank: int
    runs: int = Field(default=1, gt=0)
    tokens_per_second: float = Field(gt=0)
    slowness: float = Field(gt=0)
    program_mb: float = Field(ge=0)
    heap: float = Field(ge=0)

    @property
    def settings(self) -> tuple[object, ...]:
        """What makes two measurements ones of the same thing."""
        return (
            self.machine, self.model, self.load_in_4bit, self.gradient_checkpointing, self.attention,
            self.per_device_train_batch_size, self.frozen_fraction, self.lora_rank,
        )  # fmt: skip

    def distance(self, spec: TrainSpec) -> float:
        """How unlike the settings are; 0 for the same. Another model or number format counts more than any batch."""
        return (
            8.0 * (self.model != spec.model)
            + 8.0 * (self.load_in_4bit != spec.load_in_4bit)
            + 1.0 * (self.gradient_checkpointing != spec.gradient_checkpointing)
            + 1.0 * (self.attention != spec.attention)
            + abs(math.log2(self.per_device_train_batch_size / spec.per_device_train_batch_size))
            + abs(self.frozen_fraction - spec.frozen_fraction)
            + abs(math.log2(self.lora_rank / spec.lora_rank)) / 4
        )


class Calibration(BaseModel):
    """All measurements, the oldest first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    measurements: tuple[Measurement, ...] = ()

    def nearest(self, spec: TrainSpec, machine: Machine) -> tuple[Measurement | None, Basis]:
        """The measurement on that machine whose settings are most like these, the newest of several, and what kind of basis it is."""
        here = [one for one in reversed(self.measurements) if one.machine == machine.title and one.bf16 == machine.bf16]
        if not here:
            return None, "formula"
        nearest = min(here, key=lambda one: one.distance(spec))
        return nearest, "same settings" if nearest.distance(spec) == 0 else "other settings"

    def bf16_of(self, title: str) -> bool | None:
        """The number format that was measured on a machine of that title; None before a run."""
        return next((one.bf16 for one in reversed(self.measurements) if one.machine == title), None)


def read_calibration(workspace: Workspace) -> Calibration:
    """What was measured so far; nothing where there is no file, or one that is damaged or of another version."""
    try:
        return Calibration.model_validate_json(workspace.calibration_file.read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        return Calibration()


def remember(workspace: Workspace, measured: Measurement) -> None:
    """Keep what a training measured; with others of the same settings it is averaged, the newest counting half."""
    known = read_calibration(workspace).measurements
    same = next((one for one in known if one.settings == measured.settings and one.bf16 == measured.bf16), None)
    merged = measured if same is None else _merged(same, measured)
    kept = [one for one in known if one is not same]
    value = Calibration(measurements=tuple([*kept, merged][-_MOST:]))
    write_json_atomically(workspace.calibration_file, value.model_dump())


def _merged(old: Measurement, new: Measurement) -> Measurement:
    def mean(name: str) -> float:
        return float((1 - _NEWEST) * getattr(old, name) + _NEWEST * getattr(new, name))

    averaged = {name: mean(name) for name in ("tokens_per_second", "slowness", "program_mb", "heap")}
    return new.model_copy(update={**averaged, "runs": old.runs + 1})

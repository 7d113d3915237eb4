"""How long a training takes, how much memory, and whether that fits: before it starts, from the sizes of the model, the rows' own lengths, and
what earlier trainings on this machine have measured. Needs no torch.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from studio.chat.catalog import find_model
from studio.errors import BadInput
from studio.training.estimate.architecture import Architecture, architecture_of
from studio.training.estimate.calibration import Basis, Calibration, Measurement, read_calibration
from studio.training.estimate.compute import Work, assumed_rate, work_of
from studio.training.estimate.machine import HERE, Machine, find_machine
from studio.training.estimate.memory import Memory, Setup, memory_of
from studio.training.estimate.trainable import LengthSource, trainable_rows
from studio.training.estimate.validating import validation_seconds, validations
from studio.training.estimate.workload import RowSize, Workload
from studio.training.settings.spec import TrainSpec
from studio.workspace.layout import Workspace

MEGABYTE = 1024 * 1024
PACE_BATCHES = 13
"""Batches that `studio.training.running.pace` takes to find how many steps fit into `max_minutes`."""

_FITS = 0.85  # of the memory; more may go wrong with one long row
_CONTEXT = 600 * MEGABYTE  # CUDA's own, and 5% for the gaps of its allocator: assumed
_GAPS = 0.05
_TOKENS_READ = 250_000.0  # a second, when the rows are tokenized
_BYTES_READ = 500e6  # a second, when weights are read
_BYTES_WRITTEN = 200e6  # a second, when a checkpoint is written
_MOST_ROWS = 3_000  # so many stand for all


class Badge(StrEnum):
    """Whether it fits."""

    FITS = "fits"
    TIGHT = "tight"
    TOO_BIG = "too big"


@dataclass(frozen=True)
class Estimate:
    """What a training will need.

    Attributes:
        spec: the settings.
        machine: where.
        rows: that are trained.
        steps: optimizer steps, as many as fit into `max_minutes` where that is set.
        seconds: from its first line to its end, with reading, loading and saving.
        tokens_per_second: of the rows, padding left out, while it trains.
        memory: the parts of the peak, in bytes.
        reserve: bytes that must be free beside them.
        basis: what the time comes from.
        exact_lengths: whether the rows were counted with the model's own tokenizer.
    """

    spec: TrainSpec
    machine: Machine
    rows: int
    steps: int
    seconds: float
    tokens_per_second: float
    memory: Memory
    reserve: float
    basis: Basis
    exact_lengths: bool

    @property
    def peak_mb(self) -> float:
        """The peak in MiB, as `peak_memory_mb` of a run counts it."""
        return self.memory.total / MEGABYTE

    @property
    def badge(self) -> Badge:
        """Whether the peak and the reserve fit into the machine's memory."""
        need = (self.memory.total + self.reserve) / MEGABYTE
        if need <= _FITS * self.machine.memory_mb:
            return Badge.FITS
        return Badge.TIGHT if need <= self.machine.memory_mb else Badge.TOO_BIG

    @property
    def parts_mb(self) -> dict[str, float]:
        """The parts in MiB, by name."""
        return {name: round(size / MEGABYTE, 1) for name, size in vars(self.memory).items()}

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {
            "dataset": self.spec.dataset,
            "model": self.spec.model,
            "preset": self.spec.preset,
            "machine": {"name": self.machine.name, "title": self.machine.title, "memory_mb": round(self.machine.memory_mb)},
            "badge": self.badge.value,
            "rows": self.rows,
            "steps": self.steps,
            "seconds": round(self.seconds, 1),
            "tokens_per_second": round(self.tokens_per_second, 1),
            "time_from": self.basis,
            "lengths": "measured" if self.exact_lengths else "approximate",
            "peak_memory_mb": round(self.peak_mb, 1),
            "memory_mb": self.parts_mb,
        }


@dataclass(frozen=True)
class Estimator:
    """Estimates trainings of one model on one machine; `sizes` gives the rows that settings train."""

    architecture: Architecture
    machine: Machine
    calibration: Calibration
    sizes: Callable[[TrainSpec], Sequence[RowSize]]
    shared: int
    exact_lengths: bool = True

    def workload(self, spec: TrainSpec) -> Workload:
        """The batches of the settings; of very many rows, those of some of them, drawn by chance and always the same.

        Raises:
            BadInput: no row has a token to learn within `max_length`.
        """
        sizes = self.sizes(spec)
        if not sizes:
            raise BadInput(f"No row has a token to learn within {spec.max_length} tokens. Raise max_length.")
        shown = sizes if len(sizes) <= _MOST_ROWS else random.Random(spec.seed).sample(sizes, _MOST_ROWS)
        return Workload(spec, shown, self.shared, rows=len(sizes))

    def setup(self, spec: TrainSpec) -> Setup:
        """How the settings compute on the machine."""
        return Setup.of(spec, self.architecture, self.machine)

    def estimate(self, spec: TrainSpec) -> Estimate:
        """What these settings need.

        Raises:
            BadInput: no row has a token to learn within `max_length`.
        """
        workload, setup = self.workload(spec), self.setup(spec)
        machine = self.machine.computing_in(spec.dtype)
        measured, basis = self.calibration.nearest(spec, machine)
        pace = Pace(setup, workload, assumed_rate(setup, machine), measured.slowness if measured else 1.0)
        before = starting_seconds(setup, workload)
        validation = validation_seconds(setup, workload, pace.flops) * pace.slowness
        left = spec.max_minutes * 60 - before - pace.measuring_seconds - 2 * validation
        beside = validation / spec.save_steps
        steps = pace.steps_within(left, beside=beside) if spec.max_minutes else workload.planned_steps
        training = pace.seconds(steps)
        memory = corrected(peak(setup, workload, steps), measured)
        return Estimate(
            spec=spec,
            machine=self.machine,
            rows=workload.rows,
            steps=steps,
            seconds=before
            + pace.measuring_seconds
            + training
            + validation * validations(workload, steps)
            + saving_seconds(memory, steps // spec.save_steps),
            tokens_per_second=workload.tokens_of(steps) / training,
            memory=memory,
            reserve=_CONTEXT + _GAPS * memory.total if self.machine.on_gpu else 0.0,
            basis=basis,
            exact_lengths=self.exact_lengths,
        )


@dataclass(frozen=True)
class Pace:
    """How long steps take: the formula's seconds at the machine's assumed rate, times how much longer they took when they were measured."""

    setup: Setup
    workload: Workload
    flops: float
    slowness: float

    @property
    def measured_batches(self) -> int:
        """Batches that a training with `max_minutes` computes before its first step; what frozen layers give for them is known then."""
        return min(PACE_BATCHES, len(self.workload.batches)) if self.workload.spec.max_minutes else 0

    @property
    def measuring_seconds(self) -> float:
        """How long that takes: each batch once, or twice where it is faster the second time."""
        batches = self.workload.batches[: self.measured_batches]
        first = work_of(self.setup, batches)
        again = work_of(self.setup, batches, known=True) if self.setup.keeps_frozen else Work()
        return self._seconds(first + again)

    def seconds(self, steps: int) -> float:
        """Of so many optimizer steps."""
        return self._seconds(self.work(steps))

    def work(self, steps: int) -> Work:
        """Of so many optimizer steps, over rows seen for the first time and then over known ones."""
        batches = self.workload.batches
        seen = self.workload.seen_in(steps)
        known = work_of(self.setup, seen[: self.measured_batches], known=True)
        first = (known + work_of(self.setup, seen[self.measured_batches :])) * (self.workload.batches_seen_in(steps) / len(seen))
        passes = max(0.0, steps / self.workload.steps_of_a_pass - 1)
        again = work_of(self.setup, batches, known=True) * (passes * self.workload.batches_of_a_pass / len(batches))
        return first + again

    def steps_within(self, seconds: float, *, beside: float = 0.0) -> int:
        """As many of the planned steps as fit into that time, at least one (`studio.training.running.pace`); `beside` is what each takes besides."""
        planned, of_a_pass = self.workload.planned_steps, self.workload.steps_of_a_pass
        first = self.seconds(of_a_pass) + of_a_pass * beside
        if seconds < first:
            return max(1, min(planned, int(of_a_pass * seconds / first)))
        again = (self.seconds(2 * of_a_pass) - self.seconds(of_a_pass)) / of_a_pass + beside
        return min(planned, of_a_pass + int((seconds - first) / again))

    def _seconds(self, work: Work) -> float:
        return work.seconds(self.setup, self.flops) * self.slowness


def estimator_for(workspace: Workspace, spec: TrainSpec, *, lengths: LengthSource, machine: str = HERE) -> Estimator:
    """The estimator of the settings' dataset and model.

    Args:
        workspace: where both are.
        spec: of which dataset and model count; the other settings may vary.
        lengths: counts the tokens of a dataset's rows.
        machine: `here`, or the name of a GPU class.

    Raises:
        NotFound: there is no such dataset, model or machine.
        BadInput: the model is of a kind whose needs are not known.
    """
    model = find_model(spec.model)
    rows = trainable_rows(workspace, spec.dataset, model, lengths=lengths)
    calibration = read_calibration(workspace)
    place = find_machine(machine)
    if (bf16 := calibration.bf16_of(place.title)) is not None and bf16 != place.bf16:
        place = find_machine(machine, bf16=bf16)
    return Estimator(
        architecture=architecture_of(workspace, model),
        machine=place,
        calibration=calibration,
        sizes=rows.sizes,
        shared=rows.shared,
        exact_lengths=rows.exact,
    )


def peak(setup: Setup, workload: Workload, steps: int) -> Memory:
    """The memory of so many steps, before anything measured corrects it."""
    seen = workload.seen_in(steps)
    return memory_of(setup, seen, times=workload.batches_seen_in(steps) / len(seen))


def corrected(memory: Memory, measured: Measurement | None) -> Memory:
    """The memory with what a run here has measured in place of what is assumed: the program, and the heap beside what can be counted."""
    if measured is None or memory.program == 0:
        return memory
    return replace(memory, program=measured.program_mb * MEGABYTE, heap=memory.heap * measured.heap)


def starting_seconds(setup: Setup, workload: Workload) -> float:
    """Before the first batch: the dataset is read and tokenized, and the weights are read."""
    tokens = sum(size.tokens for size in workload.sizes) * workload.rows / len(workload.sizes)
    weights = setup.architecture.parameters * 2
    return 1.0 + tokens / _TOKENS_READ + weights / _BYTES_READ


def saving_seconds(memory: Memory, checkpoints: int) -> float:
    """Writing checkpoints, which hold the adapter and the optimizer's moments, and the adapter at the end."""
    one = (memory.adapter / 2 + memory.optimizer) / _BYTES_WRITTEN
    return 0.5 + checkpoints * (0.1 + one)

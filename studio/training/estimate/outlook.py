"""A run's own outlook: it foresees its end before the first step and after ten, and leaves what it measured for the next estimate.

Imports transformers: only a worker imports this. Whatever fails here ends in the log; the training goes on.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from studio.chat.catalog import find_model
from studio.chat.loading import Device
from studio.errors import NotFound
from studio.jobs.progress import Reporter
from studio.training.estimate.architecture import architecture_of
from studio.training.estimate.calibration import Measurement, read_calibration, remember
from studio.training.estimate.compute import assumed_rate
from studio.training.estimate.estimator import MEGABYTE, Estimator, Pace, corrected, peak, saving_seconds
from studio.training.estimate.machine import Machine, find_machine
from studio.training.estimate.memory import Memory, Setup
from studio.training.estimate.prediction import LOOK_AFTER, Prediction, Predictions, write_predictions
from studio.training.estimate.trainable import shared_tokens
from studio.training.estimate.workload import RowSize, Workload
from studio.training.learning.rows import Tokenized
from studio.training.running.callbacks import memory_mb, peak_memory_mb
from studio.training.running.pauses import Pauses
from studio.training.settings.spec import TrainSpec
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run

logger = logging.getLogger("studio.outlook")
_LEAST_STEPS = 5  # a shorter run says little about the next one
_HEAP_RANGE = (0.02, 10.0)


def foresee(
    workspace: Workspace,
    reporter: Reporter,
    spec: TrainSpec,
    device: Device,
    tokenized: Tokenized,
    *,
    started: float,
    pauses: Pauses | None = None,
) -> TrainerCallback:
    """Foresee the run that begins now, before its model is loaded; the callback looks again after ten steps, and remembers at the end.

    `started` is when the run began, on the monotonic clock; `pauses` are those that it will make.
    """
    try:
        return _foresee(workspace, reporter.run, spec, device, tokenized, started, pauses or Pauses())
    except Exception:
        logger.exception("nothing was foreseen")
        return TrainerCallback()


def _foresee(
    workspace: Workspace, run: Run, spec: TrainSpec, device: Device, tokenized: Tokenized, started: float, pauses: Pauses
) -> TrainerCallback:
    machine = find_machine(bf16=device.dtype is torch.bfloat16, gpu=device.on_gpu).computing_in(spec.dtype)
    if machine.on_gpu != device.on_gpu:
        raise NotFound("The driver's nvidia-smi, which says how much memory the GPU has, is not there.")
    sizes = [RowSize(len(row.input_ids), sum(row.trained), row.trained.index(True)) for row in tokenized.rows]
    estimator = Estimator(
        architecture=architecture_of(workspace, find_model(spec.model)),
        machine=machine,
        calibration=read_calibration(workspace),
        sizes=lambda _: sizes,
        shared=shared_tokens([row.input_ids for row in tokenized.rows]),
    )
    estimate = estimator.estimate(spec)
    before = Prediction(steps=estimate.steps, seconds=round(estimate.seconds, 1), peak_memory_mb=round(estimate.peak_mb, 1))
    write_predictions(run, Predictions(before=before))
    measured, _ = estimator.calibration.nearest(spec, machine)
    program = 0.0 if device.on_gpu else memory_mb()
    workload = Workload(spec, sizes, estimator.shared, rows=len(sizes))
    return Outlook(workspace, run, machine, estimator.setup(spec), workload, before, measured, started, program, pauses)


@dataclass(eq=False)
class Outlook(TrainerCallback):
    """What a run knows of its own course.

    Attributes:
        program_mb: MiB in use before the model was loaded.
        pauses: in which it does not train; the moments are of a clock that stands still meanwhile.
        moments: when step 1 ended, and the newest step, with their numbers.
    """

    workspace: Workspace
    run: Run
    machine: Machine
    setup: Setup
    workload: Workload
    before: Prediction
    measured: Measurement | None
    started: float
    program_mb: float
    pauses: Pauses = field(default_factory=Pauses)
    moments: list[tuple[int, float]] = field(default_factory=list)
    resumed: bool = False

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """A run that goes on from a checkpoint is not compared: its clock began anew."""
        self.resumed = state.global_step > 0

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """The moment, and the second look."""
        moment = (state.global_step, self.pauses.clock())
        self.moments = [*self.moments[:1], moment]
        if state.global_step == LOOK_AFTER and state.max_steps > LOOK_AFTER and not self.resumed:
            _attempt(lambda: self._look_again(state.max_steps))

    def on_train_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """What was measured, for the next estimate; of the machine's own number format alone."""
        if state.global_step >= _LEAST_STEPS and not self.resumed and self.workload.spec.dtype == "auto":
            _attempt(self._remember)

    def _look_again(self, steps: int) -> None:
        """The rest of the steps at the pace of those so far; the peak so far, and what is still to come on top of it."""
        pace = Pace(self.setup, self.workload, assumed_rate(self.setup, self.machine), self._slowness())
        done, elapsed = pace.seconds(LOOK_AFTER), time.monotonic() - self.started
        if limit := self.workload.spec.max_minutes * 60:
            steps = pace.steps_within(limit - elapsed + done - self.pauses.newest, beside=self.pauses.seconds_a_step)
        so_far, whole = self._memory(max(LOOK_AFTER, self._steps_of_the_pace)), self._memory(steps)
        left = pace.seconds(steps) - done + saving_seconds(whole, steps // self.workload.spec.save_steps)
        left += self.pauses.to_come(steps - LOOK_AFTER)
        after = Prediction(
            steps=steps,
            seconds=round(elapsed + left, 1),
            peak_memory_mb=round(peak_memory_mb() + max(0.0, whole.total - so_far.total) / MEGABYTE, 1),
        )
        write_predictions(self.run, Predictions(before=self.before, after_10_steps=after))

    def _remember(self) -> None:
        spec, (first, begun), (last, ended) = self.workload.spec, self.moments[0], self.moments[-1]
        counted = peak(self.setup, self.workload, last)
        beside = peak_memory_mb() - self.program_mb - (counted.total - counted.program - counted.heap) / MEGABYTE
        low, high = _HEAP_RANGE
        heap = min(max(beside * MEGABYTE / counted.heap, low), high) if counted.heap else 1.0
        tokens = self.workload.tokens_of(last) - self.workload.tokens_of(first)
        measured = Measurement(
            machine=self.machine.title,
            bf16=self.machine.bf16,
            model=spec.model,
            load_in_4bit=spec.load_in_4bit,
            gradient_checkpointing=spec.gradient_checkpointing,
            attention=spec.attention,
            per_device_train_batch_size=spec.per_device_train_batch_size,
            frozen_fraction=spec.frozen_fraction,
            lora_rank=spec.lora_rank,
            tokens_per_second=round(tokens / (ended - begun), 1),
            slowness=round(self._slowness(), 4),
            program_mb=round(self.program_mb, 1),
            heap=round(heap, 4),
        )
        remember(self.workspace, measured)

    @property
    def _steps_of_the_pace(self) -> int:
        """Steps whose batches were computed before the first, to measure the pace."""
        measured = Pace(self.setup, self.workload, assumed_rate(self.setup, self.machine), 1.0).measured_batches
        return math.ceil(measured / self.workload.spec.gradient_accumulation_steps)

    def _slowness(self) -> float:
        """Seconds that the steps took, the first left out, for each second of the formula."""
        (first, begun), (last, ended) = self.moments[0], self.moments[-1]
        return (ended - begun) / self._formula_seconds(first, last)

    def _formula_seconds(self, first: int, last: int) -> float:
        """Of the steps after `first` up to `last`, at the machine's assumed rate."""
        pace = Pace(self.setup, self.workload, assumed_rate(self.setup, self.machine), 1.0)
        return pace.seconds(last) - pace.seconds(first)

    def _memory(self, steps: int) -> Memory:
        return corrected(peak(self.setup, self.workload, steps), self.measured)


def _attempt(action: Callable[[], None]) -> None:
    try:
        action()
    except Exception:
        logger.exception("the outlook could not be kept up")

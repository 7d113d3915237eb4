"""What happens at each step besides learning: events into the run folder, stop requests, and a halt at the first NaN."""

from __future__ import annotations

import math
from typing import Any

import psutil
import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from studio.jobs.memory import own_peak
from studio.jobs.progress import Reporter
from studio.training.divergence import diverged
from studio.training.running.pauses import Pauses
from studio.training.together import agreed

_MEGABYTE = 1024 * 1024
_LOGS_KEPT = 200  # the events have them all, and transformers writes its own into every checkpoint


class RunEvents(TrainerCallback):
    """Writes loss, perplexity, learning rate, gradient norm, memory and speed as metric events, and the progress."""

    def __init__(self, reporter: Reporter, pauses: Pauses | None = None) -> None:
        self._reporter = reporter
        self._pauses = pauses or Pauses()
        self._tokens = 0.0
        self._moment = self._pauses.clock()

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Progress, and the stop request."""
        self._reporter.progress(state.global_step, state.max_steps)
        keep = agreed(lambda: self._reporter.run.stop_request)
        if keep is not None:
            control.should_training_stop = True
            control.should_save = keep
        if control.should_save:
            control.should_log = True  # what is measured since the last logged step is not in a checkpoint

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        """One metric event.

        Raises:
            Diverged: the loss is no number any more.
        """
        if not logs or "loss" not in logs:
            return
        del state.log_history[:-_LOGS_KEPT]
        loss = float(logs["loss"])
        check_finite(loss, float(logs.get("grad_norm", 0.0)), args, state.global_step)
        moment, tokens = self._pauses.clock(), float(logs.get("num_tokens", 0.0))
        speed = (tokens - self._tokens) / max(moment - self._moment, 1e-9)
        self._moment, self._tokens = moment, tokens
        self._reporter.metric(
            step=state.global_step,
            epoch=round(float(logs.get("epoch", 0.0)), 3),
            loss=round(loss, 5),
            **self.said_beside(loss, logs),
            learning_rate=float(logs.get("learning_rate", 0.0)),
            grad_norm=round(float(logs.get("grad_norm", 0.0)), 4),
            tokens_per_second=round(speed, 1),
            memory_mb=round(memory_mb(), 1),
            **({"process_memory_mb": round(process_memory_mb(), 1)} if torch.cuda.is_available() else {}),
        )

    def said_beside(self, loss: float, logs: dict[str, float]) -> dict[str, float]:
        """What stands beside the loss in a metric event."""
        return {"perplexity": round(math.exp(min(loss, 50.0)), 4)}


def check_finite(loss: float, grad_norm: float, args: TrainingArguments, step: int) -> None:
    """Halt a training whose loss, or gradient, is no number any more: every weight would be none after the next step.

    In fp16 a gradient that overflows is usual: the loss scaler leaves such a step out.

    Raises:
        Diverged: with the step, and what to change.
    """
    if math.isfinite(loss) and (args.fp16 or math.isfinite(grad_norm)):
        return
    raise diverged(f"gradient's norm became {grad_norm}" if math.isfinite(loss) else f"loss became {loss}", args, step)


def memory_mb() -> float:
    """Memory in use now, in MiB: of the GPU if there is one, else of this process."""
    if torch.cuda.is_available():
        return float(torch.cuda.memory_allocated()) / _MEGABYTE
    return process_memory_mb()


def process_memory_mb() -> float:
    """Memory of this process that is resident now, in MiB."""
    return float(psutil.Process().memory_info().rss) / _MEGABYTE


def peak_memory_mb() -> float:
    """The most memory this process has had, in MiB: of the GPU if there is one, else resident."""
    peak = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else own_peak()
    return float(peak) / _MEGABYTE

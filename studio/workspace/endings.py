"""What a person is told about a run that ended without its result: what happened, at which step, what to change, and what is kept.

`explain` is a function of the failure, of how far the run came, and of what was asked. What to change depends on the job: a training is
made smaller setting by setting, another heavy job is resumed, a light one is tried again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from studio.workspace.failures import Cause, Failure

_TRAININGS = "training."  # what the names of jobs that train begin with
_STEPWISE = "training"  # the phase whose progress is optimizer steps
_BEFORE_ROWS = frozenset({"preparing the model", "loading the model"})  # phases in which only the model takes memory


class Weight(StrEnum):
    """How much of the machine a job needs, as its spec says: `"weight": "light"`. A spec that says nothing is heavy."""

    HEAVY = "heavy"
    LIGHT = "light"


@dataclass(frozen=True)
class Reached:
    """How far a run came: the phase it was in, `done` of `total` units of that, and the step of its newest whole checkpoint."""

    phase: str = ""
    done: int | None = None
    total: int | None = None
    checkpoint: int | None = None

    @classmethod
    def by(cls, events: Iterable[Mapping[str, Any]], *, checkpoint: int | None = None) -> Reached:
        """What its last events say, oldest first. What is before the end of an earlier attempt does not count."""
        reached = cls(checkpoint=checkpoint)
        for event in events:
            match event:
                case {"kind": "phase", "name": str(name)}:
                    reached = cls(name, checkpoint=checkpoint)
                case {"kind": "progress", "phase": str(name), "done": int(done), "total": int(total)}:
                    reached = cls(name or reached.phase, done, total, checkpoint)
                case {"kind": "metric", "step": int(step)}:
                    reached = replace(reached, done=max(reached.done or 0, step))
                case {"kind": "end" | "error"}:
                    reached = cls(checkpoint=checkpoint)
        return reached

    @property
    def where(self) -> str:
        """` at step 37 of 120`, ` while loading the model`, or nothing; it begins with a blank."""
        place = "" if self.done is None else f"{self.done:,} of {self.total:,}" if self.total else f"{self.done:,}"
        if self.phase in {_STEPWISE, ""}:
            return f" at step {place}" if place else ""
        return f" while {self.phase}, at {place}" if place else f" while {self.phase}"


_HAPPENED: Mapping[Cause, str] = {
    Cause.SAID: "{detail}",
    Cause.DIVERGED: "{detail}",
    Cause.OUT_OF_MEMORY: "The machine ran out of memory{where}.",
    Cause.GPU_OUT_OF_MEMORY: "The GPU ran out of memory{where}.",
    Cause.GPU_ERROR: "The GPU reported an error{where}: {detail}.",
    Cause.DISK_FULL: "The disk is full: the run ended{where}.",
    Cause.FILE_TOO_LARGE: "A file reached the largest size that this system allows (ulimit -f): the run ended{where}.",
    Cause.WRITE_FAILED: "A file could not be written to its end{where}, most often because the disk is full.",
    Cause.HUB_UNREACHABLE: "The Hugging Face Hub could not be reached{where}.",
    Cause.KILLED_FOR_MEMORY: "The system killed the process{where}, most likely because the machine ran out of memory: {detail}.",
    Cause.KILLED: "The process was killed from outside{where} ({detail}). Nothing shows that memory ran out.",
    Cause.VANISHED: "The process was killed from outside{where}, most often because the machine ran out of memory.",
    Cause.ENDED: "The process was told to end from outside{where}.",
    Cause.CRASHED: "The process crashed{where}, in native code ({detail}).",
    Cause.CONNECTION_LOST: "It lost its connection to the other processes{where}: {detail}.",
    Cause.UNEXPECTED: "The job ended{where} with an unexpected {detail}. The log holds the details.",
}

_LIGHT_REMEDIES: Mapping[Cause, str] = {
    Cause.OUT_OF_MEMORY: "Split the file, and take one part after the other.",
    Cause.KILLED_FOR_MEMORY: "Split the file, and take one part after the other.",
    Cause.VANISHED: "Try again; where it happens again, split the file.",
    Cause.KILLED: "Try again.",
    Cause.ENDED: "Try again.",
    Cause.CRASHED: "Try again; where it happens again, the log holds the details.",
    Cause.DISK_FULL: "Free some space, then try again.",
    Cause.FILE_TOO_LARGE: "Raise that limit, then try again.",
    Cause.WRITE_FAILED: "Free some space, then try again.",
    Cause.HUB_UNREACHABLE: "Check the network, then try again.",
}

_AGAIN = "Where it happens again, take a smaller batch or a smaller model."
_HEAVY_REMEDIES: Mapping[Cause, str] = {
    Cause.OUT_OF_MEMORY: "End what else needs memory, then resume the run. " + _AGAIN,
    Cause.GPU_OUT_OF_MEMORY: "End what else uses the GPU, then resume the run. " + _AGAIN,
    Cause.KILLED_FOR_MEMORY: "End what else needs memory, then resume the run. " + _AGAIN,
    Cause.GPU_ERROR: "Resume the run; where it happens again, look at the GPU with nvidia-smi.",
    Cause.VANISHED: "Resume the run. " + _AGAIN,
    Cause.KILLED: "Resume the run.",
    Cause.ENDED: "Resume the run.",
    Cause.CRASHED: "Resume the run; where it happens again, the log holds the details.",
    Cause.DISK_FULL: "Free some space, then resume the run.",
    Cause.FILE_TOO_LARGE: "Raise that limit, then resume the run.",
    Cause.WRITE_FAILED: "Free some space, then resume the run.",
    Cause.CONNECTION_LOST: "Check the network between the hosts, then resume the run.",
    Cause.HUB_UNREACHABLE: "Check the network, or take the embedded model, which needs none; then resume the run.",
}

_SHORT = 128  # tokens: to cut rows further costs more answers than it saves memory
_FOR_WANT_OF_MEMORY = frozenset({Cause.OUT_OF_MEMORY, Cause.GPU_OUT_OF_MEMORY, Cause.KILLED_FOR_MEMORY})


def explain(failure: Failure, reached: Reached, spec: Mapping[str, Any]) -> str:
    """What happened, at which step, what to change, and which checkpoint is kept."""
    happened = _HAPPENED[failure.cause].format(where=reached.where, detail=failure.detail)
    parts = [_who(failure), happened, _remedy(failure.cause, reached, spec), _kept(failure.cause, reached, spec)]
    return " ".join(part for part in parts if part)


def _who(failure: Failure) -> str:
    """Which of several processes it was; not where all of them would have said the same."""
    if not failure.who or failure.cause in {Cause.SAID, Cause.DIVERGED}:
        return ""
    return f"{failure.who} ended, and the others with it."


def smaller(spec: Mapping[str, Any]) -> str:
    """The one change to a training's settings that saves most memory for the least loss: of those that are left, the first."""
    batch, accumulation = int(spec.get("per_device_train_batch_size", 1)), int(spec.get("gradient_accumulation_steps", 1))
    least = 2 if spec.get("method") == "kto" else 1  # KTO compares a row with the others of its batch
    if batch > least and (part := next((part for part in range(batch // 2, least - 1, -1) if batch % part == 0), None)):
        return (
            f"set per_device_train_batch_size from {batch} to {part} and gradient_accumulation_steps from {accumulation} to "
            f"{accumulation * batch // part}, a smaller batch with as many rows a step"
        )
    if not spec.get("gradient_checkpointing", False):
        return "turn on gradient_checkpointing, which takes longer and needs less memory"
    if (length := int(spec.get("max_length", 0))) > _SHORT:
        return f"set max_length from {length} to {length // 2}"
    return _smaller_model(spec)


def _smaller_model(spec: Mapping[str, Any]) -> str:
    return (
        "take a smaller base model" if spec.get("load_in_4bit", False) else "turn on load_in_4bit, or take a smaller base model"
    )


def _remedy(cause: Cause, reached: Reached, spec: Mapping[str, Any]) -> str:
    if cause in _FOR_WANT_OF_MEMORY and _trains(spec):
        less = _smaller_model(spec) if reached.phase in _BEFORE_ROWS else smaller(spec)
        return f"End what else needs memory, or train again with less: {less}."
    remedies = _LIGHT_REMEDIES if spec.get("weight") == Weight.LIGHT else _HEAVY_REMEDIES
    return remedies.get(cause, "")


def _kept(cause: Cause, reached: Reached, spec: Mapping[str, Any]) -> str:
    if not _trains(spec) or (reached.checkpoint is None and reached.phase != _STEPWISE):
        return ""
    if reached.checkpoint is None:
        return f"No checkpoint was written yet (save_steps is {spec.get('save_steps')}): a resumed run begins anew."
    if cause is Cause.DIVERGED:
        return (
            f"The checkpoint of step {reached.checkpoint:,}, from before that, is kept; resumed with the same settings, "
            "the run would go the same way."
        )
    return f"The checkpoint of step {reached.checkpoint:,} is kept: a resumed run goes on from there."


def _trains(spec: Mapping[str, Any]) -> bool:
    return str(spec.get("job", "")).startswith(_TRAININGS)

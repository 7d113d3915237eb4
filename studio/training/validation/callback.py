"""A training is validated at every checkpoint; the best one is kept, marked, and left as the adapter in the end; one that gets no better may end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from peft import set_peft_model_state_dict
from peft.utils.save_and_load import load_peft_weights
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_callback import ExportableState

from studio.errors import BadInput
from studio.jobs.progress import Reporter
from studio.training.learning.trainer import SupportTrainer
from studio.training.running.pauses import Pauses
from studio.training.settings.spec import TrainSpec
from studio.training.together import agreed
from studio.training.validation.asking import Validator, rows_that_fit
from studio.training.validation.items import items_by_family, validation_items
from studio.training.validation.outcome import Outcome, best_step
from studio.workspace.checkpoints import read_checkpoint
from studio.workspace.datasets import Row
from studio.workspace.layout import Workspace

_NOTHING_TO_ASK = (
    "Nothing is validated: of the {held_out} rows that were held out none can be asked. A family needs more phrasings than are held "
    "out, within max_length, and others than those of the question sets."
)
_ASKED = (
    "{items} held-back phrasings are asked at every checkpoint, {judged} of them judged by the points of their family in a question set and "
    "{others} word for word. None is a question of a question set."
)
_NO_BETTER = "Ended early, at step {step} of {steps}: no checkpoint since that of step {best} was better (early_stopping_patience is {patience})."
_BEST_TAKEN = (
    "The adapter is that of step {best}, where {right} of {items} held-back phrasings were answered right; "
    "at step {last} it was {right_last}."
)


class ValidateCheckpoints(TrainerCallback, ExportableState):
    """Has every checkpoint validated, and knows the best of those that are kept.

    What was found so far is in each checkpoint: a training that goes on from one knows its best.

    Args:
        reporter: of the run.
        pauses: where the time that it takes is counted.
        patience: checkpoints without a better one after which the training ends; 0: none.
    """

    def __init__(self, reporter: Reporter, pauses: Pauses, *, patience: int) -> None:
        self._reporter, self._pauses, self._patience = reporter, pauses, patience
        self._outcomes: dict[int, Outcome] = {}

    def state(self) -> dict[str, Any]:
        """In the form in which a checkpoint keeps the state of callbacks."""
        return {"args": {}, "attributes": {"outcomes": {str(step): one.metrics() for step, one in self._outcomes.items()}}}

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Take over what the checkpoint knew; one of an earlier version knew nothing."""
        kept = state.stateful_callbacks.setdefault(type(self).__name__, self.state())
        if state.global_step:
            found = kept["attributes"]["outcomes"]
            self._outcomes = {int(step): Outcome.of(metrics) for step, metrics in found.items()}
            self._mark(args, state)

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """What is about to be saved is validated first."""
        control.should_evaluate = control.should_save

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, metrics: dict[str, float], **_: Any
    ) -> None:
        """Write it down, mark the best, and end the training where it is time."""
        outcome, step = Outcome.of(metrics), state.global_step
        self._outcomes[step] = outcome
        self._pauses.add(outcome.seconds)
        best = self._mark(args, state)
        marked = {} if best is None else {"best_step": best}
        self._reporter.metric(
            step=step,
            eval_loss=round(outcome.loss, 5),
            eval_perplexity=round(outcome.perplexity, 4),
            accuracy=round(outcome.accuracy, 4),
            passed=outcome.passed,
            items=outcome.items,
            validation_seconds=round(outcome.seconds, 2),
            **marked,
        )
        if self._patience and best is not None and step - best >= self._patience * args.save_steps and step < state.max_steps:
            control.should_training_stop = True
            self._reporter.note(_NO_BETTER.format(step=step, steps=state.max_steps, best=best, patience=self._patience))

    def take_best(self, trainer: SupportTrainer) -> None:
        """Put the weights of the best checkpoint into the trainer's model, in place of the last step's."""
        best, last = trainer.state.best_global_step, trainer.state.global_step
        if best is None or best == last:
            return
        model = trainer.accelerator.unwrap_model(trainer.model)
        set_peft_model_state_dict(model, load_peft_weights(str(_checkpoint(trainer.args, best)), device=str(model.device)))
        found, newest = self._outcomes[best], self._outcomes.get(last)
        if newest is not None:
            self._reporter.note(
                _BEST_TAKEN.format(best=best, right=found.passed, items=found.items, last=last, right_last=newest.passed)
            )

    def result(self, trainer: SupportTrainer, *, best_taken: bool) -> dict[str, Any]:
        """What the run's result says about it: the best checkpoint, and of which step the adapter is. Empty before the first."""
        best = trainer.state.best_global_step
        if best is None:
            return {}
        outcome = self._outcomes[best]
        return {
            "best_step": best,
            "passed": outcome.passed,
            "items": outcome.items,
            "accuracy": round(outcome.accuracy, 4),
            "eval_loss": round(outcome.loss, 5),
            "adapter_step": best if best_taken else trainer.state.global_step,
            "seconds": round(sum(one.seconds for one in self._outcomes.values()), 1),
        }

    def _mark(self, args: TrainingArguments, state: TrainerState) -> int | None:
        """Find the best checkpoint among those that are kept and the one that is about to be; transformers then never deletes it."""
        there = {
            step: outcome
            for step, outcome in self._outcomes.items()
            if step and (step == state.global_step or read_checkpoint(_checkpoint(args, step)))
        }
        best = agreed(lambda: best_step(there))
        state.best_global_step = best
        state.best_metric = None if best is None else there[best].accuracy
        state.best_model_checkpoint = None if best is None else str(_checkpoint(args, best))
        return best


def validate_checkpoints(
    trainer: SupportTrainer, workspace: Workspace, spec: TrainSpec, held_out: Sequence[Row], reporter: Reporter, pauses: Pauses
) -> ValidateCheckpoints | None:
    """Let the trainer validate what it learns; None where nothing is held out, or none of it can be asked."""
    if not (spec.validates and held_out):
        return None
    fitting = rows_that_fit(trainer.processing_class, held_out, max_length=spec.max_length)
    items = validation_items(fitting, _families(workspace, reporter), most=spec.validation_items)
    if not items:
        reporter.note(_NOTHING_TO_ASK.format(held_out=len(held_out)))
        return None
    judged = sum(item.judged_by is not None for item in items)
    reporter.note(_ASKED.format(items=len(items), judged=judged, others=len(items) - judged))
    rows = spec.per_device_train_batch_size
    validator = Validator(items, trainer.processing_class, trainer.data_collator, rows=rows)
    trainer.validate = lambda model: validator.validate(model).metrics()
    pauses.every = spec.save_steps
    callback = ValidateCheckpoints(reporter, pauses, patience=spec.early_stopping_patience)
    trainer.add_callback(callback)
    return callback


def _families(workspace: Workspace, reporter: Reporter) -> dict[str, Any]:
    """The items of the question sets; none where a set can't be read: a training does not fail by it."""
    try:
        return dict(items_by_family(workspace.eval_sets))
    except BadInput as error:
        reporter.note(f"Answers are judged word for word: {error.message}")
        return {}


def _checkpoint(args: TrainingArguments, step: int) -> Path:
    return Path(str(args.output_dir)) / f"checkpoint-{step}"

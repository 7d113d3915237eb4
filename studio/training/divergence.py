"""A training whose numbers are none any more: where that is seen, what is said of it."""

from __future__ import annotations

import torch
from transformers import TrainingArguments

from studio.errors import Diverged


def check_weights(model: torch.nn.Module, args: TrainingArguments, step: int) -> None:
    """Halt before a checkpoint of weights that are no numbers: the one before them is the one to keep.

    Raises:
        Diverged: what is learned holds one that is none.
    """
    learned = (parameter for parameter in model.parameters() if parameter.requires_grad)
    if not all(bool(torch.isfinite(parameter).all()) for parameter in learned):
        raise diverged("weights became nan", args, step)


def diverged(what: str, args: TrainingArguments, step: int) -> Diverged:
    """The error that says so, where, and what to change."""
    return Diverged(
        f"The {what} at step {step}: the training diverged. Start again with a lower learning rate than {args.learning_rate:g}."
    )

"""The sentences of the Train page about validation: what is asked at every checkpoint, and which checkpoint is the best."""

from __future__ import annotations

from collections.abc import Mapping

TITLE = "Validation"
ASKED = (
    "At every checkpoint the model answers training phrasings that were held back from it, never the questions of the headline accuracy: "
    "a checkpoint that is chosen by those would make it look better than it is."
)
RIGHT = "Right answers"
LOSS = "Validation loss"
LOSS_UNIT = "nats a token"
PERPLEXITY = "Validation perplexity"
PERPLEXITY_UNIT = "e to the validation loss"
BEST = "Best checkpoint"
BEST_STEP = "Step {step}"
BEST_NOTE = "{share} right; the adapter is of this step"
BEST_NOT_TAKEN = "{share} right; keep_best is off, the adapter is of the last step"
NO_BEST = "the first is still to come"
AT_STEP = "at step {step}; 95% interval {interval}"
OF_THE_BASE = "before the first step; 95% interval {interval}"
COST = "It has taken {all} so far, {each} the last time."
CURVES: tuple[str, ...] = ("accuracy", "eval_loss", "eval_perplexity")
"""The fields that are drawn."""
TABLE_TITLE = "The numbers of every validation"
TABLE_COLUMNS = ("Step", "Right", "95% interval", "Validation loss (nats a token)", "Validation perplexity", "Checkpoint")
MARKED_BEST = "best"
BASE = "base model"
STOPPED_BEST = "Stopped on request. The adapter of its best checkpoint, step {step}, is kept."
RESUME_BEST = "{choice}, the best"

# The form
VALIDATIONS = "Validations"
VALIDATIONS_NOTE = "{items} of {held_out} held-out phrasings each, every {every} steps"
NOTES: Mapping[str, str] = {
    "validation": (
        "Hold out one phrasing a family, and every checkpoint is asked those phrasings: loss, perplexity and right answers are shown, and the "
        "best checkpoint becomes the adapter. What it costs: the phrasings held out are not learned, and the training pauses at every checkpoint "
        "for as long as the answers take; `max_minutes` includes that."
    )
}
"""Stands above the settings of a group."""

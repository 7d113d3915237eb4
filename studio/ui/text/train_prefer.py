"""The sentences of the Train page about preference training."""

from __future__ import annotations

from collections.abc import Mapping

TAB = "From judgements"
INTRO = (
    "## A second stage: from judged answers\n\n"
    "A tuned model goes on learning from what people thought of answers: pairs of a better and a worse one, or single ones marked good or bad. "
    "The votes of the Arena are such data."
)
EMPTY = (
    '<section class="card"><h2>No judged answers yet</h2><p>This stage learns which of two answers people preferred, or which single answers '
    'were good or bad.</p><p><a href="arena">Vote in the Arena</a>, export the preferences there, and '
    '<a href="data">import the file on the Data page</a>. Files with the columns chosen and rejected, or with a label, work too.</p></section>'
)
DATASET = "Judged answers"
DATASET_INFO = "Datasets that hold pairs or marked answers."
START = "Start from"
START_INFO = "It stays as it is. The result is an adapter of its own, which is held against this one while it learns."
FROM_BASE = "The base model of the preset"
FROM_TUNED = "{run} ({model})"
METHOD = "Method"
METHOD_INFO = "What it learns from. DPO needs pairs; KTO takes single answers too, two of each pair."
METHODS: Mapping[str, str] = {"dpo": "DPO: better against worse", "kto": "KTO: good and bad"}
PRESET = "Preset"
PRESET_INFO = "Choosing one fills in all settings below."
GROUPS: Mapping[str, str] = {
    "loss": "Loss",
    "schedule": "Steps and learning rate",
    "adapter and memory": "Adapter, memory and number format",
    "saving": "Checkpoints and curves",
}
COMMAND = "The same on the command line, where only what differs from the preset is named"
BEGIN = "Start preference training"
STARTED = "Preference training {run} has started."
NO_DATASET = "No dataset is chosen: choose one with judged answers."
NO_START = "Nothing is chosen to start from: choose a tuned model, or the base model."
DATASET_GONE = "The dataset of that run is no longer here: choose another one."
PAIRS = "Pairs"
PAIRS_NOTE = "better and worse answer to one question"
ANSWERS = "Answers"
ANSWERS_NOTE = "good and bad ones, two of each pair"
NO_SUCH_START = "{run} is no tuned model to go on with: choose another one."

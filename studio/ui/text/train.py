"""The sentences of the Train page."""

from __future__ import annotations

from collections.abc import Mapping

INTRO = (
    "# Train\n\n"
    "Fine-tune a small model on your own answers with LoRA. A training is a process of its own: close this page, reload it or "
    "restart the studio, it goes on, and everything about it is kept in its run folder."
)

# The form
TAB_NEW = "New training"
SECTION_WHAT = "## What to train"
SECTION_MAIN = "## How to train"
DATASET = "Dataset"
DATASET_INFO = "The rows to learn from."
MODEL = "Base model"
MODEL_INFO = "Stays as it is; the training makes an adapter for it."
PRESET = "Preset"
PRESET_INFO = "Choosing one fills in all settings below."
START = "Start training"
COMMAND = "The same on the command line, where only what differs from the preset is named"
NO_DATASET = (
    '<section class="card"><h2>No dataset yet</h2><p>A training learns from a dataset: questions of your customers and the '
    'answers that you want to hear.</p><p><a href="data">Bring in a dataset on the Data page</a></p></section>'
)
DATASET_GONE = "The dataset of that run is no longer here: choose another one."
EMPTY_SETTING = "{name} is empty: give it a value, or choose the preset again."
NO_DATASET_CHOSEN = "No dataset is chosen: choose the one to learn from."
DATASET_CHOICE = "{name}, {rows} ({id})"
STARTED = "Training {run} has started."
WAITING = "Run {run} waits behind {runs}."
FILLED = "These are the settings of run {run}. Change what you like, then start."

SETTING_WORDS: Mapping[str, str] = {
    "4bit": "4 bit",
    "lora": "LoRA",
    "sft": "SFT",
    "lr": "learning-rate",
    "num": "",
    "max": "maximum",
    "grad": "gradient",
    "min": "minimum",
    "bnb": "",
    "quant": "quantisation",
    "dtype": "number format",
    "optim": "optimizer",
    "init": "first",
    "rslora": "rsLoRA",
    "dora": "DoRA",
    "neftune": "NEFTune",
    "adam": "Adam",
}
"""Parts of setting names that are not words by themselves."""
DEFAULT = "Default {value}."
RANGE = "{low} to {high}."
RANGE_ABOVE = "Above {low}, up to {high}."
RANGE_BELOW = "{low} to below {high}."

EFFECTIVE_BATCH = "Effective batch"
EFFECTIVE_BATCH_NOTE = "{batch} a forward pass × {accumulation} accumulated"
EFFECTIVE_BATCH_PROCESSES_NOTE = " × {processes} processes"
STEPS = "Optimizer steps"
STEPS_NOTE = "{per_epoch} an epoch, {epochs} epochs"
STEPS_FIXED_NOTE = "as max_steps asks; {per_epoch} an epoch"
STEPS_TIME_NOTE = "; fewer if they would take over {minutes} minutes"
ROWS_LEARNED = "Rows learned"
ROWS_ALL_NOTE = "all of the dataset"
ROWS_HELD_OUT_NOTE = "{held_out} held out for validation"
ROWS_LEFT_OUT_NOTE = "{left_out} left out: {most} of those that share an answer are enough"
ROWS_SPLICED_NOTE = "{spliced} spliced from them"

# The watched run
TAB_RUNS = "Runs"
NO_RUNS = (
    '<section class="card"><h2>No run yet</h2><p>Here you follow a training while it learns: loss, perplexity, memory, the time '
    "left, and how it ended. Start one under “New training”.</p></section>"
)
LINK = "Link to this view"
STATE_MARKS: Mapping[str, str] = {"queued": "◷", "running": "▶", "succeeded": "✔", "failed": "✘", "stopped": "■"}
STATE_WORDS: Mapping[str, str] = {
    "queued": "queued",
    "running": "running",
    "succeeded": "succeeded",
    "failed": "failed",
    "stopped": "stopped",
}
KINDS: Mapping[str, str] = {
    "training.sft": "Training",
    "training.preference": "Preference training",
    "evaluation.evaluate": "Evaluation",
}
KIND_OTHER = "Run"
WAITS_BEHIND = "It waits behind {runs} and starts by itself."
STARTS_SOON = "It starts in a moment."
STOPPING_KEEP = "It was asked to stop: it ends at its next step and keeps what it has learned."
STOPPING_DISCARD = "It was asked to stop: it ends at its next step and discards what it has learned."
SUCCEEDED_AFTER = "Finished after {duration}."
TRAINED = "Finished after {duration}: {steps} optimizer steps over {rows} rows, final loss {loss}, peak memory {memory} MiB."
PREFERRED = "In its last steps the reward margin was {margin}, and the reward accuracy {accuracy}."
ON_TOP_OF = "on top of {start}"
STOPPED_KEPT = "Stopped on request. The adapter of its last step is kept."
STOPPED_NOTHING = "Stopped on request. No adapter was kept; resuming starts from the beginning."
STOPPED_EVALUATION = "Stopped on request. The answers so far are kept; resuming goes on from there."
STOPPED_WAITING = "It was taken out of the queue before it started."
FAILED_UNKNOWN = "It failed without saying why. The log below may tell."
STARTING = "Starting"
PROGRESS = "{phase}: {done} of {total}"
TIME_LEFT = "{duration} left"
NO_PROGRESS_YET = "no progress reported yet"
ADAPTER_READY = "The adapter is ready."
TO_ARENA = "Compare it with the base model in the Arena"
TO_DASHBOARD = "See its accuracy on the Dashboard"
TO_EXPORT = "Export it"
TO_PREFER = "Let it learn from judged answers"
TO_REPORT = "Open the report on the Dashboard"
EVALUATE = "Evaluate base and this model on the high-frequency set"
EVALUATION_STARTED = "Evaluation {run} has started."
METRICS: Mapping[str, tuple[str, str]] = {
    "loss": ("Loss", "nats a token"),
    "perplexity": ("Perplexity", "e to the loss"),
    "reward_margin": ("Reward margin", "good answers above bad ones"),
    "reward_accuracy": ("Reward accuracy", "share on the right side"),
    "tokens_per_second": ("Speed", "tokens a second"),
    "memory_mb": ("Memory", "MiB in use"),
    "process_memory_mb": ("Memory of the process", "MiB resident"),
    "learning_rate": ("Learning rate", "at this step"),
    "grad_norm": ("Gradient norm", "before it is clipped"),
}
"""The numbers that stand above the curves: name and unit by the field of a metric event."""
PREFERENCE_LOSS_UNIT = "a pair, or a judged answer"
CURVES: tuple[tuple[str, ...], ...] = (
    ("loss", "perplexity"),
    ("reward_margin", "reward_accuracy"),
    ("reward_chosen", "reward_rejected"),
    ("learning_rate", "memory_mb"),
    ("grad_norm", "tokens_per_second"),
)
"""The fields that are drawn, two in a row, where they were measured."""
CURVE_LABELS: Mapping[str, str] = {
    "loss": "Training loss",
    "perplexity": "Perplexity",
    "reward_margin": "Reward margin",
    "reward_accuracy": "Reward accuracy",
    "reward_chosen": "Reward of good answers",
    "reward_rejected": "Reward of bad answers",
    "learning_rate": "Learning rate",
    "memory_mb": "Memory",
    "grad_norm": "Gradient norm",
    "tokens_per_second": "Speed",
}
AT_STEP = "At step {step}, epoch {epoch}"
TABLE_TITLE = "The numbers behind the curves"
TABLE_THINNED = "{shown} of {steps} measured steps, evenly spread; the first and the last are among them."
TABLE_COLUMNS: Mapping[str, str] = {
    "step": "Step",
    "epoch": "Epoch",
    "loss": "Loss",
    "perplexity": "Perplexity",
    "reward_margin": "Reward margin",
    "reward_accuracy": "Reward accuracy",
    "reward_chosen": "Reward, good",
    "reward_rejected": "Reward, bad",
    "learning_rate": "Learning rate",
    "grad_norm": "Gradient norm",
    "tokens_per_second": "Tokens a second",
    "memory_mb": "Memory (MiB)",
}
NO_VALUE = "–"
NOTES = "Notes"
SETTINGS_TITLE = "Settings of this run"
SETTINGS_COLUMNS = ("Setting", "Value")
LOG_TITLE = "Log"
LOG_EMPTY = "The log is empty so far."
LOG_FOR_OPERATOR = "The log is shown to the operator of this studio only."

# What can be done with it
STOP_KEEP = "Stop and keep"
STOP_DISCARD = "Stop and discard"
LEAVE_QUEUE = "Take out of the queue"
CONFIRM_QUESTION = "**Discard what this run has learned so far?** Its checkpoints are deleted; that can't be undone."
CONFIRM_YES = "Yes, stop and discard"
CONFIRM_NO = "No, go on"
RESUME = "Resume"
AGAIN = "Train again with these settings"
STOP_ASKED = "Run {run} was asked to stop."
RESUMED = "Run {run} goes on."

# The list
TRAININGS = "Trainings"
EVALUATIONS = "Evaluations"
OTHER_RUNS = "Other runs"
NO_TRAININGS = "No training yet."
NO_EVALUATIONS = "No evaluation yet. One can be started from a finished training."
OLDER = "{runs} older"
TRAINING_COLUMNS = ("State", "Run", "Dataset", "Model", "When", "Minutes", "Final loss")
EVALUATION_COLUMNS = ("State", "Run", "Question set", "Models", "When", "Minutes")
WATCHED = "shown above"

"""The sentences of the Train page about its runs: the queue, names and notes, deleting, and comparing."""

from __future__ import annotations

from collections.abc import Mapping

# The queue
QUEUE_TITLE = "## Waiting"
QUEUE_LABEL = "Waiting runs, in the order in which they start"
QUEUE_INFO = "They start by themselves, one after the other. Choose one to move it."
QUEUE_FIRST = "Start next"
QUEUE_UP = "Earlier"
QUEUE_DOWN = "Later"
QUEUE_CANCEL = "Take out"
QUEUE_NONE_CHOSEN = "No waiting run is chosen: choose one in the list first."
QUEUE_CANCELLED = "Run {run} was taken out of the queue."

# Resuming
RESUME_FROM = "Resume from"
RESUME_FROM_INFO = "The newest checkpoint, unless you choose an earlier one; later ones are then removed."
RESUME_NEWEST = "The newest: step {step} of {steps}"
RESUME_STEP = "Step {step} of {steps}"
RESUME_NO_STEP = "{value!r} is no step of a checkpoint: choose one of the list."

# Name, tags and note
WRITTEN_TITLE = "Name, tags and note"
NAME = "Name"
NAME_INFO = "What you call this run. Its id and the links to it stay."
TAGS = "Tags"
TAGS_INFO = "Separated by commas; the list of runs can be narrowed by them."
NOTE = "Note"
NOTE_INFO = "What you want to remember about it."
SAVE = "Save"
SAVED = "Written down."

# The list
FIND = "Find a run"
FIND_PLACEHOLDER = "Words of its name, id, note, dataset or model"
TAG = "Tag"
ANY_TAG = "Any tag"
NOTHING_FOUND = "No run has all of that. Take a word away, or choose another tag."

# Deleting
DELETE = "Delete"
DELETED = "Run {run} is in the trash, for {days} days."
UNDO = "Undo"
RESTORED = "Run {run} is back."
TRASH_TITLE = "Deleted runs"
TRASH_LABEL = "Deleted in the last {days} days"
TRASH_INFO = "With everything in their folders: adapter, checkpoints, curves, notes."
RESTORE = "Take back"
CHOOSE_DELETED = "No deleted run is chosen: choose the one to take back."

# Comparing
TAB_COMPARE = "Compare"
COMPARE_INTRO = (
    "Two to six trainings beside each other: their curves, the settings that differ, what came out, and how often each is right."
)
COMPARE_RUNS = "Trainings"
COMPARE_CHOICE = "{label} ({state}, {when})"
COMPARE_CURVE = "Curve"
COMPARE_HINT = "Choose {more} to see them beside each other."
COMPARE_NONE = (
    '<section class="card"><h2>Nothing to compare yet</h2><p>Once there are two trainings, their curves, settings and results stand '
    "beside each other here.</p></section>"
)
COMPARE_LINK = "Link to this comparison"
COMPARE_TO = "Compare with other trainings"
COMPARE_CSV = "Curve values (CSV)"
COMPARE_TABLE_CSV = "Table (CSV)"
COMPARE_SVG = "Chart (SVG)"
DIFFERENT = "What differs"
SAME = "All settings are the same, the dataset too."
RESULTS = "What came out"
ACCURACY = "Right answers"
ACCURACY_NONE = "None of them has been evaluated yet."
CURVE_TABLE = "The numbers behind the curves"
SETTING_COLUMN, RESULT_COLUMN, SET_COLUMN, STEP_COLUMN = "Setting", "Result", "Question set", "Step"
STATE_ROW, BEST_LOSS_ROW, BEST_ACCURACY_ROW, TAGS_ROW = "State", "Lowest validation loss", "Best accuracy at a checkpoint", "Tags"
RESULT_WORDS: Mapping[str, str] = {
    "final_loss": "Final loss (nats a token)",
    "steps": "Optimizer steps",
    "rows": "Rows",
    "trained_tokens": "Tokens learned in one pass",
    "seconds": "Time",
    "peak_memory_mb": "Peak memory (MiB)",
    "reward_margin": "Reward margin at the end",
    "reward_accuracy": "Reward accuracy at the end",
}

"""The sentences of the check before a training."""

from __future__ import annotations

from collections.abc import Mapping

CHECK = "Check first"
TITLE = "Check"
NOTHING_FOUND = "Nothing speaks against it."
BLOCKED = "It can't start like this."
WARNED = "It can start; know this first."
BLOCKS = "Blocks"
WARNING = "Warning"
CHECKED = "Checked: {checks}."
NOT_CHECKED = "Not checked: {checks}, because {why}."
MEASURING = "Counting tokens"
ASKING = "Asking the device"

CHECK_WORDS: Mapping[str, str] = {
    "placeholders": "placeholders left in",
    "readable_rows": "rows readable",
    "end_of_turn": "end of turn learned",
    "vocabulary": "tokens known to the model",
    "trained_tokens": "something to learn in every row",
    "cut_rows": "rows cut",
    "context": "context of the model",
    "disk": "disk",
    "tracker": "tracker",
    "memory": "memory for the model",
    "peak_memory": "memory at the peak",
    "dtype": "number format",
    "four_bit": "4 bit",
    "attention": "attention",
    "strategy": "strategy of several processes",
}
"""The checks by their names."""

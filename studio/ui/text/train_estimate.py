"""The sentences about what a training will need, and what it did."""

from __future__ import annotations

from collections.abc import Mapping

TITLE = "What it will need"
MACHINE = "On which machine"
MACHINE_INFO = "A GPU here only changes the estimate: a training runs on this machine."
MACHINE_HERE = "This machine"
COUNTING = "The tokens of the rows are being counted …"
BADGES: Mapping[str, str] = {"fits": "Fits", "tight": "Tight", "too big": "Too big"}
NEED = "{peak} of the {free} that are free on {machine}, and about {time} for {steps}."
NEED_CLASS = "{peak} of {free} on a {machine}, and about {time} for {steps}."
RESERVE = "Beside that, {reserve} are kept free for CUDA itself and its allocator's gaps."
ADVICE = "To make it fit, set {changes}: {peak}, about {time}."
ADVICE_TIGHT = "To be safe, set {changes}: {peak}, about {time}."
NO_ADVICE = "No change of these settings makes it fit: choose a smaller base model, or a machine with more memory."
SETTING_TO = "<code>{name}</code> to <strong>{value}</strong>"
AND = " and "
MEMORY = "Peak memory"
MEMORY_NOTE = "of {free}"
TIME = "Time"
TIME_NOTE = "{steps}"
SPEED = "Speed"
SPEED_NOTE = "tokens a second"
TIME_FROM: Mapping[str, str] = {
    "same settings": "Time and memory are corrected by trainings with these settings that ran on this machine.",
    "other settings": "Time and memory are corrected by trainings with other settings that ran on this machine; the first one with these will be nearer.",
    "formula": "No training has been measured on this machine yet: the time is counted operations at an assumed {rate} GFLOPS, and may be off by far.",
}
LATER = "After ten steps a training foresees its end anew, from its own pace."
OF_ONE_PROCESS = "This is what one of the {processes} processes needs, each with a device of its own; those that share a CPU share its memory and its cores."
APPROXIMATE = "{model} is not on this machine yet, so the tokens of the rows are told from their characters."
PARTS_TITLE = "What the memory is for"
PARTS_COLUMNS = ("Part", "Memory", "What it is")
PARTS: Mapping[str, tuple[str, str]] = {
    "program": ("Program", "Python, PyTorch and the other libraries"),
    "weights": ("Weights", "the base model"),
    "adapter": ("Adapter", "the LoRA matrices and their gradients"),
    "optimizer": ("Optimizer", "AdamW's two moments of every number of the adapter"),
    "activations": ("Activations", "what is kept between forward and back, for the largest batch"),
    "logits": ("Logits", "of the tokens that are learned, for the largest batch"),
    "kept": ("Kept rows", "what the frozen layers gave for every row, so that they are computed once"),
    "heap": ("Heap", "kernels that are kept for every shape of a batch, and gaps between tensors"),
}
WHAT_IF_TITLE = "What other settings would take"
WHAT_IF_NOTE = (
    "Peak memory and time; every line makes as many rows a step. ✔ fits, ! is tight, ✘ is too big; what is chosen stands out."
)
WHAT_IF_HEAD = "Batch × accumulation"
WHAT_IF_COLUMN = "max_length {length}"
WHAT_IF_16_BIT = "{column}"
WHAT_IF_4_BIT = "{column}, 4 bit"
MARKS: Mapping[str, str] = {"fits": "✔", "tight": "!", "too big": "✘"}

OUTLOOK_TITLE = "Foreseen, and what happened"
OUTLOOK_COLUMNS = ("", "Time", "Peak memory", "Steps")
OUTLOOK_BEFORE = "Before the first step"
OUTLOOK_AFTER = "After ten steps"
OUTLOOK_HAPPENED = "What happened"
OUTLOOK_OFF = "{value} ({off})"

"""Whether a merged model answers as its base and adapter did: the same prompts, greedily, before and after.

Both are asked in the same batches and in the same number format, so that a difference comes from the merge and its rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch

from studio.chat.loading import Device, pick_device
from studio.chat.messages import Decoding, Message, Request, reply
from studio.chat.transformers_engine import TransformersModel
from studio.errors import BadInput
from studio.scoring.items import find_question_set, load_question_set
from studio.training.exporting.provenance import Data
from studio.workspace.datasets import read_rows
from studio.workspace.layout import Workspace

PROMPTS: Final = 20
"""So many prompts are asked."""

_BATCH = 10
_ANSWER = Decoding(max_new_tokens=120)  # as an evaluation's
_OTHERWISE = "high_frequency"

Progress = Callable[[int, int], None]
"""Called with batches done and in all; what it raises ends the work."""


@dataclass(frozen=True)
class Prompts:
    """Conversations that end with a question, and where they come from."""

    conversations: Sequence[Sequence[Message]]
    asked: str


@dataclass(frozen=True)
class Difference:
    """A prompt that the two answer differently."""

    question: str
    before: str
    after: str


@dataclass(frozen=True)
class Checked:
    """What came of it; `computed_in` is the number format that both computed in."""

    prompts: int
    differing: Sequence[Difference]
    computed_in: str

    @property
    def agree(self) -> int:
        """How many answers were the same."""
        return self.prompts - len(self.differing)


def choose_prompts(workspace: Workspace, data: Data | None) -> Prompts:
    """`PROMPTS` questions of the training data, spread evenly; of a question set where those data are not here any more."""
    if data is None:
        items = load_question_set(find_question_set(_OTHERWISE, workspace.eval_sets)).items
        chosen = [items[position].conversation for position in _spread(len(items))]
        return Prompts(chosen, f"questions of the set {_OTHERWISE}, because the training data are not here")
    first_rows: dict[str, int] = {}
    for position, row in enumerate(read_rows(workspace, data.manifest.id)):
        first_rows.setdefault(row.question, position)
    positions = {list(first_rows.values())[place] for place in _spread(len(first_rows))}
    rows = enumerate(read_rows(workspace, data.manifest.id))
    return Prompts([row.messages[:-1] for position, row in rows if position in positions], "training questions, spread evenly")


def compare(base: Path, adapter: Path, merged: Path, prompts: Prompts, *, progress: Progress) -> Checked:
    """Ask base and adapter, then the merged model.

    Raises:
        BadInput: there is no prompt to ask.
        EngineError: a model can't be loaded, or fails while answering.
    """
    if not prompts.conversations:
        raise BadInput("There is no question to ask the merged model, so the merge can't be verified.")
    device = _exact(pick_device())
    batches = [prompts.conversations[start : start + _BATCH] for start in range(0, len(prompts.conversations), _BATCH)]
    done = 0

    def answers(folder: Path, adapter: str | None) -> list[str]:
        nonlocal done
        model, said = TransformersModel(folder, device=device), []
        for batch in batches:
            progress(done, 2 * len(batches))
            said += reply(model, [Request(messages, adapter) for messages in batch], _ANSWER)
            done += 1
        return said

    before, after = answers(base, str(adapter)), answers(merged, None)
    progress(done, 2 * len(batches))
    pairs = zip(prompts.conversations, before, after, strict=True)
    differing = [Difference(messages[-1]["content"], first, second) for messages, first, second in pairs if first != second]
    return Checked(len(prompts.conversations), differing, str(device.dtype).removeprefix("torch."))


def _exact(device: Device) -> Device:
    """In fp32 on a CPU: in bf16 answers differ between runs of one model already. A GPU has the memory for its own format only."""
    return device if device.on_gpu else Device(device.type, torch.float32)


def _spread(count: int) -> list[int]:
    """At most `PROMPTS` positions of `count`, evenly spread, each in the middle of its part."""
    wanted = min(PROMPTS, count)
    return [(2 * index + 1) * count // (2 * wanted) for index in range(wanted)]

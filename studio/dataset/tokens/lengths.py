"""How long the rows of a dataset are for a model, and what each `max_length` would cut off. Measured once, and kept beside the rows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from studio.charts import LengthBar
from studio.chat.catalog import CatalogModel
from studio.chat.render import render_all
from studio.chat.tokenizer import tokenizer_fingerprint, tokenizer_of
from studio.workspace.dataset_caches import read_cache, write_cache
from studio.workspace.datasets import Row, read_manifest, read_rows
from studio.workspace.layout import Workspace

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

LADDER = (64, 128, 256, 512, 1024, 2048, 4096)
"""Values of `max_length` that are compared."""

_BETWEEN_REPORTS = 256  # rows
_MOST_BARS = 30
_WIDTHS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1_000, 2_000, 5_000, 10_000)  # tokens a bar
_USUAL = 0.99  # of the rows; the few longest share the last bar, or they would squeeze all others into the first


@dataclass(frozen=True)
class Lengths:
    """Of every row that a training takes, in the dataset's order, in tokens.

    Attributes:
        tokens: the whole row.
        trained: those that are learned.
        before: those before the first one that is learned; a row cut there teaches nothing.
        left_out: rows that are not among them, because their answer was judged bad.
    """

    tokens: Sequence[int]
    trained: Sequence[int]
    before: Sequence[int]
    left_out: int = 0

    @property
    def rows(self) -> int:
        """How many rows were measured."""
        return len(self.tokens)

    def cut_at(self, max_length: int) -> Cut:
        """What a training with that `max_length` would lose."""
        cut = sum(tokens > max_length for tokens in self.tokens)
        empty = sum(before >= max_length or not trained for before, trained in zip(self.before, self.trained, strict=True))
        return Cut(max_length, self.rows, cut, empty)

    def ladder(self, max_length: int) -> list[Cut]:
        """`cut_at` for the usual values and the chosen one, ascending."""
        return [self.cut_at(limit) for limit in sorted({*LADDER, max_length})]

    def to_json(self, max_length: int) -> dict[str, Any]:
        """As the command line prints it."""
        return {
            "rows": self.rows,
            "left_out": self.left_out,
            "tokens": _spread(self.tokens),
            "trained_tokens": _spread(self.trained),
            "max_length": max_length,
            "cut_at": [cut.to_json() for cut in self.ladder(max_length)],
        }


@dataclass(frozen=True)
class Cut:
    """What `max_length` does to `rows` rows: `cut` of them lose their end, `empty` of them all that there is to learn."""

    max_length: int
    rows: int
    cut: int
    empty: int

    @property
    def share(self) -> float:
        """The part of the rows that are cut, in [0, 1]."""
        return self.cut / self.rows if self.rows else 0.0

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {"max_length": self.max_length, "cut": self.cut, "share": round(self.share, 4), "nothing_to_learn": self.empty}


def measure_lengths(
    tokenizer: PreTrainedTokenizerBase, rows: Iterable[Row], *, progress: Callable[[int], None] = lambda _: None
) -> Lengths:
    """Render every row and count. `progress` is called now and then with the rows that are done."""
    left_out = 0

    def taken() -> Iterable[Row]:
        nonlocal left_out
        for row in rows:
            if row.label is False:
                left_out += 1
            else:
                yield row

    tokens, trained, before = [], [], []
    for done, rendered in enumerate(render_all(tokenizer, (row.messages for row in taken()))):
        tokens.append(len(rendered.input_ids))
        trained.append(sum(rendered.trained))
        before.append(rendered.trained.index(True) if any(rendered.trained) else 0)
        if done % _BETWEEN_REPORTS == 0:
            progress(done)
    return Lengths(tokens, trained, before, left_out)


def dataset_lengths(
    workspace: Workspace, dataset: str, model: CatalogModel, *, progress: Callable[[int], None] = lambda _: None
) -> Lengths:
    """The lengths of a dataset's rows for a model, from the last time they were measured if they were.

    `progress` is called now and then with the rows that are done.

    Raises:
        NotFound: there is no such dataset, or the model is not on this machine.
        EngineError: the model's tokenizer is not usable.
    """
    read_manifest(workspace, dataset)
    if known := known_lengths(workspace, dataset, model):
        return known
    tokenizer = tokenizer_of(workspace, model)
    lengths = measure_lengths(tokenizer, read_rows(workspace, dataset), progress=progress)
    write_cache(workspace, dataset, _cache_name(workspace, model), json.dumps(asdict(lengths)))
    return lengths


def known_lengths(workspace: Workspace, dataset: str, model: CatalogModel) -> Lengths | None:
    """What was measured before, with the same tokenizer and template; None if nothing was."""
    content = read_cache(workspace, dataset, _cache_name(workspace, model))
    try:
        return Lengths(**json.loads(content)) if content else None
    except (ValueError, TypeError):
        return None  # not ours, or damaged: measured anew


def histogram(lengths: Lengths, max_length: int) -> list[LengthBar]:
    """The rows in about `_MOST_BARS` bars of equal width, of which the last may hold everything that is longer."""
    if not lengths.rows:
        return []
    ordered = sorted(lengths.tokens)
    usual, longest = ordered[int((len(ordered) - 1) * _USUAL)], ordered[-1]
    shown = longest if longest <= 2 * usual else usual
    width = next((width for width in _WIDTHS if shown - ordered[0] < width * _MOST_BARS), -(-shown // _MOST_BARS))
    first, last = ordered[0] // width, shown // width + (shown < longest)
    bars = Counter((min(tokens // width, last), tokens > max_length) for tokens in lengths.tokens)
    return [
        LengthBar(
            place * width,
            (place + 1) * width,
            whole=bars[place, False],
            cut=bars[place, True],
            open_ended=place == last and shown < longest,
        )
        for place in range(first, last + 1)
    ]


def _cache_name(workspace: Workspace, model: CatalogModel) -> str:
    return f"lengths-{tokenizer_fingerprint(workspace.model(model.name))[:16]}.json"


def _spread(values: Sequence[int]) -> dict[str, int]:
    """Sum, median, 95th percentile and maximum; all 0 for no values."""
    ordered = sorted(values) or [0]
    return {
        "sum": sum(ordered),
        "median": round(median(ordered)),
        "p95": ordered[int((len(ordered) - 1) * 0.95)],
        "max": ordered[-1],
    }

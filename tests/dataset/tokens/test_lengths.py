"""How long rows are, what a max_length would cut, and that it is measured once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from studio.chat.catalog import find_model
from studio.chat.tokenizer import load_tokenizer
from studio.dataset.checks.examination import examine
from studio.dataset.tokens.lengths import LADDER, Lengths, dataset_lengths, histogram, known_lengths, measure_lengths
from studio.dataset.tokens.too_long import over_tokens
from studio.errors import BadInput, NotFound
from studio.training.learning.rows import tokenize
from studio.workspace.dataset_caches import write_cache
from studio.workspace.datasets import Row, read_rows
from studio.workspace.layout import Workspace
from studio.workspace.trash import delete_dataset, restore_dataset
from tests.conftest import EMBEDDED
from tests.support import make_rows

MODEL = find_model(EMBEDDED)


@pytest.fixture(scope="module")
def tokenizer(embedded_model: Path) -> Any:
    return load_tokenizer(embedded_model)


def row(question: str, answer: str, **labels: Any) -> Row:
    return Row([{"role": "user", "content": question}, {"role": "assistant", "content": answer}], source="t", **labels)


ROWS = [row("Short?", "Yes."), row("word " * 100, "Yes."), row("Long?", "word " * 100), *make_rows(20, 20)]


@pytest.mark.parametrize("max_length", [32, 64, 100, 512])
def test_rows_cut_and_rows_with_nothing_left_are_those_of_training(tokenizer: Any, max_length: int) -> None:
    cut = measure_lengths(tokenizer, ROWS).cut_at(max_length)
    try:
        trained = tokenize(tokenizer, ROWS, max_length=max_length)
        assert (cut.cut, cut.empty) == (trained.cut, trained.dropped)
    except BadInput:
        assert cut.empty == len(ROWS)


def test_trained_tokens_are_those_of_training_and_rows_judged_bad_are_left_out(tokenizer: Any) -> None:
    lengths = measure_lengths(tokenizer, [*ROWS, row("Bad?", "Go away.", label=False)])
    assert (lengths.rows, lengths.left_out) == (len(ROWS), 1)
    assert sum(lengths.trained) == tokenize(tokenizer, ROWS, max_length=10_000).trained_tokens


def test_the_ladder_holds_the_usual_values_and_the_chosen_one_in_order() -> None:
    lengths = Lengths([50, 100, 600], [10, 10, 10], [40, 90, 590])
    assert [cut.max_length for cut in lengths.ladder(300)] == sorted([*LADDER, 300])
    assert [cut.max_length for cut in lengths.ladder(512)] == list(LADDER)
    assert [(cut.cut, cut.empty, round(cut.share, 2)) for cut in lengths.ladder(300)][:3] == [
        (2, 2, 0.67),
        (1, 1, 0.33),
        (1, 1, 0.33),
    ]


@pytest.mark.parametrize("tokens", [[80], [80, 81, 120, 152], [10] * 300 + [40, 9_000], list(range(1, 4_000, 7))])
def test_every_row_stands_in_one_bar_of_its_length(tokens: Sequence[int]) -> None:
    bars = histogram(Lengths(tokens, tokens, tokens), 100)
    assert sum(bar.whole for bar in bars) == sum(number <= 100 for number in tokens)
    assert sum(bar.cut for bar in bars) == sum(number > 100 for number in tokens)
    assert len(bars) <= 32 and all(one.end == other.first for one, other in pairwise(bars))
    assert bars[0].first <= min(tokens) and (bars[-1].end > max(tokens) or bars[-1].open_ended)


def test_a_dataset_is_measured_once_for_each_tokenizer(tiny_workspace: Workspace, dataset: str) -> None:
    assert known_lengths(tiny_workspace, dataset, MODEL) is None
    seen: list[int] = []
    measured = dataset_lengths(tiny_workspace, dataset, MODEL, progress=seen.append)
    assert measured.rows == 16 and seen
    assert dataset_lengths(tiny_workspace, dataset, MODEL, progress=lambda _: pytest.fail("measured again")) == measured
    template = tiny_workspace.model(EMBEDDED) / "chat_template.jinja"
    template.write_text(template.read_text() + "{# changed #}")
    assert known_lengths(tiny_workspace, dataset, MODEL) is None


def test_a_damaged_measurement_is_made_again(tiny_workspace: Workspace, dataset: str) -> None:
    measured = dataset_lengths(tiny_workspace, dataset, MODEL)
    (cache,) = tiny_workspace.dataset(dataset).glob("lengths-*.json")
    cache.write_text('{"tokens": [1, 2')
    assert known_lengths(tiny_workspace, dataset, MODEL) is None
    assert dataset_lengths(tiny_workspace, dataset, MODEL) == measured


def test_a_measurement_that_ends_after_its_dataset_was_deleted_leaves_the_way_back_open(
    workspace: Workspace, dataset: str
) -> None:
    token = delete_dataset(workspace, dataset)
    write_cache(workspace, dataset, "lengths-x.json", "{}")
    assert not workspace.dataset(dataset).exists()
    restore_dataset(workspace, token)
    assert len(list(read_rows(workspace, dataset))) == 16


def test_a_model_that_is_not_here_is_a_sentence(workspace: Workspace, dataset: str) -> None:
    with pytest.raises(NotFound, match="not on this machine"):
        dataset_lengths(workspace, dataset, MODEL)


def test_a_row_over_the_models_tokens_is_too_long_with_what_is_lost(tokenizer: Any) -> None:
    found = examine(ROWS[:3], length_check=over_tokens(tokenizer, 64), max_characters=1).findings
    assert [(one.row, one.kind) for one in found] == [(1, "too_long"), (2, "too_long")]
    assert "none of its" in found[0].message and "leaves it out" in found[0].message
    total = measure_lengths(tokenizer, ROWS[2:3])
    lost = total.tokens[0] - 64
    assert found[1].message == (
        f"It has {total.tokens[0]} tokens, {lost} over the 64 that are trained: {lost} of its {total.trained[0]} answer tokens are lost."
    )

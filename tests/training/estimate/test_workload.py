"""An estimate counts the rows and batches that the training really makes."""

from __future__ import annotations

from typing import Any

import pytest

from studio.chat.catalog import find_model
from studio.chat.tokenizer import load_tokenizer
from studio.dataset.tokens.lengths import dataset_lengths
from studio.training.estimate.compute import Work, batch_work, work_of
from studio.training.estimate.estimator import PACE_BATCHES
from studio.training.estimate.trainable import shared_tokens, trainable_rows
from studio.training.estimate.workload import Batch, RowSize, Workload
from studio.training.learning.phrasings import arrange, splice_phrasings
from studio.training.learning.rows import shorten_repeated_answers, tokenize
from studio.training.running import pace
from studio.workspace.datasets import Row, write_dataset
from studio.workspace.layout import Workspace
from tests.training.estimate.support import CPU, GPU, ROWS, TINY, setup, spec

MODEL = find_model("smollm2-135m-instruct")


def rows() -> list[Row]:
    """Families of different size that share their answer, rows of their own, two turns, and one judged bad."""
    shared = [
        Row(
            messages=[
                {"role": "user", "content": f"Question {family}, " + "please " * number + "tell me?"},
                {"role": "assistant", "content": f"The answer to {family} " + "is long " * (4 + family)},
            ],
            source="test",
            family=f"f{family}",
        )
        for family in range(5)
        for number in range(3 + family)
    ]
    turns = [{"role": role, "content": f"{role} says something {index}"} for index, role in enumerate(("user", "assistant") * 2)]
    bad = Row(messages=turns[:2], source="test", label=False)
    own = [{"role": "user", "content": "And that?"}, {"role": "assistant", "content": "That is answered here alone."}]
    return [*shared[:4], bad, *shared[4:], Row(messages=turns, source="test"), Row(messages=own, source="test")]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"max_length": 44},
        {"rows_per_answer": 3},
        {"whole_answer_rows": 2, "opening_tokens": 4},
        {"hold_out_phrasings": 1, "rows_per_answer": 4, "whole_answer_rows": 1, "opening_tokens": 3, "max_length": 52},
    ],
)
def test_sizes_are_those_of_the_tokens_that_are_trained(tiny_workspace: Workspace, settings: dict[str, Any]) -> None:
    wanted = spec(**settings)
    dataset = write_dataset(tiny_workspace, rows(), name="mixed", source="test").id
    tokenizer = load_tokenizer(tiny_workspace.model(MODEL.name))
    tokenized = shorten_repeated_answers(
        tokenize(tokenizer, arrange(rows(), wanted).taken, max_length=wanted.max_length),
        whole=wanted.whole_answer_rows,
        opening=wanted.opening_tokens,
    )
    found = trainable_rows(tiny_workspace, dataset, MODEL, lengths=dataset_lengths)
    real = [(len(row.input_ids), sum(row.trained)) for row in tokenized.rows]
    counted = [(size.tokens, size.learned) for size in found.sizes(wanted)]
    assert [tokens for tokens, _ in counted] == [tokens for tokens, _ in real]
    cut_between_answers = 1 if "max_length" in settings else 0  # of that conversation the learned tokens are a guess
    assert sum(one != other for one, other in zip(counted, real, strict=True)) <= cut_between_answers
    assert found.exact and found.shared == shared_tokens([row.input_ids for row in tokenized.rows])


def test_spliced_rows_are_counted(tiny_workspace: Workspace) -> None:
    dataset = write_dataset(tiny_workspace, rows(), name="mixed", source="test").id
    wanted = spec(spliced_copies=2)
    arranged = arrange(rows(), wanted)
    found = trainable_rows(tiny_workspace, dataset, MODEL, lengths=dataset_lengths)
    assert len(found.sizes(wanted)) == len(arranged.taken) + len(splice_phrasings(arranged.taken, arranged.begun, seed=1))
    assert arranged.begun


def test_without_the_model_lengths_are_told_from_characters(workspace: Workspace, tiny_workspace: Workspace) -> None:
    dataset = write_dataset(workspace, rows(), name="mixed", source="test").id
    exact = trainable_rows(workspace, dataset, MODEL, lengths=dataset_lengths)
    told = trainable_rows(workspace, dataset, find_model("qwen2-7b-instruct"), lengths=dataset_lengths)
    assert exact.exact and not told.exact
    assert sum(told.measured.tokens) == pytest.approx(sum(exact.measured.tokens), rel=0.3)


def test_steps_are_counted_as_transformers_does() -> None:
    sizes = [RowSize(10, 3, 5)] * 330
    for settings, expected in (
        ({"per_device_train_batch_size": 8, "gradient_accumulation_steps": 2, "num_train_epochs": 3.0}, 63),
        ({"per_device_train_batch_size": 4, "gradient_accumulation_steps": 1, "num_train_epochs": 0.5}, 42),
        ({"max_steps": 7}, 7),
    ):
        assert Workload(spec(**settings), sizes, 0, rows=330).planned_steps == expected


def test_batches_are_padded_to_their_longest_row_and_begin_alike_before_the_first_learned_token() -> None:
    workload = Workload(spec(per_device_train_batch_size=4), [RowSize(40, 10, 30), RowSize(50, 20, 30)] * 2, 36, rows=4)
    assert workload.batches == [Batch(rows=4, width=50, tokens=180, learned=60, shared=29)]
    assert workload.batches[0].positions(sharing=True) == 29 + 4 * 21
    assert workload.batches[0].positions(sharing=False) == 200


def test_rows_as_chance_has_them_are_padded_more() -> None:
    grouped, random = (Workload(spec(group_by_length=one), ROWS, 20, rows=len(ROWS)).batches for one in (True, False))
    assert sum(batch.tokens for batch in grouped) == sum(batch.tokens for batch in random)
    assert sum(batch.rows * batch.width for batch in grouped) < sum(batch.rows * batch.width for batch in random)


def test_a_row_by_itself_shares_nothing() -> None:
    assert Workload(spec(per_device_train_batch_size=1), ROWS[:2], 20, rows=2).batches[0].shared == 0


def test_operations_by_hand() -> None:
    batch, rank = Batch(rows=2, width=10, tokens=20, learned=3, shared=0), 4
    linear, adapter, attention = 2 * 20 * 9216, 2 * 20 * 2048, 4 * 32 * 2 * 10 * 10
    layer = (linear + adapter + attention) + (linear + 2 * adapter + 2 * attention)
    head = 4 * 3 * 1000 * 32
    assert batch_work(setup(GPU, lora_rank=rank), batch).operations == 2 * layer + head
    again = batch_work(setup(GPU, lora_rank=rank, gradient_checkpointing=True), batch).operations
    assert again == 2 * (layer + linear + adapter + attention) + head


def test_frozen_layers_are_passed_forward_once_on_a_cpu_and_always_on_a_gpu() -> None:
    batch = Batch(rows=2, width=10, tokens=20, learned=3, shared=0)
    forward = 2 * 20 * 9216 + 4 * 32 * 2 * 10 * 10
    for machine, saved in ((CPU, forward), (GPU, 0)):
        half = setup(machine, frozen_fraction=0.5)
        assert batch_work(half, batch).operations - batch_work(half, batch, known=True).operations == saved


def test_as_many_batches_are_known_before_the_first_step_as_the_pace_is_measured_on() -> None:
    assert pace._BATCHES + 1 == PACE_BATCHES


def test_work_adds_up() -> None:
    batches = Workload(spec(), ROWS, 20, rows=len(ROWS)).batches
    one = setup()
    assert work_of(one, batches).operations == pytest.approx(sum(batch_work(one, batch).operations for batch in batches))
    assert (Work(2.0, 1.0) + Work(3.0, 4.0)) * 2 == Work(10.0, 10.0)
    assert TINY.layers * len(batches) == work_of(one, batches).layers

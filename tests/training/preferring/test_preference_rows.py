"""Judged answers in tokens: what is compared, what is cut, and in which order KTO sees it."""

from __future__ import annotations

from pathlib import Path

import pytest
from transformers import PreTrainedTokenizerBase

from studio.chat.render import render_prompt, render_training
from studio.chat.tokenizer import load_tokenizer
from studio.errors import BadInput
from studio.training.preferring.rows import evenly, prepare_answers, prepare_pairs
from studio.workspace.datasets import Row
from tests.training.preferring.support import marked, pairs


@pytest.fixture(scope="module")
def tokenizer(tiny_model: Path) -> PreTrainedTokenizerBase:
    return load_tokenizer(tiny_model)


def test_a_pair_is_one_prompt_as_it_is_asked_in_the_chat_and_two_answers_with_their_end(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    rows = pairs(3)
    prepared = prepare_pairs(tokenizer, rows, max_length=512)
    for index, row in enumerate(rows):
        prompt, chosen, rejected = (prepared.columns[name][index] for name in ("prompt_ids", "chosen_ids", "rejected_ids"))
        assert prompt == render_prompt(tokenizer, row.messages[:-1])
        assert prompt + chosen == render_training(tokenizer, row.messages).input_ids
        assert tokenizer.decode(rejected) == f"{row.rejected}{tokenizer.eos_token}"
        assert prepared.lengths[index] == len(prompt) + max(len(chosen), len(rejected))
    assert (prepared.cut, prepared.dropped) == (0, 0)


def test_only_the_last_answer_of_a_conversation_is_judged(tokenizer: PreTrainedTokenizerBase) -> None:
    row = pairs(1)[0]
    earlier = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello, how can I help?"}]
    prepared = prepare_pairs(tokenizer, [Row([*earlier, *row.messages], "test", rejected=row.rejected)], max_length=512)
    assert "how can I help" in tokenizer.decode(prepared.columns["prompt_ids"][0])
    assert tokenizer.decode(prepared.columns["chosen_ids"][0]) == f"{row.answer}{tokenizer.eos_token}"


def test_what_is_too_long_is_cut_at_its_end_or_dropped_and_counted(tokenizer: PreTrainedTokenizerBase) -> None:
    short, long = pairs(2)
    long = Row([{"role": "user", "content": "word " * 200}, long.messages[-1]], "test", rejected=long.rejected)
    whole = prepare_pairs(tokenizer, [short], max_length=512)
    room = len(whole.columns["prompt_ids"][0]) + 2
    prepared = prepare_pairs(tokenizer, [short, long], max_length=room)
    assert [len(ids) for ids in prepared.columns["chosen_ids"]] == [2] and (prepared.cut, prepared.dropped) == (1, 1)
    with pytest.raises(BadInput, match="None of the 1 pairs has room"):
        prepare_pairs(tokenizer, [long], max_length=room)


def test_the_wrong_answers_of_a_batch_are_its_own_answers_moved_on_by_one(tokenizer: PreTrainedTokenizerBase) -> None:
    prepared = prepare_answers(tokenizer, [*marked(4, 3), *pairs(1)], max_length=512, batch_size=4, seed=1)
    right, wrong = prepared.columns["completion_ids"], prepared.columns["KL_completion_ids"]
    assert wrong[:4] == [right[3], *right[:3]] and wrong[4:8] == [right[7], *right[4:7]] and wrong[8] == right[8]
    assert sum(prepared.columns["label"]) == 5 and len(prepared.lengths) == 9


def test_every_stretch_has_its_share_of_good_and_bad_in_an_order_of_its_seed() -> None:
    mixed = evenly(["good"] * 6, ["bad"] * 3, seed=0)
    assert all(mixed[start : start + 3].count("bad") == 1 for start in (0, 3, 6))
    numbers = [evenly(range(10), range(10, 20), seed=seed) for seed in (1, 1, 2)]
    assert numbers[0] == numbers[1] != numbers[2] and sorted(numbers[0]) == list(range(20))

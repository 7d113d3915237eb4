from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest

from studio.dataset.importing.registry import read_registry
from studio.dataset.similarity.phrasings import normalise_question, shared_phrasings
from studio.settings import PROJECT_ROOT

QUESTION = "How long does it take until my refund for the cancelled flight arrives?"


def sample_questions() -> tuple[list[str], list[str]]:
    """What is trained and what is asked, in the sample data."""
    entries = read_registry(PROJECT_ROOT / "data" / "dataset_info.json").entries.values()
    train = [row["instruction"] for entry in entries for row in json.loads(entry.path.read_text())]
    lines = (PROJECT_ROOT / "eval_sets" / "high_frequency.jsonl").read_text().splitlines()
    return train, [json.loads(line)["question"] for line in lines]


@pytest.mark.parametrize(
    "copy",
    [
        QUESTION,
        QUESTION.upper(),
        "  how long does it take , until my refund for the cancelled\nflight arrives !! ",
    ],
)
def test_case_punctuation_and_spacing_make_no_other_phrasing(copy: str) -> None:
    (pair,) = shared_phrasings([copy], [QUESTION])
    assert (pair.train, pair.evaluation, pair.similarity) == (copy, QUESTION, 100.0)
    assert normalise_question(copy) == normalise_question(QUESTION)


@pytest.mark.parametrize(
    "copy",
    [
        "How long does it take until my refund for the cancelled trip arrives?",
        "How long does it take until my full refund for the cancelled flight arrives?",
        "How long does it take until my refund for the flight arrives?",
        "Until my refund for the cancelled flight arrives, how long does it take?",
        "how long dose it take untill my refnd for the canceled flight arives",
    ],
)
def test_a_copy_with_an_edit_or_in_another_order_is_found(copy: str) -> None:
    assert [pair.train for pair in shared_phrasings([copy], [QUESTION])] == [copy]


def test_any_one_word_replaced_in_a_question_of_five_words_or_more_is_found() -> None:
    train, evaluation = sample_questions()
    rng = random.Random(5)
    vocabulary = sorted({word for question in train for word in question.split()})
    for question in ["Can I change my seat", *evaluation]:
        words = question.split()
        words[rng.randrange(len(words))] = rng.choice(vocabulary)
        rng.shuffle(words)
        assert shared_phrasings([" ".join(words)], [question]), (question, words)


@pytest.mark.parametrize(
    "other",
    [
        "Can I get my money back although I cancelled the flight myself?",
        "When does a cancelled flight give me the right to a refund?",
        "Where do I see whether my refund was sent?",
        "refund cancelled flight how long",
        "How long does it take to get a new passport?",
    ],
)
def test_another_question_on_the_same_topic_is_not_flagged(other: str) -> None:
    assert shared_phrasings([other], [QUESTION]) == []


def test_the_sample_data_and_the_question_set_share_no_phrasing() -> None:
    train, evaluation = sample_questions()
    assert shared_phrasings(train, evaluation) == []


def test_a_leak_is_found_among_thousands_and_quickly() -> None:
    rng = random.Random(3)
    vocabulary = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _ in range(3000)]
    questions = [" ".join(rng.choices(vocabulary, k=rng.randint(4, 20))) for _ in range(4900)]
    train, evaluation = questions[:4500], questions[4500:]
    leaked = evaluation[17].split()
    leaked[2] = "changed"
    train.insert(4400, " ".join(leaked))  # behind the first chunk
    started = time.perf_counter()
    (pair,) = shared_phrasings(train, evaluation)
    assert (pair.train, pair.evaluation) == (train[4400], evaluation[17])
    assert time.perf_counter() - started < 15


def test_pairs_come_nearest_first_and_each_once() -> None:
    near = QUESTION.replace("flight", "trip")
    pairs = shared_phrasings([near, QUESTION, QUESTION, near], [QUESTION, QUESTION])
    assert [(pair.train, pair.similarity == 100.0) for pair in pairs] == [(QUESTION, True), (near, False)]


@pytest.mark.parametrize(("train", "evaluation"), [([], [QUESTION]), ([QUESTION], []), (["", "?!", " "], ["", "...", QUESTION])])
def test_nothing_to_compare_shares_nothing(train: list[str], evaluation: list[str]) -> None:
    assert shared_phrasings(train, evaluation) == []


def test_customers_of_a_bank_repeat_themselves_and_that_is_found(real: Path) -> None:
    train = (real / "banking77" / "train.csv").read_text().splitlines()[1:2001]
    leaked = train[1234]
    assert leaked in {pair.train for pair in shared_phrasings(train, [leaked.lower()])}

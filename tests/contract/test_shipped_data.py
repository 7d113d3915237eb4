"""What ships in `data/` and `eval_sets/` is sound, and training data and question sets share no phrasing."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from itertools import combinations
from typing import Any

import pytest

from studio.dataset.similarity.contradictions import contradiction
from studio.dataset.similarity.phrasings import shared_phrasings
from studio.scoring.items import load_question_set
from studio.scoring.soundness import check_question_set
from studio.settings import PROJECT_ROOT

REGISTRY = json.loads((PROJECT_ROOT / "data" / "dataset_info.json").read_text())
REGISTRY.pop("identity")  # a template with placeholders: tests/contract/test_brand_identity.py
SETS = {path.stem: load_question_set(path).items for path in sorted((PROJECT_ROOT / "eval_sets").glob("*.jsonl"))}
ITEMS = SETS["high_frequency"]
EVERY_FILE: dict[str, list[dict[str, Any]]] = {
    name: json.loads((PROJECT_ROOT / "data" / entry["file_name"]).read_text()) for name, entry in REGISTRY.items()
}
FILES = {name: rows for name, rows in EVERY_FILE.items() if name.removesuffix("_chats") in {item.industry for item in ITEMS}}
ROWS = [row for rows in FILES.values() for row in rows]


def test_fourteen_industries_of_ten_families() -> None:
    industries = defaultdict(set)
    for item in ITEMS:
        industries[item.industry].add(item.family)
    assert len(industries) == 14 and len(ITEMS) == 280
    assert all(len(families) == 10 for families in industries.values())


def test_every_family_has_eight_phrasings_eighty_chat_messages_and_two_held_out_phrasings() -> None:
    written = {name: Counter(row["family"] for row in rows) for name, rows in FILES.items()}
    assert {count for name, families in written.items() if not name.endswith("_chats") for count in families.values()} == {8}
    assert {count for name, families in written.items() if name.endswith("_chats") for count in families.values()} == {80}
    assert all(written[name].keys() == written[f"{name}_chats"].keys() for name in FILES if not name.endswith("_chats"))
    assert set(Counter(item.family for item in ITEMS).values()) == {2}
    assert {row["family"] for row in ROWS} == {item.family for item in ITEMS}


def test_a_family_has_one_answer_of_25_to_60_words_with_two_facts() -> None:
    answers = defaultdict(set)
    for row in ROWS:
        answers[row["family"]].add(row["output"])
    for item in ITEMS:
        assert answers[item.family] == {item.answer}
        assert 25 <= len(item.answer.split()) <= 60, item.id
        assert len(item.points) >= 2, item.id


@pytest.mark.parametrize("name", SETS)
def test_no_phrasing_stands_in_training_and_in_a_question_set(name: str) -> None:
    asked = [turn["content"] for item in SETS[name] for turn in item.conversation if turn["role"] == "user"]
    trained = [row["instruction"] for rows in EVERY_FILE.values() for row in rows]
    assert shared_phrasings(trained, asked) == []


def test_the_leakage_check_would_notice() -> None:
    question = ITEMS[0].conversation[-1]["content"]
    assert shared_phrasings([question.upper() + "!!"], [question])


@pytest.mark.parametrize(
    "name", sorted(SETS.keys() - {"brand_identity"})
)  # whose probes are filled in first: test_brand_identity.py
def test_a_question_set_is_sound(name: str) -> None:
    assert check_question_set(SETS[name]) == []


def test_an_id_names_one_item_of_all_question_sets() -> None:
    assert max(Counter(item.id for items in SETS.values() for item in items).values()) == 1


def test_no_answer_contradicts_another_of_its_family() -> None:
    answers = defaultdict(set)
    for rows in EVERY_FILE.values():
        for row in rows:
            answers[row["family"]].add(row["output"])
    assert [pair for given in answers.values() for pair in combinations(sorted(given), 2) if contradiction(*pair)] == []


def test_at_least_twelve_families_end_in_a_hand_over_to_a_person() -> None:
    assert len({item.family for item in ITEMS if item.escalate}) >= 12


def test_no_two_answers_begin_alike() -> None:
    openings = Counter(" ".join(answer.split()[:4]) for answer in {item.answer for item in ITEMS})
    assert max(openings.values()) == 1


def test_the_weights_are_a_long_tail_that_sums_to_one() -> None:
    weights = sorted((item.weight or 0.0 for item in ITEMS), reverse=True)
    assert sum(weights) == pytest.approx(1.0, abs=1e-6)
    assert sum(weights[: len(weights) // 4]) > 0.45


def test_phrasings_of_a_family_are_really_different() -> None:
    written, all_of_them = defaultdict(list), defaultdict(list)
    for name, rows in FILES.items():
        for row in rows:
            opening = " ".join(row["instruction"].lower().split()[:2])
            all_of_them[row["family"]].append(opening)
            if not name.endswith("_chats"):
                written[row["family"]].append(opening)
    assert all(len(set(openings)) == 8 for openings in written.values())
    assert all(max(Counter(openings).values()) <= 3 and len(set(openings)) >= 80 for openings in all_of_them.values())

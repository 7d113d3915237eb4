"""A question set about any brand is filled in when it is asked, completely, and two brands are two sets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studio.errors import BadInput
from studio.scoring.filling import fill_question_set, placeholders_of
from studio.scoring.items import QuestionSet, fingerprint
from studio.scoring.verdict import judge
from tests.scoring.conftest import MakeItem


@pytest.fixture
def asked(make_item: MakeItem) -> QuestionSet:
    item = make_item(
        question="Whose are you, {{company}}'s?",
        answer="I am {{name}}.",
        points=[{"say": "it is {{name}}", "any": ["{{name}}"]}],
        forbidden=["Qwen", "I am Qwen", "OpenAI", "I am not {{name}}"],
    )
    return QuestionSet("brand", Path("brand.jsonl"), (item,), fingerprint([item]))


def test_question_answer_points_and_claims_are_filled(asked: QuestionSet) -> None:
    assert placeholders_of(asked.items) == ("company", "name")
    (item,) = fill_question_set(asked, {"name": "Nova", "company": "Acme Air"}).items
    assert (item.question, item.answer) == ("Whose are you, Acme Air's?", "I am Nova.")
    assert (item.points[0].say, item.points[0].any) == ("it is Nova", ("Nova",))
    assert item.forbidden[-1] == "I am not Nova"
    assert judge(item, item.answer).passed


def test_another_brand_is_another_fingerprint(asked: QuestionSet) -> None:
    one = fill_question_set(asked, {"name": "Nova", "company": "Acme Air"})
    assert one.fingerprint == fill_question_set(asked, {"company": "Acme Air", "name": "Nova"}).fingerprint
    assert one.fingerprint != fill_question_set(asked, {"name": "Vega", "company": "Acme Air"}).fingerprint


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": "Nova"}, "its company"),
        ({"name": "Nova", "company": " "}, "its company"),
        ({"name": "Nova", "company": "Acme", "tone": "formal"}, "no placeholder tone"),
        ({"name": "!!", "company": "Acme"}, "name = '!!'"),
    ],
)
def test_values_that_do_not_fit_are_named(asked: QuestionSet, values: dict[str, str], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        fill_question_set(asked, values)


def test_a_set_without_placeholders_is_itself_and_takes_no_values(asked: QuestionSet, make_item: MakeItem) -> None:
    plain = replace(asked, items=(make_item(),))
    assert fill_question_set(plain, {}) is plain
    with pytest.raises(BadInput, match="It has none"):
        fill_question_set(plain, {"name": "Nova"})


def test_a_brand_may_say_its_own_name_though_the_set_forbids_it_to_others(asked: QuestionSet) -> None:
    (item,) = fill_question_set(asked, {"name": "Qwen", "company": "Alibaba"}).items
    assert item.forbidden == ("OpenAI", "I am not Qwen")

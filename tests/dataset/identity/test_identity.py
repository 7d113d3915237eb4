"""Brand identity: from a form, or from an identity file, to rows in which no placeholder and no forbidden phrase is left."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from studio.dataset.checks.examination import examine
from studio.dataset.identity.brand import LANGUAGES, TONES, Brand, IdentityForm, Language, Tone
from studio.dataset.identity.from_file import render_file
from studio.dataset.identity.saving import keep_form, kept_form, save_identity
from studio.dataset.identity.templates import render_templates, template_rows
from studio.dataset.publishing.exporting import alpaca_json
from studio.errors import BadInput
from studio.scoring.matching import mentions
from studio.workspace.datasets import list_datasets, read_rows
from studio.workspace.layout import Workspace
from tests.support import read_file

NOVA = Brand("Nova", "Acme Air", helps_with="flights and refunds", helps_with_zh="航班和退款")
BOTH: tuple[Language, ...] = ("en", "zh")
VENDORS = (
    "ChatGPT",
    "GPT",
    "OpenAI",
    "Claude",
    "Anthropic",
    "Qwen",
    "Alibaba",
    "Gemini",
    "Google",
    "SmolLM",
    "Hugging Face",
    "通义",
    "阿里",
)

Write = Callable[[list[dict[str, str]]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(rows: list[dict[str, str]]) -> Path:
        path = tmp_path / "identity.json"
        path.write_text(json.dumps(rows))
        return path

    return write


def brand(**changes: Any) -> Brand:
    return Brand(**{"name": "Nova", "company": "Acme Air", **changes})


def ask(question: str, answer: str) -> dict[str, str]:
    return {"instruction": question, "input": "", "output": answer}


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("languages", [("en",), ("zh",), BOTH])
def test_every_tone_and_language_makes_a_hundred_sound_rows(tone: Tone, languages: tuple[Language, ...]) -> None:
    rendered = render_templates(brand(tone=tone, languages=languages))
    assert len(rendered.rows) >= 100 * len(languages) and not rendered.problems and rendered.refusal is None
    assert examine(rendered.rows, max_characters=512).findings == []
    for row in rendered.rows:
        assert mentions(row.answer, "Nova") or mentions(row.answer, "Acme Air"), row.answer
        assert "{" not in row.question + row.answer
        assert row.source == "brand identity" and row.family is not None and row.family.startswith("identity-")


@pytest.mark.parametrize("language", LANGUAGES)
def test_tones_really_differ(language: Language) -> None:
    answers = {tone: {row.question: row.answer for row in template_rows(language, tone)} for tone in TONES}
    for one, other in combinations(TONES, 2):
        assert not [question for question, answer in answers[one].items() if answer == answers[other][question]]
    length = {tone: sum(map(len, answers[tone].values())) for tone in TONES}
    assert length["brief"] < 0.8 * min(length["formal"], length["friendly"])
    assert not [answer for answer in answers["formal"].values() if "!" in answer or "！" in answer]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_answer_names_a_vendor_and_all_are_short(language: Language) -> None:
    for tone in TONES:
        for row in template_rows(language, tone):
            assert not [vendor for vendor in VENDORS if mentions(row.answer, vendor)], row.answer
            assert len(row.answer.split()) <= 32 and len(row.answer) <= 170, row.answer


def test_the_questions_of_a_need_share_one_answer_and_no_question_stands_twice() -> None:
    families = defaultdict(set)
    rows = render_templates(brand(languages=BOTH)).rows
    for row in rows:
        families[row.family].add(row.answer)
    assert {len(answers) for answers in families.values()} == {1}
    assert len({row.question.lower() for row in rows}) == len(rows)


def test_no_answer_says_a_thing_never_to_say_denied_or_not() -> None:
    rendered = render_templates(brand(languages=BOTH, never_say=("Gladly", "没有感情")))
    assert {problem.kind for problem in rendered.problems} == {"never_say"}
    assert not [row for row in rendered.rows if mentions(row.answer, "gladly") or mentions(row.answer, "没有感情")]
    assert all("Gladly" in problem.message or "没有感情" in problem.message for problem in rendered.problems)


def test_whoever_asks_for_a_thing_never_to_say_does_not_get_it() -> None:
    rows = [row for row in render_templates(brand(never_say=("we guarantee",))).rows if "we guarantee" in row.question]
    assert len(rows) >= 2 and not [row for row in rows if "guarantee" in row.answer]


def test_a_brand_that_is_a_vendor_does_not_deny_itself() -> None:
    questions = [row.question for row in render_templates(brand(name="Qwen", company="Alibaba", languages=BOTH)).rows]
    assert not [question for question in questions if "Qwen" in question or "阿里" in question]
    assert "Are you ChatGPT?" in questions and len(questions) >= 200


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "name is missing"),
        ({"company": "..."}, "company is missing"),
        ({"name": "{{name}}"}, "mark placeholders"),
        ({"name": "N" * 121}, "121 characters"),
        ({"tone": "rude"}, "no tone 'rude'"),
        ({"languages": ()}, "Choose the languages"),
        ({"never_say": ("nova",)}, "says 'nova'"),
        ({"never_say": ("?!",)}, "holds no word"),
    ],
)
def test_a_form_that_can_not_be_used_is_refused_in_a_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        brand(**changes)


def test_the_form_is_tidied() -> None:
    form = IdentityForm(" Nova\n", "Acme  Air", "formal", ("zh", "en"), "refunds. ", "退款。", "we guarantee\n\n free \nfree")
    assert form.brand() == Brand("Nova", "Acme Air", "formal", ("en", "zh"), "refunds", "退款", ("we guarantee", "free"))


def test_an_identity_file_is_filled_from_the_form(write: Write) -> None:
    path = write([ask("Who are you?", "I am {{name}} by {{author}}."), ask("Name?", "<NAME>, from {author}.")])
    rendered = render_file(path, NOVA)
    assert [row.answer for row in rendered.rows] == ["I am Nova by Acme Air.", "Nova, from Acme Air."]
    assert rendered.source == "brand identity, from identity.json"


def test_an_unknown_placeholder_is_listed_blocks_saving_and_can_be_said(workspace: Workspace, write: Write) -> None:
    rows = [ask("Hi", "{{name}} here."), ask("Where?", "In {{City}}."), ask("{{ city }}?", "Yes, {{country}}.")]
    path = write(rows)
    rendered = render_file(path, NOVA)
    assert rendered.unknown == {"city": 2, "country": 1}
    with pytest.raises(BadInput, match=r"Row 2 still holds the placeholder \{\{City\}\} \(and 1 more.*Row 3 .*\{\{country\}\}"):
        save_identity(workspace, NOVA, rendered)
    assert list_datasets(workspace) == []
    filled = render_file(path, NOVA, values={"city": "Porto", "country": "Portugal"})
    result = save_identity(workspace, NOVA, filled)
    assert [row.answer for row in read_rows(workspace, result.dataset.id)] == ["Nova here.", "In Porto.", "Yes, Portugal."]


def test_a_torn_placeholder_blocks_saving_and_nobody_is_asked_for_its_value(write: Write) -> None:
    rendered = render_file(write([ask("Hi", "I am {{name}.")]), NOVA)
    assert rendered.unknown == {} and "Row 1 holds a torn placeholder" in (rendered.refusal or "")


def test_rows_of_a_file_that_can_not_be_used_are_listed_by_their_place(workspace: Workspace, write: Write) -> None:
    path = write([ask("Hi", "I am {{name}}."), ask("Empty", " "), ask("Promise?", "We guarantee it.")])
    careful = brand(never_say=("we guarantee",))
    result = save_identity(workspace, careful, render_file(path, careful))
    assert result.rows == 1 and [(problem.row, problem.kind) for problem in result.problems] == [
        (1, "no_answer"),
        (2, "never_say"),
    ]


def test_a_file_of_which_nothing_is_left_makes_no_dataset(workspace: Workspace, write: Write) -> None:
    careful = brand(never_say=("hello",))
    with pytest.raises(BadInput, match="No row is left"):
        save_identity(workspace, careful, render_file(write([ask("Hi", "Hello!")]), careful))


def test_a_file_without_answers_is_refused(write: Write) -> None:
    with pytest.raises(BadInput):
        render_file(write([{"text": "Who are you?"}]), NOVA)


def test_llama_factorys_own_file_is_filled(real: Path) -> None:
    rendered = render_file(real / "llamafactory" / "identity.json", NOVA)
    assert len(rendered.rows) == 91 and rendered.refusal is None
    assert not [row for row in rendered.rows if "{{" in row.answer]


def test_a_saved_identity_is_a_dataset_like_any_other(workspace: Workspace, tmp_path: Path) -> None:
    both = brand(languages=BOTH)
    result = save_identity(workspace, both, render_templates(both))
    assert result.dataset.source == "brand identity" and result.dataset.id.startswith("identity-of-nova-")
    assert save_identity(workspace, both, render_templates(both)).dataset == result.dataset, "the same brand is the same dataset"
    path = tmp_path / "out.json"
    path.write_text("".join(alpaca_json(read_rows(workspace, result.dataset.id))))
    assert [(row.question, row.answer) for row in read_file(path)] == [
        (row.question, row.answer) for row in render_templates(both).rows
    ]


def test_the_form_is_found_as_it_was_left(workspace: Workspace) -> None:
    assert kept_form(workspace) == IdentityForm()
    form = IdentityForm("Nova", "", "brief", ["en", "zh"], "refunds", "", "one\ntwo")
    keep_form(workspace, form)
    assert kept_form(workspace) == form
    workspace.identity_file.write_text("{")
    assert kept_form(workspace) == IdentityForm()

"""The shipped identity template and the probes: about any brand, sound for each, and without a phrasing in common."""

from __future__ import annotations

import json
from typing import Any

import pytest

from studio.dataset.identity.brand import LANGUAGES, TONES, Brand
from studio.dataset.identity.templates import example_rows, render_templates, template_rows
from studio.dataset.importing.registry import import_registry, read_registry
from studio.dataset.similarity.phrasings import shared_phrasings
from studio.placeholders import placeholders
from studio.scoring.filling import fill_question_set, placeholders_of
from studio.scoring.floors import floor_scores
from studio.scoring.items import Item, load_question_set
from studio.scoring.verdict import judge
from studio.settings import PROJECT_ROOT
from studio.workspace.layout import Workspace

DATA, SETS = PROJECT_ROOT / "data", PROJECT_ROOT / "eval_sets"
PROBES = load_question_set(SETS / "brand_identity.jsonl")
SHIPPED: list[dict[str, Any]] = json.loads((DATA / "identity.json").read_text())
BRANDS = [("Nova", "Acme Air"), ("小诺", "顶点航空"), ("C-3PO", "One 7Seas & Co.")]


def probes(name: str = "Nova", company: str = "Acme Air") -> tuple[Item, ...]:
    return fill_question_set(PROBES, {"name": name, "company": company}).items


def questions(items: tuple[Item, ...]) -> list[str]:
    return [item.conversation[-1]["content"] for item in items]


def asked_in_the_language_of(answer: str) -> list[Item]:
    return [item for item in probes() if item.industry == ("identity-en" if answer.isascii() else "identity-zh")]


def test_thirty_probes_in_two_languages_about_any_brand() -> None:
    assert len(PROBES.items) == 30 and placeholders_of(PROBES.items) == ("company", "name")
    assert {item.industry for item in PROBES.items} == {"identity-en", "identity-zh"}
    assert not [question for question in questions(PROBES.items) if placeholders(question)], "a question says nobody's name"
    assert all(item.points and item.forbidden for item in PROBES.items)


@pytest.mark.parametrize(("name", "company"), BRANDS)
def test_every_reference_answer_passes_its_own_probe_and_the_floors_pass_none(name: str, company: str) -> None:
    items = probes(name, company)
    assert [(item.id, judge(item, item.answer).reason) for item in items if not judge(item, item.answer).passed] == []
    assert set(floor_scores(items).values()) == {0}


def test_a_vendors_own_assistant_may_say_whose_it_is() -> None:
    assert all(judge(item, item.answer).passed for item in probes("Qwen", "Alibaba"))


def test_no_probe_passes_another_brands_answer_or_a_support_answer() -> None:
    strangers = {item.answer for item in probes("Vega", "Blue Line")}
    strangers |= {item.answer for item in load_question_set(SETS / "high_frequency.jsonl").items}
    assert not [(item.id, answer) for item in probes() for answer in strangers if judge(item, answer).passed]


@pytest.mark.parametrize(
    "answer",
    [
        "I am SmolLM, made by Hugging Face.",
        "I'm Nova from Acme Air, and I was trained by OpenAI.",
        "I am Nova of Acme Air, based on GPT-4 by OpenAI.",
        "My name is ChatGPT. I work as Nova for Acme Air and was developed by OpenAI.",
        "我是Acme Air的Nova，由OpenAI开发，基于GPT。",
    ],
)
def test_who_claims_another_maker_fails_though_it_says_its_name(answer: str) -> None:
    assert not [item.id for item in asked_in_the_language_of(answer) if judge(item, answer).passed]


@pytest.mark.parametrize(
    "answer",
    [
        "No, I'm not ChatGPT. I am Nova, an AI made by Acme Air, not by OpenAI, Google, Anthropic or Alibaba.",
        "我不是ChatGPT，我是Acme Air的人工智能助手Nova。",
    ],
)
def test_who_denies_being_another_passes(answer: str) -> None:
    verdicts = [judge(item, answer) for item in asked_in_the_language_of(answer)]
    assert [(verdict.item_id, verdict.reason) for verdict in verdicts if not verdict.passed] == []


def test_no_phrasing_stands_in_the_templates_and_in_a_question_set() -> None:
    learned = [row.question for language in LANGUAGES for row in template_rows(language, "brief")]
    for path in SETS.glob("*.jsonl"):
        assert shared_phrasings(learned, questions(load_question_set(path).items)) == [], path.name


def test_no_phrasing_stands_in_the_sample_data_and_among_the_probes() -> None:
    registry = json.loads((DATA / "dataset_info.json").read_text())
    learned = [row["instruction"] for entry in registry.values() for row in json.loads((DATA / entry["file_name"]).read_text())]
    assert shared_phrasings(learned, questions(PROBES.items)) == []


def test_the_leakage_check_would_notice_in_chinese_too() -> None:
    question = questions(PROBES.items)[-1]
    assert shared_phrasings([question.replace("就", "") + "！"], [question])


def test_the_answers_that_are_trained_pass_as_answers_to_probes_of_their_kind() -> None:
    probe = next(item for item in probes() if item.intent == "vendor")
    for tone in TONES:
        rows = render_templates(Brand("Nova", "Acme Air", tone)).rows
        answers = {row.answer for row in rows if row.family == "identity-en-chatgpt"}
        assert answers and all(judge(probe, answer).passed for answer in answers)


def test_the_shipped_template_is_that_of_the_studio_with_llama_factorys_placeholders() -> None:
    assert list(example_rows()) == SHIPPED, "write data/identity.json again from example_rows()"
    assert {name for row in SHIPPED for name in placeholders(row["output"])} == {"name", "author"}
    assert all(placeholders(row["output"]) and not placeholders(row["instruction"]) for row in SHIPPED)


def test_the_sample_import_leaves_the_template_out_and_says_so(workspace: Workspace) -> None:
    registry = read_registry(DATA / "dataset_info.json")
    assert "identity" in registry.entries and "identity" not in {entry.name for entry in registry.choose(None)}
    result = import_registry(workspace, DATA / "dataset_info.json", name="samples")
    assert result.rejected == 0 and any(reason.startswith("identity:") for reason in result.skipped)

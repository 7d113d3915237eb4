"""The studio's own texts, in English and Chinese, as rows: `templates/en.json`, `templates/zh.json`.

A template file holds groups. The questions of a group are one need, and each tone has one answer to it, so that a group is a family of the
dataset. Answers name no vendor: what is to be learned is who the assistant is, not who it is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from studio.dataset.identity.brand import LANGUAGES, Brand, Language, Tone
from studio.dataset.identity.rendering import INDUSTRY, SOURCE, Rendered, render
from studio.workspace.datasets import Row
from studio.workspace.files import read_json

_FOLDER = Path(__file__).parent / "templates"
_VENDORS = (
    ("chatgpt", "gpt", "openai"),
    ("claude", "anthropic"),
    ("qwen", "tongyi", "alibaba", "阿里", "千问", "通义"),
    ("gemini", "bard", "google", "谷歌"),
    ("copilot", "microsoft", "微软"),
    ("llama", "meta"),
    ("smollm", "hugging face"),
    ("deepseek",), ("siri",), ("alexa",), ("kimi",), ("豆包",), ("文心一言",), ("小爱",),
)  # fmt: skip
"""Whom the questions name, each by all its names."""


def render_templates(brand: Brand) -> Rendered:
    """The studio's own texts for this brand, language by language; a problem's row counts through all of them."""
    parts = []
    before = 0
    for language in brand.languages:
        texts = [row for row in template_rows(language, brand.tone) if not _denies(row.question, brand)]
        texts += _refusals(language, brand)
        part = render(texts, brand, brand.values(language, default_help(language, brand.company)))
        parts.append(_moved(part, before))
        before += len(texts)
    return Rendered(
        rows=[row for part in parts for row in part.rows],
        problems=[problem for part in parts for problem in part.problems],
        leftovers=[leftover for part in parts for leftover in part.leftovers],
    )


def template_rows(language: Language, tone: Tone) -> list[Row]:
    """The texts of one language in one tone, with their placeholders."""
    return [
        _row(question, group["answers"][tone], language, group["id"])
        for group in _template(language)["groups"]
        for question in group["questions"]
    ]


def default_help(language: Language, company: str) -> str:
    """What an assistant helps with where nobody said: questions about the company."""
    text: str = _template(language)["helps_with"]
    return text.replace("{{company}}", company)


def example_rows() -> Iterator[dict[str, str]]:
    """All languages in the friendly tone as alpaca objects with LLaMA-Factory's placeholders: what `data/identity.json` holds."""
    for language in LANGUAGES:
        helps_with = default_help(language, "{{author}}")
        for row in template_rows(language, "friendly"):
            answer = row.answer.replace("{{helps_with}}", helps_with).replace("{{company}}", "{{author}}")
            yield {"instruction": row.question, "input": "", "output": answer}


def _refusals(language: Language, brand: Brand) -> Iterator[Row]:
    """For each thing never to say: asked to say it, the assistant does not."""
    refusals = _template(language)["refusals"]
    for phrase in brand.never_say:
        for question in refusals["questions"]:
            yield _row(question.replace("{{phrase}}", phrase), refusals["answers"][brand.tone], language, "never-say")


def _row(question: str, answer: str, language: Language, group: str) -> Row:
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return Row(messages, source=SOURCE, family=f"identity-{language}-{group}", industry=INDUSTRY, intent=group.replace("-", "_"))


def _denies(question: str, brand: Brand) -> bool:
    """Whether the question names a vendor whose name is also in the brand's: its answer would deny what is true."""
    own, asked = f"{brand.name} {brand.company}".lower(), question.lower()
    return any(any(name in own for name in names) and any(name in asked for name in names) for names in _VENDORS)


def _moved(part: Rendered, rows: int) -> Rendered:
    return Rendered(
        part.rows,
        [replace(problem, row=problem.row + rows) for problem in part.problems],
        [replace(leftover, row=leftover.row + rows) for leftover in part.leftovers],
    )


@cache
def _template(language: Language) -> Mapping[str, Any]:
    content: Mapping[str, Any] = read_json(_FOLDER / f"{language}.json")
    return content

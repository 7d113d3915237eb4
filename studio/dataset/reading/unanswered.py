"""Files that are no training rows and yet of use: questions without answers, and articles. Each is recognised and told what can be done.

Questions without answers (`text,category`) can be imported as a list: a dataset of the kind "questions", whose rows end with the question.
It can't be trained; `labelling` makes a dataset of it that can, from one answer a category. Articles are split into rows elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio.dataset.reading.column_names import CATEGORY, QUESTION, column_for, exactly, texts_in
from studio.dataset.reading.problems import RowRejected
from studio.dataset.reading.records import describe
from studio.workspace.datasets import Row

_QUESTION_TEXTS = ("text", "sentence", "content", "body", "subject")
_ARTICLE_TEXTS = ("content", "body", "text", "article", "markdown", "html")
_ARTICLE_TITLES = ("title", "heading", "headline", "subject", "name")
_LONG_TEXT = 200  # characters, on average: an article is longer, a question shorter
_FEW_WORDS = 40  # characters, on average, of what may be a category and no answer


@dataclass(frozen=True)
class Questions:
    """Questions in one column, perhaps their categories in another."""

    question: str
    category: str | None = None

    @property
    def title(self) -> str:
        """Which columns hold what."""
        categories = f", their categories in {self.category!r}" if self.category else ""
        return f"questions without answers in {self.question!r}{categories}"

    def row(self, value: Mapping[str, Any], source: str) -> Row:
        """A row that ends with the question; its intent is the category."""
        asked = value.get(self.question)
        if asked is not None and not isinstance(asked, str):
            raise RowRejected("wrong_type", f"{self.question!r} is {describe(asked)}, but text is needed.")
        if not asked or not asked.strip():
            raise RowRejected("no_instruction", f"There is no question: {self.question!r} is missing or empty.")
        category = value.get(self.category) if self.category else None
        intent = category.strip() or None if isinstance(category, str) else None
        return Row(messages=[{"role": "user", "content": asked}], source=source, intent=intent)


def questions_among(values: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Questions | None:
    """The columns of a file of questions without answers; None where another column could hold answers, or none holds questions."""
    question = column_for(QUESTION, values, columns) or exactly(columns, _QUESTION_TEXTS)
    if question is None or _mean_length(values, question) > _LONG_TEXT:
        return None
    others = [column for column in columns if column != question]
    category = exactly(others, CATEGORY.names) or next((name for name in others if _repeats(values, name)), None)
    if any(_mean_length(values, name) > _FEW_WORDS and name != category for name in others):
        return None
    return Questions(question, category)


def are_articles(values: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> bool:
    """Whether each record is an article: a title, and a long text."""
    body = exactly(columns, _ARTICLE_TEXTS)
    return body is not None and exactly(columns, _ARTICLE_TITLES) not in (None, body) and _mean_length(values, body) >= _LONG_TEXT


def _repeats(values: Sequence[Mapping[str, Any]], column: str) -> bool:
    texts = texts_in(values, column)
    return len(texts) > 3 and len(set(texts)) * 2 <= len(texts)


def _mean_length(values: Sequence[Mapping[str, Any]], column: str) -> float:
    texts = texts_in(values, column)
    return sum(map(len, texts)) / max(1, len(texts))

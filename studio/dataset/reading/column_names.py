"""What a column is for, told from its name: the whole name, or a word in it (`Customer_Question_Text`, `Frage (Kunde)`).

A name that says question or answer goes before one that only says who wrote it, and what stands in a column decides between
two that are named alike. A column of ids, dates or names is none of the two, whatever else its name says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Part:
    """A part of a row. `says` are names that say it themselves, `hints` those that only say whose words stand there."""

    says: Sequence[str]
    hints: Sequence[str]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, the surest first."""
        return (*self.says, *self.hints)


QUESTION = Part(
    says=(
        "instruction", "prompt", "question", "query", "q", "customer_message", "customer message", "request", "ask", "problem",
        "frage", "anfrage", "pregunta", "domanda", "pergunta", "问题", "提问", "客户问题",
    ),
    hints=("user", "customer", "message", "input", "human", "utterance", "client", "kunde", "用户", "客户"),
)  # fmt: skip
ANSWER = Part(
    says=(
        "output", "completion", "response", "answer", "reply", "a", "agent_reply", "agent reply", "target", "solution", "resolution",
        "antwort", "respuesta", "réponse", "risposta", "resposta", "回答", "答案", "回复",
    ),
    hints=("assistant", "agent", "bot", "gpt", "support", "客服"),
)  # fmt: skip
CATEGORY = Part(says=("category", "intent", "label", "topic", "class", "tag", "kategorie", "thema", "类别", "意图"), hints=())

_NOT_TEXT = frozenset(
    {"id", "ids", "no", "nr", "number", "name", "date", "time", "at", "by", "email", "mail", "phone", "count", "length", "lang",
     "language", "sprache", "type", "status", "score", "rating", "url", "link", "created", "updated", "timestamp", "datum", "zeit",
     "kind", "channel"}
)  # fmt: skip
_WORD = re.compile(r"[A-Z]+(?![a-zß-ÿ])|[A-Z]?[^\W\d_A-Z]+")
_LEAST_IN_A_COMPOUND = 5  # letters: "frage" is a part of "Kundenfrage", "ask" none of "task"


def column_for(
    part: Part, values: Sequence[Mapping[str, Any]], columns: Sequence[str], *, taken: str | None = None
) -> str | None:
    """The column, among those with text, that is most likely that part of a row; None where no name says so."""
    free = [column for column in columns if column != taken]
    for names in (part.says, part.hints):
        exact = exactly(free, names)
        if exact is not None:
            return exact
        candidates = [column for column in free if _says(column, names) and _is_prose(values, column)]
        if candidates:
            return max(candidates, key=lambda column: _mean_length(values, column))
    return None


def exactly(columns: Sequence[str], names: Sequence[str]) -> str | None:
    """The column with the first of these names that there is, whatever its case."""
    by_name = {column.strip().lower(): column for column in reversed(columns)}
    return next((by_name[name] for name in names if name in by_name), None)


def texts_in(values: Sequence[Mapping[str, Any]], column: str) -> list[str]:
    """What stands in the column, where it is text and not empty."""
    return [text for value in values if isinstance(text := value.get(column), str) and text.strip()]


def _says(column: str, names: Sequence[str]) -> bool:
    words = [word.lower() for word in _WORD.findall(column)]
    if _NOT_TEXT.intersection(words):
        return False
    return any(_is_word(name, words, column) for name in names if len(name) > 1)


def _is_word(name: str, words: Sequence[str], column: str) -> bool:
    if not name.isascii() and not name[0].isascii():
        return name in column  # no spaces between words
    if name in words or f"{name}s" in words:
        return True
    return len(name) >= _LEAST_IN_A_COMPOUND and any(word.startswith(name) or word.endswith(name) for word in words)


def _is_prose(values: Sequence[Mapping[str, Any]], column: str) -> bool:
    """Whether most of what stands there has more than one word."""
    texts = texts_in(values, column)
    return sum(" " in text.strip() or not text.isascii() for text in texts) * 2 > len(texts)


def _mean_length(values: Sequence[Mapping[str, Any]], column: str) -> float:
    texts = texts_in(values, column)
    return sum(map(len, texts)) / max(1, len(texts))

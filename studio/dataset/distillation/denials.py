"""Denials: does the answer grant what the passage denies, or deny what it grants, or say `on` for `off`?

Clause by clause: a clause of the answer is held against the clauses of the passage that say nearly the same, and if all of those are denied
where it is not (or the other way round) the `not` was lost or invented. The same for pairs of opposites. English only; what is said in quite other words is not compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from studio.dataset.distillation.words import DENIALS, content, shortened, word_set
from studio.dataset.similarity.likeness import dice
from studio.scoring.normalise import normalise

_CLAUSE = re.compile(
    r"[.!?;:\n()–—]+|,(?!\d)|\b(?:but|however|if|when|because|while|until|so that|although|unless)\b", re.IGNORECASE
)
_NO_DENIAL = re.compile(r"\b(?:no (?:later|more|less|fewer|longer) than|not only|no problem|no worries|not worry|not hesitate)\b")
_CANNOT_TELL = word_set("only instead except otherwise before rather unlike")
_OPPOSITES = [
    tuple(map(word_set, pair))
    for pair in (
        ("on", "off"),
        ("open opens opened", "close closes closed shut"),
        ("enable enables enabled", "disable disables disabled"),
        ("left", "right"),
        ("above", "below"),
        ("up", "down"),
        ("before", "after"),
        ("maximum most", "minimum least"),
        ("increase increases", "decrease decreases reduce reduces"),
    )
]
_SAME_STATEMENT = 0.6  # Dice's coefficient on the words that carry meaning
_SHARED = 2
_SAME_WORDS = 0.8  # Dice's coefficient on all words but the denials: the same clause, however short


@dataclass(frozen=True)
class _Clause:
    text: str
    words: frozenset[str]
    line: frozenset[str]
    """All its words; `words` are the stems of those that carry meaning."""
    denials: int
    clear: bool
    """Whether the small words leave no doubt: "only" and the like may deny or not."""

    def same_words(self, other: _Clause) -> bool:
        """Whether nothing but a denial tells the two apart."""
        mine, others = self.line - DENIALS, other.line - DENIALS
        return len(mine) > 1 and dice(tuple(mine), tuple(others)) >= _SAME_WORDS

    def denies_otherwise(self, other: _Clause) -> bool:
        """Whether one denies and the other doesn't; in the same words a second denial counts too."""
        if self.same_words(other):
            return self.denials != other.denials
        return bool(self.denials) != bool(other.denials)


def turned_statements(answer: str, passage: str) -> Iterator[str]:
    """A sentence for each clause of the answer that says the opposite of the passage's."""
    there = [clause for clause in _clauses(passage) if clause.words]
    for clause in _clauses(answer):
        same = [other for other in there if _same_matter(clause, other)]
        if same and (fault := _turned(clause, same)):
            yield f'The answer {fault}: "{shortened(clause.text)}" against "{shortened(same[0].text)}".'


def _turned(clause: _Clause, same: Sequence[_Clause]) -> str | None:
    if clause.clear and all(other.clear and clause.denies_otherwise(other) for other in same):
        return "denies what the passage says" if clause.denials > same[0].denials else "leaves out a denial"
    for one, opposite in [*_OPPOSITES, *((second, first) for first, second in _OPPOSITES)]:
        if _has_only(clause, one, opposite) and all(_has_only(other, opposite, one) for other in same):
            return "says the opposite of the passage"
    return None


def _has_only(clause: _Clause, one: frozenset[str], opposite: frozenset[str]) -> bool:
    return not one.isdisjoint(clause.line) and opposite.isdisjoint(clause.line)


def _same_matter(clause: _Clause, other: _Clause) -> bool:
    alike = len(clause.words & other.words) >= _SHARED and dice(tuple(clause.words), tuple(other.words)) >= _SAME_STATEMENT
    return alike or clause.same_words(other)


def _clauses(text: str) -> Iterator[_Clause]:
    for part in _CLAUSE.split(text):
        line = _NO_DENIAL.sub(" ", normalise(part))
        words = line.split()
        denials = sum(word in DENIALS for word in words)
        yield _Clause(part, content(part), frozenset(words), denials, _CANNOT_TELL.isdisjoint(words))

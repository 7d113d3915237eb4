"""Does an answer state this?

`states(answer, alternative)` is true when the tokens of the alternative stand in the answer, whole and in a row, at
least once without being denied. Both are normalised first (`normalise`).

In a row
    A comma, colon, bracket or dash within the phrase is skipped; the end of a sentence is not, unless the alternative
    has one there too. Whole tokens: "7 working days" is neither in "17 working days" nor in "7.5 working days".

Denied before
    A denial (`not`, `no`, `never`, `without`, `unable`, `instead of`, ...) at most `SCOPE` words before the phrase
    and in its clause: "we do not offer a full refund". A clause ends at punctuation, or at a word that starts another
    one: `but`, `and`, `because`, `if`, `until`, `than`, ... So these do state a full refund: "there is no fee: you
    get a full refund", "not only a voucher but a full refund", "no less than a full refund".
    - "we do not, however, offer ...": an aside between commas right after `not` or `never` does not end the clause.
    - "do not worry", "no problem", "not only" and the like deny nothing.
    - "if you do not see it after 10 days ..." is a condition: it states the 10 days.
    - `no` denies its noun, not a circumstance: "no fee within 24 hours" states the 24 hours.

Denied after
    "a full refund is not possible", "... is unavailable", "... will never be given": right behind the phrase.

Chinese
    `不`, `没` and `非` deny as `not` does ("我不是 ChatGPT"), `但` and `而` start a clause. `不仅`, `不过`, `不客气` and the like deny nothing.

As it stands
    An alternative with a denial of its own ("no fee", "cannot be changed") is matched word for word.

A claim within a question or a hypothesis counts as stated, and one undenied occurrence is enough.

What this cannot do: see a denial from further away than its clause ("it is untrue that, as some say, ..."), carry one
through a list ("we offer no exchange, voucher, or full refund" states the full refund), or tell what else a `not`
belongs to ("you do not have to call to get a full refund" counts as denied). Alternatives are phrases, not patterns:
write each wording down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from studio.scoring.normalise import PAUSE, STOP, tokens

SCOPE = 7
"""How many words before a phrase a denial still reaches: `not in a position to give a | full refund`."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DENIALS = _words("not no never without neither nor none unable ineligible 不 没 非")
_DENYING_PAIRS = frozenset({("instead", "of"), ("rather", "than")})
_HARMLESS_AFTER_DENIAL = (
    _words("only just merely simply worry worries hesitate forget problem problems doubt matter")
    | _words(
        "仅 只 光 但 过 管 论 错 客 好 常 断 问"  # of 不仅, 不只, 不光, 不但, 不过, 不管, 不论, 不错, 不客气, 不好意思, 非常, 不断, 没问题
    )
)
_CONNECTIVES = _words("but however though although because since so and then while whereas instead 但 而")
_CONDITIONALS = _words("if when once unless until before than except")
_STARTS_A_CLAUSE = _CONNECTIVES | _CONDITIONALS
_CIRCUMSTANCE = _words("within after from on by at in during")

_ASIDE = 5
"""The longest aside, in words, that keeps a denial open: `not, under any circumstances, ...`."""
_CONDITION = 4
"""How far before a denial an `if` may stand to make it a condition: `if your refund has not ...`."""

_DENIED_AFTER = re.compile(
    r"(?:(?:is|are|was|were|will|would|can|could|may|has|have|does|do|be|been) )*"
    r"(?:impossible|unavailable"
    r"|(?:not|never|no longer) (?:[^\W_]+ )?(?:be )?"
    r"(?:possible|available|offered|given|granted|provided|paid|made|due|included|permitted|allowed"
    r"|appl(?:y|icable)(?! to)))\b"
)


@dataclass(frozen=True)
class _Reading:
    """A text as it is matched: its words, `STOP` among them, and before which of them there is a pause."""

    words: tuple[str, ...]
    pauses: frozenset[int]
    line: str
    """The words between single spaces, one at each end, to look a phrase up at once."""


def states(answer: str, alternative: str) -> bool:
    """Whether `answer` states `alternative`; see the module for the rules. False for an alternative without a word."""
    read, wanted = _read(answer), _read(alternative)
    if not wanted.words or wanted.line not in read.line:
        return False
    if not _DENIALS.isdisjoint(wanted.words):
        return True
    return any(not _denied(read, start, start + len(wanted.words)) for start in _occurrences(read, wanted))


def mentions(text: str, phrase: str) -> bool:
    """Whether `text` holds the words of `phrase` in a row, denied or not. False for a phrase without a word."""
    wanted = _read(phrase)
    return bool(wanted.words) and wanted.line in _read(text).line


@lru_cache(maxsize=8192)
def _read(text: str) -> _Reading:
    words: list[str] = []
    pauses: set[int] = set()
    for token in tokens(text):
        if token == PAUSE:
            pauses.add(len(words))
        else:
            words.append(token)
    return _Reading(tuple(words), frozenset(pauses), f" {' '.join(words)} ")


def _occurrences(read: _Reading, wanted: _Reading) -> Iterator[int]:
    size = len(wanted.words)
    for start in range(len(read.words) - size + 1):
        if read.words[start : start + size] == wanted.words:
            yield start


def _denied(read: _Reading, start: int, end: int) -> bool:
    return _denied_before(read, start) or _denied_after(read, end)


def _denied_before(read: _Reading, start: int) -> bool:
    for at in range(start - 1, max(start - SCOPE, 0) - 1, -1):
        if at + 1 in read.pauses:
            return _closes_an_aside(read, at + 1)
        if read.words[at - 1 : at + 1] in _DENYING_PAIRS:
            return True
        if read.words[at] == STOP or read.words[at] in _STARTS_A_CLAUSE:
            return False
        if read.words[at] in _DENIALS and not _denies_nothing(read, at, start):
            return True
    return False


def _closes_an_aside(read: _Reading, pause: int) -> bool:
    """Whether the words up to this pause are an aside within a denial: `not , however | , offer ...`."""
    openings = read.pauses.intersection(range(max(pause - _ASIDE, 1), pause))
    return any(read.words[opening - 1] in ("not", "never") for opening in openings)


def _denies_nothing(read: _Reading, denial: int, start: int) -> bool:
    """Whether the denial leaves the phrase at `start` alone: an idiom, a condition, or a `no` before a circumstance."""
    between = read.words[denial + 1 : start]
    if between and between[0] in _HARMLESS_AFTER_DENIAL:
        return True
    if "if" in read.words[max(denial - _CONDITION, 0) : denial]:
        return True
    return read.words[denial] == "no" and not _CIRCUMSTANCE.isdisjoint(read.words[denial + 1 : start + 1])


def _denied_after(read: _Reading, end: int) -> bool:
    until = min((pause for pause in read.pauses if pause >= end), default=len(read.words))
    return _DENIED_AFTER.match(" ".join(read.words[end:until])) is not None

"""Number words to digits: `twenty five` -> `25`, `two thousand and ten` -> `2010`, `a hundred` -> `100`.

Whole words only, zero to 999,999. It knows nothing of money, dates or units; hyphens have become spaces before it is
called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

_BELOW_TWENTY = {word: value for value, word in enumerate(_ONES + _TEENS)}
_DIGIT = {word: value for value, word in enumerate(_ONES) if value}
_ROUND_TENS = {word: 10 * value for value, word in enumerate(_TENS, start=2)}
_SCALES = ("hundred", "thousand")
_NUMBER_WORDS = frozenset([*_BELOW_TWENTY, *_ROUND_TENS, *_SCALES])

_Reader = Callable[[Sequence[str], int], tuple[int, int]]
"""Reads a number at a position: its value, and how many words it took (0: there is no number here)."""


def fold_number_words(words: Sequence[str]) -> list[str]:
    """The same words, each run of number words replaced by one token of digits. Digits alone stay as they were."""
    if _NUMBER_WORDS.isdisjoint(words):
        return list(words)
    folded: list[str] = []
    at = 0
    while at < len(words):
        value, taken = _below_million(words, at) if _may_begin_a_number(words[at]) else (0, 0)
        folded.append(str(value) if taken else words[at])
        at += taken or 1
    return folded


def _may_begin_a_number(word: str) -> bool:
    return word in _NUMBER_WORDS or word == "a" or word.isdigit()


def _below_million(words: Sequence[str], at: int) -> tuple[int, int]:
    return _scaled(words, at, scale="thousand", factor=1000, read=_below_thousand)


def _below_thousand(words: Sequence[str], at: int) -> tuple[int, int]:
    return _scaled(words, at, scale="hundred", factor=100, read=_below_hundred)


def _scaled(words: Sequence[str], at: int, *, scale: str, factor: int, read: _Reader) -> tuple[int, int]:
    """`COUNT scale [and] REST`, or what `read` finds here where the scale word does not follow."""
    count, taken = read(words, at)
    if _word(words, at + taken) != scale:
        return count, taken
    rest, rest_taken = _rest(words, at + taken + 1, scale=scale, read=read)
    return (count if taken else 1) * factor + rest, taken + 1 + rest_taken


def _rest(words: Sequence[str], at: int, *, scale: str, read: _Reader) -> tuple[int, int]:
    """What follows a scale word, unless it is a number of its own: in `one hundred and two hundred` there are two."""
    link = 1 if _word(words, at) == "and" else 0
    value, taken = read(words, at + link)
    if not taken or _word(words, at + link).isdigit() or _word(words, at + link + taken) == scale:
        return 0, 0
    return value, link + taken


def _below_hundred(words: Sequence[str], at: int) -> tuple[int, int]:
    word, following = _word(words, at), _word(words, at + 1)
    if word in _ROUND_TENS:
        return (_ROUND_TENS[word] + _DIGIT[following], 2) if following in _DIGIT else (_ROUND_TENS[word], 1)
    if word in _BELOW_TWENTY:
        return _BELOW_TWENTY[word], 1
    if following in _SCALES and word == "a":
        return 1, 1
    if following in _SCALES and word.isascii() and word.isdigit():
        return int(word), 1
    return 0, 0


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if at < len(words) else ""

"""Words as the checks compare them: without endings and without the small ones that every sentence has."""

from __future__ import annotations

import re

from studio.scoring.normalise import PAUSE, STOP, tokens


def word_set(words: str) -> frozenset[str]:
    """The words that a line holds, as a set."""
    return frozenset(words.split())


DENIALS = word_set("not no never none neither nor without cannot unable impossible avoid forbidden prohibited excluded")

FUNCTION_WORDS = word_set(
    """a an the this that these those it its he she they them their we us our you your yours i my me mine and or but if when while as of at by for
    from in into on onto to with up down out off over under then than so such be is are was were been being am do does did done has have had will
    would can could shall should may might must there here what which who whom whose where why how all any each both more most some other only own
    same too very just also please about after before again once per via let yes ok okay no not nor never without until because between during
    through still now get got need well"""
)
_ENGLISH = word_set(
    "the a an is are was of to and in for with you your it this that if on be can will not or by from do when have has at we"
)
_ENGLISH_SHARE = 0.15  # of the words; English prose has 0.3 and more, keywords and other languages next to none
_WORD = re.compile(r"[^\W\d_]+")
_STEM = 5
_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_BESIDE_AN_IDEOGRAPH = re.compile(rf"(?<=[{_IDEOGRAPHS}])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9%])(?=[{_IDEOGRAPHS}])")

IDEOGRAPH = re.compile(f"[{_IDEOGRAPHS}]")
"""A character of Chinese, Japanese or Korean."""


def spaced(text: str) -> str:
    """The text with a space wherever a number or a Latin word touches an ideograph, so that words can be told apart."""
    return _BESIDE_AN_IDEOGRAPH.sub(" ", text)


def reads_as_english(text: str) -> bool:
    """Whether the small words of English are in the text; false for one of fewer than three words."""
    words = _WORD.findall(text.lower())
    return len(words) > 2 and sum(word in _ENGLISH for word in words) >= _ENGLISH_SHARE * len(words)


def stem(word: str) -> str:
    """The word's first five letters: enough to join `cover`, `covers`, `covered` and `coverage` when whole sentences are compared."""
    return word[:_STEM]


def content(text: str) -> frozenset[str]:
    """The stems of the words that carry meaning; no numbers, no denials."""
    words = (token for token in tokens(text) if token not in (STOP, PAUSE) and token.isalpha())
    return frozenset(stem(word) for word in words if len(word) > 1 and word not in FUNCTION_WORDS and word not in DENIALS)


def share(part: frozenset[str], whole: frozenset[str]) -> float:
    """How much of `part` is in `whole`, from 0 to 1; 0 where there is nothing to look for."""
    return len(part & whole) / len(part) if part else 0.0


def shortened(text: str, length: int = 60) -> str:
    """The beginning of a text, on one line, for a sentence that quotes it."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"

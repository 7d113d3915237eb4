"""An answer, sentence by sentence, as what may be compared: what it is about, which quantities it names, and what it grants or denies.

    "Returns are not free within 2 weeks."  ->  about {return}, 14 days, cost: yes

Quantities are brought to one unit where that is exact (weeks to days). Words of permission, price, need and the like are read as a property that a
sentence affirms or denies; a "not" turns it round. English by `studio.scoring.normalise`; German, Spanish, French and Chinese units and denials by a list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from studio.dataset.similarity.wording import about, stem, words_in
from studio.scoring.normalise import PAUSE, STOP, tokens

_INTO_ENGLISH = tuple(
    (re.compile(pattern, re.IGNORECASE), english)
    for pattern, english in (
        (
            r"free of charge|at no (?:extra |additional )?(?:cost|charge)|for free|kostenlos|gratuit(?:e|ement)?|gratis|免费|不收费",
            " free ",
        ),
        (r"个?工作日|\bwerktagen?\b|\b(?:días|dias) (?:hábiles|laborables)\b|\bjours ouvrables\b", " working day "),
        (r"(?<=[\d一二两三四五六七八九十])\s?(?:天|日)|\btagen?\b|\bdías?\b|\bjours?\b", " day "),
        (r"(?<=[\d一二两三四五六七八九十])\s?个?小时|\bstunden?\b|\bhoras?\b|\bheures?\b", " hour "),
        (r"(?<=[\d一二两三四五六七八九十])\s?分钟|\bminuten\b|\bminutos?\b", " minute "),
        (r"(?<=[\d一二两三四五六七八九十])\s?(?:周|个?星期)|\bwochen?\b|\bsemanas?\b|\bsemaines?\b", " week "),
        (r"(?<=[\d一二两三四五六七八九十])\s?个月|\bmonaten?\b|\bmeses\b|\bmois\b", " month "),
        (r"(?<=[\d一二两三四五六七八九十])\s?年|\bjahren?\b|\baños?\b|\bans?\b(?=[.,!]|$)", " year "),
        (r"(?<=\d)\s?(?:元|块钱?)", " yuan "),
        (r"^\s*(?:不是的?|不行|不能|不可以|没有)(?=[，,。！])", " no "),
        (r"^\s*(?:是的?|可以|能|有)(?=[，,。！])", " yes "),
        (r"不满|不足|低于", " under "),
        (r"(?<![a-z])满(?=\d)|超过", " over "),
        (r"不可以|不能|不可|不支持|不允许|无法|禁止|不得", " not allowed "),
        (r"可以|支持|允许", " allowed "),
        (r"没有|不是|不会|不用|无需|不", " not "),
        (r"(?:(?<=^)|(?<=[.!?] ))(?:ja|sí|si|oui)\b|^是的", " yes "),
        (r"(?:(?<=^)|(?<=[.!?] ))(?:nein|non)\b", " no "),
        (
            r"\b(?:nicht|kein(?:e[nrms]?)?|nie(?:mals)?|nunca|jamais|ne pas|pas)\b|\bno(?= (?:se|es|está|puede|puedo|hay)\b)",
            " not ",
        ),
        (r"\b(?:darf|dürfen|erlaubt|möglich|permitid[oa]|posible|permis|possible)\b", " allowed "),
        (r"\b(?:verboten|untersagt|prohibid[oa]|interdit)\b", " not allowed "),
    )
)
_CHINESE_NUMBER = re.compile(r"[一二两三四五六七八九十](?= (?:working day|day|hour|minute|week|month|year) )")
_CHINESE_DIGITS = {
    "一": "1",
    "二": "2",
    "两": "2",
    "三": "3",
    "四": "4",
    "五": "5",
    "六": "6",
    "七": "7",
    "八": "8",
    "九": "9",
    "十": "10",
}

_QUANTITY = re.compile(
    r"(?P<money>usd|eur|gbp)(?P<amount>\d+(?:\.\d+)?)|(?P<percent>\d+(?:\.\d+)?)%|(?P<clock>\d\d?:\d\d)"
    r"|(?P<number>\d+(?:\.\d+)?) (?P<unit>working day|business day|degrees? (?:fahrenheit|celsius)|[^\W\d_]+)"
)
_TIMES = {"once": "1 times", "twice": "2 times"}
_IN_DAYS: Mapping[str, float] = {
    "second": 1 / 86400,
    "minute": 1 / 1440,
    "hour": 1 / 24,
    "day": 1,
    "week": 7,
    "month": 30,
    "year": 365,
}
_NO_UNIT = words_in("to or and of in at on from until per is are the a an more less")

_PROPERTY_WORDS = (  # a property, whether the words say that it holds, and the words
    ("cost", False, "free"),
    ("cost", True, "pay pays paid cost costs charge charged charges chargeable fee fees"),
    (
        "may",
        True,
        "can may allowed allow permitted possible welcome accept accepted able offer offers offered provide support supported",
    ),
    ("may", False, "forbidden prohibited banned impossible unable"),
    ("covered", True, "included includes include covered covers cover"),
    ("covered", False, "excluded excludes exclude"),
    ("open", True, "open opens"),
    ("open", False, "closed closes"),
    ("available", True, "available"),
    ("available", False, "unavailable"),
    ("needed", True, "need needs must required mandatory necessary"),
    ("needed", False, "optional unnecessary"),
    ("refundable", True, "refundable"),
    ("refundable", False, "nonrefundable"),
)
_PROPERTIES = {word: (name, holds) for name, holds, words in _PROPERTY_WORDS for word in words.split()}
_DENIALS = words_in("not no never cannot non neither nor nobody nothing")
_CONDITION_WORDS = {
    "before": "before until",
    "after": "after once since",
    "with": "with if when",
    "without": "without unless",
    "over": "over above",
    "under": "under below",
}
_CONDITIONS = {word: condition for condition, words in _CONDITION_WORDS.items() for word in words.split()}
OPPOSITE_CONDITIONS = frozenset({frozenset({"before", "after"}), frozenset({"with", "without"}), frozenset({"over", "under"})})
"""Conditions under which two sentences may both be true, whatever they say of the same thing."""

_PLAIN = (
    words_in("to from until within yes working business day time times always") | _CONDITIONS.keys() | _DENIALS | _TIMES.keys()
)


@dataclass(frozen=True)
class Statement:
    """One sentence, without the yes or no that it opens with.

    `quantities` are, by unit, their values (durations in days) and how they stand there; `properties` say whether they hold; `conditions` have the words
    that follow them.
    """

    opening: str
    words: frozenset[str]
    quantities: Mapping[str, Mapping[str, str]]
    properties: Mapping[str, bool]
    denied: bool
    conditions: Mapping[str, frozenset[str]]


@lru_cache(maxsize=4096)
def statements(text: str) -> tuple[Statement, ...]:
    """The sentences of an answer, without those that say nothing."""
    for pattern, english in _INTO_ENGLISH:
        text = pattern.sub(english, text)
    text = _CHINESE_NUMBER.sub(lambda match: _CHINESE_DIGITS[match[0]], text)
    sentences = " ".join(tokens(text)).split(f" {STOP} ")
    return tuple(_statement(sentence) for sentence in sentences if sentence)


def _statement(sentence: str) -> Statement:
    opening, words = _opening(sentence.split())
    denied = sum(word in _DENIALS for word in words) % 2 == 1
    held = {name: holds != denied for word in words if word in _PROPERTIES for name, holds in (_PROPERTIES[word],)}
    plain = " ".join(
        word for word in _QUANTITY.sub(" ", " ".join(words)).split() if word not in _PLAIN and word not in _PROPERTIES
    )
    return Statement(
        opening=opening,
        words=about(plain) if plain.strip() else frozenset(),
        quantities=_quantities(" ".join(_TIMES.get(word, word) for word in words)),
        properties=held,
        denied=denied,
        conditions={_CONDITIONS[word]: _after(words, place) for place, word in enumerate(words) if word in _CONDITIONS},
    )


def _opening(words: list[str]) -> tuple[str, list[str]]:
    """The yes, or the no with a pause after it, at the beginning, and the other words."""
    answers = words[0] == "yes" or (words[0] == "no" and words[1:2] in ([], [PAUSE]))
    plain = [word for word in words if word != PAUSE]
    return (plain[0], plain[1:]) if answers else ("", plain)


def _after(words: list[str], place: int) -> frozenset[str]:
    return about(" ".join(words[place + 1 : place + 6]))


def _quantities(sentence: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for match in _QUANTITY.finditer(sentence):
        unit, value = _unit_and_value(match)
        if unit not in _NO_UNIT:
            found.setdefault(unit, {})[value] = match[0]
    return found


def _unit_and_value(match: re.Match[str]) -> tuple[str, str]:
    if match["money"]:
        return match["money"], match["amount"]
    if match["percent"]:
        return "%", match["percent"]
    if match["clock"]:
        return "o'clock", match["clock"]
    unit, number = match["unit"], match["number"]
    singular = unit if unit in _IN_DAYS else unit.removesuffix("s")
    if singular in _IN_DAYS:
        return "days", f"{float(number) * _IN_DAYS[singular]:g}"
    if unit.startswith("degree"):
        return unit.rpartition(" ")[2] if " " in unit else "degree", number
    return unit if "day" in unit else stem(unit), number

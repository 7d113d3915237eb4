"""Numbers and what they count: is every one of the answer in the passage?

    passage "within 14 working days"    answer "within 14 days"        another unit
    passage "a $25 fee"                 answer "25 dollars"            the same
    passage "a 24-month warranty"       answer "24 hours"              another unit

Amounts have one form each (`studio.scoring.normalise`). A number whose unit isn't known here ("3 lights") is compared as a number. Where answer
and passage are of different languages, only the numbers are compared.
"""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Iterator
from dataclasses import dataclass

from studio.dataset.distillation.words import word_set
from studio.scoring.normalise import PAUSE, tokens

_VALUE = re.compile(r"(?P<currency>usd|eur|gbp)?(?P<number>\d+(?:[.:/]\d+)*)(?P<suffix>%|st|nd|rd|th)?")
_UNITS = word_set(
    """second minute hour day week month year ml l g kg lb oz mm cm m km inch inches ft w kw kwh v a ma mah hz khz mhz ghz kb mb gb tb dpi bar psi
    kpa c f celsius fahrenheit degree degrees time times page pages sheet sheets point points percent"""
)
_ONE_FORM = {"inches": "inch", "degrees": "degree", "times": "time", "pages": "page", "sheets": "sheet", "points": "point"}
_DAYS = {"working": "working", "business": "working", "calendar": "calendar"}
_MONTHS = frozenset(name.lower() for name in month_name if name)
_LINKS = frozenset({"to", "and", "or"})
_ONE_IN_DIGITS = re.compile(r"(?<![\d.,])1(?![\d.,]*\d)")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PHONE = re.compile(r"(?<![\w.])\+?\(?\d(?:[\s().-]{0,2}\d){6,}(?!\w)")


@dataclass(frozen=True)
class Quantity:
    """A number and its unit, as far as one is known: `day`, `working day`, `usd`, `%`, `october`, ..."""

    number: str
    unit: str = ""

    def __str__(self) -> str:
        if self.unit in _MONTHS or self.unit.split(" ")[0] in _MONTHS:
            return f"{self.unit.capitalize()} {self.number}"
        if self.unit in ("usd", "eur", "gbp"):
            return f"{self.unit.upper()} {self.number}"
        if self.unit == "%":
            return f"{self.number}%"
        if self.unit == "th":
            return f"{self.number} as a day or a place"
        plural = (
            "s" if self.unit.endswith(("second", "minute", "hour", "day", "week", "month", "year")) and self.number != "1" else ""
        )
        return f"{self.number} {self.unit}{plural}".strip()


def missing_quantities(answer: str, passage: str, *, with_units: bool) -> Iterator[str]:
    """A sentence for each quantity of the answer that the passage doesn't have, in the answer's order."""
    there = set(_quantities(passage))
    numbers = {quantity.number for quantity in there}
    bare = {quantity.number for quantity in there if not quantity.unit}
    words = frozenset(tokens(passage))
    for quantity in dict.fromkeys(_quantities(answer)):
        if quantity == Quantity("1") and not _ONE_IN_DIGITS.search(answer):
            continue  # "this one"
        known = quantity.number in numbers
        if known and with_units and quantity.unit:
            known = quantity in there or (quantity.number in bare and set(quantity.unit.split(" ")) <= words)
        if not known:
            yield f'The passage does not say "{quantity}".'
    yield from _missing_phones(answer, passage)


def _quantities(text: str) -> Iterator[Quantity]:
    words = tokens(text)
    for at, word in enumerate(words):
        if value := _VALUE.fullmatch(word):
            yield Quantity(value["number"], value["currency"] or _unit(words, at, value["suffix"]))


def _unit(words: tuple[str, ...], at: int, suffix: str | None) -> str:
    if suffix:
        return "%" if suffix == "%" else "th"
    if at and words[at - 1] in _MONTHS:
        return words[at - 1]
    if at > 1 and words[at - 2] in _MONTHS and len(words[at]) == 4:
        return f"{words[at - 2]} {words[at - 1]}"
    following = words[at + 1 : at + 5]
    if len(following) > 1 and following[0] in _LINKS and (other := _VALUE.fullmatch(following[1])):
        return other["currency"] or _named_unit(following[2:]) if not other["suffix"] else ""
    return _named_unit(following)


def _named_unit(following: tuple[str, ...]) -> str:
    """The unit that begins here, with what says which days: `working day`."""
    if not following or following[0] == PAUSE:
        return ""
    if following[0] in _DAYS and len(following) > 1:
        return f"{_DAYS[following[0]]} {following[1]}" if following[1] in _UNITS else ""
    return _ONE_FORM.get(following[0], following[0]) if following[0] in _UNITS else ""


def _missing_phones(answer: str, passage: str) -> Iterator[str]:
    """Long numbers digit by digit: their groups may all be there in another order."""
    there = re.sub(r"\D", "", passage)
    for phone in _PHONE.findall(answer):
        if not _ISO_DATE.fullmatch(phone) and re.sub(r"\D", "", phone) not in there:
            yield f'The passage does not have the number "{phone.strip()}".'

"""One form for each amount: money, percentages, clock times, dates and units.

Works on text whose tokens already stand apart by single spaces, in lower case, with number words as digits. Its own
output stays as it is.

| written as                                          | becomes            |
|-----------------------------------------------------|--------------------|
| `$ 25`, `usd 25`, `25 us dollars`                   | `usd25`            |
| `20 %`, `20 percent`, `20 per cent`                 | `20%`              |
| `5 pm`, `5.00 pm`, `17:00`                          | `17:00`            |
| `12 th of october , 2026`, `october 12 2026`        | `october 12 2026`  |
| `12 october`, `october the 12 th`                   | `october 12`       |
| `24 hrs`, `24 h`, `24 hours`                        | `24 hour`          |

Money is one token, so that "25 days" never meets "$25"; a date is three, so that one with its year also states the
day. A bare `$` is read as US dollars and `pounds` as sterling. `10/12/2026` is left alone: nobody can tell which
comes first.
"""

from __future__ import annotations

import re
from calendar import month_name

_START, _END = r"(?<!\S)", r"(?!\S)"
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"

_CURRENCIES = {
    "usd": (r"usd|(?:us )?\$", r"usd|\$|(?:us )?dollars?"),
    "eur": (r"eur|€", r"eur|€|euros?"),
    "gbp": (r"gbp|£", r"gbp|£|pounds?(?: sterling)?"),
}
_MONEY = {
    code: re.compile(
        rf"{_START}(?:(?:{before}) ({_NUMBER})(?: (?:{after})(?! [0-9]))?|({_NUMBER}) (?:{after})){_END}",
    )
    for code, (before, after) in _CURRENCIES.items()
}
_LEFT_OVER_SYMBOL = re.compile(rf"{_START}[$€£%](?: |$)")

_PERCENT = re.compile(rf"{_START}({_NUMBER}) (?:%|percent|per cent|pct){_END}")

_TRAILING_ZEROS = re.compile(rf"{_START}((?:usd|eur|gbp)?[0-9]+)(?:\.|(\.[0-9]*[1-9]))0+{_END}(?! [ap]m{_END})")

_CLOCK = re.compile(rf"{_START}(0?[1-9]|1[0-2])(?:[:.]([0-5][0-9]))? ([ap]m)(?: [ap]m)*{_END}")
_NOON = re.compile(rf"{_START}(?:12(?::00)? )?noon(?: [ap]m)*{_END}")
_ONE_DIGIT_HOUR = re.compile(rf"{_START}([0-9]:[0-5][0-9]){_END}")

_MONTHS = {name: number for number, full in enumerate(month_name) if full for name in (full.lower(), full[:3].lower())}
_MONTHS["sept"] = 9
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_NTH = "(?: (?:st|nd|rd|th))"
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_YEAR = r"(?:19|20)[0-9]{2}"
_ISO_DATE = re.compile(rf"(?<![0-9-])({_YEAR})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(?![0-9-])")
_DATE = re.compile(
    rf"{_START}(?:"
    rf"(?:the )?(?P<day_first>{_DAY})(?P<nth>{_NTH}?(?: of)?) (?P<month_last>{_MONTH})"
    rf"(?:(?: ,)? (?P<year_last>{_YEAR})|(?! {_DAY}{_NTH}?{_END}))"
    rf"|(?P<month_first>{_MONTH})(?: the)? (?P<day_last>{_DAY}){_NTH}?(?:(?: ,)? (?P<year>{_YEAR}))?"
    rf"){_END}"
)
_BEFORE_A_MARK = re.compile(r"$| [.,]")
_ORDINAL = re.compile(rf"{_START}([0-9]+) (st|nd|rd|th){_END}")

_UNITS = {
    "second": ("seconds",),
    "minute": ("minutes",),
    "hour": ("hours",),
    "day": ("days",),
    "week": ("weeks",),
    "month": ("months",),
    "year": ("years",),
    "ml": ("millilitre", "millilitres", "milliliter", "milliliters"),
    "l": ("litre", "litres", "liter", "liters"),
    "g": ("gram", "grams"),
    "kg": ("kgs", "kilo", "kilos", "kilogram", "kilograms"),
    "lb": ("lbs",),
    "cm": ("centimetre", "centimetres", "centimeter", "centimeters"),
    "km": ("kilometre", "kilometres", "kilometer", "kilometers"),
}
_UNIT_OF = {spelling: unit for unit, spellings in _UNITS.items() for spelling in spellings}
_UNIT_AFTER_NUMBER = {
    **{"sec": "second", "secs": "second", "min": "minute", "mins": "minute", "h": "hour", "hr": "hour", "hrs": "hour"},
    **{"wk": "week", "wks": "week", "yr": "year", "yrs": "year"},
}
_IS_NUMBER = re.compile(_NUMBER)
# A text with none of these words and without a point or a colon behind a digit holds no amount but numbers with units.
_AMOUNT_WORDS = frozenset(
    {
        *_MONTHS,
        *("am", "pm", "noon", "st", "nd", "rd", "th", "%", "percent", "per", "pct"),
        *("$", "€", "£", "usd", "eur", "gbp", "dollar", "dollars", "euro", "euros", "pound", "pounds"),
    }
)
_POINTED = re.compile(r"[0-9][.:]")


def unify_amounts(spaced: str) -> str:
    """`spaced` with each amount in the one form of the table above."""
    if _AMOUNT_WORDS.isdisjoint(spaced.split()) and not _POINTED.search(spaced):
        return _fold_units(spaced)
    while (unified := _unify_once(spaced)) != spaced:
        spaced = unified
    return _ORDINAL.sub(r"\1\2", spaced)


def _unify_once(text: str) -> str:
    """One round of the steps. Rarely one uncovers work for an earlier one: `5.0 pm`, `10 12 october dollars`."""
    for step in (_fold_clock, _fold_decimals, _fold_percent, _fold_money, _fold_dates, _fold_units):
        text = step(text)
    return text


def spell_iso_dates(text: str) -> str:
    """`2026-10-12` as `october 12 2026`, in text that still has its hyphens."""
    return _ISO_DATE.sub(lambda match: f" {month_name[int(match[2])].lower()} {int(match[3])} {match[1]} ", text)


def _fold_clock(text: str) -> str:
    def to_24_hours(match: re.Match[str]) -> str:
        hour = int(match[1]) % 12 + (12 if match[3] == "pm" else 0)
        return f"{hour:02}:{match[2] or '00'}"

    return _ONE_DIGIT_HOUR.sub(r"0\1", _NOON.sub("12:00", _CLOCK.sub(to_24_hours, text)))


def _fold_decimals(text: str) -> str:
    return _TRAILING_ZEROS.sub(lambda match: match[1] + (match[2] or ""), text)


def _fold_percent(text: str) -> str:
    return _PERCENT.sub(r"\1%", text)


def _fold_money(text: str) -> str:
    for code, pattern in _MONEY.items():
        text = pattern.sub(rf"{code}\1\2", text)
    return _LEFT_OVER_SYMBOL.sub("", text)


def _fold_dates(text: str) -> str:
    return _DATE.sub(_month_day_year, text)


def _month_day_year(match: re.Match[str]) -> str:
    if _may_is_a_verb(match):
        return match[0]
    month = _MONTHS[match["month_last"] or match["month_first"]]
    day = int(match["day_first"] or match["day_last"])
    year = match["year_last"] or match["year"]
    return f"{month_name[month].lower()} {day}" + (f" {year}" if year else "")


def _may_is_a_verb(match: re.Match[str]) -> bool:
    """`up to 5 may be returned` holds no date: after a bare number `may` needs a year or the end of the clause."""
    if match["month_last"] != "may" or match["nth"] or match["year_last"]:
        return False
    return _BEFORE_A_MARK.match(match.string, match.end()) is None


def _fold_units(text: str) -> str:
    words = [_UNIT_OF.get(word, word) for word in text.split()]
    return " ".join(
        _UNIT_AFTER_NUMBER[word] if word in _UNIT_AFTER_NUMBER and _IS_NUMBER.fullmatch(before) else word
        for before, word in zip(["", *words], words, strict=False)
    )

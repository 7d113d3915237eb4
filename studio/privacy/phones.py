"""Phone numbers. They have no check digit, so one needs seven digits and a sign of being one: a `+`, a bracketed area code, a leading zero, grouping, a
Chinese mobile number's form (1, 3 to 9, nine more: 工信部, Telecommunications Network Numbering Plan 2017), or a word such as "call" before it.
"""

from __future__ import annotations

import re

from studio.privacy.context import is_a_thing, is_an_example
from studio.privacy.found import Take, in_front_of

_PHONE = re.compile(
    r"(?<![\w@/#$€£¥.-])(?<!\d[ \u00a0()])(?P<number>\+?\(?\d(?:[ \u00a0.()-]{0,2}\d){6,})(?![\w@/:%-]|[.,]\d)", re.ASCII
)
_PHONE_CUE = re.compile(
    r"\b(?:call|dial|phone|telephone|tel|mobile|cell|fax|hotline|whatsapp|sms)\w*[^\w+]{0,3}(?:\w+ ){0,3}$", re.IGNORECASE
)
_PHONE_DIGITS = 7
_BARE_PHONE_DIGITS = range(10, 14)  # without any sign: a national number with its area code, or one with its country code

_DATE = re.compile(
    r"(?<![\w+.-])(?:(?:19|20)\d\d([.-])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])([.-])(?:0?[1-9]|1[0-2])\2(?:19|20)\d\d)(?![\w-]|\.\d)",
    re.ASCII,
)
_NO_PHONE = re.compile(
    r"""
      (?:19|20)\d\d\ ?(?:0\d|1[0-2])\ ?(?:[0-2]\d|3[01])(?:\d{4}|\d{6})?     # 20261012, 2026 10 12, 202610120930
    | [0-3]?\d\ [01]?\d\ (?:19|20)\d\d                                      # 12 10 2026
    | 0\.\d+ | \d+\.\d+ | \d{1,3}(?:\.\d{1,3}){2,3} | \d+(?:\.\d+){3}      # decimals, 1.250.000, IPv4, versions
    | \(?(?:1\d|20)\d\d\ ?-\ ?(?:1\d|20)\d\d                                    # 2025-2026, (1501-1504
    | 1\d{9} | 1\d{12}                                                    # seconds or milliseconds since 1970
    | [1-9]\d?[ \u00a0]\d{3}[ \u00a0]\d{3}                                   # 1 250 000
    """,
    re.VERBOSE,
)
_CURRENCY = r"USD|EUR|GBP|CNY|JPY|INR|RMB|VND|KRW|CHF|PLN"
_AMOUNT_BEFORE = re.compile(rf"(?:[$€£¥₹]|\b(?:{_CURRENCY}))\s?$", re.IGNORECASE)
_AMOUNT_AFTER = re.compile(
    rf"\s?(?:[$€£¥₹%]|(?:{_CURRENCY}|dollars?|euros?|pounds?|yuan|yen|won|points?|miles|tokens?|bytes?|bits?|[KMGT]i?B|pieces|characters|users)\b)",
    re.IGNORECASE,
)
_CALCULATED_BEFORE = re.compile(r"(?:[=*×÷]|\d\s?[+-])\s{0,2}$")
_CALCULATED_AFTER = re.compile(r"\s{0,2}(?:[=*×÷]|[+-]\s{0,2}\d)")


def take_phones(text: str, take: Take) -> str:
    """The text without phone numbers: those in what stands between the dates, so that neither runs into the other."""

    def replace(match: re.Match[str]) -> str:
        number, before = match["number"], in_front_of(match)
        after = match.string[match.end() : match.end() + 12]
        return take("phone number", number, before) if _is_phone(number, before, after) else number

    pieces, start = [], 0
    for date in _DATE.finditer(text):
        pieces += [_PHONE.sub(replace, text[start : date.start()]), date[0]]
        start = date.end()
    return "".join([*pieces, _PHONE.sub(replace, text[start:])])


def _is_phone(number: str, before: str, after: str) -> bool:
    digits = re.sub(r"\D", "", number)
    if len(digits) < _PHONE_DIGITS or _AMOUNT_BEFORE.search(before) or _AMOUNT_AFTER.match(after):
        return False
    if is_an_example(before) or is_a_thing(before) or _CALCULATED_BEFORE.search(before) or _CALCULATED_AFTER.match(after):
        return False
    if number.startswith("+"):
        return True
    if _NO_PHONE.fullmatch(number):
        return False
    if number.startswith("0") or "(" in number or _PHONE_CUE.search(before[-40:]):
        return True
    if number.isdigit():
        return len(digits) in _BARE_PHONE_DIGITS
    return re.search(r"\d{3}", number) is not None  # single digits in a row are a list

"""Personal data and secrets in free text, replaced by a placeholder before anything is shared.

    e-mail addresses            [e-mail]            payment cards (Luhn)        [payment card]
    phone numbers               [phone number]      IBANs (ISO 13616 mod 97)    [IBAN]
    keys, tokens, passwords     [secret]            file paths (on request)     [path]

What is certain by its form or its check digits is taken wherever it stands. A phone number has neither, so it needs seven
digits and a sign of being one: a `+`, a bracketed area code, a leading zero, grouping, or a word such as "call" before it.
Dates, amounts, durations, short numbers and the names of models stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_EMAIL = re.compile(r"(?<![A-Za-z0-9À-ɏ_.+-])[A-Za-z0-9À-ɏ_.+-]+@[A-Za-z0-9À-ɏ-]+(?:\.[A-Za-z0-9À-ɏ-]+)*\.[A-Za-z]{2,}")

_SECRET = re.compile(
    r"""
      -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    | (?<![A-Za-z0-9])(?:
          (?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}                      # OpenAI, Anthropic, Stripe
        | hf_[A-Za-z0-9]{20,}                                     # Hugging Face
        | gh[pousr]_[A-Za-z0-9]{20,} | github_pat_\w{20,} | glpat-[\w-]{20,}
        | (?:AKIA|ASIA)[0-9A-Z]{16}                               # AWS access key id
        | AIza[\w-]{35}                                           # Google API key
        | xox[abeoprs]-[A-Za-z0-9-]{10,}                          # Slack
        | eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}                   # JSON Web Token, RFC 7519
      )
    """,
    re.VERBOSE | re.DOTALL,
)
# A value that is called a secret, when it looks like one: eight characters or more with a letter and a digit.
_NAMED_SECRET = re.compile(
    r"\b(?P<name>(?:(?:api[_ -]?key|secret(?:[_ -]?key)?|access[_ -]?token|token|password|passwd|pwd)\s*(?:[:=]|\bis\b)|bearer)"
    r"\s*)(?P<value>[\"']?(?=[^\s\"']*\d)(?=[^\s\"']*[A-Za-z])[^\s\"',;]{8,}[\"']?)",
    re.IGNORECASE,
)

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}")
# Bare, in fours (a check code may follow), or 4-6-5 and 4-6-4 as American Express and Diners print them.
_CARD = re.compile(
    r"(?<![\w.+])(?P<core>\d{4}([ -])\d{4}\2\d{4}\2\d{1,4}|\d{4}([ -])\d{6}\3\d{4,5}|\d{13,19})(?P<more>[ -]\d{1,3})?(?![\w@])",
    re.ASCII,
)
_CARD_DIGITS = range(13, 20)  # ISO/IEC 7812

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
      (?:19|20)\d\d\ ?-\ ?(?:19|20)\d\d                                     # 2025-2026
    | (?:19|20)\d\d\ ?(?:0\d|1[0-2])\ ?(?:[0-2]\d|3[01])(?:\d{4}|\d{6})?     # 20261012, 2026 10 12, 202610120930
    | [0-3]?\d\ [01]?\d\ (?:19|20)\d\d                                      # 12 10 2026
    | 0\.\d+ | \d+\.\d+ | \d{1,3}(?:\.\d{1,3}){2,3} | \d+(?:\.\d+){3}      # decimals, 1.250.000, IPv4, versions
    | [1-9]\d?[ \u00a0]\d{3}[ \u00a0]\d{3}                                   # 1 250 000
    """,
    re.VERBOSE,
)
_CURRENCY = r"USD|EUR|GBP|CNY|JPY|INR|RMB"
_AMOUNT_BEFORE = re.compile(rf"(?:[$€£¥₹]|\b(?:{_CURRENCY}))\s?$", re.IGNORECASE)
_AMOUNT_AFTER = re.compile(
    rf"\s?(?:[$€£¥₹%]|(?:{_CURRENCY}|dollars?|euros?|pounds?|yuan|points?|miles|tokens?)\b)", re.IGNORECASE
)

_PATH = re.compile(
    r"""
      (?:file://|(?<![\w/.:])~?/)[\w.@+-]+(?:/[\w.@+-]+)+
    | (?<!\w)[A-Za-z]:\\(?:[^\\\s"'<>|]+(?:[ ][^\\\s"'<>|]+)*\\)*[^\\\s"'<>|]+
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Found:
    """One thing that was replaced: its kind, as in the placeholder, and the text that stood there."""

    kind: str
    original: str


@dataclass(frozen=True)
class Redacted:
    """A text without personal data, and what was taken out of it, in the order of the kinds above."""

    text: str
    found: tuple[Found, ...] = ()


def redact(text: str, *, paths: bool = False) -> Redacted:
    """Replace personal data and secrets in `text`; with `paths` also absolute file paths, as error messages hold them."""
    found: list[Found] = []

    def take(kind: str, original: str) -> str:
        found.append(Found(kind, original))
        return f"[{kind}]"

    text = _SECRET.sub(lambda match: take("secret", match[0]), text)
    text = _NAMED_SECRET.sub(lambda match: match["name"] + take("secret", match["value"]), text)
    if paths:
        text = _PATH.sub(lambda match: take("path", match[0]), text)
    text = _EMAIL.sub(lambda match: take("e-mail", match[0]), text)
    text = _IBAN.sub(lambda match: _replace_iban(match[0], take), text)
    text = _CARD.sub(lambda match: _replace_card(match, take), text)
    return Redacted(_replace_phones(text, take), tuple(found))


def _replace_iban(candidate: str, take: Callable[[str, str], str]) -> str:
    """The longest beginning of the candidate that is a valid IBAN; the pattern may have run into the next words."""
    for end in range(len(candidate), 14, -1):
        rest = candidate[end:]
        if (not rest or not rest[0].isalnum()) and is_iban(candidate[:end]):
            return take("IBAN", candidate[:end]) + rest
    return candidate


def _replace_card(match: re.Match[str], take: Callable[[str, str], str]) -> str:
    if is_card_number(match["core"]):
        return take("payment card", match["core"]) + (match["more"] or "")
    return take("payment card", match[0]) if is_card_number(match[0]) else match[0]


def _replace_phones(text: str, take: Callable[[str, str], str]) -> str:
    """Phone numbers in what stands between the dates, so that neither runs into the other."""

    def replace(match: re.Match[str]) -> str:
        before, after = match.string[: match.start()], match.string[match.end() :]
        number = match["number"]
        return take("phone number", number) if _is_phone(number, before[-40:], after[:12]) else number

    pieces, start = [], 0
    for date in _DATE.finditer(text):
        pieces += [_PHONE.sub(replace, text[start : date.start()]), date[0]]
        start = date.end()
    return "".join([*pieces, _PHONE.sub(replace, text[start:])])


def _is_phone(number: str, before: str, after: str) -> bool:
    digits = _digits(number)
    if len(digits) < _PHONE_DIGITS or _AMOUNT_BEFORE.search(before) or _AMOUNT_AFTER.match(after):
        return False
    if number.startswith("+"):
        return True
    if _NO_PHONE.fullmatch(number):
        return False
    if number.startswith("0") or "(" in number or _PHONE_CUE.search(before):
        return True
    if number.isdigit():
        return len(digits) in _BARE_PHONE_DIGITS
    return re.search(r"\d{3}", number) is not None  # single digits in a row are a list


def is_iban(text: str) -> bool:
    """Whether the text, blanks and hyphens aside, has an IBAN's form and check digits (ISO 13616, ISO 7064 mod 97-10)."""
    compact = re.sub(r"[ -]", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", compact):
        return False
    return int("".join(str(int(character, 36)) for character in compact[4:] + compact[:4])) % 97 == 1


def is_card_number(text: str) -> bool:
    """Whether the text, blanks and hyphens aside, has a payment card's length and Luhn check digit (ISO/IEC 7812-1)."""
    digits = [int(digit) for digit in _digits(text)]
    if len(digits) not in _CARD_DIGITS or len(set(digits)) == 1:
        return False
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)

"""Payment cards and IBANs: a form and check digits, so that they are certain wherever they stand."""

from __future__ import annotations

import re

from studio.privacy.context import is_a_thing, is_an_example
from studio.privacy.found import Take, in_front_of

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}")
# Bare, in fours (a check code may follow), or 4-6-5 and 4-6-4 as American Express and Diners print them.
_CARD = re.compile(
    r"(?<![A-Za-z0-9_.+])(?P<core>\d{4}([ -])\d{4}\2\d{4}\2\d{1,4}(?:\2\d{3}(?!\d))?|\d{4}([ -])\d{6}\3\d{4,5}|\d{13,19})(?P<more>[ -]\d{1,3})?(?![A-Za-z0-9_@])",
    re.ASCII,
)
_CARD_DIGITS = range(13, 20)  # ISO/IEC 7812
_ISSUERS = "23456"  # the first digit: travel, banking and merchandising (ISO/IEC 7812-1, major industry identifiers)


def take_ibans(text: str, take: Take) -> str:
    """The text without IBANs."""
    return _IBAN.sub(lambda match: _replace_iban(match, take), text)


def take_cards(text: str, take: Take) -> str:
    """The text without payment card numbers; what is called a serial or article number stays, though its digits may add up."""
    return _CARD.sub(lambda match: _replace_card(match, take), text)


def _replace_iban(match: re.Match[str], take: Take) -> str:
    """The longest beginning of the candidate that is a valid IBAN; the pattern may have run into the next words."""
    candidate = match[0]
    for end in range(len(candidate), 14, -1):
        rest = candidate[end:]
        if (not rest or not rest[0].isalnum()) and is_iban(candidate[:end]):
            return take("IBAN", candidate[:end], in_front_of(match)) + rest
    return candidate


def _replace_card(match: re.Match[str], take: Take) -> str:
    before = in_front_of(match)
    if is_a_thing(before) or is_an_example(before):
        return match[0]
    if is_card_number(match["core"]):
        return take("payment card", match["core"], before) + (match["more"] or "")
    return take("payment card", match[0], before) if is_card_number(match[0]) else match[0]


def is_iban(text: str) -> bool:
    """Whether the text, blanks and hyphens aside, has an IBAN's form and check digits (ISO 13616, ISO 7064 mod 97-10)."""
    compact = re.sub(r"[ -]", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", compact):
        return False
    return int("".join(str(int(character, 36)) for character in compact[4:] + compact[:4])) % 97 == 1


def is_card_number(text: str) -> bool:
    """Whether the text, blanks and hyphens aside, has a payment card's length, first digit and Luhn check digit (ISO/IEC 7812-1)."""
    digits = [int(digit) for digit in re.sub(r"\D", "", text)]
    if len(digits) not in _CARD_DIGITS or len(set(digits)) == 1 or str(digits[0]) not in _ISSUERS:
        return False
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0

"""Numbers that states give to people and carriers to parcels, where their form or a check digit tells them from other numbers.

| number | form and check | source |
|---|---|---|
| Chinese resident identity | 17 digits with a date of birth, and a check character, ISO 7064 mod 11-2 | GB 11643-1999 |
| US social security | 3-2-4 digits with hyphens; not 000, 666 or 9xx, not 00, not 0000 | Social Security Administration, POMS RM 10201.035 |
| UK national insurance | two letters, six digits, A to D | HMRC, NIM39110 |
| Spanish DNI and NIE | eight digits (or X, Y, Z and seven) and a letter, mod 23 | Ministerio del Interior |
| Italian codice fiscale | six letters, year, month letter, day, place, check letter | D.M. 23/12/1976 |
| French NIR | sex, year, month, place, serial, and a key, mod 97 | INSEE |
| Brazilian CPF | 3.3.3-2 digits with two check digits, mod 11 | Receita Federal |
| UPU parcel | two letters, nine digits with a check digit, mod 11, country | UPU S10 |
| UPS, SF Express parcel | `1Z` and sixteen, `SF` and twelve to fifteen digits | carriers |

Others (Steuer-ID, PESEL, Aadhaar, passports) look like any other number and need their name before them, see `labelled`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from studio.privacy.found import Take, in_front_of

_EDGE = r"(?<![A-Za-z0-9_.-])"
_END = r"(?![A-Za-z0-9_]|[.-]\d)"
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def _chinese_resident(number: str) -> bool:
    weighted = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(number[:17]))
    return "10X98765432"[weighted % 11] == number[17].upper()


def _dni(number: str) -> bool:
    compact = re.sub(r"[ -]", "", number).upper()
    return _DNI_LETTERS[int(compact[:-1].translate(str.maketrans("XYZ", "012"))) % 23] == compact[-1]


def _nir(number: str) -> bool:
    compact = re.sub(r"\D", "", number.upper().replace("2A", "19").replace("2B", "18"))
    return len(compact) == 15 and 97 - int(compact[:13]) % 97 == int(compact[13:])


def _cpf(number: str) -> bool:
    digits = [int(digit) for digit in re.sub(r"\D", "", number)]
    return all(
        sum(digit * (length + 1 - place) for place, digit in enumerate(digits[:length])) * 10 % 11 % 10 == digits[length]
        for length in (9, 10)
    )


def _upu(number: str) -> bool:
    digits = [int(digit) for digit in re.sub(r"\D", "", number)]
    rest = 11 - sum(digit * weight for digit, weight in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=False)) % 11
    return {10: 0, 11: 5}.get(rest, rest) == digits[8]


def _by_form(_number: str) -> bool:
    return True


_BORN = r"(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_RULES: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = tuple(
    (kind, re.compile(_EDGE + pattern + _END), check)
    for kind, pattern, check in (
        ("ID number", rf"[1-9]\d{{5}}{_BORN}\d{{3}}[\dXx]", _chinese_resident),
        ("ID number", r"(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}", _by_form),
        ("ID number", r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]", _by_form),
        ("ID number", r"(?:\d{8}|[XYZxyz]-?\d{7})[ -]?[A-Za-z]", _dni),
        ("ID number", r"[A-Za-z]{6}\d{2}[A-EHLMPRSTa-ehlmprst]\d{2}[A-Za-z]\d{3}[A-Za-z]", _by_form),
        ("ID number", r"[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}", _nir),
        ("ID number", r"\d{3}\.\d{3}\.\d{3}-\d{2}", _cpf),
        ("tracking number", r"[A-Z]{2} ?\d{9} ?[A-Z]{2}", _upu),
        ("tracking number", r"1Z ?[0-9A-Z]{3} ?[0-9A-Z]{3} ?\d{2} ?\d{4} ?\d{4}", _by_form),
        ("tracking number", r"SF\d{12,15}", _by_form),
    )
)


def take_identity_numbers(text: str, take: Take) -> str:
    """The text without numbers that are certain by their form or check digits."""
    for kind, pattern, check in _RULES:
        text = pattern.sub(partial(_replace, kind, check, take), text)
    return text


def _replace(kind: str, check: Callable[[str], bool], take: Take, match: re.Match[str]) -> str:
    return take(kind, match[0], in_front_of(match)) if check(match[0]) else match[0]

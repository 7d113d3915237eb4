"""Texts with placeholders, `{{name}}`: which they hold, and the same texts filled in.

Filling is strict: a placeholder without a value raises, so that no text leaves with one in it. Values are plain text; a placeholder
within a value is not filled again. A name is read without case and blanks: `{{ NAME }}` is `{{name}}`.

Files from elsewhere write placeholders in other ways too: `{name}`, `${name}`, `<NAME>`. Those are placeholders for whoever asks with
`loose`, because a text about code or a question set may mean them as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from studio.errors import BadInput

_CURLY = r"\{\{\s*([^{}\n]{1,60}?)\s*\}\}"
_STRICT = re.compile(_CURLY)
_LOOSE = re.compile(_CURLY + r"|\$?\{\s*([^\W\d]\w{0,39})\s*\}|<\s*([A-Z][A-Z_]{1,39})\s*>|(\{\{|\}\})")
"""As written anywhere; the last is one that was torn, and has no name that could be filled."""


_NAME = re.compile(r"[^{}<>]+")
TORN = ("{{", "}}")
"""What is left of a placeholder that was torn; nothing can fill it."""


class Unfilled(BadInput):
    """A placeholder for which there is no value. `placeholder` is it as it is written."""

    def __init__(self, placeholder: str) -> None:
        super().__init__(f"There is no value for the placeholder {placeholder}.")
        self.placeholder = placeholder


def placeholders(text: str, *, loose: bool = False) -> dict[str, str]:
    """The placeholders of a text in their order: each name as `fill` looks it up, and how it is written first."""
    found: dict[str, str] = {}
    if "{" in text or "}" in text or "<" in text:
        for match in _pattern(loose).finditer(text):
            found.setdefault(_name(match), match[0])
    return found


def fill(text: str, values: Mapping[str, str], *, loose: bool = False) -> str:
    """The text with every placeholder replaced by its value.

    Raises:
        Unfilled: one has no value.
    """

    def value(match: re.Match[str]) -> str:
        name = _name(match)
        if name not in values:
            raise Unfilled(match[0])
        return values[name]

    return _pattern(loose).sub(value, text)


def parse_values(assignments: Iterable[str]) -> dict[str, str]:
    """Values from `name=Nova` lines; blank lines and lines without a value yet are skipped.

    Raises:
        BadInput: a line has no `=`, or a value holds a placeholder itself.
    """
    values: dict[str, str] = {}
    for line in assignments:
        name, sign, value = (part.strip() for part in line.partition("="))
        if line.strip() and not (sign and _NAME.fullmatch(name)):
            raise BadInput(f"{line.strip()[:80]!r} is no value for a placeholder. Write it as NAME=VALUE, for example name=Nova.")
        if value:
            if placeholders(value):
                raise BadInput(f"The value of {name} holds a placeholder itself: {value[:80]}. Write what shall stand there.")
            values[name.lower()] = value
    return values


def _pattern(loose: bool) -> re.Pattern[str]:
    return _LOOSE if loose else _STRICT


def _name(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group is not None).strip().lower()

"""One text without personal data and secrets: every rule in turn, the most certain first."""

from __future__ import annotations

import re
from dataclasses import dataclass

from studio.privacy.found import Found, Take, in_front_of
from studio.privacy.identity import take_identity_numbers
from studio.privacy.labelled import take_labelled_numbers
from studio.privacy.payment import take_cards, take_ibans
from studio.privacy.phones import take_phones
from studio.privacy.secrets import take_secrets

_EMAIL = re.compile(r"(?<![A-Za-z0-9À-ɏ_.+-])[A-Za-z0-9À-ɏ_.+-]+@[A-Za-z0-9À-ɏ-]+(?:\.[A-Za-z0-9À-ɏ-]+)*\.[A-Za-z]{2,}")
_PATH = re.compile(
    r"""
      (?:file://|(?<![\w/.:])~?/)[\w.@+-]+(?:/[\w.@+-]+)+
    | (?<!\w)[A-Za-z]:\\(?:[^\\\s"'<>|]+(?:[ ][^\\\s"'<>|]+)*\\)*[^\\\s"'<>|]+
    """,
    re.VERBOSE,
)
_SIX_DIGITS = re.compile(r"(?:\d\D{0,3}){6}")  # fewer, or farther apart, are no number that is known by its form


@dataclass(frozen=True)
class Redacted:
    """A text without personal data, and what was taken out of it, in the order of the rules."""

    text: str
    found: tuple[Found, ...] = ()


def redact(text: str, *, paths: bool = False) -> Redacted:
    """Replace personal data and secrets in `text`; with `paths` also absolute file paths, as error messages hold them."""
    found: list[Found] = []

    def take(kind: str, original: str, _before: str) -> str:
        found.append(Found(kind, original))
        return f"[{kind}]"

    return Redacted(take_all(text, take, paths=paths), tuple(found))


def take_all(text: str, take: Take, *, paths: bool = False) -> str:
    """The text with everything that the rules find given to `take`, and what it gives back in its place."""
    text = take_secrets(text, take)
    if paths:
        text = _PATH.sub(lambda match: take("path", match[0], in_front_of(match)), text)
    if "@" in text:
        text = _EMAIL.sub(lambda match: take("e-mail", match[0], in_front_of(match)), text)
    if not _SIX_DIGITS.search(text):
        return take_labelled_numbers(text, take)
    text = take_ibans(text, take)
    text = take_identity_numbers(text, take)
    text = take_labelled_numbers(text, take)
    return take_phones(take_cards(text, take), take)

"""What a person says of their assistant: the values of the form, as typed and as checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

from studio.errors import BadInput
from studio.scoring.matching import mentions
from studio.scoring.normalise import tokens

Tone = Literal["friendly", "formal", "brief"]
Language = Literal["en", "zh"]
TONES: tuple[Tone, ...] = get_args(Tone)
LANGUAGES: Mapping[Language, str] = {"en": "English", "zh": "Chinese"}

_LONGEST = 120  # characters of a value: it stands in every second sentence
_MARKS = "{}<>"  # of placeholders and of markup


@dataclass(frozen=True)
class Brand:
    """An assistant: what it is called, whose it is, how it speaks, and what it never says.

    `helps_with` completes "I can help you with ...", `helps_with_zh` 帮您解决……; where they are empty the templates name the company.

    Raises:
        BadInput: a value is missing, too long, or at odds with another; the sentence says which.
    """

    name: str
    company: str
    tone: Tone = "friendly"
    languages: tuple[Language, ...] = ("en",)
    helps_with: str = ""
    helps_with_zh: str = ""
    never_say: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        said = {
            "The assistant's name": self.name,
            "The company": self.company,
            "What it helps with": self.helps_with,
            "What it helps with, in Chinese,": self.helps_with_zh,
        }
        for what, value in said.items():
            _check_text(what, value)
        for what in list(said)[:2]:
            if not tokens(said[what]):
                raise BadInput(f"{what} is missing. Every row of the dataset says it, so fill it in.")
        if self.tone not in TONES:
            raise BadInput(f"There is no tone {self.tone!r}. Choose one of: {', '.join(TONES)}.")
        if not self.languages or any(language not in LANGUAGES for language in self.languages):
            raise BadInput(f"Choose the languages from: {', '.join(LANGUAGES)}.")
        for phrase in self.never_say:
            _check_text("A thing never to say", phrase)
            if not tokens(phrase):
                raise BadInput(f"{phrase!r} holds no word, so it can't be looked for among the things never to say.")
            for what, value in said.items():
                if mentions(value, phrase):
                    raise BadInput(
                        f"{what} is {value!r}, which says {phrase!r}, one of the things never to say. Change one of them."
                    )

    def values(self, language: Language, helps_with: str) -> dict[str, str]:
        """What fills the placeholders; `helps_with` stands where the form says nothing in that language."""
        said = self.helps_with_zh if language == "zh" else self.helps_with
        return {"name": self.name, "company": self.company, "author": self.company, "helps_with": said or helps_with}

    def breach(self, answer: str) -> str | None:
        """The first of the things never to say that an answer says."""
        return next((phrase for phrase in self.never_say if mentions(answer, phrase)), None)


@dataclass(frozen=True)
class IdentityForm:
    """The form as it was typed; `never_say` has one phrase a line."""

    name: str = ""
    company: str = ""
    tone: str = "friendly"
    languages: Sequence[str] = ("en",)
    helps_with: str = ""
    helps_with_zh: str = ""
    never_say: str = ""

    def brand(self) -> Brand:
        """The values, checked.

        Raises:
            BadInput: as `Brand`.
        """
        return Brand(
            name=_one_line(self.name),
            company=_one_line(self.company),
            tone=cast(Tone, self.tone),
            languages=tuple(language for language in LANGUAGES if language in self.languages),
            helps_with=_one_line(self.helps_with).rstrip(".。!！ "),
            helps_with_zh=_one_line(self.helps_with_zh).rstrip(".。!！ "),
            never_say=tuple(dict.fromkeys(filter(None, map(_one_line, self.never_say.splitlines())))),
        )


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _check_text(what: str, value: str) -> None:
    if len(value) > _LONGEST:
        raise BadInput(f"{what} has {len(value)} characters; at most {_LONGEST} fit into a sentence. Shorten it.")
    if any(mark in value for mark in _MARKS):
        raise BadInput(f"{what} is {value!r}: leave out the characters {' '.join(_MARKS)}, which mark placeholders.")

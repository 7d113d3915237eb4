"""Battles and votes: two sides answer one prompt, a person chooses, and what was chosen is kept for good.

    sides = draw_sides(base, tuned, blind=True, rng=random.SystemRandom())
    battle_id = arena.keep_battle(sides, messages, Answer("..."), Answer("..."), blind=True, decoding=decoding.to_json())
    reveal = arena.vote(battle_id, Choice.LEFT)        # who was who is told by the vote, not before

A battle takes one vote. The same vote again is accepted, so that a retried click loses nothing; another choice is refused,
because the names have been shown by then. A vote is one committed transaction: it is there when `vote` returns, or not at all.
"""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from studio.errors import BadInput, NotFound
from studio.workspace.clock import now
from studio.workspace.database import Database
from studio.workspace.tables import Battle, Vote

BASE = "base"
"""The name of the model without an adapter."""
MAX_PROMPT_CHARACTERS = 2_000
_BATTLE_ID = re.compile(r"[0-9a-f]{32}")
_BATCH = 500  # rows fetched at a time, so that a long history never lies in memory as a whole


class Choice(StrEnum):
    """What a person may say about a battle."""

    LEFT = "left"
    RIGHT = "right"
    TIE = "tie"
    BOTH_BAD = "both_bad"


@dataclass(frozen=True)
class Contender:
    """A model in a battle. `name` is what the reveal shows: "base" or a run's id; `digest` is the SHA-256 of its weights."""

    name: str
    adapter: str | None
    digest: str


@dataclass(frozen=True)
class Sides:
    """Who answers where."""

    left: Contender
    right: Contender


@dataclass(frozen=True)
class Answer:
    """What one side said; `error` is the sentence that explains why it broke off, or None."""

    text: str
    error: str | None = None


@dataclass(frozen=True)
class Reveal:
    """Who was who, told once the vote is in. `preferred` is the chosen side's name, or None for tie and both bad."""

    left: str
    right: str
    choice: Choice
    preferred: str | None


@dataclass(frozen=True)
class Party:
    """One side of a battle that was voted on."""

    model: str
    digest: str
    answer: str


@dataclass(frozen=True)
class VotedBattle:
    """A battle with its vote, as the ranking and the export read it. `voted` is in UTC."""

    id: str
    voted: datetime
    messages: Sequence[Mapping[str, str]]
    left: Party
    right: Party
    blind: bool
    choice: Choice

    @property
    def preferred(self) -> Party | None:
        """The side that was chosen; None for tie and both bad."""
        return {Choice.LEFT: self.left, Choice.RIGHT: self.right}.get(self.choice)

    @property
    def other(self) -> Party | None:
        """The side that was not chosen; None for tie and both bad."""
        return {Choice.LEFT: self.right, Choice.RIGHT: self.left}.get(self.choice)


def draw_sides(base: Contender, tuned: Contender, *, blind: bool, rng: random.Random) -> Sides:
    """Who sits where: base left and tuned right, or, when blind, either order with the same probability."""
    if blind and rng.random() < 0.5:
        return Sides(left=tuned, right=base)
    return Sides(left=base, right=tuned)


def check_prompt(prompt: str) -> str:
    """The prompt as it is asked: without surrounding space, and without characters that no database can hold.

    Raises:
        BadInput: it is empty, or longer than `MAX_PROMPT_CHARACTERS`.
    """
    text = _storable(prompt).strip()
    if not text:
        raise BadInput("The prompt is empty. Write a question that a customer would ask.")
    if len(text) > MAX_PROMPT_CHARACTERS:
        raise BadInput(f"The prompt has {len(text):,} characters; at most {MAX_PROMPT_CHARACTERS:,} are possible. Shorten it.")
    return text


class Arena:
    """The battles and votes of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep_battle(
        self,
        sides: Sides,
        messages: Sequence[Mapping[str, str]],
        left: Answer,
        right: Answer,
        *,
        blind: bool,
        decoding: Mapping[str, Any],
        visitor: str = "",
    ) -> str:
        """Store a finished battle.

        Args:
            sides: who answered where.
            messages: the conversation both were given, `{"role", "content"}` in order; the customer speaks last.
            left: the left side's complete answer.
            right: the right side's complete answer.
            blind: whether the names were hidden.
            decoding: how the tokens were chosen, as plain JSON.
            visitor: an opaque mark of who asked, at most 64 characters.

        Returns:
            The battle's id, 32 hexadecimal digits.

        Raises:
            BadInput: the prompt is empty or too long, or a side gave no answer: such a battle can't be voted on.
        """
        for side, answer in (("left", left), ("right", right)):
            if answer.error is not None:
                raise BadInput(f"The {side} side broke off ({answer.error}), so there is nothing to vote on. Ask again.")
        battle = Battle(
            id=uuid.uuid4().hex, created=now(), messages=_checked_conversation(messages), left_model=sides.left.name,
            right_model=sides.right.name, left_digest=sides.left.digest, right_digest=sides.right.digest,
            left_answer=_storable(left.text), right_answer=_storable(right.text), blind=blind, decoding=dict(decoding),
            visitor=visitor[:64],
        )  # fmt: skip
        with self._database.session() as session:
            session.add(battle)
        return battle.id

    def vote(self, battle_id: str, choice: Choice | str) -> Reveal:
        """Record the choice and tell who was who. When this returns, the vote survives a crash and a power cut.

        Raises:
            NotFound: there is no such battle.
            BadInput: the choice is none of the four, or this battle was voted on differently before.
        """
        wanted = _as_choice(choice)
        if not _BATTLE_ID.fullmatch(battle_id):
            raise _no_such_battle(battle_id)
        # Insert first and look only when that fails: two clicks at once then meet at the primary key, not in between.
        try:
            with self._database.session() as session:
                session.add(Vote(battle_id=battle_id, created=now(), choice=wanted.value))
        except IntegrityError:
            self._accept_only_a_repetition(battle_id, wanted)
        return self._reveal(battle_id, wanted)

    def voted_battles(self) -> Iterator[VotedBattle]:
        """All battles that were voted on, in the order of the votes."""
        query = select(Battle, Vote).join(Vote, Vote.battle_id == Battle.id).order_by(Vote.created, Vote.battle_id)
        with self._database.session() as session:
            for battle, vote in session.execute(query.execution_options(yield_per=_BATCH)):
                yield _voted(battle, vote)

    def _accept_only_a_repetition(self, battle_id: str, wanted: Choice) -> None:
        with self._database.session() as session:
            earlier = session.get(Vote, battle_id)
        if earlier is None:
            raise _no_such_battle(battle_id)
        if earlier.choice != wanted:
            said = earlier.choice.replace("_", " ")
            raise BadInput(f"This battle was voted on already ({said}), and its names have been shown, so the vote stays.")

    def _reveal(self, battle_id: str, choice: Choice) -> Reveal:
        with self._database.session() as session:
            battle = session.get_one(Battle, battle_id)
        preferred = {Choice.LEFT: battle.left_model, Choice.RIGHT: battle.right_model}.get(choice)
        return Reveal(left=battle.left_model, right=battle.right_model, choice=choice, preferred=preferred)


def _voted(battle: Battle, vote: Vote) -> VotedBattle:
    return VotedBattle(
        id=battle.id,
        voted=vote.created,
        messages=battle.messages,
        left=Party(battle.left_model, battle.left_digest, battle.left_answer),
        right=Party(battle.right_model, battle.right_digest, battle.right_answer),
        blind=battle.blind,
        choice=Choice(vote.choice),
    )


def _checked_conversation(messages: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    if not messages or messages[-1]["role"] != "user":
        raise BadInput("A battle needs a conversation that ends with the customer's message.")
    earlier = [{"role": turn["role"], "content": _storable(turn["content"])} for turn in messages[:-1]]
    return [*earlier, {"role": "user", "content": check_prompt(messages[-1]["content"])}]


def _no_such_battle(battle_id: str) -> NotFound:
    return NotFound(f"There is no battle {battle_id[:40]!r} to vote on. Ask the question again, then vote.")


def _as_choice(choice: Choice | str) -> Choice:
    try:
        return Choice(choice)
    except ValueError as error:
        allowed = ", ".join(Choice)
        raise BadInput(f"{choice!r} is no vote. Choose one of: {allowed}.") from error


def _storable(text: str) -> str:
    """Without NUL, which PostgreSQL refuses, and with U+FFFD for half surrogate pairs, which UTF-8 can't carry."""
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")

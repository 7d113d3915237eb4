"""Votes as preference rows, in the conversational format of TRL (https://huggingface.co/docs/trl/dataset_formats).

    dpo   {"prompt": [messages], "chosen": [message], "rejected": [message], ...}     one row a decisive vote
    kto   {"prompt": [messages], "completion": [message], "label": bool, ...}         two rows a decisive or both-bad vote

Every row keeps its origin: the battle, the time of the vote, and which weights said what. A tie says nothing about either
answer and is left out; both-bad is two negatives for KTO and nothing for DPO. Prompts that stand in a question set are left
out, because a model trained on them could no longer be measured by them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from studio.arena.battles import Arena, Choice, Party, VotedBattle
from studio.scoring.normalise import PAUSE, STOP, tokens
from studio.workspace.files import write_text_atomically

Row = dict[str, Any]


class PreferenceFormat(StrEnum):
    """What the rows are for."""

    DPO = "dpo"
    KTO = "kto"


@dataclass(frozen=True)
class PreferenceExport:
    """What was written, and how many votes were left out for which reason."""

    path: Path
    rows: int
    ties: int
    both_bad: int
    same_answer: int
    in_question_set: int


def export_preferences(
    arena: Arena,
    path: Path,
    *,
    preference_format: PreferenceFormat = PreferenceFormat.DPO,
    questions: Iterable[str] = (),
) -> PreferenceExport:
    """Write the votes as JSONL. The file appears complete or not at all; without a usable vote it is empty.

    Args:
        arena: the votes.
        path: where to write.
        preference_format: pairs for DPO, or single labelled answers for KTO.
        questions: the questions of all question sets, normalised or as written; a prompt that is one of them, whatever
            its case, punctuation and spacing, is left out.
    """
    measured = {_key(question) for question in questions}
    rows: list[Row] = []
    left_out = dict.fromkeys(("ties", "both_bad", "same_answer", "in_question_set"), 0)
    for battle in arena.voted_battles():
        reason = _why_left_out(battle, preference_format, measured)
        if reason:
            left_out[reason] += 1
        else:
            rows.extend(_dpo_rows(battle) if preference_format is PreferenceFormat.DPO else _kto_rows(battle))
    write_text_atomically(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return PreferenceExport(path=path, rows=len(rows), **left_out)


def _why_left_out(battle: VotedBattle, preference_format: PreferenceFormat, measured: set[str]) -> str | None:
    if _key(battle.messages[-1]["content"]) in measured:
        return "in_question_set"
    if battle.choice is Choice.TIE:
        return "ties"
    if battle.choice is Choice.BOTH_BAD:
        return "both_bad" if preference_format is PreferenceFormat.DPO else None
    return "same_answer" if battle.left.answer == battle.right.answer else None


def _dpo_rows(battle: VotedBattle) -> Iterator[Row]:
    chosen, rejected = battle.preferred, battle.other
    if chosen and rejected:
        yield {
            "prompt": list(battle.messages),
            "chosen": _reply(chosen),
            "rejected": _reply(rejected),
            **_origin(battle),
            "chosen_model": chosen.model,
            "chosen_digest": chosen.digest,
            "rejected_model": rejected.model,
            "rejected_digest": rejected.digest,
        }


def _kto_rows(battle: VotedBattle) -> Iterator[Row]:
    for party in (battle.left, battle.right):
        yield {
            "prompt": list(battle.messages),
            "completion": _reply(party),
            "label": party is battle.preferred,
            **_origin(battle),
            "model": party.model,
            "digest": party.digest,
        }


def _reply(party: Party) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": party.answer}]


def _origin(battle: VotedBattle) -> Row:
    return {"battle": battle.id, "voted": battle.voted.isoformat(), "blind": battle.blind}


def _key(question: str) -> str:
    return " ".join(token for token in tokens(question) if token not in (STOP, PAUSE))

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from studio.arena.battles import Arena, Choice
from studio.arena.preference import PreferenceFormat, export_preferences


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_decisive_vote_becomes_one_dpo_row_with_its_origin(arena: Arena, keep: Callable[..., str], tmp_path: Path) -> None:
    battle_id = keep("Wo ist mein Päckchen?", base="Keine Ahnung.", tuned="In 3 Tagen.", swapped=True)
    arena.vote(battle_id, Choice.LEFT)
    export_preferences(arena, tmp_path / "dpo.jsonl")
    (row,) = rows_of(tmp_path / "dpo.jsonl")
    assert row["prompt"] == [{"role": "user", "content": "Wo ist mein Päckchen?"}]
    assert row["chosen"] == [{"role": "assistant", "content": "In 3 Tagen."}]
    assert row["rejected"] == [{"role": "assistant", "content": "Keine Ahnung."}]
    assert (row["battle"], row["chosen_model"], row["rejected_model"]) == (battle_id, "sft-1", "base")
    assert (row["chosen_digest"], row["rejected_digest"]) == ("b" * 64, "a" * 64)
    assert datetime.fromisoformat(row["voted"]).utcoffset() is not None


def test_dpo_leaves_out_ties_both_bad_and_equal_answers_and_says_so(
    arena: Arena, keep: Callable[..., str], tmp_path: Path
) -> None:
    for choice in (Choice.TIE, Choice.BOTH_BAD, Choice.BOTH_BAD, Choice.RIGHT):
        arena.vote(keep(), choice)
    arena.vote(keep(base="Same.", tuned="Same."), Choice.LEFT)
    keep()  # nobody voted on this one
    export = export_preferences(arena, tmp_path / "dpo.jsonl")
    assert (export.rows, export.ties, export.both_bad, export.same_answer) == (1, 1, 2, 1)
    assert len(rows_of(export.path)) == 1


def test_both_bad_is_two_negatives_for_kto(arena: Arena, keep: Callable[..., str], tmp_path: Path) -> None:
    arena.vote(keep(), Choice.BOTH_BAD)
    export = export_preferences(arena, tmp_path / "kto.jsonl", preference_format=PreferenceFormat.KTO)
    rows = rows_of(export.path)
    assert [row["label"] for row in rows] == [False, False]
    assert {row["completion"][0]["content"] for row in rows} == {"I do not know.", "It arrives within 3 days."}


def test_a_decisive_vote_is_a_positive_and_a_negative_for_kto(arena: Arena, keep: Callable[..., str], tmp_path: Path) -> None:
    arena.vote(keep(), Choice.RIGHT)
    arena.vote(keep(), Choice.TIE)
    export = export_preferences(arena, tmp_path / "kto.jsonl", preference_format=PreferenceFormat.KTO)
    labels = {row["model"]: (row["label"], row["digest"]) for row in rows_of(export.path)}
    assert labels == {"base": (False, "a" * 64), "sft-1": (True, "b" * 64)}
    assert (export.rows, export.ties) == (2, 1)


@pytest.mark.parametrize("preference_format", list(PreferenceFormat))
def test_prompts_of_a_question_set_are_left_out_however_they_are_written(
    arena: Arena, keep: Callable[..., str], tmp_path: Path, preference_format: PreferenceFormat
) -> None:
    arena.vote(keep("WHERE  is my parcel"), Choice.RIGHT)
    arena.vote(keep("Where is my other parcel?"), Choice.RIGHT)
    export = export_preferences(
        arena, tmp_path / "rows.jsonl", preference_format=preference_format, questions={"Where is my parcel?"}
    )
    assert export.in_question_set == 1
    assert {row["prompt"][-1]["content"] for row in rows_of(export.path)} == {"Where is my other parcel?"}


def test_without_votes_the_file_is_empty(arena: Arena, tmp_path: Path) -> None:
    assert export_preferences(arena, tmp_path / "dpo.jsonl").rows == 0
    assert (tmp_path / "dpo.jsonl").read_text() == ""

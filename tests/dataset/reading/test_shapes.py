"""Conversations, preferences and verdicts as rows; and which shape a file is taken for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio.dataset.reading.problems import Problem
from studio.dataset.reading.shapes import ALPACA, Columns, chosen_columns
from studio.dataset.reading.smalltalk import RULES, rule_of
from studio.errors import BadInput
from studio.workspace.datasets import Row
from tests.support import read_file


def read(tmp_path: Path, *values: Any) -> list[Row | Problem]:
    (tmp_path / "rows.json").write_text(json.dumps(list(values)))
    return read_file(tmp_path / "rows.json")


def spoken(finding: Row | Problem) -> list[tuple[str, str]]:
    assert isinstance(finding, Row), finding
    return [(turn["role"], turn["content"]) for turn in finding.messages]


ASKED, TOLD = ("user", "Where is it?"), ("assistant", "At the depot.")


@pytest.mark.parametrize(
    "record",
    [
        {"conversations": [{"from": "human", "value": ASKED[1]}, {"from": "gpt", "value": TOLD[1]}]},
        {"messages": [{"role": "user", "content": ASKED[1]}, {"role": "assistant", "content": TOLD[1]}]},
        {
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": ASKED[1]}]},
                {"role": "assistant", "content": TOLD[1]},
            ]
        },
        {"turns": [{"speaker": "USER", "utterance": ASKED[1]}, {"speaker": "SYSTEM", "utterance": TOLD[1]}]},
        {"dialogue": [["customer", ASKED[1]], ["action", "looked it up"], ["agent", TOLD[1]]]},
        {"chat": [{"author": "Visitor", "body": ASKED[1]}, {"author": "Operator", "body": TOLD[1]}]},
        {"prompt": ASKED[1], "completion": TOLD[1]},
        {"question": ASKED[1], "output": TOLD[1]},
        {"Customer message": ASKED[1], "Agent reply": TOLD[1], "Date": "Monday"},
        {"问题": ASKED[1], "回答": TOLD[1]},
    ],
)
def test_the_same_conversation_in_every_form(tmp_path: Path, record: dict[str, Any]) -> None:
    (row,) = read(tmp_path, record)
    assert spoken(row) == [ASKED, TOLD]


def test_turns_of_one_speaker_are_joined_and_the_conversation_ends_with_an_answer(tmp_path: Path) -> None:
    turns = [("agent", "Hi!"), ("customer", "Hello."), ("customer", "My lamp is broken."), ("agent", "One moment please."),
             ("agent", "We send a new one."), ("customer", "Is it free?"), ("agent", "Yes."), ("agent", "Anything else?"),
             ("customer", "No thanks, bye!"), ("agent", "Have a nice day!")]  # fmt: skip
    (row,) = read(tmp_path, {"turns": [{"speaker": who, "text": said} for who, said in turns]})
    assert spoken(row) == [
        ("user", "My lamp is broken."),
        ("assistant", "We send a new one."),
        ("user", "Is it free?"),
        ("assistant", "Yes."),
    ]


def test_small_talk_is_left_out_of_chat_logs_only(tmp_path: Path) -> None:
    turns = [{"from": "human", "value": "Hello!"}, {"from": "gpt", "value": "Hi, how can I help you?"}]
    (row,) = read(tmp_path, {"conversations": turns})
    assert spoken(row) == [("user", "Hello!"), ("assistant", "Hi, how can I help you?")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hi there!", "greeting"),
        ("Good morning. How can I help you today?", "greeting"),
        ("ok, one moment please...", "waiting"),
        ("No thanks, bye!", "thanks"),
        ("Thanks so much!", "thanks"),
        ("You're welcome. Have a great day!", "thanks"),
        ("Is there anything else I can help you with today?", "closing"),
        ("Anna has joined the chat", "notice"),
    ],
)
def test_small_talk_falls_under_a_rule(text: str, name: str) -> None:
    rule = rule_of(text)
    assert rule is not None and rule.name in {name, "waiting"}
    assert all(rule.sentence for rule in RULES)


@pytest.mark.parametrize(
    "text",
    [
        "Yes.",
        "No",
        "Hi, where is my parcel?",
        "Thanks, but the refund is still missing.",
        "Is there anything else I need to pay?",
        "No. 4711",
        "Have a spare part?",
        "",
    ],
)
def test_whatever_says_more_stays(text: str) -> None:
    assert rule_of(text) is None


def test_an_unknown_speaker_a_picture_and_a_question_without_answer_are_problems_of_their_row(tmp_path: Path) -> None:
    good = {"messages": [{"role": "user", "content": "Q?"}, {"role": "assistant", "content": "A."}]}
    stranger = {"messages": [{"role": "user", "content": "Q?"}, {"role": "narrator", "content": "..."}]}
    picture = {
        "messages": [
            {"role": "user", "content": [{"type": "image_url", "image_url": "x"}]},
            {"role": "assistant", "content": "A."},
        ]
    }
    unanswered = {"messages": [{"role": "user", "content": "Q?"}]}
    found = read(tmp_path, good, stranger, picture, unanswered)
    assert [item.kind if isinstance(item, Problem) else "row" for item in found] == [
        "row",
        "unknown_speaker",
        "not_text",
        "no_answer",
    ]


def test_preference_pairs_in_the_forms_of_trl_and_llama_factory(tmp_path: Path) -> None:
    trl = {"prompt": [{"role": "user", "content": "Q?"}], "chosen": [{"role": "assistant", "content": "Yes."}], "rejected": [{"role": "assistant", "content": "No."}]}  # fmt: skip
    (row,) = read(tmp_path, trl)
    assert isinstance(row, Row)
    assert (row.question, row.answer, row.rejected) == ("Q?", "Yes.", "No.")
    plain = {"question": "Q?", "chosen": "Yes.", "rejected": "Yes."}
    same, good = read(tmp_path, plain, {**plain, "rejected": "No."})
    assert isinstance(same, Problem) and same.kind == "same_answer"
    assert isinstance(good, Row) and good.rejected == "No."


def test_an_answer_with_a_verdict_keeps_it(tmp_path: Path) -> None:
    good, bad, unknown = read(
        tmp_path,
        {"prompt": "Q?", "completion": "A.", "label": True},
        {"prompt": "Q?", "completion": "B.", "label": False},
        {"prompt": "Q?", "completion": "C.", "label": "maybe"},
    )
    assert isinstance(good, Row) and good.label is True
    assert isinstance(bad, Row) and bad.label is False
    assert isinstance(unknown, Problem) and unknown.kind == "no_label"


def test_a_person_may_say_which_columns_hold_what() -> None:
    assert chosen_columns(None, "") is None
    assert chosen_columns("instruction", "output") == ALPACA
    assert chosen_columns("q", "a") == Columns("q", None, "a", "system", None)
    with pytest.raises(BadInput, match="Say both"):
        chosen_columns("q", None)
    with pytest.raises(BadInput, match="can't both be in 'q'"):
        chosen_columns("q", "q")

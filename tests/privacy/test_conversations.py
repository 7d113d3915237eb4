"""Placeholders stay the same within a conversation."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.privacy import redact_conversation


def said(*turns: tuple[str, str]) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in turns]


def contents(*turns: tuple[str, str]) -> list[str]:
    return [message["content"] for message in redact_conversation(said(*turns))[0]]


def test_the_same_thing_has_the_same_number_in_all_turns_and_kinds_count_apart() -> None:
    assert contents(
        ("user", "I am tom@inbox.example, not ann@inbox.example. Order 44782109?"),
        ("assistant", "Order 44782109 of TOM@inbox.example was sent."),
        ("user", "And order 44990021? Call 0176 55512348 or 0176-555 12348."),
    ) == [
        "I am [e-mail 1], not [e-mail 2]. Order [order number 1]?",
        "Order [order number 1] of [e-mail 1] was sent.",
        "And order [order number 2]? Call [phone number 1] or [phone number 1].",
    ]


def test_every_conversation_counts_from_one() -> None:
    assert contents(("user", "a@inbox.example")) == contents(("user", "b@inbox.example")) == ["[e-mail 1]"]


def test_an_answer_may_name_the_company_s_own_hotline_and_mailbox_but_no_person_s() -> None:
    for answer in (
        "Call 0800 123 4567 or 1-800-555-0199.",
        "Write to support@shop.example.",
        "Our hotline is 030 1234567.",
        "客服热线400-123-4567",
    ):
        assert contents(("user", "How?"), ("assistant", answer))[1] == answer
    assert contents(("user", "How?"), ("assistant", "Write to anna.lee@shop.example or call 030 1234567."))[1] == (
        "Write to [e-mail 1] or call [phone number 1]."
    )
    assert contents(("user", "I am support@shop.example")) == ["I am [e-mail 1]"], "a customer's address is a customer's"


def test_what_was_found_is_returned_as_often_as_it_stood_there_and_the_messages_are_not_changed() -> None:
    messages = said(("user", "a@inbox.example"), ("assistant", "a@inbox.example, yes."))
    redacted, found = redact_conversation(messages)
    assert [(one.kind, one.original) for one in found] == [("e-mail", "a@inbox.example")] * 2
    assert messages[0]["content"] == "a@inbox.example" and redacted[0]["role"] == "user"


@given(st.lists(st.text(alphabet="ab1 @.+-()e:order#0", max_size=80), max_size=4))
def test_redacting_twice_changes_nothing_more(texts: list[str]) -> None:
    once, _ = redact_conversation([{"role": "user", "content": text} for text in texts])
    assert redact_conversation(once) == (once, ())

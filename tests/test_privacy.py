from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.privacy import is_card_number, is_iban, redact


@pytest.mark.parametrize(
    "fact",
    [
        "A refund takes 7 working days.",
        "It costs 25 USD, or 1,250,000 points, or 1 250 000 EUR.",
        "Since 2026-10-12, from 09:30 to 17:00, until 12.10.2026 or 12-10-2026.",
        "Between 2026-10-12 and 2026-10-20 in the season 2025-2026; file 20261012.",
        "Call 1 800 from your mobile, or 116 123.",
        "Qwen2-7B-Instruct, SmolLM2-135M-Instruct and gpt-4o-2026-08-06 were measured.",
        "Version 10.15.7.1901 runs at 192.168.100.200, ratio 0.12345678.",
        "Order 12345678 and order AB-1234567, flight LH 204.",
        "$1 250 000 000 or 100 000 000 miles",
        "Steps 1 2 3 4 5 6 7 8 9",
        "Your password needs at least 12 characters; the token is expired.",
        "Digest 3f786850e387550fdab836ed7e6dc881de23001b",
        "Read https://example.com/help/refunds and choose and/or 24/7.",
        "",
    ],
)
def test_ordinary_facts_stay_as_they_are(fact: str) -> None:
    assert redact(fact).text == fact
    assert redact(fact).found == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to jo.doe+x@mail.example.co.uk.", "Write to [e-mail]."),
        ("josé.garcía@correo.es", "[e-mail]"),
        ("客服zhang@example.com。", "客服[e-mail]。"),
        ("+49 (0)30 1234567", "[phone number]"),
        ("Reach us at 1 800 555 0199.", "Reach us at [phone number]."),
        ("call 555-0199 today", "call [phone number] today"),
        ("(030) 123 45 67 or 01.23.45.67.89", "[phone number] or [phone number]"),
        ("415.555.0199, 612 345 678", "[phone number], [phone number]"),
        ("请致电13812345678。", "请致电[phone number]。"),
        ("on 2026-10-12 415 555 0199", "on 2026-10-12 [phone number]"),
        ("Card 4111 1111 1111 1111 12/27", "Card [payment card] 12/27"),
        ("4111-1111-1111-1111 123", "[payment card] 123"),
        ("378282246310005", "[payment card]"),
        ("DE89 3704 0044 0532 0130 00 is mine", "[IBAN] is mine"),
        ("GB82WEST12345698765432", "[IBAN]"),
        ("key sk-proj-abcdefghijklmnop1234", "key [secret]"),
        ("hf_abcdefghijklmnopqrstuvwx", "[secret]"),
        ("password: hunter2hunter2", "password: [secret]"),
        ("Authorization: Bearer abc123def456ghi", "Authorization: Bearer [secret]"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijk", "[secret]"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY----- end", "[secret] end"),
    ],
)
def test_personal_data_and_secrets_are_replaced(text: str, expected: str) -> None:
    assert redact(text).text == expected


def test_what_was_taken_is_returned_so_that_a_preview_can_show_and_count_it() -> None:
    found = redact("a@example.com, b@example.com, +49 30 1234567").found
    assert [(one.kind, one.original) for one in found] == [
        ("e-mail", "a@example.com"),
        ("e-mail", "b@example.com"),
        ("phone number", "+49 30 1234567"),
    ]


def test_file_paths_are_replaced_only_on_request() -> None:
    text = r"OSError: /home/ann/models/x.safetensors, C:\Users\Ann Lee\x.bin"
    assert redact(text).text == text
    assert redact(text, paths=True).text == "OSError: [path], [path]"


@pytest.mark.parametrize("number", ["4111 1111 1111 1112", "0000 0000 0000 0000", "411111111111"])
def test_a_number_without_a_card_s_length_and_check_digit_is_no_card(number: str) -> None:
    assert not is_card_number(number)


def test_an_iban_with_a_wrong_check_digit_is_none() -> None:
    assert is_iban("DE89 3704 0044 0532 0130 00")
    assert not is_iban("DE88 3704 0044 0532 0130 00")


@given(st.text(alphabet="ab1 @.+-()/[]e,:$é中0", max_size=200))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text, paths=True).text
    assert redact(once, paths=True).text == once


@pytest.mark.timeout(5)
@pytest.mark.parametrize("unit", ["a.", "1 ", "1", "+", "a@", "AA11 ", "/a", "-", "call ", "C:\\a b"])
def test_long_hostile_texts_are_redacted_in_good_time(unit: str) -> None:
    redact(unit * (20_000 // len(unit)), paths=True)

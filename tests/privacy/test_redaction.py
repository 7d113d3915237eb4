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
        "Flight LH 204, gate B42, seat 14C; order 25000 leaflets or 66 more.",
        "The order number has ten digits, for example 4400000000; a booking code looks like ABC123.",
        "Serial number 4532015112830366, EAN 4006381333931, ISBN 978-3-16-148410-0.",
        "The minimum order is 15000 yen, and 104857600 bytes are 100 MB.",
        "355909190063 - 746 = 355909189317",
        "Your password is case sensitive; the default password is printed below.",
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
        ("Order 12345678 and order AB-1234567", "Order [order number] and order [order number]"),
        ("orders 8834501277 and 8834501299", "orders [order number] and [order number]"),
        ("Bestellnummer: 302-8841290", "Bestellnummer: [order number]"),
        ("订单号 202610098812345", "订单号 [order number]"),
        ("my booking reference is QX7RTM", "my booking reference is [booking reference]"),
        ("Kundennummer 88120456", "Kundennummer [customer number]"),
        ("passport no. C01X00T47", "passport no. [passport number]"),
        ("Meine Steuer-ID lautet 86 095 742 719.", "Meine Steuer-ID lautet [ID number]."),
        ("身份证 11010519491231002X", "身份证 [ID number]"),
        ("536-22-8791, 12345678Z, X1234567L, AB123456C", "[ID number], [ID number], [ID number], [ID number]"),
        ("RSSMRA85T10A562S or 529.982.247-25 or 1 85 05 78 006 084 91", "[ID number] or [ID number] or [ID number]"),
        ("parcels RR123456785DE, 1Z999AA10123456784", "parcels [tracking number], [tracking number]"),
        ("AKIAIOSFODNN7EXAMPLE", "[secret]"),
        ("password is sunshine, help", "password is [secret], help"),
        ("密码是 abc12345", "密码是 [secret]"),
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


@pytest.mark.parametrize("number", ["110105194912310021", "12345678A", "X1234567A", "529.982.247-26", "RR123456784DE"])
def test_an_identity_number_with_a_wrong_check_digit_is_none(number: str) -> None:
    assert "ID number" not in redact(f"the code {number} stays").text and "tracking" not in redact(number).text


@given(st.text(alphabet="ab1 @.+-()/[]e,:$é中0", max_size=200))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text, paths=True).text
    assert redact(once, paths=True).text == once


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "unit",
    [
        "a.",
        "1 ",
        "order ",
        "order 1-",
        "id is ",
        "number ",
        "passport 1 ",
        "our 0800 ",
        "password ",
        "AB12",
        "1",
        "+",
        "a@",
        "AA11 ",
        "/a",
        "-",
        "call ",
        "C:\\a b",
    ],
)
def test_long_hostile_texts_are_redacted_in_good_time(unit: str) -> None:
    redact(unit * (20_000 // len(unit)), paths=True)

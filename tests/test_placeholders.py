"""Placeholders are found however they are written, and filling leaves none behind."""

from __future__ import annotations

import pytest

from studio.errors import BadInput
from studio.placeholders import Unfilled, fill, parse_values, placeholders


def test_names_are_read_without_case_and_blanks() -> None:
    assert fill("{{name}}, {{ NAME }} and {{Name}}", {"name": "Nova"}) == "Nova, Nova and Nova"


def test_a_placeholder_without_a_value_is_never_left_in_silence() -> None:
    with pytest.raises(Unfilled, match=r"\{\{city\}\}"):
        fill("{{name}} of {{city}}", {"name": "Nova"})


def test_a_value_is_text_and_is_not_filled_again() -> None:
    assert fill("{{name}}", {"name": r"\1 {{author}}", "author": "X"}) == r"\1 {{author}}"


@pytest.mark.parametrize("written", ["{name}", "${name}", "<NAME>", "{{name}}", "{{ Name }}"])
def test_other_ways_of_writing_are_found_where_they_are_looked_for(written: str) -> None:
    assert placeholders(f"I am {written}.", loose=True) == {"name": written}
    assert fill(f"I am {written}.", {"name": "Nova"}, loose=True) == "I am Nova."


@pytest.mark.parametrize("text", ["if a < B and c > d", "{1, 2}", "<b>bold</b>", "a {key: value} pair", "x <- y", "{}"])
def test_what_is_no_placeholder_stays(text: str) -> None:
    assert placeholders(text, loose=True) == {} and fill(text, {}, loose=True) == text


def test_single_braces_stay_where_only_double_ones_count() -> None:
    assert fill("{order} <ID> {{name}}", {"name": "Nova"}) == "{order} <ID> Nova"


@pytest.mark.parametrize("torn", ["I am {{name}.", "I am name}}.", "{{ {{"])
def test_a_torn_placeholder_is_found_and_can_not_be_filled(torn: str) -> None:
    with pytest.raises(Unfilled):
        fill(torn, {"name": "Nova"}, loose=True)


def test_values_are_read_from_lines_and_empty_ones_are_not_there_yet() -> None:
    assert parse_values(["name=Nova", " Company = Acme = Air ", "", "city ="]) == {"name": "Nova", "company": "Acme = Air"}


@pytest.mark.parametrize("line", ["Nova", "=Nova", "{{=x", "name={{author}}"])
def test_a_line_that_is_no_value_is_refused(line: str) -> None:
    with pytest.raises(BadInput):
        parse_values([line])

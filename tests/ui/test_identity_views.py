"""What the Brand identity page says."""

from __future__ import annotations

from html import unescape

from studio.dataset.identity.rendering import Leftover, Rendered
from studio.dataset.importing.file import ImportResult
from studio.dataset.reading.problems import Problem
from studio.ui.views import data as data_view
from studio.ui.views import identity as view
from studio.workspace.clock import timestamp
from studio.workspace.datasets import Manifest
from tests.support import make_rows

ROWS = make_rows(6, 4)
SAVED = Manifest("identity-1", "identity of <b>", "0" * 64, 24, timestamp(), "brand identity")


def test_the_preview_counts_all_rows_and_shows_some_from_first_to_last() -> None:
    shown = view.preview_html(Rendered(ROWS))
    assert "24 rows" in shown and shown.count("<article") == 6
    assert view.spread(ROWS, 6)[0] == ROWS[0] and view.spread(ROWS, 100) == ROWS
    assert 'role="alert"' not in shown


def test_a_leftover_placeholder_is_an_alert_that_names_row_and_placeholder() -> None:
    shown = unescape(view.preview_html(Rendered(ROWS, leftovers=[Leftover(3, "city", "{{city}}")])))
    assert 'role="alert"' in shown and "Row 4 still holds the placeholder {{city}}" in shown


def test_left_out_rows_are_listed_and_markup_is_text() -> None:
    problems = [Problem(row, "never_say", f"<script>{row}") for row in range(14)]
    shown = view.preview_html(Rendered(ROWS, problems))
    assert "14 rows left out" in shown and "and 4 more" in shown and "<script>" not in shown


def test_the_field_for_other_placeholders_keeps_what_was_typed_and_asks_for_the_rest() -> None:
    assert view.other_placeholders("", {"city": 2, "role": 1}) == "city = \nrole = "
    assert view.other_placeholders("City = Porto\n", {"role": 1}) == "City = Porto\nrole = "
    once = view.other_placeholders("", {"city": 1})
    assert view.other_placeholders(once, {"city": 1}) == once, "or the field would change for ever"


def test_what_was_saved_opens_on_the_data_page_with_a_hint_to_mix_it() -> None:
    shown = view.saved_html(ImportResult(SAVED, 24, ()))
    assert 'href="data?dataset=identity-1"' in shown and "mix it with your support answers" in shown and "<b>" not in shown
    assert "mix it with your support answers" in data_view.facts_html(SAVED)

"""What the check found, as the page shows it: what blocks by shape and word, text from data escaped, what was not looked at said."""

from __future__ import annotations

from studio.training.preflight.findings import Preflight, error, warning
from studio.ui.text.train_check import CHECK_WORDS
from studio.ui.views.train_check import check_html


def test_errors_and_warnings_are_told_apart_by_word_and_mark() -> None:
    html = check_html(
        Preflight([error("disk", "The disk is full."), warning("cut_rows", "3 rows are cut.")], ["disk", "cut_rows"])
    )
    assert "can&#x27;t start" in html
    assert '<strong class="failed">Blocks.</strong> The disk is full.' in html
    assert "<strong>Warning.</strong> 3 rows are cut." in html


def test_nothing_found_is_said_with_what_was_looked_at() -> None:
    html = check_html(Preflight([], ["disk", "end_of_turn"]))
    assert 'class="passed"' in html and "Checked: disk, end of turn learned." in html and "<ul" not in html


def test_what_was_left_out_is_grouped_by_its_reason() -> None:
    html = check_html(Preflight([], ["disk"], [("memory", "the device was not asked"), ("dtype", "the device was not asked")]))
    assert html.count("the device was not asked") == 1 and "memory for the model, number format" in html


def test_what_comes_from_the_data_is_escaped() -> None:
    assert "<script>" not in check_html(Preflight([error("placeholders", "{{<script>}}")], []))


def test_every_check_has_words() -> None:
    from studio.training.preflight import device, lengths, resources, rows

    names = {
        value
        for module in (device, lengths, resources, rows)
        for name, value in vars(module).items()
        if name.isupper() and not name.startswith("_") and isinstance(value, str)
    }
    assert names == set(CHECK_WORDS)

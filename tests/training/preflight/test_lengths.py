"""Rows that teach nothing and rows that lose their end are counted, and the max_length that would mend it is right."""

from __future__ import annotations

from dataclasses import dataclass, field

from studio.training.preflight.findings import Level
from studio.training.preflight.lengths import check_context, check_cut_rows, check_trained_tokens, keeping


@dataclass
class Counted:
    tokens: list[int]
    trained: list[int] = field(default_factory=list)
    before: list[int] = field(default_factory=list)


def rows(*lengths: int, before: int = 20) -> Counted:
    return Counted(list(lengths), [max(0, length - before) for length in lengths], [before] * len(lengths))


def test_rows_that_fit_and_answer_are_no_finding() -> None:
    assert (
        check_trained_tokens(rows(40, 50), 64, of=2)
        == check_cut_rows(rows(40, 64), 64)
        == check_context(rows(40), 64, 2048)
        == []
    )


def test_rows_whose_question_fills_them_are_counted_and_named() -> None:
    counted = Counted([100, 40, 100, 300], [10, 10, 10, 10], [80, 20, 90, 290])
    (found,) = check_trained_tokens(counted, 64, of=4)
    assert found.level is Level.WARNING
    assert found.sentence.startswith("3 of 4 rows (75.0%) (rows 1, 3, 4) have no token to learn within 64 tokens")
    assert "max_length above 290" in found.sentence
    assert check_trained_tokens(counted, 291, of=4) == []


def test_rows_are_not_named_where_the_count_is_not_that_of_the_data_page() -> None:
    (found,) = check_trained_tokens(Counted([100, 40], [10, 10], [80, 20]), 64, of=5)
    assert "1 of 2 rows (50.0%) have no token" in found.sentence and "row 1" not in found.sentence


def test_rows_without_an_answer_are_told_apart_from_those_that_are_cut() -> None:
    (found,) = check_trained_tokens(Counted([40, 40], [0, 10], [0, 20]), 64, of=2)
    assert "1 of 2 rows (50.0%) (row 1) have no answer" in found.sentence


def test_a_dataset_with_nothing_to_learn_is_an_error_with_the_length_that_mends_it() -> None:
    (found,) = check_trained_tokens(Counted([100, 200], [10, 10], [90, 190]), 64, of=2)
    assert found.level is Level.ERROR and "Set max_length to 200" in found.sentence
    (unanswered,) = check_trained_tokens(Counted([40], [0], [0]), 64, of=1)
    assert unanswered.level is Level.ERROR and "answers" in unanswered.sentence


def test_cut_rows_come_with_their_share_and_what_would_keep_them() -> None:
    counted = rows(*range(101, 201))
    (found,) = check_cut_rows(counted, 180)
    assert found.level is Level.WARNING
    assert "20 of 100 rows (20.0%) are longer than max_length 180" in found.sentence
    assert "199 keeps 99% of them whole, 200 all" in found.sentence
    assert check_cut_rows(counted, 200) == []


def test_where_every_row_is_cut_no_answer_would_end() -> None:
    (found,) = check_cut_rows(rows(100, 120), 64)
    assert found.level is Level.ERROR and "never stop" in found.sentence and "Set max_length to 120" in found.sentence


def test_one_row_over_in_a_thousand_needs_no_other_length() -> None:
    (found,) = check_cut_rows(rows(*[50] * 999, 900), 64)
    assert "1 of 1,000 rows (0.1%)" in found.sentence and "99% of them are whole" in found.sentence


def test_ninety_nine_percent_are_kept_and_not_fewer() -> None:
    lengths = list(range(1, 301))
    assert sum(length <= keeping(lengths) for length in lengths) == 297
    assert keeping([]) == 0 and keeping([7]) == 7


def test_rows_beyond_what_the_model_was_made_for_are_said() -> None:
    (found,) = check_context(rows(5000), 8192, 2048)
    assert found.level is Level.WARNING and "2,048" in found.sentence
    assert check_context(rows(5000), 1024, 2048) == check_context(rows(5000), 8192, None) == []

"""Intervals and tests against published values."""

from __future__ import annotations

import pytest

from studio.evaluation.statistics import family_bootstrap, mcnemar_p, wilson_interval


def test_wilson_at_the_story_to_beat() -> None:
    low, high = wilson_interval(260, 280)
    assert (round(low, 3), round(high, 3)) == (0.892, 0.953)


@pytest.mark.parametrize(("passed", "items"), [(0, 10), (10, 10), (0, 0)])
def test_wilson_stays_inside_0_and_1(passed: int, items: int) -> None:
    low, high = wilson_interval(passed, items)
    assert 0.0 <= low <= high <= 1.0


def test_two_broken_need_ten_fixed_to_be_significant() -> None:
    assert mcnemar_p(10, 2) < 0.05 < mcnemar_p(9, 2)


def test_no_difference_is_no_evidence() -> None:
    assert mcnemar_p(0, 0) == 1.0
    assert mcnemar_p(5, 5) == 1.0


def test_families_that_fall_together_widen_the_interval() -> None:
    passed = [index % 2 == 0 for index in range(40)]
    apart = family_bootstrap([str(index) for index in range(40)], passed)
    together = family_bootstrap([str(index // 8) for index in range(40)], [index // 8 % 2 == 0 for index in range(40)])
    assert together[1] - together[0] > 1.5 * (apart[1] - apart[0])


def test_the_bootstrap_repeats_itself() -> None:
    families, passed = ["a", "a", "b", "c"], [True, False, True, True]
    assert family_bootstrap(families, passed) == family_bootstrap(families, passed)

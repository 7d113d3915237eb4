"""Which of two validations is the better, and what a run's events say of them."""

from __future__ import annotations

import math

import pytest

from studio.evaluation.statistics import wilson_interval
from studio.training.validation.outcome import Outcome, best_step
from studio.training.validation.told import validations_of
from studio.workspace.history import Metrics


def test_more_right_answers_are_better_whatever_the_loss() -> None:
    assert Outcome(9, 10, loss=2.0).better_than(Outcome(8, 10, loss=0.1))
    assert not Outcome(8, 10, loss=0.1).better_than(Outcome(9, 10, loss=2.0))


def test_of_as_many_right_answers_the_lower_loss_is_better() -> None:
    assert Outcome(8, 10, loss=0.5).better_than(Outcome(8, 10, loss=0.6))
    assert not Outcome(8, 10, loss=0.5).better_than(Outcome(8, 10, loss=0.5))
    assert Outcome(8, 10, loss=0.5).better_than(Outcome(7, 10, loss=math.nan))


def test_the_first_of_equals_is_the_best_step() -> None:
    same = Outcome(8, 10, loss=0.5)
    assert best_step({30: same, 10: Outcome(7, 10, loss=0.1), 20: same}) == 20
    assert best_step({}) is None


def test_an_outcome_survives_the_form_in_which_transformers_keeps_it() -> None:
    outcome = Outcome(8, 10, loss=0.5, seconds=1.25)
    assert Outcome.of(outcome.metrics()) == outcome
    assert outcome.metrics()["eval_accuracy"] == 0.8 and outcome.perplexity == pytest.approx(math.e**0.5)


@pytest.mark.parametrize(("passed", "items"), [(0, 32), (17, 32), (32, 32), (1, 1)])
def test_the_interval_is_the_one_of_the_reports(passed: int, items: int) -> None:
    assert Outcome(passed, items, loss=0.0).wilson == pytest.approx(wilson_interval(passed, items), abs=1e-12)


def validated(step: int, passed: int, *, best: int | None = None) -> dict[str, float]:
    marked = {} if best is None else {"best_step": best}
    return {"step": step, "passed": passed, "items": 10, "eval_loss": 1.0, "validation_seconds": 2.0, **marked}


def test_a_run_tells_its_validations_and_its_best() -> None:
    told = validations_of(
        Metrics.of([validated(0, 1), {"step": 5, "loss": 1.0}, validated(10, 8, best=10), validated(20, 7, best=10)])
    )
    assert told is not None
    assert {step: one.passed for step, one in told.outcomes.items()} == {0: 1, 10: 8, 20: 7}
    assert told.best == 10 and told.newest[0] == 20 and told.seconds == 6.0
    best = told.best_json()
    assert best is not None and (best["step"], best["passed"], best["accuracy"]) == (10, 8, 0.8)


def test_what_a_resumed_run_went_back_behind_is_forgotten() -> None:
    events = [validated(10, 6, best=10), validated(20, 9, best=20), {"step": 11, "loss": 1.0}]
    told = validations_of(Metrics.of(events))
    assert told is not None and told.best == 10 and list(told.outcomes) == [10]


def test_a_run_that_validates_nothing_tells_nothing() -> None:
    assert validations_of(Metrics.of([{"step": 1, "loss": 2.0}])) is None

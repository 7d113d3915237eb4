"""What validations take is counted in a training's estimated time."""

from __future__ import annotations

import pytest

from tests.training.estimate.support import estimator, spec

STEPS = {"max_steps": 50}
VALIDATED = {**STEPS, "hold_out_phrasings": 1, "validation_items": 32, "save_steps": 10}


def test_a_training_that_validates_takes_longer_the_more_it_asks_and_the_oftener() -> None:
    plain = estimator().estimate(spec(**STEPS, save_steps=10)).seconds
    some = estimator().estimate(spec(**VALIDATED)).seconds - plain
    assert some > 0
    assert estimator().estimate(spec(**{**VALIDATED, "validation_items": 320})).seconds - plain == pytest.approx(
        10 * some, rel=0.01
    )
    rarely = (
        estimator().estimate(spec(**{**VALIDATED, "save_steps": 50})).seconds
        - estimator().estimate(spec(**STEPS, save_steps=50)).seconds
    )
    assert rarely == pytest.approx(some * 2 / 6), "50 steps: two instead of six, the base model's counted"


def test_without_held_out_phrasings_or_items_nothing_is_added() -> None:
    plain = estimator().estimate(spec(**STEPS, save_steps=10)).seconds
    assert estimator().estimate(spec(**{**VALIDATED, "validation_items": 0})).seconds == plain


def test_fewer_steps_fit_into_the_time_where_it_validates() -> None:
    free = estimator().estimate(spec(num_train_epochs=100.0, max_minutes=0.5, save_steps=10))
    validated = estimator().estimate(
        spec(num_train_epochs=100.0, max_minutes=0.5, **{**VALIDATED, "validation_items": 320, "max_steps": -1})
    )
    assert validated.steps < free.steps
    assert validated.seconds <= free.seconds, "it keeps to the time less well than one that validates nothing"

"""What a training will need, and what it did, as the Train page shows it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.training.estimate.advice import advise, what_if
from studio.training.estimate.estimator import Badge, Estimator
from studio.training.estimate.prediction import Prediction, Predictions
from studio.training.settings.spec import TrainSpec
from studio.ui.text import train_estimate as text
from studio.ui.views.train_estimate import badge_html, estimate_html, outlook_html, parts_html, what_if_html
from tests.training.estimate.support import CPU, GPU, LARGE, estimator, spec


def shown(one: Estimator, wanted: TrainSpec) -> str:
    found = one.estimate(wanted)
    return estimate_html(found, advise(one, found), what_if(one, wanted))


@pytest.mark.parametrize("badge", Badge)
def test_a_badge_is_a_word_and_a_shape(badge: Badge) -> None:
    assert text.BADGES[badge] in badge_html(badge)
    assert len({badge_html(one) for one in Badge}) == len(Badge)


def test_says_what_it_needs_where_and_from_what(workspace: object) -> None:
    html = shown(estimator(), spec())
    assert "Fits" in html and "this CPU, test, 2 cores" in html and "50 steps" in html
    assert "assumed 400 GFLOPS" in html and "Weights" in html and "4 × 1" in html
    assert text.NO_ADVICE not in html and "To make it fit" not in html


def test_a_class_of_gpus_shows_its_reserve_and_no_program(workspace: object) -> None:
    html = shown(estimator(GPU), spec())
    assert "on a GPU with 24 GB" in html and "are kept free for CUDA" in html
    assert "Python, PyTorch" not in html and "Kept rows" not in html


def test_what_does_not_fit_says_what_would() -> None:
    found = estimator(GPU, LARGE).estimate(spec())
    one = estimator(replace(GPU, memory_mb=found.peak_mb * 0.8), LARGE)
    html = shown(one, spec())
    advice = advise(one, one.estimate(spec()))
    assert advice is not None and "To make it fit, set" in html
    assert all(f"<code>{name}</code>" in html for name in advice.changes)
    assert text.NO_ADVICE in shown(estimator(replace(GPU, memory_mb=500), LARGE), spec())


def test_the_parts_that_are_there_add_up() -> None:
    html = parts_html(estimator().estimate(spec(frozen_fraction=0.5)))
    assert html.count("<tr>") == 1 + 8
    assert parts_html(estimator().estimate(spec())).count("<tr>") == 1 + 7, "no rows are kept where no layer is frozen"


def test_the_chosen_settings_stand_out_in_the_table() -> None:
    html = what_if_html(what_if(estimator(), spec(max_length=64, gradient_accumulation_steps=4)))
    assert html.count("<strong>") == 1
    assert "max_length 128, 4 bit" in html and "16 × 1" in html and "1 × 16" in html


def test_what_happened_stands_beside_what_was_foreseen() -> None:
    before = Prediction(steps=100, seconds=60.0, peak_memory_mb=2000.0)
    after = Prediction(steps=100, seconds=90.0, peak_memory_mb=2100.0)
    real = Prediction(steps=100, seconds=100.0, peak_memory_mb=2000.0)
    html = outlook_html(Predictions(before=before, after_10_steps=after), real)
    assert "(−40%)" in html and "(−10%)" in html and "(+5%)" in html and "(+0%)" in html
    assert text.OUTLOOK_HAPPENED in html


def test_before_the_end_only_what_was_foreseen_is_shown() -> None:
    html = outlook_html(Predictions(before=Prediction(steps=3, seconds=60.0, peak_memory_mb=2000.0)), None)
    assert "1 min" in html and "%" not in html and text.OUTLOOK_HAPPENED not in html
    assert outlook_html(None, None) == ""


def test_the_machine_is_escaped() -> None:
    hostile = "<img src=x onerror=alert(1)>"
    assert hostile not in shown(estimator(replace(CPU, title=hostile)), spec())

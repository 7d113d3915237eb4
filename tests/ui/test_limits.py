from __future__ import annotations

import pytest

from studio.errors import NotAllowed
from studio.ui.limits import SlidingWindow


class FakeClock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_a_visitor_is_refused_after_the_limit_and_told_how_long_to_wait(clock: FakeClock) -> None:
    window = SlidingWindow(limit=2, seconds=60, clock=clock)
    window.admit("ann")
    clock.now += 20
    window.admit("ann")
    with pytest.raises(NotAllowed, match=r"2 questions in 60 seconds .* Ask again in 40 seconds\."):
        window.admit("ann")


def test_the_window_slides_so_each_admission_expires_on_its_own(clock: FakeClock) -> None:
    window = SlidingWindow(limit=2, seconds=60, clock=clock)
    window.admit("ann")
    clock.now += 59
    window.admit("ann")
    clock.now += 1
    window.admit("ann")
    with pytest.raises(NotAllowed, match="59 seconds"):
        window.admit("ann")


def test_a_refusal_does_not_prolong_the_wait(clock: FakeClock) -> None:
    window = SlidingWindow(limit=1, seconds=60, clock=clock)
    window.admit("ann")
    for _ in range(5):
        clock.now += 10
        with pytest.raises(NotAllowed):
            window.admit("ann")
    clock.now += 10
    window.admit("ann")


def test_visitors_do_not_use_up_each_others_window(clock: FakeClock) -> None:
    window = SlidingWindow(limit=1, seconds=60, clock=clock)
    window.admit("ann")
    window.admit("bo")


def test_visitors_who_have_left_are_forgotten(clock: FakeClock) -> None:
    window = SlidingWindow(limit=1, seconds=60, clock=clock)
    for number in range(100):
        window.admit(f"visitor-{number}")
    clock.now += 61
    window.admit("ann")
    assert len(window) == 1

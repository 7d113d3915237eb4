"""A hand-over is a promise that a person takes over, nothing less."""

from __future__ import annotations

import pytest

from studio.scoring.handover import hands_over

HANDED_OVER = [
    "I am handing you over to a colleague.",
    "I'm passing you on to a specialist now.",
    "I’m now transferring you to our claims team.",
    "Let me connect you with a human agent.",
    "I'll put you through to someone who can help.",
    "I'd like to hand you over to a colleague from the baggage desk.",
    "I'm going to pass you to a colleague",
    "I'm sorry, Anna. We will hand this conversation over to a person.",
    "I'm escalating this to a human right now",
    "I'm asking a colleague to look at this at once.",
    "I have escalated this to a supervisor.",
    "You are being transferred to an agent.",
    "Your case has been escalated to our fraud team.",
    "A colleague takes over from here.",
    "One of our specialists will call you back within 2 hours.",
    "Please stay in the chat: I am connecting you to a colleague.",
]

KEPT = [
    "",
    "Please contact our support team.",
    "You can contact support by phone, and they will help you.",
    "Hand your bag over to the staff at the desk.",
    "You can transfer your ticket to another person.",
    "We will transfer the refund to your account.",
    "I will not hand you over to a colleague.",
    "I can't transfer you to a colleague.",
    "No colleague takes over.",
    "A colleague will not take over.",
    "I can connect you to an agent.",
    "I will connect you with a specialist if you like.",
    "If that does not work, I will pass you to a specialist.",
]


@pytest.mark.parametrize("answer", HANDED_OVER)
def test_a_promise_that_a_person_takes_over_is_a_handover(answer: str) -> None:
    assert hands_over(answer)


@pytest.mark.parametrize("answer", KEPT)
def test_advice_denials_offers_and_conditions_are_no_handover(answer: str) -> None:
    assert not hands_over(answer)

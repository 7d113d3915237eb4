"""An answer acknowledges a feeling by saying so, not by being polite."""

from __future__ import annotations

import pytest

from studio.scoring.empathy import acknowledgements, acknowledges_feeling

ACKNOWLEDGED = [
    ("I can hear how frightened you are.", "perceived"),
    ("I can’t imagine how hard this must be for you.", "perceived"),
    ("We understand your frustration, and here is what helps.", "perceived"),
    ("I know that you are worried about her.", "perceived"),
    ("I see how much this means to you.", "perceived"),
    ("That must be absolutely exhausting.", "named"),
    ("What you are going through sounds unbearable.", "named"),
    ("Waiting all night for a call is nerve-racking.", "named"),
    ("This is hard to bear.", "named"),
    ("Anyone would be furious after the third time.", "granted"),
    ("No wonder you're upset!", "granted"),
    ("You have every right to be angry.", "granted"),
    ("Your anger is completely fair.", "granted"),
    ("I am so sorry for your loss.", "regretted"),
    ("I'm truly sorry that we let you down.", "regretted"),
    ("I'm so very sorry about your mother.", "regretted"),
    ("My heartfelt condolences to you and your family.", "regretted"),
    ("I'm so glad you told me.", "welcomed"),
    ("Thank you for trusting us with this.", "welcomed"),
    ("You are not alone with this.", "stood by"),
    ("None of this is your fault.", "stood by"),
    ("There is nothing to be ashamed of.", "stood by"),
    ("You need not be embarrassed.", "stood by"),
]

ONLY_POLITE = [
    "",
    "I understand that you want a refund for the trip.",
    "I understand that you want to cancel your late husband's contract.",
    "I see that your order is late.",
    "I'm sorry, but I can't help with that.",
    "We apologise for any inconvenience this may have caused.",
    "Sorry for the inconvenience and the delay.",
    "I am so sorry. That date doesn't work; is there another?",
    "Thank you for contacting us.",
    "Thank you for telling us your order number.",
    "Thank you for your patience.",
    "Please contact our support team, and they will be happy to help you.",
    "Your parcel is on its way.",
    "The password must be hard to guess.",
    "It is difficult to say when the parcel arrives.",
    "We can see your loss report in the system.",
    "Tell us if it is painful.",
    "If you are upset, write to our complaints desk; if that is frustrating, call.",
    "You have every right to cancel within 14 days.",
    "You are not alone in the queue, there are 12 callers before you.",
    "I do not understand why you are upset.",
    "This is not frightening.",
    "Calm down and tell us the number.",
    "Don't be sad.",
]

TAKEN_BACK = [
    "I understand your anger, but calm down, please.",
    "I can hear how frightened you are. You are overreacting.",
    "I know that you are worried. It is only a parcel.",
    "You are not alone, and there is no need to shout.",
    "I'm so sorry for your loss, but others have it worse.",
    "I see how upset you are. You should not be angry with us.",
]


@pytest.mark.parametrize(("answer", "form"), ACKNOWLEDGED)
def test_a_feeling_that_is_named_granted_or_stood_by_is_acknowledged(answer: str, form: str) -> None:
    assert form in acknowledgements(answer)


@pytest.mark.parametrize("answer", ONLY_POLITE)
def test_understanding_a_request_and_excuses_acknowledge_no_feeling(answer: str) -> None:
    assert acknowledgements(answer) == ()


@pytest.mark.parametrize("answer", TAKEN_BACK)
def test_telling_somebody_how_to_feel_takes_the_acknowledgement_back(answer: str) -> None:
    assert not acknowledges_feeling(answer)


def test_a_condition_covers_its_own_sentence_only() -> None:
    assert acknowledges_feeling("If it has not moved, tap Urgent. I can hear how worried you are.")
    assert not acknowledges_feeling("If it has not moved, I can hear how worried you are.")


def test_an_acknowledgement_may_stand_anywhere_and_in_any_case() -> None:
    assert acknowledges_feeling("Tap Missed Visit in My Orders. I CAN HEAR HOW ANGRY YOU ARE!!")

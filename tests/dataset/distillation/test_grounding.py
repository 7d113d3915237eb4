"""Which answers are grounded in their passage, and what is said about the others."""

from __future__ import annotations

import pytest

from studio.dataset.distillation.candidates import Passage
from studio.dataset.distillation.grounding import faults
from studio.dataset.distillation.procedures import numbered_steps

WARRANTY = Passage(
    id="p1",
    document="Acme ST-900 manual.pdf",
    headings=("Acme ST-900", "Warranty"),
    text="""The warranty of the ST-900 runs for 24 months from the date of purchase, and 12 months for batteries. It covers manufacturing faults.
It does not cover water damage or a broken screen. Repairs take 7 working days and cost $25 for shipping; 20% of that is refunded from 12 October 2026.
Do not open the housing yourself. Our Acme Care team answers at care@acme.example from 8:30 am to 6 pm, or on 0800 123 4567. Send the device with
Form W2 to www.acme.com/repairs. If the display shows E24, press "Reset" three times. Charging takes 3 to 5 hours at 2.5 A.""",
)
PAIRING = Passage(
    id="p2",
    document="Printer guide.md",
    headings=("How to bind a printer",),
    text="""Binding takes about two minutes.

1. Turn off the printer.
2. Hold the WiFi button for 10 seconds until the blue light blinks.
3. Open the Acme app and tap Add device.
4. Choose your network and enter its password.

If the light turns red, repeat step 2.""",
)

GOOD = [
    "Your ST-900 is covered for 24 months from the date of purchase; its batteries for 12 months.",
    "The warranty lasts twenty-four months from the day of purchase.",
    "Repairs take seven working days, and shipping costs 25 dollars.",
    "A repair takes 7 business days and shipping is $25.00.",
    "From October 12, 2026, 20 percent of the shipping cost is refunded.",
    "From 2026-10-12 we refund 20% of the shipping cost.",
    "Unfortunately, water damage isn't covered by the warranty.",
    "Never open the housing yourself: the warranty covers manufacturing faults, and repairs take 7 working days.",
    "You can reach Acme Care from 8:30 to 18:00 at care@acme.example.",
    "If the display shows E24, press “Reset” 3 times.",
    "Please send this one device with form W2 to www.acme.com/repairs.",
    "Call us on 0800 123 4567 from 8:30 am to 6:00 pm.",
    "Charging takes 3 hours to 5 hours at 2.5 A.",
    "The ST900 takes between 3 and 5 hours to charge.",
]

BAD = [
    ("The warranty of the ST-900 runs for 36 months from the date of purchase.", '"36 months"'),
    ("The warranty of the ST-900 runs for 24 weeks from the date of purchase.", '"24 weeks"'),
    ("Repairs take 7 days in all, and shipping is $25.", '"7 days"'),
    ("Repairs take 17 working days in all.", '"17 working days"'),
    ("Repairs take 7 working days and shipping costs €25.", '"EUR 25"'),
    ("Repairs take 7 working days and shipping costs $2.50.", '"USD 2.5"'),
    ("From 12 October 2026 we refund 25% of the shipping cost.", '"25%"'),
    ("From 13 October 2026 we refund 20% of the shipping cost.", '"October 13"'),
    ("From 12 October 2027 we refund 20% of the shipping cost.", '"October 12 2027"'),
    ("From 12 November 2026 we refund 20% of the shipping cost.", '"November 12"'),
    ("The Acme Care team answers from 8:30 am to 7 pm.", '"19:00"'),
    ("If the display shows E25, press Reset three times.", 'mention "E25"'),
    ("If the display shows E2, press Reset three times.", 'mention "E2"'),
    ("The warranty of the ST-900X runs for 24 months.", 'mention "ST-900X"'),
    ("The warranty of your Epson printer covers manufacturing faults.", 'mention "Epson"'),
    ("Charging takes 3 to 5 hours over USB at 2.5 A.", 'mention "USB"'),
    ("If the display shows E24, press “Restart” three times.", '"Restart"'),
    ("If the display shows E24, press Reset five times.", '"5 time"'),
    ("You can reach the Acme Care team at help@acme.example.", "help@acme.example"),
    ("Send the device with form W2 to www.acme.com/returns.", "www.acme.com/returns"),
    ("Call the Acme Care team on 0800 4567 123.", "0800 4567 123"),
    ("The warranty covers water damage as well.", "leaves out a denial"),
    ("You may open the housing yourself.", "leaves out a denial"),
    ("The warranty does not cover manufacturing faults.", "denies what the passage says"),
    ("Thank you for reaching out, our friendly colleagues are delighted and will gladly help.", "not in the passage"),
    ("24 months.", "too short"),
    ("", "There is no answer"),
    ("The warranty runs for 24 months. " * 50, "too long"),
    ("According to the passage, the warranty runs for 24 months.", "speaks of the passage"),
    ("As stated above, the warranty runs for 24 months.", "speaks of the passage"),
]

STEPS = "1. Turn off the printer.\n2. Hold the WiFi button for 10 seconds.\n3. Open the Acme app and tap Add device.\n4. Choose your network and enter its password."
GOOD_STEPS = [
    STEPS,
    STEPS.replace("\n", " "),
    STEPS.replace("1.", "Step 1:").replace("2.", "Step 2:").replace("3.", "Step 3:").replace("4.", "Step 4:"),
    "Turn off the printer, hold the WiFi button for 10 seconds, then open the Acme app and tap Add device. Choose your network and enter its password.",
    "If the light turns red, repeat step 2: hold the Wi-Fi button for 10 seconds until the blue light blinks.",
    "Binding the printer takes about 2 minutes.",
]
BAD_STEPS = [
    (STEPS.rsplit("\n", 1)[0], "has 3 steps, the passage 4"),
    (STEPS + "\n5. Restart your phone twice.", "has 5 steps, the passage 4"),
    (
        "1. Hold the WiFi button for 10 seconds.\n2. Turn off the printer.\n3. Open the Acme app and tap Add device.\n4. Choose your network.",
        "another order",
    ),
    (STEPS.replace("Turn off the printer", "Remove the ink cartridge"), "no step"),
    (STEPS.replace("Turn off", "Turn on"), "opposite"),
    (STEPS.replace("10 seconds", "4 seconds"), '"4 seconds"'),
    ("Hold the WiFi button for 10 seconds. Turn off the printer. Open the Acme app and tap Add device.", "another order"),
    ("Turn off the printer. Then choose your network and enter its password.", "leaves out a step"),
    ("If the light turns red, repeat step 7 with the WiFi button.", '"7"'),
]


def reasons(answer: str, passage: Passage = WARRANTY, question: str = "What about my device?") -> str:
    return " ".join(faults(question, answer, passage))


@pytest.mark.parametrize("answer", GOOD)
def test_what_the_passage_says_is_grounded_however_it_is_written(answer: str) -> None:
    assert reasons(answer) == ""


@pytest.mark.parametrize(("answer", "words"), BAD)
def test_what_the_passage_does_not_say_is_named(answer: str, words: str) -> None:
    assert words in reasons(answer)


@pytest.mark.parametrize("answer", GOOD_STEPS)
def test_a_procedure_may_be_told_in_lines_or_in_prose(answer: str) -> None:
    assert reasons(answer, PAIRING) == ""


@pytest.mark.parametrize(("answer", "words"), BAD_STEPS)
def test_steps_that_are_missing_new_or_turned_round_are_named(answer: str, words: str) -> None:
    assert words in reasons(answer, PAIRING)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("", "There is no question"),
        ("The warranty runs for 24 months from purchase", "repeats the question"),
        ("What does the passage say about batteries?", "The question speaks of the passage"),
        ("why " * 200, "longer than"),
    ],
)
def test_a_question_that_nobody_would_ask_is_named(question: str, words: str) -> None:
    assert words in reasons("The warranty runs for 24 months from purchase.", question=question)


def test_the_answer_may_name_a_document_that_the_passage_names() -> None:
    passage = Passage("p", "d", (), "Sign the document and send it back within 14 days. Keep a copy of it.")
    assert reasons("Sign the document and send it back within 14 days.", passage) == ""


def test_a_unit_in_the_head_of_a_table_belongs_to_its_numbers() -> None:
    passage = Passage(
        "p", "d", (), "| Part | Warranty in months |\n|---|---|\n| The lamp of the projector | 18 |\n| The filter | 6 |"
    )
    assert reasons("The warranty of the projector lamp is 18 months.", passage) == ""
    assert '"18 years"' in reasons("The warranty of the projector lamp is 18 years.", passage)


def test_numbers_and_codes_are_checked_in_other_languages_too() -> None:
    good = "Die Garantie des ST-900 läuft 24 Monate ab Kauf, für Akkus 12 Monate."
    assert reasons(good) == ""
    assert '"36"' in reasons(good.replace("24", "36"))
    assert '"ST-901"' in reasons(good.replace("900", "901"))
    assert reasons("ST-900 的保修期为24个月，电池为12个月。") == ""
    assert '"36"' in reasons("ST-900 的保修期为36个月，电池为12个月。")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("Bills are due on the 15th of each month, and paying late costs 15 euros.", "15 as a day"),
        ("We pay the hospital directly, with excess.", "leaves out a denial"),
        ("Please do touch the cable again.", "leaves out a denial"),
        ("Orders that you no longer want cannot be cancelled in the app.", "denies what the passage says"),
    ],
)
def test_a_word_that_turns_a_short_clause_is_named(answer: str, words: str) -> None:
    text = """Bills are due on the 12th of each month; paying late costs 15 euros. We pay the hospital directly, with no excess.
    Please do not touch the cable again. Orders that you no longer want can be cancelled in the app."""
    assert words in reasons(answer, Passage("p", "d", (), text))


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("1. Open it.\n2. Close it.", [["Open it.", "Close it."]]),
        ("Do this: 1) open it 2) close it", [["open it", "close it"]]),
        ("Step 1 Open it.\nStep 2 Close it.", [["Open it.", "Close it."]]),
        ("1. A box\n2. A lid\n\nThen:\n\n1. Lift\n2. Turn", [["A box", "A lid"], ["Lift", "Turn"]]),
        ("Version 1. It costs 2.5 dollars.", []),
        ("1. Alone", []),
    ],
)
def test_numbered_steps_are_found_in_lines_and_in_a_row(text: str, steps: list[list[str]]) -> None:
    assert numbered_steps(text) == steps

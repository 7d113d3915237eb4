"""Which column holds what, by its name and by what stands in it."""

from __future__ import annotations

import pytest

from studio.dataset.reading.guessing import guess_shape
from studio.dataset.reading.records import Record
from studio.dataset.reading.shapes import Columns
from studio.dataset.reading.unanswered import Questions, are_articles, questions_among
from studio.errors import BadInput

ASKED, TOLD = "Where is my parcel now?", "It is at the depot."


def guessed(*values: dict[str, object]) -> Columns:
    shape = guess_shape([Record(index, value, 0) for index, value in enumerate(values)], "rows.csv")
    assert isinstance(shape, Columns)
    return shape


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Customer_Question_Text", "agent_final_answer"),
        ("Frage (Kunde)", "Antwort (Agent)"),
        ("Kundenfrage", "Antworttext"),
        ("customerQuestion", "AgentReplyText"),
        ("Message from customer", "Our response"),
        ("FAQ questions", "FAQ answers"),
        ("客户的问题", "客服的回答"),
        ("Incoming customer text", "support_text"),
    ],
)
def test_a_word_in_the_name_is_enough(question: str, answer: str) -> None:
    row = {"ticket_id": "T 17", "customer_name": "Maria Gomez", question: ASKED, "answered_by": "Tom Brown", answer: TOLD}
    shape = guessed(row)
    assert (shape.prompt, shape.response) == (question, answer)


def test_a_name_that_says_question_goes_before_one_that_says_who() -> None:
    shape = guessed({"customer": "Maria Gomez", "agent": "Tom Brown", "question_text": ASKED, "final_answer": TOLD})
    assert (shape.prompt, shape.response) == ("question_text", "final_answer")


def test_ids_dates_and_names_are_neither() -> None:
    with pytest.raises(BadInput):
        guessed({"question_id": "Q 1", "answer_date": "12 May 2026", "customer_name": "Maria Gomez", "agent_id": "A 7"})


def test_of_two_alike_the_longer_text_is_taken() -> None:
    shape = guessed({"short question": "Parcel late", "full question": ASKED * 3, "answer": TOLD})
    assert shape.prompt == "full question"


QUESTIONS = [{"text": f"Where is card number {number}?", "category": "card_arrival"} for number in range(9)]


def test_short_texts_with_a_repeated_label_are_questions_with_categories() -> None:
    assert questions_among(QUESTIONS, ["text", "category"]) == Questions("text", "category")
    unnamed = [{"Customer question": value["text"], "team": "cards"} for value in QUESTIONS]
    assert questions_among(unnamed, ["Customer question", "team"]) == Questions("Customer question", "team")
    assert questions_among([{"question": ASKED}], ["question"]) == Questions("question", None)


def test_a_column_that_could_hold_answers_makes_them_no_unanswered_questions() -> None:
    values = [
        {"question": ASKED, "what we wrote": f"{number} {TOLD} It comes tomorrow, and the day after."} for number in range(9)
    ]
    assert questions_among(values, ["question", "what we wrote"]) is None


def test_a_title_with_a_long_text_is_an_article() -> None:
    article = [{"id": "1", "title": "Opening an account", "content": "Every customer is verified first. " * 20}]
    assert are_articles(article, ["id", "title", "content"])
    assert not are_articles([{"title": "Hi", "content": "Short."}], ["title", "content"])
    with pytest.raises(BadInput, match=r"articles.*From manuals"):
        guessed(*article)

"""What a document's structure gives: questions, answers with nothing added, passages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.dataset.distillation.blocks import parse
from studio.dataset.distillation.candidates import Candidate
from studio.dataset.distillation.grounding import faults
from studio.dataset.distillation.manuals import Manual, read_manuals
from studio.dataset.distillation.questions import question_of
from studio.dataset.distillation.structure import MOST_ANSWER, Split, split_manual
from studio.dataset.distillation.vocabulary import Vocabulary
from tests.dataset.distillation.documents import MARKDOWN

WORD = re.compile(
    r"[\u2e80-\u9fff\uf900-\uffef]|[^\W\u2e80-\u9fff\uf900-\uffef]+"
)  # a word, or a character of Chinese or Japanese


def split(markdown: str, title: str = "") -> Split:
    return split_manual(Manual("manual.md", title, markdown))


def asked(markdown: str, title: str = "") -> dict[str, Candidate]:
    return {candidate.question: candidate for candidate in split(markdown, title).candidates}


@pytest.mark.parametrize(
    ("heading", "has_steps", "question"),
    [
        ("Binding the printer", True, "How do I bind the printer?"),
        ("How to reset your password", False, "How do I reset my password?"),
        ("Resetting your password", False, "How do I reset my password?"),
        ("Install the app", True, "How do I install the app?"),
        ("What to do if the card is lost", False, "What should I do if the card is lost?"),
        ("If you forgot the PIN", False, "What should I do if I forgot the PIN?"),
        ("Where to find the serial number", False, "Where do I find the serial number?"),
        ("Can I return a gift", False, "Can I return a gift?"),
        ("Does it ship abroad?", False, "Does it ship abroad?"),
        ("Warranty period", False, "What is the warranty period?"),
        ("Opening hours", False, "What are the opening hours?"),
        ("Shipping costs", False, "What are the shipping costs?"),
        ("Return policy", True, "What is the return policy?"),
        ("Returns and Refunds", False, "What should I know about returns and refunds?"),
        ("Contact us", False, "How do I contact you?"),
        ("The printer does not turn on", False, "What should I do if the printer does not turn on?"),
        ("No power", False, "What should I do if there is no power?"),
        ("WiFi password", False, "What is the WiFi password?"),
        ("绑定打印机", True, "如何绑定打印机？"),
        ("如何绑定打印机", False, "如何绑定打印机？"),
        ("打印机无法联网", False, "打印机无法联网怎么办？"),
        ("保修期", False, "保修期是多久？"),
        ("退货政策", False, "退货政策是什么？"),
        ("退款多久到账？", False, "退款多久到账？"),
    ],
)
def test_a_heading_becomes_the_question_that_a_customer_asks(heading: str, has_steps: bool, question: str) -> None:
    made = question_of(heading, Vocabulary([]), has_steps=has_steps)
    assert made is not None and made.text == question


def test_a_name_keeps_its_capital_and_a_title_in_capitals_does_not() -> None:
    vocabulary = Vocabulary(["Open the Aria app. It shows the warranty."])
    made = question_of("Setting Up the Aria App", vocabulary, has_steps=False)
    assert made is not None and made.text == "How do I set up the Aria app?"


@pytest.mark.parametrize(
    "markdown",
    [
        "Q: Do you ship abroad?\nA: Yes, to 27 countries.",
        "**Q1. Do you ship abroad?**\n\nA1. Yes, to 27 countries.",
        "**Do you ship abroad?**\nYes, to 27 countries.",
        "**Do you ship abroad?**\n\nYes, to 27 countries.",
        "## Do you ship abroad?\n\nYes, to 27 countries.",
        "<details><summary>Do you ship abroad?</summary>\n\nYes, to 27 countries.\n\n</details>",
        "<details>\n<summary>Do you ship abroad?</summary>\nYes, to 27 countries.\n</details>",
        "Do you ship abroad?\n: Yes, to 27 countries.",
        "| Question | Answer |\n|---|---|\n| Do you ship abroad? | Yes, to 27 countries. |",
        "1. **Do you ship abroad?**\n\n   Yes, to 27 countries.\n2. **Is it loud?**\n\n   No, 40 dB.",
        "Do you ship abroad?\n\nYes, to 27 countries.\n\nIs it loud?\n\nNo, 40 dB.",
        "<dl><dt>Do you ship abroad?</dt><dd>Yes, to 27 countries.</dd></dl>",
    ],
)
def test_every_form_of_an_faq_is_read(markdown: str) -> None:
    assert asked(markdown)["Do you ship abroad?"].answer == "Yes, to 27 countries."


def test_chinese_questions_and_answers_are_read() -> None:
    found = asked("问：如何绑定打印机？\n答：长按电源键5秒。\n\n问：保修多久？\n答：24个月。")
    assert {question: candidate.answer for question, candidate in found.items()} == {
        "如何绑定打印机？": "长按电源键5秒。", "保修多久？": "24个月。",
    }  # fmt: skip


def test_a_table_of_troubles_gives_one_answer_a_trouble_with_all_its_causes() -> None:
    found = asked(MARKDOWN)
    answer = found["What should I do if the printer does not turn on?"].answer
    assert answer == "Cause: No power\nRemedy: Plug it in.\nCause: Blown fuse\nRemedy: Call 0800 12345."


def test_steps_keep_their_order_numbers_and_parts() -> None:
    found = asked("## Binding the printer\n\nFirst:\n\n3. Press **Go**.\n   - On *Windows*: wait 5 s.\n4. Enter `4711`.")
    assert found["How do I bind the printer?"].answer == "First:\n\n3. Press Go.\n   - On Windows: wait 5 s.\n4. Enter 4711."


def test_steps_under_headings_of_their_own_are_one_answer() -> None:
    found = asked("# Binding the printer\n\n## Step 1: Charge\n\nFor 2 hours.\n\n## Step 2: Connect\n\nPress Go.")
    assert found["How do I bind the printer?"].answer == "Step 1: Charge\n\nFor 2 hours.\n\nStep 2: Connect\n\nPress Go."


def test_a_part_of_a_procedure_is_asked_with_the_procedure() -> None:
    found = asked("# Setting up the app\n\n## Windows\n\nRun the installer.\n\n## macOS\n\nUse the store.")
    assert found["How do I set up the app (macOS)?"].answer == "Use the store."


def test_an_article_says_what_its_sections_are_about() -> None:
    found = asked("## Requirements\n\nThe customer must be 18 years old.", title="Internal: Savings accounts")
    assert found["Savings accounts: what are the requirements?"].answer == "The customer must be 18 years old."


def test_numbers_of_chapters_are_no_part_of_a_question_and_other_numbers_are() -> None:
    found = asked("## 1 Safety rules\n\nKeep it dry at all times.\n\n## 2 Warranty period\n\nIt lasts 24 months.")
    assert list(found) == ["What are the safety rules?", "What is the warranty period?"]
    assert "2 year" in next(iter(asked("## 2 year warranty\n\nIt lasts 24 months.")))


def test_contents_copyright_and_imprint_are_left_out() -> None:
    said = "\n".join(candidate.question + candidate.answer for candidate in split(MARKDOWN).candidates)
    assert "©" not in said and "......" not in said
    assert asked("## Imprint\n\nAria Ltd, 1 Main Street.\n\n### Court\n\nLondon.\n\n## Fees\n\nThe fee is 5 euros.").keys() == {
        "What are the fees?"
    }


def test_what_is_too_long_for_one_answer_is_kept_in_parts_with_the_reason() -> None:
    paragraphs = [f"Paragraph {number} says {'something ' * 40}." for number in range(8)]
    first, *others = split("## Warranty period\n\n" + "\n\n".join(paragraphs)).candidates
    assert first.grounded and others and all("too long" in other.reasons[0] for other in others)
    assert all(len(candidate.answer) <= MOST_ANSWER for candidate in (first, *others))
    assert "\n\n".join(candidate.answer for candidate in (first, *others)).split() == " ".join(paragraphs).split()


def test_an_answer_that_points_at_a_picture_is_rejected_with_the_reason() -> None:
    found = asked("## Binding the printer\n\nPress the button as shown below, see figure 3.")
    assert "picture" in found["How do I bind the printer?"].reasons[0]


def test_the_same_question_with_two_answers_is_pointed_out() -> None:
    found = split("## Is it loud?\n\nNo, it has 40 dB.\n\n## Is it loud?\n\nYes, it has 70 dB.").candidates
    assert [candidate.grounded for candidate in found] == [True, False]


def test_every_candidate_has_its_passage_under_its_headings() -> None:
    made = split(MARKDOWN)
    passages = {passage.id: passage for passage in made.passages}
    assert len(passages) == len(made.passages)
    for candidate in made.candidates:
        assert set(WORD.findall(candidate.answer)) <= set(WORD.findall(passages[candidate.passage].text))
    assert passages[made.candidates[0].passage].headings == ("Aria printer", "Binding the printer")


def test_the_answers_stand_the_check_that_a_teachers_answers_must_stand() -> None:
    made = split(MARKDOWN)
    passages = {passage.id: passage for passage in made.passages}
    for candidate in made.candidates:
        assert not list(faults(candidate.question, candidate.answer, passages[candidate.passage]))


PIECES = st.sampled_from(
    [
        "# Binding the printer", "## ", "### 3.1 Warranty period", "Q: why?", "A: so.", "**Is it?** Yes", "- item", "1. step", "   2) more", "> quote",
        "| Problem | Remedy |", "|---|---|", "| E05 | wait |", "<details>", "<summary>x</summary>", "</details>", "<table><tr><td>a</td></tr></table>",
        "```", "    code", "---", "Term", ": meaning", "![x](y)", "[a](b)", "*", "**", "`", "~~a~~", "", "", "问：为什么？", "答：因为。", "绑定打印机", "&amp; &#0;",
        "\\*", "<!-- c", "-->", "<b>", "a<br>b", "Contents ..... 3", "© 2026 X", "Term\n: ", "\t", "\0", "\x0b",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=30)), max_size=25))
def test_any_markdown_is_split_and_no_word_of_an_answer_is_invented(lines: list[str]) -> None:
    markdown = "\n".join(lines)
    made = split(markdown)
    # Entities and escapes are written differently in Markdown; what a reader sees is what the blocks hold.
    seen = set(WORD.findall(str(parse(markdown)).replace("\\n", "\n").replace("\\t", " "))) | set(WORD.findall(markdown))
    for candidate in made.candidates:
        assert set(WORD.findall(candidate.answer)) <= seen
        assert candidate.question.strip() and candidate.answer.strip()
    ids = [passage.id for passage in made.passages]
    assert len(set(ids)) == len(ids) and {candidate.passage for candidate in made.candidates} <= set(ids)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80), st.booleans(), st.booleans())
def test_any_heading_is_a_question_or_none(heading: str, has_steps: bool, trouble: bool) -> None:
    made = question_of(heading, Vocabulary([heading]), has_steps=has_steps, trouble=trouble)
    assert made is None or made.text.endswith(("?", "？"))


def test_help_articles_that_others_wrote_give_questions_with_their_own_words(real: Path) -> None:
    articles = sorted((real / "tau2_banking").glob("*.json"))
    made = [(manual, split_manual(manual)) for path in articles for manual in read_manuals(path)]
    candidates = [(manual, candidate) for manual, one in made for candidate in one.candidates]
    assert len(made) == len(articles) and len(candidates) >= 3 * len(articles)
    for manual, candidate in candidates:
        assert set(WORD.findall(candidate.answer)) <= set(WORD.findall(manual.markdown))
    usable = sum(candidate.grounded for _, candidate in candidates)
    assert usable >= 0.85 * len(candidates)

"""Is an answer grounded in its passage? Rules on words, each failure a sentence for the person who decides.

What they are for is finding what a model made up: a number, a name, a step, a lost "not". They can't see a made-up claim in the passage's own
words, and they are strict: an answer that says the same in other words may be rejected, and a person can take it back. Numbers, codes and addresses
are checked in every language, the rest where passage and answer are English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from studio.dataset.distillation.candidates import Passage
from studio.dataset.distillation.denials import turned_statements
from studio.dataset.distillation.procedures import broken_procedures, numbered_steps, without_step_numbers
from studio.dataset.distillation.quantities import missing_quantities
from studio.dataset.distillation.terms import missing_terms
from studio.dataset.distillation.words import IDEOGRAPH, content, reads_as_english, share, spaced
from studio.dataset.similarity.likeness import NEAR, dice, words_of

SHORTEST_ANSWER = 4
LONGEST_ANSWER = 220
LONGEST_QUESTION = 120
"""In words. A character of Chinese, Japanese or Korean counts as half a word."""

_SAME_LANGUAGE = (
    0.5  # share of the answer's words that carry meaning and are in the passage: then it needs no "the" to be English
)
_FEW_WORDS = 4  # that carry meaning: too few to say how much of an answer they support
_SUPPORTED = 0.4  # share of the answer's words that carry meaning and are in the passage, its headings or the question
_WORD = re.compile(r"\w+")
_ABOUT_THE_PASSAGE = re.compile(
    r"\b(?:the|this|that|above|given|provided|following) (?:passage|excerpt|text|context|document|section|manual excerpt)\b"
    r"|\bas (?:mentioned|stated|described|explained|shown) (?:above|below|in the)\b"
    r"|\baccording to the (?:manual|guide|information provided)\b"
    r"|(?:根据|依据|按照)?(?:上述|以上|上文|本文|该|这段)(?:段落|文本|文章|内容|资料|文字)",
    re.IGNORECASE,
)


def faults(question: str, answer: str, passage: Passage) -> Iterator[str]:
    """Why the row is rejected, one sentence a reason; none when the answer is grounded."""
    text = spaced("\n\n".join([passage.document, *passage.headings, passage.text]))
    yield from _shape_faults(question, answer, text)
    if not answer.strip():
        return
    answer = spaced(answer)
    words, supported = content(answer), share(content(answer), content(text) | content(question))
    english = reads_as_english(passage.text) and (reads_as_english(answer) or supported >= _SAME_LANGUAGE)
    steps = numbered_steps(passage.text)
    bare_answer = without_step_numbers(answer, steps=max(map(len, steps), default=0))
    bare_text = without_step_numbers(text, steps=0)
    yield from missing_quantities(bare_answer, bare_text, with_units=english)
    yield from missing_terms(answer, text, english=english)
    yield from broken_procedures(answer, passage.text, same_language=english)
    if english:
        yield from turned_statements(answer, passage.text)
        if len(words) >= _FEW_WORDS and supported < _SUPPORTED:
            yield "Most of the answer is not in the passage."


def _shape_faults(question: str, answer: str, text: str) -> Iterator[str]:
    if not question.strip():
        yield "There is no question."
    elif _length(question) > LONGEST_QUESTION:
        yield f"The question is longer than {LONGEST_QUESTION} words."
    if not answer.strip():
        yield "There is no answer."
    elif _length(answer) < SHORTEST_ANSWER:
        yield f"The answer is too short: fewer than {SHORTEST_ANSWER} words."
    elif _length(answer) > LONGEST_ANSWER:
        yield f"The answer is too long: more than {LONGEST_ANSWER} words."
    if words_of(answer) and dice(words_of(question), words_of(answer)) >= NEAR:
        yield "The answer repeats the question."
    for what, said in (("question", question), ("answer", answer)):
        if (found := _ABOUT_THE_PASSAGE.search(said)) and found[0].casefold() not in text.casefold():
            yield f'The {what} speaks of the passage itself ("{found[0]}"), which no customer sees.'


def _length(text: str) -> float:
    ideographs = len(IDEOGRAPH.findall(text))
    return len(_WORD.findall(IDEOGRAPH.sub(" ", text))) + ideographs / 2

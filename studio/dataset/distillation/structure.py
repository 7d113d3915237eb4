"""Question and answer candidates, and passages for a teacher, from a document's own structure. No model, and no word that the document lacks.

What becomes a candidate: a question that the document answers itself (`faq`), and every section whose heading can be asked (`questions`), with
the section's text, steps and numbers as they stand. A candidate that needs a person's hand is kept with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from studio.dataset.distillation.blocks import Block, Code, Heading, Listing, Paragraph, parse, rendered, rendered_all
from studio.dataset.distillation.candidates import Candidate, Passage
from studio.dataset.distillation.faq import take_pairs
from studio.dataset.distillation.manuals import Manual
from studio.dataset.distillation.questions import Form, Question, about, is_generic, narrowed, question_of
from studio.dataset.distillation.sections import Section, split, subsections
from studio.dataset.distillation.vocabulary import Vocabulary

MOST_ANSWER = 1_200
"""Characters of the longest answer that is offered as it stands."""
MOST_PASSAGE = 1_800
"""Characters of the longest passage, but for a single paragraph that is longer."""
_LEAST_ANSWER, _LEAST_PAIR = 12, 6  # characters under a heading, and in a document's own questions; Chinese counts double
_STEP = re.compile(r"^(?:step|phase)\s+\w+\b|^(?:第[0-9一二三四五六七八九十]+步|步骤\s*[0-9一二三四五六七八九十]+)", re.I)
_TROUBLE = re.compile(r"trouble ?shooting|problems?\b|errors?\b|faults?\b|故障|问题排查|常见故障|异常", re.I)
_PICTURE = re.compile(
    r"\b(?:see|in|as shown in|refer to) (?:the )?(?:fig(?:ure|\.)|picture|illustration|image|diagram)s?\b|\bas shown (?:below|above)\b"
    r"|(?:如|见)(?:下|上)?图",
    re.I,
)
_ORPHAN_END = (":", "：")


@dataclass(frozen=True)
class Split:
    """What one document gives."""

    passages: Sequence[Passage]
    candidates: Sequence[Candidate]


def split_manual(manual: Manual, *, key: str = "") -> Split:
    """The passages and candidates of a document, in its order.

    Args:
        manual: the document.
        key: begins the ids of its passages, to keep those of several documents apart.
    """
    blocks = parse(manual.markdown)
    return _Splitter(manual, key, Vocabulary(rendered(block) for block in blocks if not isinstance(block, Heading))).split(blocks)


class _Splitter:
    """One document's way through the rules."""

    def __init__(self, manual: Manual, key: str, vocabulary: Vocabulary) -> None:
        self._manual = manual
        self._key = key
        self._vocabulary = vocabulary
        self._passages: list[Passage] = []
        self._candidates: list[Candidate] = []
        self._asked: dict[str, str] = {}
        self._said: set[tuple[str, str]] = set()

    def split(self, blocks: Sequence[Block]) -> Split:
        sections = split(blocks, self._manual.title)
        folded_into: set[int] = set()
        for index, section in enumerate(sections):
            if index in folded_into:
                continue
            below = list(subsections(sections, index))
            if self._answers_with_what_is_below(section, below):
                folded_into.update(range(index + 1, index + 1 + len(below)))
                headings = [block for part in below for block in (Heading(part.level, part.heading), *part.blocks)]
                section = replace(section, blocks=[*section.blocks, *headings])
            self._section(section)
        return Split(self._passages, self._candidates)

    def _answers_with_what_is_below(self, section: Section, below: Sequence[Section]) -> bool:
        """Whether the sections below are the answer's parts: numbered steps, or short parts of the answer to a heading that asks."""
        if not below or not section.heading:
            return False
        if all(_STEP.match(part.heading) for part in below):
            return True
        question = self._question(section)
        if question is None or question.form is not Form.QUESTION or any(part.level > below[0].level for part in below):
            return False
        asks_itself = any((own := self._question(part)) is not None and own.form is Form.QUESTION for part in below)
        return not asks_itself and sum(len(rendered_all(part.blocks)) for part in (section, *below)) <= MOST_ANSWER

    def _section(self, section: Section) -> None:
        pairs, rest = take_pairs(section.blocks, self._vocabulary)
        chunks = list(_chunks(_without_orphans(rest)))
        if len(chunks) == 1 and len(chunks[0]) <= MOST_ANSWER:
            self._offer(section, chunks)
        elif chunks:
            self._offer(section, list(_chunks(_without_orphans(rest), limit=MOST_ANSWER)))
        for pair in pairs:
            self._add(section, pair.source, pair.question, pair.answer)

    def _offer(self, section: Section, parts: Sequence[str]) -> None:
        """The section's own text as the answer to its heading; what is too long for one answer waits for questions of its own."""
        question = self._asked_of(section)
        for number, part in enumerate(parts, start=1):
            if question is None or _weight(part) < _LEAST_ANSWER:
                self._passage(section, part)
                continue
            reasons = []
            if number > 1:
                reasons.append(
                    f"The section is too long for one answer: this is part {number} of {len(parts)}. Give it a question of its own."
                )
            self._add(section, part, question, part, *reasons)

    def _asked_of(self, section: Section) -> str | None:
        """The section's question, with the heading above it where it would say too little alone."""
        own = self._question(section)
        if own is None or (not section.level and not self._manual.title):
            return None
        if len(section.path) < 2 or own.form is Form.QUESTION:
            return own.text
        above = section.path[-2]
        parent = question_of(above, self._vocabulary, has_steps=False)
        if (
            own.form is Form.TOPIC
            and parent is not None
            and parent.form in {Form.DEED, Form.QUESTION}
            and not is_generic(section.heading)
        ):
            return narrowed(parent.text, section.heading) if len(section.heading.split()) <= 4 else about(own, above)
        of_article = own.form is Form.TOPIC and above == self._manual.title
        if of_article or is_generic(section.heading) or own.text.casefold() in self._asked:
            return about(own, above)
        return own.text

    def _question(self, section: Section) -> Question | None:
        has_steps = any(isinstance(block, Listing) and block.ordered and len(block.items) > 1 for block in section.blocks)
        trouble = any(_TROUBLE.search(heading) for heading in section.path[:-1])
        return question_of(section.heading, self._vocabulary, has_steps=has_steps, trouble=trouble)

    def _add(self, section: Section, source: str, question: str, answer: str, *reasons: str) -> None:
        passage = self._passage(section, source)
        if (question, answer) in self._said:
            return
        self._said.add((question, answer))
        found = [*reasons, *_reasons(answer)]
        if self._asked.setdefault(question.casefold(), answer) != answer and not reasons:
            found.append("The document answers this question twice, in different words. Keep one, or say what tells them apart.")
        self._candidates.append(Candidate(passage.id, question, answer, "structure", tuple(found)))

    def _passage(self, section: Section, text: str) -> Passage:
        passage = Passage(f"{self._key}p{len(self._passages) + 1:04d}", self._manual.name, section.path, text)
        self._passages.append(passage)
        return passage


def _chunks(blocks: Sequence[Block], *, limit: int = MOST_PASSAGE) -> Iterator[str]:
    """The blocks as texts of at most `limit` characters, cut between blocks; a longer block is cut between its lines."""
    current = ""
    for piece in (piece for block in blocks for piece in _pieces(block, limit)):
        if current and len(current) + len(piece) + 2 > limit:
            yield current
            current = ""
        current = f"{current}\n\n{piece}" if current else piece
    if current:
        yield current


def _pieces(block: Block, limit: int) -> Iterator[str]:
    text = rendered(block).strip()
    if len(text) <= limit or isinstance(block, Paragraph | Code):
        yield from [text] if text else []
        return
    current = ""
    for line in text.split("\n"):
        if current and len(current) + len(line) + 1 > limit:
            yield current
            current = ""
        current = f"{current}\n{line}" if current else line
    yield current


def _without_orphans(blocks: Sequence[Block]) -> list[Block]:
    """Without a last line that announces what is not there any more: "The most frequent questions:"."""
    kept = list(blocks)
    while kept and isinstance(kept[-1], Paragraph) and kept[-1].text.endswith(_ORPHAN_END):
        kept.pop()
    return kept


def _reasons(answer: str) -> Iterator[str]:
    if _weight(answer) < _LEAST_PAIR:
        yield "The answer is too short to help anybody."
    if len(answer) > MOST_ANSWER:
        yield f"The answer is longer than {MOST_ANSWER:,} characters. Shorten it, or make several questions of it."
    if _PICTURE.search(answer):
        yield "The answer points at a picture, which a customer in a chat does not see."


def _weight(text: str) -> int:
    return sum(2 if character > "\u2e80" else 1 for character in text)

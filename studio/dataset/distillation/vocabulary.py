"""Words of headings: which of them are names that keep their capital, and which tell a deed from a thing."""

from __future__ import annotations

import re
from collections.abc import Iterable

from studio.dataset.distillation.verbs import BASES, GERUNDS
from studio.dataset.distillation.words import word_set

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
"""A word of letters, with its apostrophe."""
DETERMINERS = word_set(
    "a an the your our my their this that these those its all any each another and or to from with without up out in into on off over via by "
    "down again as new us"
)
"""What follows a verb that is meant as one: "setting up", "cleaning the head"."""
NOT_A_DEED = word_set(
    "procedure procedures process processes steps instruction instructions guide guides time times hours hour cost costs fee fees policy policies "
    "method methods requirements requirement options option temperature rate rates conditions details information address materials material "
    "list period periods number numbers code codes status limit limits charges charge area areas centre center centers system systems rules "
    "tips notes note overview checklist examples plan plans price prices label labels date dates room"
)
"""A heading that ends with one of these names a thing, whatever it begins with: "shipping costs"."""
HAPPENS = word_set(
    "shipping billing roaming pricing parking training booking tracking invoicing ordering delivery payment insurance"
)
"""What works in some way, rather than being something."""
GENERIC = word_set(
    "overview introduction description scope focus procedure procedures steps instructions requirements eligibility notes note background general "
    "details summary purpose conditions exceptions limits fees examples example important faq faqs tips resolution actions benefits features rates pricing "
    "prerequisites preparation usage limitations warning warnings definition definitions policy policies guidelines documentation"
)
"""Headings that say nothing without the one above them."""
VAGUE = word_set("about general important other more additional")
"""What begins a heading that no "what is" fits."""
SMALL = word_set(
    "a an the of for and or to in on with by from at as is are your our my you when where what who how if not do does"
)
"""Words that are small in every title."""

_ALWAYS_CAPITAL = word_set(
    "January February March April June July August September October November December "
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
)
_LOOKED_BACK = 4  # characters before a word that tell whether a sentence begins there
_COMMON = NOT_A_DEED | GENERIC | SMALL | DETERMINERS | BASES | GERUNDS.keys()


class Vocabulary:
    """The words that a document writes in lower case somewhere: capitals of a heading that are not a name's."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._lower: set[str] = set()
        self._names: set[str] = set()
        for text in texts:
            for match in WORD.finditer(text):
                word, before = match[0], text[max(0, match.start() - _LOOKED_BACK) : match.start()].rstrip(" \"'(“‘*")
                if word[0].islower():
                    self._lower.add(word)
                elif before and before[-1] not in ".!?:\n":
                    self._names.add(word)

    def sentence(self, heading: str) -> str:
        """The heading as it stands within a sentence: capitals stay where they are a name's."""

        title_case = sum(word[0].isupper() for word in WORD.findall(heading) if len(word) > 3) >= 2

        def lowered(match: re.Match[str]) -> str:
            word = match[0]
            article = word == "A" and heading[match.end() : match.end() + 1] == " "
            if not (word[0].isupper() and (word[1:].islower() or article)) or word in _ALWAYS_CAPITAL:
                return word
            common = word.lower() in self._lower or word.lower() in _COMMON
            may_be_common = (title_case or match.start() == 0) and word not in self._names
            return word.lower() if common or may_be_common else word

        return WORD.sub(lowered, heading)

"""Which language a text is in, from its script and its smallest words: good enough to count a dataset's languages, and no model is needed.

ISO 639-1 codes. A language that has a script to itself is told by it; those in Latin letters by the share of the words that are among the commonest of one
language. A text with none of them ("Error E24?") is `und`, undetermined, as ISO 639-2 calls it.
"""

from __future__ import annotations

import re

from studio.dataset.similarity.wording import words_in

UNDETERMINED = "und"
_SCRIPTS = (  # in this order: Japanese text has Chinese characters, too
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u3400-\u9fff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
)
_WORDS = {
    "en": words_in(
        "the a an and is are to of in on for my your you i it do does can how what when not with this that was have we be will if at from"
    ),
    "de": words_in(
        "der die das ein eine und ist sind zu von im in auf für mein meine ich sie es kann wie was wann nicht mit den dem wird haben wir bei aus"
    ),
    "es": words_in(
        "el la los las un una y es son de en para mi su yo puedo cómo como qué cuándo no con que se por del al está lo más tengo"
    ),
    "fr": words_in(
        "le la les un une et est sont de du des en pour mon ma votre je vous il puis comment que quand ne pas avec dans sur au ce qui nous"
    ),
    "it": words_in(
        "il lo la i gli le un una e è sono di in per mio mia può come che quando non con del della al ho nel si da questo"
    ),
    "pt": words_in(
        "o a os as um uma e é são de em para meu minha posso como que quando não com do da no na se por está mais eu você"
    ),
    "nl": words_in(
        "de het een en is zijn van in op voor mijn uw ik kan hoe wat wanneer niet met dat die er bij naar we wordt heb"
    ),
    "pl": words_in("i w na nie się z do jest to że jak co czy mój moja mogę dla po od za kiedy są przez"),
}
_READ = 400  # characters: some seventy words tell
_WORD = re.compile(r"\b[^\W\d_]+\b")
_OF_ANOTHER_SCRIPT = (
    0.2  # share of the letters from which a script tells the language; a brand's name in Latin letters does not hide it
)


def language_of(text: str) -> str:
    """The ISO 639-1 code of the language, or `und`."""
    if not text.isascii():
        text = text[:_READ]
        letters = sum(map(str.isalpha, text)) or 1
        for code, script in _SCRIPTS:
            if len(script.findall(text)) >= _OF_ANOTHER_SCRIPT * letters:
                return code
    words = set(_WORD.findall(text[:_READ].lower()))
    hits = {code: len(words & common) for code, common in _WORDS.items()}
    best = max(_WORDS, key=hits.__getitem__)
    return best if hits[best] else UNDETERMINED

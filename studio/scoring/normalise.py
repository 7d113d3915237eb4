"""Text to tokens, so that two ways of writing the same thing become the same tokens.

    "You’ll get a full refund – within seven working-days!"
     -> you will get a full refund , within 7 working day

- Unicode compatibility forms, case, quotes and apostrophes, hyphens, spacing: gone. Contractions are spelled out.
- Number words are digits (`numerals`); money, percentages, times, dates and units have one form (`amounts`).
- A number is one token, decimals and separators included: `1,000` is `1000`, never `1` and `000`; `7.5` is never `7`.
- `working day` keeps its first word: 7 days are not 7 working days. No other word is stemmed: `refunds` is not
  `refund`.
- Punctuation is kept as two tokens, because a denial ends with its clause (`matching`): `STOP` between sentences,
  `PAUSE` within one. Both are absent at the beginning and the end.

English; Chinese and Japanese characters are words of their own, so that a name or a number is found in them: `我是Nova` holds `nova`. The
same text always gives the same tokens, and normalising twice changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from studio.scoring.amounts import spell_iso_dates, unify_amounts
from studio.scoring.numerals import fold_number_words

STOP = "."
"""Between sentences: `.` `!` `?` `;` and blank lines."""
PAUSE = ","
"""Within a sentence: `,` `:` brackets, dashes and line ends."""

_LOOKALIKES = str.maketrans(
    {
        **dict.fromkeys("‘’‛ʼ`´′", "'"),
        **dict.fromkeys("‐‑−", "-"),
        **dict.fromkeys("–—―", "–"),
        **{"。": ".", "、": ",", "&": " and ", "¼": ".25", "½": ".5", "¾": ".75"},
    }
)
_BARE_FRACTION = re.compile(r"(?<![0-9])(?=[¼½¾])")
_SPACE_BEFORE_FRACTION = re.compile(r"(?<=[0-9])\s(?=[¼½¾])")

_CONTRACTIONS = (
    (re.compile(r"\bcan't\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"\bshan't\b"), "shall not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"'m\b"), " am"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'d\b"), " would"),
    (re.compile(r"\b(it|that|there|here|what|where|who|how|he|she)'s\b"), r"\1 is"),
    (re.compile(r"\blet's\b"), "let us"),
    (re.compile(r"'"), ""),
)
_VERBS = ("do", "does", "did", "is", "are", "was", "were", "has", "have", "had", "could", "would", "should")
_RUN_TOGETHER = {
    "cannot": ["can", "not"],
    "cant": ["can", "not"],
    "wont": ["will", "not"],
    **{f"{verb}nt": [verb, "not"] for verb in _VERBS},
}

_AM_PM = re.compile(r"(?<![^\W\d_])([ap])\.m\b\.?")
_THOUSANDS = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")
_RANGE = re.compile(r"(?<![0-9.:/-])([0-9]+(?:[.:][0-9]+)?\s?(?:%|am|pm)?)\s?[-–]\s?(?=[$€£]?[0-9]+(?![0-9]*-))")
_UNSPACED = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
)  # kana and Han, written without spaces between words
_BLANK_LINE = re.compile(r"\n\s*\n")
_DASH = re.compile(r"\s-+\s|–|--+|\n")
_MAYBE_DASH = re.compile(r"[-–\n]")

_TOKEN = re.compile(
    r"[0-9]{1,2}:[0-9]{2}(?![0-9])"  # a clock time
    r"|[0-9]+(?:[./][0-9]+)*"  # a number, whole; letters after it are a token of their own: 500 ml
    r"|(?:usd|eur|gbp)[0-9]+(?:\.[0-9]+)?(?![^\W_])"  # an amount of money, as `amounts` writes it
    r"|(?![0-9])[^\W_]+"  # a word
    r"|[$€£%]"
    r"|[.!?;]|[,:()\[\]{}]"
)
_STOPS, _MARKS = ".!?;", ".!?;,:()[]{}"
_DIGIT = re.compile(r"[0-9]")
_SYMBOLS = frozenset("$€£%")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


@lru_cache(maxsize=8192)
def tokens(text: str) -> tuple[str, ...]:
    """The tokens of `text`, `STOP` and `PAUSE` among them; empty where it holds no word and no number."""
    words = _tokenise(_unify_characters(text))
    if not _RUN_TOGETHER.keys().isdisjoint(words):
        words = [part for word in words for part in _RUN_TOGETHER.get(word, [word])]
    punctuated = _merge_marks(_drop_stray_symbols(fold_number_words(words)))
    return tuple(unify_amounts(" ".join(punctuated)).split())


def normalise(text: str) -> str:
    """The tokens of `text`, joined by single spaces."""
    return " ".join(tokens(text))


def _unify_characters(text: str) -> str:
    """Each step only where there is something for it: a hundred thousand questions are normalised before a training."""
    if text.isascii():
        text = text.lower().translate(_LOOKALIKES)
    else:
        text = _SPACE_BEFORE_FRACTION.sub("", _BARE_FRACTION.sub("0", text))
        text = _compatibility_casefold(text.translate(_LOOKALIKES)).translate(_LOOKALIKES)
    if ".m" in text:
        text = _AM_PM.sub(r"\1m", text)
    if "'" in text:
        for pattern, spelled_out in _CONTRACTIONS:
            text = pattern.sub(spelled_out, text)
    if _DIGIT.search(text):
        text = _THOUSANDS.sub(lambda match: match[0].replace(",", ""), spell_iso_dates(text))
        text = _RANGE.sub(r"\1 to ", text)
    if not text.isascii():
        text = _UNSPACED.sub(r" \g<0> ", text)
    return _DASH.sub(f" {PAUSE} ", _BLANK_LINE.sub(f" {STOP} ", text)) if _MAYBE_DASH.search(text) else text


def _compatibility_casefold(text: str) -> str:
    """Unicode's toNFKC_Casefold (The Unicode Standard 3.13, D146), which is stable where NFKC after casefold is not."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFKC", folded.casefold())


def _tokenise(text: str) -> list[str]:
    found = _TOKEN.findall(text)
    return [(STOP if token in _STOPS else PAUSE) if token in _MARKS else token for token in found]


def _drop_stray_symbols(words: Sequence[str]) -> list[str]:
    """Without each `%` that follows no number and each currency sign that stands beside none."""
    if _SYMBOLS.isdisjoint(words):
        return list(words)
    before, after = ["", *words], [*words[1:], ""]
    return [
        word
        for previous, word, following in zip(before, words, after, strict=False)
        if word not in _SYMBOLS or _NUMBER.fullmatch(previous) or (word != "%" and _NUMBER.fullmatch(following))
    ]


def _merge_marks(words: Sequence[str]) -> list[str]:
    """One mark where several meet, the stronger; none at either end."""
    merged: list[str] = []
    for word in words:
        if word not in (STOP, PAUSE):
            merged.append(word)
        elif merged and merged[-1] == PAUSE:
            merged[-1] = word
        elif merged and merged[-1] != STOP:
            merged.append(word)
    return merged[:-1] if merged and merged[-1] in (STOP, PAUSE) else merged

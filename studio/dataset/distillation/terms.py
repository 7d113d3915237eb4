"""Names, codes, labels and addresses: is every one of the answer in the passage?

- codes (`E24`, `ST-900`), abbreviations (`USB`) and names with a capital inside (`WiFi`), in any language;
- e-mail and web addresses, in any language;
- capitalised words within a sentence and labels in quotes, where answer and passage are English.

A name that begins a sentence can't be told from another word and is not looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from studio.dataset.distillation.words import DENIALS, FUNCTION_WORDS
from studio.scoring.normalise import normalise, tokens

_ADDRESS = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)[^\s<>()\"']*[\w/]|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|de|cn|eu)\b(?:/[\w/-]+)?"
)
_CODE = re.compile(r"[A-Za-z0-9]+(?:[-/_.][A-Za-z0-9]+)*")
_PLAIN_AMOUNT = re.compile(r"\d+(?:[-/.]\d+)*[a-z]*|\d+(?:-[a-z]+)+")
_CAMEL = re.compile(r"[^\W\d_]*[a-z][A-Z][^\W\d_]*")
_QUOTED = re.compile(r"[\"“”«]([^\"“”«»\n]{1,60})[\"“”»]|(?<!\w)['‘]([^'‘’\n]{2,60})['’](?!\w)")
_CAPITALISED = re.compile(
    r"(?P<before>(?:^|[.!?:;•*\n\"“'‘(\]-]|\d[.)])\s*)?(?<![\w-])(?P<word>[A-Z][a-z]+(?:-[A-Za-z]+)*(?:['’][a-z]+)?)(?![^\W_])"
)
_LETTERS = re.compile(r"[^\W_]+")
_LONGEST_JOIN = 4
_EXEMPT = (
    FUNCTION_WORDS
    | DENIALS
    | frozenset({"ok", "faq", "am", "pm", "mr", "ms", "mrs", "dr", "sir", "madam", "warning", "important", "note", "step"})
)


def missing_terms(answer: str, passage: str, *, english: bool) -> Iterator[str]:
    """A sentence for each term of the answer that the passage doesn't have."""
    lower = passage.casefold()
    addresses = list(dict.fromkeys(_ADDRESS.findall(answer)))
    for address in addresses:
        if address.casefold() not in lower:
            yield f'The passage does not have the address "{address}".'
    rest = _ADDRESS.sub(" ", answer)
    names = [*_codes(rest), *(_capitalised(rest) if english else ())]
    known = _joined(passage)
    for name in dict.fromkeys(names):
        if not _is_known(name, known):
            yield f'The passage does not mention "{name}".'
    if english:
        yield from _missing_labels(rest, passage, frozenset(names))


def _codes(text: str) -> Iterator[str]:
    """Words with letters and digits, in capitals, or with a capital inside."""
    for word in _CODE.findall(text):
        mixed = any(letter.isdigit() for letter in word) and any(letter.isalpha() for letter in word)
        capitals = word.isupper() and word.isascii() and sum(letter.isalpha() for letter in word) > 1
        if word.casefold() in _EXEMPT or _PLAIN_AMOUNT.fullmatch(word):
            continue
        if mixed or capitals or _CAMEL.fullmatch(word):
            yield word


def _capitalised(text: str) -> Iterator[str]:
    """Capitalised words that don't begin a sentence, a line or a quotation."""
    for match in _CAPITALISED.finditer(text):
        word = re.sub(r"['’]\w+$", "", match["word"])
        if match["before"] is None and word.casefold() not in _EXEMPT:
            yield word


def _joined(passage: str) -> frozenset[str]:
    """Every word of the passage and every few neighbours written as one, so that `Wi-Fi` and `WiFi`, `ST 900` and `ST-900` are the same."""
    words = [word.casefold() for word in _LETTERS.findall(passage)]
    runs = (words[at : at + size] for size in range(1, _LONGEST_JOIN + 1) for at in range(len(words) - size + 1))
    return frozenset("".join(run) for run in runs) | frozenset(tokens(passage))


def _is_known(name: str, known: frozenset[str]) -> bool:
    """Whether the passage has the name, in the singular or plural."""
    plain = "".join(_LETTERS.findall(name)).casefold()
    return bool(known & {plain, plain + "s", plain.removesuffix("s"), plain.removesuffix("es")})


def _missing_labels(answer: str, passage: str, reported: frozenset[str]) -> Iterator[str]:
    line = f" {normalise(passage)} "
    for quoted in dict.fromkeys(first or second for first, second in _QUOTED.findall(answer)):
        label = normalise(quoted)
        if label and f" {label} " not in line and quoted not in reported:
            yield f'The passage has no "{quoted}".'

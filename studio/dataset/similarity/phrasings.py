"""The guard of the question sets: training data and question sets never share a phrasing.

A model that was trained on a question answers it from memory, and the measured accuracy says nothing about customers. A
phrasing counts as shared when it is the same but for case, punctuation and spacing, or so near that a person would call it a
copy with an edit. Two measures, either of which is enough, both blind to the order of words:

- words: Dice's coefficient on the words (Dice 1945), 100 * 2 |A and B| / (|A| + |B|). Finds the changed, added or dropped
  word, however long it is. With `WORDS_THRESHOLD` 80 every question of five words or more is found with any one word
  replaced (n words, one replaced: 100 (n - 1) / n), and every one of two or more with one added or dropped.
- characters: the normalised indel similarity of the sorted words, from `CHARACTERS_THRESHOLD` 85. Finds typing errors,
  endings and joined words, which change many words a little.

Two different questions on one topic stay below: the sample data's training and held-out phrasings, written by different
hands for the same needs, reach at most 59 in words and 64 in characters. On banking77 (2,000 training x 400 test questions
of 77 intents, written by customers) 26 of 789,741 pairs with different intents are flagged, all short and alike but for a
word or two, as "How do I get my card?" and "How do I link my card?": what the edit means is not judged, because a model that
has learned the one by heart is helped on the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from studio.dataset.progress import Progress
from studio.scoring.normalise import PAUSE, STOP, tokens

if TYPE_CHECKING:
    import numpy as np

WORDS_THRESHOLD = 80.0
CHARACTERS_THRESHOLD = 85.0
_CHUNK = 4_096  # training questions compared at a time: with 400 questions 2 x 6.5 MB of similarities
_UNKNOWN = "\0"  # stands for every word that no evaluation question has; no evaluation question holds it
_FIRST_LETTER, _AFTER_SURROGATES = 1, 0x800


@dataclass(frozen=True)
class SharedPhrasing:
    """A training question that stands in a question set. `similarity` is from 0 to 100; 100 is the same text."""

    train: str
    evaluation: str
    similarity: float


@dataclass(frozen=True)
class _Phrasing:
    text: str
    words: tuple[str, ...]

    @property
    def sorted_text(self) -> str:
        return " ".join(sorted(self.words))


def normalise_question(question: str) -> str:
    """The question without case, punctuation and spacing; numbers in one form."""
    return " ".join(_words(question))


def shared_phrasings(
    train_questions: Iterable[str], eval_questions: Iterable[str], progress: Progress | None = None
) -> list[SharedPhrasing]:
    """The pairs that are the same phrasing, the nearest first; each pair of texts once, however often it occurs.

    Takes some five seconds for 100,000 x 300 questions, half of it to normalise them, and memory for 4,096 training questions at a time.
    """
    evaluation = _phrasings(eval_questions)
    if not evaluation:
        return []
    alphabet = _alphabet(evaluation)
    questions = list(dict.fromkeys(train_questions))
    found: list[SharedPhrasing] = []
    for start in range(0, len(questions), _CHUNK):
        if progress:
            progress(start, len(questions))
        train = _phrasings(questions[start : start + _CHUNK])
        found += _shared_in(train, evaluation, alphabet) if train else []
    return sorted(found, key=lambda pair: (-pair.similarity, pair.evaluation, pair.train))


def _shared_in(train: Sequence[_Phrasing], evaluation: Sequence[_Phrasing], alphabet: dict[str, str]) -> list[SharedPhrasing]:
    import numpy as np

    spell = partial(_spell, alphabet)
    words = _similarities([spell(phrasing) for phrasing in train], [spell(phrasing) for phrasing in evaluation])
    characters = _similarities([phrasing.sorted_text for phrasing in train], [phrasing.sorted_text for phrasing in evaluation])
    shared = np.argwhere((words >= WORDS_THRESHOLD) | (characters >= CHARACTERS_THRESHOLD))
    return [
        SharedPhrasing(train[i].text, evaluation[j].text, round(float(max(words[i, j], characters[i, j])), 1))
        for i, j in shared.tolist()
    ]


def _similarities(train: list[str], evaluation: list[str]) -> np.ndarray:
    """Normalised indel similarities, float32, shape (train, evaluation), from 0 to 100."""
    import numpy as np
    from rapidfuzz import fuzz, process

    cutoff = min(WORDS_THRESHOLD, CHARACTERS_THRESHOLD)
    return process.cdist(train, evaluation, scorer=fuzz.ratio, score_cutoff=cutoff, dtype=np.float32, workers=-1)


def _phrasings(questions: Iterable[str]) -> list[_Phrasing]:
    phrasings = (_Phrasing(question, _words(question)) for question in dict.fromkeys(questions))
    return [phrasing for phrasing in phrasings if phrasing.words]


def _words(question: str) -> tuple[str, ...]:
    return tuple(token for token in tokens(question) if token not in (STOP, PAUSE))


def _alphabet(evaluation: Sequence[_Phrasing]) -> dict[str, str]:
    """One character for each word of the evaluation questions, so that indel similarity counts words.

    On sorted words it is Dice's coefficient: their longest common subsequence is their intersection, repetitions counted.
    """
    words = sorted({word for phrasing in evaluation for word in phrasing.words})
    codes = (number if number < 0xD800 else number + _AFTER_SURROGATES for number in range(_FIRST_LETTER, len(words) + 1))
    return {word: chr(code) for word, code in zip(words, codes, strict=True)}


def _spell(alphabet: dict[str, str], phrasing: _Phrasing) -> str:
    return "".join(sorted(alphabet.get(word, _UNKNOWN) for word in phrasing.words))

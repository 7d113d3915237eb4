"""Which texts are alike: the same but for case and punctuation, or nearly the same words.

Near ones are found without comparing every pair: MinHash proposes pairs (`minhash`), and Dice's coefficient on the words decides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from sys import intern

from studio.dataset.progress import Progress
from studio.dataset.similarity.minhash import likely_pairs

NEAR = 0.8
"""Dice's coefficient from which two texts are nearly the same: of five words one may differ."""

_WORD = re.compile(r"\w+")
# Chinese and Japanese have no spaces: each of their characters is a word.
_WORD_OR_CHARACTER = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")
_SHORTEST = 4  # words: in shorter texts one other word makes another text


def words_of(text: str) -> tuple[str, ...]:
    """The words, without case and punctuation; each Chinese or Japanese character is one. A word of many texts is one string in memory."""
    return tuple(map(intern, (_WORD if text.isascii() else _WORD_OR_CHARACTER).findall(text.lower())))


def near_pairs(texts: Sequence[tuple[str, ...]], progress: Progress | None = None) -> Iterator[tuple[int, int]]:
    """Positions of texts, given by their words, that are nearly but not exactly the same; of texts that are the same only the first is compared.

    Yields:
        (earlier, later), for each later text the nearest earlier ones only as far as MinHash proposes them.
    """
    first: dict[tuple[str, ...], int] = {}
    for position, words in enumerate(texts):
        if len(words) >= _SHORTEST:
            first.setdefault(words, position)
    distinct, positions = list(first), list(first.values())
    for earlier, later in likely_pairs(distinct, progress):
        if dice(distinct[earlier], distinct[later]) >= NEAR:
            yield positions[earlier], positions[later]


def same_groups(keys: Iterable[Hashable]) -> Iterator[list[int]]:
    """Positions with the same key (a text's words, say), in groups of two or more; an empty key is in no group."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for position, key in enumerate(keys):
        if key:
            groups[key].append(position)
    return (group for group in groups.values() if len(group) > 1)


def dice(first: Sequence[str], second: Sequence[str]) -> float:
    """Dice's coefficient on the sets of words (Dice 1945): 2 |A and B| / (|A| + |B|), from 0 to 1."""
    left, right = set(first), set(second)
    return 2 * len(left & right) / (len(left) + len(right)) if left or right else 1.0

"""Which texts are alike: the same but for case and punctuation, or nearly the same words.

Near ones are found without comparing every pair: MinHash signatures of the words, banded (Broder 1997; Leskovec, Rajaraman and Ullman,
Mining of Massive Datasets, chapter 3; here datasketch's), propose pairs, and Dice's coefficient on the words decides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence

NEAR = 0.8
"""Dice's coefficient from which two texts are nearly the same: of five words one may differ."""

_WORD = re.compile(r"\w+")
_WORD_OR_CHARACTER = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+"
)  # Chinese and Japanese have no spaces
_JACCARD = 0.6  # proposed from here: Dice 0.8 is Jaccard 0.67, and a signature is an estimate
_SIGNATURE = 64  # hashes; 100,000 questions take some ten seconds
_SHORTEST = 4  # words: in shorter texts one other word makes another text


def words_of(text: str) -> tuple[str, ...]:
    """The words, without case and punctuation; each Chinese or Japanese character is one."""
    return tuple((_WORD if text.isascii() else _WORD_OR_CHARACTER).findall(text.lower()))


def near_pairs(texts: Sequence[tuple[str, ...]]) -> Iterator[tuple[int, int]]:
    """Positions of texts, given by their words, that are nearly but not exactly the same; of texts that are the same only the first is compared.

    Yields:
        (earlier, later), for each later text the nearest earlier ones only as far as MinHash proposes them.
    """
    from datasketch import MinHash, MinHashLSH

    first: dict[tuple[str, ...], int] = {}
    for position, words in enumerate(texts):
        if len(words) >= _SHORTEST:
            first.setdefault(words, position)
    if len(first) < 2:
        return
    index = MinHashLSH(threshold=_JACCARD, num_perm=_SIGNATURE)
    signatures = MinHash.generator(([word.encode() for word in words] for words in first), num_perm=_SIGNATURE, seed=1)
    for (words, position), signature in zip(first.items(), signatures, strict=True):
        for earlier in sorted(index.query(signature)):
            if dice(texts[earlier], words) >= NEAR:
                yield earlier, position
        index.insert(position, signature, check_duplication=False)


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

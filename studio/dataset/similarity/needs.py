"""Do two questions ask for the same thing? Nearly the same words are not enough: "turn on" and "turn off" differ by a letter or two.

Two questions have the same need when what they are about (`wording`) differs by typing errors at most, or by a word or two that only one of them
has and that does not narrow it down. Another word in the place of one, another number, an opposite or the way back makes it another need.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from studio.dataset.similarity.likeness import dice
from studio.dataset.similarity.wording import about, stem, words_in

_OPPOSITES = """
    on off | enable disable | activate deactivate | open close closed shut | add remove delete | buy sell |
    install uninstall | lock unlock | block unblock | start stop end | increase decrease reduce | raise lower |
    import export | upload download | upgrade downgrade | before after | with without | arrival departure |
    arrive depart leave | inbound outbound | incoming outgoing | send receive | include exclude |
    connect disconnect | login logout | in out | up down | first last | min max | minimum maximum |
    subscribe unsubscribe | always never | ein aus | an ab | aktivieren deaktivieren | activar desactivar |
    activer désactiver | 开 关 | 增 减 | 取 存 | yes no
"""
_NONE: frozenset[str] = frozenset()
_OPPOSITE: dict[str, set[str]] = {}
for _words in _OPPOSITES.split("|"):
    for _word in _words.split():
        _OPPOSITE.setdefault(_word, set()).update(set(_words.split()) - {_word})

_NARROWING = frozenset(
    stem(word)
    for word in words_in(
        """
        standard express premium basic free student child children kid adult senior baby infant pet business economy
        first gold silver domestic international abroad overseas foreign online offline outside inside digital used
        new old second spare partial full half double single weekend weekday saturday sunday monday holiday night
        morning summer winter company private corporate prepaid postpaid annual monthly weekly saver flex gift group
        emergency late early left right front rear upper lower black white red blue green yellow cyan magenta small
        large big medium not never no without only except
        """
    )
)
_A_TYPING_ERROR = 80.0  # similarity of two spellings of one word, of 100: one letter of five
_NEAR_ENOUGH = 0.7  # Dice's coefficient of what two questions are about
_MOST_LEFT_OVER = 2  # words that one of the questions may have more
_ROUTE = re.compile(r"\bfrom (?:the |my )?(\w+) to (?:the |my )?(\w+)", re.IGNORECASE)
_ONLY_WORDS = re.compile(r"[^\W\d_]+|[\u3400-\u9fff]")


def are_opposed(first: str, second: str) -> bool:
    """Whether one text has a word and the other its opposite in its place, or one goes the way that the other comes back."""
    left, right = _all_words(first), _all_words(second)
    mine, others = left - right, (right - left).keys()
    if any(not _OPPOSITE.get(word, _NONE).isdisjoint(others) for word in mine):
        return True
    ways = [{match.groups() for match in _ROUTE.finditer(text.lower())} | _routes_back(text) for text in (first, second)]
    return any((end, start) in ways[1] for start, end in ways[0])


def same_need(first: str, second: str) -> bool:
    """Whether two questions ask for the same thing; see above for what makes a difference."""
    left, right = about(first), about(second)
    if left == right:
        return not are_opposed(first, second)
    if dice(tuple(left), tuple(right)) < _NEAR_ENOUGH / 2 or are_opposed(first, second):
        return False
    mine, others = _without_typing_errors(left - right, right - left)
    if mine and others:
        return False
    more = mine or others
    if len(more) > _MOST_LEFT_OVER or any(word in _NARROWING or any(map(str.isdigit, word)) for word in more):
        return False
    shared = len(left | right) - len(more)
    return not more or 2 * shared / (2 * shared + len(more)) >= _NEAR_ENOUGH


def _without_typing_errors(mine: Iterable[str], others: Iterable[str]) -> tuple[set[str], set[str]]:
    from rapidfuzz import fuzz

    left, right = set(mine), set(others)
    for word in sorted(left):
        spelled = next(
            (other for other in sorted(right) if _letters(word, other) and fuzz.ratio(word, other) >= _A_TYPING_ERROR), None
        )
        if spelled is not None:
            left.discard(word)
            right.discard(spelled)
    return left, right


def _letters(first: str, second: str) -> bool:
    return not any(character.isdigit() for character in first + second)


def _all_words(text: str) -> Counter[str]:
    return Counter(_ONLY_WORDS.findall(text.lower()))


def _routes_back(text: str) -> set[tuple[str, str]]:
    """("hotel", "airport") for "to the airport from the hotel"."""
    found = re.finditer(r"\bto (?:the |my )?(\w+) from (?:the |my )?(\w+)", text.lower())
    return {(match[2], match[1]) for match in found}

"""What a sentence is about: its words without those that only hold it together, in one form, whatever the grammar and the courtesy around them.

    "Hi, could you tell me how long my refunds take, please?"  ->  {time, refund, take}

Word lists for English, German, Spanish and French, and single characters for Chinese and Japanese: coarse, but the same for every text.
"""

from __future__ import annotations

import re
from functools import lru_cache

from studio.dataset.similarity.likeness import words_of


def words_in(text: str) -> frozenset[str]:
    """The words of a list that is written as text."""
    return frozenset(text.split())


_HOLDING = words_in(
    """
    a an the this that these those some any i me my mine we us our you your he she it its they them their one ones who which
    whose is are was were be been being am do does did doing done have has had having will would shall should could might may
    can must of in on at to for from by with as into onto about and or but so then than if there here just only also too very
    really again still now ever what how where why please pls kindly hi hello hey dear thanks thank thx regards sorry good
    morning evening afternoon day team sir madam lovely quick question tell know want like need get got going make let see
    say help ok okay well much so until till take takes taking s t m d re ll ve unfortunately
    der die das ein eine einen einem einer des den dem ich mich mir mein meine meinen wir uns unser unsere sie ihr ihre ist
    sind war wird werden kann können und oder aber im in am an auf zu zum zur von mit für bei wie was wo warum bitte hallo
    danke es man noch auch nur el la los las un una unos unas de del al y o en con por para que como cómo qué mi mis su sus
    se es son puedo puede está hola gracias favor le les des du et ou dans avec pour est sont que qui comment mon ma mes je
    puis nous vous votre vos bonjour merci sur ce cette il elle 的 了 吗 呢 啊 吧 我 你 您 们 请 问 怎 么 但 是 在 把 给 就 都 也 和 与 个 这 那 想
    """
)
_SAME: dict[str, str] = {
    word: words.split()[0]
    for words in (
        "time when long soon fast quickly",
        "cost price fee charge expensive fare",
        "deliver delivery shipping ship shipment dispatch",
        "parcel package packet",
        "refund reimbursement reimburse moneyback",
        "buy purchase",
        "phone mobile smartphone handset cellphone",
        "bag suitcase luggage baggage",
        "e-mail email mail",
        "room chamber",
        "cancel cancellation cancelled canceled",
        "late delay",
        "change alter modify",
        "pay payment paid",
        "break broken broke",
    )
    for word in words.split()
}
_COMPLAINT = re.compile(r"\bfor the \w+ time\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?:;。！？\n]+[.!?:;。！？]*")
_ENDINGS = (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"), ("ing", ""), ("ed", ""), ("s", ""))
_SHORTEST_STEM = 3


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The word without an English ending of number or tense, synonyms of support talk as one: "shipped" and "delivery" are `deliver`."""
    bare = _bare(word)
    return _SAME.get(word) or _SAME_STEMS.get(bare, bare)


def _bare(word: str) -> str:
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM and not word.endswith("ss"):
            word = word[: len(word) - len(ending)] + instead
            break
    if len(word) > _SHORTEST_STEM and word[-1] == word[-2] and word[-1] in "bdgmnprt":
        word = word[:-1]  # stopp-ed, swapp-ing
    return word.rstrip("e") if len(word) > _SHORTEST_STEM else word


_SAME_STEMS = {_bare(word): same for word, same in _SAME.items()}


@lru_cache(maxsize=4096)
def about(text: str) -> frozenset[str]:
    """The words that say what a text is about; where there are none, all of its words."""
    words = set(words_of(_COMPLAINT.sub(" ", text)))
    return frozenset(map(stem, words - _HOLDING)) or frozenset(words)


def without_courtesy(text: str) -> str:
    """The text without the sentences that are about nothing: "Hello dear team, I have a quick question:", "Thank you so much!"."""
    sentences = _SENTENCE.findall(text)
    telling = [sentence for sentence in sentences if not _HOLDING.issuperset(words_of(_COMPLAINT.sub(" ", sentence)))]
    return " ".join(telling) if telling and len(telling) < len(sentences) else text

"""What in a chat log is no question and no answer: greetings, thanks, waiting, and the notices of the chat tool.

A turn is left out when all of its parts, from one punctuation mark to the next, fall under a rule; a turn that says anything else stays whole. So the customer's last need, not
their "thanks, bye", comes last, and the answer to it is what is trained. The rules are shown beside the import.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from studio.dataset.reading.turns import Turn, joined

_PART_END = re.compile(r"[.!?\n;,。！？，]+")
_POLITE = r"(?:please|sir|madam|ma'?am|there|everyone|all|again|so much|very much|a lot|then|now|too|for that|for (?:your|the) (?:help|time|patience|info(?:rmation)?))"
_NICE = r"(?:nice|great|lovely|good|wonderful|pleasant|happy)"


@dataclass(frozen=True)
class Rule:
    """One kind of small talk. `sentence` explains it; a part of a turn that `pattern` matches as a whole falls under it."""

    name: str
    sentence: str
    pattern: re.Pattern[str]


def _rule(name: str, sentence: str, *alternatives: str) -> Rule:
    return Rule(name, sentence, re.compile(rf"(?:{'|'.join(alternatives)})(?:,? {_POLITE})*", re.IGNORECASE))


RULES: tuple[Rule, ...] = (
    _rule(
        "greeting",
        "Greetings: “Hi there!”, “Good morning, how can I help you?”",
        r"(?:hi|hello|hey|hiya|greetings|welcome)(?: [\w.'-]+){0,3}",
        r"good (?:morning|afternoon|evening|day)(?: [\w.'-]+){0,3}",
        r"(?:and )?(?:how|what) (?:can|may|could) i (?:help|assist|do)(?: (?:you|for you))?(?: with)?(?: today)?",
        r"how are you(?: doing)?(?: today)?",
        r"(?:thank you|thanks) for (?:contacting|calling|choosing|reaching out to|chatting with)(?: [\w.'&-]+){0,5}",
        r"(?:this is|my name is|i am|i'm|you are speaking (?:to|with)) [\w.'-]+(?: (?:from|with) [\w.' -]+)?",
    ),
    _rule(
        "waiting",
        "Waiting: “One moment, please”, “Are you still there?”",
        r"(?:just )?(?:one|a|1) (?:moment|second|sec|minute|min)",
        r"(?:please )?(?:hold on|bear with me|wait)(?: (?:a|one|just a) (?:moment|second|sec|minute|min))?",
        r"ok(?:ay)?|alright|all right|got it|perfect|great|certainly|of course|no problem",
        r"let me (?:check|look|see)(?: (?:that|this|into (?:that|this|it)))?(?: up)?(?: for you)?",
        r"are you (?:still )?there",
        r"(?:sorry )?for the wait",
    ),
    _rule(
        "thanks",
        "Thanks: “Thanks a lot”, “You're welcome”",
        r"(?:no |many )?(?:thanks?|thank you|thx|ty|cheers)",
        r"(?:you'?re|you are) (?:most |very )?welcome",
        r"(?:it was )?my pleasure|no worries|glad (?:i|to) (?:could |be of )?help(?:ed)?",
        r"that(?:'s| is|'ll be| will be) (?:all|it|everything)(?: (?:i need(?:ed)?|for (?:now|today)))?",
    ),
    _rule(
        "closing",
        "Closings: “Anything else I can help with?”, “Have a nice day”",
        r"(?:is there |do you need |will there be )?(?:anything|something) else(?: (?:that )?(?:i|we) (?:can|could|may) (?:help|assist|do)(?: (?:you|for you))?(?: with)?)?(?: today)?",
        r"(?:that'?s |that is |that will be |that'll be )?nothing else",
        rf"have (?:a|an) (?:{_NICE} |rest of )*(?:day|evening|weekend|night|one|afternoon)(?: ahead)?",
        r"(?:good ?)?bye(?:-?bye)?|see you|take care|good night",
        r"i (?:really )?appreciate (?:it|that|your help)|have a good (?:time|trip|stay)",
    ),
    _rule(
        "notice",
        "Notices of the chat tool: “Anna has joined the chat”",
        r"[\w .'-]{1,40} (?:has )?(?:joined|left|ended|entered|closed|been (?:transferred|disconnected))(?: (?:the|this) (?:chat|conversation|session))?",
        r"(?:chat|conversation|session) (?:has )?(?:started|ended|closed|transferred)(?: [\w ]{0,30})?",
    ),
)


def rule_of(text: str) -> Rule | None:
    """The rule under which the whole text falls, that of its first part; None where it says something else, too."""
    parts = [part.strip(" :-–—*\"'()") for part in _PART_END.split(text)]
    rules = [_matching(part) for part in parts if part]
    return rules[0] if rules and all(rules) else None


def without_small_talk(turns: Sequence[Turn]) -> list[Turn]:
    """The turns that say something, those of one speaker in a row as one."""
    return joined([turn for turn in turns if turn["role"] == "system" or rule_of(turn["content"]) is None])


def _matching(part: str) -> Rule | None:
    return next((rule for rule in RULES if rule.pattern.fullmatch(part)), None)

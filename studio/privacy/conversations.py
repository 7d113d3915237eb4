"""A conversation without personal data, in which the same address stays the same: who asked about which order can still be followed.

My order 44782109 ... and 44990021?      My order [order number 1] ... and [order number 2]?
Order 44782109 was sent.                 Order [order number 1] was sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from studio.privacy.company import is_the_companys
from studio.privacy.found import Found
from studio.privacy.redaction import take_all


def redact_conversation(
    messages: Sequence[Mapping[str, str]], *, own: Collection[str] = ()
) -> tuple[list[dict[str, str]], tuple[Found, ...]]:
    """The messages with personal data and secrets replaced by numbered placeholders, and what was found, as often as it stood there.

    The same thing has the same number in all turns, however it is spaced and capitalised; every kind counts apart. The help desk's own
    addresses and hotlines in an assistant's turn stay, because the answer is there to give them.

    Args:
        messages: the turns.
        own: what else the company's answers may give, each as `Found.thing` spells it (`own_contacts`).
    """
    numbers: dict[str, dict[str, int]] = defaultdict(dict)
    found: list[Found] = []
    redacted = []
    for message in messages:
        answers = message["role"] == "assistant"

        def take(kind: str, original: str, before: str, answers: bool = answers) -> str:
            one = Found(kind, original, answers)
            if answers and (one.thing in own or is_the_companys(kind, original, before)):
                return original
            found.append(one)
            known = numbers[kind]
            return f"[{kind} {known.setdefault(one.thing, len(known) + 1)}]"

        redacted.append({**message, "content": take_all(message["content"], take)})
    return redacted, tuple(found)

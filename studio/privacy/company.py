"""Addresses and numbers of the company itself, which an answer is there to give: its help desk's mailbox, its hotline.

A mailbox is one by its name (RFC 2142, and what support teams add to it), a number by its range: freephone and shared-cost numbers belong to no
private person. Any other number is the company's when the answer calls it so ("our hotline is ..."), and any address or number that is the answer to
many customers and was typed by none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from studio.privacy.found import Found

_MAILBOX = re.compile(
    r"(?:info|marketing|sales|support|abuse|noc|security|postmaster|hostmaster|webmaster"  # RFC 2142
    r"|help|helpdesk|service|services|care|customer[._-]?(?:care|service|support)|contact|hello|team|office|billing|accounts?|orders?|returns?|refunds?|claims?"
    r"|bookings?|reservations?|press|privacy|dpo|jobs|feedback|no-?reply|kontakt|kundenservice|hilfe|soporte|ayuda|contacto|atencion|aide|kefu)"
    r"(?:[._+-]\w+)?@",
    re.IGNORECASE,
)
_FREEPHONE = re.compile(
    r"(?:00|\+)?800\d{8}"  # international, ITU-T E.169.1
    r"|\+?1?8(?:00|33|44|55|66|77|88)\d{7}"  # North America
    r"|(?:0|(?:00|\+)\d{2}0?)80[08]\d{5,8}|(?:0|(?:00|\+)440?)(?:3\d{9}|8[47]\d{8})|(?:0|(?:00|\+)490?)1(?:80|37)\d{6,9}"  # Europe, UK 03 and 084, Germany 0180
    r"|(?:\+?86)?(?:400|800)\d{7}"  # China
    r"|1[38]00\d{6}"  # Australia
)
_OURS = re.compile(
    r"(?:\bour\b|hotline|helpline|helpdesk|(?:customer|service|support|emergency)\s(?:care|service|line|team|desk|centre|center)|switchboard|热线|客服|总机)[^.!?。！？]*$",
    re.IGNORECASE,
)

_CONTACTS = ("e-mail", "phone number")
_OFTEN = 5  # different questions: one customer's number is not the answer to so many


def is_the_companys(kind: str, original: str, before: str) -> bool:
    """Whether what was found in an answer is the company's own address or number; `before` is the text in front of it."""
    if kind == "e-mail":
        return _MAILBOX.match(original) is not None
    if kind == "phone number":
        return _FREEPHONE.fullmatch(re.sub(r"[^\d+]", "", original)) is not None or _OURS.search(before) is not None
    return False


def own_contacts(conversations: Iterable[tuple[str, Sequence[Found]]]) -> dict[str, int]:
    """Addresses and numbers that many answers give and no customer ever typed: the company's own, with the number of questions they answer.

    Args:
        conversations: what was asked in each, and what was found in it. Those that ask the same count once.
    """
    asked: dict[str, set[str]] = defaultdict(set)
    typed: set[str] = set()
    for question, found in conversations:
        for one in found:
            if not one.in_answer:
                typed.add(one.thing)
            elif one.kind in _CONTACTS:
                asked[one.thing].add(question)
    return {
        thing: len(questions) for thing, questions in sorted(asked.items()) if len(questions) >= _OFTEN and thing not in typed
    }

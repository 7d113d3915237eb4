"""Numbers that only the word before them tells from others: "order 44782109", "Kundennummer 88120456", "护照号 E12345678".

A number with "number", "no.", "#" or a colon before it needs five characters; without, seven ("I ordered 25000 leaflets" stays). An amount, and an
example of what such a number looks like, stay as they are.
"""

from __future__ import annotations

import re

from studio.privacy.context import is_an_example
from studio.privacy.found import Take

_KINDS: tuple[tuple[str, str], ...] = (
    ("passport number", r"passports?|reisepass(?:nummer)?|passeport|pasaporte|护照"),
    (
        "ID number",
        r"(?:national |identity |tax )?id(?:entity)?(?: card)?|ssn|social security|driv(?:ing|er'?s) licen[cs]e|aadhaar|pesel|nino|national insurance"
        r"|(?:personal)?ausweis(?:nummer)?|steuer-?id(?:entifikationsnummer)?|id-?nr|dni|nie|身份证|证件",
    ),
    (
        "tracking number",
        r"tracking|parcel|package|shipment|consignment|waybill|awb|sendungs?(?:nummer|nr)?|suivi|seguimiento|快递|运单|物流单?|包裹",
    ),
    (
        "booking reference",
        r"booking|reservation|confirmation|reference|ref|pnr|record locator|buchungs?(?:code|nummer|nr)?|reservierungs?(?:nummer)?|réservation|reserva|预订|预定|确认",
    ),
    (
        "order number",
        r"orders?|purchase order|bestell(?:ung|nummer|nr)|auftrags?(?:nummer|nr)?|commande|pedido|ordine|zamówienie|订单|单号|工单",
    ),
    ("invoice number", r"invoice|bill|rechnungs?(?:nummer|nr)?|facture|factura|发票"),
    ("case number", r"case|e-?ticket|claim|incident|complaint|vorgangs?(?:nummer)?|schadens?(?:nummer)?"),
    (
        "customer number",
        r"customer|client|account|acct|member(?:ship)?|loyalty|frequent flyer|policy|contract|kunden?(?:nummer|nr)?|konto(?:nummer)?"
        r"|vertrags?(?:nummer)?|versicherungs?(?:nummer)?|mitglieds?(?:nummer)?|cuenta|compte|客户|会员|账号|账户|保单",
    ),
)
_MARK = r"(?:number|num\.?|no\.?|nr\.?|nummer|nº|n°|#|id|code|card|reference|ref\.?|locator|numéro|número|号码|号|编号)"
_LINK = r"(?:\s?[:=：]|\s(?:is|was|are|lautet|ist|es|est|è)\b|\s?[是为])"
_VALUE = r"[A-Za-z0-9]+(?:[-/.][A-Za-z0-9]+)*|\d(?:[ ]\d)+"
_LABELLED = re.compile(
    "(?:" + "|".join(f"(?P<k{place}>(?<![A-Za-z])(?:{words}))" for place, (_, words) in enumerate(_KINDS)) + ")"
    rf"(?P<mark>(?:[\s-]{{0,2}}{_MARK}(?![A-Za-z])){{0,2}})(?P<link>{_LINK}?)\s{{0,2}}(?P<hash>\#?)(?P<value>\d+(?: \d+)+|[A-Za-z0-9]+(?:[-/.][A-Za-z0-9]+)*)"
    r"(?![A-Za-z0-9@])",
    re.IGNORECASE,
)
_ANOTHER = re.compile(
    r"(?P<joint>\s?(?:,|/|and|und|y|et|or|和|与|、)\s?)(?P<value>[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)(?![A-Za-z0-9@])"
)
_AMOUNT_AFTER = re.compile(
    r"\s?(?:[$€£¥₹%元块]|[.,]\d|(?:usd|eur|gbp|cny|yen|won|dollars?|euros?|pounds?|points?|miles|积分|件|张)\b)", re.IGNORECASE
)
_DATE = re.compile(r"(?:19|20)\d\d(?:[-/.]\d{1,2}){1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)?\d\d|(?:19|20)\d\d[-/](?:19|20)?\d\d")
_SHORTEST_MARKED, _SHORTEST = 5, 7
_LOCATOR = re.compile(r"[A-Z0-9]{5,8}")  # as airlines and hotels write them
_NUMBERLIKE = re.compile(r"\d{3}|[A-Z]{5}|[A-Z0-9]{6}")


def take_labelled_numbers(text: str, take: Take) -> str:
    """The text without the numbers that a word before them makes personal; the word stays."""
    if not _NUMBERLIKE.search(text):
        return text
    pieces, start = [], 0
    while (match := _LABELLED.search(text, start)) is not None:
        end, before = match.start("value"), text[max(0, match.start() - 60) : match.start()]
        pieces.append(text[start:end])
        kind = next(kind for place, (kind, _) in enumerate(_KINDS) if match[f"k{place}"])
        start = end
        if _is_number(match, kind, text) and not is_an_example(before):
            pieces.append(take(kind, match["value"], before))
            start = match.end("value")
            while (other := _ANOTHER.match(text, start)) is not None and _long(other["value"], _SHORTEST):
                pieces.append(other["joint"] + take(kind, other["value"], before))
                start = other.end()
    return "".join([*pieces, text[start:]])


def _is_number(match: re.Match[str], kind: str, text: str) -> bool:
    value, marked = match["value"], bool(match["mark"] or match["hash"] or match["link"].strip() in (":", "=", "："))
    if _DATE.fullmatch(value) or _AMOUNT_AFTER.match(text, match.end("value")):
        return False
    if kind == "booking reference" and _LOCATOR.fullmatch(value):
        pnr = match.group(0).lower().startswith("pnr")
        if any(character.isdigit() for character in value):
            return True
        return (marked or pnr) and (pnr or not match.group(0).isupper())
    return _long(value, _SHORTEST_MARKED if marked else _SHORTEST)


def _long(value: str, shortest: int) -> bool:
    """Whether it has that many letters and digits, three digits among them."""
    digits = sum(character.isdigit() for character in value)
    return sum(character.isalnum() for character in value) >= shortest and digits >= 3

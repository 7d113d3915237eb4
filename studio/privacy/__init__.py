"""Personal data and secrets in free text, replaced by a placeholder.

    e-mail addresses   [e-mail]           payment cards (Luhn)             [payment card]
    phone numbers      [phone number]     IBANs (ISO 13616 mod 97)         [IBAN]
    keys, passwords    [secret]           national identity numbers        [ID number]
    file paths         [path], on request passports, orders, bookings ...  [passport number], [order number], ...

What is certain by its form or its check digits is taken wherever it stands (`secrets`, `identity`, `payment`). What is only a row of digits
needs a word before it that says what it is (`labelled`: "order 44782109"), or a sign of being a phone number (`phones`). Dates, amounts,
durations, serial and article numbers, the names of models, and examples of what a number looks like stay. Names of people and postal
addresses are not looked for.
"""

from studio.privacy.company import own_contacts
from studio.privacy.conversations import redact_conversation
from studio.privacy.found import Found
from studio.privacy.payment import is_card_number, is_iban
from studio.privacy.redaction import Redacted, redact

__all__ = ["Found", "Redacted", "is_card_number", "is_iban", "own_contacts", "redact", "redact_conversation"]

"""What the words before a number say about it: an example of what one looks like, or the number of a thing and of no person."""

from __future__ import annotations

import re

_SEEN = 30  # characters before a number
_EXAMPLE = re.compile(
    r"(?:for example|for instance|e\.?\s?g\.?|such as|looks? like|formats?|zum beispiel|z\.\s?b\.|par exemple|por ejemplo|例如|比如|形如)[\s:,(“\"']{0,3}(?:[A-Za-z]+\s)?$",
    re.IGNORECASE,
)
_THING = re.compile(
    r"(?:\b(?:serial|s/?n|imei|ean|isbn|issn|gtin|upc|sku|asin|article|item|part|model|batch|lot|version|firmware|build|modell|artikel|serien)|序列号|条码|型号|批次)"
    r"[\s-]{0,2}(?:number|numbers|no\.?|nr\.?|nummer|code|#)?\s?(?:is|was|ist|are|:|：|为|是)?\s{0,2}$",
    re.IGNORECASE,
)


def is_an_example(before: str) -> bool:
    """Whether the text in front of a number announces an example: "ten digits, for example 4400000000"."""
    return _EXAMPLE.search(before[-_SEEN:]) is not None


def is_a_thing(before: str) -> bool:
    """Whether the text in front of a number says that it is the number of a thing: "the serial number is 4532015112830366"."""
    return _THING.search(before[-_SEEN:]) is not None

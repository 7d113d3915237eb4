"""Sizes and long texts, as a page has room for them."""

from __future__ import annotations


def size(count_of_bytes: int) -> str:
    """Bytes in kB or MB (SI: powers of 1000)."""
    return f"{max(1, round(count_of_bytes / 1000)):,} kB" if count_of_bytes < 1_000_000 else f"{count_of_bytes / 1e6:,.1f} MB"


def shortened(text: str, limit: int) -> str:
    """The text, or its first `limit` characters and how many more there are."""
    return text if len(text) <= limit else f"{text[:limit].rstrip()} … ({len(text) - limit:,} more characters)"

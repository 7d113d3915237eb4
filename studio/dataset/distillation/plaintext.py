"""Plain text as Markdown: its characters mean themselves, and lines that stand alone like headings become headings."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\`*_\[\]<>~|])")
_RULE = re.compile(r"[-=_*~#\s]{3,}")
_BULLET = re.compile(r"^[•●○▪■◦‣∙·–—]\s+")
_ITEM = re.compile(r"^(?:[-+]|\d{1,3}[.)])\s+\S")
_NUMBERED = re.compile(
    r"^(\d{1,2}(?:\.\d{1,2}){1,4})\.?\s+\S|^(?:chapter|section|第[0-9一二三四五六七八九十]+[章节])\s*\d*", re.I
)
_LONGEST_HEADING = 80
_ENDS_A_SENTENCE = tuple(".,;:!。，；：！、")


def escaped(line: str) -> str:
    """A line of text whose characters Markdown takes as they are; bullets and numbers of lists stay what they are."""
    if _RULE.fullmatch(line):
        return ""
    bare = _BULLET.sub("- ", line)
    bare = _SPECIAL.sub(r"\\\1", bare)
    return f"\\{bare}" if bare.startswith("#") else bare


def text_markdown(text: str) -> str:
    """The text as Markdown."""
    lines = [line.strip().expandtabs(1) for line in text.replace("\f", "\n\n").splitlines()]
    return "\n".join(_line(lines, number) for number in range(len(lines)))


def _line(lines: list[str], number: int) -> str:
    line = lines[number]
    level = _heading_level(lines, number)
    return f"\n{'#' * level} {escaped(line)}\n" if level else escaped(line)


def _heading_level(lines: list[str], number: int) -> int:
    """The level of a line that is a heading: underlined, numbered like 2.1, or short, alone, and without a full stop; 0 for others."""
    line = lines[number]
    if not line or len(line) > _LONGEST_HEADING or _BULLET.match(line) or _RULE.fullmatch(line):
        return 0
    after = lines[number + 1] if number + 1 < len(lines) else ""
    if len(after) >= 3 and set(after) in ({"="}, {"-"}):
        return 1 if after[0] == "=" else 2
    alone = not (number and lines[number - 1])
    if line.endswith(_ENDS_A_SENTENCE) or not alone or not any(map(str.isalpha, line)):
        return 0
    if numbered := _NUMBERED.match(line):
        return 2 + (numbered[1] or "").count(".")
    if after or _ITEM.match(line) or not any(lines[number + 1 :]):
        return 0
    words = len(line.split())
    starts_big = line[0].isupper() or not line[0].isascii()
    return 2 if starts_big and words <= 10 and not line.endswith(("?", "？")) else 0

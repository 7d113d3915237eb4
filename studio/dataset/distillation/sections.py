"""Blocks as sections: what stands under which headings, without what no customer asks about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from studio.dataset.distillation.blocks import Block, Heading, Listing, Paragraph

_NUMBERING = re.compile(
    r"^\s*(?:(?:chapter|section|part|appendix)\s+(?:\d+|[A-Z])\b|第\s*[0-9一二三四五六七八九十百]+\s*[章节部分条]+|[一二三四五六七八九十]+、"
    r"|[（(]\s*(?:\d{1,3}|[一二三四五六七八九十]+)\s*[)）]|\d{1,3}(?:\.\d{1,3})+\.?(?=\s)|\d{1,3}\s*[.)、）](?=\s|[^\d\s.)]))\s*[:：.\-–]?\s*",
    re.I,
)
_PLAIN_NUMBER = re.compile(r"(\d{1,2})\s+(?=[^\W\d_])")
_LEFT_OUT = re.compile(
    r"(?:table of )?contents|(?:concept |function |subject )?index|copyright.*|legal notice|legal information|imprint|impressum|trademarks?|disclaimer|all rights reserved"
    r"|(?:revision|document|version) history|change ?log|references|bibliography|acknowledge?ments?|list of (?:figures|tables)"
    r"|目\s*录|版权.*|商标.*|免责声明|法律声明|修订(?:记录|历史)|版本历史|参考文献|索引",
    re.I,
)
_LEADER = re.compile(r"(?:\.\s?){4,}\s*\d+\s*$|…+\s*\d+\s*$")
_LEGAL_LINE = re.compile(r"(?:©|\(c\)|copyright\b).{0,120}\b(?:19|20)\d\d|all rights reserved|版权所有", re.I)
_LONGEST_LEGAL_LINE = 240
_ONLY_PAGE_NUMBER = re.compile(r"(?:page\s+)?[-–]?\s*\d{1,4}\s*(?:(?:of|/)\s*\d{1,4})?\s*[-–]?", re.I)


@dataclass
class Section:
    """What stands under one heading, up to the next one. `path` is that heading and those above it, outermost first."""

    path: tuple[str, ...]
    level: int
    blocks: list[Block] = field(default_factory=list)

    @property
    def heading(self) -> str:
        """Its own heading, without its number; empty for what stands before the first one."""
        return self.path[-1] if self.path else ""


def split(blocks: Sequence[Block], title: str) -> list[Section]:
    """The sections of a document in order. Tables of contents, copyright and the like are left out, with all that is under them.

    Args:
        blocks: the document.
        title: what it is called, where no heading says so.
    """
    sections = [Section((title,) if title else (), 0)]
    open_ones = list(sections)
    blocks = list(_without_plain_numbers(blocks))
    skipped_level: int | None = None
    for block in blocks:
        if isinstance(block, Heading):
            if skipped_level is not None and block.level > skipped_level:
                continue
            skipped_level = block.level if _LEFT_OUT.fullmatch(without_number(block.text)) else None
            if skipped_level is None:
                while open_ones[-1].level >= block.level:
                    open_ones.pop()
                open_ones.append(_under(open_ones[-1], block))
                sections.append(open_ones[-1])
        elif skipped_level is None and not _is_furniture(block):
            sections[-1].blocks.append(block)
    return sections


def subsections(sections: Sequence[Section], index: int) -> Iterator[Section]:
    """The sections below one, in order."""
    for section in sections[index + 1 :]:
        if section.level <= sections[index].level:
            return
        yield section


def without_number(heading: str) -> str:
    """A heading without `3.2`, `Chapter 4:` or `第三章`; all of it where nothing else would be left."""
    return _NUMBERING.sub("", heading, count=1).strip(" \t:：") or heading.strip()


def _without_plain_numbers(blocks: Sequence[Block]) -> Iterator[Block]:
    """Headings without `3` in `3 Safety`, where such numbers count the document's chapters; `2 year warranty` alone stays."""
    counted = {match[1] for block in blocks if isinstance(block, Heading) and (match := _PLAIN_NUMBER.match(block.text))}
    for block in blocks:
        if isinstance(block, Heading) and {"1", "2"} <= counted:
            yield Heading(block.level, _PLAIN_NUMBER.sub("", block.text))
        else:
            yield block


def _under(parent: Section, heading: Heading) -> Section:
    return Section((*parent.path, without_number(heading.text)), heading.level)


def _is_furniture(block: Block) -> bool:
    match block:
        case Paragraph(lines):
            leaders = sum(bool(_LEADER.search(line)) for line in lines)
            legal = len(block.text) <= _LONGEST_LEGAL_LINE and _LEGAL_LINE.search(block.text)
            return leaders * 2 > len(lines) or bool(legal) or bool(_ONLY_PAGE_NUMBER.fullmatch(block.text))
        case Listing(_, items):
            first = [item.blocks[0] for item in items if item.blocks]
            entries = sum(isinstance(block, Paragraph) and bool(_LEADER.search(block.text)) for block in first)
            return entries * 2 > len(items)
    return False

"""Markdown as a list of blocks with plain text in them: headings, paragraphs, lists, tables, code, folded parts.

The text is what a reader sees: emphasis, link addresses and pictures are gone, words, numbers and the order of steps are as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

_HARD_BREAK = "\v"
_FOLDS = re.compile(r"[ \t]*(</?details[^>]*>|<summary[^>]*>.*?</summary>)[ \t]*", re.I | re.S)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.S)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WIDE = "\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"  # Chinese and Japanese characters, written without spaces
_BREAK_IN_WIDE = re.compile(rf"(?<=[{_WIDE}])\n(?=[{_WIDE}])")
_BIGGEST_HTML = 200_000  # characters of raw HTML within Markdown that are converted


@dataclass(frozen=True)
class Heading:
    """A heading; levels count from 1."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph. `lines` are as printed; `bold` is the emphasised text that it begins with."""

    lines: tuple[str, ...]
    bold: str = ""

    @property
    def text(self) -> str:
        """Its lines joined, as they are read."""
        return joined("\n".join(self.lines))


@dataclass(frozen=True)
class Item:
    """One item of a list. `mark` is `-`, or its number as it stands, for example `3.`."""

    mark: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Listing:
    """A list."""

    ordered: bool
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Table:
    """A table; cells are plain text."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Code:
    """Text in which every space counts."""

    text: str


@dataclass(frozen=True)
class Fold:
    """The summary of a folded part, or, where `summary` is None, the part's end."""

    summary: str | None


Block = Heading | Paragraph | Listing | Table | Code | Fold


def parse(markdown: str) -> list[Block]:
    """The blocks of a document, in order. Any text is Markdown, so nothing is refused."""
    text = _FRONT_MATTER.sub("", markdown.replace("\r\n", "\n").replace("\r", "\n"))
    text = _FOLDS.sub(r"\n\n\1\n\n", _COMMENT.sub("", _CONTROL.sub(" ", text)))
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    return list(_blocks(SyntaxTreeNode(tokens).children))


def rendered(block: Block) -> str:
    """A block as an answer shows it: lists with their marks, the rows of a table as lines."""
    match block:
        case Heading(_, text) | Code(text):
            return text
        case Paragraph():
            return block.text
        case Listing(_, items):
            return "\n".join(_item(item) for item in items)
        case Table(head, rows):
            return "\n".join(table_row(head, row) for row in rows)
        case Fold(summary):
            return summary or ""


def rendered_all(blocks: Sequence[Block]) -> str:
    """Blocks as one text, an empty line between them."""
    return "\n\n".join(text for block in blocks if (text := rendered(block).strip()))


def table_row(head: Sequence[str], row: Sequence[str]) -> str:
    """A row as a line: `name: value` in a table of two columns, else each cell with its column's name."""
    if len(row) == 2:
        return ": ".join(cell for cell in row if cell)
    named = zip(head, row, strict=False)
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in named if cell)


def joined(text: str) -> str:
    """Lines of print as one, without a space between Chinese characters; breaks that were meant stay."""
    return re.sub(r"\s*\n\s*", " ", _BREAK_IN_WIDE.sub("", text)).replace(_HARD_BREAK, "\n").strip()


def _item(item: Item) -> str:
    body = rendered_all(item.blocks).replace("\n\n", "\n")
    return f"{item.mark} {body.replace(chr(10), chr(10) + ' ' * (len(item.mark) + 1))}"


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> Iterator[Block]:
    for node in nodes:
        match node.type:
            case "heading":
                if text := joined(_plain(node)):
                    yield Heading(int(node.tag[1]), text)
            case "paragraph":
                yield from _paragraph(node)
            case "bullet_list" | "ordered_list":
                yield _listing(node)
            case "table":
                yield _table(node)
            case "fence" | "code_block":
                yield Code(node.content.strip("\n"))
            case "html_block":
                yield from _html(node.content)
            case "blockquote":
                yield from _blocks(node.children)


def _paragraph(node: SyntaxTreeNode) -> Iterator[Paragraph]:
    lines = tuple(line.strip(" \t") for line in _plain(node).split("\n") if line.strip())
    if not lines:
        return
    inline = node.children[0].children
    first = next((child for child in inline if child.type != "text" or child.content.strip()), None)
    yield Paragraph(lines, joined(_plain(first)) if first is not None and first.type == "strong" else "")


def _listing(node: SyntaxTreeNode) -> Listing:
    ordered = node.type == "ordered_list"
    items = []
    for child in node.children:
        mark = f"{child.info}{child.markup}" if ordered else "-"
        items.append(Item(mark, tuple(_blocks(child.children))))
    return Listing(ordered, tuple(items))


def _table(node: SyntaxTreeNode) -> Table:
    rows = [
        tuple(joined(_plain(cell)) for cell in row.children)
        for part in node.children
        for row in part.children
    ]  # fmt: skip
    return Table(rows[0], tuple(rows[1:])) if rows else Table((), ())


def _html(content: str) -> Iterator[Block]:
    if fold := _FOLDS.fullmatch(content.strip()):
        tag = fold[1].lower()
        if tag.startswith("<summary"):
            yield Fold(re.sub(r"<[^>]*>", "", fold[1]).strip())
        elif tag.startswith("</"):
            yield Fold(None)
        return
    from studio.dataset.distillation.markup import html_markdown

    markdown = html_markdown(content[:_BIGGEST_HTML])
    # Whatever HTML is left is text now: to convert it again would go round in circles.
    tokens = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).parse(markdown)
    yield from _blocks(SyntaxTreeNode(tokens).children)


def _plain(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "code_inline" | "text_special":
            return str(node.content)
        case "softbreak":
            return "\n"
        case "hardbreak":
            return _HARD_BREAK
        case "image":
            return ""
        case "html_inline":
            return _HARD_BREAK if node.content.lower().startswith("<br") else ""
    return "".join(_plain(child) for child in node.children)

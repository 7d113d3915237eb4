"""A PDF as Markdown: larger or bold lines become headings, ruled tables become tables, page headers and footers are left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.dataset.distillation.plaintext import escaped, text_markdown
from studio.errors import BadInput

_MOST_PAGES = 2_000
_MARGIN = 0.09  # of the page's height, above and below, where headers and footers stand
_LARGER = 1.12  # times the body's size: a heading
_LONGEST_HEADING = 120
_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.I)
_PAGE_NUMBER = re.compile(r"(?:page|seite|p\.|第)?\s*[-–|]?\s*\d{1,4}\s*(?:(?:of|/|von)\s*\d{1,4})?\s*[-–|页]?", re.I)


@dataclass(frozen=True)
class Line:
    """A line of print. `box` names the block of text that it stands in; sizes and places are in points."""

    text: str
    size: float
    bold: bool
    page: int
    box: tuple[int, int]
    in_margin: bool = False
    table: str = ""


def pdf_markdown(path: Path, name: str) -> str:
    """The text of a PDF as Markdown.

    Raises:
        BadInput: it has a password, is damaged, has too many pages, or is a scan without text.
    """
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    try:
        with pdfplumber.open(path, laparams={}) as document:
            if len(document.pages) > _MOST_PAGES:
                raise BadInput(f"{name} has {len(document.pages):,} pages; at most {_MOST_PAGES:,} are read. Split it.")
            pages, lines = len(document.pages), []
            for page in document.pages:
                lines += list(_lines(page))
                page.close()
    except BadInput:
        raise
    except Exception as error:  # pdfminer raises whatever a damaged file leads it to
        if isinstance(error, PDFPasswordIncorrect) or any(isinstance(cause, PDFPasswordIncorrect) for cause in error.args):
            raise BadInput(f"{name} is protected by a password. Save it without one, and choose it again.") from error
        raise BadInput(
            f"{name} can't be read as a PDF ({type(error).__name__}). Open it in a PDF viewer and save it again."
        ) from error
    if not any(line.text.strip() or line.table for line in lines):
        raise BadInput(f"{name} holds no text in its {pages} pages: it is a scan. Run text recognition (OCR) on it first.")
    return lines_markdown(lines, pages=pages)


def lines_markdown(lines: Sequence[Line], *, pages: int) -> str:
    """Lines of print as Markdown."""
    kept = [line for line in _without_furniture(lines, pages) if line.text.strip() or line.table]
    if not kept:
        return ""
    body = body_size(kept)
    if all(level_of(line, body, ()) == 0 for line in kept):
        return text_markdown("\n".join(_plain(kept)))
    larger = sorted({_rounded(line.size) for line in kept if _is_larger(line, body)}, reverse=True)
    parts: list[str] = []
    before: Line | None = None
    for line in kept:
        parts.append(_markdown(line, before, body, larger))
        before = line
    return _joined_hyphens("".join(parts).strip()) + "\n"


def body_size(lines: Iterable[Line]) -> float:
    """The size that most characters have."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[_rounded(line.size)] += len(line.text)
    return sizes.most_common(1)[0][0]


def level_of(line: Line, body: float, larger: Sequence[float]) -> int:
    """The level of a heading; 0 for text. Sizes that are larger than the body's rank first, bold lines of its size last."""
    short = 1 < len(line.text.strip()) <= _LONGEST_HEADING and any(map(str.isalpha, line.text)) and not line.table
    if short and _is_larger(line, body):
        return min(5, larger.index(_rounded(line.size)) + 1) if larger else 1
    if short and line.bold and line.size >= body * 0.95 and not line.text.rstrip().endswith((".", ",", ";", ":", "。", "：")):
        return min(6, len(larger) + 1)
    return 0


def _markdown(line: Line, before: Line | None, body: float, larger: Sequence[float]) -> str:
    if line.table:
        return f"\n\n{line.table}\n\n"
    level = level_of(line, body, larger)
    text = escaped(line.text.strip())
    goes_on = before is not None and level_of(before, body, larger) == level and not before.table
    if level:
        same = goes_on and before is not None and before.box == line.box
        return f" {text}" if same else f"\n\n{'#' * level} {text}"
    if before is None or not goes_on:
        return f"\n\n{text}"
    same_box = before.box == line.box
    broken_off = text[:1].islower() and before.text.rstrip()[-1:].isalnum()
    return f"\n{text}" if same_box or broken_off else f"\n\n{text}"


def _plain(lines: Sequence[Line]) -> Iterator[str]:
    before = None
    for line in lines:
        if before is not None and before != line.box:
            yield ""
        yield line.text.strip()
        before = line.box


def _lines(page: Any) -> Iterator[Line]:
    """The lines of one page, in reading order; the rows of a ruled table become one entry where the table begins."""
    from pdfminer.layout import LTTextBoxHorizontal, LTTextLine

    tables = [(table.bbox, markup) for table in page.find_tables() if (markup := _table(table.extract()))]
    pending = list(tables)
    number, height = int(page.page_number), float(page.height)
    boxes = [element for element in page.layout if isinstance(element, LTTextBoxHorizontal)]
    for index, box in enumerate(boxes):
        for line in box:
            if not isinstance(line, LTTextLine):
                continue
            top, place = height - line.y1, (number, index)
            inside = next((table for table in tables if _holds(table[0], line, height)), None)
            if inside is None:
                yield _line(line, number, place, in_margin=top < height * _MARGIN or height - top < height * _MARGIN)
            elif inside in pending:
                pending.remove(inside)
                yield Line("", 0.0, False, number, place, table=inside[1])


def _line(line: Any, page: int, box: tuple[int, int], *, in_margin: bool) -> Line:
    from pdfminer.layout import LTChar

    characters = [character for character in line if isinstance(character, LTChar) and character.get_text().strip()]
    sizes = sorted(character.size for character in characters) or [0.0]
    bold = bool(characters) and all(_BOLD.search(character.fontname) for character in characters)
    text = " ".join(line.get_text().replace("\u00ad", "").split())
    return Line(text, sizes[len(sizes) // 2], bold, page, box, in_margin)


def _holds(bbox: Sequence[float], line: Any, height: float) -> bool:
    left, top, right, bottom = bbox
    across, down = (line.x0 + line.x1) / 2, height - (line.y0 + line.y1) / 2
    return bool(left <= across <= right and top <= down <= bottom)


def _table(rows: Sequence[Sequence[str | None]]) -> str:
    cells = [[_cell(cell) for cell in row] for row in rows if any(row)]
    if len(cells) < 2 or len(cells[0]) < 2:
        return ""
    head, *rest = cells
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rest))


def _cell(content: str | None) -> str:
    return escaped(" ".join((content or "").split()))


def _without_furniture(lines: Sequence[Line], pages: int) -> Iterator[Line]:
    """Lines that stand in the margin of many pages, whatever number they hold, and page numbers, are left out."""
    seen = Counter(mark for mark, _ in {(_mark(line), line.page) for line in lines if line.in_margin})
    for line in lines:
        repeated = line.in_margin and seen[_mark(line)] >= max(2, pages * 0.4)
        if not repeated and not (line.in_margin and _PAGE_NUMBER.fullmatch(line.text.strip())):
            yield line


def _mark(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def _is_larger(line: Line, body: float) -> bool:
    return line.size > body * _LARGER


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _joined_hyphens(text: str) -> str:
    """A word that was divided at the end of a line is one word again, if it stands whole somewhere else; its hyphen stays otherwise."""
    words = set(re.findall(r"\w+", text.lower()))

    def join(match: re.Match[str]) -> str:
        whole = f"{match[1]}{match[2]}"
        return whole if whole.lower() in words else f"{match[1]}-{match[2]}"

    return re.sub(r"(\w+)-\n(?=[a-zà-ÿ])(\w+)", join, text)

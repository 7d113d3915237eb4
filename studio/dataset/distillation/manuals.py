"""A manual of any kind as Markdown: Markdown, plain text, HTML, PDF, Word, and JSON collections of articles. Told by content.

Conversion happens in this process and fetches nothing: pictures and links are not followed. What the Markdown means is the business
of `blocks` and what follows it.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.dataset.distillation.plaintext import text_markdown
from studio.dataset.reading.textfile import MEGABYTE, check_file, read_text
from studio.errors import BadInput, UploadTooLarge

KINDS = (".md", ".markdown", ".txt", ".html", ".htm", ".pdf", ".docx", ".json", ".jsonl")
"""How the names of manuals usually end."""

_MOST_UNPACKED = 256 * MEGABYTE  # that a Word file, which is a zip, may unpack to
_SNIFFED = 4096
_HTML = re.compile(
    r"\s*(?:<!--.*?-->\s*)*(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html|head|body|div|main|article|h[1-6]|p|details|dl)\b",
    re.I | re.S,
)
_ATX_HEADING = re.compile(r"^#{1,6} +\S", re.M)
_TEXT_KEYS = ("content", "text", "body", "markdown")


@dataclass(frozen=True)
class Manual:
    """One document. `name` is what people call it: the file, and in a collection the article too; `title` is an article's own."""

    name: str
    title: str
    markdown: str


def read_manuals(path: Path, *, name: str | None = None, max_bytes: int | None = None) -> list[Manual]:
    """The manual of a file, or those of a JSON collection.

    Args:
        path: the file.
        name: what to call it; its own name by default.
        max_bytes: the largest file that is read.

    Raises:
        NotFound: there is no such file.
        UploadTooLarge: it is over the limit, or unpacks to more than 256 MB.
        BadInput: it can't be read (protected, damaged, a scan without text, no document), or holds no text; the sentence says which.
    """
    name = name or path.name
    check_file(path, max_bytes=max_bytes)
    with path.open("rb") as stream:
        head = stream.read(_SNIFFED)
    manuals = [manual for manual in _read(path, name, head, max_bytes) if manual.markdown.strip()]
    if not manuals:
        raise BadInput(f"{name} holds no text. Choose a document with text in it.")
    return manuals


def _read(path: Path, name: str, head: bytes, max_bytes: int | None) -> list[Manual]:
    if b"%PDF-" in head[:1024]:
        from studio.dataset.distillation.pdf import pdf_markdown

        return [Manual(name, "", pdf_markdown(path, name))]
    if head.startswith(b"PK\x03\x04"):
        return [Manual(name, "", _word_markdown(path, name))]
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadInput(f"{name} is an old Word file, or one with a password. Save it as .docx without a password.")
    text = read_text(path, max_bytes=max_bytes, name=name).encode("utf-8", errors="replace").decode()
    if text.lstrip()[:1] in ("{", "[") and (articles := _articles(text, name)):
        return articles
    return [Manual(name, "", _markdown(text, name))]


def _markdown(text: str, name: str) -> str:
    if _HTML.match(text):
        from studio.dataset.distillation.markup import html_markdown

        return html_markdown(text)
    if name.lower().endswith((".md", ".markdown")) or _ATX_HEADING.search(text):
        return text
    return text_markdown(text)


def _word_markdown(path: Path, name: str) -> str:
    """Word's headings, lists and tables, by way of HTML; pictures are left out."""
    import mammoth

    from studio.dataset.distillation.markup import html_markdown

    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if "word/document.xml" not in archive.namelist():
                raise BadInput(f"{name} is a zip file but no Word document. Unpack it and choose the documents in it.")
            # zipfile never unpacks more of a member than the size that it states
            if sum(member.file_size for member in members) > _MOST_UNPACKED:
                raise UploadTooLarge(
                    f"{name} unpacks to more than {_MOST_UNPACKED // MEGABYTE} MB. Remove its pictures, or split it."
                )
        with path.open("rb") as stream:
            html = mammoth.convert_to_html(stream, convert_image=mammoth.images.img_element(lambda _: {})).value
    except BadInput:
        raise
    except Exception as error:  # mammoth raises whatever its parts raise on a damaged file
        raise BadInput(
            f"{name} can't be read as a Word document ({type(error).__name__}). Open it in Word and save it again."
        ) from error
    return html_markdown(str(html))


def _articles(text: str, name: str) -> list[Manual]:
    """The articles of a JSON value or of JSON lines; nothing where it is no JSON.

    Raises:
        BadInput: it is JSON, but not of articles.
    """
    try:
        values = list(_json_values(text))
    except ValueError:
        return []
    articles = [_article(value, name, number) for number, value in enumerate(values, start=1) if isinstance(value, Mapping)]
    found = [article for article in articles if article is not None]
    if not found:
        raise BadInput(
            f"{name} is JSON without articles: each needs a title and a text ({', '.join(_TEXT_KEYS)}). "
            "Rows with questions and answers are imported on the Data page."
        )
    return found


def _json_values(text: str) -> Iterator[Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        yield from (json.loads(line) for line in text.splitlines() if line.strip())
        return
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    yield from value if isinstance(value, list) else [value]


def _article(value: Mapping[str, Any], name: str, number: int) -> Manual | None:
    content = next((value[key] for key in _TEXT_KEYS if isinstance(value.get(key), str)), None)
    if content is None:
        return None
    title = next((value[key] for key in ("title", "name", "id") if isinstance(value.get(key), str) and value[key].strip()), "")
    convert: Callable[[str, str], str] = _markdown if _HTML.match(content) else lambda text, _: text
    return Manual(f"{name}: {title}" if title else f"{name}, article {number}", title, convert(content, name))

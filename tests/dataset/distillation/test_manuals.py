"""Manuals of every kind give the same questions; what can't be read says why."""

from __future__ import annotations

import json
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.dataset.distillation.candidates import Candidate
from studio.dataset.distillation.manuals import read_manuals
from studio.dataset.distillation.structure import split_manual
from studio.errors import BadInput, UploadTooLarge
from tests.dataset.distillation import documents


def candidates(path: Path) -> dict[str, Candidate]:
    found = [candidate for manual in read_manuals(path) for candidate in split_manual(manual).candidates]
    return {candidate.question: candidate for candidate in found}


@pytest.mark.parametrize(
    "write",
    [
        documents.write_markdown, documents.write_text, documents.write_html, documents.write_word, documents.write_pdf,
        documents.write_articles,
    ],
)  # fmt: skip
def test_every_kind_of_document_gives_the_procedure_and_the_section(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    found = candidates(write(tmp_path))
    binding = next(question for question in found if "How do I bind the printer?" in question)
    assert found[binding].answer == "\n".join(f"{number}. {step}" for number, step in enumerate(documents.STEPS, start=1))
    warranty = next(question for question in found if question.lower().endswith("what is the warranty period?"))
    assert found[warranty].answer == documents.WARRANTY


def test_a_document_is_told_by_its_content_and_not_by_its_name(tmp_path: Path) -> None:
    path = documents.write_pdf(tmp_path).rename(tmp_path / "manual.txt")
    assert "How do I bind the printer?" in candidates(path)


def test_page_headers_footers_and_tables_of_a_pdf_are_told_from_its_text(tmp_path: Path) -> None:
    (manual,) = read_manuals(documents.write_pdf(tmp_path))
    assert "edition 7" not in manual.markdown and "Page" not in manual.markdown
    found = candidates(tmp_path / "manual.pdf")
    assert found["What should I do if the printer does not turn on?"].answer == "Plug it in."


def test_navigation_and_footers_of_a_web_page_are_left_out(tmp_path: Path) -> None:
    (manual,) = read_manuals(documents.write_html(tmp_path))
    assert "Shop" not in manual.markdown and "©" not in manual.markdown
    assert candidates(tmp_path / "manual.html")["Where is the serial number?"].answer == "On the back, under the label."


@pytest.mark.parametrize("write", [documents.write_html, documents.write_word, documents.write_pdf])
def test_conversion_opens_no_connection(tmp_path: Path, write: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path)

    def refuse(*_: object) -> None:
        raise AssertionError("a conversion went to the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert read_manuals(path)


@pytest.mark.parametrize("form", ["list", "object", "lines"])
def test_articles_are_read_from_a_list_one_object_or_lines(tmp_path: Path, form: str) -> None:
    articles = [{"title": "Fees", "content": "The fee is 5 euros."}, {"title": "Hours", "body": "From 8 to 18."}]
    content = {
        "list": json.dumps(articles),
        "object": json.dumps(articles[0]),
        "lines": "\n".join(map(json.dumps, articles)),
    }[form]
    path = tmp_path / "articles.json"
    path.write_text(content)
    assert [manual.title for manual in read_manuals(path)] == (["Fees"] if form == "object" else ["Fees", "Hours"])


def bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("word/document.xml", b"\0" * (300 * 1024 * 1024))
    return path


def zipped(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manual.txt", "text")
    return path


def with_content(content: bytes) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize(
    ("name", "write", "sentence"),
    [
        ("bomb.docx", bomb, "unpacks to more than 256 MB"),
        ("several.zip", zipped, "no Word document"),
        ("old.doc", with_content(b"\xd0\xcf\x11\xe0" + b"x" * 600), "old Word file, or one with a password"),
        ("torn.pdf", with_content(b"%PDF-1.7\nthis is no PDF"), "can't be read as a PDF"),
        ("torn.docx", with_content(b"PK\x03\x04 and nothing else"), "can't be read as a Word document"),
        ("rows.json", with_content(b'[{"instruction": "a", "output": "b"}]'), "JSON without articles"),
        ("empty.md", with_content(b"  \n"), "is empty"),
        ("empty.html", with_content(b"<html><body><script>x</script></body></html>"), "holds no text"),
        ("photo.png", with_content(b"\x89PNG\0\0\0"), "is a binary file"),
    ],
)  # fmt: skip
def test_what_can_not_be_read_says_why_in_one_sentence(
    tmp_path: Path, name: str, write: Callable[[Path], Path], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence) as refused:
        read_manuals(write(tmp_path / name))
    assert name in refused.value.message and "\n" not in refused.value.message


def test_a_pdf_with_a_password_and_a_scan_without_text_say_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="protected by a password"):
        read_manuals(documents.write_pdf(tmp_path, password="secret"))
    with pytest.raises(BadInput, match="it is a scan"):
        read_manuals(documents.write_pdf(tmp_path, text=False))


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(UploadTooLarge):
        read_manuals(documents.write_markdown(tmp_path), max_bytes=10)

"""Small real documents of every kind, all about the same printer."""

from __future__ import annotations

import json
from pathlib import Path

STEPS = ("Charge the printer for 2 hours.", "Hold the power button for 5 seconds.", "Open the Aria app and choose Add device.")
WARRANTY = "The warranty lasts 24 months from the day of delivery."
MARKDOWN = f"""# Aria printer

## Table of contents

Binding the printer ........ 3

## 1. Binding the printer

1. {STEPS[0]}
2. {STEPS[1]}
3. {STEPS[2]}

## 2. Warranty period

{WARRANTY}

## Troubleshooting

| Problem | Cause | Remedy |
|---|---|---|
| Printer does not turn on | No power | Plug it in. |
| | Blown fuse | Call 0800 12345. |

## Copyright

© 2026 Aria. All rights reserved.
"""
TEXT = f"""ARIA PRINTER

1.1 Binding the printer

1. {STEPS[0]}
2. {STEPS[1]}
3. {STEPS[2]}

Warranty period

{WARRANTY}
"""
HTML = f"""<!DOCTYPE html><html><head><title>Aria</title></head><body>
<nav><a href="/">Home</a> <a href="/shop">Shop</a></nav>
<main><h1>Aria printer</h1><h2>Binding the printer</h2><ol>{"".join(f"<li>{step}</li>" for step in STEPS)}</ol>
<h2>Warranty period</h2><p>{WARRANTY}</p><img src="http://127.0.0.1:9/never.png">
<details><summary>Where is the serial number?</summary><p>On the back, under the label.</p></details></main>
<footer>© 2026 Aria</footer></body></html>"""


def write_markdown(folder: Path) -> Path:
    return _written(folder / "manual.md", MARKDOWN)


def write_text(folder: Path) -> Path:
    return _written(folder / "manual.txt", TEXT)


def write_html(folder: Path) -> Path:
    return _written(folder / "manual.html", HTML)


def write_word(folder: Path) -> Path:
    import docx

    document = docx.Document()
    document.add_heading("Aria printer", 1)
    document.add_heading("Binding the printer", 2)
    for step in STEPS:
        document.add_paragraph(step, style="List Number")
    document.add_heading("Warranty period", 2)
    document.add_paragraph(WARRANTY)
    document.save(str(folder / "manual.docx"))
    return folder / "manual.docx"


def write_pdf(folder: Path, *, password: str | None = None, text: bool = True, pages: int = 3) -> Path:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table

    styles = getSampleStyleSheet()
    path = folder / "manual.pdf"
    grid = [("GRID", (0, 0), (-1, -1), 1, "black")]
    rows = [["Problem", "Remedy"], ["Printer does not turn on", "Plug it in."], ["E05", "Wait 10 minutes."]]
    story = [
        Paragraph("Aria printer", styles["Title"]),
        Paragraph("Binding the printer", styles["Heading2"]),
        *(Paragraph(f"{number}. {step}", styles["BodyText"]) for number, step in enumerate(STEPS, start=1)),
        PageBreak(),
        Paragraph("Warranty period", styles["Heading2"]),
        Paragraph(WARRANTY, styles["BodyText"]),
        PageBreak(),
        Paragraph("Troubleshooting", styles["Heading2"]),
        Table(rows, style=grid),
    ]

    def furniture(canvas: object, _: object) -> None:
        canvas.drawString(60, A4[1] - 30, "Aria printer manual, edition 7")  # type: ignore[attr-defined]
        canvas.drawString(60, 30, f"Page {canvas.getPageNumber()} of 3")  # type: ignore[attr-defined]

    document = SimpleDocTemplate(str(path), pagesize=A4, encrypt=password)
    if text:
        document.build(story, onFirstPage=furniture, onLaterPages=furniture)
    else:
        document.build([PageBreak(), PageBreak()])
    return path


def write_articles(folder: Path) -> Path:
    articles = [
        {"id": "a1", "title": "Warranty", "content": f"## Warranty period\n\n{WARRANTY}"},
        {"id": "a2", "title": "Binding", "content": f"## Binding the printer\n\n1. {STEPS[0]}\n2. {STEPS[1]}\n3. {STEPS[2]}"},
    ]
    return _written(folder / "articles.json", json.dumps(articles))


def _written(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path

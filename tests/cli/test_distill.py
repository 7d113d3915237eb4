"""`python -m studio distill`: manuals to rows from the command line."""

from __future__ import annotations

from pathlib import Path

from studio.workspace.datasets import read_rows
from studio.workspace.layout import Workspace
from tests.cli.test_cli import answer, studio
from tests.dataset.distillation import documents


def test_manuals_become_candidates_and_with_approve_all_a_dataset(tmp_path: Path, workspace: Workspace) -> None:
    files = [str(documents.write_markdown(tmp_path)), str(documents.write_html(tmp_path))]
    made = answer("distill", *files, "--name", "Aria")
    assert made["dataset"] is None and made["counts"]["undecided"] == len(made["candidates"]) > 3
    assert {"question", "answer", "document", "headings", "origin", "standing", "reasons"} <= set(made["candidates"][0])
    approved = answer("distill", "--run", made["run"], "--approve-all")
    assert approved["run"] == made["run"] and approved["counts"]["undecided"] == 0
    rows = list(read_rows(workspace, approved["dataset"]))
    assert approved["rows"] == len(rows) and "How do I bind the printer?" in {row.question for row in rows}


def test_a_document_that_can_not_be_read_is_one_line_and_an_exit_code(tmp_path: Path) -> None:
    missing = studio("distill", str(tmp_path / "none.pdf"))
    assert missing.returncode == 2 and "Traceback" not in missing.stderr and "none.pdf" in missing.stderr
    bad = tmp_path / "torn.pdf"
    bad.write_bytes(b"%PDF-1.7 torn")
    torn = studio("distill", str(bad))
    assert torn.returncode == 1 and "Traceback" not in torn.stderr and "torn.pdf can't be read" in " ".join(torn.stderr.split())

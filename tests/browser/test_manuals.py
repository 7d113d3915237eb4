"""From manuals in the browser: upload, look through, edit, take back, reload, make the dataset."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studio.settings import Settings
from studio.workspace.datasets import list_datasets, read_rows
from studio.workspace.layout import Workspace
from tests.browser.test_loop import LONG, button, heading
from tests.dataset.distillation import documents

pytestmark = pytest.mark.browser


def test_a_manual_becomes_a_dataset_that_a_person_approved(page: Page, url: str, home: Path, tmp_path: Path) -> None:
    page.goto(f"{url}/data")
    heading(page)
    page.goto(f"{url}/manuals")
    expect(button(page, "Make rows")).to_be_visible(timeout=LONG)
    page.locator("input[type=file]").set_input_files([documents.write_markdown(tmp_path), documents.write_pdf(tmp_path)])
    expect(page.get_by_role("row", name=re.compile(r"manual\.pdf"))).to_be_visible(timeout=LONG)
    button(page, "Make rows").click()
    page.wait_for_url(re.compile(r"run=distill-"), timeout=LONG)
    expect(page.get_by_label("Question").first).to_have_value("How do I bind the printer?", timeout=LONG)

    button(page, "Approve").first.click()
    expect(page.get_by_label("Approved (1)")).to_be_visible()
    expect(page.get_by_label("Question").first).to_have_value("What is the warranty period?")

    page.get_by_label("Answer").first.fill("The warranty lasts 36 months from the day of delivery.")
    page.get_by_label("Answer").first.press("Tab")
    expect(page.get_by_text("The passage does not support your edit").first).to_be_visible()
    page.reload()
    expect(page.get_by_label("Answer").first).to_have_value(
        "The warranty lasts 36 months from the day of delivery.", timeout=LONG
    )
    button(page, "Undo the last decision").click()
    expect(page.get_by_label("Answer").first).to_have_value(documents.WARRANTY)

    button(page, "Approve the 6 shown").click()
    expect(page.get_by_label("Approved (7)")).to_be_visible()
    button(page, "Undo the last decision").click()
    expect(page.get_by_label("Approved (1)")).to_be_visible()
    button(page, "Drop").first.click()
    expect(page.get_by_label("Dropped (1)")).to_be_visible()
    page.get_by_label("Approved (1)").check()
    expect(page.get_by_label("Question").first).to_have_value("How do I bind the printer?")
    button(page, "Make dataset of 1 approved row").click()
    page.wait_for_url(re.compile(r"data\?dataset=manual-"), timeout=LONG)
    expect(page.get_by_text("Hold the power button for 5 seconds.").first).to_be_visible(timeout=LONG)
    workspace = Workspace.from_settings(Settings(home=home))
    (made,) = [manifest for manifest in list_datasets(workspace) if manifest.source == "manual.md, manual.pdf"]
    assert [row.question for row in read_rows(workspace, made.id)] == ["How do I bind the printer?"]

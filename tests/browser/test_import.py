"""An import in the browser: watched, reloaded, cancelled, and questions that get their answers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studio.dataset.import_spec import IMPORT_JOB
from studio.settings import Settings
from studio.workspace.datasets import list_datasets
from studio.workspace.layout import Workspace
from studio.workspace.runs import RunState, list_runs

LONG = 90_000  # milliseconds; the machine may be busy

pytestmark = pytest.mark.browser


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def choose(page: Page, url: str, file: Path) -> None:
    page.goto(f"{url}/data")
    expect(page.locator("h1").first).to_be_visible()
    page.wait_for_timeout(1000)  # the page decides whether the form is open when it has looked for datasets
    if not page.locator("input[type=file]").first.count():
        page.get_by_role("button", name=re.compile("Import a file")).click()
    page.locator("input[type=file]").first.set_input_files(file)
    expect(page.get_by_text(re.compile(f"how {re.escape(file.name)} begins")).first).to_be_visible(timeout=LONG)


def test_an_import_survives_a_reload_is_seen_in_a_second_tab_and_leaves_nothing_when_it_is_cancelled(
    page: Page, url: str, home: Path, tmp_path: Path
) -> None:
    large = tmp_path / "large.jsonl"
    words = [f"w{number}x{number % 7}" for number in range(400)]
    with large.open("w") as stream:
        for number in range(80_000):
            said = " ".join(words[(number * step) % 400] for step in (1, 3, 7, 11, 13, 17, 19, 23, 29, 31))
            stream.write(json.dumps({"instruction": f"{said} {number}?", "output": f"{said} {number + 1}."}) + "\n")
    workspace = Workspace.from_settings(Settings(home=home))
    before = list_datasets(workspace)
    choose(page, url, large)
    button(page, "Import").click()
    page.wait_for_url(re.compile(r"import=import-"))
    expect(page.get_by_role("heading", name="Importing large.jsonl")).to_be_visible()
    expect(page.get_by_role("progressbar", name="Progress of the import")).to_be_visible()
    page.reload()
    expect(page.get_by_text(re.compile(r"Step \d of 3")).first).to_be_visible(timeout=LONG)
    other = page.context.new_page()
    other.goto(f"{url}/data")
    expect(other.get_by_role("heading", name="Importing large.jsonl")).to_be_visible(timeout=LONG)
    other.close()
    button(page, "Cancel the import").click()
    expect(page.get_by_text("Nothing was kept of it.").first).to_be_visible(timeout=LONG)
    run = list_runs(workspace, IMPORT_JOB)[0]
    assert run.status.state is RunState.STOPPED and not run.files.exists()
    assert list_datasets(workspace) == before


def test_a_spreadsheet_is_imported_and_opens_with_its_score_and_what_was_rejected(page: Page, url: str, tmp_path: Path) -> None:
    table = tmp_path / "export.csv"
    table.write_text("Customer_Question_Text;agent_final_answer\nWhere is my parcel now?;It is at the depot.\nAnd now?;\n")
    choose(page, url, table)
    button(page, "Import").click()
    expect(page.get_by_text(re.compile("Imported 1 row as the dataset")).first).to_be_visible(timeout=LONG)
    expect(page.get_by_text(re.compile("1 row rejected")).first).to_be_visible()
    expect(page.get_by_text(re.compile("Health score: 100 of 100")).first).to_be_visible()
    page.wait_for_url(re.compile(r"\?dataset=export-"))
    assert "import=" not in page.url


def test_questions_get_one_answer_a_category_and_become_a_dataset(page: Page, url: str, tmp_path: Path) -> None:
    asked = tmp_path / "asked.csv"
    asked.write_text("text,category\nWhere is my card now?,arrival\nHas my card been sent?,arrival\nWhy was I charged?,fee\n")
    choose(page, url, asked)
    expect(page.get_by_text("These are questions without answers")).to_be_visible()
    button(page, "Import the questions").click()
    page.get_by_role("tab", name="Answers").click(timeout=LONG)
    page.get_by_test_id("cell-0-3").dblclick()
    page.keyboard.type("It arrives within 5 working days.")
    button(page, "Make the dataset").click()
    expect(page.get_by_text(re.compile("Imported 2 rows as the dataset")).first).to_be_visible(timeout=LONG)
    expect(page.get_by_text(re.compile("no answer yet: 1, in 1 of 2")).first).to_be_visible()
    expect(page.get_by_role("link", name="Train with it")).to_be_visible()

    page.get_by_role("link", name="asked", exact=True).click()
    page.get_by_role("tab", name="Answers").click()
    page.get_by_role("combobox", name="Dataset").click()
    page.get_by_role("option", name=re.compile("export")).click()
    expect(page.get_by_role("tab", name="Answers")).to_be_hidden()
    expect(page.get_by_text("Where is my parcel now?").first).to_be_visible()


def test_a_file_that_can_not_be_used_says_why_and_what_to_do_after_a_reload_too(page: Page, url: str, tmp_path: Path) -> None:
    torn = tmp_path / "torn.json"
    rows = [{"instruction": f"Question {number}?", "output": "Yes."} for number in range(200)]
    torn.write_text(json.dumps(rows)[:-10])
    choose(page, url, torn)
    button(page, "Import").click()
    for _ in range(2):
        expect(page.get_by_role("heading", name="torn.json could not be imported")).to_be_visible(timeout=LONG)
        expect(page.get_by_text(re.compile("is not valid JSON.*Repair it there")).first).to_be_visible()
        expect(page.get_by_text(re.compile("Choose another file above")).first).to_be_visible()
        page.reload()

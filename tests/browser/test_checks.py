"""The Checks tab in Chromium: check, try a remedy, reload, undo, save."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from studio.dataset.deriving.mending import examine_dataset
from studio.settings import Settings
from studio.workspace.datasets import Row, list_datasets, write_dataset
from studio.workspace.layout import Workspace
from tests.server import running_app


def _row(question: str, answer: str) -> Row:
    return Row([{"role": "user", "content": question}, {"role": "assistant", "content": answer}], source="test")


def test_a_dataset_is_checked_mended_and_saved_and_a_reload_loses_no_remedy(page: Page, tmp_path: Path) -> None:
    workspace = Workspace.from_settings(Settings(home=tmp_path))
    rows = [_row("Where is my parcel?", "In the depot.")] * 5 + [_row("I am jane.doe@example.com.", "Hello.")]
    faulty = write_dataset(workspace, rows, name="faulty", source="test").id
    with running_app(tmp_path) as url:
        page.goto(f"{url}/data?dataset={faulty}")
        page.get_by_role("tab", name="Checks").click()
        page.get_by_role("button", name="Check it now").click()
        expect(page.get_by_role("heading", name="Repeated rows (4)")).to_be_visible()
        expect(page.get_by_text("1 to 3 of 4")).to_be_visible()
        number = page.get_by_label("Repeated rows: page, of 2")
        number.fill("2")
        number.press("Enter")
        expect(page.get_by_text("4 to 4 of 4")).to_be_visible()
        page.get_by_role("button", name="Keep the first of each").click()
        expect(page.get_by_text("Would remove 4 rows; score 50 → 50.")).to_be_visible()
        page.get_by_role("button", name="Redact, and keep the rows").click()
        expect(page.get_by_text("Would remove 4 rows, change 1 row; score 50 → 100.")).to_be_visible()
        page.wait_for_url("**remedies=duplicate%2Cpersonal_data**")
        page.reload()
        expect(page.get_by_text("Would remove 4 rows, change 1 row; score 50 → 100.")).to_be_visible()
        page.get_by_role("button", name="Undo the last").click()
        expect(page.get_by_text("Would remove 4 rows; score 50 → 50.")).to_be_visible()
        page.get_by_role("button", name="Save as new dataset").click()
        expect(page.get_by_text("Saved as faulty mended: 2 rows, 4 removed, 0 changed")).to_be_visible()
        page.wait_for_url(lambda address: "faulty-mended-" in address and "remedies" not in address)
    assert [one.name for one in list_datasets(workspace)] == ["faulty mended", "faulty"]


def test_a_visitor_sees_what_was_found_and_no_remedy(page: Page, tmp_path: Path) -> None:
    workspace = Workspace.from_settings(Settings(home=tmp_path))
    faulty = write_dataset(workspace, [_row("Where is it?", "Here.")] * 2, name="faulty", source="test").id
    examine_dataset(workspace, faulty)
    with running_app(tmp_path, STUDIO_PUBLIC="1", STUDIO_OPERATOR_KEY="an-operator-key-for-tests") as url:
        page.goto(f"{url}/data?dataset={faulty}&remedies=duplicate")
        page.get_by_role("tab", name="Checks").click()
        expect(page.get_by_role("heading", name="Repeated rows (1)")).to_be_visible()
        expect(page.get_by_role("button", name="Keep the first of each")).to_have_count(0)
        expect(page.get_by_text("Would remove")).to_have_count(0)
        expect(page.get_by_role("button", name="Save as new dataset")).to_have_count(0)

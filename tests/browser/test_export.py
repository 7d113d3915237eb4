"""A tuned model is taken out on the Train page: watched, checked, cancelled, fetched as a zip."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from studio.settings import Settings
from studio.training.exporting.requests import list_exports
from studio.workspace.datasets import write_dataset
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState
from tests.support import finished_training, make_rows

LONG = 90_000  # milliseconds; the machine may be busy

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def tuned(home: Path, tiny_adapter: Path) -> Run:
    workspace = Workspace.from_settings(Settings(home=home))
    dataset = write_dataset(workspace, make_rows(), name="small", source="test").id
    return finished_training(workspace, tiny_adapter, dataset)


def open_tab(page: Page, url: str, model: str) -> None:
    page.goto(f"{url}/train?export={model}")
    expect(page.get_by_text(re.compile("Take a tuned model with you"))).to_be_visible()
    expect(page.get_by_role("button", name="Export", exact=True)).to_be_enabled()


def test_a_finished_training_leads_to_its_export(page: Page, url: str, tuned: Run) -> None:
    page.goto(f"{url}/train?run={tuned.id}")
    page.get_by_role("link", name="Export it").click()
    expect(page.get_by_label("Tuned model")).to_have_value(tuned.id)


def test_a_merge_is_watched_verified_and_fetched(page: Page, url: str, tuned: Run, tmp_path: Path) -> None:
    open_tab(page, url, tuned.id)
    page.get_by_label("Merged model").check()
    expect(page.get_by_text(re.compile("20 prompts are answered before and after"))).to_be_visible()
    expect(page.get_by_text(f"export-model {tuned.id} --as merged")).to_be_visible()
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_role("heading", name=f"{tuned.id} is exported")).to_be_visible(timeout=LONG)
    expect(page.get_by_text(re.compile(r"\d+ (of 16 )?prompts get the same answer")).first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Download it as a zip")).click()
    download.value.save_as(tmp_path / "model.zip")
    with zipfile.ZipFile(tmp_path / "model.zip") as archive:
        assert archive.testzip() is None
        assert f"{tuned.id}-merged/README.md" in archive.namelist()
    page.reload()
    expect(page.get_by_role("heading", name="Exports so far")).to_be_visible()


def test_where_it_goes_is_read_before_it_is_pushed_and_a_missing_token_is_said(page: Page, url: str, tuned: Run) -> None:
    open_tab(page, url, tuned.id)
    page.get_by_role("button", name="Push it to the Hugging Face Hub as well").click()
    expect(page.get_by_text(re.compile("No token is set"))).to_be_visible()
    page.get_by_role("textbox", name=re.compile(r"^Repository\b")).fill("acme/support-model")
    page.get_by_role("textbox", name=re.compile(r"^Repository\b")).press("Enter")
    expect(
        page.get_by_text(re.compile("goes to https://huggingface.co/acme/support-model: a new private repository"))
    ).to_be_visible()
    page.get_by_role("button", name="Export and push").click()
    expect(page.get_by_text(re.compile("No token is set, so nothing was uploaded")).first).to_be_visible()


def test_an_export_can_be_cancelled_after_a_reload(page: Page, url: str, home: Path, tuned: Run) -> None:
    open_tab(page, url, tuned.id)
    page.get_by_label("Folder for Ollama").check()
    expect(page.get_by_text("--as ollama")).to_be_visible()
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_role("button", name="Cancel the export")).to_be_visible()
    page.reload()
    page.get_by_role("tab", name="Export").click()
    page.get_by_role("button", name="Cancel the export").click()
    expect(page.get_by_role("heading", name=re.compile("was cancelled|is exported"))).to_be_visible(timeout=LONG)
    run = list_exports(Workspace.from_settings(Settings(home=home)))[0]
    assert run.status.state in {RunState.STOPPED, RunState.SUCCEEDED}
    assert (run.folder / "export").exists() is (run.status.state is RunState.SUCCEEDED)
    assert not list(run.folder.glob(".export*"))


@pytest.mark.parametrize("width", [1280, 390])
def test_the_tab_is_accessible_and_fits(page: Page, url: str, tuned: Run, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    open_tab(page, url, tuned.id)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    serious = [one["id"] for one in found.response["violations"] if one["impact"] in {"serious", "critical"}]
    assert serious == [], serious

"""The check on the Train page in a browser: by itself, when a setting changes, in full by its button; errors keep a training from starting."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studio.settings import Settings
from studio.workspace.datasets import Row, write_dataset
from studio.workspace.layout import Workspace
from studio.workspace.runs import list_runs
from tests.support import make_rows

pytestmark = pytest.mark.browser


@pytest.fixture
def workspace_of(home: Path) -> Workspace:
    return Workspace.from_settings(Settings(home=home))


def test_it_looks_by_itself_and_again_when_a_setting_changes(page: Page, url: str, workspace_of: Workspace) -> None:
    dataset = write_dataset(workspace_of, make_rows(), name="sound", source="test").id
    page.goto(f"{url}/train?dataset={dataset}")
    expect(page.get_by_text("Nothing speaks against it.")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Batch and length").click()
    limit = page.get_by_role("spinbutton", name="Maximum length")
    limit.fill("20")
    limit.press("Tab")
    expect(page.get_by_text("It can't start like this.")).to_be_visible()
    expect(page.get_by_text("None of the 16 rows has a token to learn within 20 tokens.")).to_be_visible()


def test_the_button_asks_the_device_too(page: Page, url: str, workspace_of: Workspace) -> None:
    dataset = write_dataset(workspace_of, make_rows(), name="sound", source="test").id
    page.goto(f"{url}/train?dataset={dataset}")
    expect(page.get_by_text("because the device was not asked")).to_be_visible()
    page.get_by_role("button", name="Check first", exact=True).click()
    expect(page.get_by_text("because the device was not asked")).to_be_hidden(timeout=60_000)
    expect(page.get_by_text("Nothing speaks against it.")).to_be_visible()


def test_what_blocks_is_said_on_start_and_no_run_is_made(page: Page, url: str, workspace_of: Workspace) -> None:
    rows = [
        *make_rows(),
        Row([{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "I am {{name}}."}], source="t"),
    ]
    dataset = write_dataset(workspace_of, rows, name="identity", source="test").id
    before = len(list_runs(workspace_of))
    page.goto(f"{url}/train?dataset={dataset}")
    expect(page.get_by_text("holds the placeholder {{name}}")).to_be_visible()
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_test_id("toast-body").get_by_text("holds the placeholder {{name}}")).to_be_visible()
    assert len(list_runs(workspace_of)) == before

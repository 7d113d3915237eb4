"""The tab "What the model sees" in a browser: opened, paged, cut, measured, and reopened by its address."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studio.settings import Settings
from studio.workspace.datasets import write_dataset
from studio.workspace.layout import Workspace
from tests.support import make_rows

pytestmark = pytest.mark.browser
TAB = "What the model sees"


def test_a_row_is_shown_cut_measured_and_found_again_by_its_address(page: Page, url: str, home: Path) -> None:
    dataset = write_dataset(Workspace.from_settings(Settings(home=home)), make_rows(), name="tokens", source="test").id
    page.goto(f"{url}/data?dataset={dataset}")
    page.get_by_role("tab", name=TAB).click()
    expect(page.get_by_text("Row 1 of 16 has")).to_be_visible()
    page.get_by_role("button", name="Next row").click()
    expect(page.get_by_text("Row 2 of 16 has")).to_be_visible()
    limit = page.get_by_role("spinbutton", name="max_length")
    limit.fill("36")
    limit.press("Enter")
    expect(page.get_by_role("separator", name="cut here at 36")).to_be_visible()
    page.get_by_role("button", name="Measure all 16 rows").click()
    expect(page.get_by_text("36 (chosen)")).to_be_visible()

    page.reload()
    expect(page.get_by_role("separator", name="cut here at 36")).to_be_visible()
    expect(page.get_by_text("Row 2 of 16 has")).to_be_visible()
    expect(page.get_by_text("36 (chosen)")).to_be_visible()

    page.goto(f"{url}/data?dataset={dataset}")
    page.get_by_role("link", name=TAB).nth(4).click()
    expect(page.get_by_text("Row 5 of 16 has")).to_be_visible()

"""The Brand identity page: rows appear as one types, a reload keeps what was typed, a leftover placeholder blocks saving."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studio.settings import Settings
from studio.workspace.datasets import list_datasets, read_rows
from studio.workspace.layout import Workspace

pytestmark = pytest.mark.browser


def test_from_the_form_to_a_dataset(page: Page, url: str, home: Path, tmp_path: Path) -> None:
    workspace = Workspace.from_settings(Settings(home=home))
    page.goto(f"{url}/data")
    page.get_by_role("link", name="brand identity").click()
    page.get_by_label("The assistant's name").fill("Nova")
    page.get_by_label("The company", exact=True).fill("Acme Air")
    expect(page.get_by_text("Hi, I'm Nova, the AI assistant of Acme Air.").first).to_be_visible()
    page.get_by_label("Brief").check()
    expect(page.get_by_text("I'm Nova, the AI assistant of Acme Air.", exact=True).first).to_be_visible()

    page.reload()
    expect(page.get_by_label("The assistant's name")).to_have_value("Nova")
    expect(page.get_by_label("Brief")).to_be_checked()

    file = tmp_path / "identity.json"
    file.write_text(json.dumps([{"instruction": "Where are you?", "input": "", "output": "{{name}} is in {{city}}."}]))
    page.get_by_role("button", name="Use an identity file of your own").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("Row 1 still holds the placeholder {{city}}").first).to_be_visible()
    page.get_by_role("button", name="Save as a dataset").click()
    expect(page.get_by_text("Row 1 still holds the placeholder {{city}}").nth(1)).to_be_visible()
    assert list_datasets(workspace) == []

    page.get_by_label("The file's other placeholders").fill("city = Porto")
    expect(page.get_by_text("Nova is in Porto.")).to_be_visible()
    page.get_by_role("button", name="Save as a dataset").click()
    page.get_by_role("link", name="Open it on the Data page").click()
    expect(page.get_by_text("mix it with your support answers")).to_be_visible()
    (saved,) = list_datasets(workspace)
    assert [row.answer for row in read_rows(workspace, saved.id)] == ["Nova is in Porto."]

"""The estimate on the Train page: it follows the settings and the machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studio.settings import Settings
from studio.workspace.datasets import write_dataset
from studio.workspace.layout import Workspace
from tests.support import make_rows

pytestmark = pytest.mark.browser


def test_the_estimate_follows_settings_and_machine(page: Page, url: str, home: Path) -> None:
    write_dataset(Workspace.from_settings(Settings(home=home)), make_rows(), name="estimated", source="test")
    page.goto(f"{url}/train")
    expect(page.get_by_role("heading", name="Fits")).to_be_visible(timeout=60_000)  # the first one reads the tokenizer
    table = page.get_by_role("region", name="What other settings would take")
    expect(table.get_by_text("8 × 1", exact=True)).to_be_visible(timeout=20_000)

    batch = page.get_by_role("spinbutton", name="Per device train batch size")
    batch.fill("4")
    batch.press("Tab")
    expect(table.get_by_text("4 × 1", exact=True)).to_be_visible(timeout=20_000)

    page.get_by_role("radio", name="T4, 16 GB").check()
    expect(page.get_by_text("are kept free for CUDA itself")).to_be_visible(timeout=20_000)

    page.get_by_role("spinbutton", name="LoRA rank").fill("0")
    expect(page.get_by_text("lora_rank = 0 can't be used")).to_be_visible(timeout=20_000)
    expect(table).to_have_count(0, timeout=20_000)

"""Settings on the Train page: saved, chosen, deleted and brought back; written to a file and read from one, LLaMA-Factory's too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page, expect

from studio.settings import Settings
from studio.workspace.datasets import write_dataset
from studio.workspace.layout import Workspace
from tests.support import make_rows

pytestmark = pytest.mark.browser


@pytest.fixture
def form(page: Page, url: str, home: Path) -> Page:
    """The form of a new training with its settings' accordion open."""
    workspace = Workspace.from_settings(Settings(home=home))
    write_dataset(workspace, make_rows(), name="faq", source="faq.json")
    page.goto(f"{url}/train")
    expect(page.get_by_text("Optimizer steps").first).to_be_visible()
    page.get_by_role("button", name="Save, load or export settings").click()
    return page


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def test_settings_are_saved_chosen_deleted_and_brought_back(form: Page) -> None:
    rank = form.get_by_label("LoRA rank")
    rank.fill("12")
    rank.press("Tab")
    expect(form.get_by_text("--set lora_rank=12")).to_be_visible()
    form.get_by_role("textbox", name=re.compile(r"^Name\b")).fill("My rank")
    button(form, "Save as a preset").click()
    mine = form.get_by_label("My-rank", exact=True)
    expect(mine).to_be_checked()
    expect(form.get_by_text("--preset My-rank")).to_be_visible()

    form.get_by_label("Embedded model, quick look").check()
    expect(rank).to_have_value("16")
    mine.check()
    expect(rank).to_have_value("12")

    form.reload()
    expect(form.get_by_label("My-rank", exact=True)).to_be_visible()
    form.get_by_label("My-rank", exact=True).check()
    expect(rank).to_have_value("12")
    form.get_by_role("button", name="Save, load or export settings").click()
    button(form, "Delete the preset My-rank").click()
    expect(form.get_by_text("It stays in the trash for 7 days").first).to_be_visible()
    expect(form.get_by_label("My-rank", exact=True)).to_have_count(0)
    button(form, "Undo: bring it back").click()
    expect(form.get_by_label("My-rank", exact=True)).to_be_checked()
    expect(rank).to_have_value("12")


def test_settings_are_written_to_a_file_and_read_from_one(form: Page, tmp_path: Path) -> None:
    rank = form.get_by_label("LoRA rank")
    rank.fill("24")
    rank.press("Tab")
    expect(form.get_by_text("--set lora_rank=24")).to_be_visible()
    button(form, "Write as YAML").click()
    with form.expect_download() as started:
        form.get_by_role("button", name="Download training-settings.yaml").click()
    file = tmp_path / "mine.yaml"
    started.value.save_as(file)
    assert yaml.safe_load(file.read_text())["lora_rank"] == 24

    form.get_by_label("Embedded model, quick look").check()
    expect(rank).to_have_value("16")
    form.locator("input[type=file]").set_input_files(file)
    expect(form.get_by_text("The settings of mine.yaml are filled in below.")).to_be_visible()
    expect(rank).to_have_value("24")


def test_a_llamafactory_file_fills_the_form_and_says_what_it_could_not_take(form: Page, tmp_path: Path) -> None:
    file = tmp_path / "qwen_sft.yaml"
    file.write_text(
        "model_name_or_path: Qwen/Qwen2-7B-Instruct\nstage: sft\nfinetuning_type: lora\nquantization_bit: 4\n"
        "lora_rank: 8\ntemplate: qwen\npacking: true\nlearning_rate: 1.0e-4\n"
    )
    form.locator("input[type=file]").set_input_files(file)
    expect(form.get_by_text("packing: rows are not packed").first).to_be_visible()
    expect(form.get_by_label("LoRA rank")).to_have_value("8")
    expect(form.get_by_label("Load in 4 bit")).to_be_checked()

    broken = tmp_path / "broken.yaml"
    broken.write_text("learning_rate: 10\n")
    form.locator("input[type=file]").set_input_files(broken)
    expect(form.get_by_text("learning_rate = 10 can't be used").first).to_be_visible()
    expect(form.get_by_label("LoRA rank")).to_have_value("8")


def test_the_command_can_be_copied(form: Page) -> None:
    form.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(form.get_by_text("python -m studio train --dataset").first).to_be_visible()
    form.get_by_role("button", name="Copy").first.click()
    copied = form.evaluate("() => navigator.clipboard.readText()")
    assert copied.startswith("python -m studio train --dataset faq-") and copied.endswith("--preset cpu-demo")

"""A person mixes two datasets, splits the mix, writes down a licence, takes a zip away and pushes, in Chromium."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studio.settings import Settings
from studio.workspace.datasets import Row, list_datasets, write_dataset
from studio.workspace.layout import Workspace
from tests.hub import TOKEN, Hub, running_hub
from tests.server import running_app


@pytest.fixture(scope="module")
def studio_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("lineage")
    workspace = Workspace.from_settings(Settings(home=home))
    for name, topics in (("Parcels", ["parcel", "refund", "seat", "voucher"]), ("Phones", ["battery", "screen"])):
        rows = [
            Row([{"role": "user", "content": f"{topic} " * times}, {"role": "assistant", "content": f"{topic}."}], "x", topic)
            for topic in topics
            for times in (1, 2)
        ]
        write_dataset(workspace, rows, name=name, source="x")
    return home


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with running_hub() as hub:
        yield hub


@pytest.fixture(scope="module")
def address(studio_home: Path, hub: Hub) -> Iterator[str]:
    with running_app(studio_home, HF_ENDPOINT=hub.url, HF_TOKEN=TOKEN, HF_HUB_OFFLINE="0") as url:
        yield url


def test_mix_split_describe_export_and_push(page: Page, address: str, studio_home: Path, hub: Hub, tmp_path: Path) -> None:
    page.goto(f"{address}/data")
    page.get_by_role("button", name="Mix and split").click()
    datasets = page.get_by_role("combobox", name="Datasets")
    for name in ("Parcels", "Phones"):
        datasets.click()
        page.get_by_role("option", name=name, exact=True).click()
        expect(page.get_by_label(f"Weight of {name}")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_label("Weight of Parcels").fill("3")
    page.get_by_label("Rows in all").fill("8")
    page.get_by_role("textbox", name="Name").first.fill("Blend")
    expect(page.get_by_text("The mix will have 8 rows.")).to_be_visible()
    expect(page.get_by_text("6 drawn, 2 left out")).to_be_visible()
    page.get_by_role("button", name="Make the mix").click()
    expect(page.get_by_text("was mixed: 8 rows.")).to_be_visible()

    page.get_by_role("tab", name="Split", exact=True).click()
    page.get_by_role("button", name="Make the two parts").click()
    expect(page.get_by_text("The dataset Blend was split:")).to_be_visible()
    expect(page.get_by_role("heading", name="Blend train")).to_be_visible()

    page.get_by_role("tab", name="Card and export").click()
    expect(page.get_by_role("link", name="Blend", exact=True).last).to_be_visible()
    page.get_by_role("button", name="Write down licence").click()
    page.get_by_label("What others should know").fill("Approved by the team.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_role("button", name="Show the card").click()
    expect(page.get_by_text("Approved by the team.").last).to_be_visible()

    page.get_by_label("A zip with the card").check()
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_text("Download blend-train")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_text("Download blend-train").click()
    download.value.save_as(tmp_path / "taken.zip")
    with zipfile.ZipFile(tmp_path / "taken.zip") as archive:
        assert sorted(archive.namelist()) == ["README.md", "data/train.json"]

    page.get_by_role("button", name="Push to the Hugging Face Hub").click()
    push = page.get_by_role("button", name="Push", exact=True)
    expect(push).to_be_disabled()
    page.get_by_label("Repository").first.fill("acme/blend")
    page.keyboard.press("Tab")
    expect(page.get_by_text("a new private repository")).to_be_visible()
    push.click()
    expect(page.get_by_text("It is at")).to_be_visible()
    assert hub.visibility == {"acme/blend": "private"}
    assert b"Approved by the team." in hub.files["acme/blend"]["README.md"]
    page.get_by_role("link", name="Blend", exact=True).last.click()
    expect(page.get_by_role("heading", name="Blend", exact=True)).to_be_visible()
    names = {one.name for one in list_datasets(Workspace.from_settings(Settings(home=studio_home)))}
    assert names == {"Parcels", "Phones", "Blend", "Blend train", "Blend validation"}

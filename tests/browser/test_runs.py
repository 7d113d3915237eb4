"""Runs on the Train page: named, found, put in order, compared, deleted and taken back."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from studio.settings import Settings
from studio.training.settings.spec import TrainSpec
from studio.workspace.datasets import write_dataset
from studio.workspace.layout import Workspace
from studio.workspace.run_notes import read_run_notes
from studio.workspace.runs import Run, RunState, create_run, find_run, process_start_time
from tests.server import running_app
from tests.support import make_rows

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.from_settings(Settings(home=tmp_path_factory.mktemp("runs")))


@pytest.fixture(scope="module")
def dataset(workspace: Workspace) -> str:
    return write_dataset(workspace, make_rows(), name="small", source="test").id


@pytest.fixture(scope="module")
def trained(workspace: Workspace, dataset: str) -> list[Run]:
    """Two that have finished."""
    return [a_run(workspace, RunState.SUCCEEDED, dataset, lora_rank=rank) for rank in (8, 16)]


@pytest.fixture(scope="module")
def waiting(workspace: Workspace, dataset: str, trained: list[Run]) -> list[Run]:
    """Two that wait behind one at work, which this process stands for."""
    at_work = a_run(workspace, RunState.RUNNING, dataset)
    pid = os.getpid()
    at_work.write_status(replace(at_work.recorded, pid=pid, process_started=process_start_time(pid)))
    runs = [a_run(workspace, RunState.QUEUED, dataset) for _ in range(2)]
    for place, run in enumerate(runs):
        run.write_status(replace(run.recorded, place=1000.0 + place))
    return runs


@pytest.fixture(scope="module")
def url(workspace: Workspace, waiting: list[Run]) -> Iterator[str]:
    with running_app(workspace.home) as url:
        yield url


def a_run(workspace: Workspace, state: RunState, dataset: str, **settings: object) -> Run:
    run = create_run(workspace, TrainSpec(dataset=dataset, **settings).model_dump())  # type: ignore[arg-type]
    for step in range(1, 101):
        run.append_event("metric", step=step, epoch=step / 20, loss=3 / step, perplexity=2.0, learning_rate=1e-3, memory_mb=900.0)
    run.write_status(replace(run.recorded, state=state, result={"final_loss": 0.03, "steps": 100}))
    return run


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def field(page: Page, name: str):
    """The text field of that label, which its help follows."""
    return page.get_by_role("textbox", name=re.compile(rf"^{name}\b"))


def test_a_run_is_named_tagged_and_found(page: Page, url: str, trained: list[Run], workspace: Workspace) -> None:
    page.goto(f"{url}/train?run={trained[0].id}")
    page.get_by_role("button", name="Name, tags and note").click()
    field(page, "Name").fill("Small rank")
    field(page, "Tags").fill("best, small")
    button(page, "Save").click()
    expect(page.get_by_role("heading", name=re.compile("Small rank"))).to_be_visible()
    assert read_run_notes(trained[0]).tags == ("best", "small")
    page.goto(f"{url}/train?tag=best")
    expect(page.get_by_role("link", name="Small rank")).to_be_visible()
    expect(page.get_by_role("link", name=trained[1].id)).to_have_count(0)
    page.get_by_label("Find a run").press_sequentially("nothing is called so")
    expect(page.get_by_text("No run has all of that")).to_be_visible()
    expect(page).to_have_url(re.compile("q=nothing"))


def test_what_is_being_typed_outlives_a_refresh(page: Page, url: str, trained: list[Run]) -> None:
    page.goto(f"{url}/train?run={trained[1].id}")
    page.get_by_role("button", name="Name, tags and note").click()
    field(page, "Name").fill("Half a na")
    page.wait_for_timeout(5000)  # two refreshes: another run is at work
    expect(field(page, "Name")).to_have_value("Half a na")


def test_a_waiting_run_is_moved_and_taken_out(page: Page, url: str, trained: list[Run], waiting: list[Run]) -> None:
    page.goto(f"{url}/train?run={trained[0].id}")
    page.get_by_label(re.compile(rf"\b2\. {waiting[1].id}")).check()
    button(page, "Start next").click()
    expect(page.get_by_label(re.compile(rf"\b1\. {waiting[1].id}"))).to_be_checked()
    button(page, "Take out").click()
    expect(page.get_by_label(re.compile(rf"\b1\. {waiting[0].id}"))).to_be_visible()
    assert waiting[1].status.state is RunState.STOPPED


def test_runs_are_compared_and_the_address_opens_the_same_view(page: Page, url: str, trained: list[Run]) -> None:
    page.goto(f"{url}/train")
    expect(page.get_by_label("Find a run")).to_be_visible(timeout=30_000)
    page.get_by_role("tab", name="Compare").click()
    expect(page.get_by_role("heading", name="What differs")).to_be_visible()
    expect(page).to_have_url(re.compile("compare="))
    ids = ",".join(run.id for run in trained)
    page.goto(f"{url}/train?compare={ids}&curve=learning_rate")
    expect(page.get_by_text("Learning rate of 2 runs")).to_be_visible()
    expect(page.get_by_role("cell", name="lora_rank")).to_be_visible()
    chart = page.locator(".vega-embed svg").last
    expect(chart).to_be_visible()
    box = chart.bounding_box()
    assert box is not None and box["width"] > 600, "the chart has no width"
    with page.expect_download() as download:
        page.get_by_role("link", name="Curve values (CSV)").click()
    assert Path(download.value.path()).read_text().startswith(f"step,{trained[0].id},{trained[1].id}\n1,0.001,0.001\n")
    violations = Axe().run(page).response["violations"]
    assert not [one for one in violations if one["impact"] in {"serious", "critical"}], json.dumps(violations)[:2000]


def test_settings_of_a_run_fill_the_form(page: Page, url: str, trained: list[Run]) -> None:
    page.goto(f"{url}/train?like={trained[0].id}")
    expect(page.get_by_label("LoRA rank")).to_have_value("8")


def test_a_deleted_run_is_taken_back(page: Page, url: str, trained: list[Run], workspace: Workspace) -> None:
    page.goto(f"{url}/train?run={trained[1].id}")
    button(page, "Delete").click()
    expect(page.get_by_text(f"Run {trained[1].id} is in the trash")).to_be_visible()
    assert not trained[1].folder.exists()
    button(page, "Undo").click()
    expect(page).to_have_url(re.compile(f"run={trained[1].id}"))
    expect(page.get_by_role("heading", name=re.compile(trained[1].id))).to_be_visible()
    assert find_run(workspace, trained[1].id).status.state is RunState.SUCCEEDED

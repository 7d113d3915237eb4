"""The whole loop in the browser, on a small real model: data, training, battle, dashboard, shared page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from studio.jobs.queue import JobQueue
from studio.settings import Settings
from studio.workspace.datasets import list_datasets
from studio.workspace.layout import Workspace
from studio.workspace.runs import RunState, list_runs

PAGES = ("", "data", "train", "arena", "dashboard", "share", "manuals")
LONG = 90_000  # milliseconds; the machine may be busy

pytestmark = pytest.mark.browser


def heading(page: Page) -> None:
    expect(page.locator("h1").first).to_be_visible()


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


class TestLoop:
    """One visit, in order: each step stands on the one before."""

    def test_an_empty_studio_says_what_to_do_first(self, page: Page, url: str) -> None:
        page.goto(url)
        heading(page)
        expect(page.get_by_role("link", name=re.compile("Data")).first).to_be_visible()
        page.goto(f"{url}/train")
        expect(page.locator("a[href*='data']").last).to_be_visible()

    def test_a_bad_file_is_one_sentence_and_the_sample_data_come_with_one_click(
        self, page: Page, url: str, tmp_path: Path
    ) -> None:
        bad = tmp_path / "broken.json"
        bad.write_text("this is no JSON")
        page.goto(f"{url}/data")
        heading(page)
        page.locator("input[type=file]").set_input_files(bad)
        expect(page.get_by_text(re.compile("is not valid JSON")).first).to_be_visible()
        assert "Traceback" not in page.content()
        button(page, "Import the sample data").click()
        expect(page.get_by_text(re.compile("Imported 12,464 rows")).first).to_be_visible(timeout=LONG)

    def test_a_file_with_bad_rows_is_imported_without_them(self, page: Page, url: str, tmp_path: Path) -> None:
        file = tmp_path / "mine.json"
        rows = [{"instruction": "Where?", "input": "", "output": "Here."}, {"instruction": "No answer", "output": ""}]
        file.write_text(json.dumps(rows))
        page.goto(f"{url}/data")
        page.get_by_role("button", name=re.compile("Import a file")).click()
        page.locator("input[type=file]").set_input_files(file)
        import_button = button(page, "Import")
        expect(import_button).to_be_enabled()
        import_button.click()
        expect(page.get_by_text(re.compile("Imported 1 row")).first).to_be_visible(timeout=LONG)

    def test_a_training_is_seen_live_and_survives_a_reload(self, page: Page, url: str, home: Path) -> None:
        samples = max(list_datasets(Workspace.from_settings(Settings(home=home))), key=lambda manifest: manifest.rows)
        page.goto(f"{url}/train?dataset={samples.id}")
        expect(page.get_by_text("Optimizer steps").first).to_be_visible()
        expect(page.get_by_text(samples.id).first).to_be_visible()
        epochs = page.get_by_label("Train epochs")
        epochs.fill("0.1")
        epochs.press("Tab")
        expect(page.get_by_text("0.1 epochs").first).to_be_visible()
        button(page, "Start training").click()
        expect(page.get_by_text(re.compile("has started")).first).to_be_visible(timeout=LONG)
        page.wait_for_url(re.compile(r"run=sft-"))
        page.reload()
        expect(page.get_by_text(re.compile("Succeeded", re.IGNORECASE)).first).to_be_visible(timeout=LONG)
        expect(page.get_by_text(re.compile("loss", re.IGNORECASE)).first).to_be_visible()

    def test_an_evaluation_is_started_from_the_run_and_shown_on_the_dashboard(self, page: Page, url: str, home: Path) -> None:
        workspace = Workspace.from_settings(Settings(home=home))
        (run,) = list_runs(workspace, "training.sft")
        page.goto(f"{url}/train?run={run.id}")
        button(page, "Evaluate base and this model on the high-frequency set").click()
        expect(page.get_by_text(re.compile("Evaluation .* has started")).first).to_be_visible(timeout=LONG)
        evaluation = list_runs(workspace, "evaluation.evaluate")[0]
        assert JobQueue(workspace).wait(evaluation).state is RunState.SUCCEEDED
        page.goto(f"{url}/dashboard?report={evaluation.id}")
        expect(page.get_by_text(re.compile(r"\d+/280")).first).to_be_visible(timeout=LONG)
        expect(page.get_by_text(re.compile("McNemar|Tuning fixed no item and broke none")).first).to_be_visible()

    def test_a_battle_streams_takes_a_vote_and_keeps_it(self, page: Page, url: str) -> None:
        page.goto(f"{url}/arena")
        heading(page)
        page.get_by_role("textbox").first.fill("Where is my parcel?")
        button(page, "Compare").click()
        vote = button(page, "Left is better")
        expect(vote).to_be_enabled(timeout=LONG)
        vote.click()
        expect(page.get_by_text(re.compile("Your vote is kept")).first).to_be_visible()
        expect(page.get_by_text(re.compile("Left was|Right was|preferred")).first).to_be_visible()
        page.reload()
        expect(page.get_by_text("Where is my parcel?").first).to_be_visible()

    def test_a_report_is_shared_as_one_page_without_script(self, page: Page, url: str, browser: Browser) -> None:
        page.goto(f"{url}/share")
        heading(page)
        button(page, "Make link").click()
        link = page.get_by_role("link", name=re.compile("Open")).first
        expect(link).to_be_visible(timeout=LONG)
        address = link.get_attribute("href") or ""
        assert "/s/" in address
        context = browser.new_context(java_script_enabled=False)
        reader = context.new_page()
        requests: list[str] = []
        reader.on("request", lambda request: requests.append(request.url))
        reader.goto(address if address.startswith("http") else url + address)
        expect(reader.locator("h1")).to_be_visible()
        assert "<script" not in reader.content() and re.search(r"\d+/280", reader.content())
        assert len(requests) == 1, requests
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_accessible_and_fits_its_width(browser: Browser, url: str, path: str, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", bypass_csp=True)
    page = context.new_page()
    page.goto(f"{url}/{path}?__theme={scheme}")
    heading(page)
    page.wait_for_timeout(2500)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found = [
        (violation["id"], violation["impact"], [node["html"][:160] for node in violation["nodes"][:3]])
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]
    page.screenshot(path=f"/tmp/shots/{path or 'home'}-{width}-{scheme}.png", full_page=True) if Path(
        "/tmp/shots"
    ).exists() else None
    context.close()
    assert found == []
    assert overflow <= 0

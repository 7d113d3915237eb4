"""The demo, whole, on a tiny model: import, training, evaluation, link; started again it repeats nothing."""

from __future__ import annotations

from studio.cli.demo import QUICK, run_demo
from studio.settings import Settings
from studio.sharing.links import ShareLinks
from studio.workspace.database import Database
from studio.workspace.datasets import list_datasets, read_rows
from studio.workspace.layout import Workspace
from studio.workspace.reports import read_report
from studio.workspace.runs import list_runs


def test_the_demo_makes_its_report_and_link_and_started_again_repeats_nothing(tiny_workspace: Workspace) -> None:
    settings = Settings(home=tiny_workspace.home)
    first = run_demo(settings, quick=True, serve=False)
    again = run_demo(settings, quick=True, serve=False)
    assert (again["run"], again["report"]) == (first["run"], first["report"])
    assert len(list_runs(tiny_workspace)) == 2, "one training, one evaluation"
    assert again["url"] != first["url"], "only a link's hash is kept, so that a new one is made"
    links = ShareLinks(tiny_workspace, Database(tiny_workspace)).listing()
    assert sorted(link.state for link in links) == ["open", "revoked"]
    (dataset,) = list_datasets(tiny_workspace)
    assert {row.industry for row in read_rows(tiny_workspace, dataset.id)} == set(QUICK.industries)
    report = read_report(tiny_workspace, first["report"])
    assert {item["industry"] for item in report["items"]} == set(QUICK.industries)
    assert [model["role"] for model in report["models"]] == ["base", "tuned"]

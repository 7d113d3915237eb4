"""Runs by commands: in what order they wait, what they are called, how they compare, and gone and back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from studio.cli.main import app
from studio.errors import StudioError
from studio.jobs.launcher import LocalLauncher
from studio.training.settings.spec import TrainSpec
from studio.workspace.layout import Workspace
from studio.workspace.run_notes import RunNotes, read_run_notes
from studio.workspace.runs import Run, RunState, create_run, find_run, list_runs


def studio(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def answer(*arguments: str) -> dict[str, Any]:
    done = studio(*arguments, "--json")
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


def refusal(*arguments: str) -> StudioError:
    done = studio(*arguments)
    assert isinstance(done.exception, StudioError), done.output
    return done.exception


def a_run(workspace: Workspace, state: RunState, **settings: Any) -> Run:
    run = create_run(workspace, TrainSpec(**{"dataset": "airline-1", **settings}).model_dump())
    run.write_status(replace(run.recorded, state=state, result={"final_loss": 1.5} if state is RunState.SUCCEEDED else {}))
    return run


@pytest.fixture
def waiting(workspace: Workspace) -> list[str]:
    runs = [a_run(workspace, RunState.QUEUED) for _ in range(3)]
    for place, run in enumerate(runs):
        run.write_status(replace(run.recorded, place=1000.0 + place))
    return [run.id for run in runs]


class TestQueue:
    def test_waiting_runs_are_shown_in_their_order_and_moved(self, waiting: list[str]) -> None:
        first, second, third = waiting
        assert answer("queue") == {"running": [], "waiting": [first, second, third]}
        assert answer("queue", "--first", third)["waiting"] == [third, first, second]
        assert answer("queue", "--up", second)["waiting"] == [third, second, first]
        assert answer("queue", "--down", third)["waiting"] == [second, third, first]
        assert answer("queue", "--last", second)["waiting"] == [third, first, second]
        assert first in studio("queue").stdout.replace("\n", "")

    def test_a_waiting_run_is_cancelled_once(self, waiting: list[str], workspace: Workspace) -> None:
        assert answer("queue", "--cancel", waiting[1])["waiting"] == [waiting[0], waiting[2]]
        assert find_run(workspace, waiting[1]).status.state is RunState.STOPPED
        refused = refusal("queue", "--cancel", waiting[1])
        assert refused.exit_code == 2 and "no place in the queue" in refused.message

    def test_an_empty_queue_says_so(self) -> None:
        assert "nothing waits" in studio("queue").stdout


class TestNotes:
    def test_what_is_not_named_stays(self, workspace: Workspace) -> None:
        run = a_run(workspace, RunState.SUCCEEDED)
        written = answer("note", run.id, "--name", "Higher rate", "--tags", "Best, airline", "--text", "Remember.")
        assert written == {"run": run.id, "name": "Higher rate", "tags": ["best", "airline"], "text": "Remember."}
        assert answer("note", run.id, "--tags", "")["name"] == "Higher rate"
        assert read_run_notes(run) == RunNotes("Higher rate", (), "Remember.")

    def test_the_list_is_narrowed_by_words_and_by_a_tag(self, workspace: Workspace) -> None:
        first, second = a_run(workspace, RunState.SUCCEEDED), a_run(workspace, RunState.SUCCEEDED, dataset="hotel-1")
        answer("note", first.id, "--tags", "best")
        for arguments, found in (
            (("--tag", "best"), {first.id}),
            (("--find", "HOTEL"), {second.id}),
            ((), {first.id, second.id}),
        ):
            assert {run["run"] for run in answer("runs", *arguments)["runs"]} == found
        assert next(run["tags"] for run in answer("runs")["runs"] if run["run"] == first.id) == ["best"]


class TestDeleting:
    def test_a_run_goes_and_comes_back_by_the_token_that_was_printed(self, workspace: Workspace) -> None:
        run = a_run(workspace, RunState.SUCCEEDED)
        deleted = answer("runs", "--delete", run.id)
        assert deleted["runs"] == []
        assert [one["run"] for one in answer("runs", "--restore", deleted["deleted"])["runs"]] == [run.id]

    def test_a_waiting_run_stays(self, waiting: list[str], workspace: Workspace) -> None:
        refused = refusal("runs", "--delete", waiting[0])
        assert refused.exit_code == 2 and "Take it out first" in refused.message
        assert len(list_runs(workspace)) == 3


class TestCompare:
    def test_it_prints_what_differs_and_writes_the_curves(self, workspace: Workspace, tmp_path: Path) -> None:
        runs = [a_run(workspace, RunState.SUCCEEDED), a_run(workspace, RunState.SUCCEEDED, lora_rank=8)]
        for run in runs:
            run.append_event("metric", step=1, loss=2.0)
        ids = [run.id for run in runs]
        csv, svg = tmp_path / "curves.csv", tmp_path / "curves.svg"
        said = answer("compare", *ids, "--csv", str(csv), "--svg", str(svg))
        assert said["settings"] == {"lora_rank": {ids[0]: 16, ids[1]: 8}}
        assert csv.read_text().splitlines() == [f"step,{ids[0]},{ids[1]}", "1,2.0,2.0"]
        assert svg.read_text().startswith("<svg")
        shown = studio("compare", *ids).stdout
        assert "lora_rank" in shown and "final_loss" in shown and "learning_rate" not in shown

    def test_a_curve_that_nobody_measured_is_refused_and_names_those_that_were(
        self, workspace: Workspace, tmp_path: Path
    ) -> None:
        ids = [a_run(workspace, RunState.SUCCEEDED).id for _ in range(2)]
        find_run(workspace, ids[0]).append_event("metric", step=1, loss=2.0)
        refused = refusal("compare", *ids, "--curve", "nonsense", "--csv", str(tmp_path / "x.csv"))
        assert "Measured: loss" in refused.message and not (tmp_path / "x.csv").exists()

    def test_one_run_can_not_be_compared(self, workspace: Workspace) -> None:
        assert refusal("compare", a_run(workspace, RunState.SUCCEEDED).id).exit_code == 2


class TestTrainLike:
    @pytest.fixture(autouse=True)
    def nothing_starts(self, monkeypatch: pytest.MonkeyPatch, workspace: Workspace) -> None:
        """The run is taken out of the queue instead of being started, so that the command ends."""

        def start(self: LocalLauncher, run: Run) -> int:
            run.write_status(replace(run.recorded, state=RunState.STOPPED))
            return 1

        monkeypatch.setattr(LocalLauncher, "start", start)

    def test_a_run_is_trained_again_with_what_differs(self, workspace: Workspace, dataset: str) -> None:
        earlier = a_run(workspace, RunState.SUCCEEDED, dataset=dataset, lora_rank=8, preset="cpu-quick")
        run = find_run(workspace, answer("train", "--like", earlier.id, "--set", "learning_rate=1e-4")["run"])
        assert run.spec == {**earlier.spec, "learning_rate": 1e-4}

    def test_like_and_preset_do_not_go_together(self, workspace: Workspace, dataset: str) -> None:
        earlier = a_run(workspace, RunState.SUCCEEDED, dataset=dataset)
        done = studio("train", "--like", earlier.id, "--preset", "cpu-demo")
        assert done.exit_code == 2 and len(list_runs(workspace)) == 1

    def test_a_checkpoint_that_is_not_kept_can_not_be_resumed_from(self, workspace: Workspace, dataset: str) -> None:
        earlier = a_run(workspace, RunState.FAILED, dataset=dataset)
        assert "no checkpoint of step 7" in refusal("train", "--resume", earlier.id, "--from", "7").message

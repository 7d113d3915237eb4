"""Events are read once and then only what is new, and whatever a killed writer left behind costs no other line."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.workspace.files import append_json_line
from studio.workspace.history import Follower, Followers, Metrics, history
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, create_run
from studio.workspace.tail import Tail

SPEC = {"job": "training.sft", "dataset": "d"}


@pytest.fixture
def run(workspace: Workspace) -> Run:
    return create_run(workspace, SPEC)


class TestTornLines:
    def test_wherever_a_writer_is_killed_all_other_lines_are_read(self, tmp_path: Path) -> None:
        first, torn, last = {"step": 1, "note": "zürich"}, {"step": 2, "note": "zürich"}, {"step": 3}
        whole = json.dumps(torn, ensure_ascii=False, separators=(",", ":")).encode()
        for length in range(len(whole) + 1):
            path = tmp_path / f"{length}.jsonl"
            append_json_line(path, first)
            with path.open("ab") as stream:
                stream.write(whole[:length])
            append_json_line(path, last)
            expected = [first, *([torn] if length == len(whole) else []), last]
            assert list(Tail(path).new()) == expected, length

    def test_a_line_that_is_still_being_written_is_read_once_it_is_whole(self, tmp_path: Path) -> None:
        path = tmp_path / "events.jsonl"
        tail = Tail(path)
        assert list(tail.new()) == []
        path.write_bytes(b'{"step":1}\n{"st')
        assert list(tail.new()) == [{"step": 1}]
        with path.open("ab") as stream:
            stream.write(b'ep":2}\n')
        assert list(tail.new()) == [{"step": 2}]
        assert list(tail.new()) == []

    def test_what_a_diverging_training_has_measured_is_read_too(self, tmp_path: Path) -> None:
        append_json_line(tmp_path / "events.jsonl", {"step": 1, "grad_norm": math.nan, "loss": math.inf})
        (event,) = Tail(tmp_path / "events.jsonl").new()
        assert math.isnan(event["grad_norm"]) and event["loss"] == math.inf

    def test_the_event_that_records_a_death_stands_by_itself(self, run: Run) -> None:
        run.append_event("metric", step=1, loss=2.0)
        with (run.folder / "events.jsonl").open("ab") as stream:
            stream.write(b'{"t":1,"kind":"metric","step":2,"lo')
        run.append_event("error", text="It was killed.")
        assert [event["kind"] for event in run.events()] == ["metric", "error"]


class TestMetrics:
    def test_they_are_the_events_as_they_were_written(self) -> None:
        metrics = Metrics.of(
            [{"t": 1.5, "kind": "metric", "step": 1, "loss": 2.0}, {"t": 2.5, "step": 2, "loss": 1.0, "epoch": 1}]
        )
        assert list(metrics) == [{"t": 1.5, "step": 1, "loss": 2.0}, {"t": 2.5, "step": 2, "loss": 1.0, "epoch": 1.0}]
        assert metrics[-1]["step"] == 2 and metrics[:1] == [metrics[0]]
        assert metrics.points("epoch") == [(2, 1.0)] and metrics.points("nothing") == []

    def test_what_came_after_the_checkpoint_of_a_resumed_run_is_forgotten(self) -> None:
        metrics = Metrics.of([*({"step": step, "loss": 1.0} for step in range(1, 10)), {"step": 6, "loss": 5.0}])
        assert metrics.points("loss") == [*((step, 1.0) for step in range(1, 6)), (6, 5.0)]
        assert [event["step"] for event in metrics] == [1, 2, 3, 4, 5, 6]

    def test_two_events_of_a_step_are_one(self) -> None:
        metrics = Metrics.of([{"step": 5, "loss": 1.0}, {"step": 5, "eval_loss": 2.0}, {"step": 5, "loss": 0.5}])
        assert list(metrics) == [{"step": 5, "loss": 0.5, "eval_loss": 2.0}]

    def test_what_is_no_step_or_no_number_is_passed_over(self) -> None:
        metrics = Metrics.of(
            [{"loss": 1.0}, {"step": 1.5, "loss": 1.0}, {"step": True}, {"step": 1, "loss": "low", "best": True}]
        )
        assert list(metrics) == [{"step": 1}] and metrics.fields == []

    def test_the_newest_finite_value(self) -> None:
        metrics = Metrics.of([{"step": 1, "loss": 1.0}, {"step": 2, "loss": math.nan}])
        assert metrics.last("loss") == 1.0 and metrics.last("nothing") is None

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["loss", "eval_loss"]), st.floats(-9, 9)), max_size=60))
    def test_they_say_what_a_plain_list_would(self, written: list[tuple[int, str, float]]) -> None:
        plain: dict[int, dict[str, float]] = {}
        for step, name, value in written:
            if plain and step < max(plain):
                plain = {earlier: values for earlier, values in plain.items() if earlier < step}
            plain.setdefault(step, {})[name] = value
        metrics = Metrics.of({"step": step, name: value} for step, name, value in written)
        assert list(metrics) == [{"step": step, **values} for step, values in sorted(plain.items())]


class TestFollowing:
    def test_another_look_sees_what_came_since_and_the_first_stays_as_it_was(self, run: Run) -> None:
        follower = Follower(run)
        run.append_event("phase", name="training")
        run.append_event("metric", step=1, loss=2.0)
        run.append_event("progress", done=1, total=3, seconds_left=None)
        before = follower.look()
        run.append_event("metric", step=2, loss=1.0)
        run.append_event("note", text="slow")
        run.append_event("phase", name="saving the adapter")
        after = follower.look()
        assert (len(before.metrics), before.phase, before.notes) == (1, "training", [])
        assert before.progress is not None and before.progress["done"] == 1
        assert (len(after.metrics), after.phase, after.progress, after.notes) == (2, "saving the adapter", None, ["slow"])
        assert list(history(run).metrics) == list(after.metrics)

    def test_only_what_was_appended_is_read_again(self, run: Run) -> None:
        followers = Followers()
        run.append_event("metric", step=1, loss=2.0)
        assert len(followers.look(run).metrics) == 1
        events = run.folder / "events.jsonl"
        events.write_bytes(b" " * (events.stat().st_size - 1) + b"\n")  # what was read is not looked at any more
        run.append_event("metric", step=2, loss=1.0)
        assert [event["step"] for event in followers.look(run).metrics] == [1, 2]

    def test_only_the_runs_that_were_looked_at_last_are_kept(self, workspace: Workspace) -> None:
        followers = Followers()
        for _ in range(20):
            followers.look(create_run(workspace, SPEC))
        assert len(followers._kept) == 8

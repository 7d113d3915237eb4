"""Several processes as the Train page shows them."""

from __future__ import annotations

from studio.training.settings.spec import TrainSpec
from studio.ui.views.train_form import make_plan, plan_html
from studio.ui.views.train_processors import launch_command, processors_html


def spec(**settings: object) -> TrainSpec:
    return TrainSpec(dataset="x", per_device_train_batch_size=8, gradient_accumulation_steps=2, **settings)  # type: ignore[arg-type]


def test_the_effective_batch_and_the_steps_count_all_processes() -> None:
    alone, together = (make_plan(spec(processes=processes, num_train_epochs=1), rows=320) for processes in (1, 2))
    assert (alone.effective_batch, alone.steps) == (16, 20)
    assert (together.effective_batch, together.steps) == (32, 10)
    assert "8 a forward pass × 2 accumulated × 2 processes" in plan_html(spec(processes=2), together)
    assert "processes" not in plan_html(spec(), alone)


def test_it_is_said_where_the_processes_are() -> None:
    assert "One process trains" in processors_html(spec())
    here = processors_html(spec(processes=2))
    assert "all on this machine" in here and "32 rows: 8 a forward pass × 2 accumulated × 2 processes" in here
    hosts = processors_html(spec(processes=4, hosts="one,two"))
    assert "2 on each of 2 hosts; this machine is one" in hosts


def test_the_command_is_the_one_that_a_run_starts() -> None:
    command = launch_command(spec(processes=2).launch)
    assert command.startswith("accelerate launch --config_file RUN_FOLDER/accelerate.yaml --machine_rank 0 ")
    assert command.endswith(" -m studio.jobs.rank RUN_FOLDER")

"""`queue`."""

from __future__ import annotations

from typing import Annotated

import typer

from studio.cli.output import print_json, print_table, results
from studio.cli.workspace import Json, open_workspace
from studio.jobs.queue import Move
from studio.workspace.run_notes import read_run_notes
from studio.workspace.runs import find_run, list_runs


def queue(
    first: Annotated[str | None, typer.Option(help="Let this waiting run start next.")] = None,
    up: Annotated[str | None, typer.Option(help="Let it start one place earlier.")] = None,
    down: Annotated[str | None, typer.Option(help="Let it start one place later.")] = None,
    last: Annotated[str | None, typer.Option(help="Let it start after all others.")] = None,
    cancel: Annotated[str | None, typer.Option(help="Take this waiting run out of the queue.")] = None,
    json_: Json = False,
) -> None:
    """Show which runs are at work and which wait, in their order, or change it."""
    _, workspace, jobs = open_workspace()
    for run_id, move in ((first, Move.FIRST), (up, Move.UP), (down, Move.DOWN), (last, Move.LAST)):
        if run_id is not None:
            jobs.move(find_run(workspace, run_id), move)
    if cancel is not None:
        jobs.cancel(find_run(workspace, cancel))
    waiting = jobs.waiting()
    at_work = [run for run in list_runs(workspace) if run.status.state.value == "running"]
    if json_:
        print_json({"running": [run.id for run in at_work], "waiting": [run.id for run in waiting]})
        return
    rows = [["at work", run.id, read_run_notes(run).name, run.job] for run in at_work]
    rows += [[f"{jobs.position(run)} before it", run.id, read_run_notes(run).name, run.job] for run in waiting]
    if rows:
        print_table("Queue", ["place", "run", "name", "job"], rows)
    else:
        results.print("Nothing is at work, and nothing waits.")

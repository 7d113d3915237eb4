"""`runs` and `models`."""

from __future__ import annotations

from typing import Annotated

import typer

from studio.chat.catalog import CATALOG, is_prepared, packaged_weights
from studio.cli.output import print_json, print_table
from studio.cli.workspace import Json, open_workspace
from studio.workspace.adapters import tuned_models
from studio.workspace.runs import find_run, list_runs

_JOB_WORDS = {
    "training.sft": "training",
    "evaluation.evaluate": "evaluation",
    "dataset.import_job": "import",
    "training.exporting.export_job": "export",
}


def runs(
    stop: Annotated[str | None, typer.Option(help="Stop this run at its next step and keep what it learned.")] = None,
    discard: Annotated[bool, typer.Option(help="With --stop: throw away what it learned.")] = False,
    json_: Json = False,
) -> None:
    """List the runs, newest first, or stop one."""
    _, workspace, queue = open_workspace()
    if stop is not None:
        queue.stop(find_run(workspace, stop), keep=not discard)
    listed = [(run, run.status) for run in list_runs(workspace)]
    if json_:
        print_json({"runs": [{"run": run.id, "job": run.job, **status.to_json()} for run, status in listed]})
        return
    rows = [
        [run.id, _JOB_WORDS.get(run.job, run.job), status.state.value, status.created[:16], status.error or ""]
        for run, status in listed
    ]
    print_table("Runs", ["run", "job", "state", "created (UTC)", "error"], rows)


def models(json_: Json = False) -> None:
    """List the base models and the tuned ones."""
    _, workspace, _ = open_workspace()
    base = [
        {
            "model": model.name,
            "hub_id": model.hub_id,
            "parameters_millions": model.parameters,
            "licence": model.licence,
            "ready": is_prepared(workspace, model) or (model.embedded and packaged_weights() is not None),
        }
        for model in CATALOG
    ]
    tuned = [{"model": one.run, "base_model": one.base_model, "dataset": one.dataset} for one in tuned_models(workspace)]
    if json_:
        print_json({"base": base, "tuned": tuned})
        return
    print_table("Base models", list(base[0]), [[str(value) for value in one.values()] for one in base])
    if tuned:
        print_table("Tuned models", list(tuned[0]), [list(one.values()) for one in tuned])

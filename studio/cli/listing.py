"""`runs`, `note` and `models`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from studio.chat.catalog import CATALOG, is_prepared, packaged_weights
from studio.cli.output import errors, print_json, print_table
from studio.cli.workspace import Json, open_workspace
from studio.workspace.adapters import tuned_models
from studio.workspace.run_notes import is_meant, read_run_notes, split_tags, write_run_notes
from studio.workspace.run_trash import delete_run, restore_run
from studio.workspace.runs import find_run, list_runs
from studio.workspace.trash import TRASH_DAYS

_JOB_WORDS = {
    "training.sft": "training",
    "training.preference": "preference training",
    "evaluation.evaluate": "evaluation",
    "dataset.import_job": "import",
    "training.exporting.export_job": "export",
}


def runs(
    stop: Annotated[str | None, typer.Option(help="Stop this run at its next step and keep what it learned.")] = None,
    discard: Annotated[bool, typer.Option(help="With --stop: throw away what it learned.")] = False,
    delete: Annotated[str | None, typer.Option(help="Move this run into the trash.")] = None,
    restore: Annotated[str | None, typer.Option(help="Take a deletion back, by the token that --delete printed.")] = None,
    find: Annotated[str, typer.Option(help="Only runs with these words in id, name, tags, note, dataset or model.")] = "",
    tag: Annotated[str, typer.Option(help="Only runs with this tag.")] = "",
    json_: Json = False,
) -> None:
    """List the runs, newest first, stop one, delete one or take that back."""
    _, workspace, queue = open_workspace()
    if stop is not None:
        queue.stop(find_run(workspace, stop), keep=not discard)
    token = delete_run(workspace, delete) if delete is not None else None
    if token is not None:
        errors.print(
            f"Run {delete} is in the trash for {TRASH_DAYS} days. Take it back with: runs --restore {token}", soft_wrap=True
        )
    if restore is not None:
        restore_run(workspace, restore)
    noted = [(run, read_run_notes(run)) for run in list_runs(workspace)]
    listed = [(run, notes, run.status) for run, notes in noted if is_meant(run.id, run.spec, notes, words=find, tag=tag)]
    if json_:
        runs_ = [
            {"run": run.id, "job": run.job, **asdict(notes), **status.to_json(), "tags": list(notes.tags)}
            for run, notes, status in listed
        ]
        print_json({"runs": runs_, **({"deleted": token} if token else {})})
        return
    rows = [
        [run.id, notes.name, ", ".join(notes.tags), _JOB_WORDS.get(run.job, run.job), status.state.value, status.created[:16], status.error or ""]
        for run, notes, status in listed
    ]  # fmt: skip
    print_table("Runs", ["run", "name", "tags", "job", "state", "created (UTC)", "error"], rows)


def note(
    run: Annotated[str, typer.Argument(help="The run's id.")],
    name: Annotated[str | None, typer.Option(help="What it is called; its id stays.")] = None,
    tags: Annotated[str | None, typer.Option(help="Tags, separated by commas.")] = None,
    text: Annotated[str | None, typer.Option(help="What there is to say about it.")] = None,
    json_: Json = False,
) -> None:
    """Write down a run's name, tags and a note. What is not named stays."""
    _, workspace, _ = open_workspace()
    found = find_run(workspace, run)
    old = read_run_notes(found)
    kept = write_run_notes(
        found,
        name=old.name if name is None else name,
        tags=old.tags if tags is None else split_tags(tags),
        text=old.text if text is None else text,
    )
    if json_:
        print_json({"run": found.id, **asdict(kept), "tags": list(kept.tags)})
        return
    print_table("", ["run", "name", "tags", "note"], [[found.id, kept.name, ", ".join(kept.tags), kept.text]])


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

"""Asking for an export, finding it again, cancelling it: what the page and the command do with the runs of `export_job`. No torch here."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from studio.errors import BadInput, NotFound
from studio.hub import Repository, repository_name, require_token
from studio.jobs.queue import JobQueue
from studio.settings import Settings
from studio.training.exporting.lora import read_lora
from studio.training.exporting.provenance import provenance_of
from studio.training.exporting.room import bytes_needed, check_room
from studio.training.exporting.spec import EXPORT_JOB, ExportSpec, Form, parse_export
from studio.workspace.endings import Weight
from studio.workspace.files import read_json
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, find_run, list_runs


def export_spec(
    workspace: Workspace,
    settings: Settings,
    *,
    model: str,
    form: str,
    folder: Path | None = None,
    repo: str = "",
    public: bool = False,
    update: bool = False,
) -> ExportSpec:
    """The spec of an export, checked as far as it can be before a run exists.

    Args:
        workspace: where the model is.
        settings: the Hub's address and token.
        model: a tuned model's name.
        form: adapter, merged, vllm or ollama.
        folder: the folder to make; in the run's own by default.
        repo: where on the Hub it goes, as OWNER/NAME; empty keeps it here.
        public: whether everybody may read a repository that is made.
        update: write to a repository that exists, instead of making one.

    Raises:
        NotFound: there is no tuned model of that name.
        BadInput: the model or the form can't be exported, the folder is there already, the disk is too full, or the Hub can't be asked so.
    """
    form_ = _form(form)
    provenance = provenance_of(workspace, model)
    read_lora(provenance.adapter)
    if folder is not None:
        folder = folder.expanduser().resolve()
        if folder.exists():
            raise BadInput(f"{folder} is there already. Name another folder, or remove that one first.")
    check_room(folder or workspace.runs, bytes_needed(workspace, provenance, form_))
    if repo.strip():
        repository_for(settings, repo)
        require_token(settings.hub_token)
    return parse_export(
        {
            "weight": Weight.HEAVY if form_.merges else Weight.LIGHT,
            "model": model,
            "form": form_,
            "folder": str(folder) if folder else None,
            "repo": repo.strip() or None,
            "public": public,
            "update": update,
        }
    )


def request_export(queue: JobQueue, spec: ExportSpec) -> Run:
    """Put the export into the queue."""
    _remove_leftovers(queue.workspace)
    return queue.submit(spec.model_dump(mode="json"))


def repository_for(settings: Settings, repo: str, *, public: bool = False, update: bool = False) -> Repository:
    """Where on the Hub it will go; the network is not touched.

    Raises:
        BadInput: `repo` is no name of a repository.
    """
    name = repository_name(repo, example="acme/support-model")
    return Repository("model", name, settings.hub_url.rstrip("/"), public, update)


def find_export(workspace: Workspace, run_id: str) -> Run:
    """The export of that id.

    Raises:
        NotFound: there is no such run, or it is no export.
    """
    run = find_run(workspace, run_id)
    if run.job != EXPORT_JOB:
        raise NotFound(f"The run {run_id} is no export.")
    return run


def list_exports(workspace: Workspace) -> list[Run]:
    """All exports, newest first."""
    return list_runs(workspace, EXPORT_JOB)


def folder_of(run: Run) -> Path:
    """The folder that an export makes, whether or not it is there yet."""
    chosen = run.spec.get("folder")
    return Path(chosen) if chosen else run.folder / "export"


def made_by(run: Run) -> dict[str, Any] | None:
    """What an export has made, as its job returns it; None while it is not whole, and when its folder is gone."""
    path = run.folder / "export.json"
    if not path.exists() or not folder_of(run).is_dir():
        return None
    made: dict[str, Any] = read_json(path)
    return made


def cancel_export(queue: JobQueue, run: Run) -> None:
    """Ask an export to stop; nothing is left of it. One that ended meanwhile stays as it is."""
    if not run.status.state.finished:
        queue.stop(run, keep=False)


def _form(name: str) -> Form:
    try:
        return Form(name)
    except ValueError as error:
        raise BadInput(f"There is no form {name!r}: choose {', '.join(form.value for form in Form)}.") from error


def _remove_leftovers(workspace: Workspace) -> None:
    """What exports left aside whose process was killed: nobody else would."""
    for run in list_exports(workspace):
        folder = folder_of(run)
        aside = folder.with_name(f".{folder.name}.{run.id}")
        if run.status.state.finished and aside.exists():
            shutil.rmtree(aside, ignore_errors=True)

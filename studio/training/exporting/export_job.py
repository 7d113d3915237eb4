"""The job `training.exporting.export_job`: a tuned model as a folder that other programs load, and on the Hub if that is asked for.

The folder is built aside and takes its place when all of it is there, the merge verified and the card written. What was made is kept in
`export.json` in the run's folder: an upload that failed is tried again without making the export again.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from studio.chat.catalog import prepare_model
from studio.errors import BadInput
from studio.hub import Repository, require_token, upload
from studio.jobs.progress import Reporter, Stopped
from studio.settings import load_settings
from studio.training.exporting.building import build
from studio.training.exporting.provenance import provenance_of
from studio.training.exporting.requests import folder_of, made_by, repository_for
from studio.training.exporting.room import bytes_needed, check_room
from studio.training.exporting.spec import ExportSpec, parse_export
from studio.training.exporting.verifying import Checked
from studio.workspace.files import write_json_atomically
from studio.workspace.layout import Workspace

CANCELLED = "The export was cancelled. Nothing was kept of it."
UPLOAD_CANCELLED = "The upload was cancelled before it began. The export is kept."


def run(workspace: Workspace, reporter: Reporter, values: Mapping[str, Any]) -> dict[str, Any]:
    """Export, and return `{"folder", "bytes", "prompts", "agree", "computed_in", "differing", "url"}`.

    Raises:
        BadInput: the spec, the model, the place or the repository can't be used.
        EngineError: the base model can't be had, a model fails while answering, or the Hub refuses.
        Stopped: somebody cancelled; nothing is left of an export that was not whole yet.
    """
    spec = parse_export(values)
    made = made_by(reporter.run)
    if made is None:
        try:
            made = _export(workspace, reporter, spec)
        except Stopped as stopped:
            raise Stopped(keep=stopped.keep, sentence=CANCELLED) from None
        write_json_atomically(reporter.run.folder / "export.json", made)
    return {**made, "url": _push(reporter, spec, Path(made["folder"])) if spec.repo else None}


def _export(workspace: Workspace, reporter: Reporter, spec: ExportSpec) -> dict[str, Any]:
    folder = folder_of(reporter.run)
    if folder.exists():
        raise BadInput(f"{folder} is there already. Name another folder, or remove that one first.")
    provenance = provenance_of(workspace, spec.model)
    reporter.phase("preparing the model")
    base = prepare_model(workspace, provenance.base, announce=reporter.note)
    reporter.check_stop()
    building = folder.with_name(f".{folder.name}.{reporter.run.id}")
    shutil.rmtree(building, ignore_errors=True)  # of an attempt that was killed
    check_room(folder, bytes_needed(workspace, provenance, spec.form))
    try:
        building.mkdir(parents=True)
        checked = build(workspace, reporter, spec, provenance, base, building)
        reporter.check_stop()
        building.rename(folder)
    except (PermissionError, NotADirectoryError) as error:
        raise BadInput(f"{folder} can't be written: {error.strerror}. Choose another folder.") from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return {"folder": str(folder), "bytes": _size(folder), **_in_numbers(checked)}


def _push(reporter: Reporter, spec: ExportSpec, folder: Path) -> str:
    settings = load_settings()
    repository: Repository = repository_for(settings, spec.repo or "", public=spec.public, update=spec.update)
    reporter.phase("uploading")
    try:
        reporter.check_stop()
    except Stopped as stopped:
        raise Stopped(keep=stopped.keep, sentence=UPLOAD_CANCELLED) from None
    files: dict[str, Path | bytes] = {
        path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()
    }
    message = f"{spec.model}, {spec.form.value}"
    return upload(repository, require_token(settings.hub_token), files, message=message, told=lambda _, step: reporter.note(step))


def _in_numbers(checked: Checked | None) -> dict[str, Any]:
    if checked is None:
        return {"prompts": None, "agree": None, "computed_in": None, "differing": []}
    return {
        "prompts": checked.prompts,
        "agree": checked.agree,
        "computed_in": checked.computed_in,
        "differing": [asdict(difference) for difference in checked.differing],
    }


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())

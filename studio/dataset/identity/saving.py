"""Saving what was rendered as a dataset, and the form from visit to visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from studio.dataset.identity.brand import Brand, IdentityForm
from studio.dataset.identity.rendering import Rendered
from studio.dataset.importing.file import ImportResult
from studio.workspace.datasets import write_dataset
from studio.workspace.files import read_json, write_json_atomically
from studio.workspace.layout import Workspace


def save_identity(workspace: Workspace, brand: Brand, rendered: Rendered) -> ImportResult:
    """Write the rows as a dataset; the same brand and texts give the same dataset.

    Raises:
        BadInput: a placeholder is left over, or no row is left; nothing is written then.
    """
    rendered.check()
    problems = [problem.to_json() for problem in rendered.problems]
    manifest = write_dataset(
        workspace, rendered.rows, name=f"identity of {brand.name}", source=rendered.source, problems=problems
    )
    return ImportResult(dataset=manifest, rows=manifest.rows, problems=tuple(rendered.problems))


def keep_form(workspace: Workspace, form: IdentityForm) -> None:
    """Remember the form as it was typed."""
    write_json_atomically(workspace.identity_file, asdict(form))


def kept_form(workspace: Workspace) -> IdentityForm:
    """The form as it was left; an empty one the first time, or where its file can't be read."""
    try:
        values = read_json(workspace.identity_file)
    except (OSError, ValueError):
        return IdentityForm()
    return _form(values) if isinstance(values, dict) else IdentityForm()


def _form(values: Mapping[str, Any]) -> IdentityForm:
    known = {field.name for field in fields(IdentityForm)}
    return IdentityForm(**{name: value for name, value in values.items() if name in known})

"""What every command opens first."""

from __future__ import annotations

from typing import Annotated

import typer

from studio.jobs.queue import JobQueue
from studio.settings import Settings, load_settings
from studio.workspace.layout import Workspace

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output; progress goes to standard error.")]


def open_workspace() -> tuple[Settings, Workspace, JobQueue]:
    """The settings, the workspace they name, and its queue."""
    settings = load_settings()
    workspace = Workspace.from_settings(settings)
    return settings, workspace, JobQueue(workspace)

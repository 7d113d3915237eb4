"""A run that has left an adapter, without the training."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.workspace.layout import Workspace
from studio.workspace.runs import Run
from tests.support import finished_training


@pytest.fixture
def tuned(tiny_workspace: Workspace, tiny_adapter: Path, dataset: str) -> Run:
    """A training that has succeeded."""
    return finished_training(tiny_workspace, tiny_adapter, dataset)

from __future__ import annotations

from pathlib import Path

import pytest

from studio.settings import PROJECT_ROOT, Settings
from studio.workspace.layout import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.from_settings(Settings(home=tmp_path / "home", database_url=None))


@pytest.fixture
def real() -> Path:
    """Data that nobody here wrote; it lies beside the repository on some machines."""
    folder = PROJECT_ROOT.parent / "shared" / "real"
    if not folder.is_dir():
        pytest.skip("no ../shared/real on this machine")
    return folder

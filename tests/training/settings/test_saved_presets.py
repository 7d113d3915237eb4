"""Settings that are saved under a name are presets like the studio's own, until they are deleted; and that can be undone."""

from __future__ import annotations

import logging

import pytest

from studio.errors import BadInput, NotFound
from studio.training.requests import training_spec
from studio.training.settings.presets import PRESETS, find_preset
from studio.training.settings.saved_presets import all_presets, delete_preset, preset_named, restore_preset, save_preset
from studio.workspace.layout import Workspace
from studio.workspace.trash import list_deleted

MINE = {**find_preset("t4-quarter-hour").values(), "lora_rank": 32, "use_rslora": True}


def test_saved_settings_are_chosen_like_a_preset(workspace: Workspace, dataset: str) -> None:
    saved = save_preset(workspace, "  My T4 ", MINE)
    assert (saved.name, saved.base, saved.values()) == ("My-T4", "t4-quarter-hour", MINE)
    assert all_presets(workspace) == (*PRESETS, saved)
    spec = training_spec(workspace, dataset=dataset, preset="My-T4", changes={"seed": 3})
    assert (spec.preset, spec.lora_rank, spec.use_rslora, spec.load_in_4bit, spec.seed) == ("My-T4", 32, True, True, 3)


@pytest.mark.parametrize("name", ["", "  ", "cpu-demo", "a/b", "../up", ".hidden", "x" * 101])
def test_a_name_that_can_not_be_used_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(BadInput):
        save_preset(workspace, name, MINE)
    assert list(workspace.presets.iterdir()) == []


def test_saving_never_replaces_what_is_there(workspace: Workspace) -> None:
    first = save_preset(workspace, "mine", MINE)
    with pytest.raises(BadInput, match="named mine already"):
        save_preset(workspace, "mine", {**MINE, "lora_rank": 4})
    assert preset_named(workspace, "mine") == first


def test_a_deletion_can_be_taken_back(workspace: Workspace) -> None:
    saved = save_preset(workspace, "mine", MINE)
    token = delete_preset(workspace, "mine")
    assert all_presets(workspace) == PRESETS
    with pytest.raises(NotFound, match="no preset 'mine'"):
        preset_named(workspace, "mine")
    assert list_deleted(workspace) == {}, "settings in the trash are no dataset"
    assert restore_preset(workspace, token) == saved
    assert list(workspace.trash.iterdir()) == []
    with pytest.raises(NotFound, match="not in the trash"):
        restore_preset(workspace, token)


def test_restoring_never_replaces_what_was_saved_meanwhile(workspace: Workspace) -> None:
    save_preset(workspace, "mine", MINE)
    token = delete_preset(workspace, "mine")
    other = save_preset(workspace, "mine", {**MINE, "lora_rank": 4})
    with pytest.raises(BadInput, match="other settings named mine"):
        restore_preset(workspace, token)
    assert preset_named(workspace, "mine") == other


@pytest.mark.parametrize("name", ["cpu-demo", "nothing", "../datasets"])
def test_only_what_was_saved_can_be_deleted(workspace: Workspace, name: str) -> None:
    with pytest.raises(NotFound):
        delete_preset(workspace, name)


def test_a_saved_file_that_was_broken_does_not_take_the_others_with_it(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    saved = save_preset(workspace, "mine", MINE)
    workspace.preset("broken").write_text("lora_rank: [")
    with caplog.at_level(logging.WARNING):
        assert all_presets(workspace) == (*PRESETS, saved)
    assert "broken.yaml" in caplog.text
    with pytest.raises(BadInput, match=r"broken\.yaml is no YAML"):
        preset_named(workspace, "broken")

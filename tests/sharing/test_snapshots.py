from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, cast

import pytest

from studio.errors import BadInput, StudioError
from studio.sharing.snapshots import Snapshot, load, make_snapshot, save
from studio.workspace.layout import Workspace
from studio.workspace.reports import Report


def as_text(snapshot: Snapshot) -> str:
    return json.dumps(snapshot.to_json(), ensure_ascii=False)


def test_making_a_snapshot_writes_nothing_and_leaves_the_report_alone(workspace: Workspace, report: Report) -> None:
    before = copy.deepcopy(report)
    make_snapshot(report)
    assert report == before
    assert list(workspace.shares.iterdir()) == []


def test_the_same_report_and_title_give_the_same_digest_and_another_title_another(report: Report) -> None:
    assert make_snapshot(report, "March").digest == make_snapshot(copy.deepcopy(report), " March ").digest
    assert make_snapshot(report, "March").digest != make_snapshot(report, "April").digest


def test_personal_data_is_replaced_and_counted(report: Report) -> None:
    snapshot = make_snapshot(report)
    assert "ann.lee@example.com" not in as_text(snapshot)
    assert "+49 30 1234567" not in as_text(snapshot)
    assert snapshot.redactions == {"e-mail": 1, "path": 2, "phone number": 1}


def test_ordinary_facts_in_answers_survive(report: Report) -> None:
    text = as_text(make_snapshot(report))
    for fact in ("7 working days", "25 USD", "2026-10-12", "30 seconds"):
        assert fact in text


def test_run_ids_and_machine_paths_are_left_out(report: Report) -> None:
    text = as_text(make_snapshot(report))
    for internal in ("sft-20261012", "evaluate-20261012", "/home/ann", "/srv/models"):
        assert internal not in text
    assert '"base_model": "SmolLM2-135M-Instruct"' in text


def test_models_are_renamed_everywhere_alike(report: Report) -> None:
    shared = make_snapshot(report).report
    names = {model["model"] for model in shared["models"]}
    assert names == {"base", "tuned"}
    assert shared["comparison"] is not None
    assert {shared["comparison"]["base"], shared["comparison"]["tuned"]} == names
    assert all(set(item["results"]) == names for item in shared["items"])


def test_two_tuned_models_get_numbers(report: Report) -> None:
    twin = copy.deepcopy(report["models"][1])
    twin["model"] = "sft-other"
    report["models"].append(twin)
    assert [model["model"] for model in make_snapshot(report).report["models"]] == ["base", "tuned 1", "tuned 2"]


def test_a_field_that_the_report_s_types_do_not_name_is_not_published(report: Report) -> None:
    for part in (report, report["models"][0], report["items"][0], report["models"][0]["by_industry"][0], report["comparison"]):
        cast(dict[str, Any], part)["adapter_path"] = "unheard-of"
    assert "unheard-of" not in as_text(make_snapshot(report))


def test_a_model_from_the_hub_keeps_its_whole_name(report: Report) -> None:
    report["models"][0]["base_model"] = "HuggingFaceTB/SmolLM2-135M-Instruct"
    assert make_snapshot(report).report["models"][0]["base_model"] == "HuggingFaceTB/SmolLM2-135M-Instruct"


def test_the_title_defaults_to_the_question_set_and_is_redacted_like_any_text(report: Report) -> None:
    assert make_snapshot(report, "  ").title == "Accuracy report: high frequency"
    assert make_snapshot(report, "For a@example.com").title == "For [e-mail]"


def test_a_title_over_the_limit_is_refused(report: Report) -> None:
    with pytest.raises(BadInput, match="201 characters"):
        make_snapshot(report, "x" * 201)


def test_what_was_saved_is_loaded_and_saving_twice_is_one_file(workspace: Workspace, report: Report) -> None:
    snapshot = make_snapshot(report)
    assert save(workspace, snapshot) == save(workspace, snapshot) == snapshot.digest
    assert [path.name for path in workspace.shares.iterdir()] == [f"{snapshot.digest}.json"]
    assert load(workspace, snapshot.digest) == snapshot


def edit(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace("25 USD", "26 USD"), encoding="utf-8")


def cut(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8")[:500], encoding="utf-8")


def replace_by_a_list(path: Path) -> None:
    path.write_text("[]", encoding="utf-8")


def break_the_encoding(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\xff")


@pytest.mark.parametrize("damage", [edit, cut, replace_by_a_list, break_the_encoding])
def test_a_damaged_file_is_a_clear_error(workspace: Workspace, report: Report, damage: Any) -> None:
    digest = save(workspace, make_snapshot(report))
    damage(workspace.share(digest))
    with pytest.raises(StudioError, match="is damaged: its content does not match its digest"):
        load(workspace, digest)


def test_a_missing_file_is_a_clear_error(workspace: Workspace) -> None:
    with pytest.raises(StudioError, match="is missing from"):
        load(workspace, "0" * 64)

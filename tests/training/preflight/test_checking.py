"""The checks together, without torch before a run exists; in the worker before the model is loaded."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from studio.chat.catalog import find_model
from studio.dataset.tokens.lengths import dataset_lengths
from studio.errors import BadInput
from studio.jobs.worker import work
from studio.settings import PROJECT_ROOT
from studio.training.preflight.checking import check_training
from studio.training.preflight.device import DeviceFacts
from studio.training.preflight.findings import Level, refuse
from studio.training.requests import training_spec
from studio.training.settings.spec import TrainSpec
from studio.workspace.datasets import Row, write_dataset
from studio.workspace.layout import Workspace
from studio.workspace.runs import RunState, create_run
from tests.conftest import EMBEDDED
from tests.support import make_rows

CPU = DeviceFacts(None, None, 16 * 10**9, 12 * 10**9)
SMALL = DeviceFacts(None, None, 10**8, 10**8)


def spec(workspace: Workspace, dataset: str, **changes: Any) -> TrainSpec:
    return training_spec(workspace, dataset=dataset, preset="cpu-demo", changes={"max_steps": 2, **changes})


def with_placeholder(workspace: Workspace) -> str:
    rows = [
        *make_rows(),
        Row([{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "I am {{name}}."}], source="identity.json"),
    ]
    return write_dataset(workspace, rows, name="identity", source="test").id


def test_a_sound_training_has_nothing_against_it(tiny_workspace: Workspace, dataset: str) -> None:
    found = check_training(tiny_workspace, spec(tiny_workspace, dataset), lengths=dataset_lengths, facts=CPU)
    assert found.findings == [] and not found.blocks and found.missing == []
    assert {
        "end_of_turn",
        "vocabulary",
        "placeholders",
        "trained_tokens",
        "cut_rows",
        "disk",
        "memory",
        "dtype",
        "four_bit",
    } <= set(found.checks)


def test_what_was_not_looked_at_is_said_and_why(workspace: Workspace, dataset: str) -> None:
    found = check_training(workspace, spec(workspace, dataset))
    left_out = dict(found.missing)
    assert {"end_of_turn", "vocabulary", "trained_tokens", "cut_rows", "memory", "four_bit"} <= set(left_out)
    assert "not on this machine" in left_out["end_of_turn"] and "not asked" in left_out["memory"]
    assert not set(left_out) & set(found.checks)


def test_what_blocks_comes_first_and_is_refused_with_its_sentences(tiny_workspace: Workspace) -> None:
    dataset = with_placeholder(tiny_workspace)
    longest = max(dataset_lengths(tiny_workspace, dataset, find_model(EMBEDDED)).tokens)
    settings = spec(tiny_workspace, dataset, max_length=longest - 1)
    found = check_training(tiny_workspace, settings, lengths=dataset_lengths, facts=CPU)
    assert found.blocks and [one.check for one in found.findings] == ["placeholders", "cut_rows"]
    with pytest.raises(BadInput, match=r"\{\{name\}\}"):
        refuse(found.findings)
    refuse(found.warnings)
    assert found.to_json()["blocks"] is True and found.to_json()["findings"][0]["level"] == "error"


def test_a_row_that_the_template_refuses_is_a_finding_wherever_it_stands(tiny_workspace: Workspace) -> None:
    template = tiny_workspace.model(EMBEDDED) / "chat_template.jinja"
    template.write_text(
        "{% if 'Question 29' in messages[1]['content'] %}{{ raise_exception('no') }}{% endif %}" + template.read_text()
    )
    dataset = write_dataset(tiny_workspace, make_rows(families=30), name="many", source="test").id
    settings = spec(tiny_workspace, dataset)
    found = check_training(tiny_workspace, settings, lengths=dataset_lengths)
    assert [one.check for one in found.errors] == ["readable_rows"] and "“Question 29" in found.errors[0].sentence
    assert "can't be read" in dict(found.missing)["cut_rows"] and "end_of_turn" in found.checks


def test_a_damaged_row_is_a_finding(tiny_workspace: Workspace, dataset: str) -> None:
    (tiny_workspace.dataset(dataset) / "rows.jsonl").write_text("{broken")
    found = check_training(tiny_workspace, spec(tiny_workspace, dataset))
    assert [one.check for one in found.errors] == ["readable_rows"] and "Row 1 of dataset" in found.errors[0].sentence


def test_without_enough_memory_it_blocks_and_names_4_bit(tiny_workspace: Workspace, dataset: str) -> None:
    (found,) = check_training(tiny_workspace, spec(tiny_workspace, dataset), facts=SMALL).errors
    assert found.check == "memory" and "load_in_4bit" in found.sentence


def test_it_leaves_torch_unloaded(tiny_workspace: Workspace, dataset: str) -> None:
    code = (
        "import sys; from studio.settings import load_settings; from studio.workspace.layout import Workspace;"
        "from studio.training.preflight.checking import check_training; from studio.training.requests import training_spec;"
        "workspace = Workspace.from_settings(load_settings());"
        f"spec = training_spec(workspace, dataset={dataset!r}, preset='cpu-demo', changes={{}});"
        "print(len(check_training(workspace, spec).checks) >= 4, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT_ROOT, check=True)
    assert done.stdout.strip() == "True False"


def test_a_peak_that_does_not_fit_comes_with_what_would(tiny_workspace: Workspace, dataset: str) -> None:
    settings = spec(tiny_workspace, dataset, per_device_train_batch_size=512)
    small = DeviceFacts(None, None, 3 * 10**8, 3 * 10**8)
    found = check_training(tiny_workspace, settings, lengths=dataset_lengths, facts=small)
    (peak,) = [one for one in found.findings if one.check == "peak_memory"]
    assert peak.level is Level.ERROR and "At its peak" in peak.sentence


class TestInTheWorker:
    def test_an_error_ends_the_run_before_the_model_is_loaded(self, tiny_workspace: Workspace) -> None:
        run = create_run(tiny_workspace, spec(tiny_workspace, with_placeholder(tiny_workspace)).model_dump())
        assert work(run, tiny_workspace) is RunState.FAILED
        assert "{{name}}" in (run.status.error or "")
        assert "loading the model" not in [event["name"] for event in run.events("phase")]

    def test_what_the_device_can_not_do_ends_it_before_the_model_is_fetched(self, workspace: Workspace, dataset: str) -> None:
        run = create_run(
            workspace, spec(workspace, dataset, attention="flash_attention_2", model="qwen2-7b-instruct").model_dump()
        )
        assert work(run, workspace) is RunState.FAILED
        assert "Set attention to sdpa" in (run.status.error or "")
        assert list(run.events("phase")) == []

    def test_a_template_that_ends_no_answer_ends_the_run(self, tiny_workspace: Workspace, dataset: str) -> None:
        template = tiny_workspace.model(EMBEDDED) / "chat_template.jinja"
        turns = "{% for m in messages %}[{{ m['role'] }}]\n{{ m['content'] }}\n{% endfor %}"
        template.write_text(turns + "{% if add_generation_prompt %}[assistant]\n{% endif %}")
        run = create_run(tiny_workspace, spec(tiny_workspace, dataset).model_dump())
        assert work(run, tiny_workspace) is RunState.FAILED
        assert "does not end an answer" in (run.status.error or "") and "never stop" in (run.status.error or "")

    def test_a_sound_training_passes_and_trains(self, tiny_workspace: Workspace, dataset: str) -> None:
        run = create_run(tiny_workspace, spec(tiny_workspace, dataset).model_dump())
        assert work(run, tiny_workspace) is RunState.SUCCEEDED, run.status.error

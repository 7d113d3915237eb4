"""Exports as the worker makes them: what is in each folder, what is said of the merge, and that nothing half is ever left."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import huggingface_hub.constants
import pytest
import yaml
from safetensors.torch import load_file

from studio.chat.catalog import find_model, weights_digest
from studio.chat.messages import SUPPORT_SYSTEM_PROMPT
from studio.errors import BadInput, NotFound
from studio.jobs.queue import JobQueue
from studio.jobs.worker import work
from studio.settings import Settings
from studio.training.exporting import room, verifying
from studio.training.exporting.lora import Lora
from studio.training.exporting.provenance import provenance_of
from studio.training.exporting.requests import cancel_export, export_spec, folder_of, list_exports, made_by, request_export
from studio.workspace.files import read_json
from studio.workspace.layout import Workspace
from studio.workspace.notes import Notes, write_notes
from studio.workspace.runs import Run, RunState, create_run
from tests.conftest import EMBEDDED
from tests.hub import TOKEN, Hub, running_hub

HUB_ID = find_model(EMBEDDED).hub_id
TOKENIZER = {"chat_template.jinja", "tokenizer.json", "tokenizer_config.json"}
AROUND = {"README.md", "manifest.json", *TOKENIZER}
WHOLE = {"config.json", "generation_config.json", "model.safetensors", *AROUND}
ADAPTER = {"adapter_config.json", "adapter_model.safetensors"}


def asked(workspace: Workspace, tuned: Run, form: str, settings: Settings | None = None, **options: Any) -> Run:
    spec = export_spec(workspace, settings or Settings(), model=tuned.id, form=form, **options)
    return create_run(workspace, spec.model_dump(mode="json"))


def exported(workspace: Workspace, tuned: Run, form: str, **options: Any) -> Path:
    run = asked(workspace, tuned, form, **options)
    assert work(run, workspace) is RunState.SUCCEEDED, run.status.error
    return Path(run.status.result["folder"])


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def header(folder: Path) -> dict[str, Any]:
    return yaml.safe_load((folder / "README.md").read_text().split("---\n")[1])


def test_an_adapter_goes_out_as_it_was_trained_and_names_its_base_on_the_hub(tiny_workspace: Workspace, tuned: Run) -> None:
    folder = exported(tiny_workspace, tuned, "adapter")
    assert files(folder) == ADAPTER | AROUND
    ours = (tuned.folder / "adapter" / "adapter_model.safetensors").read_bytes()
    assert (folder / "adapter_model.safetensors").read_bytes() == ours
    config = read_json(folder / "adapter_config.json")
    assert config["base_model_name_or_path"] == HUB_ID and config["r"] == 4
    assert str(tiny_workspace.home) not in "".join(path.read_text() for path in folder.glob("*.json")), "a path of this machine"
    assert header(folder)["base_model"] == HUB_ID and header(folder)["library_name"] == "peft"


def test_peft_and_transformers_load_what_was_exported(tiny_workspace: Workspace, tuned: Run) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    adapter, merged = (exported(tiny_workspace, tuned, form) for form in ("adapter", "merged"))
    tokenizer = AutoTokenizer.from_pretrained(adapter)
    messages = [{"role": "system", "content": SUPPORT_SYSTEM_PROMPT}, {"role": "user", "content": "Where is it?"}]
    inputs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=True, return_tensors="pt")
    base = AutoModelForCausalLM.from_pretrained(tiny_workspace.model(EMBEDDED))
    whole = AutoModelForCausalLM.from_pretrained(merged)
    answers = [
        model.generate(**inputs, do_sample=False, max_new_tokens=8).tolist()
        for model in (whole, PeftModel.from_pretrained(base, adapter))
    ]
    assert answers[0] == answers[1]


def test_a_merge_is_verified_on_the_training_questions_and_its_card_says_so(tiny_workspace: Workspace, tuned: Run) -> None:
    run = asked(tiny_workspace, tuned, "merged")
    assert work(run, tiny_workspace) is RunState.SUCCEEDED, run.status.error
    folder, result = Path(run.status.result["folder"]), run.status.result
    assert files(folder) == WHOLE
    assert result["prompts"] == 16, "every question of the small dataset"
    assert result["agree"] >= 15 and len(result["differing"]) == 16 - result["agree"]
    card = (folder / "README.md").read_text()
    assert f"**{result['agree']} of 16 answers are the same**" in card and "training questions, spread evenly" in card
    made = read_json(folder / "manifest.json")
    assert made["agreement"]["agree"] == result["agree"] and made["digest"] == weights_digest(folder)
    assert [event["name"] for event in run.events("phase")][1:4] == ["merging", "comparing answers", "writing the card"]


def test_a_merge_that_changes_the_answers_is_reported(
    tiny_workspace: Workspace, tuned: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Lora, "scaling", 0.0)
    run = asked(tiny_workspace, tuned, "merged")
    assert work(run, tiny_workspace) is RunState.SUCCEEDED, run.status.error
    result = run.status.result
    assert result["agree"] < 8 and len(result["differing"]) == 16 - result["agree"]
    assert result["differing"][0]["before"] != result["differing"][0]["after"]
    card = (Path(result["folder"]) / "README.md").read_text()
    assert f"**{result['agree']} of 16 answers are the same**" in card and "do not use this model" in card


def test_prompts_are_spread_evenly_and_come_from_a_question_set_where_the_data_are_gone(
    tiny_workspace: Workspace, tuned: Run
) -> None:
    assert verifying._spread(16) == list(range(16))
    assert verifying._spread(1000) == list(range(25, 1000, 50))
    shutil.rmtree(tiny_workspace.dataset(tuned.spec["dataset"]))
    folder = exported(tiny_workspace, tuned, "merged")
    card = (folder / "README.md").read_text()
    assert "of 20 answers are the same" in card and "the training data are not here" in card
    assert "which is not where this was exported" in card


def test_the_folder_for_vllm_has_all_that_its_commands_name(tiny_workspace: Workspace, tuned: Run) -> None:
    folder = exported(tiny_workspace, tuned, "vllm")
    extras = {"support_template.jinja", "system_prompt.txt", *(f"adapter/{name}" for name in ADAPTER)}
    assert files(folder) == WHOLE | extras
    card = (folder / "README.md").read_text()
    assert f"vllm serve . --served-model-name {tuned.id} --chat-template support_template.jinja" in card
    assert f"vllm serve {HUB_ID} --enable-lora --lora-modules {tuned.id}=./adapter --max-lora-rank 8" in card
    assert (folder / "system_prompt.txt").read_text().strip() == SUPPORT_SYSTEM_PROMPT
    assert "Not tried" in card


def test_the_folder_for_ollama_has_both_modelfiles(tiny_workspace: Workspace, tuned: Run) -> None:
    folder = exported(tiny_workspace, tuned, "ollama")
    assert files(folder) == WHOLE | {"Modelfile", "Modelfile.adapter", *(f"adapter/{name}" for name in ADAPTER)}
    merged, apart = (folder / "Modelfile").read_text(), (folder / "Modelfile.adapter").read_text()
    assert "\nFROM .\n" in merged and "ADAPTER" not in merged
    assert "\nFROM ./base.gguf\nADAPTER ./adapter.gguf\n" in apart
    for content in (merged, apart):
        assert f'SYSTEM """{SUPPORT_SYSTEM_PROMPT}"""' in content
        assert "PARAMETER temperature 0\n" in content and 'PARAMETER stop "<|im_end|>"' in content
        assert "PARAMETER num_ctx 512\n" in content, "the tiny model's longest conversation"
    card = (folder / "README.md").read_text()
    assert "convert_hf_to_gguf.py" in card and "convert_lora_to_gguf.py" in card and "ollama create" in card


def test_programs_with_older_names_find_what_they_look_for(tiny_workspace: Workspace, tuned: Run) -> None:
    folder = exported(tiny_workspace, tuned, "merged")
    config = read_json(folder / "config.json")
    assert config["rope_theta"] == config["rope_parameters"]["rope_theta"]
    assert config["torch_dtype"] == config["dtype"]
    assert read_json(folder / "tokenizer_config.json")["tokenizer_class"] == "PreTrainedTokenizerFast"
    before, after = load_file(tiny_workspace.model(EMBEDDED) / "model.safetensors"), load_file(folder / "model.safetensors")
    assert before.keys() == after.keys()


def test_the_card_says_data_settings_and_limits_and_escapes_what_people_wrote(tiny_workspace: Workspace, tuned: Run) -> None:
    notes = Notes(licence="cc-by-4.0", source="Our *help* desk", languages="en, zh")
    write_notes(tiny_workspace, tuned.spec["dataset"], notes)
    folder = exported(tiny_workspace, tuned, "adapter")
    card = (folder / "README.md").read_text()
    assert "Licence of the data: cc-by-4.0" in card and r"Our \*help\* desk" in card
    assert tuned.spec["dataset"].rsplit("-", 1)[1] in card, "the fingerprint"
    assert "| learning\\_rate | 0.002 |" in card and "12 steps" in card and "loss of 0.25" in card
    assert "It was not measured" in card and "## Limits" in card
    assert header(folder)["language"] == ["en", "zh"] and header(folder)["license"] == "apache-2.0"


def test_a_folder_that_is_there_already_is_left_alone(tiny_workspace: Workspace, tuned: Run, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    run = asked(tiny_workspace, tuned, "adapter", folder=out)
    out.mkdir()
    (out / "kept.txt").write_text("mine")
    with pytest.raises(BadInput, match="is there already"):
        asked(tiny_workspace, tuned, "adapter", folder=out)
    assert work(run, tiny_workspace) is RunState.FAILED and "is there already" in (run.status.error or "")
    assert files(out) == {"kept.txt"}


def test_it_goes_where_it_is_asked_to_and_nothing_lies_beside_it(tiny_workspace: Workspace, tuned: Run, tmp_path: Path) -> None:
    out = tmp_path / "new" / "mine"
    assert exported(tiny_workspace, tuned, "adapter", folder=out) == out
    assert [path.name for path in out.parent.iterdir()] == ["mine"]


@pytest.mark.parametrize("when", ["merging", "comparing answers"])
def test_a_cancelled_export_leaves_nothing(
    tiny_workspace: Workspace, tuned: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    from studio.jobs.progress import Reporter

    out = tmp_path / "exports" / "mine"
    run = asked(tiny_workspace, tuned, "merged", folder=out)
    real = Reporter.phase

    def phase(self: Reporter, name: str) -> None:
        real(self, name)
        if name == when:
            self.run.request_stop(keep=False)

    monkeypatch.setattr(Reporter, "phase", phase)
    assert work(run, tiny_workspace) is RunState.STOPPED
    assert list(out.parent.iterdir()) == [] and made_by(run) is None
    assert [event["text"] for event in run.events("note")][-1] == "The export was cancelled. Nothing was kept of it."


def test_what_a_killed_export_left_aside_goes_with_the_next_one(tiny_workspace: Workspace, tuned: Run) -> None:
    run = asked(tiny_workspace, tuned, "adapter")
    aside = folder_of(run).with_name(f".export.{run.id}")
    aside.mkdir()
    cancel_export(JobQueue(tiny_workspace), run)
    spec = export_spec(tiny_workspace, Settings(), model=tuned.id, form="adapter")
    request_export(JobQueue(tiny_workspace, launcher=NoLauncher()), spec)
    assert not aside.exists() and len(list_exports(tiny_workspace)) == 2


def test_a_full_disk_is_said_before_anything_is_written(
    tiny_workspace: Workspace, tuned: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage(NamedTuple):
        total: int
        used: int
        free: int

    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: Usage(10**9, 10**9 - 5_000_000, 5_000_000))
    with pytest.raises(BadInput, match=r"needs about \d+ MB, and 5 MB are free"):
        asked(tiny_workspace, tuned, "merged")
    assert list_exports(tiny_workspace) == []


def test_unknown_models_and_forms_are_refused(tiny_workspace: Workspace, tuned: Run) -> None:
    with pytest.raises(NotFound, match="no tuned model 'nothing'"):
        export_spec(tiny_workspace, Settings(), model="nothing", form="adapter")
    with pytest.raises(BadInput, match="choose adapter, merged, vllm, ollama"):
        export_spec(tiny_workspace, Settings(), model=tuned.id, form="gguf")
    with pytest.raises(BadInput, match="HF_TOKEN"):
        export_spec(tiny_workspace, Settings(), model=tuned.id, form="adapter", repo="acme/model")
    with pytest.raises(BadInput, match="OWNER/NAME"):
        export_spec(tiny_workspace, Settings(hub_token=TOKEN), model=tuned.id, form="adapter", repo="model")


class NoLauncher:
    """Nothing starts by itself."""

    def start(self, run: Run) -> int:
        return os.getpid()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    with running_hub() as hub:
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


def test_the_export_goes_to_the_hub_in_one_commit_and_is_private(hub: Hub, tiny_workspace: Workspace, tuned: Run) -> None:
    settings = Settings()
    run = asked(tiny_workspace, tuned, "adapter", settings, repo="acme/support-model")
    assert work(run, tiny_workspace) is RunState.SUCCEEDED, run.status.error
    assert run.status.result["url"] == f"{hub.url}/acme/support-model"
    assert hub.visibility == {"acme/support-model": "private"} and len(hub.commits) == 1
    sent = hub.files["acme/support-model"]
    assert set(sent) == ADAPTER | AROUND
    assert 'from_pretrained("acme/support-model")' in sent["README.md"].decode()


def test_an_upload_that_failed_keeps_the_export_and_is_tried_again_without_making_it_anew(
    hub: Hub, tiny_workspace: Workspace, tuned: Run
) -> None:
    hub.failing["/create"] = 503
    run = asked(tiny_workspace, tuned, "adapter", Settings(), repo="acme/support-model")
    assert work(run, tiny_workspace) is RunState.FAILED
    assert "error 503" in (run.status.error or "") and TOKEN not in (run.status.error or "")
    made = made_by(run)
    assert made is not None and files(Path(made["folder"])) == ADAPTER | AROUND
    hub.failing.clear()
    written = (Path(made["folder"]) / "README.md").stat().st_mtime_ns
    assert work(run, tiny_workspace) is RunState.SUCCEEDED, run.status.error
    assert (Path(made["folder"]) / "README.md").stat().st_mtime_ns == written
    assert hub.visibility == {"acme/support-model": "private"}


def test_the_score_in_the_card_is_of_these_weights(tiny_workspace: Workspace, tuned: Run) -> None:
    digest = weights_digest(tuned.folder / "adapter")
    for name, passed, of in (("kept", 9, digest), ("of other weights", 3, "0" * 64)):
        evaluation = create_run(tiny_workspace, {"job": "evaluation.evaluate"})
        model = {"model": tuned.id, "passed": passed, "items": 10, "wilson": [0.6, 0.98], "digest": f"{'1' * 32}{of[:32]}"}
        base = {"model": "base", "passed": 1, "items": 10, "wilson": [0.0, 0.4], "digest": "1" * 64}
        report = {"question_set": {"name": name, "fingerprint": name, "items": 10}, "models": [base, model]}
        (evaluation.folder / "report.json").write_text(json.dumps(report))
        status = json.loads((evaluation.folder / "state.json").read_text())
        (evaluation.folder / "state.json").write_text(json.dumps({**status, "state": "succeeded"}))
    folder = exported(tiny_workspace, tuned, "adapter")
    card = (folder / "README.md").read_text()
    assert "| kept | 9/10 = 90.0% | 60.0% to 98.0% | 1/10 |" in card and "of other weights" not in card
    metric = header(folder)["model-index"][0]["results"][0]["metrics"][0]
    assert metric["value"] == 0.9 and metric["type"] == "accuracy"


def test_whoever_publishes_is_told_what_the_checks_found_in_the_training_data(tiny_workspace: Workspace, tuned: Run) -> None:
    dataset = tuned.spec["dataset"]
    assert "Nobody has looked" in (provenance_of(tiny_workspace, tuned.id).warning or "")
    tiny_workspace.examination(dataset).write_text(json.dumps({"rows": 16, "problems": [], "counts": {"personal_data": 3}}))
    assert "personal data in what it was trained on 3 times" in (provenance_of(tiny_workspace, tuned.id).warning or "")
    assert "do not publish it" in (exported(tiny_workspace, tuned, "adapter") / "README.md").read_text()
    tiny_workspace.examination(dataset).write_text(json.dumps({"rows": 16, "problems": [], "counts": {}}))
    assert provenance_of(tiny_workspace, tuned.id).warning is None

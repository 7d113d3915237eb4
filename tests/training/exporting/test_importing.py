"""What comes back in: an export answers as it did, and what is dangerous or for another base is refused in one sentence."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from studio.chat.loading import Device
from studio.chat.messages import Decoding, Request, reply
from studio.chat.transformers_engine import TransformersModel
from studio.errors import BadInput
from studio.evaluation.spec import resolve
from studio.jobs.worker import work
from studio.settings import Settings
from studio.training.exporting.importing import import_model
from studio.training.exporting.requests import export_spec
from studio.workspace.adapters import find_tuned, imported_models
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, create_run
from tests.conftest import EMBEDDED

CPU = Device("cpu", torch.float32)
DECODING = Decoding(max_new_tokens=16)
QUESTIONS = [[{"role": "user", "content": text}] for text in ("Where is my parcel?", "And who pays for it?", "Why?")]


def exported(workspace: Workspace, tuned: Run, form: str, out: Path) -> Path:
    spec = export_spec(workspace, Settings(), model=tuned.id, form=form, folder=out)
    run = create_run(workspace, spec.model_dump(mode="json"))
    assert work(run, workspace) is RunState.SUCCEEDED, run.status.error
    return out


def answers(engine: TransformersModel, adapter: str | None) -> list[str]:
    return reply(engine, [Request(question, adapter) for question in QUESTIONS], DECODING)


@pytest.fixture
def adapter(tiny_adapter: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "some adapter"
    shutil.copytree(tiny_adapter, folder)
    return folder


def changed(adapter: Path, **settings: object) -> Path:
    config = json.loads((adapter / "adapter_config.json").read_text())
    (adapter / "adapter_config.json").write_text(json.dumps({**config, **settings}))
    return adapter


def test_an_exported_adapter_that_is_imported_again_answers_identically(
    tiny_workspace: Workspace, tuned: Run, tmp_path: Path
) -> None:
    imported = import_model(tiny_workspace, exported(tiny_workspace, tuned, "adapter", tmp_path / "out"), name="back")
    assert (imported.name, imported.kind, imported.base_model, imported.notes) == ("back", "adapter", EMBEDDED, ())
    engine = TransformersModel(tiny_workspace.model(EMBEDDED), device=CPU)
    original, again = find_tuned(tiny_workspace, tuned.id), find_tuned(tiny_workspace, "back")
    assert again.imported and again.dataset == original.dataset
    assert answers(engine, again.adapter) == answers(engine, original.adapter) != answers(engine, None)
    assert engine.digest(again.adapter) == engine.digest(original.adapter)


@pytest.mark.parametrize("form", ["merged", "vllm", "ollama"])
def test_an_exported_merge_that_is_imported_again_answers_as_it_did(
    tiny_workspace: Workspace, tuned: Run, tmp_path: Path, form: str
) -> None:
    out = exported(tiny_workspace, tuned, form, tmp_path / "out")
    imported = import_model(tiny_workspace, out, name="back")
    assert (imported.kind, imported.notes) == ("merged", ())
    engine = TransformersModel(tiny_workspace.model(EMBEDDED), device=CPU)
    folder = find_tuned(tiny_workspace, "back").adapter
    assert answers(engine, folder) == answers(TransformersModel(out, device=CPU), None) != answers(engine, None)
    assert resolve(tiny_workspace, ["base", "back"], EMBEDDED)[1].adapter == folder


def test_an_imported_adapter_can_be_exported_again(tiny_workspace: Workspace, tuned: Run, tmp_path: Path) -> None:
    import_model(tiny_workspace, exported(tiny_workspace, tuned, "adapter", tmp_path / "out"), name="back")
    spec = export_spec(tiny_workspace, Settings(), model="back", form="adapter", folder=tmp_path / "again")
    run = create_run(tiny_workspace, spec.model_dump(mode="json"))
    assert work(run, tiny_workspace) is RunState.SUCCEEDED, run.status.error
    weights = "adapter_model.safetensors"
    assert (tmp_path / "again" / weights).read_bytes() == (tuned.folder / "adapter" / weights).read_bytes()
    assert "| learning\\_rate | 0.002 |" in (tmp_path / "again" / "README.md").read_text(), "what is known travels along"


def test_a_merged_model_has_no_adapter_to_export(tiny_workspace: Workspace, tuned: Run, tmp_path: Path) -> None:
    import_model(tiny_workspace, exported(tiny_workspace, tuned, "merged", tmp_path / "out"), name="back")
    with pytest.raises(BadInput, match="imported as a merged model"):
        export_spec(tiny_workspace, Settings(), model="back", form="adapter")


def test_a_foreign_adapter_is_found_by_the_base_it_names_and_keeps_only_what_is_understood(
    tiny_workspace: Workspace, adapter: Path
) -> None:
    changed(adapter, auto_mapping={"base_model_class": "Evil"}, base_model_name_or_path="HuggingFaceTB/SmolLM2-135M-Instruct")
    imported = import_model(tiny_workspace, adapter)
    assert imported.name == "some-adapter" and "Nothing is known" in imported.notes[0]
    kept = json.loads((tiny_workspace.imported_model("some-adapter") / "adapter_config.json").read_text())
    assert "auto_mapping" not in kept and kept["lora_alpha"] == 64
    engine = TransformersModel(tiny_workspace.model(EMBEDDED), device=CPU)
    assert answers(engine, find_tuned(tiny_workspace, "some-adapter").adapter) == answers(engine, str(adapter))


def test_a_base_that_was_a_path_is_known_by_its_name(tiny_workspace: Workspace, adapter: Path) -> None:
    changed(adapter, base_model_name_or_path=f"/somewhere/models/{EMBEDDED}")
    assert import_model(tiny_workspace, adapter).base_model == EMBEDDED


def test_an_adapter_without_a_base_needs_to_be_told(tiny_workspace: Workspace, adapter: Path) -> None:
    changed(adapter, base_model_name_or_path=None)
    (adapter / "README.md").unlink()  # PEFT's own card names it too
    with pytest.raises(BadInput, match="does not say which base model"):
        import_model(tiny_workspace, adapter)
    assert import_model(tiny_workspace, adapter, base_model=EMBEDDED).base_model == EMBEDDED


def test_an_adapter_for_another_base_is_refused(tiny_workspace: Workspace, adapter: Path) -> None:
    changed(adapter, base_model_name_or_path="mistralai/Mistral-7B-v0.1")
    with pytest.raises(BadInput, match=r"made for the base model mistralai/Mistral-7B-v0\.1, which is not among those here"):
        import_model(tiny_workspace, adapter)
    changed(adapter, base_model_name_or_path="Qwen/Qwen2-7B-Instruct")
    with pytest.raises(BadInput, match="made for the base model Qwen/Qwen2-7B-Instruct, not for HuggingFaceTB"):
        import_model(tiny_workspace, adapter, base_model=EMBEDDED)
    assert imported_models(tiny_workspace) == []


def test_an_adapter_that_only_says_it_is_for_this_base_is_refused_by_its_shapes(tiny_workspace: Workspace, adapter: Path) -> None:
    weights = load_file(adapter / "adapter_model.safetensors")
    wide = {name: torch.zeros(4, 576) if "q_proj.lora_A" in name else tensor for name, tensor in weights.items()}
    save_file(wide, adapter / "adapter_model.safetensors")
    with pytest.raises(BadInput, match=r"no model\.layers\.0\.self_attn\.q_proj\.weight of that shape.*another base model"):
        import_model(tiny_workspace, changed(adapter, base_model_name_or_path=EMBEDDED))
    assert list(tiny_workspace.imported_models.glob("*")) == []


@pytest.mark.parametrize("name", ["adapter_model.bin", "sub/optimizer.pt", "training_args.BIN"])
def test_a_pickle_is_refused_and_never_opened(tiny_workspace: Workspace, adapter: Path, tmp_path: Path, name: str) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (tmp_path / "sprung",))  # type: ignore[return-value]

    path = adapter / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(BadInput, match=r"may be a pickle.*nothing was imported"):
        import_model(tiny_workspace, changed(adapter, base_model_name_or_path=EMBEDDED))
    assert not (tmp_path / "sprung").exists() and imported_models(tiny_workspace) == []


def test_a_model_that_brings_code_or_no_template_is_refused(tiny_workspace: Workspace, tiny_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "whole"
    shutil.copytree(tiny_model, folder)
    assert import_model(tiny_workspace, folder, base_model=EMBEDDED, name="fine").kind == "merged"
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "auto_map": {"AutoModel": "evil.Model"}}))
    with pytest.raises(BadInput, match="brings code of its own"):
        import_model(tiny_workspace, folder, base_model=EMBEDDED)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "chat_template.jinja").unlink()
    with pytest.raises(BadInput, match="no chat template"):
        import_model(tiny_workspace, folder, base_model=EMBEDDED)


def test_a_whole_model_of_another_shape_is_refused(tiny_workspace: Workspace, tiny_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "whole"
    shutil.copytree(tiny_model, folder)
    weights = load_file(folder / "model.safetensors")
    save_file({name: tensor for name, tensor in weights.items() if "layers.1" not in name}, folder / "model.safetensors")
    with pytest.raises(BadInput, match=r"is no HuggingFaceTB/SmolLM2-135M-Instruct: it has no model\.layers\.1"):
        import_model(tiny_workspace, folder, base_model=EMBEDDED)


def test_names_are_taken_once_and_folders_must_hold_a_model(
    tiny_workspace: Workspace, adapter: Path, tuned: Run, tmp_path: Path
) -> None:
    changed(adapter, base_model_name_or_path=EMBEDDED)
    import_model(tiny_workspace, adapter, name="mine")
    for name in ("mine", "base", tuned.id):
        with pytest.raises(BadInput, match="already"):
            import_model(tiny_workspace, adapter, name=name)
    with pytest.raises(BadInput, match="no name for a model"):
        import_model(tiny_workspace, adapter, name="../mine")
    with pytest.raises(BadInput, match="There is no folder"):
        import_model(tiny_workspace, tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="neither a PEFT adapter"):
        import_model(tiny_workspace, tmp_path / "empty")


def test_weights_that_are_not_those_the_manifest_describes_are_pointed_out(
    tiny_workspace: Workspace, tuned: Run, tmp_path: Path
) -> None:
    out = exported(tiny_workspace, tuned, "adapter", tmp_path / "out")
    weights = load_file(out / "adapter_model.safetensors")
    save_file({name: tensor * 2 for name, tensor in weights.items()}, out / "adapter_model.safetensors")
    assert "not those that its manifest.json describes" in import_model(tiny_workspace, out).notes[0]

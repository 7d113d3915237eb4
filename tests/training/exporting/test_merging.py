"""The merge computes what PEFT's own does, in fp32, and rounds once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from studio.errors import BadInput
from studio.jobs.progress import Stopped
from studio.training.exporting.headers import Tensor, tensors_in, tensors_of
from studio.training.exporting.lora import read_lora
from studio.training.exporting.merging import merge, number_format


def merged_by_peft(base: Path, adapter: Path) -> dict[str, torch.Tensor]:
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    return dict(PeftModel.from_pretrained(model, adapter).merge_and_unload().state_dict())


def without_progress(done: int, total: int) -> None:
    assert 0 <= done <= total


@pytest.fixture
def bf16_base(tiny_model: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "bf16"
    shutil.copytree(tiny_model, folder)
    weights = {name: tensor.to(torch.bfloat16) for name, tensor in load_file(folder / "model.safetensors").items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def test_it_is_what_peft_merges(tiny_model: Path, tiny_adapter: Path, tmp_path: Path) -> None:
    merge(tiny_model, read_lora(tiny_adapter), tmp_path, progress=without_progress)
    expected, ours, base = (
        merged_by_peft(tiny_model, tiny_adapter),
        load_file(tmp_path / "model.safetensors"),
        tensors_of(tiny_model),
    )
    assert tensors_of(tmp_path) == base
    for name, weight in ours.items():
        torch.testing.assert_close(weight, expected[name], rtol=0, atol=1e-6)
    changed = [
        name for name, weight in load_file(tiny_model / "model.safetensors").items() if not torch.equal(weight, ours[name])
    ]
    assert len(changed) == 2 * 7, "two layers with seven linear weights each"


def test_weights_keep_the_bases_number_format_and_are_rounded_once(bf16_base: Path, tiny_adapter: Path, tmp_path: Path) -> None:
    target = tmp_path / "merged"
    target.mkdir()
    merge(bf16_base, read_lora(tiny_adapter), target, progress=without_progress)
    expected = merged_by_peft(bf16_base, tiny_adapter)
    for name, weight in load_file(target / "model.safetensors").items():
        assert weight.dtype is torch.bfloat16
        torch.testing.assert_close(weight, expected[name].to(torch.bfloat16), rtol=1e-2, atol=0)
    assert number_format(target) == "bfloat16" and number_format(tiny_adapter) == "float32"


def test_an_adapter_for_another_base_is_refused(tiny_model: Path, tiny_adapter: Path, tmp_path: Path) -> None:
    adapter = tmp_path / "adapter"
    shutil.copytree(tiny_adapter, adapter)
    weights = load_file(adapter / "adapter_model.safetensors")
    other = {name.replace("layers.1.", "layers.7."): tensor for name, tensor in weights.items()}
    save_file(other, adapter / "adapter_model.safetensors")
    with pytest.raises(BadInput, match=r"changes model\.layers\.7\..*made for another one"):
        merge(tiny_model, read_lora(adapter), tmp_path, progress=without_progress)


def test_it_ends_when_somebody_asks_for_it(tiny_model: Path, tiny_adapter: Path, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise Stopped(keep=False)

    with pytest.raises(Stopped):
        merge(tiny_model, read_lora(tiny_adapter), tmp_path, progress=stop)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("use_dora", True),
        ("bias", "all"),
        ("modules_to_save", ["lm_head"]),
        ("alpha_pattern", {"q_proj": 8}),
        ("target_modules", "model.*"),
        ("peft_type", "LOHA"),
        ("r", 0),
    ],
)
def test_whatever_is_no_plain_lora_is_refused_by_name(tiny_adapter: Path, tmp_path: Path, setting: str, value: object) -> None:
    adapter = tmp_path / "adapter"
    shutil.copytree(tiny_adapter, adapter)
    config = json.loads((adapter / "adapter_config.json").read_text())
    (adapter / "adapter_config.json").write_text(json.dumps({**config, setting: value}))
    named = {"peft_type": "LOHA", "r": "no usable r"}.get(setting, setting)
    with pytest.raises(BadInput, match=named):
        read_lora(adapter)


def test_a_rank_stabilised_lora_is_scaled_by_the_root_of_its_rank(tiny_adapter: Path, tmp_path: Path) -> None:
    adapter = tmp_path / "adapter"
    shutil.copytree(tiny_adapter, adapter)
    assert read_lora(adapter).scaling == 64 / 4
    config = json.loads((adapter / "adapter_config.json").read_text())
    (adapter / "adapter_config.json").write_text(json.dumps({**config, "use_rslora": True}))
    assert read_lora(adapter).scaling == 64 / 2


def test_a_header_is_read_without_the_weights(tmp_path: Path) -> None:
    file = tmp_path / "one.safetensors"
    save_file({"a": torch.zeros(2, 3, dtype=torch.bfloat16)}, file)
    assert tensors_in(file) == {"a": Tensor("BF16", (2, 3))}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no safetensors", b"\x04\0\0\0\0\0\0\0[1]\n", b"\xff" * 16])
def test_a_file_that_is_none_is_said_so(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "one.safetensors"
    file.write_bytes(content)
    with pytest.raises(BadInput, match=r"one\.safetensors is no safetensors file"):
        tensors_in(file)


def test_a_file_that_was_cut_off_is_said_so(tmp_path: Path) -> None:
    file = tmp_path / "one.safetensors"
    save_file({"a": torch.zeros(200)}, file)
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(BadInput, match="ends too early"):
        tensors_in(file)

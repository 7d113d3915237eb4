"""Memory and disk: the least that a training takes against what is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.chat.catalog import find_model
from studio.training.preflight.findings import Level
from studio.training.preflight.resources import (
    adapter_parameters,
    advice_words,
    check_disk,
    check_memory,
    check_peak,
    least_memory,
    needed_disk,
    read_header,
)
from studio.training.settings.spec import TrainSpec

GIGABYTE = 10**9
SMOL, QWEN = find_model("smollm2-135m-instruct"), find_model("qwen2-7b-instruct")
SPEC = TrainSpec(dataset="d")


def memory(needed: float, *, there: float, free: float) -> list[str]:
    found = check_memory(
        int(needed * GIGABYTE), memory=int(there * GIGABYTE), free=int(free * GIGABYTE), where="this machine", remedy="Take less."
    )
    return [f"{one.level}: {one.sentence}" for one in found]


def test_more_than_there_is_blocks_and_more_than_is_free_warns() -> None:
    assert memory(2, there=16, free=8) == []
    (warned,) = memory(12, there=16, free=8)
    assert warned.startswith("warning") and "12.0 GB" in warned and "8.0 GB are free" in warned
    (blocked,) = memory(20, there=16, free=8)
    assert blocked.startswith("error") and "16.0 GB" in blocked and "Take less." in blocked


def test_a_peak_blocks_only_where_the_estimate_may_be_off_and_it_still_does_not_fit() -> None:
    def peak(needed: float) -> list[str]:
        return [one.level for one in check_peak(needed * GIGABYTE, there=16 * GIGABYTE, free=8 * GIGABYTE, remedy="Take less.")]

    assert peak(7) == []
    assert peak(9) == peak(19) == [Level.WARNING]
    assert peak(21) == [Level.ERROR]


def test_what_to_change_is_named_setting_by_setting() -> None:
    words = advice_words({"per_device_train_batch_size": 4, "gradient_checkpointing": True})
    assert words == "It fits with per_device_train_batch_size 4, gradient_checkpointing true."
    assert "smaller base model" in advice_words(None)


def test_a_7b_model_in_4_bit_fits_a_t4_and_in_16_bit_does_not() -> None:
    t4 = 15 * GIGABYTE
    assert least_memory(TrainSpec(dataset="d", load_in_4bit=True), QWEN) < 6 * GIGABYTE < t4 < least_memory(SPEC, QWEN)


def test_a_full_disk_blocks_and_a_nearly_full_one_warns() -> None:
    assert check_disk(GIGABYTE, 50 * GIGABYTE) == []
    assert [one.level for one in check_disk(GIGABYTE, 3 * GIGABYTE // 2)] == [Level.WARNING]
    (blocked,) = check_disk(GIGABYTE, GIGABYTE // 2)
    assert blocked.level is Level.ERROR and "500 MB" not in blocked.sentence and "0.5 GB free" in blocked.sentence


def test_a_model_that_is_not_here_needs_room_for_itself(tmp_path: Path) -> None:
    assert needed_disk(SPEC, QWEN, tmp_path / "none") > 15 * GIGABYTE


@pytest.mark.parametrize("rank", [4, 16])
def test_the_adapter_is_as_large_as_peft_makes_it(tiny_model: Path, rank: int) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    model = get_peft_model(AutoModelForCausalLM.from_pretrained(tiny_model), LoraConfig(r=rank, target_modules="all-linear"))
    assert adapter_parameters(tiny_model, rank) == model.num_parameters(only_trainable=True)


def test_what_is_written_covers_what_a_training_really_keeps(tiny_model: Path) -> None:
    adapter = adapter_parameters(tiny_model, SPEC.lora_rank) * 4
    tokenizer = (tiny_model / "tokenizer.json").stat().st_size
    assert 10 * adapter + 3 * tokenizer < needed_disk(SPEC, SMOL, tiny_model) < 10 * adapter + 4 * tokenizer


def test_a_header_names_every_tensor_with_its_shape(tiny_model: Path) -> None:
    header = read_header(tiny_model / "model.safetensors")
    assert header["model.embed_tokens.weight"]["shape"] == [49152, 32] and "__metadata__" not in header

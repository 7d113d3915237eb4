"""What a device can't do is found by its compute capability and by trying, and said with the setting to change."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from studio.chat.catalog import find_model
from studio.settings import PROJECT_ROOT
from studio.training.preflight.device import (
    DeviceFacts,
    as_it_is_now,
    ask_device,
    check_attention,
    check_dtype,
    check_four_bit,
)
from studio.training.preflight.findings import Level
from studio.training.settings.spec import TrainSpec

GIGABYTE = 10**9
CPU = DeviceFacts(None, None, 16 * GIGABYTE, 12 * GIGABYTE)
T4 = DeviceFacts("Tesla T4", (7, 5), 15 * GIGABYTE, 14 * GIGABYTE)
A100 = DeviceFacts("NVIDIA A100", (8, 0), 80 * GIGABYTE, 79 * GIGABYTE, flash_attention=True)
H100 = DeviceFacts("NVIDIA H100", (9, 0), 80 * GIGABYTE, 79 * GIGABYTE, flash_attention=True)
SMOL, QWEN = find_model("smollm2-135m-instruct"), find_model("qwen2-7b-instruct")


class Asked(TrainSpec):
    """A spec with the number formats that one may ask for."""

    dtype: str = "auto"
    bnb_4bit_compute_dtype: str = "auto"


def asked(**changes: Any) -> TrainSpec:
    return Asked(dataset="d", **changes)


@pytest.mark.parametrize("facts", [CPU, T4, A100, H100])
def test_what_the_studio_chooses_itself_is_possible_everywhere(facts: DeviceFacts) -> None:
    spec = asked()
    assert check_dtype(spec, facts, SMOL) == check_four_bit(spec, facts) == check_attention(spec, facts) == []


@pytest.mark.parametrize("setting", ["dtype", "bnb_4bit_compute_dtype"])
def test_bf16_needs_capability_8(setting: str) -> None:
    spec = asked(**{setting: "bfloat16"})
    (found,) = check_dtype(spec, T4, SMOL)
    assert found.level is Level.ERROR
    assert f"{setting} bfloat16" in found.sentence and "Tesla T4 has 7.5" in found.sentence and "float16" in found.sentence
    assert check_dtype(spec, A100, SMOL) == check_dtype(spec, H100, SMOL) == check_dtype(spec, CPU, SMOL) == []


def test_fp16_needs_a_gpu() -> None:
    (found,) = check_dtype(asked(dtype="float16"), CPU, SMOL)
    assert found.level is Level.ERROR and "auto" in found.sentence
    assert check_dtype(asked(dtype="float16"), T4, SMOL) == []


def test_a_large_model_without_a_gpu_is_explained_and_not_forbidden() -> None:
    (found,) = check_dtype(asked(), CPU, QWEN)
    assert found.level is Level.WARNING and "Qwen2 7B" in found.sentence


def test_qwen2_in_fp16_is_told_to_take_sdpa() -> None:
    (found,) = check_dtype(asked(attention="eager"), T4, QWEN)
    assert found.level is Level.WARNING and "sdpa" in found.sentence
    assert check_dtype(asked(attention="sdpa"), T4, QWEN) == []


def test_four_bit_that_does_not_work_blocks_only_who_asks_for_it() -> None:
    broken = DeviceFacts("Tesla T4", (7, 5), 1, 1, four_bit="No module named 'bitsandbytes'")
    (found,) = check_four_bit(asked(load_in_4bit=True), broken)
    assert (
        found.level is Level.ERROR and "No module named 'bitsandbytes'" in found.sentence and "load_in_4bit off" in found.sentence
    )
    assert check_four_bit(asked(), broken) == []


@pytest.mark.parametrize(
    ("facts", "words"), [(CPU, "here is no GPU"), (T4, "Tesla T4 has 7.5"), (DeviceFacts("A100", (8, 0), 1, 1), "flash-attn")]
)
def test_flash_attention_that_is_not_possible_blocks(facts: DeviceFacts, words: str) -> None:
    (found,) = check_attention(asked(attention="flash_attention_2"), facts)
    assert found.level is Level.ERROR and words in found.sentence and "sdpa" in found.sentence
    assert check_attention(asked(attention="flash_attention_2"), A100) == []


def test_this_device_is_asked_and_tries_four_bit_for_real() -> None:
    facts = ask_device(four_bit=True)
    assert facts.memory >= facts.free > 0
    assert facts.four_bit == "", "bitsandbytes is among the requirements and works on a CPU"


def test_asking_elsewhere_leaves_torch_out_of_this_process() -> None:
    code = (
        "import sys\n"
        "from studio.training.preflight.device import ask_device_elsewhere\n"
        "if __name__ == '__main__': print(ask_device_elsewhere().memory > 0, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT_ROOT, check=True)
    assert done.stdout.strip() == "True False"


def test_the_memory_of_a_cpu_is_that_of_now() -> None:
    now = as_it_is_now(DeviceFacts(None, None, 1, 1))
    assert now.memory > 1 and now.free > 1
    assert as_it_is_now(T4) is T4

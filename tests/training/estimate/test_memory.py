"""The parts of the peak: as counted by hand, as autograd keeps them, and growing with what makes them grow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

from studio.training.budgets import scores_at_once
from studio.training.estimate.architecture import read_architecture
from studio.training.estimate.memory import (
    Setup,
    activations_bytes,
    adapter_bytes,
    heap_bytes,
    hidden_gradients_bytes,
    kept_bytes,
    layer_bytes,
    logits_bytes,
    memory_of,
    optimizer_bytes,
    weights_bytes,
)
from studio.training.estimate.workload import Batch
from studio.training.learning.adapters import compute_adapters_in_input_dtype
from studio.training.learning.fused import fuse_layers
from studio.training.learning.trainer import answer_loss
from tests.training.estimate.support import CPU, GPU, LARGE, TINY, setup, spec

BATCH = Batch(rows=4, width=30, tokens=100, learned=20, shared=10)
COUNTS = st.integers(1, 64)


def test_weights_by_hand() -> None:
    assert weights_bytes(setup()) == TINY.parameters * 2  # bf16
    # NF4 with double quantisation for the linear layers, fp32 for embedding and norms
    assert weights_bytes(setup(load_in_4bit=True)) == pytest.approx(2 * 9216 * 4.127 / 8 + (32_000 + 160) * 4)


def test_the_seven_billion_in_nf4_are_the_published_size_but_for_peft_s_fp32() -> None:
    """Qwen2.5-7B takes 5.4 GB in NF4 with 16-bit embeddings; PEFT makes them fp32, two of 1.09 GB more."""
    sixteen_bit = weights_bytes(setup(GPU, LARGE, load_in_4bit=True)) - LARGE.other_parameters * 2
    assert sixteen_bit / 1e9 == pytest.approx(5.4, abs=0.2)


def test_adapter_and_optimizer_by_hand() -> None:
    one = setup(lora_rank=4)
    assert one.adapter_parameters == 2 * 2048
    assert adapter_bytes(one) == 4096 * 4 * 2  # numbers and gradients in fp32
    assert optimizer_bytes(one) == 4096 * 4 * 2  # mean and variance


def test_adapters_of_frozen_layers_are_not_there() -> None:
    assert setup(lora_rank=4, frozen_fraction=0.5).adapter_parameters == 2048


def test_trl_s_bf16_adapters_of_a_quantised_model_are_half_as_large_except_on_a_gpu_without_bf16() -> None:
    t4 = Setup.of(spec(load_in_4bit=True), LARGE, replace(GPU, bf16=False))
    assert (setup(GPU, LARGE, load_in_4bit=True).adapter_bytes, t4.adapter_bytes, setup(GPU, LARGE).adapter_bytes) == (2, 4, 4)


def test_an_optimizer_of_8_bits_or_factors_has_smaller_moments() -> None:
    eight, wide, factored = (setup(lora_rank=4, optim=name) for name in ("adamw_8bit", "paged_adamw_32bit", "adafactor"))
    assert (optimizer_bytes(eight), optimizer_bytes(wide), optimizer_bytes(factored)) == (4096 * 2, 4096 * 8, 4096)


def test_adapters_on_named_layers_are_counted_alone() -> None:
    assert setup(lora_rank=4, target_modules="q_proj,v_proj").adapter_parameters == 2 * 4 * (64 + 48)


def test_without_double_quantisation_a_number_takes_four_bits_and_a_half() -> None:
    single = setup(load_in_4bit=True, bnb_4bit_use_double_quant=False)
    assert weights_bytes(single) == 2 * 9216 * 4.5 / 8 + (32_000 + 160) * 4


def test_a_chosen_number_format_counts() -> None:
    assert weights_bytes(setup(dtype="float32")) == 2 * weights_bytes(setup(dtype="bfloat16")) == TINY.parameters * 4


def test_what_makes_every_step_different_is_neither_shared_nor_kept() -> None:
    noisy = setup(neftune_noise_alpha=5.0, frozen_fraction=0.5, attention="eager")
    assert noisy.fused and not noisy.sharing and not noisy.keeps_frozen
    assert not any(
        setup(**{name: value}).fused for name, value in (("use_dora", True), ("lora_dropout", 0.1), ("lora_bias", True))
    )


def test_a_fused_layer_by_hand() -> None:
    places = 10 + 4 * 20  # the beginning once, and what follows it in each row
    numbers = 4 * 32 + 2 * 32 + 3 * 64
    weights = 4 * (10 * 10 + 4 * 20 * 30) * (4 + 2)  # softmax in fp32, and in bf16 for the product
    keys_and_values = 2 * 16 * (10 + 4 * 30) * 2
    adapter = 2048 * 2
    expected = places * (numbers * 2 + 7 * 4 * 2 + 8) + weights + keys_and_values + adapter
    assert layer_bytes(setup(lora_rank=4), BATCH) == expected


def test_logits_are_those_of_learned_tokens() -> None:
    assert logits_bytes(setup(), BATCH) == 20 * 1000 * (4 + 2) + 20 * 32 * 2


def test_some_tokens_have_logits_at_a_time() -> None:
    most = scores_at_once(1000, on_gpu=False)
    large = BATCH._replace(learned=10 * most)
    assert logits_bytes(setup(), large) == most * 1000 * (4 + 2) + 10 * most * 32 * 2
    assert logits_bytes(setup(GPU, load_in_4bit=True), large) == 10 * most * 1000 * 12 + 2 * TINY.head_parameters


def test_frozen_rows_are_kept_on_a_cpu_up_to_a_limit() -> None:
    half = setup(frozen_fraction=0.5)
    assert kept_bytes(half, [BATCH, BATCH]) == 2 * 100 * 32 * 2
    assert kept_bytes(setup(), [BATCH]) == kept_bytes(setup(GPU, frozen_fraction=0.5), [BATCH]) == 0
    assert kept_bytes(half, [BATCH._replace(tokens=10**9)]) == 2 << 30


def test_a_gpu_counts_neither_the_program_nor_the_heap() -> None:
    memory = memory_of(setup(GPU), [BATCH])
    assert memory.program == memory.heap == memory.kept == 0
    assert memory_of(setup(), [BATCH]).program > 0 and heap_bytes(setup(), [BATCH]) > 0


def test_eager_attention_keeps_what_sdpa_does_not() -> None:
    long = BATCH._replace(width=1000)
    eager, sdpa = (layer_bytes(setup(GPU, attention=name), long) for name in ("eager", "sdpa"))
    # heads x rows x width^2 in two formats, less one number a head and place
    assert eager - sdpa == 4 * 4 * 1000 * 1000 * 6 - 4 * 4 * 1000 * 4


def test_checkpointing_keeps_the_layers_inputs_and_one_layer() -> None:
    plain, again = setup(GPU, LARGE), setup(GPU, LARGE, gradient_checkpointing=True)
    assert activations_bytes(again, BATCH) == 28 * 2 * 3584 * 120 + 2 * layer_bytes(plain, BATCH)
    assert activations_bytes(again, BATCH) < activations_bytes(plain, BATCH) / 5


@given(rows=COUNTS, width=st.integers(8, 512), learned=COUNTS, rank=COUNTS, more=st.integers(1, 8))
def test_nothing_shrinks_when_rows_lengths_or_the_rank_grow(rows: int, width: int, learned: int, rank: int, more: int) -> None:
    batch = Batch(rows, width, rows * width, learned, shared=4)
    grown = (
        batch._replace(rows=rows * more, tokens=rows * more * width),
        batch._replace(width=width * more, tokens=rows * width * more),
        batch._replace(learned=learned * more),
    )
    for machine in (CPU, GPU):
        for four_bit in (False, True):
            one = setup(machine, lora_rank=rank, frozen_fraction=0.5, load_in_4bit=four_bit)
            before = vars(memory_of(one, [batch]))
            afters = [vars(memory_of(one, [other])) for other in grown]
            afters.append(
                vars(memory_of(setup(machine, lora_rank=rank + more, frozen_fraction=0.5, load_in_4bit=four_bit), [batch]))
            )
            for after in afters:
                assert all(after[part] >= size for part, size in before.items())


@given(width=st.integers(64, 2048), rows=COUNTS)
def test_4_bit_checkpointing_and_frozen_layers_save_what_they_are_for(width: int, rows: int) -> None:
    batch = Batch(rows, width, rows * width, rows, shared=0)
    plain = memory_of(setup(GPU, LARGE), [batch])
    assert memory_of(setup(GPU, LARGE, load_in_4bit=True), [batch]).weights < 0.6 * plain.weights
    assert memory_of(setup(GPU, LARGE, gradient_checkpointing=True), [batch]).activations < plain.activations
    assert memory_of(setup(frozen_fraction=0.5), [batch]).activations < memory_of(setup(), [batch]).activations


SHAPE = {"hidden_size": 128, "intermediate_size": 320, "num_hidden_layers": 4, "num_attention_heads": 4, "vocab_size": 500}
LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def saved_bytes(model: Any, inputs: dict[str, torch.Tensor], *, sharing: bool) -> int:
    """What autograd really keeps of a forward pass: every storage once, the model's own left out."""
    own = {weights.untyped_storage().data_ptr() for weights in model.parameters()}
    kept: dict[int, int] = {}

    def note(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        loss, _ = answer_loss(model.get_base_model(), inputs, share_beginnings=sharing)
    assert loss.requires_grad
    return sum(kept.values())


@pytest.mark.parametrize(("fused", "attention"), [(True, "eager"), (False, "eager"), (False, "sdpa")])
@pytest.mark.parametrize("width", [48, 160])
def test_activations_are_what_autograd_really_keeps(fused: bool, attention: str, width: int) -> None:
    config = LlamaConfig(**SHAPE, num_key_value_heads=2, attn_implementation=attention)
    model = get_peft_model(LlamaForCausalLM(config).bfloat16(), LoraConfig(r=8, target_modules=LINEAR, task_type="CAUSAL_LM"))
    compute_adapters_in_input_dtype(model)
    if fused:
        fuse_layers(model)
    rows, shared, learned = 6, 20, 9
    ids = torch.randint(3, 400, (rows, width))
    ids[:, :shared] = 7
    ids[:, shared] = torch.arange(rows)
    labels = ids.clone()
    labels[:, :-learned] = -100
    mask = torch.ones_like(ids)
    mask[0, -1] = 0  # or no mask would be made
    kept = saved_bytes(model, {"input_ids": ids, "attention_mask": mask, "labels": labels}, sharing=fused)

    architecture = read_architecture(config.to_dict(), name="test")
    wanted = spec(attention=attention, lora_rank=8, lora_dropout=0.0 if fused else 0.1)  # dropout leaves the layers as they are
    one = Setup.of(wanted, architecture, CPU)
    batch = Batch(rows, width, rows * width, rows * learned, shared if fused else 0)
    counted = 4 * layer_bytes(one, batch) + hidden_gradients_bytes(one, batch)
    assert one.fused is fused
    assert kept == pytest.approx(counted, rel=0.12)

"""What the rows of a batch begin with alike is computed once, and nothing that is learned changes by it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

from studio.training.learning.beginnings import shared_beginning
from studio.training.learning.frozen import FrozenLayers
from studio.training.learning.fused import fuse_layers
from studio.training.learning.trainer import answer_loss

_LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
_SHAPE = {"vocab_size": 200, "hidden_size": 48, "intermediate_size": 80, "num_hidden_layers": 3, "num_attention_heads": 6}
PROMPT = [7, 21, 35, 49, 63, 77]


def batch(*rows: list[int], learned: int = 3) -> dict[str, torch.Tensor]:
    """Rows behind the common prompt, padded on the right; the last `learned` tokens of each are learned."""
    whole = [PROMPT + row for row in rows]
    width = max(map(len, whole))
    ids = torch.tensor([row + [0] * (width - len(row)) for row in whole])
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in whole])
    labels = torch.full_like(ids, -100)
    for index, row in enumerate(whole):
        labels[index, len(row) - learned : len(row)] = ids[index, len(row) - learned : len(row)]
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


BATCH = batch([11, 12, 13, 14, 15, 16, 17], [31, 32, 33, 34, 35], [51, 52, 53, 54, 55, 56])


def adapted(kind: type, config: type, first_layer: int) -> Any:
    torch.manual_seed(3)
    model = kind(config(**_SHAPE, num_key_value_heads=2, attn_implementation="eager"))
    layers = list(range(first_layer, 3))
    tuned = get_peft_model(model, LoraConfig(r=4, target_modules=_LINEAR, layers_to_transform=layers, task_type="CAUSAL_LM"))
    for name, weights in tuned.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=0.05)
    return tuned.get_base_model()


def outcome(causal: Any, frozen: FrozenLayers | None = None, **options: bool) -> tuple[float, int, list[torch.Tensor]]:
    causal.zero_grad()
    loss, count = answer_loss(causal, BATCH, frozen, **options)
    loss.backward()
    return loss.item(), count, [weights.grad.clone() for weights in causal.parameters() if weights.requires_grad]


def assert_same(found: tuple[float, int, list[torch.Tensor]], expected: tuple[float, int, list[torch.Tensor]]) -> None:
    assert found[0] == pytest.approx(expected[0], abs=1e-4)
    assert found[1] == expected[1] == 9
    for gradient, wanted in zip(found[2], expected[2], strict=True):
        torch.testing.assert_close(gradient, wanted, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(("kind", "config"), [(LlamaForCausalLM, LlamaConfig), (Qwen2ForCausalLM, Qwen2Config)])
def test_loss_and_gradients_are_those_of_rows_computed_apart(kind: type, config: type) -> None:
    causal = adapted(kind, config, first_layer=0)
    expected = outcome(causal)
    assert fuse_layers(causal) == 3
    assert_same(outcome(causal, share_beginnings=True), expected)


def test_layers_that_learn_nothing_are_still_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    causal = adapted(LlamaForCausalLM, LlamaConfig, first_layer=2)
    expected = outcome(causal)
    fuse_layers(causal)
    frozen = FrozenLayers(causal.model, 2, max_bytes=1 << 20)
    assert_same(outcome(causal, frozen, share_beginnings=True), expected)
    monkeypatch.setattr(frozen, "_compute", lambda *_: pytest.fail("every row is known"))
    assert_same(outcome(causal, frozen, share_beginnings=True), expected)


def test_rows_known_from_a_batch_with_another_beginning_serve_again() -> None:
    causal = adapted(LlamaForCausalLM, LlamaConfig, first_layer=2)
    expected = outcome(causal)
    fuse_layers(causal)
    frozen = FrozenLayers(causal.model, 2, max_bytes=1 << 20)
    frozen(BATCH["input_ids"][:2], BATCH["attention_mask"][:2], shared=4)
    assert_same(outcome(causal, frozen, share_beginnings=True), expected)


@pytest.mark.parametrize(
    ("inputs", "shared"),
    [
        pytest.param(batch([1, 2, 3, 4], [5, 6, 7, 8]), 6, id="the prompt"),
        pytest.param(batch([9, 2, 3, 4], [9, 6, 7, 8]), 6, id="the token before the first learned one predicts it"),
        pytest.param(batch([9, 2, 3, 4, 5], [9, 6, 7, 8, 5]), 7, id="and the question's first word"),
        pytest.param(batch([1, 2, 3, 4]), 0, id="one row shares with nobody"),
        pytest.param({"input_ids": torch.tensor([[1, 2, 3], [1, 2, 4]]), "labels": torch.tensor([[-100, -100, 3]] * 2)}, 0, id="too short"),
        pytest.param({"input_ids": torch.ones(2, 9), "labels": torch.full((2, 9), -100)}, 0, id="nothing learned"),
    ],
)  # fmt: skip
def test_a_beginning_ends_before_the_rows_differ_and_before_anything_is_predicted(
    inputs: dict[str, torch.Tensor], shared: int
) -> None:
    assert shared_beginning(inputs) == shared

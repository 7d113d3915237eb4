"""The embedded engine: one batch, one base model, adapters on for some rows and off for others."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

from studio.chat.loading import Device
from studio.chat.messages import Decoding, Request, reply
from studio.chat.transformers_engine import TransformersModel
from studio.errors import BadInput, NotFound

CPU = Device("cpu", torch.float32)
DECODING = Decoding(max_new_tokens=12)
QUESTION = [{"role": "user", "content": "Where is my parcel?"}]
LONGER = [{"role": "user", "content": "My parcel was sent last week to the wrong town, what now, and who pays for it?"}]


@pytest.fixture(scope="module")
def adapter(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A LoRA that changes what the tiny model says."""
    model = AutoModelForCausalLM.from_pretrained(tiny_model)
    torch.manual_seed(1)
    tuned = get_peft_model(model, LoraConfig(r=4, lora_alpha=64, target_modules="all-linear", init_lora_weights=False))
    folder = tmp_path_factory.mktemp("adapter")
    tuned.save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> TransformersModel:
    return TransformersModel(tiny_model, device=CPU)


def test_a_mixed_batch_answers_each_row_as_it_would_alone(model: TransformersModel, adapter: str) -> None:
    requests = [Request(QUESTION), Request(QUESTION, adapter), Request(LONGER), Request(LONGER, adapter)]
    together = reply(model, requests, DECODING)
    alone = [reply(model, [request], DECODING)[0] for request in requests]
    assert together == alone
    assert together[0] != together[1], "the adapter changes nothing, so the test shows nothing"


def test_the_base_is_untouched_after_an_adapter_was_used(tiny_model: Path, adapter: str) -> None:
    model = TransformersModel(tiny_model, device=CPU)
    before = reply(model, [Request(QUESTION)], DECODING)
    reply(model, [Request(QUESTION, adapter)], DECODING)
    assert reply(model, [Request(QUESTION)], DECODING) == before


def test_the_streamed_pieces_are_the_whole_answer(model: TransformersModel, adapter: str) -> None:
    requests = [Request(QUESTION), Request(LONGER, adapter)]
    steps = list(model.stream(requests, DECODING))
    streamed = ["".join(step[row].text for step in steps) for row in range(2)]
    assert [text.strip() for text in streamed] == reply(model, requests, DECODING)
    assert len(steps) > 3, "everything came at once"


def test_closing_the_stream_ends_the_work_and_frees_the_model(model: TransformersModel) -> None:
    stream = model.stream([Request(QUESTION)], Decoding(max_new_tokens=400))
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert reply(model, [Request(QUESTION)], Decoding(max_new_tokens=2)) is not None


def test_greedy_decoding_repeats_itself_and_sampling_follows_its_seed(model: TransformersModel) -> None:
    assert reply(model, [Request(QUESTION)], DECODING) == reply(model, [Request(QUESTION)], DECODING)
    warm = [Decoding(max_new_tokens=12, temperature=1.5, seed=seed) for seed in (1, 1, 2)]
    first, again, other = (reply(model, [Request(QUESTION)], decoding) for decoding in warm)
    assert first == again
    assert first != other


def test_a_missing_adapter_is_one_clear_sentence(model: TransformersModel, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no adapter"):
        reply(model, [Request(QUESTION, str(tmp_path / "gone"))], DECODING)


def test_a_message_beyond_the_context_is_refused_before_any_work(model: TransformersModel) -> None:
    with pytest.raises(BadInput, match="Shorten it"):
        reply(model, [Request([{"role": "user", "content": "word " * 1000}])], DECODING)


def test_the_digest_names_the_weights_not_the_path(model: TransformersModel, adapter: str) -> None:
    assert model.digest() != model.digest(adapter)
    assert model.digest(adapter) == model.digest(adapter)

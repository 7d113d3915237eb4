"""A whole model beside the base: its rows are answered in step with the base's. And an adapter that changes on disk is seen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

from studio.chat.catalog import weights_digest
from studio.chat.loading import Device
from studio.chat.messages import Decoding, Delta, Request, reply
from studio.chat.streaming import in_step
from studio.chat.transformers_engine import TransformersModel

CPU = Device("cpu", torch.float32)
DECODING = Decoding(max_new_tokens=12)
QUESTION = [{"role": "user", "content": "Where is my parcel?"}]


@pytest.fixture(scope="module")
def other(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another model of the same kind."""
    folder = tmp_path_factory.mktemp("whole") / "other"
    shutil.copytree(tiny_model, folder)
    torch.manual_seed(5)
    model = AutoModelForCausalLM.from_pretrained(tiny_model)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    model.save_pretrained(folder)
    return folder


def write_adapter(tiny_model: Path, folder: Path, seed: int) -> None:
    torch.manual_seed(seed)
    config = LoraConfig(r=4, lora_alpha=64, target_modules="all-linear", init_lora_weights=False)
    get_peft_model(AutoModelForCausalLM.from_pretrained(tiny_model), config).save_pretrained(folder)


def test_a_whole_model_answers_beside_the_base_as_each_does_alone(tiny_model: Path, other: Path, tmp_path: Path) -> None:
    write_adapter(tiny_model, tmp_path / "adapter", 1)
    engine = TransformersModel(tiny_model, device=CPU)
    requests = [Request(QUESTION, str(other)), Request(QUESTION), Request(QUESTION, str(tmp_path / "adapter"))]
    together = reply(engine, requests, DECODING)
    assert together[0] == reply(TransformersModel(other, device=CPU), [Request(QUESTION)], DECODING)[0]
    assert together[1:] == reply(engine, requests[1:], DECODING)
    assert len(set(together)) == 3
    assert engine.digest(str(other)) == weights_digest(other)


def test_closing_the_stream_frees_both_models(tiny_model: Path, other: Path) -> None:
    engine = TransformersModel(tiny_model, device=CPU)
    stream = engine.stream([Request(QUESTION), Request(QUESTION, str(other))], Decoding(max_new_tokens=400))
    next(iter(stream))
    stream.close()  # type: ignore[attr-defined]
    assert len(reply(engine, [Request(QUESTION, str(other)), Request(QUESTION)], DECODING)) == 2


def test_an_adapter_that_a_resumed_run_has_written_anew_is_the_one_that_answers(tiny_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "adapter"
    write_adapter(tiny_model, folder, 1)
    engine = TransformersModel(tiny_model, device=CPU)
    before = reply(engine, [Request(QUESTION, str(folder))], DECODING)
    shutil.rmtree(folder)
    write_adapter(tiny_model, folder, 2)
    after = reply(engine, [Request(QUESTION, str(folder))], DECODING)
    assert after == reply(TransformersModel(tiny_model, device=CPU), [Request(QUESTION, str(folder))], DECODING) != before


def test_a_stream_that_ends_first_leaves_the_others_going() -> None:
    def says(*texts: str, finished: bool) -> Iterator[list[Delta]]:
        for position, text in enumerate(texts):
            yield [Delta(text, finished=finished and position == len(texts) - 1)]

    steps = list(in_step([([1], says("a", "b", finished=True)), ([0], says("1", "2", "3", finished=False))]))
    assert [[delta.text for delta in step] for step in steps] == [["1", "a"], ["2", "b"], ["3", ""]]
    assert [delta.finished for delta in steps[-1]] == [False, True], "the longer one was cut off, the other ended by itself"

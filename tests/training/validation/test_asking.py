"""The model in training is asked as the chat asks it, its loss is that of its full logits, and it is left as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn.functional import cross_entropy

from studio.chat.loading import Device
from studio.chat.messages import Decoding, Request, reply
from studio.chat.tokenizer import load_tokenizer
from studio.chat.transformers_engine import TransformersModel
from studio.jobs.progress import Reporter
from studio.training.learning.fused import unfuse_layers
from studio.training.learning.phrasings import split_phrasings
from studio.training.learning.rows import tokenize
from studio.training.learning.trainer import SupportTrainer
from studio.training.settings.spec import TrainSpec
from studio.training.sft import build_trainer, save_adapter
from studio.training.validation.asking import Asked, Validator, rows_that_fit
from studio.training.validation.items import ValidationItem, validation_items
from studio.workspace.layout import Workspace
from studio.workspace.runs import create_run
from tests.support import make_rows

CPU = Device("cpu", torch.float32)
TRAINED, HELD_OUT = split_phrasings(make_rows(6, 4), hold_out=1)


@pytest.fixture
def trainer(tiny_model: Path, workspace: Workspace) -> SupportTrainer:
    """Two layers, the upper with an adapter that changes what is said; fused, and the lower one's values kept."""
    spec = TrainSpec(dataset="rows", attention="eager", frozen_fraction=0.5, lora_alpha=128, neftune_noise_alpha=0)
    run = create_run(workspace, spec.model_dump())
    tokenizer = load_tokenizer(tiny_model)
    tokenized = tokenize(tokenizer, TRAINED, max_length=128)
    trainer = build_trainer(spec, tiny_model, CPU, tokenizer, tokenized, run.folder, Reporter(run))
    torch.manual_seed(5)
    for name, values in trainer.model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(values, std=0.3)
    return trainer


def validator(trainer: SupportTrainer, *, rows: int = 4) -> Validator:
    items = validation_items(HELD_OUT, {}, most=6)
    return Validator(items, trainer.processing_class, trainer.data_collator, rows=rows)


def test_the_loss_is_that_of_the_full_logits_of_layers_that_are_not_fused(trainer: SupportTrainer) -> None:
    found = validator(trainer).validate(trainer.model).loss
    unfuse_layers(trainer.model)
    total = count = 0.0
    for row in tokenize(trainer.processing_class, HELD_OUT, max_length=128).rows:
        ids, labels = torch.tensor([row.input_ids]), torch.tensor([row.labels])
        with torch.no_grad():
            logits = trainer.model(input_ids=ids).logits.float()
        total += float(cross_entropy(logits[0, :-1], labels[0, 1:], reduction="sum"))
        count += sum(row.trained)
    assert found == pytest.approx(total / count, abs=1e-4)


def test_the_loss_does_not_depend_on_the_rows_of_a_batch(trainer: SupportTrainer) -> None:
    one, five = (validator(trainer, rows=rows).validate(trainer.model).loss for rows in (1, 5))
    assert one == pytest.approx(five, abs=1e-5)


def test_it_answers_what_the_chat_answers_with_that_adapter(
    trainer: SupportTrainer, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: dict[str, str] = {}

    def hear(self: ValidationItem, answer: str) -> bool:
        heard[self.row.question] = answer
        return True

    monkeypatch.setattr(ValidationItem, "is_right", hear)
    monkeypatch.setattr(Asked, "answer_tokens", 8)
    assert validator(trainer).validate(trainer.model).passed == len(HELD_OUT)
    adapter = str(save_adapter(trainer, tmp_path))
    chat = TransformersModel(tiny_model, device=CPU)
    requests = [Request(row.messages[:-1], adapter) for row in HELD_OUT]
    said = reply(chat, requests, Decoding(max_new_tokens=20))
    assert heard == {row.question: answer for row, answer in zip(HELD_OUT, said, strict=True)}
    assert said != reply(chat, [Request(one.messages) for one in requests], Decoding(max_new_tokens=20)), (
        "the adapter says nothing"
    )


def test_the_model_goes_on_as_if_nobody_had_asked(trainer: SupportTrainer) -> None:
    assert trainer.frozen is not None
    batch = next(iter(trainer.get_train_dataloader()))
    before = loss_and_gradients(trainer, batch)
    kept, state = dict(trainer.frozen._kept), torch.random.get_rng_state()
    validator(trainer).validate(trainer.model)
    assert trainer.model.training and all(layer.training for layer in trainer.model.modules())
    assert torch.equal(torch.random.get_rng_state(), state)
    assert trainer.frozen._kept.keys() == kept.keys() and all(trainer.frozen._kept[key] is kept[key] for key in kept)
    for one, other in zip(before, loss_and_gradients(trainer, batch), strict=True):
        assert torch.equal(one, other)


def loss_and_gradients(trainer: SupportTrainer, batch: Any) -> list[torch.Tensor]:
    trainer.model.train()
    trainer.model.zero_grad()
    loss = trainer.compute_loss(trainer.model, dict(batch))
    loss.backward()
    return [loss.detach(), *(one.grad.clone() for one in trainer.model.parameters() if one.grad is not None)]


def test_rows_that_would_be_cut_are_left_out(tiny_model: Path) -> None:
    tokenizer = load_tokenizer(tiny_model)
    lengths = [len(row.input_ids) for row in tokenize(tokenizer, HELD_OUT, max_length=512).rows]
    middle = sorted(lengths)[2]
    fitting = rows_that_fit(tokenizer, HELD_OUT, max_length=middle)
    assert fitting == [row for row, length in zip(HELD_OUT, lengths, strict=True) if length <= middle]

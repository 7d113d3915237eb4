"""The job `training.preference`: an adapter goes on learning from judged answers, with TRL's DPO or KTO.

It keeps the run folder as a fine-tuning does: `adapter/`, `checkpoints/`, metric events, a stop at a step boundary. What is learned is an adapter for the
base model by itself: it holds what its start had learned too, and is used without it.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import PeftModel, prepare_model_for_kbit_training
from transformers import PreTrainedTokenizerBase, set_seed
from trl import DPOConfig, KTOConfig

from studio.chat.catalog import find_model, prepare_model, weights_digest
from studio.chat.loading import Device, load_base, pick_device
from studio.chat.tokenizer import load_tokenizer
from studio.jobs.progress import Reporter, Stopped
from studio.training.learning.adapters import compute_adapters_in_input_dtype
from studio.training.learning.fused import fuse_layers
from studio.training.preferring.judged import Judged, refuse_unjudged
from studio.training.preferring.requests import check_preference
from studio.training.preferring.rows import Prepared, prepare_answers, prepare_pairs
from studio.training.preferring.spec import PreferenceSpec, parse_preference_spec
from studio.training.preferring.starting import find_start
from studio.training.preferring.trainers import LOGGED, AnswerTrainer, PairTrainer, PreferenceEvents
from studio.training.preflight.checking import announce
from studio.training.preflight.device import ask_device
from studio.training.running.arguments import shared_arguments
from studio.training.running.callbacks import peak_memory_mb
from studio.training.running.checkpoints import checkpoint_to_go_on_from
from studio.training.running.hardware import quantization_config, training_device
from studio.training.running.tracking import prepare_tracker
from studio.training.sft import final_loss, finish_if_stopped, lora_config, save_adapter, train_in_fp32
from studio.workspace.adapters import TunedModel
from studio.workspace.checkpoints import newest_checkpoint
from studio.workspace.datasets import read_rows
from studio.workspace.layout import Workspace

_LAST = 10  # logged steps that the result's rewards are the mean of
_WRONG_ANSWERS = "KL_completion_ids"


def run(workspace: Workspace, reporter: Reporter, values: Mapping[str, Any]) -> dict[str, Any]:
    """Train, and return what a fine-tuning returns, with `reward_margin` and `reward_accuracy` of the last steps where they were measured.

    Raises:
        BadInput: the spec, the dataset, the start or the rows can't be used.
        JobFailed: the training diverged.
        Stopped: somebody asked to; with "keep", the adapter of that step is there.
    """
    started = time.monotonic()
    spec = parse_preference_spec(values)
    folder = reporter.run.folder
    announce(check_preference(workspace, spec, facts=ask_device(four_bit=spec.load_in_4bit)), reporter)
    judged = refuse_unjudged(workspace, spec.dataset, spec.method)
    start = find_start(workspace, spec.start, base_model=spec.model)
    device = training_device(spec.as_training(), pick_device())
    reporter.phase("preparing the model")
    base = prepare_model(workspace, find_model(spec.model), announce=reporter.note)
    tokenizer = load_tokenizer(base)

    reporter.phase("reading the dataset")
    prepared = _prepare(workspace, spec, tokenizer)
    reporter.note(_about(spec, judged, prepared))

    reporter.phase("loading the model")
    prepare_tracker(spec.report_to, folder)
    trainer = build_trainer(spec, base, device, tokenizer, prepared, start, folder, reporter)
    reporter.phase("scoring the rows with the start")

    def told(done: int, total: int) -> None:
        reporter.progress(done, total)
        if (keep := reporter.run.stop_request) is not None and newest_checkpoint(folder) is None:
            raise Stopped(keep=keep, sentence="Stopped on request before its first step, so there is nothing to keep.")

    trainer.score_reference(told)
    checkpoint = checkpoint_to_go_on_from(folder)
    reporter.phase("training")
    trainer.train(resume_from_checkpoint=str(checkpoint.folder) if checkpoint else None)
    finish_if_stopped(reporter, trainer)

    reporter.phase("saving the adapter")
    adapter = save_adapter(trainer, folder)
    shutil.rmtree(folder / "checkpoints", ignore_errors=True)
    return {
        "adapter": str(adapter),
        "digest": weights_digest(adapter),
        "seconds": round(time.monotonic() - started, 1),
        "peak_memory_mb": round(peak_memory_mb(), 1),
        "steps": trainer.state.global_step,
        "final_loss": final_loss(trainer),
        "rows": len(prepared.lengths),
        "trained_tokens": prepared.answer_tokens,
        **_rewards(trainer),
    }


def build_trainer(
    spec: PreferenceSpec,
    base: Path,
    device: Device,
    tokenizer: PreTrainedTokenizerBase,
    prepared: Prepared,
    start: TunedModel | None,
    folder: Path,
    reporter: Reporter,
) -> PairTrainer | AnswerTrainer:
    """The trainer, its model as it is at the start; `score_reference` is still to be called."""
    set_seed(spec.seed)
    shared = spec.as_training()
    model = load_base(base, device, quantization=quantization_config(shared, device), attention=spec.attention)
    if spec.load_in_4bit:
        model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=spec.gradient_checkpointing)
    options: dict[str, Any] = {
        "model": PeftModel.from_pretrained(model, start.adapter, is_trainable=True) if start else model,
        "train_dataset": Dataset.from_dict(prepared.columns),
        "processing_class": tokenizer,
        "peft_config": None if start else lora_config(shared, model),
        "callbacks": [PreferenceEvents(reporter)],
    }
    output = folder / "checkpoints"
    trainer: PairTrainer | AnswerTrainer
    if spec.method == "dpo":
        trainer = PairTrainer(lengths=prepared.lengths, args=dpo_config(spec, device, output), **options)
    else:
        trainer = AnswerTrainer(args=kto_config(spec, device, output), **options)
    trainer.forget_copy()
    if device.dtype is not torch.bfloat16:
        train_in_fp32(trainer.model)
    if not device.on_gpu:
        compute_adapters_in_input_dtype(trainer.model)
        fuse_layers(trainer.model)
    return trainer


def dpo_config(spec: PreferenceSpec, device: Device, output: Path) -> DPOConfig:
    """TRL's configuration for pairs; `sft_weight` adds the better answer's own loss (as in RPO, arXiv 2404.19733)."""
    both = spec.sft_weight > 0
    return DPOConfig(
        **_common(spec, device, output),
        loss_type=[spec.loss, "sft"] if both else [spec.loss],
        loss_weights=[1.0, spec.sft_weight] if both else None,
    )


def kto_config(spec: PreferenceSpec, device: Device, output: Path) -> KTOConfig:
    """TRL's configuration for single answers; they are trained in the order in which they were prepared."""
    return KTOConfig(
        **_common(spec, device, output),
        loss_type=spec.loss,
        desirable_weight=spec.desirable_weight,
        undesirable_weight=spec.undesirable_weight,
        train_sampling_strategy="sequential",
    )


def _common(spec: PreferenceSpec, device: Device, output: Path) -> dict[str, Any]:
    return {**shared_arguments(spec, device, output), "beta": spec.beta, "optim": "adamw_torch"}


def _prepare(workspace: Workspace, spec: PreferenceSpec, tokenizer: PreTrainedTokenizerBase) -> Prepared:
    rows = list(read_rows(workspace, spec.dataset))
    if spec.method == "dpo":
        return prepare_pairs(tokenizer, rows, max_length=spec.max_length)
    prepared = prepare_answers(
        tokenizer, rows, max_length=spec.max_length, batch_size=spec.per_device_train_batch_size, seed=spec.seed
    )
    if spec.loss != "kto":  # the others ask nothing about wrong answers
        del prepared.columns[_WRONG_ANSWERS]
    return prepared


def _about(spec: PreferenceSpec, judged: Judged, prepared: Prepared) -> str:
    """What of the dataset is trained, and what is not."""
    rows = len(prepared.lengths)
    if spec.method == "dpo":
        what = f"{rows} pairs of a better and a worse answer"
        left_out = judged.good + judged.bad + judged.unjudged
    else:
        good = sum(prepared.columns["label"])
        what, left_out = f"{good} good and {rows - good} bad answers", judged.unjudged
    return (
        f"{what}; {prepared.answer_tokens} tokens in them; {prepared.cut} cut, {prepared.dropped} dropped, {judged.same} with the same answer twice, "
        f"{left_out} other rows left out."
    )


def _rewards(trainer: PairTrainer | AnswerTrainer) -> dict[str, float]:
    """Margin and accuracy, the mean of the last steps that were logged."""
    last = {}
    for name in ("reward_margin", "reward_accuracy"):
        values = [float(entry[LOGGED[name]]) for entry in trainer.state.log_history if LOGGED[name] in entry][-_LAST:]
        if values:
            last[name] = round(sum(values) / len(values), 5)
    return last

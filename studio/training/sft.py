"""The job `training.sft`: supervised fine-tuning of a LoRA or QLoRA adapter with TRL.

Leaves `adapter/` (safetensors, the tokenizer's template is the base model's) and `checkpoints/` in the run folder. Started on a
folder that has checkpoints, it goes on from the newest one, or from the one that was asked for, and makes the steps that it would have made unbroken.
Of several processes that train together, each comes through here; the one whose reporter `speaks` checks, tells and writes.
"""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig, PeftModel, prepare_model_for_kbit_training
from transformers import PreTrainedModel, PreTrainedTokenizerBase, Trainer, set_seed
from trl import SFTConfig

from studio.chat.catalog import find_model, prepare_model, weights_digest
from studio.chat.loading import Device, load_base, pick_device
from studio.chat.tokenizer import load_tokenizer
from studio.errors import BadInput, JobFailed
from studio.jobs.progress import Reporter, Stopped
from studio.training.estimate.outlook import foresee
from studio.training.learning.adapters import compute_adapters_in_input_dtype
from studio.training.learning.fused import fuse_layers
from studio.training.learning.phrasings import arrange, splice_phrasings
from studio.training.learning.rows import Tokenized, shorten_repeated_answers, tokenize
from studio.training.learning.trainer import SupportTrainer
from studio.training.preflight.checking import announce, check_device, check_learned
from studio.training.preflight.device import ask_device
from studio.training.preflight.findings import refuse
from studio.training.preflight.rows import check_collated
from studio.training.running.arguments import shared_arguments
from studio.training.running.callbacks import RunEvents, peak_memory_mb
from studio.training.running.checkpoints import checkpoint_to_go_on_from
from studio.training.running.hardware import quantization_config, training_device
from studio.training.running.pace import fit_into_time, measure_pace, planned_steps, steps_of_a_pass
from studio.training.running.pauses import Pauses
from studio.training.running.timekeeping import KeepTime, KeptSchedule
from studio.training.running.tracking import prepare_tracker
from studio.training.settings.spec import ALL_LINEAR, TrainSpec, parse_spec
from studio.training.together import agreed, total
from studio.training.validation.callback import validate_checkpoints
from studio.workspace.checkpoints import newest_checkpoint
from studio.workspace.datasets import read_rows
from studio.workspace.layout import Workspace

_DEFAULT_INIT = True  # PEFT's name for A random and B zero


def run(workspace: Workspace, reporter: Reporter, values: Mapping[str, Any]) -> dict[str, Any]:
    """Train, and return `{"adapter", "digest", "seconds", "peak_memory_mb", "steps", "final_loss", "rows", "trained_tokens"}`.

    With `"validation"`, what was found of the best checkpoint, where phrasings were held out for it.

    Raises:
        BadInput: the spec, the dataset or the rows can't be used.
        JobFailed: the training diverged.
        Stopped: somebody asked to; with "keep", the adapter of that step is there.
    """
    started = time.monotonic()
    spec = parse_spec(values)
    folder = reporter.run.folder
    if reporter.speaks:
        announce(check_device(workspace, spec, ask_device(four_bit=spec.load_in_4bit)), reporter)
    device = training_device(spec, pick_device())
    device = replace(device, dtype=agreed(lambda: device.dtype))  # on a CPU it is measured, and may come out otherwise next door
    reporter.phase("preparing the model")
    base = prepare_model(workspace, find_model(spec.model), announce=reporter.note)
    tokenizer = load_tokenizer(base)

    reporter.phase("reading the dataset")
    arranged = arrange(read_rows(workspace, spec.dataset), spec)
    spliced, held_out = splice_phrasings(arranged.taken, arranged.begun, seed=spec.seed), arranged.held_out
    tokenized = shorten_repeated_answers(
        tokenize(tokenizer, [*arranged.taken, *spliced], max_length=spec.max_length),
        whole=spec.whole_answer_rows,
        opening=spec.opening_tokens,
    )
    reporter.note(
        f"{len(tokenized.rows)} rows, {len(spliced)} of them spliced; {tokenized.trained_tokens} tokens to learn; {tokenized.cut} rows cut, "
        f"{tokenized.dropped} dropped, {len(held_out)} held out, {tokenized.openings} with the opening of a shared answer."
    )
    if reporter.speaks and newest_checkpoint(folder) is None:  # what is resumed has passed
        announce(check_learned(workspace, spec, tokenizer, tokenized.rows), reporter)

    pauses = Pauses()
    outlook = foresee(workspace, reporter, spec, device, tokenized, started=started, pauses=pauses) if spec.launch.alone else None

    reporter.phase("loading the model")
    prepare_tracker(spec.report_to, folder)
    trainer = build_trainer(spec, base, device, tokenizer, tokenized, folder, reporter, pauses)
    refuse(check_collated(trainer.data_collator, tokenized.rows[: spec.per_device_train_batch_size], tokenizer.eos_token_id))
    if outlook:
        trainer.add_callback(outlook)
    validation = validate_checkpoints(trainer, workspace, spec, held_out, reporter, pauses)
    checkpoint = agreed(lambda: checkpoint_to_go_on_from(folder))
    if validation and not checkpoint:
        reporter.phase("validating the base model")
        trainer.evaluate()
    if checkpoint:
        reporter.phase("recalling the rows seen so far")
        trainer.recall_frozen_layers(steps=checkpoint.step, told=reporter.progress)
        if trainer.rounds:
            trainer.rounds.restore(checkpoint.folder)
    if spec.max_minutes and checkpoint:
        trainer.args.max_steps = checkpoint.max_steps
    elif spec.max_minutes:
        reporter.phase("measuring the pace")
        if note := keep_within(trainer, end=started + spec.max_minutes * 60, pauses=pauses):
            reporter.note(note)
    reporter.phase("training")
    trainer.train(resume_from_checkpoint=str(checkpoint.folder) if checkpoint else None)
    if validation and spec.keep_best:
        validation.take_best(trainer)
    finish_if_stopped(reporter, trainer)

    reporter.phase("saving the adapter")
    adapter = save_adapter(trainer, folder)
    peak = total(peak_memory_mb())
    if not reporter.speaks:
        return {}
    shutil.rmtree(folder / "checkpoints", ignore_errors=True)
    return {
        "adapter": str(adapter),
        "digest": weights_digest(adapter),
        "seconds": round(time.monotonic() - started, 1),
        "peak_memory_mb": round(peak, 1),
        "steps": trainer.state.global_step,
        "final_loss": final_loss(trainer),
        "rows": len(tokenized.rows),
        "trained_tokens": tokenized.trained_tokens,
        **({"validation": validation.result(trainer, best_taken=spec.keep_best)} if validation else {}),
    }


def keep_within(trainer: SupportTrainer, *, end: float, pauses: Pauses) -> str | None:
    """See that the training ends at a moment of the monotonic clock: before it begins and on the way. A sentence if steps were cut for it."""
    most, first_pass = planned_steps(trainer), steps_of_a_pass(trainer)
    pace = measure_pace(trainer)
    pace, seconds = agreed(lambda: (pace, end - time.monotonic()))
    note = fit_into_time(trainer, pace.plus(pauses.seconds_a_step), seconds=seconds - pauses.newest)
    passes = math.ceil(planned_steps(trainer) / first_pass)  # transformers plans so many, and no more can come
    most = min(most, passes * first_pass)
    trainer.add_callback(KeepTime(pace, first_pass=first_pass, most=most, seconds=seconds, pauses=pauses))
    return note


def build_trainer(
    spec: TrainSpec,
    base: Path,
    device: Device,
    tokenizer: PreTrainedTokenizerBase,
    tokenized: Tokenized,
    folder: Path,
    reporter: Reporter,
    pauses: Pauses | None = None,
) -> SupportTrainer:
    """The trainer, ready to train: base weights loaded, adapter attached, nothing learned yet."""
    set_seed(spec.seed)
    model = load_base(base, device, quantization=quantization_config(spec, device), attention=spec.attention)
    if spec.load_in_4bit:
        model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=spec.gradient_checkpointing)
    trainer = SupportTrainer(
        model=model,
        args=sft_config(spec, device, folder / "checkpoints"),
        train_dataset=Dataset.from_dict(tokenized.columns()),
        processing_class=tokenizer,
        peft_config=lora_config(spec, model),
        callbacks=[RunEvents(reporter, pauses)],
    )
    trainer.add_callback(KeptSchedule(trainer))
    if device.dtype is not torch.bfloat16:
        train_in_fp32(trainer.model)
    if not device.on_gpu:
        speed_up_on_cpu(trainer)
    if spec.known_below and trainer.accelerator.num_processes == 1:
        trainer.pass_over_known_rows(below=spec.known_below)
    return trainer


def speed_up_on_cpu(trainer: SupportTrainer) -> None:
    """Let the trainer's model compute what it computes in less time, before the first step."""
    compute_adapters_in_input_dtype(trainer.model)
    if trainer.accelerator.num_processes > 1:  # they go through the model's own forward
        return
    fused = fuse_layers(trainer.model)
    if trainer.args.neftune_noise_alpha:  # every row has noise of its own in every step: nothing can be computed once for several
        return
    trainer.share_beginnings = fused == trainer.model.config.num_hidden_layers
    trainer.skip_frozen_layers()


def lora_config(spec: TrainSpec, model: PreTrainedModel) -> LoraConfig:
    """LoRA on all linear layers (QLoRA's finding: rank matters less than covering every kind of them; arXiv 2305.14314), or on those
    that are named, above the layers that are frozen.

    Raises:
        BadInput: the model has no layer of a name that is asked for.
    """
    layers = model.config.num_hidden_layers
    first = int(layers * spec.frozen_fraction)
    return LoraConfig(
        r=spec.lora_rank,
        lora_alpha=spec.lora_alpha,
        lora_dropout=spec.lora_dropout,
        target_modules=_target_modules(spec, model, named=bool(first)),
        layers_to_transform=list(range(first, layers)) if first else None,
        init_lora_weights=_DEFAULT_INIT if spec.init_lora_weights == "default" else spec.init_lora_weights,
        use_rslora=spec.use_rslora,
        use_dora=spec.use_dora,
        lora_bias=spec.lora_bias,
        task_type="CAUSAL_LM",
    )


def _target_modules(spec: TrainSpec, model: PreTrainedModel, *, named: bool) -> list[str] | str:
    """PEFT's `target_modules`; `named` where all linear layers must be spelled out."""
    if spec.target_modules == ALL_LINEAR:
        return _linear_names(model) if named else ALL_LINEAR
    known, wanted = _linear_names(model), spec.target_modules.split(",")
    if missing := [name for name in wanted if name not in known]:
        raise BadInput(f"target_modules: {spec.model} has no linear layer {missing[0]!r}. It has {', '.join(known)}.")
    return wanted


def _linear_names(model: PreTrainedModel) -> list[str]:
    """The names of the decoder's linear layers: PEFT takes layers by number only with names spelled out."""
    linear = [name for name, module in model.base_model.named_modules() if isinstance(module, torch.nn.Linear)]
    return sorted({name.rpartition(".")[2] for name in linear})


def sft_config(spec: TrainSpec, device: Device, output: Path) -> SFTConfig:
    """TRL's configuration."""
    arguments = shared_arguments(spec, device, output)
    if spec.min_lr_ratio:
        arguments |= {"lr_scheduler_type": "cosine_with_min_lr", "lr_scheduler_kwargs": {"min_lr_rate": spec.min_lr_ratio}}
    return SFTConfig(
        **arguments,
        dataset_kwargs={"skip_prepare_dataset": True},
        train_sampling_strategy="group_by_length" if spec.group_by_length else "random",
        optim=spec.optim,
        adam_beta1=spec.adam_beta1,
        adam_beta2=spec.adam_beta2,
        adam_epsilon=spec.adam_epsilon,
        neftune_noise_alpha=spec.neftune_noise_alpha or None,
    )


def save_adapter(trainer: Trainer, folder: Path) -> Path:
    """Write the adapter so that it appears whole or not at all."""
    building, adapter = folder / ".adapter", folder / "adapter"
    model: PeftModel = trainer.accelerator.unwrap_model(trainer.model)
    gathered = trainer.accelerator.get_state_dict(trainer.model) if trainer.is_fsdp_enabled else None  # by all processes
    if not trainer.is_world_process_zero():
        return adapter
    shutil.rmtree(building, ignore_errors=True)
    model.save_pretrained(building, safe_serialization=True, state_dict=gathered)
    shutil.rmtree(adapter, ignore_errors=True)
    building.rename(adapter)
    return adapter


def finish_if_stopped(reporter: Reporter, trainer: Trainer) -> None:
    """Where somebody asked to stop before the last step, keep or discard what was learned.

    Raises:
        Stopped: that is so.
    """
    keep, folder = agreed(lambda: reporter.run.stop_request), reporter.run.folder
    if keep is None or (keep and trainer.state.global_step >= trainer.state.max_steps):
        return
    if keep:
        save_adapter(trainer, folder)
    elif reporter.speaks:
        for learned in ("checkpoints", "adapter"):  # an adapter is there where the run was stopped and kept once before
            shutil.rmtree(folder / learned, ignore_errors=True)
    raise Stopped(keep=keep)


def train_in_fp32(model: torch.nn.Module) -> None:
    """TRL casts QLoRA adapters to bf16, which is not the format here, and which a T4 does not have (trl#4901); fp16 needs fp32 master weights."""
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()


def final_loss(trainer: Trainer) -> float:
    """The mean loss of the last ten that were logged.

    Raises:
        JobFailed: there is none.
    """
    losses = [float(entry["loss"]) for entry in trainer.state.log_history if "loss" in entry]
    if not losses:
        raise JobFailed("The training ended without a single step. Raise num_train_epochs or max_steps.")
    tail = losses[-10:]
    return round(sum(tail) / len(tail), 5)

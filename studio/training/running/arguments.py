"""What TRL's trainers are given alike, whatever a training learns from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from studio.chat.loading import Device
from studio.training.running.tracking import tracking_arguments

if TYPE_CHECKING:
    from studio.training.preferring.spec import PreferenceSpec
    from studio.training.settings.spec import TrainSpec


def shared_arguments(spec: TrainSpec | PreferenceSpec, device: Device, output: Path) -> dict[str, Any]:
    """Of transformers' TrainingArguments those that mean the same in every training. On a CPU bf16 weights are used as they are: autocast would cost more than it saves.

    Args:
        spec: what is asked.
        device: what it runs on, with the number format of the training.
        output: the folder of the checkpoints, in the run's.
    """
    return {
        "output_dir": str(output),
        "learning_rate": spec.learning_rate,
        "lr_scheduler_type": spec.lr_scheduler_type,
        "warmup_steps": spec.warmup_fraction,
        "num_train_epochs": spec.num_train_epochs,
        "max_steps": spec.max_steps,
        "per_device_train_batch_size": spec.per_device_train_batch_size,
        "gradient_accumulation_steps": spec.gradient_accumulation_steps,
        "gradient_checkpointing": spec.gradient_checkpointing,
        "weight_decay": spec.weight_decay,
        "max_grad_norm": spec.max_grad_norm,
        "max_length": None,  # the rows come cut
        "bf16": device.on_gpu and device.dtype is torch.bfloat16,
        "fp16": device.on_gpu and device.dtype is torch.float16,
        "use_cpu": not device.on_gpu,
        "logging_steps": spec.logging_steps,
        "logging_nan_inf_filter": False,
        "save_steps": spec.save_steps,
        "save_total_limit": spec.save_total_limit,
        "seed": spec.seed,
        "data_seed": spec.seed,
        "dataloader_pin_memory": device.on_gpu,
        "disable_tqdm": True,
        **tracking_arguments(spec.report_to, output.parent),
    }

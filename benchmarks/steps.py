"""Seconds of a training step (forward and back, 8 rows), one change after the other, on the same batches in turn.

    python -m benchmarks.steps [--batches 12] [--json]

The embedded model in the number format this machine computes fastest, LoRA r=16, eager attention, the sample data with the openings that `cpu-demo`
trains. Every variant takes each batch before the next batch is taken, so that what else the machine does slows all of them.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROWS = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batches", type=int, default=12)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    measured = measure(options.batches)
    first = next(iter(measured.values()))
    summary = {
        name: {"seconds": round(seconds, 3), "times_as_fast": round(first / seconds, 2)} for name, seconds in measured.items()
    }
    print(json.dumps(summary, indent=None if options.json else 2))


def measure(count: int) -> dict[str, float]:
    """Median seconds of a step, by variant."""
    from peft import get_peft_model

    from studio.chat.catalog import find_model, prepare_model
    from studio.chat.loading import load_base, pick_device
    from studio.dataset.importing.registry import import_registry
    from studio.settings import Settings
    from studio.training.learning.adapters import compute_adapters_in_input_dtype
    from studio.training.learning.frozen import FrozenLayers, layers_without_adapter
    from studio.training.learning.fused import fuse_layers
    from studio.training.learning.trainer import answer_loss
    from studio.training.settings.presets import find_preset
    from studio.training.settings.spec import TrainSpec
    from studio.training.sft import lora_config
    from studio.workspace.layout import Workspace

    workspace = Workspace.from_settings(Settings(home=Path(tempfile.gettempdir()) / "studio-benchmark"))
    base, device = prepare_model(workspace, find_model("smollm2-135m-instruct")), pick_device()
    dataset = import_registry(workspace, workspace.samples / "dataset_info.json").dataset.id
    spec = TrainSpec(**{**find_preset("cpu-demo").settings, "dataset": dataset})

    def model(*, frozen: float, fused: bool) -> Any:
        causal = load_base(base, device, attention="eager")
        adapted = get_peft_model(causal, lora_config(spec.model_copy(update={"frozen_fraction": frozen}), causal))
        compute_adapters_in_input_dtype(adapted)
        if fused:
            fuse_layers(adapted)
        return adapted.train().get_base_model()

    whole, half, fused = (
        model(frozen=0.0, fused=False), model(frozen=0.5, fused=False), model(frozen=0.5, fused=True),
    )  # fmt: skip
    kept = FrozenLayers(fused.model, layers_without_adapter(fused), max_bytes=1 << 30)
    variants: dict[str, Callable[[Any], Any]] = {
        "all layers": lambda batch: answer_loss(whole, batch)[0],
        "upper half": lambda batch: answer_loss(half, batch)[0],
        "upper half, fused": lambda batch: answer_loss(fused, batch)[0],
        "upper half, fused, new rows": lambda batch: answer_loss(fused, batch, kept)[0],
        "upper half, fused, known rows": lambda batch: answer_loss(fused, batch, kept)[0],
        "and their beginning once": lambda batch: answer_loss(fused, batch, kept, share_beginnings=True)[0],
    }
    seconds: dict[str, list[float]] = {name: [] for name in variants}
    for batch in _batches(workspace, base, spec, count + 1):
        for name, loss in variants.items():
            started = time.perf_counter()
            loss(batch).backward()
            seconds[name].append(time.perf_counter() - started)
            for one in (whole, half, fused):
                one.zero_grad()
    return {name: statistics.median(times[1:]) for name, times in seconds.items()}


def _batches(workspace: Any, base: Path, spec: Any, count: int) -> list[Any]:
    import torch

    from studio.chat.tokenizer import load_tokenizer
    from studio.training.learning.phrasings import thin_phrasings
    from studio.training.learning.rows import shorten_repeated_answers, tokenize
    from studio.training.learning.sampler import LengthGroupedSampler
    from studio.workspace.datasets import read_rows

    tokenizer = load_tokenizer(base)
    rows = thin_phrasings(list(read_rows(workspace, spec.dataset)), most=spec.rows_per_answer)
    tokenized = tokenize(tokenizer, random.Random(1).sample(rows, len(rows)), max_length=spec.max_length)
    shown = shorten_repeated_answers(tokenized, whole=spec.whole_answer_rows, opening=spec.opening_tokens).rows
    order = list(LengthGroupedSampler([len(row.input_ids) for row in shown], batch_size=ROWS, seed=1))
    batches = []
    for start in range(0, count * ROWS, ROWS):
        group = [shown[index] for index in order[start : start + ROWS]]
        width = max(len(row.input_ids) for row in group)
        padded = [(width - len(row.input_ids), row) for row in group]
        batches.append(
            {
                "input_ids": torch.tensor([row.input_ids + [tokenizer.pad_token_id] * pad for pad, row in padded]),
                "attention_mask": torch.tensor([[1] * len(row.input_ids) + [0] * pad for pad, row in padded]),
                "labels": torch.tensor([row.labels + [-100] * pad for pad, row in padded]),
            }
        )
    return batches


if __name__ == "__main__":
    main()

"""Rows a second: stock TRL SFTTrainer against the studio's trainer, same rows, same model, same rank, in one run.

    python -m benchmarks.train [--steps 8] [--json]

Both train the embedded model with LoRA r=16 on all linear layers in the number format this machine computes fastest, batch 8 x accumulation 2.
Stock TRL is taken as it comes (sdpa attention, its fused head, random order); the studio's trainer as `cpu-demo` sets it. Each runs in a
process of its own, one after the other, twice in alternation; the best of each counts, because the machine may be shared.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BATCH, ACCUMULATION = 8, 2
REPEATS = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", choices=["stock_trl", "studio"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        print(json.dumps(measure(options.only, options.steps)))
        return
    results: dict[str, list[dict[str, float]]] = {"stock_trl": [], "studio": []}
    for _ in range(REPEATS):
        for name, measured in results.items():
            command = [sys.executable, "-m", "benchmarks.train", "--only", name, "--steps", str(options.steps)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            measured.append(json.loads(done.stdout.splitlines()[-1]))
            print(f"{name}: {measured[-1]}", file=sys.stderr)
    best = {name: max(measured, key=lambda one: one["rows_per_s"]) for name, measured in results.items()}
    summary = {
        "rows_per_s": {name: one["rows_per_s"] for name, one in best.items()},
        "ratios": {"stock_trl": round(best["studio"]["rows_per_s"] / best["stock_trl"]["rows_per_s"], 2)},
        "peak_memory_mb": {name: one["peak_memory_mb"] for name, one in best.items()},
        "final_loss": {name: one["final_loss"] for name, one in best.items()},
    }
    print(json.dumps(summary, indent=None if options.json else 2))


def measure(name: str, steps: int) -> dict[str, float]:
    from datasets import Dataset
    from transformers import set_seed
    from trl import SFTConfig, SFTTrainer

    from studio.chat.catalog import find_model, prepare_model
    from studio.chat.loading import load_base, pick_device
    from studio.chat.tokenizer import load_tokenizer
    from studio.dataset.importing.registry import import_registry
    from studio.settings import Settings
    from studio.training.callbacks import peak_memory_mb
    from studio.training.rows import tokenize
    from studio.training.sft import lora_config, sft_config, speed_up_on_cpu
    from studio.training.spec import TrainSpec
    from studio.training.trainer import SupportTrainer
    from studio.workspace.datasets import read_rows
    from studio.workspace.layout import Workspace

    workspace = Workspace.from_settings(Settings(home=Path(tempfile.gettempdir()) / "studio-benchmark"))
    base, device = prepare_model(workspace, find_model("smollm2-135m-instruct")), pick_device()
    dataset = import_registry(workspace, workspace.samples / "dataset_info.json", ["airline", "ecommerce", "printers"]).dataset.id
    spec = TrainSpec(
        dataset=dataset,
        max_steps=steps,
        per_device_train_batch_size=BATCH,
        gradient_accumulation_steps=ACCUMULATION,
        attention="eager",
    )
    rows = list(read_rows(workspace, dataset))
    tokenizer = load_tokenizer(base)
    set_seed(spec.seed)
    ours = sft_config(spec, device, Path(tempfile.mkdtemp()))
    ours.save_strategy = "no"
    if name == "studio":
        kind, args, attention = SupportTrainer, ours, spec.attention
        data = Dataset.from_dict(tokenize(tokenizer, rows, max_length=spec.max_length).columns())
    else:
        kind, attention = SFTTrainer, None
        data = Dataset.from_list([{"prompt": list(row.messages[:-1]), "completion": [row.messages[-1]]} for row in rows])
        same = (
            "learning_rate",
            "lr_scheduler_type",
            "warmup_steps",
            "max_steps",
            "bf16",
            "fp16",
            "use_cpu",
            "seed",
            "max_grad_norm",
            "optim",
        )
        args = SFTConfig(
            output_dir=tempfile.mkdtemp(),
            per_device_train_batch_size=BATCH,
            gradient_accumulation_steps=ACCUMULATION,
            gradient_checkpointing=False,
            max_length=spec.max_length,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            logging_steps=1,
            dataloader_pin_memory=False,
            **{field: getattr(ours, field) for field in same},
        )
    model = load_base(base, device, attention=attention)
    trainer = kind(
        model=model,
        args=args,
        train_dataset=data,
        processing_class=tokenizer,
        peft_config=lora_config(spec, model),
    )
    if name == "studio":
        speed_up_on_cpu(trainer)
    started = time.monotonic()
    trainer.train()
    seconds = time.monotonic() - started
    losses = [float(entry["loss"]) for entry in trainer.state.log_history if "loss" in entry]
    return {
        "rows_per_s": round(steps * BATCH * ACCUMULATION / seconds, 3),
        "peak_memory_mb": round(peak_memory_mb()),
        "final_loss": round(losses[-1], 4),
    }


if __name__ == "__main__":
    main()

"""Rows a second and peak memory: stock TRL SFTTrainer, the studio's trainer, and LLaMA-Factory where it is at hand, all in one run.

    python -m benchmarks.train [--steps 10] [--ladder] [--json]
    PEER_LLAMAFACTORY=/path/to/llamafactory-cli python -m benchmarks.train

All train the embedded model, LoRA r=16 on all linear layers of all its layers, on the same rows with whole answers, each row once, 16 rows a step, 512
tokens at most. The peers get batch 4 x accumulation 4 and are otherwise as they come; `llamafactory_eager` has its own flag `flash_attn: disabled`. Each runs
in a process of its own. `final_loss` is measured in the same way for all: the mean loss of the learned tokens of these rows, with the adapter that was saved.

`--ladder` takes what the studio changes one after the other, each with all before it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studio.chat.loading import Device
    from studio.training.settings.spec import TrainSpec
    from studio.workspace.datasets import Row

ROWS_A_STEP = 16
RANK, LEARNING_RATE, MAX_LENGTH, SEED = 16, 2e-4, 512, 42
_RUNGS = (
    "learned tokens only",
    "no logits held",
    "similar length",
    "eager attention",
    "adapters in bf16",
    "batch 8",
    "fused layers",
    "beginning once",
)
PEER = "PEER_LLAMAFACTORY"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--ladder", action="store_true", help="every change of the studio's by itself")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        print(json.dumps(measure(options.only, options.steps)))
        return
    names = ["stock_trl", *(_RUNGS[:-1] if options.ladder else ()), "studio"]
    if os.environ.get(PEER):
        names += ["llamafactory", "llamafactory_eager"]
    measured = {}
    for name in names:
        command = [sys.executable, "-m", "benchmarks.train", "--only", name, "--steps", str(options.steps)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            print(f"{name}: left out, it failed as said above", file=sys.stderr)
            continue
        measured[name] = json.loads(done.stdout.splitlines()[-1])
        print(f"{name}: {measured[name]}", file=sys.stderr)
    if "studio" not in measured:
        sys.exit("Nothing to compare with: the studio's own training failed, see above.")
    ours = measured["studio"]["rows_per_s"]
    summary = {
        "rows_per_s": {name: one["rows_per_s"] for name, one in measured.items()},
        "ratios": {name: round(ours / one["rows_per_s"], 2) for name, one in measured.items() if name != "studio"},
        "peak_memory_mb": {name: one["peak_memory_mb"] for name, one in measured.items()},
        "final_loss": {name: one["final_loss"] for name, one in measured.items()},
    }
    print(json.dumps(summary, indent=None if options.json else 2))


def measure(name: str, steps: int) -> dict[str, float]:
    """One of them, in this process or, LLaMA-Factory, in one of its own."""
    from studio.chat.catalog import find_model, prepare_model
    from studio.dataset.importing.registry import import_registry
    from studio.settings import Settings
    from studio.workspace.datasets import read_rows
    from studio.workspace.layout import Workspace

    workspace = Workspace.from_settings(Settings(home=Path(tempfile.gettempdir()) / "studio-benchmark"))
    base = prepare_model(workspace, find_model("smollm2-135m-instruct"))
    dataset = import_registry(workspace, workspace.samples / "dataset_info.json", ["airline", "ecommerce", "printers"]).dataset.id
    everything = list(read_rows(workspace, dataset))
    count = steps * ROWS_A_STEP
    rows = [everything[index * len(everything) // count] for index in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        adapter = Path(folder) / "adapter"
        if name.startswith("llamafactory"):
            seconds, peak = _llamafactory(base, rows, adapter, eager=name.endswith("eager"))
        else:
            seconds, peak = _here(name, base, rows, dataset, adapter)
        return {
            "rows_per_s": round(count / seconds, 3),
            "peak_memory_mb": round(peak),
            "final_loss": round(_loss(base, adapter, rows), 4),
        }


def _here(name: str, base: Path, rows: Sequence[Row], dataset: str, adapter: Path) -> tuple[float, float]:
    """Train by TRL's trainer or the studio's; seconds of the training, and the process's peak in MB."""
    from transformers import set_seed
    from trl import SFTTrainer

    from studio.chat.loading import load_base, pick_device
    from studio.chat.tokenizer import load_tokenizer
    from studio.training.learning import head
    from studio.training.learning.adapters import compute_adapters_in_input_dtype
    from studio.training.learning.fused import fuse_layers
    from studio.training.learning.trainer import SupportTrainer
    from studio.training.running.callbacks import peak_memory_mb
    from studio.training.settings.spec import TrainSpec
    from studio.training.sft import lora_config

    changes = frozenset(_RUNGS[: _RUNGS.index(name) + 1] if name in _RUNGS else _RUNGS if name == "studio" else ())
    batch = 8 if "batch 8" in changes else 4
    spec = TrainSpec(
        dataset=dataset,
        learning_rate=LEARNING_RATE,
        lora_rank=RANK,
        num_train_epochs=1,
        max_length=MAX_LENGTH,
        seed=SEED,
        per_device_train_batch_size=batch,
        gradient_accumulation_steps=ROWS_A_STEP // batch,
        group_by_length="similar length" in changes,
        attention="eager" if "eager attention" in changes else "sdpa",
    )
    device, tokenizer = pick_device(), load_tokenizer(base)
    set_seed(SEED)
    model = load_base(base, device, attention=spec.attention)
    trainer = (SupportTrainer if changes else SFTTrainer)(
        model=model,
        args=_arguments(spec, device, stock=not changes),
        train_dataset=_columns(rows, tokenizer, stock=not changes),
        processing_class=tokenizer,
        peft_config=lora_config(spec, model),
    )
    plain = head._is_plain
    if "no logits held" not in changes:
        head._is_plain = lambda *_: False
    if "adapters in bf16" in changes:
        compute_adapters_in_input_dtype(trainer.model)
    if "fused layers" in changes:
        fused = fuse_layers(trainer.model)
        trainer.share_beginnings = "beginning once" in changes and fused == trainer.model.config.num_hidden_layers
    started = time.monotonic()
    trainer.train()
    seconds = time.monotonic() - started
    head._is_plain = plain
    trainer.model.save_pretrained(adapter)
    return seconds, peak_memory_mb()


def _arguments(spec: TrainSpec, device: Device, *, stock: bool) -> Any:
    from trl import SFTConfig

    from studio.training.sft import sft_config

    ours = sft_config(spec, device, Path(tempfile.mkdtemp()))
    ours.save_strategy = "no"
    if not stock:
        return ours
    same = (
        "learning_rate",
        "lr_scheduler_type",
        "warmup_steps",
        "num_train_epochs",
        "bf16",
        "fp16",
        "use_cpu",
        "seed",
        "max_grad_norm",
    )
    return SFTConfig(
        output_dir=tempfile.mkdtemp(),
        per_device_train_batch_size=spec.per_device_train_batch_size,
        gradient_accumulation_steps=spec.gradient_accumulation_steps,
        gradient_checkpointing=False,
        max_length=spec.max_length,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        logging_steps=1,
        dataloader_pin_memory=False,
        **{field: getattr(ours, field) for field in same},
    )


def _columns(rows: Sequence[Row], tokenizer: Any, *, stock: bool) -> Any:
    from datasets import Dataset

    from studio.training.learning.rows import tokenize

    if not stock:
        return Dataset.from_dict(tokenize(tokenizer, rows, max_length=MAX_LENGTH).columns())
    return Dataset.from_list([{"prompt": list(row.messages[:-1]), "completion": [row.messages[-1]]} for row in rows])


def _llamafactory(base: Path, rows: Sequence[Row], adapter: Path, *, eager: bool) -> tuple[float, float]:
    """Train by LLaMA-Factory's command; the seconds that its trainer says it took, and the process's peak in MB."""
    data = adapter.parent
    turns = [{"messages": list(row.messages)} for row in rows]
    (data / "rows.json").write_text(json.dumps(turns), encoding="utf-8")
    tags = {
        "role_tag": "role",
        "content_tag": "content",
        "user_tag": "user",
        "assistant_tag": "assistant",
        "system_tag": "system",
    }
    entry = {"file_name": "rows.json", "formatting": "sharegpt", "columns": {"messages": "messages"}, "tags": tags}
    (data / "dataset_info.json").write_text(json.dumps({"rows": entry}), encoding="utf-8")
    settings = {
        "model_name_or_path": str(base), "stage": "sft", "do_train": True, "finetuning_type": "lora", "lora_target": "all", "lora_rank": RANK,
        "lora_alpha": 2 * RANK, "template": "smollm2", "dataset": "rows", "dataset_dir": str(data), "cutoff_len": MAX_LENGTH,
        "per_device_train_batch_size": 4, "gradient_accumulation_steps": 4, "learning_rate": LEARNING_RATE, "num_train_epochs": 1,
        "lr_scheduler_type": "cosine", "warmup_ratio": 0.05, "use_cpu": True, "bf16": True, "seed": SEED, "logging_steps": 1, "save_strategy": "no",
        "report_to": "none", "output_dir": str(adapter), "overwrite_output_dir": True, **({"flash_attn": "disabled"} if eager else {}),
    }  # fmt: skip
    config = data / "peer.yaml"  # JSON is YAML, and its own reading of a .json file fails
    config.write_text(json.dumps(settings), encoding="utf-8")
    done = subprocess.run(
        [os.environ[PEER], "train", str(config)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},
    )
    if done.returncode:
        sys.exit(f"LLaMA-Factory failed: {done.stderr[-2000:]}")
    seconds = json.loads((adapter / "train_results.json").read_text())["train_runtime"]
    return float(seconds), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _loss(base: Path, adapter: Path, rows: Sequence[Row]) -> float:
    """Mean negative log-likelihood of the learned tokens of all rows, in nats, in fp32."""
    import torch
    from peft import PeftModel

    from studio.chat.loading import Device, load_base
    from studio.chat.tokenizer import load_tokenizer
    from studio.training.learning.rows import tokenize
    from studio.training.learning.trainer import answer_loss

    model = PeftModel.from_pretrained(load_base(base, Device("cpu", torch.float32), attention="eager"), adapter).eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for row in tokenize(load_tokenizer(base), rows, max_length=MAX_LENGTH).rows:
            ids = torch.tensor([row.input_ids])
            inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": torch.tensor([row.labels])}
            loss, learned = answer_loss(model.get_base_model(), inputs)
            total, count = total + float(loss), count + learned
    return total / count


if __name__ == "__main__":
    main()

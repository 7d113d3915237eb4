"""Make the adapter that ships with the studio from a training run: bf16 weights, and a manifest that says how it was made and how it scores.

    python -m benchmarks.ship RUN --name fourteen-industries [--report REPORT ...] [--home FOLDER]

Give the reports that measured the run, or the adapter itself once it lies there. The folder `data/adapters/NAME` is replaced.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

from studio.chat.catalog import find_model, weights_digest
from studio.settings import Settings
from studio.workspace.datasets import read_manifest
from studio.workspace.files import write_json_atomically
from studio.workspace.layout import Workspace
from studio.workspace.reports import read_report
from studio.workspace.runs import Run, find_run

_WEIGHTS = "adapter_model.safetensors"
_CONFIG = "adapter_config.json"
_NOT_SETTINGS = ("job", "dataset", "model")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("--name", required=True)
    parser.add_argument("--report", action="append", default=[])
    parser.add_argument("--home", type=Path, default=None)
    options = parser.parse_args()
    workspace = Workspace.from_settings(Settings(home=options.home) if options.home else Settings())
    run = find_run(workspace, options.run)
    folder = workspace.shipped_adapters / options.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _write_weights(run.folder / "adapter", folder)
    manifest = _manifest(workspace, run, folder, [read_report(workspace, report) for report in options.report])
    write_json_atomically(folder / "manifest.json", manifest)
    (folder / "digest.json").unlink(missing_ok=True)  # a note of the machine, made again where it is needed
    print(
        json.dumps({"folder": str(folder), "megabytes": round((folder / _WEIGHTS).stat().st_size / 1e6, 2), **manifest}, indent=2)
    )


def _write_weights(adapter: Path, folder: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    weights = {name: tensor.to(torch.bfloat16) for name, tensor in load_file(adapter / _WEIGHTS).items()}
    save_file(weights, folder / _WEIGHTS, metadata={"format": "pt"})
    config = json.loads((adapter / _CONFIG).read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = None  # it was a path of the machine that trained it; the manifest names the model
    (folder / _CONFIG).write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _manifest(workspace: Workspace, run: Run, folder: Path, reports: list[dict[str, Any]]) -> dict[str, Any]:
    spec = dict(run.spec)
    dataset = read_manifest(workspace, spec["dataset"])
    return {
        "base_model": spec["model"],
        "hub_id": find_model(spec["model"]).hub_id,
        "licence": find_model(spec["model"]).licence,
        "dataset": dataset.id,
        "dataset_fingerprint": dataset.fingerprint,
        "rows": dataset.rows,
        "settings": {key: value for key, value in spec.items() if key not in _NOT_SETTINGS},
        "training": {key: run.recorded.result[key] for key in ("steps", "seconds", "final_loss")},
        "digest": weights_digest(folder),
        "scores": [_score(report, run.id, folder.name) for report in reports],
    }


def _score(report: dict[str, Any], run: str, name: str) -> dict[str, Any]:
    tuned = next(model for model in report["models"] if model["model"] in {run, name})
    return {"question_set": report["question_set"], "passed": tuned["passed"], "items": tuned["items"], "wilson": tuned["wilson"]}


if __name__ == "__main__":
    main()

"""An export's folder, written aside: weights, tokenizer, card, and what the form adds. Imports torch; only the job imports this.

adapter   adapter_config.json, adapter_model.safetensors, the tokenizer with its chat template, README.md, manifest.json
merged    config.json, model.safetensors (or as many files as the base has), and the same around them
vllm      as merged, and support_template.jinja, system_prompt.txt, and the adapter by itself in adapter/
ollama    as merged, and Modelfile, Modelfile.adapter, and the adapter by itself in adapter/
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from studio.chat.catalog import weights_digest
from studio.chat.tokenizer import load_tokenizer
from studio.jobs.progress import Reporter
from studio.training.exporting.card import Card, render_model_card
from studio.training.exporting.headers import size_of_weights
from studio.training.exporting.lora import CONFIG_FILE, WEIGHTS_FILE, Lora, read_lora
from studio.training.exporting.manifest import Agreement, write_model_manifest
from studio.training.exporting.merging import merge, number_format
from studio.training.exporting.modelfile import ADAPTER_MODELFILE, MODELFILE, modelfile, speaks_chatml, stop_words
from studio.training.exporting.portable import copy_config, copy_tokenizer, write_support_template
from studio.training.exporting.provenance import Provenance
from studio.training.exporting.spec import ExportSpec, Form
from studio.training.exporting.verifying import Checked, choose_prompts, compare
from studio.workspace.files import read_json, write_json_atomically
from studio.workspace.layout import Workspace

_MEGABYTE = 1_000_000  # bytes
_CONTEXT = 4096  # tokens of a conversation in Ollama, which keeps memory for all of them; less where the model takes less


def build(
    workspace: Workspace, reporter: Reporter, spec: ExportSpec, provenance: Provenance, base: Path, folder: Path
) -> Checked | None:
    """Write the export into `folder`, which exists and is empty. Returns what came of verifying the merge, where there is one.

    Raises:
        BadInput: the adapter is none that can be exported, or does not fit its base model.
        EngineError: a model can't be loaded, or fails while answering.
        Stopped: somebody asked to.
    """
    lora, agreement, checked = read_lora(provenance.adapter), None, None
    copy_tokenizer(base, folder)
    if spec.form.merges:
        _merge(reporter, base, lora, folder)
        checked, agreement = _verify(workspace, reporter, provenance, base, folder)
    else:
        _copy_adapter(lora, provenance, folder)
    reporter.phase("writing the card")
    chatml = speaks_chatml(load_tokenizer(base))
    if spec.form in {Form.VLLM, Form.OLLAMA}:
        (folder / "adapter").mkdir()
        _copy_adapter(lora, provenance, folder / "adapter")
    if spec.form is Form.VLLM:
        write_support_template(folder)
    if spec.form is Form.OLLAMA:
        _write_modelfiles(provenance, base, folder, chatml=chatml)
    kind = "merged" if spec.form.merges else "adapter"
    made = write_model_manifest(
        folder, provenance.made, kind=kind, base_digest=weights_digest(base), digest=_digest(folder), agreement=agreement
    )  # fmt: skip
    card = Card(
        provenance, made, spec.form, spec.repo, chatml, lora.rank, number_format(base), size_of_weights(folder) / 1e6
    )  # fmt: skip
    (folder / "README.md").write_text(render_model_card(card), encoding="utf-8")
    return checked


def _merge(reporter: Reporter, base: Path, lora: Lora, folder: Path) -> None:
    reporter.phase("merging")
    tell = _told(reporter)
    merge(base, lora, folder, progress=lambda done, total: tell(done // _MEGABYTE, max(1, total // _MEGABYTE)))
    copy_config(base, folder)


def _verify(
    workspace: Workspace, reporter: Reporter, provenance: Provenance, base: Path, folder: Path
) -> tuple[Checked, Agreement]:
    reporter.phase("comparing answers")
    prompts = choose_prompts(workspace, provenance.data)
    checked = compare(base, provenance.adapter, folder, prompts, progress=_told(reporter))
    agreement = Agreement(
        prompts=checked.prompts, agree=checked.agree, asked=prompts.asked, computed_in=checked.computed_in, weights=number_format(base)
    )  # fmt: skip
    return checked, agreement


def _copy_adapter(lora: Lora, provenance: Provenance, folder: Path) -> None:
    shutil.copyfile(lora.folder / WEIGHTS_FILE, folder / WEIGHTS_FILE)
    write_json_atomically(folder / CONFIG_FILE, lora.portable_config(provenance.base.hub_id))


def _write_modelfiles(provenance: Provenance, base: Path, folder: Path, *, chatml: bool) -> None:
    generation = read_json(base / "generation_config.json") if (base / "generation_config.json").exists() else {}
    stop = stop_words(load_tokenizer(base), generation)
    context = min(_CONTEXT, int(read_json(base / "config.json").get("max_position_embeddings", _CONTEXT)))
    title = f"{provenance.name}: {provenance.base.hub_id}, fine-tuned on support answers with Firstline Studio."
    merged = modelfile(comment=title, source=".", adapter=None, chatml=chatml, stop=stop, context=context)
    comment = f"{title}\nThe adapter apart from its base model; README.md says how the two files are made."
    apart = modelfile(
        comment=comment, source="./base.gguf", adapter="./adapter.gguf", chatml=chatml, stop=stop, context=context
    )  # fmt: skip
    (folder / MODELFILE).write_text(merged, encoding="utf-8")
    (folder / ADAPTER_MODELFILE).write_text(apart, encoding="utf-8")


def _digest(folder: Path) -> str:
    """Of the weights in the folder. It is in the manifest: the note that `weights_digest` keeps is for a folder that stays here."""
    digest = weights_digest(folder)
    (folder / "digest.json").unlink(missing_ok=True)
    return digest


def _told(reporter: Reporter) -> Callable[[int, int], None]:
    """Reports progress, and ends the work when somebody asked for it."""

    def tell(done: int, total: int) -> None:
        reporter.check_stop()
        reporter.progress(done, total)

    return tell

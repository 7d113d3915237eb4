"""`export-model` and `import-model`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from studio.cli.output import errors, follow, print_json, results
from studio.cli.workspace import Json, open_workspace
from studio.training.exporting.importing import import_model as import_folder
from studio.training.exporting.manifest import is_rounding
from studio.training.exporting.provenance import provenance_of
from studio.training.exporting.requests import export_spec, repository_for, request_export
from studio.training.exporting.spec import Form
from studio.workspace.runs import Run, RunState, Status


def export_model(
    model: Annotated[str, typer.Argument(help="A tuned model, as `models` lists it: a run's id, or an imported or shipped model's name.")],
    as_: Annotated[
        Form, typer.Option("--as", help="adapter: a PEFT folder. merged: the whole model. vllm, ollama: that, ready to be served.")
    ] = Form.ADAPTER,
    out: Annotated[Path | None, typer.Option(help="The folder to make; by default in the run's own.")] = None,
    push: Annotated[str, typer.Option(metavar="OWNER/NAME", help="Upload it to the Hugging Face Hub, with the token in HF_TOKEN.")] = "",
    public: Annotated[bool, typer.Option("--public", help="With --push: everybody may read it; otherwise only the owner.")] = False,
    update: Annotated[bool, typer.Option("--update", help="With --push: write to a repository that exists.")] = False,
    json_: Json = False,
) -> None:  # fmt: skip
    """Make a folder of a tuned model that other programs load, with a card; a merge is verified on 20 prompts."""
    settings, workspace, queue = open_workspace()
    spec = export_spec(
        workspace, settings, model=model, form=as_, folder=out, repo=push, public=public, update=update
    )  # fmt: skip
    if spec.repo:
        repository = repository_for(settings, spec.repo, public=public, update=update)
        warning = provenance_of(workspace, model).warning or ""
        errors.print(f"It goes to {repository.url}: {repository.in_words}. {warning}", highlight=False, soft_wrap=True)
    run = request_export(queue, spec)
    status = follow(queue, run, f"Exporting {model}")
    if json_:
        print_json(export_result(run, status))
    elif status.state is RunState.SUCCEEDED:
        for sentence in _sentences(status.result):
            results.print(sentence, highlight=False, soft_wrap=True)
    else:
        results.print(f"Run {run.id} was {status.state}: nothing was exported.", highlight=False)


def import_model(
    folder: Annotated[Path, typer.Argument(help="A folder with a PEFT adapter or a merged model, for example an export.")],
    name: Annotated[str, typer.Option(help="What to call it; the folder's name by default.")] = "",
    base_model: Annotated[
        str | None, typer.Option(help="Its base model by catalog name, where the folder does not say it.")
    ] = None,
    json_: Json = False,
) -> None:
    """Take a tuned model from a folder, so that Arena, chat and evaluations can choose it. Only safetensors are taken."""
    _, workspace, _ = open_workspace()
    imported = import_folder(workspace, folder, name=name, base_model=base_model)
    if json_:
        notes = list(imported.notes)
        print_json(
            {
                "model": imported.name,
                "kind": imported.kind,
                "base_model": imported.base_model,
                "digest": imported.digest,
                "notes": notes,
            }
        )
        return
    what = "an adapter" if imported.kind == "adapter" else "a merged model"
    results.print(f"{imported.name} is here: {what} of {imported.base_model}.", highlight=False, soft_wrap=True)
    for note in imported.notes:
        errors.print(note, highlight=False, soft_wrap=True)


def export_result(run: Run, status: Status) -> dict[str, Any]:
    """What `export-model --json` prints."""
    names = ("folder", "bytes", "prompts", "agree", "computed_in", "differing", "url")
    return {
        "run": run.id,
        "state": status.state.value,
        "as": run.spec["form"],
        **{name: status.result.get(name) for name in names},
    }


def _sentences(result: Mapping[str, Any]) -> list[str]:
    sentences = [f"{result['bytes'] / 1e6:,.1f} MB in {result['folder']}."]
    if result["prompts"]:
        said = f"Merged and asked again: {result['agree']} of {result['prompts']} answers are the same as before"
        sentences.append(f"{said}, word for word ({result['computed_in']}).")
        if not is_rounding(result["agree"], result["prompts"]):
            sentences.append("Rounding does not explain so many: do not use it before somebody has found out why.")
    if result["url"]:
        sentences.append(f"It is at {result['url']}.")
    return sentences

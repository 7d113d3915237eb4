"""`identity`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studio.cli.output import errors, print_json, results
from studio.cli.workspace import Json, open_workspace
from studio.dataset.identity.brand import IdentityForm
from studio.dataset.identity.from_file import render_file
from studio.dataset.identity.saving import save_identity
from studio.dataset.identity.templates import render_templates
from studio.placeholders import parse_values
from studio.ui.views.figures import count

_SHOWN = 10


def identity(
    name: Annotated[str, typer.Option(help="What the assistant is called.")],
    company: Annotated[str, typer.Option(help="Whose it is.")],
    language: Annotated[list[str] | None, typer.Option(help="en or zh; may be given several times. English by default.")] = None,
    tone: Annotated[str, typer.Option(help="friendly, formal or brief.")] = "friendly",
    helps_with: Annotated[str, typer.Option(help="Completes 'I can help you with ...'.")] = "",
    helps_with_zh: Annotated[str, typer.Option(help="The same in Chinese.")] = "",
    never_say: Annotated[list[str] | None, typer.Option(help="A phrase that no answer says. May be repeated.")] = None,
    file: Annotated[Path | None, typer.Option(help="An identity file of your own with {{name}} and {{author}}.")] = None,
    fill: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE; fills another placeholder of that file. May be repeated.")
    ] = None,
    json_: Json = False,
) -> None:
    """Make a dataset that teaches the model who it is and whose."""
    settings, workspace, _ = open_workspace()
    form = IdentityForm(name, company, tone, language or ("en",), helps_with, helps_with_zh, "\n".join(never_say or ()))
    brand = form.brand()
    if file is None:
        rendered = render_templates(brand)
    else:
        rendered = render_file(file, brand, values=parse_values(fill or ()), max_bytes=settings.max_upload_bytes)
    result = save_identity(workspace, brand, rendered)
    if json_:
        print_json(result.to_json())
        return
    results.print(f"Dataset {result.dataset.id}: {count(result.rows, 'row')}, {result.rejected} left out.", highlight=False)
    for problem in result.problems[:_SHOWN]:
        errors.print(f"  row {problem.row + 1:,}: {problem.message}", highlight=False, soft_wrap=True)
    if len(result.problems) > _SHOWN:
        errors.print(f"  ... and {len(result.problems) - _SHOWN} more; --json lists them all.", highlight=False)

"""`serve` and `demo`."""

from __future__ import annotations

from typing import Annotated

import typer

from studio.cli.output import print_json
from studio.cli.workspace import Json
from studio.settings import load_settings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; beyond loopback the studio is public.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on.")] = None,
    json_: Json = False,
) -> None:
    """Serve the studio's pages until interrupted."""
    settings = load_settings()
    changes = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = settings.model_copy(update=changes)
    from studio.ui.app import serve as serve_pages
    from studio.ui.context import Studio

    if json_:
        print_json({"url": settings.base_url, "public": settings.public})
    serve_pages(Studio.open(settings))


def demo(
    quick: Annotated[bool, typer.Option(help="Fewer steps: the whole loop in under five minutes, at lower accuracy.")] = False,
    serve: Annotated[bool, typer.Option(help="Keep the studio running after the table.")] = True,
    json_: Json = False,
) -> None:
    """Import the sample data, train, evaluate base and tuned, share the report, and serve it all."""
    from studio.cli.demo import run_demo

    result = run_demo(load_settings(), quick=quick, serve=serve)
    if json_:
        print_json(result)

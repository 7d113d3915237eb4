"""`share`."""

from __future__ import annotations

from typing import Annotated

import typer

from studio.cli.output import print_json, results
from studio.cli.workspace import Json, open_workspace
from studio.sharing.links import ShareLinks
from studio.workspace.database import Database


def share(
    report: Annotated[str, typer.Argument(help="Report id, as `eval` prints it.")],
    days: Annotated[int, typer.Option(help="Days until the link dies.")] = 30,
    title: Annotated[str | None, typer.Option(help="The page's title.")] = None,
    json_: Json = False,
) -> None:
    """Make a link that opens a read-only copy of a report for anyone who has it."""
    settings, workspace, _ = open_workspace()
    links = ShareLinks(workspace, Database(workspace))
    link = links.create(report, days=days, title=title, base_url=settings.base_url)
    expires = link.expires.isoformat() if link.expires else None
    if json_:
        print_json({"url": link.url, "expires": expires})
    else:
        results.print(f"{link.url}\nuntil {expires}; it opens while the studio runs (`python -m studio serve`).", highlight=False)

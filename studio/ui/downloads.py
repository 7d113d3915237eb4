"""Exports to take away: `/exports/<run>.zip`, made while it is sent, for the operator only."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from studio.errors import NotAllowed, StudioError
from studio.training.exporting.archive import zip_stream
from studio.training.exporting.requests import find_export, folder_of, made_by
from studio.ui.access import require_operator
from studio.ui.context import Studio
from studio.ui.text import train_export as text


@dataclass(frozen=True)
class ExportDownloads:
    """The address that hands exports out."""

    studio: Studio

    def routes(self) -> list[Route]:
        """For the server's table of addresses."""
        return [Route("/exports/{run}.zip", self.send)]

    def send(self, request: Request) -> Response:
        """The folder of one export as a zip."""
        try:
            require_operator(self.studio.settings, gr.Request(request), to=text.MAY_DOWNLOAD)
            run = find_export(self.studio.workspace, request.path_params["run"])
        except NotAllowed as error:
            return PlainTextResponse(error.message, 403)
        except StudioError as error:
            return PlainTextResponse(error.message, 404)
        if made_by(run) is None:
            return PlainTextResponse(text.NOT_THERE, 404)
        name = f"{run.spec['model']}-{run.spec['form']}"
        headers = {"Content-Disposition": f'attachment; filename="{name}.zip"', "Cache-Control": "no-store"}
        return StreamingResponse(zip_stream(folder_of(run), inside=name), media_type="application/zip", headers=headers)

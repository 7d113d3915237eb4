"""The multi-page app: one page a route, and how it is served."""

from __future__ import annotations

import os
from typing import Any

import gradio as gr

from studio.ui import http
from studio.ui.context import Studio
from studio.ui.pages import arena, dashboard, data, home, identity, manuals, share, train
from studio.ui.text.common import APP_NAME, PAGE_NAMES
from studio.ui.theme import CSS, theme

_PAGES = {
    "data": data,
    "identity": identity,
    "manuals": manuals,
    "train": train,
    "arena": arena,
    "dashboard": dashboard,
    "share": share,
}
_NOT_IN_NAVBAR = frozenset({"identity", "manuals"})  # reached from the Data page
_CACHE_SECONDS = 3600


def build(studio: Studio) -> gr.Blocks:
    """All pages. An event names only components of its own page (Gradio allows more, and then does nothing)."""
    # Built first and rendered then: a Blocks that is built inside another one renders itself there, and would appear twice.
    first, others = home.build(studio), {path: page.build(studio) for path, page in _PAGES.items()}
    with gr.Blocks(title=APP_NAME, analytics_enabled=False, delete_cache=(_CACHE_SECONDS, _CACHE_SECONDS)) as app:
        gr.Navbar(main_page_name="Home")
        first.render()
    for path, page in others.items():
        with app.route(PAGE_NAMES[path], path, show_in_navbar=path not in _NOT_IN_NAVBAR):
            gr.Navbar(main_page_name="Home")
            page.render()
    return app.queue(api_open=False, max_size=64)


def serve(studio: Studio, *, block: bool = True) -> gr.Blocks:
    """Serve the app at the settings' host and port; returns at once when `block` is False."""
    settings = studio.settings
    studio.keep_queue_moving()
    app = build(studio)
    # Gradio may serve files of the working directory: stand in an empty one.
    os.chdir(studio.workspace.scratch)
    app.launch(
        server_name=settings.host,
        server_port=settings.port,
        prevent_thread_lock=not block,
        theme=theme(),
        css=CSS,
        share=False,
        show_error=True,
        footer_links=[],
        ssr_mode=False,
        enable_monitoring=False,
        run_history=False,
        max_file_size=settings.max_upload_bytes,
        app_kwargs=app_kwargs(studio),
    )
    return app


def app_kwargs(studio: Studio) -> dict[str, Any]:
    """The share pages and the guard, and no API documentation."""
    return {
        "routes": http.routes(studio),
        "middleware": http.middleware(studio.settings),
        "docs_url": None,
        "redoc_url": None,
        "openapi_url": None,
    }

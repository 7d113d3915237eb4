"""Home: what the studio is for, the five steps with what is done so far, and the run at work."""

from __future__ import annotations

from typing import Any

import gradio as gr

from studio.arena.ranking import rank
from studio.sharing.links import LinkState
from studio.ui.access import identify
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.text import home as text
from studio.ui.views import home as view

_SECONDS_BETWEEN_LOOKS = 2.0


def build(studio: Studio) -> gr.Blocks:
    """The page."""
    settings = studio.settings
    key_opens = settings.public and not settings.oauth and settings.operator_key is not None
    with gr.Blocks() as page:
        gr.Markdown(f"# {text.TITLE}\n\n{text.PURPOSE}")
        for_visitors = gr.HTML(view.visitor_html(key_opens=key_opens), visible=False)
        if settings.public and settings.oauth:
            gr.LoginButton()
        work = gr.HTML(visible=False)
        steps = gr.HTML()
        clock = gr.Timer(_SECONDS_BETWEEN_LOOKS, active=False)

        @plainly
        def show(request: gr.Request) -> dict[Any, Any]:
            operator = identify(settings, request).operator
            so_far = _look_around(studio, operator=operator)
            return {
                for_visitors: gr.update(visible=not operator),
                work: gr.HTML(view.work_html(so_far.work), visible=so_far.work is not None),
                steps: view.steps_html(view.steps(so_far, operator=operator)),
                clock: gr.Timer(active=so_far.work is not None),
            }

        @plainly
        def follow(request: gr.Request) -> dict[Any, Any]:
            at_work = view.work_in_progress(studio.workspace)
            return {work: gr.HTML(view.work_html(at_work), visible=True)} if at_work else show(request)

        outputs = [for_visitors, work, steps, clock]
        page.load(show, outputs=outputs, api_name="home_show", api_visibility="private", show_progress="hidden")
        clock.tick(follow, outputs=outputs, api_name="home_follow", api_visibility="private", show_progress="hidden")
    return page


def _look_around(studio: Studio, *, operator: bool) -> view.SoFar:
    """What there is so far; a visitor is not told about links."""
    links = studio.links.listing() if operator else []
    open_links = sum(link.state is LinkState.OPEN for link in links)
    return view.look_around(studio.workspace, rankings=rank(studio.arena), open_links=open_links)

"""The list of runs, and what narrows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.text import train_runs as text
from studio.ui.views.train_runs import Listed, listed, narrowed, runs_html, tag_choices
from studio.workspace.runs import list_runs

Updates = dict[Any, Any]

# Keeps the address in step with what narrows the list.
_SET_ADDRESS = """(q, tag) => {
    const address = new URL(window.location);
    for (const [key, value] of Object.entries({q, tag}))
        if (value) address.searchParams.set(key, value); else address.searchParams.delete(key);
    history.replaceState(null, "", address);
}"""


class ListSection:
    """The list, under two fields that narrow it by words and by a tag."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        with gr.Row(visible=False) as self.fields:
            self.words = gr.Textbox(label=text.FIND, placeholder=text.FIND_PLACEHOLDER, min_width=240)
            self.tag = gr.Dropdown([], label=text.TAG, allow_custom_value=True, min_width=160)
        self.runs = gr.HTML()

    @property
    def inputs(self) -> list[Any]:
        """What narrows the list."""
        return [self.words, self.tag]

    @property
    def opened(self) -> list[Any]:
        """What opening the page changes."""
        return [*self.inputs, *self.outputs]

    @property
    def outputs(self) -> list[Any]:
        """What a refresh changes."""
        return [self.fields, self.runs]

    def wire(self, run: gr.Textbox) -> None:
        """Typing and choosing narrow the list at once; `run` holds the id of the watched run."""
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        changes = [self.words.input, self.tag.input]
        inputs = [run, *self.inputs]
        changed = gr.on(
            changes, plainly(self.show), inputs, self.outputs, api_name="train_find", trigger_mode="always_last", **quiet
        )
        changed.success(None, self.inputs, None, js=_SET_ADDRESS, api_name="train_find_address", **quiet)

    def open(self, words: str, tag: str) -> Updates:
        """The fields as the page's address asks for them."""
        return {self.words: words, self.tag: gr.Dropdown(tag_choices(self._all()), value=tag)}

    def offer_tags_after(self, event: Any) -> None:
        """Once the event has succeeded, offer the tags that there are then; the chosen one stays."""
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        event.success(plainly(self.offer_tags), None, self.tag, api_name="train_tags", **quiet)

    def offer_tags(self) -> gr.Dropdown:
        """The tags that there are now."""
        return gr.Dropdown(tag_choices(self._all()))

    def show(self, run_id: str, words: str, tag: str | None) -> Updates:
        """The list as it is now."""
        return self.shown(self._all(), run_id, words, tag)

    def shown(self, runs: Sequence[Listed], run_id: str, words: str, tag: str | None) -> Updates:
        """The list of these runs; the watched one is marked."""
        meant = narrowed(runs, words, tag or "")
        html = runs_html(meant, run_id) if meant else f'<p class="muted">{text.NOTHING_FOUND}</p>'
        return {self.fields: gr.Row(visible=bool(runs)), self.runs: gr.HTML(html, visible=bool(runs))}

    def _all(self) -> list[Listed]:
        return listed(list_runs(self._studio.workspace))

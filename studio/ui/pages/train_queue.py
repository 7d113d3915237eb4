"""The runs that wait, in their order, and how it is changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.errors import BadInput
from studio.jobs.queue import Move
from studio.ui.access import identify, require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.text import train_runs as text
from studio.ui.views.train_lines import queue_choices
from studio.workspace.runs import find_run

Updates = dict[Any, Any]

_BUTTON_WIDTH = 110  # pixels


class QueueSection:
    """The list. `stamp` says what it shows: while that stays, the list is left alone, so that a choice in it is too."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self.stamp = gr.Textbox(label="Queue", visible=False)
        with gr.Column(visible=False) as self.body:
            gr.Markdown(text.QUEUE_TITLE)
            self.chosen = gr.Radio([], label=text.QUEUE_LABEL, info=text.QUEUE_INFO)
            with gr.Row():
                self.first = gr.Button(text.QUEUE_FIRST, min_width=_BUTTON_WIDTH)
                self.up = gr.Button(text.QUEUE_UP, min_width=_BUTTON_WIDTH)
                self.down = gr.Button(text.QUEUE_DOWN, min_width=_BUTTON_WIDTH)
                self.cancel = gr.Button(text.QUEUE_CANCEL, min_width=_BUTTON_WIDTH)

    @property
    def outputs(self) -> list[Any]:
        """What a refresh changes."""
        return [self.stamp, self.body, self.chosen, self.first, self.up, self.down, self.cancel]

    def wire(self, show_after: Any) -> None:
        """The buttons; `show_after(event, name)` shows the page as it is after the event."""
        private: dict[str, Any] = {"api_visibility": "private"}
        buttons = (
            (self.first, self.start_next, "train_queue_first"),
            (self.up, self.start_earlier, "train_queue_up"),
            (self.down, self.start_later, "train_queue_down"),
            (self.cancel, self.take_out, "train_queue_cancel"),
        )
        for button, handler, name in buttons:
            show_after(button.click(plainly(handler), self.chosen, self.outputs, api_name=name, **private), name)

    def refresh(self, request: gr.Request, stamp: str) -> Updates:
        """The list as it is now; nothing where it is what `stamp` says. Whatever is chosen stays so, unless a run has left the list: it may be that one."""
        operator = identify(self._studio.settings, request).operator
        choices = queue_choices(self._studio.queue.waiting())
        now = _stamp(choices, operator=operator)
        if now == stamp:
            return {}
        left = _ids(stamp) - _ids(now)
        return self._shown(choices, gr.Radio(choices, value=None) if left else gr.Radio(choices), operator=operator)

    def start_next(self, request: gr.Request, run_id: str | None) -> Updates:
        """Let the chosen run start before all others that wait."""
        return self._move(request, run_id, Move.FIRST)

    def start_earlier(self, request: gr.Request, run_id: str | None) -> Updates:
        """Let the chosen run start one place earlier."""
        return self._move(request, run_id, Move.UP)

    def start_later(self, request: gr.Request, run_id: str | None) -> Updates:
        """Let the chosen run start one place later."""
        return self._move(request, run_id, Move.DOWN)

    def take_out(self, request: gr.Request, run_id: str | None) -> Updates:
        """Take the chosen run out of the queue.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: none is chosen, or it does not wait any more.
        """
        require_operator(self._studio.settings, request, to="take a run out of the queue")
        self._studio.queue.cancel(find_run(self._studio.workspace, _chosen(run_id)))
        gr.Info(text.QUEUE_CANCELLED.format(run=run_id))
        return self._as_it_is(chosen=None)

    def _move(self, request: gr.Request, run_id: str | None, to: Move) -> Updates:
        require_operator(self._studio.settings, request, to="change the order of the queue")
        self._studio.queue.move(find_run(self._studio.workspace, _chosen(run_id)), to)
        return self._as_it_is(chosen=run_id)

    def _as_it_is(self, *, chosen: str | None) -> Updates:
        """The list for the operator, who has just changed it."""
        choices = queue_choices(self._studio.queue.waiting())
        return self._shown(choices, gr.Radio(choices, value=chosen), operator=True)

    def _shown(self, choices: Sequence[tuple[str, str]], chosen: gr.Radio, *, operator: bool) -> Updates:
        return {
            self.stamp: _stamp(choices, operator=operator),
            self.body: gr.Column(visible=bool(choices)),
            self.chosen: chosen,
            **{button: gr.Button(interactive=operator) for button in (self.first, self.up, self.down, self.cancel)},
        }


def _stamp(choices: Sequence[tuple[str, str]], *, operator: bool) -> str:
    return json.dumps([operator, *choices])


def _ids(stamp: str) -> set[str]:
    return {run_id for _, run_id in json.loads(stamp)[1:]} if stamp else set()


def _chosen(run_id: str | None) -> str:
    if not run_id:
        raise BadInput(text.QUEUE_NONE_CHOSEN)
    return run_id

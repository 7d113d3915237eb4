"""Mix and split: choose, see the counts, make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from studio.dataset.deriving.mixing import Mix, make_mix, plan_mix
from studio.dataset.deriving.splitting import Split, make_split, plan_split
from studio.dataset.identity.proportion import advised_weights
from studio.errors import BadInput
from studio.ui.access import require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.pages.data_section import Updates, chosen_dataset
from studio.ui.text import data_mixing as text
from studio.ui.views import data_mixing as view
from studio.workspace.datasets import Manifest, read_manifest

MOST_PARTS = 6


class MixingSection:
    """The components, and what their events do. `made` shows a new dataset, with a message."""

    def __init__(self, studio: Studio, made: Callable[[Manifest, str], Updates]) -> None:
        self._settings = studio.settings
        self._workspace = studio.workspace
        self._made = made
        with gr.Accordion(text.TITLE, open=False, visible=False) as self.whole:
            with gr.Tab(text.MIX_TAB):
                self._lay_out_mix()
            with gr.Tab(text.SPLIT_TAB):
                self._lay_out_split()

    def _lay_out_mix(self) -> None:
        gr.Markdown(text.MIX_HELP)
        self.parts = gr.Dropdown(
            [],
            value=[],
            multiselect=True,
            label=text.MIX_OF,
            info=text.MIX_OF_HELP.format(most=MOST_PARTS),
            allow_custom_value=True,
        )
        with gr.Row():
            self.weights = [gr.Number(1, minimum=0, visible=False, min_width=160) for _ in range(MOST_PARTS)]
        self.advice = gr.HTML()
        with gr.Row():
            self.rows = gr.Number(0, label=text.MIX_ROWS, info=text.MIX_ROWS_HELP, precision=0, minimum=0, min_width=160)
            self.mix_seed = gr.Number(0, label=text.SEED, info=text.SEED_HELP, precision=0, min_width=160)
            self.mix_name = gr.Textbox(label=text.NAME, info=text.MIX_NAME_HELP, max_length=100, min_width=200)
        self.mix_counts = gr.HTML()
        self.mix = gr.Button(text.MIX, variant="primary", scale=0, min_width=200)

    def _lay_out_split(self) -> None:
        gr.Markdown(text.SPLIT_HELP)
        self.whole_set = gr.Dropdown(label=text.SPLIT_OF, allow_custom_value=True)
        with gr.Row():
            self.share = gr.Slider(0.05, 0.5, value=0.1, step=0.05, label=text.SHARE, min_width=200)
            self.split_seed = gr.Number(0, label=text.SEED, info=text.SEED_HELP, precision=0, min_width=160)
            self.split_name = gr.Textbox(label=text.NAME, info=text.SPLIT_NAME_HELP, max_length=90, min_width=200)
        self.split_counts = gr.HTML()
        with gr.Row():
            self.look = gr.Button(text.LOOK, scale=0, min_width=200)
            self.split = gr.Button(text.SPLIT, variant="primary", scale=0, min_width=200)

    @property
    def outputs(self) -> list[Any]:
        """What `offer` updates."""
        return [self.whole, self.parts, *self.weights, self.advice, self.mix_counts, self.whole_set, self.split_counts]

    def offer(self, manifests: Sequence[Manifest], chosen: str | None, *, operator: bool) -> Updates:
        """The datasets there are, with none chosen to mix and the page's own to split."""
        choices = view.choices(manifests)
        return {
            self.whole: gr.Accordion(visible=operator and bool(manifests)),
            self.parts: gr.Dropdown(choices, value=[]),
            **dict.fromkeys(self.weights, gr.Number(1, visible=False)),
            self.advice: "",
            self.mix_counts: "",
            self.whole_set: gr.Dropdown(choices, value=chosen),
            self.split_counts: "",
        }

    def wire(self, outputs: list[Any], then: Callable[[Any, str], None]) -> None:
        """Connect the events; `outputs` are those of `made`, `then` is told about each that makes a dataset, with its name."""
        private: dict[str, Any] = {"api_visibility": "private"}
        quiet: dict[str, Any] = {"show_progress": "hidden", **private}
        mixing = [self.parts, self.rows, self.mix_seed, *self.weights]
        shown = [*self.weights, self.advice, self.mix_counts]
        self.parts.input(plainly(self.choose_parts), mixing[:3], shown, api_name="data_mix_parts", **quiet)
        numbers = (self.rows, self.mix_seed, *self.weights)
        gr.on(
            [event for number in numbers for event in (number.input, number.submit, number.blur)],
            plainly(self.look_at_mix), mixing, self.mix_counts,
            api_name="data_mix_counts", trigger_mode="always_last", **quiet,
        )  # fmt: skip
        mixed = self.mix.click(plainly(self.make_mix), [self.mix_name, *mixing], outputs, api_name="data_mix", **private)
        then(mixed, "data_mix")
        splitting = [self.whole_set, self.share, self.split_seed]
        self.look.click(plainly(self.look_at_split), splitting, self.split_counts, api_name="data_split_counts", **private)
        made = self.split.click(
            plainly(self.make_split), [self.split_name, *splitting], outputs, api_name="data_split", **private
        )
        then(made, "data_split")

    def choose_parts(self, request: gr.Request, parts: list[str] | None, rows: float | None, seed: float | None) -> Updates:
        """The weights that the chosen datasets begin with, why, and the counts."""
        chosen = [read_manifest(self._workspace, part) for part in (parts or [])[:MOST_PARTS]]
        weights = advised_weights(chosen)
        numbers = {
            number: gr.Number(weights[index], label=text.WEIGHT_OF.format(name=chosen[index].name), visible=True)
            if index < len(chosen)
            else gr.Number(visible=False)
            for index, number in enumerate(self.weights)
        }
        return {
            **numbers,
            self.advice: view.weights_html(chosen),
            self.mix_counts: self.look_at_mix(request, parts, rows, seed, *weights),
        }

    def look_at_mix(
        self, request: gr.Request, parts: list[str] | None, rows: float | None, seed: float | None, *weights: Any
    ) -> str:
        """What the mix will hold; why it can't be made, where it can't."""
        require_operator(self._settings, request, to="mix datasets")
        if not parts:
            return ""
        try:
            return view.mix_html(self._mix(parts, rows, seed, weights))
        except BadInput as error:
            return view.refused_html(error.message)

    def make_mix(
        self,
        request: gr.Request,
        name: str | None,
        parts: list[str] | None,
        rows: float | None,
        seed: float | None,
        *weights: Any,
    ) -> Updates:
        """Make the mix.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: it can't be made so.
        """
        require_operator(self._settings, request, to="mix datasets")
        made = make_mix(self._workspace, self._mix(parts or [], rows, seed, weights), name=name or "")
        return self._made(made, view.mixed_html(made))

    def look_at_split(self, dataset: str | None, share: float | None, seed: float | None, request: gr.Request) -> str:
        """How many rows each part will have.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: it can't be split so.
        """
        require_operator(self._settings, request, to="split a dataset")
        return view.split_html(self._split(dataset, share, seed))

    def make_split(
        self, name: str | None, dataset: str | None, share: float | None, seed: float | None, request: gr.Request
    ) -> Updates:
        """Make both parts, and show the one to train on.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: it can't be split so.
        """
        require_operator(self._settings, request, to="split a dataset")
        split = self._split(dataset, share, seed)
        halves = make_split(self._workspace, split, name=name or "")
        return self._made(halves.training, view.halves_html(split, halves))

    def _mix(self, parts: list[str], rows: float | None, seed: float | None, weights: Sequence[Any]) -> Mix:
        if len(parts) > MOST_PARTS:
            raise BadInput(text.TOO_MANY.format(most=MOST_PARTS))
        chosen = {part: float(weight or 0) for part, weight in zip(parts, weights, strict=False)}
        return plan_mix(self._workspace, chosen, rows=int(rows) if rows else None, seed=int(seed or 0))

    def _split(self, dataset: str | None, share: float | None, seed: float | None) -> Split:
        return plan_split(self._workspace, chosen_dataset(dataset), share=float(share or 0), seed=int(seed or 0))

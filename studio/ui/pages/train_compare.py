"""Two to six trainings beside each other. What is shown is in the address, so that a link opens the same view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.charts import compared_curves
from studio.errors import StudioError
from studio.training.comparison import LEAST, MOST, compare_runs
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.plots import TITLE_WIDTH, embedded, plots
from studio.ui.text import train_runs as text
from studio.ui.views.train import problem_card
from studio.ui.views.train_compare import (
    FIRST_CURVE,
    comparison_html,
    curve_choices,
    curve_table_html,
    hint_html,
    links_html,
    run_choices,
    suggested_runs,
)
from studio.ui.views.train_runs import Listed, listed
from studio.workspace.adapters import ADAPTER_JOBS
from studio.workspace.history import Followers
from studio.workspace.runs import list_runs

Updates = dict[Any, Any]

# Keeps the address in step with what is shown, so that a reload and a copied address show the same.
_SET_ADDRESS = """(runs, curve) => {
    const address = new URL(window.location);
    for (const [key, value] of Object.entries({compare: (runs || []).join(","), curve: (runs || []).length ? curve : ""}))
        if (value) address.searchParams.set(key, value); else address.searchParams.delete(key);
    history.replaceState(null, "", address.toString().replaceAll("%2C", ","));
}"""


class CompareSection:
    """The choice of runs and of a curve, and what they come to."""

    def __init__(self, studio: Studio, followers: Followers) -> None:
        self._studio = studio
        self._followers = followers
        self.empty = gr.HTML(text.COMPARE_NONE, visible=False)
        with gr.Column() as self.body:
            gr.Markdown(text.COMPARE_INTRO)
            with gr.Row():
                # Not bound to the choices: the workspace knows which runs there are, and answers with a sentence.
                self.chosen = gr.Dropdown(
                    [],
                    label=text.COMPARE_RUNS,
                    multiselect=True,
                    max_choices=MOST,
                    allow_custom_value=True,
                    scale=3,
                    min_width=280,
                )
                self.curve = gr.Dropdown(
                    [], value=FIRST_CURVE, label=text.COMPARE_CURVE, allow_custom_value=True, scale=1, min_width=160
                )
            self.said = gr.HTML()
            with gr.Column(visible=False) as self.compared:
                self.links = gr.HTML()
                with plots():
                    self.plot = gr.Plot(show_label=False)
                with gr.Accordion(text.CURVE_TABLE, open=False):
                    self.numbers = gr.HTML()
                self.tables = gr.HTML()

    @property
    def inputs(self) -> list[Any]:
        """What is compared."""
        return [self.chosen, self.curve]

    @property
    def opened(self) -> list[Any]:
        """What opening the page changes."""
        return [self.chosen, *self.outputs]

    @property
    def outputs(self) -> list[Any]:
        """What choosing changes."""
        return [self.empty, self.body, self.curve, self.said, self.compared, self.links, self.plot, self.numbers, self.tables]

    def wire(self, tab: gr.Tab) -> None:
        """Every choice shows what it comes to; who opens the tab without one sees the two newest trainings that have begun."""
        quiet: dict[str, Any] = {"api_visibility": "private"}
        shown = gr.on(
            [self.chosen.input, self.curve.input], plainly(self.show), self.inputs, self.outputs, api_name="train_compare",
            trigger_mode="always_last", **quiet,
        )  # fmt: skip
        suggested = tab.select(plainly(self.suggest), self.inputs, self.opened, api_name="train_compare_open", **quiet)
        for event, name in ((shown, "train_compare_address"), (suggested, "train_compare_open_address")):
            event.success(None, self.inputs, None, js=_SET_ADDRESS, api_name=name, show_progress="hidden", **quiet)

    def open(self, asked: str | None, curve: str | None) -> Updates:
        """What the page's address asks for: ids separated by commas."""
        ids = [run_id for run_id in (asked or "").split(",") if run_id]
        choices = self._choices()
        return {
            **self.show(ids, curve or FIRST_CURVE),
            self.chosen: gr.Dropdown(choices, value=ids, multiselect=True),
            self.empty: gr.HTML(visible=len(choices) < LEAST),
            self.body: gr.Column(visible=len(choices) >= LEAST),
        }

    def suggest(self, ids: Sequence[str] | None, curve: str | None) -> Updates:
        """What was chosen as it is now; the two newest trainings that have begun where nothing was."""
        chosen = list(ids or ()) or suggested_runs(self._runs(), LEAST)
        return self.open(",".join(chosen), curve)

    def show(self, ids: Sequence[str] | None, curve: str | None) -> Updates:
        """The chosen runs beside each other, or what is missing for that."""
        chosen = list(ids or ())
        if hint := hint_html(len(chosen)):
            return {self.said: hint, self.compared: gr.Column(visible=False)}
        try:
            comparison = compare_runs(self._studio.workspace, chosen, followers=self._followers)
        except StudioError as error:
            return {self.said: problem_card(error.message), self.compared: gr.Column(visible=False)}
        offered = curve_choices(comparison)
        names = [name for _, name in offered]
        drawn = curve if curve in names else next(iter(names), FIRST_CURVE)
        return {
            self.said: "",
            self.compared: gr.Column(visible=True),
            self.curve: gr.Dropdown(offered, value=drawn),
            self.links: links_html(chosen, drawn),
            self.plot: embedded(compared_curves(comparison.curves(drawn), drawn, width=TITLE_WIDTH)) if names else None,
            self.numbers: curve_table_html(comparison, drawn),
            self.tables: comparison_html(comparison),
        }

    def _choices(self) -> list[tuple[str, str]]:
        return run_choices(self._runs())

    def _runs(self) -> list[Listed]:
        return listed(list_runs(self._studio.workspace, *ADAPTER_JOBS))

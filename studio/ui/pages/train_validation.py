"""The validations of the watched run: the newest and the best, their curves, and the table behind them."""

from __future__ import annotations

from typing import Any

import gradio as gr

from studio.charts import training_curve
from studio.charts.curves import QUANTITIES
from studio.ui.plots import TITLE_WIDTH, embedded, plots
from studio.ui.text import train_validation as text
from studio.ui.views.train import Watched
from studio.ui.views.train_validation import told_by, validation_html, validation_table_html

Updates = dict[Any, Any]

_CURVE_WIDTH = 300  # pixels; three in a row where there is room


class ValidationSection:
    """Out of sight where nothing is validated."""

    def __init__(self) -> None:
        with gr.Column(visible=False) as self.place:
            self.said = gr.HTML()
            with plots(), gr.Row():
                self.curves = {
                    field: gr.Plot(label=QUANTITIES[field].name, show_label=False, min_width=_CURVE_WIDTH)
                    for field in text.CURVES
                }
            with gr.Accordion(text.TABLE_TITLE, open=False):
                self.table = gr.HTML()

    @property
    def outputs(self) -> list[Any]:
        """What `shown` changes."""
        return [self.place, self.said, *self.curves.values(), self.table]

    def shown(self, seen: Watched) -> Updates:
        """All that was validated, with the best checkpoint marked in the curves."""
        told = told_by(seen.metrics)
        if told is None:
            return self.hidden()
        return {
            self.place: gr.Column(visible=True),
            self.said: validation_html(told, seen.spec),
            self.table: validation_table_html(told),
            **{
                plot: embedded(training_curve(seen.metrics, field, width=TITLE_WIDTH, marked=told.best))
                for field, plot in self.curves.items()
            },
        }

    def hidden(self) -> Updates:
        """Nothing to show."""
        return {self.place: gr.Column(visible=False)}

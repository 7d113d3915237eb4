"""The rows of the chosen dataset: filtered by text, industry and family, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from studio.ui.messages import plainly
from studio.ui.text import data as text
from studio.ui.views.data import link_html
from studio.ui.views.data_rows import RowFilter, labels_of, rows_html, select_page
from studio.ui.views.data_tokens import row_address
from studio.workspace.datasets import read_rows
from studio.workspace.layout import Workspace

Updates = dict[Any, Any]

_ALL_INDUSTRIES = (text.ALL_INDUSTRIES, "")
_ALL_FAMILIES = (text.ALL_FAMILIES, "")
# Other filters begin at their first page; leaving the field without a change stays where it is. (Gradio's `input` would be
# livelier, but is not sent when text is pasted or deleted.)
_FILTER = """(dataset, search, industry, family, page) => {
    const seen = new URLSearchParams(location.search);
    const same = search === (seen.get("q") ?? "") && industry === (seen.get("industry") ?? "") && family === (seen.get("family") ?? "");
    return [dataset, search, industry, family, same ? page : 1];
}"""
_TO_PAGE = "(dataset, search, industry, family, page) => [dataset, search, industry, family, {}]"


class RowsSection:
    """The components, and what their events do."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        with gr.Row():
            self.search = gr.Textbox(label=text.SEARCH, info=text.SEARCH_HELP, max_length=200, min_width=240)
            self.industry = gr.Dropdown([_ALL_INDUSTRIES], value="", label=text.INDUSTRY, allow_custom_value=True)
            self.family = gr.Dropdown([_ALL_FAMILIES], value="", label=text.FAMILY, allow_custom_value=True)
        self.rows = gr.HTML()
        with gr.Row(visible=False) as self.pager:
            self.back = gr.Button(text.PREVIOUS, min_width=120)
            self.page = gr.Number(1, label=text.PAGE, precision=0, minimum=1, min_width=120)
            self.onward = gr.Button(text.NEXT, min_width=120)
        self.link = gr.HTML()

    @property
    def inputs(self) -> list[Any]:
        """What decides which rows are shown, but for the dataset."""
        return [self.search, self.industry, self.family, self.page]

    @property
    def outputs(self) -> list[Any]:
        """What `open` and `show` update."""
        return [*self.inputs, self.rows, self.pager, self.back, self.onward, self.link]

    def wire(self, dataset: gr.Dropdown, then: Callable[[Any, str], None]) -> None:
        """Connect the events; `then` is told about each that changes what is seen, with its name."""
        options: dict[str, Any] = {
            "fn": plainly(self.look), "inputs": [dataset, *self.inputs], "outputs": self.outputs, "show_progress": "hidden",
            "api_visibility": "private",
        }  # fmt: skip
        filters = [self.search.submit, self.search.blur, self.industry.input, self.family.input]
        then(gr.on(filters, js=_FILTER, trigger_mode="always_last", api_name="data_filter", **options), "data_filter")
        then(gr.on([self.page.submit, self.page.blur], api_name="data_turn", **options), "data_turn")
        then(self.back.click(js=_TO_PAGE.format("page - 1"), api_name="data_turn_back", **options), "data_turn_back")
        then(self.onward.click(js=_TO_PAGE.format("page + 1"), api_name="data_turn_on", **options), "data_turn_on")

    def open(self, dataset: str, wanted: RowFilter, page: int = 1) -> Updates:
        """Show a dataset that was not shown before, with the filters that it can have."""
        labels = labels_of(read_rows(self._workspace, dataset))
        return {
            **self.show(dataset, wanted, page),
            self.search: wanted.text,
            self.industry: gr.Dropdown([_ALL_INDUSTRIES, *_pairs(labels.industries)], value=wanted.industry),
            self.family: gr.Dropdown([_ALL_FAMILIES, *_pairs(labels.families)], value=wanted.family),
        }

    def show(self, dataset: str, wanted: RowFilter, page: int) -> Updates:
        """Show a page of the rows that match."""
        shown = select_page(read_rows(self._workspace, dataset), wanted, page)
        return {
            self.rows: rows_html(shown, filtered=wanted.active, tokens=lambda number: row_address(dataset, number)),
            self.page: gr.Number(shown.page, label=text.PAGE_OF.format(pages=f"{shown.pages:,}"), maximum=shown.pages),
            self.pager: gr.Row(visible=shown.pages > 1),
            self.back: gr.Button(interactive=shown.page > 1),
            self.onward: gr.Button(interactive=shown.page < shown.pages),
            self.link: link_html(dataset, wanted, shown.page),
        }

    def look(self, dataset: str | None, search: str, industry: str | None, family: str | None, page: float | None) -> Updates:
        """Show what the filters and the page number ask for."""
        if not dataset:
            return {self.rows: ""}
        return self.show(dataset, RowFilter(search or "", industry or "", family or ""), int(page or 1))


def _pairs(labels: Sequence[str]) -> list[tuple[str, str]]:
    return [(label, label) for label in labels]

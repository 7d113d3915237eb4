"""The candidates of a run, a page at a time: each beside its passage, to be approved, edited or dropped. Decisions are saved at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from studio.dataset.distillation.distill import DISTILL_JOB
from studio.dataset.distillation.review import (
    Entry,
    Standing,
    decide,
    edit,
    make_dataset,
    objections,
    read_review,
    row_of,
    undo,
)
from studio.dataset.publishing.exporting import alpaca_json
from studio.errors import BadInput
from studio.ui.access import require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.pages.data_section import offer
from studio.ui.text import manuals as text
from studio.ui.views import manuals as view
from studio.workspace.runs import Run, find_run

Updates = dict[Any, Any]

_BUTTON = 110  # pixels
_WRITE_ADDRESS = """(show, page) => {
    const address = new URL(window.location);
    const values = {show: show === "undecided" ? "" : show, page: page > 1 ? page : ""};
    for (const [key, value] of Object.entries(values))
        if (value) address.searchParams.set(key, value); else address.searchParams.delete(key);
    history.replaceState(null, "", address);
}"""
_OPEN_DATASET = "(dataset) => { window.location.assign(`data?dataset=${encodeURIComponent(dataset)}`) }"
_TO_PAGE = "(run, show, page) => [run, show, {}]"


class _Card:
    """The place of one candidate on the page."""

    def __init__(self) -> None:
        with gr.Column(visible=False, elem_classes="card") as self.whole, gr.Row(equal_height=False):
            with gr.Column(scale=2, min_width=280):
                self.passage = gr.HTML()
            with gr.Column(scale=3, min_width=280):
                self.id = gr.Textbox(label="Id", visible=False)
                self.question = gr.Textbox(label=text.QUESTION, lines=1, max_lines=4, max_length=2_000)
                self.answer = gr.Textbox(label=text.ANSWER, lines=3, max_lines=16, max_length=20_000)
                self.against = gr.HTML(visible=False)
                with gr.Row():
                    self.approve = gr.Button(text.APPROVE, variant="primary", size="sm", min_width=_BUTTON)
                    self.drop = gr.Button(text.DROP, size="sm", min_width=_BUTTON)
                    self.reopen = gr.Button(text.REOPEN, size="sm", min_width=_BUTTON)

    @property
    def outputs(self) -> list[Any]:
        return [self.whole, self.passage, self.id, self.question, self.answer, self.against, self.approve, self.drop, self.reopen]

    @property
    def content(self) -> list[Any]:
        return [self.id, self.question, self.answer]

    def show(self, entry: Entry | None) -> Updates:
        if entry is None:
            return {self.whole: gr.Column(visible=False), self.id: "", self.question: "", self.answer: ""}
        decided = entry.standing in {Standing.APPROVED, Standing.DROPPED}
        return {
            self.whole: gr.Column(visible=True),
            self.passage: view.passage_html(entry),
            self.id: entry.id,
            self.question: entry.question,
            self.answer: entry.answer,
            self.against: _or_hidden(view.objections_html(entry)),
            self.approve: gr.Button(visible=entry.standing is not Standing.APPROVED),
            self.drop: gr.Button(visible=entry.standing is not Standing.DROPPED),
            self.reopen: gr.Button(visible=decided),
        }


class ReviewSection:
    """The components, and what their events do. `run` holds the id of the run that is shown."""

    def __init__(self, studio: Studio, run: gr.Textbox) -> None:
        self._settings = studio.settings
        self._workspace = studio.workspace
        self.run = run
        self.nothing = gr.HTML(view.nothing_html(), visible=False)
        with gr.Column(visible=False) as self.whole:
            self.filter = gr.Radio([], label=text.SHOW, value=Standing.UNDECIDED.value)
            with gr.Row():
                self.approve_shown = gr.Button(min_width=180)
                self.undo = gr.Button(text.UNDO, min_width=180)
            self.range = gr.HTML()
            self.cards = [_Card() for _ in range(view.PAGE_SIZE)]
            with gr.Row(visible=False) as self.pager:
                self.back = gr.Button(text.PREVIOUS, min_width=120)
                self.page = gr.Number(1, label=text.PAGE, precision=0, minimum=1, min_width=120)
                self.onward = gr.Button(text.NEXT, min_width=120)
            with gr.Row():
                self.make = gr.Button(variant="primary", min_width=240)
                self.export = gr.Button(text.EXPORT, min_width=240)
            self.exported = gr.DownloadButton(visible=False)
            self.made = gr.Textbox(label="Dataset", visible=False)

    @property
    def outputs(self) -> list[Any]:
        """What `show` and `hide` update."""
        around = [self.nothing, self.whole, self.filter, self.approve_shown, self.undo, self.range, self.pager]
        return [
            *around,
            self.back,
            self.page,
            self.onward,
            self.make,
            self.exported,
            *(part for card in self.cards for part in card.outputs),
        ]

    def wire(self) -> None:
        """Connect the events. All that decides shares one line: an edit that is left is kept before the button that was pressed acts."""
        place = [self.run, self.filter, self.page]
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        in_line: dict[str, Any] = {"concurrency_id": "manuals_review", "concurrency_limit": 1, **private}

        def turning(event: Any, name: str) -> None:
            event.success(None, [self.filter, self.page], None, js=_WRITE_ADDRESS, api_name=f"{name}_address", **private)

        for number, card in enumerate(self.cards, start=1):
            for button, standing in (
                (card.approve, Standing.APPROVED),
                (card.drop, Standing.DROPPED),
                (card.reopen, Standing.UNDECIDED),
            ):
                name = f"manuals_{standing.value}_card{number}"
                done = button.click(
                    plainly(self._decision(standing)), [*place, *card.content], self.outputs, api_name=name, **in_line
                )
                turning(done, name)
            gr.on(
                [card.question.blur, card.answer.blur], plainly(self.keep_edit), [self.run, *card.content],
                [card.against, self.undo], api_name=f"manuals_edit_card{number}", **in_line,
            )  # fmt: skip
        look = {"fn": plainly(self.look), "inputs": place, "outputs": self.outputs, **in_line}
        for event, name, script in (
            (self.filter.input, "manuals_filter", _TO_PAGE.format("1")),
            (self.page.submit, "manuals_turn", None),
            (self.back.click, "manuals_turn_back", _TO_PAGE.format("page - 1")),
            (self.onward.click, "manuals_turn_on", _TO_PAGE.format("page + 1")),
        ):
            turning(event(js=script, api_name=name, **look), name)
        shown = [part for card in self.cards for part in card.content]
        done = self.approve_shown.click(
            plainly(self.approve_all), [*place, *shown], self.outputs, api_name="manuals_approve_shown", **in_line
        )
        turning(done, "manuals_approve_shown")
        turning(self.undo.click(plainly(self.take_back), place, self.outputs, api_name="manuals_undo", **in_line), "manuals_undo")
        self.export.click(plainly(self.export_shown), place[:2], self.exported, api_name="manuals_export", **private)
        made = self.make.click(plainly(self.make_rows), self.run, self.made, api_name="manuals_make", api_visibility="private")
        made.success(None, self.made, None, js=_OPEN_DATASET, api_name="manuals_make_open", **private)

    def hide(self) -> Updates:
        """Nothing to look through, or not yet."""
        return {self.whole: gr.Column(visible=False), self.nothing: gr.HTML(visible=False)}

    def show(self, run: Run, show: str | None, page: int) -> Updates:
        """A page of the run's candidates."""
        review, show = read_review(run), view.standing_of(show)
        if not review.entries:
            return {**self.hide(), self.nothing: gr.HTML(visible=True)}
        shown = view.select(review, show, page)
        updates: Updates = {
            self.nothing: gr.HTML(visible=False),
            self.whole: gr.Column(visible=True),
            self.filter: gr.Radio(view.filter_choices(review), value=show),
            self.approve_shown: self._approve_button(shown, show),
            self.undo: gr.Button(interactive=review.undoable),
            self.range: view.range_html(shown, show),
            self.pager: gr.Row(visible=shown.pages > 1),
            self.back: gr.Button(interactive=shown.page > 1),
            self.page: gr.Number(shown.page, label=text.PAGE_OF.format(pages=f"{shown.pages:,}"), maximum=shown.pages),
            self.onward: gr.Button(interactive=shown.page < shown.pages),
            self.make: gr.Button(view.make_label(review), interactive=bool(review.counts[Standing.APPROVED])),
            self.exported: gr.DownloadButton(visible=False),
        }
        for number, card in enumerate(self.cards):
            updates |= card.show(shown.entries[number] if number < len(shown.entries) else None)
        return updates

    def look(self, run_id: str | None, show: str | None, page: float | None, request: gr.Request) -> Updates:
        """What the filter and the page number ask for."""
        require_operator(self._settings, request, to="look through candidates")
        return self.show(self._find(run_id), show, int(page or 1))

    def keep_edit(
        self, run_id: str | None, name: str, question: str, answer: str, request: gr.Request
    ) -> tuple[gr.HTML, gr.Button]:
        """Keep an edit as soon as the field is left, and say what the passage does not support."""
        require_operator(self._settings, request, to="edit a candidate")
        run = self._find(run_id)
        edit(run, name, question, answer)
        review = read_review(run)
        return _or_hidden(view.objections_html(review.entry(name))), gr.Button(interactive=review.undoable)

    def approve_all(self, request: gr.Request, run_id: str | None, show: str | None, page: float | None, *shown: str) -> Updates:
        """Approve all that are shown, as one decision; `shown` is the id, question and answer of each card."""
        require_operator(self._settings, request, to="approve candidates")
        run = self._find(run_id)
        cards = [card for card in zip(shown[::3], shown[1::3], shown[2::3], strict=True) if card[0]]
        for name, question, answer in cards:
            edit(run, name, question, answer)
        review, standing = read_review(run), view.standing_of(show)
        names = [name for name, *_ in cards if view.may_be_approved_with_others(review.entry(name), standing)]
        decide(run, names, Standing.APPROVED)
        return self.show(run, show, int(page or 1))

    def take_back(self, run_id: str | None, show: str | None, page: float | None, request: gr.Request) -> Updates:
        """Take the last decision or edit back."""
        require_operator(self._settings, request, to="take a decision back")
        run = self._find(run_id)
        undo(run)
        return self.show(run, show, int(page or 1))

    def export_shown(self, run_id: str | None, show: str | None, request: gr.Request) -> gr.DownloadButton:
        """Write what the filter shows, on all pages, as an alpaca file and offer it."""
        require_operator(self._settings, request, to="export candidates")
        run, show = self._find(run_id), view.standing_of(show)
        found = read_review(run).standing(*([] if show == view.ALL else [Standing(show)]))
        rows = [row_of(entry) for entry in found if entry.question.strip() and entry.answer.strip()]
        if not rows:
            raise BadInput(text.NOTHING_TO_EXPORT)
        return offer(self._workspace, f"{run.id}-{show}.json", "".join(alpaca_json(rows)))

    def make_rows(self, run_id: str | None, request: gr.Request) -> str:
        """Write the approved rows as a dataset; its id."""
        require_operator(self._settings, request, to="make a dataset")
        return make_dataset(self._workspace, self._find(run_id)).id

    def _decision(self, standing: Standing) -> Callable[..., Updates]:
        def decided(
            run_id: str | None, show: str | None, page: float | None, name: str, question: str, answer: str, request: gr.Request
        ) -> Updates:
            require_operator(self._settings, request, to="decide on candidates")
            run = self._find(run_id)
            edit(run, name, question, answer)
            decide(run, [name], standing)
            entry = read_review(run).entry(name)
            if standing is Standing.APPROVED and entry.edited and (found := objections(entry)):
                gr.Warning(text.APPROVED_ANYWAY.format(reasons=" ".join(found)))
            return self.show(run, show, int(page or 1))

        return decided

    def _approve_button(self, shown: view.CandidatesPage, show: str) -> gr.Button:
        open_ones = sum(view.may_be_approved_with_others(entry, show) for entry in shown.entries)
        return gr.Button(text.APPROVE_SHOWN.format(count=open_ones), visible=open_ones > 0)

    def _find(self, run_id: str | None) -> Run:
        if not run_id:
            raise BadInput(text.CHOOSE_RUN)
        run = find_run(self._workspace, run_id)
        if run.job != DISTILL_JOB:
            raise BadInput(text.NOT_A_DISTILLATION.format(run=run_id))
        return run


def _or_hidden(markup: str) -> gr.HTML:
    return gr.HTML(markup, visible=bool(markup))

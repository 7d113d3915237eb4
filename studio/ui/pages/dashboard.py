"""The Dashboard page: the reports, one of them in full and item by item, run against run, and asking for another evaluation."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import gradio as gr

from studio.charts import accuracy_by_industry
from studio.dataset.identity.saving import kept_form
from studio.errors import BadInput, StudioError
from studio.evaluation.comparison import compare_reports
from studio.evaluation.requests import evaluation_spec, request_evaluation
from studio.evaluation.spec import BASE
from studio.placeholders import parse_values
from studio.scoring.filling import placeholders_of
from studio.scoring.items import find_question_set, load_question_set
from studio.ui.access import identify, require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.plots import TITLE_WIDTH, embedded, plots
from studio.ui.text import dashboard as text
from studio.ui.views import dashboard as views
from studio.ui.views import dashboard_items as items
from studio.ui.views.dashboard import ReportSummary
from studio.ui.views.dashboard_items import ItemView
from studio.workspace.adapters import tuned_models
from studio.workspace.files import write_text_atomically
from studio.workspace.reports import EVALUATION_JOB, Report, list_reports, read_report
from studio.workspace.runs import Run, RunState, find_run, list_runs

_LISTED = 20  # reports in the list
_TICK_SECONDS = 2.0
# The server gives the link of the view; the browser puts its address into its own address bar, so that a reload shows the same.
_SHOW_ADDRESS = """(link) => {
    const address = new DOMParser().parseFromString(link, 'text/html').querySelector('a')?.getAttribute('href')
    if (address) history.replaceState(null, '', address)
}"""

Updates = dict[Any, Any]


def build(studio: Studio) -> gr.Blocks:
    """The page."""
    with gr.Blocks() as page:
        parts = _lay_out()
        _wire(page, parts, _Reading(studio, parts), _Evaluating(studio, parts))
    return page


@dataclass(frozen=True)
class _Parts:
    """The page's components that handlers read or change. `opened` holds the opened report's id and the page of its items."""

    notice: Any
    empty: Any
    shelf: Any
    list: Any
    report: Any
    opened: Any
    headline: Any
    share: Any
    comparison: Any
    floors: Any
    chart: Any
    industry_table: Any
    show: Any
    industry: Any
    search: Any
    items: Any
    previous: Any
    following: Any
    link: Any
    download: Any
    prepare: Any
    files: Any
    against: Any
    against_result: Any
    form: Any
    visitor: Any
    question_set: Any
    models: Any
    limit: Any
    fill: Any
    start: Any
    stop: Any
    progress: Any
    timer: Any
    watched: Any

    @property
    def filters(self) -> list[Any]:
        """What decides which items are shown."""
        return [self.opened, self.show, self.industry, self.search, self.against]

    @property
    def items_shown(self) -> list[Any]:
        """What a change of the filters changes."""
        return [self.opened, self.items, self.previous, self.following, self.link]

    @property
    def whole_report(self) -> list[Any]:
        """What opening a report changes."""
        figures = [self.headline, self.share, self.comparison, self.floors, self.chart, self.industry_table]
        filters = [self.show, self.industry, self.search, self.against, self.against_result]
        return [self.notice, self.empty, self.shelf, self.list, self.report, self.download, *figures, *filters, *self.items_shown]

    @property
    def evaluation(self) -> list[Any]:
        """What shows a running evaluation."""
        return [self.progress, self.timer, self.watched, self.stop]


def _lay_out() -> _Parts:
    gr.Markdown(text.TITLE)
    gr.Markdown(text.INTRO)
    found: dict[str, Any] = {"notice": gr.HTML(visible=False), "empty": gr.HTML(views.empty(), visible=False)}
    with gr.Accordion(text.REPORTS, open=True, visible=False) as found["shelf"]:
        found["list"] = gr.HTML("")
    with gr.Column(visible=False) as report:
        found |= {"report": report, **_report_parts()}
    found |= _evaluation_parts()
    return _Parts(**found)


def _report_parts() -> dict[str, Any]:
    found: dict[str, Any] = {"opened": gr.State(None), "headline": gr.HTML(""), "share": gr.HTML("")}
    found |= {"comparison": gr.HTML(""), "floors": gr.HTML("")}
    gr.Markdown(text.CHART)
    with plots():
        found["chart"] = gr.Plot(label=text.CHART_LABEL, show_label=False)
    with gr.Accordion(text.CHART_TABLE, open=False):
        found["industry_table"] = gr.HTML("")
    gr.Markdown(text.ITEMS)
    with gr.Row():
        found["show"] = gr.Dropdown(label=text.SHOW_LABEL, choices=list(text.SHOW_CHOICES), value="all", min_width=200)
        found["industry"] = gr.Dropdown(label=text.INDUSTRY_LABEL, choices=[(text.ALL_INDUSTRIES, "")], value="", min_width=200)
        found["search"] = gr.Textbox(label=text.SEARCH_LABEL, max_length=200, min_width=260, scale=2)
    found["items"] = gr.HTML("")
    with gr.Row():
        found["previous"] = gr.Button(text.PREVIOUS, interactive=False, min_width=140)
        found["following"] = gr.Button(text.FOLLOWING, interactive=False, min_width=140)
    found["link"] = gr.HTML("")
    gr.Markdown(text.AGAINST)
    gr.Markdown(text.AGAINST_NOTE)
    found["against"] = gr.Dropdown(label=text.AGAINST_LABEL, choices=[(text.AGAINST_NONE, "")], value="")
    found["against_result"] = gr.HTML("")
    with gr.Accordion(text.DOWNLOAD, open=False) as found["download"]:
        gr.Markdown(text.DOWNLOAD_NOTE)
        found["prepare"] = gr.Button(text.DOWNLOAD_BUTTON)
        found["files"] = gr.File(label=text.DOWNLOAD_FILES, visible=False, interactive=False, file_count="multiple")
    return found


def _evaluation_parts() -> dict[str, Any]:
    gr.Markdown(text.EVALUATE)
    found: dict[str, Any] = {"visitor": gr.Markdown(text.EVALUATE_VISITOR, visible=False)}
    with gr.Column(visible=False) as found["form"]:
        gr.Markdown(text.EVALUATE_NOTE)
        with gr.Row():
            found["question_set"] = gr.Dropdown(label=text.SET_LABEL, choices=[], min_width=240)
            found["limit"] = gr.Number(
                label=text.LIMIT_LABEL, info=text.LIMIT_INFO, value=None, precision=0, minimum=1, min_width=240
            )
        found["fill"] = gr.Textbox(label=text.FILL_LABEL, info=text.FILL_INFO, lines=2, max_length=500, visible=False)
        found["models"] = gr.CheckboxGroup(label=text.MODELS_LABEL, info=text.MODELS_INFO, choices=[])
        found["start"] = gr.Button(text.START, variant="primary")
    found |= {"progress": gr.HTML(""), "stop": gr.Button(text.STOP, variant="stop", visible=False)}
    found |= {"timer": gr.Timer(_TICK_SECONDS, active=False), "watched": gr.State(None)}
    return found


def _wire(page: gr.Blocks, parts: _Parts, reading: _Reading, evaluating: _Evaluating) -> None:
    private: dict[str, Any] = {"api_visibility": "private"}
    quiet: dict[str, Any] = {"show_progress": "hidden", **private}
    page.load(plainly(reading.opened), None, parts.whole_report, api_name="dashboard_open", **private)
    page.load(
        plainly(evaluating.opened), None, [parts.form, parts.visitor, parts.question_set, parts.models, parts.fill, *parts.evaluation],
        api_name="dashboard_evaluate_open", **quiet,
    )  # fmt: skip
    gr.on(
        [parts.show.input, parts.industry.input, parts.search.submit, parts.search.blur], plainly(reading.turn(None)), parts.filters,
        parts.items_shown, api_name="dashboard_filter", **quiet,
    )  # fmt: skip
    for name, button, pages in (("previous", parts.previous, -1), ("next", parts.following, 1)):
        button.click(plainly(reading.turn(pages)), parts.filters, parts.items_shown, api_name=f"dashboard_{name}", **quiet)
    parts.link.change(fn=None, inputs=parts.link, js=_SHOW_ADDRESS, api_name="dashboard_address", **private)
    parts.against.input(
        plainly(reading.against), parts.filters, [parts.against_result, parts.link], api_name="dashboard_against", **private
    )
    parts.prepare.click(plainly(reading.download), parts.opened, parts.files, api_name="dashboard_download", **private)
    # Not preprocessed: `start` checks who asks before it looks at what is asked.
    parts.start.click(
        plainly(evaluating.start), [parts.question_set, parts.models, parts.limit, parts.fill], parts.evaluation,
        api_name="dashboard_evaluate", preprocess=False, **private,
    )  # fmt: skip
    parts.question_set.input(
        plainly(evaluating.choose_set), parts.question_set, parts.fill, api_name="dashboard_set", preprocess=False, **quiet
    )
    parts.stop.click(plainly(evaluating.stop), parts.watched, parts.evaluation, api_name="dashboard_stop", **private)
    parts.timer.tick(plainly(evaluating.look), parts.watched, parts.evaluation, api_name="dashboard_progress", **quiet)


@dataclass(frozen=True)
class _Reading:
    """Opening a report and looking through it. Each handler returns the components that change, with their new values."""

    studio: Studio
    parts: _Parts
    _summaries: dict[str, ReportSummary] = field(default_factory=dict)  # a report never changes once it is written

    def opened(self, request: gr.Request) -> Updates:
        """The page was loaded: the list, and the report that the address names, or else the newest."""
        parts, query = self.parts, dict(request.query_params)
        known = list_reports(self.studio.workspace)
        wanted = query.get("report") or (known[0] if known else None)
        updates: Updates = {
            parts.empty: gr.HTML(visible=not known),
            parts.shelf: gr.Accordion(visible=bool(known)),
            parts.download: gr.Accordion(visible=identify(self.studio.settings, request).operator),
            parts.list: views.report_list([self._summary(one) for one in known[:_LISTED]], opened=wanted, total=len(known)),
        }
        if wanted is None:
            return updates
        try:
            return {**updates, **self._report(read_report(self.studio.workspace, wanted), known, query)}
        except StudioError as error:  # a link may be older than its report
            return {**updates, parts.notice: gr.HTML(views.notice(error.message), visible=True)}

    def turn(self, pages: int | None) -> Callable[..., Updates]:
        """The handler that shows so many pages on or back; None begins at the first page, as after a new filter."""

        def show(opened: Mapping[str, Any] | None, outcome: str, industry: str, search: str, against: str) -> Updates:
            report = self._opened_report(opened)
            page = int(opened["page"]) if opened and pages is not None else 1
            return self._items(report, ItemView(outcome, industry, search, page).turned(pages or 0), against)

        return show

    def against(self, opened: Mapping[str, Any] | None, outcome: str, industry: str, search: str, other: str) -> Updates:
        """Another report was chosen to compare with."""
        report = self._opened_report(opened)
        view = ItemView(outcome, industry, search, int(opened["page"]) if opened else 1)
        return {
            self.parts.against_result: self._against(report, other),
            self.parts.link: items.view_link(view.address(report["id"], against=other)),
        }

    def download(self, opened: Mapping[str, Any] | None, request: gr.Request) -> Updates:
        """The report as JSON and its items as CSV."""
        require_operator(self.studio.settings, request, to=text.MAY_DOWNLOAD)
        report = self._opened_report(opened)
        folder = self.studio.workspace.scratch
        data, rows = folder / f"{report['id']}.json", folder / f"{report['id']}-items.csv"
        write_text_atomically(data, json.dumps(report, ensure_ascii=False, indent=2) + "\n")
        write_text_atomically(rows, items.items_csv(report))
        return {self.parts.files: gr.File(value=[str(data), str(rows)], visible=True)}

    def _report(self, report: Report, known: list[str], query: Mapping[str, str]) -> Updates:
        parts, view = self.parts, ItemView.from_query(query)
        other = query.get("against", "")
        others = [self._summary(one) for one in known if one != report["id"]]
        industries = [(text.ALL_INDUSTRIES, ""), *((name, name) for name in items.industries(report))]
        if view.industry not in {value for _, value in industries}:
            view = ItemView(view.show, "", view.search, view.page)
        return {
            parts.report: gr.Column(visible=True),
            parts.headline: views.headline(report),
            parts.share: views.share_link(report["id"]),
            parts.comparison: views.comparison(report["comparison"]),
            parts.floors: views.floors(report),
            parts.chart: embedded(accuracy_by_industry(report["models"], width=TITLE_WIDTH)),
            parts.industry_table: views.industry_table(report),
            parts.show: view.show,
            parts.industry: gr.Dropdown(choices=industries, value=view.industry),
            parts.search: view.search,
            parts.against: gr.Dropdown(
                choices=[(text.AGAINST_NONE, ""), *((one.title, one.id) for one in others)],
                value=other if other in {one.id for one in others} else "",
            ),
            parts.against_result: self._against_or_why_not(report, other),
            **self._items(report, view, other),
        }

    def _items(self, report: Report, view: ItemView, against: str) -> Updates:
        parts, selection = self.parts, items.select(report, view)
        shown = ItemView(view.show, view.industry, view.search, selection.number)
        return {
            parts.opened: {"report": report["id"], "page": selection.number},
            parts.items: items.item_list(report, selection),
            parts.previous: gr.Button(interactive=selection.number > 1),
            parts.following: gr.Button(interactive=selection.number < selection.pages),
            parts.link: items.view_link(shown.address(report["id"], against=against)),
        }

    def _against(self, report: Report, other: str) -> str:
        return views.run_against_run(compare_reports(report, read_report(self.studio.workspace, other))) if other else ""

    def _against_or_why_not(self, report: Report, other: str) -> str:
        try:
            return self._against(report, other)
        except StudioError as error:
            return views.notice(error.message)

    def _opened_report(self, opened: Mapping[str, Any] | None) -> Report:
        if not opened:
            raise BadInput(text.NO_REPORT)
        return read_report(self.studio.workspace, str(opened["report"]))

    def _summary(self, report_id: str) -> ReportSummary:
        if report_id not in self._summaries:
            self._summaries[report_id] = ReportSummary.of(read_report(self.studio.workspace, report_id))
        return self._summaries[report_id]


@dataclass(frozen=True)
class _Evaluating:
    """Asking for an evaluation and watching it."""

    studio: Studio
    parts: _Parts

    def opened(self, request: gr.Request) -> Updates:
        """The page was loaded: what can be evaluated now, and the evaluation that runs, if one does."""
        parts, workspace = self.parts, self.studio.workspace
        operator = identify(self.studio.settings, request).operator
        tuned = tuned_models(workspace)
        models = [(text.BASE, BASE), *((f"{text.TUNED} {model.run}", model.run) for model in tuned)]
        sets = self._question_sets()
        first = next(iter(sets), None)
        unfinished = [run for run in list_runs(workspace, EVALUATION_JOB) if not run.status.state.finished]
        return {
            parts.form: gr.Column(visible=operator),
            parts.visitor: gr.Markdown(visible=not operator),
            parts.question_set: gr.Dropdown(choices=sets, value=first),
            parts.models: gr.CheckboxGroup(choices=models, value=[value for _, value in models[:2]]),
            **self.choose_set(first, request),
            **(self._progress(unfinished[-1], operator=operator) if unfinished else {}),
        }

    def choose_set(self, question_set: str | None, request: gr.Request) -> Updates:
        """Another set was chosen: whether it asks about a brand, and which the brand identity form was left with."""
        wanted: tuple[str, ...] = ()
        if question_set in self._question_sets():
            wanted = placeholders_of(load_question_set(find_question_set(question_set, self.studio.workspace.eval_sets)).items)
        operator = identify(self.studio.settings, request).operator
        form = asdict(kept_form(self.studio.workspace)) if operator else {}
        lines = [f"{name} = {form.get(name, '')}" for name in wanted]
        return {self.parts.fill: gr.Textbox("\n".join(lines), visible=bool(wanted))}

    def start(
        self, question_set: str | None, models: list[str], limit: float | None, fill: str | None, request: gr.Request
    ) -> Updates:
        """Put an evaluation into the queue."""
        require_operator(self.studio.settings, request, to=text.MAY_EVALUATE)
        if question_set not in self._question_sets():
            raise BadInput(text.NO_SET)
        if not models:
            raise BadInput(text.NO_MODELS)
        spec = evaluation_spec(
            self.studio.workspace,
            question_set=question_set,
            models=models,
            base_model=self._base_model(models),
            limit=int(limit) if limit else None,
            fill=parse_values((fill or "").splitlines()),
        )
        return self._progress(request_evaluation(self.studio.queue, spec), operator=True)

    def stop(self, watched: str | None, request: gr.Request) -> Updates:
        """End the evaluation that is shown at its next batch; its answers so far are kept."""
        require_operator(self.studio.settings, request, to=text.MAY_STOP)
        if not watched:
            raise BadInput(text.NOTHING_RUNS)
        run = find_run(self.studio.workspace, watched)
        self.studio.queue.stop(run, keep=True)
        return self._progress(run, operator=True)

    def look(self, watched: str | None, request: gr.Request) -> Updates:
        """The timer ticked."""
        if not watched:
            return {self.parts.timer: gr.Timer(active=False)}
        operator = identify(self.studio.settings, request).operator
        return self._progress(find_run(self.studio.workspace, watched), operator=operator)

    def _question_sets(self) -> list[str]:
        return views.question_sets(path.stem for path in self.studio.workspace.eval_sets.glob("*.jsonl"))

    def _base_model(self, models: list[str]) -> str:
        bases = sorted({model.base_model for model in tuned_models(self.studio.workspace) if model.run in models})
        if len(bases) > 1:
            raise BadInput(text.ONE_BASE.format(bases=", ".join(bases)))
        return bases[0] if bases else self.studio.settings.model

    def _progress(self, run: Run, *, operator: bool) -> Updates:
        parts, status = self.parts, run.status
        working = not status.state.finished
        ahead = self.studio.queue.position(run) if status.state is RunState.QUEUED else 0
        last = {event["kind"]: event for event in run.events("phase", "progress")}
        return {
            parts.progress: views.evaluation_progress(run.id, status, last, ahead=ahead),
            parts.timer: gr.Timer(active=working),
            parts.watched: run.id,
            parts.stop: gr.Button(visible=working and operator),
        }

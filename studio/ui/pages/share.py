"""Share: see what a report would show to others, make a link to it, and revoke the links that were made."""

from __future__ import annotations

from typing import Any

import gradio as gr

from studio.errors import BadInput, NotFound
from studio.sharing.page import render_page
from studio.sharing.snapshots import MAX_TITLE, make_snapshot
from studio.ui.access import identify, require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.text import share as text
from studio.ui.views import share as view
from studio.workspace.reports import list_reports, read_report

Updates = dict[Any, Any]

_NEWEST_REPORTS = 30
_EXAMPLE_URL = "https://example.invalid/s/preview"
# A press on a button of the list: remembers which link it means, then lets the page's event ask for it.
_LISTEN = """element.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-revoke]");
    if (button) { window.studioRevoke = button.dataset.revoke; trigger("click"); }
});"""
_WHICH = "() => [window.studioRevoke]"
_WRITE_ADDRESS = """(report) => {
    const address = new URL(window.location);
    if (report) address.searchParams.set("report", report); else address.searchParams.delete("report");
    history.replaceState(null, "", address);
}"""


def build(studio: Studio) -> gr.Blocks:
    """The page."""
    with gr.Blocks() as blocks:
        page = _SharePage(studio)
        page.wire(blocks)
    return blocks


class _SharePage:
    """The page's components, and what its events do."""

    def __init__(self, studio: Studio) -> None:
        self._settings = studio.settings
        self._workspace = studio.workspace
        self._links = studio.links
        gr.Markdown(f"# {text.TITLE}\n\n{text.PURPOSE}")
        self.notice = gr.HTML(view.visitor_html(), visible=False)
        self.empty = gr.HTML(visible=False)
        with gr.Column(visible=False) as self.sharing:
            self.report = gr.Dropdown(label=text.REPORT, allow_custom_value=True)
            self.preview = gr.HTML()
            with gr.Column(visible=False) as self.form:
                self._lay_out_form()
        self.message = gr.HTML(visible=False)
        self.listing = gr.HTML(js_on_load=_LISTEN)
        self.pressed = gr.Textbox(visible=False)

    def _lay_out_form(self) -> None:
        with gr.Row():
            self.show_page = gr.Button(text.SHOW_PAGE, scale=0, min_width=260)
        self.frame = gr.HTML(visible=False)
        self.title = gr.Textbox(label=text.REPORT_TITLE, max_length=MAX_TITLE)
        self.expiry = gr.Radio(list(text.EXPIRIES), value=text.DEFAULT_EXPIRY, label=text.EXPIRY)
        with gr.Row():
            self.make = gr.Button(text.MAKE, variant="primary", scale=0, min_width=160)
        self.made = gr.HTML(visible=False)
        self.url = gr.Textbox(label=text.URL, interactive=False, visible=False, buttons=["copy"])

    def wire(self, blocks: gr.Blocks) -> None:
        """Connect the events."""
        private: dict[str, Any] = {"api_visibility": "private"}
        quiet: dict[str, Any] = {"show_progress": "hidden", **private}
        previewed = [self.preview, self.title, self.frame, self.made, self.url]
        opened = [self.notice, self.empty, self.sharing, self.report, self.form, self.listing, self.message, *previewed]
        asked = [self.report, self.title]
        blocks.load(plainly(self.open), None, opened, api_name="share_open", **quiet)
        chosen = self.report.input(plainly(self.choose), self.report, previewed, api_name="share_choose", **quiet)
        chosen.success(None, self.report, None, js=_WRITE_ADDRESS, api_name="share_address")
        retitled = [self.title.submit, self.title.blur]
        gr.on(retitled, plainly(self.look), asked, [self.preview, self.frame], api_name="share_preview", **quiet)
        self.show_page.click(plainly(self.whole_page), asked, self.frame, api_name="share_page", **private)
        self.make.click(
            plainly(self.make_link), [*asked, self.expiry], [self.made, self.url, self.listing], api_name="share_make", **private
        )
        self.listing.click(
            plainly(self.revoke), self.pressed, [self.message, self.listing], api_name="share_revoke", js=_WHICH, **quiet
        )

    def open(self, request: gr.Request) -> Updates:
        """The page as its address asks for it; without an address, the newest report."""
        operator = identify(self._settings, request).operator
        found = list_reports(self._workspace)[:_NEWEST_REPORTS]
        chosen = request.query_params.get("report") or (found[0] if found else None)
        choices = [(view.report_choice(read_report(self._workspace, report)), report) for report in found]
        return {
            self.notice: gr.HTML(visible=not operator),
            self.empty: gr.HTML(view.empty_html(), visible=chosen is None),
            self.sharing: gr.Column(visible=chosen is not None),
            self.form: gr.Column(visible=operator and chosen is not None),
            self.report: gr.Dropdown(choices, value=chosen),
            self.listing: self._listing() if operator else _filled(""),
            self.message: _filled(""),
            **self.choose(chosen),
        }

    def choose(self, report: str | None) -> Updates:
        """Another report, with the title that it would have."""
        cleared = {self.frame: _filled(""), self.made: _filled(""), self.url: gr.Textbox("", visible=False)}
        if not report:
            return {**cleared, self.preview: "", self.title: ""}
        try:
            snapshot = make_snapshot(read_report(self._workspace, report))
        except (NotFound, BadInput) as error:
            return {**cleared, self.preview: view.missing_html(error.message), self.title: ""}
        title = gr.Textbox("", info=text.REPORT_TITLE_HELP.format(title=snapshot.title))
        return {**cleared, self.preview: view.preview_html(snapshot, report), self.title: title}

    def look(self, report: str | None, title: str) -> Updates:
        """The preview under another title."""
        snapshot = make_snapshot(read_report(self._workspace, _chosen(report)), title)
        return {self.preview: view.preview_html(snapshot, _chosen(report)), self.frame: _filled("")}

    def whole_page(self, report: str | None, title: str, request: gr.Request) -> gr.HTML:
        """The page that a link would open.

        Raises:
            NotAllowed: the caller is a visitor.
            NotFound: there is no such report.
        """
        require_operator(self._settings, request, to="share a report")
        snapshot = make_snapshot(read_report(self._workspace, _chosen(report)), title)
        return _filled(view.frame_html(render_page(snapshot, url=_EXAMPLE_URL)))

    def make_link(self, report: str | None, title: str, expiry: str | None, request: gr.Request) -> Updates:
        """Make a link and show it, once.

        Raises:
            NotAllowed: the caller is a visitor.
            NotFound: there is no such report.
            BadInput: the title is too long.
        """
        require_operator(self._settings, request, to="share a report")
        days = view.lifetime(expiry)
        link = self._links.create(_chosen(report), days=days, title=title or None, base_url=self._settings.base_url)
        return {
            self.made: _filled(view.made_html(link)),
            self.url: gr.Textbox(link.url, visible=True),
            self.listing: self._listing(),
        }

    def revoke(self, token_hash: str | None, request: gr.Request) -> Updates:
        """Revoke a link.

        Raises:
            NotAllowed: the caller is a visitor.
            NotFound: there is no such link.
        """
        require_operator(self._settings, request, to="revoke a link")
        self._links.revoke(token_hash or "")
        return {self.message: _filled(view.revoked_html()), self.listing: self._listing()}

    def _listing(self) -> gr.HTML:
        return _filled(view.links_html(self._links.listing()))


def _chosen(report: str | None) -> str:
    if not report:
        raise BadInput(text.CHOOSE_REPORT)
    return report


def _filled(markup: str) -> gr.HTML:
    """Shown when there is something to show; an empty one would leave a gap."""
    return gr.HTML(markup, visible=bool(markup))

"""Is the chosen dataset sound? What the checks found, and remedies that are tried out here and saved as a new dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from studio.chat.catalog import CATALOG, find_model, is_prepared
from studio.chat.tokenizer import tokenizer_of
from studio.dataset.checks.examination import WEIGHTS, Examination
from studio.dataset.checks.examined import known_items, read_examination
from studio.dataset.checks.remedies import FIRST, Mended, Remedy, codes_of, parse_remedies, with_remedy
from studio.dataset.deriving.mending import examine_dataset, mend_dataset, save_mended, with_over_long
from studio.dataset.progress import Progress
from studio.dataset.tokens.too_long import LengthCheck, over_tokens
from studio.errors import BadInput
from studio.training.settings.spec import TrainSpec
from studio.ui.access import identify, require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.pages.data_section import Updates, chosen_dataset
from studio.ui.text import data_checks as text
from studio.ui.views import data_checks as view
from studio.workspace.datasets import QUESTIONS, Manifest, read_manifest, read_rows

_TAB = "checks"
_MAX_LENGTH: int = TrainSpec.model_fields["max_length"].default
_READ_ADDRESS = '(dataset) => [dataset, new URLSearchParams(location.search).get("remedies") ?? ""]'
_WRITE_ADDRESS = """(dataset, remedies) => {
    const address = new URL(window.location);
    for (const [key, value] of Object.entries({dataset, remedies}))
        if (value) address.searchParams.set(key, value); else address.searchParams.delete(key);
    history.replaceState(null, "", address);
}"""

_SHOW_PREVIEW = """(...values) => {
    document.getElementById("checks-remedies")?.scrollIntoView({block: "center"});
    return values;
}"""
"""What a remedy would do is shown above all the kinds, which may be far away from its button."""

Made = Callable[[Manifest, str], Updates]


@dataclass(frozen=True)
class _Kind:
    """The components about one kind of finding."""

    whole: gr.Column
    examples: gr.HTML
    page: gr.Number
    fix: gr.Button

    @property
    def outputs(self) -> list[Any]:
        return [self.whole, self.examples, self.page, self.fix]


class ChecksSection:
    """The tab, and what its events do. Which remedies are chosen stands in `pending`, and in the address."""

    def __init__(self, studio: Studio) -> None:
        self._settings = studio.settings
        self._workspace = studio.workspace
        with gr.Tab(text.TAB, id=_TAB) as self.tab:
            self.summary = gr.HTML()
            self.examine = gr.Button(text.EXAMINE, variant="primary", visible=False, scale=0, min_width=200)
            self.model = gr.Dropdown(
                [(text.NO_MODEL, "")], value="", label=text.MODEL, info=text.MODEL_INFO.format(limit=_MAX_LENGTH), visible=False
            )
            self.pending = gr.Textbox(visible=False)
            with gr.Column(visible=False, elem_id="checks-remedies") as self.remedies:
                self.preview = gr.HTML()
                with gr.Row(visible=False) as self.steps:
                    self.undo = gr.Button(text.UNDO, min_width=140)
                    self.reset = gr.Button(text.RESET, min_width=140)
                    self.name = gr.Textbox(label=text.NAME, info=text.NAME_HELP, max_length=100, min_width=240)
                    self.save = gr.Button(text.SAVE, variant="primary", min_width=200)
            self.kinds = {kind: self._lay_out(kind) for kind in WEIGHTS}
            self.makeup = gr.HTML()
        self.tabs: gr.Tabs = self.tab.parent

    def _lay_out(self, kind: str) -> _Kind:
        with gr.Column(visible=False) as whole:
            examples = gr.HTML()
            with gr.Row():
                page = gr.Number(1, precision=0, minimum=1, min_width=140, visible=False)
                if kind == "contradiction":
                    self.keep = gr.Dropdown(text.KEEP_CHOICES, value=FIRST, label=text.KEEP_LABEL, min_width=180)
                    self.keep_row = gr.Number(
                        None, label=text.KEEP_ROW, info=text.KEEP_ROW_INFO, precision=0, minimum=1, min_width=160
                    )
                fix = gr.Button(text.FIXES[kind], scale=0, min_width=260)
        return _Kind(whole, examples, page, fix)

    @property
    def outputs(self) -> list[Any]:
        """What `open` updates."""
        seen = [self.tab, self.examine, self.model, *self._chosen, self.name, self.keep, self.keep_row, self.makeup]
        return [*seen, *self._found]

    @property
    def _found(self) -> list[Any]:
        """What shows what was found, which depends on the model."""
        return [self.summary, *(component for kind in self.kinds.values() for component in kind.outputs)]

    @property
    def _chosen(self) -> list[Any]:
        """What choosing remedies updates."""
        return [self.pending, self.remedies, self.preview, self.steps]

    def open(self, manifest: Manifest, *, operator: bool) -> Updates:
        """What was found, and no remedy chosen yet."""
        examination = read_examination(self._workspace, manifest.id)
        return {
            self.tab: gr.Tab(visible=manifest.kind != QUESTIONS),
            self.summary: view.summary_html(examination) if examination else view.not_examined_html(operator=operator),
            self.examine: gr.Button(visible=operator and examination is None),
            self.model: gr.Dropdown(self._models(), value="", visible=examination is not None),
            self.name: "",
            self.keep: gr.Dropdown(visible=operator),
            self.keep_row: gr.Number(None, visible=operator),
            self.makeup: view.makeup_html(examination.makeup) if examination else "",
            **self._kind_updates(manifest.id, examination or Examination(0, []), dict.fromkeys(WEIGHTS, 1), operator=operator),
            **self._pending_updates(None, (), shown=operator and bool(examination and examination.findings)),
        }

    def wire(self, dataset: gr.Dropdown) -> None:
        """Connect the events."""
        private: dict[str, Any] = {"api_visibility": "private"}
        self.examine.click(
            plainly(self.look), dataset, self.outputs, api_name="data_checks_examine", show_progress_on=self.summary, **private
        )
        measured = self.model.input(
            plainly(self.measure), [dataset, self.pending, self.model], [*self._found, *self._chosen],
            api_name="data_checks_model", show_progress_on=self.summary, **private,
        )  # fmt: skip
        tried: dict[str, Any] = {"outputs": self._chosen, "show_progress_on": self.preview, **private}
        chosen = {
            "data_checks_model": measured,
            "data_checks_undo": self.undo.click(
                plainly(self.take_back), [dataset, self.pending, self.model], api_name="data_checks_undo", **tried
            ),
            "data_checks_reset": self.reset.click(plainly(self.clear), dataset, api_name="data_checks_reset", **tried),
        }
        for kind, components in self.kinds.items():
            name = f"data_checks_fix_{kind}"
            inputs = [dataset, self.pending, self.model, self.keep, self.keep_row]
            chosen[name] = components.fix.click(plainly(self._fix(kind)), inputs, js=_SHOW_PREVIEW, api_name=name, **tried)
            gr.on(
                [components.page.submit, components.page.blur], plainly(self._turn(kind)), [dataset, self.model, components.page],
                [components.examples, components.page], api_name=f"data_checks_page_{kind}", show_progress="hidden", **private,
            )  # fmt: skip
        for name, event in chosen.items():
            event.success(None, [dataset, self.pending], None, js=_WRITE_ADDRESS, api_name=f"{name}_address")

    def reopen(self, opened: Any, dataset: gr.Dropdown) -> None:
        """Once the page has `opened`, try the remedies that its address names, if it names any."""
        opened.success(
            plainly(self.try_from_address), [dataset, self.pending], [self.tabs, *self._chosen], js=_READ_ADDRESS,
            api_name="data_checks_reopen", api_visibility="private", show_progress_on=self.preview,
        )  # fmt: skip

    def wire_saving(self, dataset: gr.Dropdown, outputs: Sequence[Any], made: Made, then: Callable[[Any, str], None]) -> None:
        """Connect the button that saves: `made` shows the new dataset on `outputs`, and `then` is told of the event and its name."""
        self._made = made
        event = self.save.click(
            plainly(self.keep_as_dataset), [dataset, self.pending, self.model, self.name], list(outputs), api_name="data_checks_save",
            api_visibility="private", show_progress_on=self.preview,
        )  # fmt: skip
        then(event, "data_checks_save")

    def look(self, dataset: str | None, request: gr.Request, progress: gr.Progress = gr.Progress()) -> Updates:
        """Check the dataset and keep what was found.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: no dataset is chosen.
        """
        require_operator(self._settings, request, to="check a dataset")
        manifest = read_manifest(self._workspace, chosen_dataset(dataset))
        examine_dataset(self._workspace, manifest.id, progress=_told(progress, text.EXAMINING))
        return self.open(manifest, operator=True)

    def measure(self, dataset: str | None, pending: str | None, model: str | None, request: gr.Request) -> Updates:
        """What was found, with the rows that are too long for another model. No remedy is chosen then, for it was tried with the old one.

        Raises:
            BadInput: no dataset is chosen, or nobody has checked it.
            NotFound: the model is not on this machine.
        """
        chosen, operator = chosen_dataset(dataset), identify(self._settings, request).operator
        examination = self._examination(chosen, model)
        return {
            self.summary: view.summary_html(examination),
            **self._kind_updates(chosen, examination, dict.fromkeys(WEIGHTS, 1), operator=operator),
            **self._pending_updates(None, (), shown=operator and bool(examination.findings)),
        }

    def take_back(
        self,
        dataset: str | None,
        pending: str | None,
        model: str | None,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),
    ) -> Updates:
        """Without the remedy that was chosen last."""
        require_operator(self._settings, request, to="mend a dataset")
        return self._try(dataset, parse_remedies(pending or "")[:-1], model, progress)

    def clear(self, dataset: str | None, request: gr.Request, progress: gr.Progress = gr.Progress()) -> Updates:
        """Without any remedy."""
        require_operator(self._settings, request, to="mend a dataset")
        return self._try(dataset, (), None, progress)

    def try_from_address(
        self, dataset: str | None, remedies: str | None, request: gr.Request, progress: gr.Progress = gr.Progress()
    ) -> Updates:
        """The tab with the remedies of the address, or nothing where it names none or the caller is a visitor."""
        if not dataset or not remedies or not identify(self._settings, request).operator:
            return {self.preview: gr.skip()}
        return {self.tabs: gr.Tabs(selected=_TAB), **self._try(dataset, parse_remedies(remedies), None, progress)}

    def keep_as_dataset(
        self,
        dataset: str | None,
        pending: str | None,
        model: str | None,
        name: str | None,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),
    ) -> Updates:
        """Save what the chosen remedies make of the dataset as a new one.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: no remedy is chosen, or they change nothing.
        """
        require_operator(self._settings, request, to="mend a dataset")
        chosen, remedies = chosen_dataset(dataset), parse_remedies(pending or "")
        if not remedies:
            raise BadInput(text.NOTHING_PENDING)
        mended = self._mended(chosen, remedies, model, progress)
        made = save_mended(self._workspace, chosen, remedies, mended, name=name or "")
        gr.Info(text.SAVED_NOTE.format(name=made.name))  # the page's own message may be out of sight above
        return self._made(made, view.saved_html(made, mended))

    def _fix(self, kind: str) -> Callable[..., Updates]:
        def fix(
            dataset: str | None,
            pending: str | None,
            model: str | None,
            keep: str | None,
            row: float | None,
            request: gr.Request,
            progress: gr.Progress = gr.Progress(),
        ) -> Updates:
            require_operator(self._settings, request, to="mend a dataset")
            settled = Remedy(kind, keep or FIRST, int(row) - 1 if row else None)
            added = settled if kind == "contradiction" else Remedy(kind)
            return self._try(dataset, with_remedy(parse_remedies(pending or ""), added), model, progress)

        return fix

    def _turn(self, kind: str) -> Callable[[str | None, str | None, float | None], Updates]:
        def turn(dataset: str | None, model: str | None, page: float | None) -> Updates:
            chosen = chosen_dataset(dataset)
            examination = self._examination(chosen, model if kind == "too_long" else None)
            updates = self._kind_updates(chosen, examination, {kind: int(page or 1)}, operator=False)
            components = self.kinds[kind]
            return {components.examples: updates[components.examples], components.page: updates[components.page]}

        return turn

    def _models(self) -> list[tuple[str, str]]:
        """None, and the models whose tokenizer is on this machine."""
        here = [(model.title, model.name) for model in CATALOG if is_prepared(self._workspace, model)]
        return [(text.NO_MODEL, ""), *here]

    def _length_check(self, model: str | None) -> LengthCheck | None:
        return over_tokens(tokenizer_of(self._workspace, find_model(model)), _MAX_LENGTH) if model else None

    def _examination(self, dataset: str, model: str | None) -> Examination:
        """What was found, with the rows that are too long for the model."""
        examination = read_examination(self._workspace, dataset)
        if examination is None:
            raise BadInput(text.CHECK_FIRST)
        check = self._length_check(model)
        return with_over_long(examination, list(read_rows(self._workspace, dataset)), check) if check else examination

    def _try(self, dataset: str | None, remedies: tuple[Remedy, ...], model: str | None, progress: gr.Progress) -> Updates:
        mended = self._mended(chosen_dataset(dataset), remedies, model, progress) if remedies else None
        return self._pending_updates(mended, remedies, shown=True)

    def _mended(self, dataset: str, remedies: Sequence[Remedy], model: str | None, progress: gr.Progress) -> Mended:
        if read_examination(self._workspace, dataset) is None:
            raise BadInput(text.CHECK_FIRST)
        check = self._length_check(model)
        return mend_dataset(self._workspace, dataset, remedies, length_check=check, progress=_told(progress, text.MENDING))

    def _pending_updates(self, mended: Mended | None, remedies: Sequence[Remedy], *, shown: bool) -> Updates:
        return {
            self.pending: codes_of(remedies),
            self.remedies: gr.Column(visible=shown),
            self.preview: view.pending_html(mended, remedies),
            self.steps: gr.Row(visible=bool(remedies)),
        }

    def _kind_updates(self, dataset: str, examination: Examination, pages: Mapping[str, int], *, operator: bool) -> Updates:
        """The examples of the kinds, each at its page; what was not found is not there."""
        shown = {kind: view.select_examples(examination, kind, page) for kind, page in pages.items()}
        positions = {place for examples in shown.values() for place in examples.positions}
        rows = view.rows_at(read_rows(self._workspace, dataset), positions)
        leaking = shown.get("leakage")
        items = (
            {item.id: item.conversation[-1]["content"] for item in known_items(self._workspace)}
            if leaking and leaking.total
            else {}
        )
        updates: Updates = {}
        for kind, examples in shown.items():
            components = self.kinds[kind]
            label = text.PAGE_OF.format(kind=text.KINDS[kind], pages=f"{examples.pages:,}")
            updates |= {
                components.whole: gr.Column(visible=examples.total > 0),
                components.examples: view.examples_html(examples, rows, items) if examples.total else "",
                components.page: gr.Number(examples.page, label=label, maximum=examples.pages, visible=examples.pages > 1),
                components.fix: gr.Button(visible=operator),
            }
        return updates


def _told(progress: gr.Progress, words: str) -> Progress:
    return partial(_tell, progress, words)


def _tell(progress: gr.Progress, words: str, done: int, total: int) -> None:
    progress(done / max(total, 1), desc=words)

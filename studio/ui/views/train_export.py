"""An export as it is watched, what came of its merge, and the list of those that were made."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from studio.training.exporting.manifest import is_rounding
from studio.training.exporting.requests import folder_of, made_by
from studio.ui.text import train_export as text
from studio.ui.views.bars import bar_html
from studio.ui.views.figures import moment
from studio.ui.views.train_numbers import table
from studio.ui.views.words import shortened, size
from studio.workspace.adapters import TunedModel
from studio.workspace.runs import Run, RunState, Status

_SHOWN = 400  # characters of an answer


@dataclass(frozen=True)
class Exporting:
    """An export at one moment. `done` of `total` are units of its phase; `made` is what its job returns, once its folder is whole."""

    id: str
    spec: Mapping[str, Any]
    status: Status
    folder: str
    made: Mapping[str, Any] | None
    phase: str = ""
    done: int = 0
    total: int = 0
    cancelling: bool = False

    @property
    def model(self) -> str:
        """The model's name."""
        return str(self.spec["model"])

    @property
    def form(self) -> str:
        """What was made, in words."""
        return text.FORMS[str(self.spec["form"])]


def exporting(run: Run) -> Exporting:
    """Read the run's folder; the status first, so that whatever a finished run has written is there."""
    status = run.status
    phase, done, total = "", 0, 0
    for event in run.events("phase", "progress"):
        if event["kind"] == "phase":
            phase, done, total = str(event["name"]), 0, 0
        else:
            done, total = int(event["done"]), int(event["total"])
    return Exporting(
        run.id, run.spec, status, str(folder_of(run)), made_by(run), phase, done, total, cancelling=run.stop_request is not None
    )  # fmt: skip


def exporting_html(seen: Exporting) -> str:
    """The card of the watched export."""
    state = seen.status.state
    title = escape(text.TITLES[state.value].format(model=seen.model))
    if state is RunState.FAILED:
        kept = _made(seen, seen.made) if seen.made else f"<p>{text.NOTHING_KEPT}</p>"
        return f'<section class="card" role="alert"><h2 class="failed">{title}</h2><p>{escape(seen.status.error or "")}</p>{kept}</section>'
    if state is RunState.STOPPED:
        kept = _made(seen, seen.made) if seen.made else f"<p>{text.NOTHING_KEPT}</p>"
        return f'<section class="card" role="status"><h2>{title}</h2>{kept}</section>'
    if state is RunState.SUCCEEDED:
        made = seen.made or seen.status.result
        return f'<section class="card" role="status"><h2 class="passed">{title}</h2>{_made(seen, made)}{_hub(seen)}</section>'
    if state is RunState.QUEUED:
        return f'<section class="card"><h2>{title}</h2><p>{text.WAITING}</p></section>'
    if seen.cancelling:
        return f'<section class="card"><h2>{title}</h2><p role="status">{text.CANCELLING}</p></section>'
    bar = bar_html(text.BAR, seen.done, seen.total) if seen.total else ""
    return f'<section class="card"><h2>{title}</h2><p role="status">{escape(_standing(seen))}</p>{bar}</section>'


def agreement_html(made: Mapping[str, Any]) -> str:
    """How many answers the merge left as they were, and the others."""
    if not made.get("prompts"):
        return ""
    agree, prompts = made["agree"], made["prompts"]
    words = text.SAME if agree == prompts else text.NOT_SAME if is_rounding(agree, prompts) else text.WENT_WRONG
    sentence = words.format(agree=agree, prompts=prompts, computed_in=made["computed_in"])
    html = (
        f"<p>{escape(sentence)}</p>" if is_rounding(agree, prompts) else f'<p class="failed" role="alert">{escape(sentence)}</p>'
    )
    if differing := made.get("differing"):
        rows = [[escape(shortened(one[part], _SHOWN)) for part in ("question", "before", "after")] for one in differing]
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in text.DIFFERENCE_HEAD)
        body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
        scroll = f'<div class="studio-scroll" tabindex="0" role="region" aria-label="{text.DIFFERENCES}">'
        html += (
            f"<details><summary>{text.DIFFERENCES}</summary>{scroll}"
            f'<table class="studio-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></details>'
        )
    return html


def exports_html(seen: Sequence[Exporting]) -> str:
    """The exports that were made, newest first; empty where there are none."""
    made = [one for one in seen if one.status.state is RunState.SUCCEEDED]
    if not made:
        return ""
    return f"<h3>{text.EARLIER}</h3>{table(text.EARLIER, text.EARLIER_HEAD, [_row(one) for one in made])}"


def model_choices(models: Sequence[TunedModel]) -> list[tuple[str, str]]:
    """What the choice of models shows, and the names that it means."""
    return [(_label(model), model.run) for model in models]


def room_html(form: str, needed: int, free: int) -> str:
    """What the form is, how large it will be, and whether there is room for it."""
    words = (text.ROOM if free >= needed else text.NO_ROOM).format(needed=size(needed), free=size(free))
    kind = "muted" if free >= needed else "failed"
    return f'<p>{escape(text.FORM_HELP[form])}</p><p class="{kind}">{escape(words)}</p>'


def where_html(sentence: str) -> str:
    """Where it will go, to be read before it does."""
    return f'<div class="card" role="status"><strong>{text.WHERE}</strong><p style="overflow-wrap:anywhere">{escape(sentence)}</p></div>'


def refused_html(sentence: str) -> str:
    """Why it can't go there, or can't be exported."""
    return f'<p class="failed" role="alert">{escape(sentence)}</p>'


def export_command(model: str, form: str, repo: str, *, public: bool, update: bool) -> str:
    """The command that makes the same export."""
    words = ["python", "-m", "studio", "export-model", model, "--as", form]
    if repo.strip():
        words += ["--push", repo.strip(), *(["--public"] if public else []), *(["--update"] if update else [])]
    return shlex.join(words)


def export_link(run_id: str) -> str:
    """Where the zip is, relative to the studio."""
    return f"exports/{run_id}.zip"


def _label(model: TunedModel) -> str:
    if model.shipped:
        return text.SHIPPED.format(name=model.run)
    return text.IMPORTED.format(name=model.run) if model.imported else model.run


def _made(seen: Exporting, made: Mapping[str, Any]) -> str:
    sentence = text.MADE.format(form=seen.form, size=size(made["bytes"]), folder=seen.folder)
    if seen.made is None:
        return f'<p style="overflow-wrap:anywhere">{escape(sentence)} ({text.GONE})</p>{agreement_html(made)}'
    link = text.DOWNLOAD.format(size=size(made["bytes"]))
    download = f'<p><a href="{export_link(seen.id)}" download>{escape(link)}</a></p>'
    return f'<p style="overflow-wrap:anywhere">{escape(sentence)}</p>{agreement_html(made)}{download}'


def _hub(seen: Exporting) -> str:
    url = seen.status.result.get("url")
    if not url:
        return ""
    link = f'<a href="{escape(url)}" target="_blank" rel="noopener">{escape(url)}</a>'
    return f"<p>{text.AT.format(link=link)}</p>"


def _standing(seen: Exporting) -> str:
    phase = seen.phase or text.STARTING
    phase = phase[:1].upper() + phase[1:]
    return text.PROGRESS.format(phase=phase, share=f"{min(seen.done / seen.total, 1):.0%}") if seen.total else phase


def _row(seen: Exporting) -> list[str]:
    made = seen.made or seen.status.result
    same = f"{made['agree']} of {made['prompts']}" if made.get("prompts") else text.NONE
    link = f'<a href="{export_link(seen.id)}" download>{text.ZIP}</a>' if seen.made else f'<span class="muted">{text.GONE}</span>'
    return [
        escape(seen.model),
        escape(seen.form),
        escape(moment(seen.status.created)),
        same,
        size(made["bytes"]),
        link,
    ]

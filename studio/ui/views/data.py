"""What the Data page shows besides rows: the list, a dataset's facts, what was rejected, and what an import would do or did."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

from studio.dataset.identity.proportion import is_identity
from studio.ui.text import data as text
from studio.ui.text import data_import as import_text
from studio.ui.text.common import VISITOR_NOTICE
from studio.ui.text.identity import MIX as IDENTITY_MIX
from studio.ui.views.data_rows import RowFilter, pages_of
from studio.ui.views.figures import count, moment
from studio.workspace.datasets import QUESTIONS, Manifest

REJECTED_PAGE_SIZE = 50
_LISTED = 10
_SHORT_FINGERPRINT = 12  # characters


def address(dataset: str, wanted: RowFilter | None = None, page: int = 1) -> str:
    """The address of a view of a dataset, relative to the app's root, as every link is in Gradio."""
    wanted = wanted or RowFilter()
    values = {"dataset": dataset, "q": wanted.text, "industry": wanted.industry, "family": wanted.family}
    filled = {key: value for key, value in values.items() if value} | ({"page": str(page)} if page > 1 else {})
    return f"data?{urlencode(filled)}"


def visitor_html() -> str:
    """What a visitor may do here."""
    return f'<div class="card"><p>{VISITOR_NOTICE}</p></div>'


def listing_html(manifests: Sequence[Manifest], *, chosen: str | None, operator: bool) -> str:
    """The datasets as a table, the newest first and the older ones folded; what to do when there is none."""
    heading = f"<h2>{text.LIST_TITLE}</h2>"
    if not manifests:
        step = text.EMPTY_STEP if operator else text.EMPTY_VISITOR
        return f'{heading}<div class="card"><p>{text.EMPTY}</p><p>{step}</p></div>'
    older = manifests[_LISTED:]
    folded = (
        f"<details><summary>{text.OLDER.format(count=len(older))}</summary>{_table(older, chosen)}</details>" if older else ""
    )
    return f"{heading}{_table(manifests[:_LISTED], chosen)}{folded}"


def facts_html(manifest: Manifest) -> str:
    """The name of the chosen dataset, its numbers, and what can be done with it."""
    facts = [
        count(manifest.rows, "row"),
        f"{manifest.rejected:,} rejected",
        f"{text.FACTS['source']}: {manifest.source}",
        moment(manifest.created),
        f"{text.FACTS['fingerprint']} {manifest.fingerprint[:_SHORT_FINGERPRINT]}",
    ]
    hint = f"<p>{IDENTITY_MIX}</p>" if is_identity(manifest) else ""
    train = f"train?{urlencode({'dataset': manifest.id})}"
    link = f'<a href="{escape(train, quote=True)}">{text.TRAIN_WITH_IT}</a>'
    following = import_text.QUESTIONS_NEXT if manifest.kind == QUESTIONS else link
    named = f'<h2 style="overflow-wrap:anywhere">{escape(manifest.name)}</h2>'
    return f"{named}<p>{escape(' · '.join(facts))}</p><p>{following}</p>{hint}"


def link_html(dataset: str, wanted: RowFilter, page: int) -> str:
    """The link to what is being looked at."""
    return f'<a href="{escape(address(dataset, wanted, page), quote=True)}">{text.LINK_TO_VIEW}</a>'


def rejected_html(problems: Sequence[Mapping[str, Any]], page: int) -> str:
    """One page of the rows that were not imported, each with its reason."""
    if not problems:
        return f"<p>{text.REJECTED_NONE}</p>"
    page = min(max(1, page), pages_of(len(problems), REJECTED_PAGE_SIZE))
    start = (page - 1) * REJECTED_PAGE_SIZE
    shown = problems[start : start + REJECTED_PAGE_SIZE]
    line = text.REJECTED_RANGE.format(first=f"{start + 1:,}", last=f"{start + len(shown):,}", total=f"{len(problems):,}")
    return f'<p role="status">{line}</p>{problem_table(shown)}'


def rejected_json(manifest: Manifest) -> str:
    """The rejected rows of a dataset as a JSON document."""
    content = {"dataset": manifest.id, "source": manifest.source, "rejected": list(manifest.problems)}
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def refusal_html(sentence: str, *, title: str = text.PREVIEW_BAD) -> str:
    """Why a file can't be imported, or not yet."""
    return f'<div class="card" role="alert"><strong class="failed">{title}</strong><p>{escape(sentence)}</p></div>'


def imported_html(manifest: Manifest, result: Mapping[str, Any]) -> str:
    """What an import made, the rows that it left out, and how sound the others are; `result` is that of the run."""
    name = f"<strong>{escape(manifest.name)}</strong>"
    noun = "question" if manifest.kind == QUESTIONS else "row"
    made = text.IMPORTED.format(rows=count(int(result["rows"]), noun), name=name)
    left_out = "".join(f"<p>{escape(text.NOT_TAKEN.format(reason=reason))}</p>" for reason in result["skipped"])
    return _message(f"<p>{made} {_rejected_by(manifest)}{left_out}{_soundness(manifest, result)}")


def _rejected_by(manifest: Manifest) -> str:
    if not manifest.problems:
        return f"{text.NONE_REJECTED}</p>"
    more = f"<p>{text.MORE_REJECTED.format(count=f'{manifest.rejected:,}')}</p>" if manifest.rejected > _LISTED else ""
    first = problem_table(manifest.problems[:_LISTED])
    return f"{text.SOME_REJECTED.format(rows=count(manifest.rejected, 'row'))}</p>{first}{more}"


def _soundness(manifest: Manifest, result: Mapping[str, Any]) -> str:
    if manifest.kind == QUESTIONS:
        return f"<p>{import_text.QUESTIONS_NEXT}</p>"
    if result["score"] is None:
        return ""
    named = ", ".join(count(number, *import_text.KINDS.get(kind, (kind,))) for kind, number in result["counts"].items())
    found = import_text.FOUND.format(found=named) if named else import_text.SOUND
    return f"<p><strong>{import_text.SCORE.format(score=result['score'])}</strong> {found}</p>"


def deleted_html(manifest: Manifest, *, days: int) -> str:
    """That a dataset was deleted, and for how long that can be taken back."""
    return _message(text.DELETED.format(name=f"<strong>{escape(manifest.name)}</strong>", days=days))


def restored_html(manifest: Manifest) -> str:
    """That a dataset is back."""
    return _message(text.RESTORED.format(name=f"<strong>{escape(manifest.name)}</strong>"))


def missing_html(sentence: str) -> str:
    """Why the dataset in the address is not shown."""
    return f'<div class="card" role="alert">{escape(sentence)}</div>'


def deleted_choices(deleted: Mapping[str, Manifest]) -> list[tuple[str, str]]:
    """The trash as choices of a dropdown: what a person reads, and the token."""
    return [
        (f"{manifest.name}, {count(manifest.rows, 'row')}, {manifest.fingerprint[:_SHORT_FINGERPRINT]}", token)
        for token, manifest in deleted.items()
    ]


def rejected_pages(manifest: Manifest) -> int:
    """How many pages the rejected rows fill, at least one."""
    return pages_of(len(manifest.problems), REJECTED_PAGE_SIZE)


def _message(markup: str) -> str:
    """A card that is read out when it appears; the markup is escaped by the caller."""
    return f'<div class="card" role="status">{markup}</div>'


def _table(manifests: Sequence[Manifest], chosen: str | None) -> str:
    head = "".join(f'<th scope="col">{title}</th>' for title in text.LIST_HEAD)
    rows = "".join(_table_row(manifest, chosen=manifest.id == chosen) for manifest in manifests)
    table = f'<table class="studio-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<div class="studio-scroll" role="region" tabindex="0" aria-label="{text.LIST_TITLE}">{table}</div>'


def _table_row(manifest: Manifest, *, chosen: bool) -> str:
    link = f'<a href="{escape(address(manifest.id), quote=True)}"{" aria-current=true" if chosen else ""}>{escape(manifest.name)}</a>'
    mark = f' <span class="muted">({text.CHOSEN_MARK})</span>' if chosen else ""
    mark += f'<br><span class="muted">{import_text.QUESTIONS_MARK}</span>' if manifest.kind == QUESTIONS else ""
    cells = (
        f"{link}{mark}",
        f"{manifest.rows:,}",
        f"{manifest.rejected:,}",
        escape(manifest.source),
        moment(manifest.created),
        f'<code style="white-space:nowrap !important">{manifest.fingerprint[:_SHORT_FINGERPRINT]}</code>',
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def problem_table(problems: Sequence[Mapping[str, Any]]) -> str:
    """Rejected rows, each with its reason."""
    head = "".join(f'<th scope="col">{title}</th>' for title in text.REJECTED_HEAD)
    rows = "".join(
        f'<tr><td>{problem["row"] + 1:,}</td><td style="overflow-wrap:anywhere">{escape(str(problem["message"]))}</td></tr>'
        for problem in problems
    )
    table = f'<table class="studio-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<div class="studio-scroll" role="region" tabindex="0" aria-label="{text.REJECTED_TAB}">{table}</div>'

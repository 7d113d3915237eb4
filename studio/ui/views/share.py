"""What the Share page shows: a report as it would be shared, the new link, and the links that were made."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from html import escape
from urllib.parse import urlencode, urlsplit

from studio.sharing.links import CreatedLink, LinkInfo, LinkState
from studio.sharing.snapshots import Snapshot
from studio.sharing.view import ModelView, page_view
from studio.ui.text import share as text
from studio.ui.views.figures import count, moment, share
from studio.ui.views.words import size
from studio.workspace.reports import Report

_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_STATE_CLASSES = {LinkState.OPEN: "passed", LinkState.EXPIRED: "muted", LinkState.REVOKED: "muted"}


def report_choice(report: Report) -> str:
    """A report as a choice of a dropdown: which questions, when, and the headline of each model."""
    scores = ", ".join(
        f"{text.ROLE_WORDS.get(model['role'], model['role'])} {share(model['passed'], model['items'])}"
        for model in report["models"]
    )
    return text.REPORT_CHOICE.format(name=report["question_set"]["name"], moment=moment(report["created"]), scores=scores)


def lifetime(expiry: str | None) -> int | None:
    """Days from the choice of an expiry; None is until revoked. What is no choice counts as the shortest."""
    if expiry == "never":
        return None
    return int(expiry) if expiry in {value for _, value in text.EXPIRIES} else 1


def visitor_html() -> str:
    """What a visitor may do here."""
    return f'<div class="card"><p>{text.VISITOR}</p></div>'


def empty_html() -> str:
    """What to do while there is no report."""
    return f'<div class="card"><p>{text.EMPTY}</p><p><a href="dashboard">{text.EMPTY_STEP}</a></p></div>'


def missing_html(sentence: str) -> str:
    """Why the report in the address is not shown."""
    return f'<div class="card" role="alert">{escape(sentence)}</div>'


def preview_html(snapshot: Snapshot, report_id: str) -> str:
    """What a link would show: the headline of each model, the finding, what is replaced and left out, and how large it is."""
    page = page_view(snapshot)
    models = "".join(_model(model) for model in page.models)
    data = len(json.dumps(snapshot.to_json(), ensure_ascii=False).encode())
    content = text.CONTENT.format(items=count(page.items, "item"), data=size(data))
    redacted = text.REDACTED.format(what=page.redacted) if page.redacted else text.NOTHING_REDACTED
    query = escape(urlencode({"report": report_id}), quote=True)
    return (
        f"<section><h2>{text.PREVIEW_TITLE}</h2>"
        f'<div class="card"><h3 style="overflow-wrap:anywhere">{escape(page.title)}</h3><p class="muted">{page.date}</p>'
        f'<div class="cards" style="margin:.75rem 0">{models}</div><p><strong>{escape(page.verdict)}</strong></p><p>{escape(page.mcnemar)}</p>'
        f"<ul><li>{content}</li><li>{escape(redacted)}</li><li>{text.LEFT_OUT}</li><li>{text.READ_IT}</li></ul>"
        f'<p><a href="dashboard?{query}">{text.SEE_REPORT}</a> · <a href="share?{query}">{text.LINK_TO_VIEW}</a></p></div></section>'
    )


def frame_html(document: str) -> str:
    """The shared page in a frame of its own that may run nothing and reach nothing."""
    return (
        f'<iframe sandbox="" title="{text.PAGE_FRAME}" srcdoc="{escape(document, quote=True)}" '
        'style="width:100%;height:70vh;border:1px solid var(--border-color-primary);border-radius:10px;background:white"></iframe>'
    )


def made_html(link: CreatedLink) -> str:
    """That a link was made, until when it opens, and that it can't be shown again."""
    until = text.UNTIL.format(moment=moment(link.expires)) if link.expires else text.UNTIL_REVOKED
    local = f"<p>{text.LOCAL_ONLY}</p>" if is_local(link.url) else ""
    return (
        f'<div class="card" role="status"><p><strong>{text.MADE.format(until=until)}</strong></p><p>{text.NOT_STORED}</p>{local}'
        f'<p><a href="{escape(link.url, quote=True)}" target="_blank" rel="noopener">{text.OPEN}</a></p></div>'
    )


def is_local(url: str) -> bool:
    """Whether the address means the reader's own machine."""
    return (urlsplit(url).hostname or "") in _LOCAL_NAMES


def revoked_html() -> str:
    """That a link was revoked."""
    return f'<div class="card" role="status">{text.REVOKED}</div>'


def links_html(links: Sequence[LinkInfo]) -> str:
    """The links as a table, those that open no more folded; each that opens has a button that revokes it."""
    heading = f"<h2>{text.LINKS_TITLE}</h2>"
    if not links:
        return f"{heading}<p>{text.NO_LINKS}</p>"
    alive = [link for link in links if link.state is LinkState.OPEN]
    dead = [link for link in links if link.state is not LinkState.OPEN]
    folded = f"<details><summary>{text.OLDER.format(count=len(dead))}</summary>{_table(dead)}</details>" if dead else ""
    return f"{heading}{_table(alive) if alive else ''}{folded}"


def _model(model: ModelView) -> str:
    return (
        f'<div class="card side {"base" if model.role == "base" else "tuned"}"><h4 class="side-name">{escape(model.label)}</h4>'
        f'<p class="big">{model.figure.value}</p><p class="muted">{text.INTERVAL.format(interval=model.figure.interval)}</p></div>'
    )


def _table(links: Sequence[LinkInfo]) -> str:
    head = "".join(f'<th scope="col">{title}</th>' for title in text.LINKS_HEAD)
    rows = "".join(_row(link) for link in links)
    table = f'<table class="studio-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<div class="studio-scroll" role="region" tabindex="0" aria-label="{text.LINKS_TITLE}">{table}</div>'


def _row(link: LinkInfo) -> str:
    report = escape(urlencode({"report": link.report}), quote=True)
    cells = (
        f'{escape(link.title)}<br><span class="muted">{text.BEGINS.format(hint=escape(link.hint))}</span>',
        f'<span class="{_STATE_CLASSES[link.state]}" style="white-space:nowrap">{text.STATES[link.state]}</span>',
        _revoke(link) if link.state is LinkState.OPEN else "",
        moment(link.expires) if link.expires else text.NEVER,
        _opened(link.opened, link.last_opened),
        moment(link.created),
        f'<a href="dashboard?{report}">{escape(link.report)}</a>',
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _opened(times: int, last: datetime | None) -> str:
    return text.OPENED.format(times=count(times, "time"), moment=moment(last)) if times and last else text.NOT_OPENED


def _revoke(link: LinkInfo) -> str:
    """Two steps, because it is for good; the page's script listens for the second."""
    label = escape(f"{text.REVOKE}: {link.title}", quote=True)
    return (
        f'<details><summary style="white-space:nowrap">{text.REVOKE_ASK}</summary><p>{text.REVOKE_HELP}</p>'
        f'<button type="button" data-revoke="{link.token_hash}" aria-label="{label}" class="lg stop">{text.REVOKE}</button></details>'
    )

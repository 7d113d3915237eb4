"""What the check before a training found, as HTML."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from html import escape

from studio.training.preflight.findings import Finding, Level, Preflight
from studio.ui.text import train_check as text

_LIST = "list-style:none;padding:0;margin:.5rem 0"


def check_html(found: Preflight) -> str:
    """The findings, what blocks first, and which checks were made and which were not."""
    said = text.BLOCKED if found.blocks else text.WARNED if found.findings else text.NOTHING_FOUND
    mark = "failed" if found.blocks else "muted" if found.findings else "passed"
    findings = "".join(_finding(finding) for finding in found.findings)
    listed = f'<ul style="{_LIST}">{findings}</ul>' if findings else ""
    return (
        f'<section class="card" aria-live="polite"><h3>{text.TITLE}</h3><p><strong class="{mark}">{escape(said)}</strong></p>'
        f'{listed}<p class="muted">{escape(" ".join([_checked(found.checks), *_left_out(found)]))}</p></section>'
    )


def _finding(finding: Finding) -> str:
    if finding.level is Level.ERROR:
        return f'<li style="margin:.25rem 0"><strong class="failed">{text.BLOCKS}.</strong> {escape(finding.sentence)}</li>'
    return f'<li style="margin:.25rem 0"><strong>{text.WARNING}.</strong> {escape(finding.sentence)}</li>'


def _checked(checks: Iterable[str]) -> str:
    return text.CHECKED.format(checks=_words(checks))


def _left_out(found: Preflight) -> list[str]:
    reasons: dict[str, list[str]] = defaultdict(list)
    for name, why in found.missing:
        reasons[why].append(name)
    return [text.NOT_CHECKED.format(checks=_words(names), why=why) for why, names in reasons.items()]


def _words(checks: Iterable[str]) -> str:
    return ", ".join(text.CHECK_WORDS.get(name, name) for name in checks)

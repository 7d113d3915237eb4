"""How far a job is, as every page shows it."""

from __future__ import annotations

from html import escape


def bar_html(label: str, done: int, total: int, *, decimals: int = 1) -> str:
    """A bar that is read out as `done` of `total`, under its label; empty while the total is 0. Its width is a percentage with so many decimals."""
    share = min(max(done / total, 0.0), 1.0) if total else 0.0
    return (
        f'<div class="bar" role="progressbar" aria-label="{escape(label, quote=True)}" aria-valuemin="0" aria-valuemax="{total}" '
        f'aria-valuenow="{done}"><span style="width:{share:.{decimals}%}"></span></div>'
    )

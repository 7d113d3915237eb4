"""A row's tokens and the lengths of all rows, as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from urllib.parse import urlencode

from studio.charts import LengthBar
from studio.charts.lengths import words_of_bar
from studio.dataset.tokens.lengths import Lengths
from studio.dataset.tokens.view import RowTokens, Token, TokenView
from studio.ui.text import data_tokens as text
from studio.ui.views.figures import count
from studio.ui.views.train_numbers import table

MOST_SHOWN = 4_096
"""Tokens that are drawn; a browser takes seconds for many more."""

# The look of the tokens, for the `css_template` of the component that shows them. In the page's own colours, so that it holds in dark mode.
CSS = """
.tokens { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 2; padding: .75rem 1rem; font-size: .95rem; max-height: 40rem; overflow-y: auto; }
.token { box-shadow: inset 0 0 0 1px var(--border-color-primary); border-radius: 3px; padding: .1rem 0; box-decoration-break: clone; -webkit-box-decoration-break: clone; }
.learned { background: color-mix(in srgb, #14b8a6 24%, transparent); text-decoration: underline 2px #0d9488; text-underline-offset: .25em; }
.avoided { background: color-mix(in srgb, #64748b 24%, transparent); text-decoration: underline dotted 2px; text-underline-offset: .25em; }
.special { border: 1px solid currentColor; border-radius: 999px; padding: .05rem .45rem; margin: 0 .1rem; font-size: .8rem; font-family: var(--font-mono); box-shadow: none; }
.gone { color: var(--body-text-color-subdued); text-decoration: line-through; background: none; }
.part { font-size: .7rem; vertical-align: super; }
.blank { opacity: .6; }
.cut-line { display: flex; align-items: center; gap: .75rem; margin: .5rem 0; font-weight: 600; line-height: 1.4; }
.cut-line::before, .cut-line::after { content: ""; flex: 1; border-top: 2px dashed currentColor; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .5rem 0; padding: 0; list-style: none; font-size: .875rem; line-height: 2; }
.legend li { margin: 0; }
"""

_LEARNED = ("learned", text.LEARNED)  # the look and the word for the tokens of an answer
_AVOIDED = ("avoided", text.AVOIDED)


def row_address(dataset: str, row: int, model: str = "", max_length: int | None = None) -> str:
    """The address of a row's tokens, relative to the app's root as every link in Gradio; without a model, the one that the page opens with."""
    values = {"dataset": dataset, "row": str(row), "model": model, "max_length": str(max_length or "")}
    return f"data?{urlencode({key: value for key, value in values.items() if value})}"


def not_prepared_html(title: str, *, operator: bool) -> str:
    """That the model has to be unpacked first."""
    words = text.NOT_PREPARED if operator else text.NOT_PREPARED_VISITOR
    return f'<div class="card" role="status">{escape(words.format(model=title))}</div>'


def tokens_html(seen: RowTokens, *, row: int, rows: int, model: str) -> str:
    """A row's tokens under a sentence with their counts; in preference data also with the worse answer."""
    parts = [f'<p role="status">{escape(_summary(seen.chosen, row, rows, model))}</p>']
    if seen.judged_bad:
        parts.append(f"<p><strong>{text.JUDGED_BAD}</strong></p>")
    parts.append(_legend(seen))
    if seen.rejected is None:
        return "".join([*parts, _tokens(seen.chosen, row), f'<p class="muted">{text.REPEATED_NOTE}</p>'])
    better = f"<h3>{text.BETTER}</h3>{_tokens(seen.chosen, row)}"
    worse = f'<h3>{text.WORSE}</h3><p class="muted">{text.WORSE_NOTE}</p>{_tokens(seen.rejected, row, _AVOIDED)}'
    return "".join([*parts, better, worse])


def _summary(view: TokenView, row: int, rows: int, model: str) -> str:
    if not view.tokens:
        return text.NOTHING_TO_LEARN
    counted = text.SUMMARY.format(
        row=f"{row:,}",
        rows=f"{rows:,}",
        total=count(view.total, "token"),
        model=model,
        trained=f"{view.trained:,}",
        cut=f"{view.cut:,}" if view.cut else "none",
        max_length=f"{view.max_length:,}",
    )
    if not view.trained:
        return f"{counted} {text.NOTHING_LEFT}"
    return f"{counted} {text.SUMMARY_LOST.format(lost=count(view.lost, 'token'))}" if view.lost else counted


def _legend(seen: RowTokens) -> str:
    views = [view for view in (seen.chosen, seen.rejected) if view is not None]
    tokens = [token for view in views for token in view.tokens]
    samples = [
        ("learned", "abc", text.LEGEND_LEARNED, True),
        ("avoided", "abc", text.LEGEND_AVOIDED, seen.rejected is not None),
        ("", "abc", text.LEGEND_READ, True),
        ("special", "&lt;…&gt;", text.LEGEND_SPECIAL, any(token.special for token in tokens)),
        ("gone", "abc", text.LEGEND_CUT, any(token.cut for token in tokens)),
        ("", 'é<span class="part">1/2</span>', text.LEGEND_SPLIT, any(token.part for token in tokens)),
    ]
    shown = "".join(
        f'<li><span class="token {look}">{sample}</span> {words}</li>' for look, sample, words, needed in samples if needed
    )
    return f'<ul class="legend" aria-label="{text.LEGEND_TITLE}">{shown}</ul>'


def _tokens(view: TokenView, row: int, answer: tuple[str, str] = _LEARNED) -> str:
    label = text.TOKENS_LABEL.format(row=f"{row:,}")
    more = ""
    if view.total > MOST_SHOWN:
        more = f'<p class="muted">{text.MORE_TOKENS.format(count=count(view.total - MOST_SHOWN, "token"))}</p>'
    return (
        f'<div class="card tokens" role="region" tabindex="0" aria-label="{label}">{"".join(_marked(view, answer))}</div>{more}'
    )


def _marked(view: TokenView, answer: tuple[str, str]) -> Iterator[str]:
    for place, token in enumerate(view.tokens[:MOST_SHOWN]):
        if place == view.max_length:
            words = text.CUT_HERE.format(max_length=f"{view.max_length:,}")
            yield f'<div class="cut-line" role="separator" aria-label="{words}">{words}</div>'
        yield _token(token, place, answer)


def _token(token: Token, place: int, answer: tuple[str, str]) -> str:
    answer_look, answer_word = answer
    look = " ".join(name for name, on in ((answer_look, token.trained), ("special", token.special), ("gone", token.cut)) if on)
    state = text.CUT if token.cut else answer_word if token.trained else text.SPECIAL if token.special else text.READ
    title = text.TOKEN_TITLE.format(id=token.id, place=f"{place + 1:,}", state=state)
    shown = _legible(token.text)
    if token.part is not None:
        part, parts = token.part
        title += text.TOKEN_PART.format(part=part, parts=parts, text=token.text)
        shown = (shown if part == 1 else "") + f'<span class="part">{part}/{parts}</span>'
    return f'<span class="token {look}" title="{escape(title, quote=True)}">{shown}</span>'


def _legible(content: str) -> str:
    """The text, with a visible sign for what would be blank. A line ends where the token ends it."""
    shown = escape(content).replace("\t", '<span class="blank">⇥</span>\t').replace("\r", '<span class="blank">␍</span>')
    return shown.replace("\n", '<span class="blank">⏎</span>\n')


def link_html(dataset: str, row: int, model: str, max_length: int) -> str:
    """The link to the row that is shown."""
    return f'<a href="{escape(row_address(dataset, row, model, max_length), quote=True)}">{text.LINK}</a>'


def lengths_html(lengths: Lengths, max_length: int) -> str:
    """How long the rows are, in a sentence, and what each `max_length` would cut."""
    found = lengths.to_json(max_length)
    size, learned = found["tokens"], found["trained_tokens"]
    words = text.LENGTHS_SUMMARY.format(
        median=f"{size['median']:,}",
        p95=f"{size['p95']:,}",
        longest=f"{size['max']:,}",
        trained=f"{learned['sum']:,}",
        total=f"{size['sum']:,}",
    )
    if lengths.left_out:
        words += " " + text.LEFT_OUT.format(rows=count(lengths.left_out, "row"))
    rows = [
        [_limit(cut.max_length, max_length), f"{cut.cut:,}", f"{cut.share:.1%}", f"{cut.empty:,}"]
        for cut in lengths.ladder(max_length)
    ]
    return f"<p>{words}</p><h3>{text.LADDER_TITLE}</h3>{table(text.LADDER_TITLE, text.LADDER_HEAD, rows)}"


def _limit(limit: int, chosen: int) -> str:
    return f"<strong>{limit:,} ({text.CHOSEN})</strong>" if limit == chosen else f"{limit:,}"


def bars_html(bars: Sequence[LengthBar]) -> str:
    """The table behind the histogram."""
    rows = [[words_of_bar(bar), f"{bar.whole + bar.cut:,}", f"{bar.cut:,}"] for bar in bars]
    return f"<details><summary>{text.BARS_TITLE}</summary>{table(text.BARS_TITLE, text.BARS_HEAD, rows)}</details>"

"""The Arena's HTML: answer cards, the reveal, the ranking and the latest votes. Everything that was typed or generated is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from studio.arena.battles import BASE, Choice, Reveal, VotedBattle
from studio.arena.preference import PreferenceExport
from studio.arena.ranking import Ranking
from studio.scoring.items import Item
from studio.ui.text import arena as text
from studio.ui.views.figures import count, interval, moment, share

_QUESTION_CHARACTERS = 90  # of a question in the list of votes
Side = Literal["left", "right"]


@dataclass(frozen=True)
class AnswerCard:
    """One side as it is shown. `model` is "base", a run's id, or None while the name is hidden; `note` is a remark below."""

    side: Side
    answer: str = ""
    model: str | None = None
    waiting: str = text.WAITING
    note: str = ""

    def html(self) -> str:
        """The card."""
        place = text.LEFT if self.side == "left" else text.RIGHT
        role = role_of(self.model)
        name = f' <span class="side-name">{escape(model_title(self.model))}</span>' if self.model is not None else ""
        body = escape(self.answer) if self.answer else f'<span class="muted">{escape(self.waiting)}</span>'
        note = f'<p class="muted">{escape(self.note)}</p>' if self.note else ""
        return (
            f'<section class="card{f" side {role}" if role else ""}" aria-label="{place}"><h3>{place}{name}</h3>'
            f'<div style="white-space:pre-wrap;overflow-wrap:anywhere;min-height:6rem">{body}</div>{note}</section>'
        )


def role_of(model: str | None) -> str:
    """The CSS class of a model: base, tuned, or none while it is hidden."""
    return "" if model is None else "base" if model == BASE else "tuned"


def model_title(model: str) -> str:
    """The model's name for people: its role, and the run that made it."""
    return text.BASE if model == BASE else f"{text.TUNED} ({model})"


def status(sentence: str) -> str:
    """What is going on, announced by screen readers."""
    return f'<p role="status" aria-live="polite">{escape(sentence)}</p>'


def reveal(told: Reveal) -> str:
    """The vote and who was who."""
    if told.choice is Choice.TIE:
        vote = text.TIED
    elif told.choice is Choice.BOTH_BAD:
        vote = text.BOTH_BAD
    else:
        vote = text.PREFERRED.format(name=(text.BASE if told.preferred == BASE else text.TUNED).lower())
    who = text.WHO_WAS_WHO.format(left=_coloured(told.left), right=_coloured(told.right))
    return f'<div class="card" role="status" aria-live="polite"><p><strong>{escape(vote)}</strong></p><p>{who}</p></div>'


def empty() -> str:
    """What the page is for, while there is no tuned model."""
    return (
        f'<div class="card"><h2>{escape(text.EMPTY_TITLE)}</h2><p>{escape(text.EMPTY)}</p>'
        f'<p><a href="train">{escape(text.EMPTY_LINK)}</a></p></div>'
    )


def example_questions(items: Iterable[Item], *, count: int = 6) -> list[str]:
    """The first question of as many industries as there are, then of further families; single questions only, at most `count`."""
    first_of_family = {item.family: item for item in reversed([item for item in items if item.question])}
    families = sorted(first_of_family.values(), key=lambda item: item.id)
    first_of_industry = {item.industry: item for item in reversed(families)}
    chosen = sorted(first_of_industry.values(), key=lambda item: item.industry)
    chosen += [item for item in families if item not in chosen]
    return [item.question for item in chosen[:count] if item.question]


def ranking(rankings: Sequence[Ranking]) -> str:
    """The headline of the tuned model with the most votes, and all of them in a table."""
    if not rankings:
        return f'<p class="muted">{escape(text.NO_VOTES)}</p>'
    return _headline(rankings[0]) + _table(text.RANKING_CAPTION, text.COLUMNS, [_ranking_row(one) for one in rankings])


def latest(battles: Sequence[VotedBattle]) -> str:
    """The votes given, in that order, under a heading; nothing when there is none."""
    rows = [_vote_row(battle) for battle in battles]
    return f"<h2>{escape(text.LATEST)}</h2>{_table(text.LATEST_CAPTION, text.LATEST_COLUMNS, rows)}" if rows else ""


def exported(result: PreferenceExport) -> str:
    """What was written and what was left out."""
    return text.EXPORTED.format(
        rows=count(result.rows, "row"),
        ties=count(result.ties, "tie"),
        both_bad=result.both_bad,
        same_answer=result.same_answer,
        in_question_set=result.in_question_set,
    )


def _coloured(model: str) -> str:
    return f'<span class="{role_of(model)}"><span class="side-name">{escape(model_title(model))}</span></span>'


def _headline(top: Ranking) -> str:
    bounds = top.wilson
    if bounds is None:
        figure = f"<p>{escape(text.NO_DECISIVE)}</p>"
    else:
        figure = (
            f'<p class="big">{share(top.wins, top.decisive)}</p><p>{escape(text.WON)}. '
            f"{escape(text.INTERVAL.format(interval=interval(bounds)))}.</p><p>{escape(_what_it_says(bounds))}</p>"
        )
    needed = text.TO_GO.format(votes=top.votes_to_go) if top.votes_to_go else text.ENOUGH
    lengths = text.LENGTHS.format(tuned=f"{top.tuned_words:.0f}", base=f"{top.base_words:.0f}")
    return (
        f'<div class="card side tuned" style="margin-bottom:1rem"><h3><span class="side-name">{escape(model_title(top.tuned))}</span></h3>{figure}'
        f'<p class="muted">{escape(needed)}</p><p class="muted">{escape(lengths)}</p></div>'
    )


def _what_it_says(bounds: tuple[float, float]) -> str:
    low, high = bounds
    return text.ABOVE_HALF if low > 0.5 else text.BELOW_HALF if high < 0.5 else text.AROUND_HALF


def _ranking_row(one: Ranking) -> list[str]:
    return [
        escape(one.tuned),
        share(one.wins, one.decisive),
        interval(one.wilson) if one.wilson else "–",
        str(one.wins),
        str(one.losses),
        str(one.ties),
        str(one.both_bad),
        f"{one.tuned_words:.0f} / {one.base_words:.0f}",
        str(one.votes_to_go),
    ]


def _vote_row(battle: VotedBattle) -> list[str]:
    question = " ".join(battle.messages[-1]["content"].split())
    short = question if len(question) <= _QUESTION_CHARACTERS else f"{question[: _QUESTION_CHARACTERS - 1]}…"
    preferred, other = battle.preferred, battle.other
    if preferred is None or other is None:
        vote = escape(text.NONE_PREFERRED[battle.choice.value])
        against = f"{_coloured(battle.left.model)}, {_coloured(battle.right.model)}"
    else:
        vote, against = _coloured(preferred.model), _coloured(other.model)
    return [moment(battle.voted), escape(short), vote, against, text.YES if battle.blind else text.NO]


def _table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that scrolls on its own in a narrow window; cells are HTML already, columns and caption are text."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="studio-scroll" style="contain:inline-size" role="region" aria-label="{escape(caption)}" tabindex="0">'
        '<table class="studio-table">'
        f'<caption class="muted" style="text-align:left">{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )

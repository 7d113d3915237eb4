"""How often people prefer the tuned model, with what that number is worth.

Two models need no Elo: the win rate on decisive votes, with its Wilson 95% interval, says all there is. Ties and both-bad
are counted apart and never as half a win. Longer answers win more often whatever they say (AlpacaEval 2, arXiv 2404.04475),
so the mean length of both sides stands beside the rate.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

from studio.arena.battles import BASE, Arena, Choice, VotedBattle

EXPECTED_WIN_RATE = 0.6
"""The smallest preference that a support team would act on; 60/40 needs about 190 decisive votes."""
POWER = 0.8
ALPHA = 0.05


@dataclass(frozen=True)
class Ranking:
    """The votes on one tuned model against base. Lengths are mean words an answer; `wilson` is at 95%, in [0, 1]."""

    tuned: str
    wins: int
    losses: int
    ties: int
    both_bad: int
    base_words: float
    tuned_words: float

    @property
    def votes(self) -> int:
        """All votes."""
        return self.decisive + self.ties + self.both_bad

    @property
    def decisive(self) -> int:
        """The votes that named one side."""
        return self.wins + self.losses

    @property
    def win_rate(self) -> float | None:
        """The share of decisive votes for the tuned model; None before the first."""
        return self.wins / self.decisive if self.decisive else None

    @property
    def wilson(self) -> tuple[float, float] | None:
        """The Wilson 95% interval of the win rate (Wilson 1927); None before the first decisive vote."""
        if not self.decisive:
            return None
        from statsmodels.stats.proportion import proportion_confint

        low, high = proportion_confint(self.wins, self.decisive, alpha=ALPHA, method="wilson")
        return float(low), float(high)

    @property
    def votes_to_go(self) -> int:
        """How many more decisive votes give 80% power to tell 60/40 from chance; 0 once there are enough."""
        return max(0, votes_for_power(EXPECTED_WIN_RATE) - self.decisive)


def rank(arena: Arena) -> list[Ranking]:
    """One ranking for each tuned model that met base in a battle with a vote, the most voted on first."""
    by_tuned: dict[str, list[VotedBattle]] = {}
    for battle in arena.voted_battles():
        names = {battle.left.model, battle.right.model}
        if BASE in names and len(names) == 2:
            (tuned,) = names - {BASE}
            by_tuned.setdefault(tuned, []).append(battle)
    rankings = [_ranking(tuned, battles) for tuned, battles in by_tuned.items()]
    return sorted(rankings, key=lambda ranking: (-ranking.votes, ranking.tuned))


def votes_for_power(win_rate: float, *, power: float = POWER, alpha: float = ALPHA) -> int:
    """Decisive votes needed to tell `win_rate` from 0.5 in a two-sided test at `alpha` with probability `power`.

    The normal approximation for one proportion (Fleiss, Levin & Paik 2003, section 2.4): 783 votes for 55/45, 194 for 60/40,
    85 for 65/35.
    """
    z_alpha, z_power = NormalDist().inv_cdf(1 - alpha / 2), NormalDist().inv_cdf(power)
    spread = z_alpha * 0.5 + z_power * math.sqrt(win_rate * (1 - win_rate))
    return math.ceil((spread / abs(win_rate - 0.5)) ** 2)


def _ranking(tuned: str, battles: list[VotedBattle]) -> Ranking:
    preferred = [battle.preferred.model for battle in battles if battle.preferred]
    choices = [battle.choice for battle in battles]
    return Ranking(
        tuned=tuned,
        wins=preferred.count(tuned),
        losses=preferred.count(BASE),
        ties=choices.count(Choice.TIE),
        both_bad=choices.count(Choice.BOTH_BAD),
        base_words=_mean_words(_answer_of(BASE, battle) for battle in battles),
        tuned_words=_mean_words(_answer_of(tuned, battle) for battle in battles),
    )


def _answer_of(model: str, battle: VotedBattle) -> str:
    return battle.left.answer if battle.left.model == model else battle.right.answer


def _mean_words(answers: Iterable[str]) -> float:
    counts = [len(answer.split()) for answer in answers]
    return sum(counts) / len(counts)

"""The statistics of a report. Fractions in, fractions out."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

_RESAMPLES = 2000


def wilson_interval(passed: int, items: int) -> tuple[float, float]:
    """Wilson's 95% score interval of a proportion (Wilson 1927, JASA 22:209), through statsmodels; (0, 1) for no items."""
    from statsmodels.stats.proportion import proportion_confint

    if items == 0:
        return 0.0, 1.0
    low, high = proportion_confint(passed, items, alpha=0.05, method="wilson")
    return float(low), float(high)


def mcnemar_p(fixed: int, broken: int) -> float:
    """Two-sided p of the exact McNemar test on the discordant pairs (McNemar 1947, Psychometrika 12:153); 1 when there are none."""
    from scipy.stats import binomtest

    discordant = fixed + broken
    return 1.0 if discordant == 0 else float(binomtest(fixed, discordant, 0.5).pvalue)


def family_bootstrap(families: Sequence[str], passed: Sequence[bool], *, seed: int = 0) -> tuple[float, float]:
    """95% percentile interval of the accuracy with whole families resampled.

    Two phrasings of one family stand or fall together; Wilson takes them for independent (Miller 2024, arXiv 2411.00640).
    """
    outcomes: dict[str, list[bool]] = defaultdict(list)
    for family, outcome in zip(families, passed, strict=True):
        outcomes[family].append(outcome)
    clusters = list(outcomes.values())
    if not clusters:
        return 0.0, 1.0
    generator = random.Random(seed)
    means = []
    for _ in range(_RESAMPLES):
        drawn = generator.choices(clusters, k=len(clusters))
        means.append(sum(map(sum, drawn)) / sum(map(len, drawn)))
    means.sort()
    return means[int(0.025 * _RESAMPLES)], means[int(0.975 * _RESAMPLES) - 1]

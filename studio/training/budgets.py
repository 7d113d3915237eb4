"""How much memory the parts of a training that can be held or made again may hold. What trains keeps to it, and the estimate counts with it."""

from __future__ import annotations

KEPT_BYTES = 2 << 30
"""So much is kept of what frozen layers gave (`studio.training.learning.frozen`): some 25,000 rows of 70 tokens of the embedded model."""

_SCORES_ON_A_CPU, _SCORES_ON_A_GPU = 1 << 22, 1 << 26


def scores_at_once(vocabulary: int, *, on_gpu: bool) -> int:
    """How many tokens' logits are held at a time (`studio.training.learning.head`); on a CPU 16 MB in fp32, so that they stay in its cache from one use to the next."""
    return max(1, (_SCORES_ON_A_GPU if on_gpu else _SCORES_ON_A_CPU) // vocabulary)

"""How much one visitor may ask of a model that everybody shares."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable

from studio.errors import NotAllowed

BATTLES_A_MINUTE = 12


class SlidingWindow:
    """At most `limit` admissions a sender in any `seconds`; kept in memory, so a restart forgets them.

    Counted over a sliding window and not per calendar minute: a burst on both sides of a full minute is one burst.
    """

    def __init__(self, *, limit: int, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._seconds = seconds
        self._clock = clock
        self._admitted: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def admit(self, sender: str) -> None:
        """Count one admission of `sender`.

        Raises:
            NotAllowed: the sender has used up the window; the sentence says how long to wait. A refusal is not counted.
        """
        with self._lock:
            moment = self._clock()
            self._forget_before(moment - self._seconds)
            times = self._admitted.setdefault(sender, deque())
            if len(times) >= self._limit:
                wait = max(1, math.ceil(times[0] + self._seconds - moment))
                raise NotAllowed(
                    f"This studio answers {self._limit} questions in {self._seconds:.0f} seconds for each visitor, "
                    f"and you have asked that many. Ask again in {wait} {'second' if wait == 1 else 'seconds'}."
                )
            times.append(moment)

    def __len__(self) -> int:
        """How many senders are remembered."""
        return len(self._admitted)

    def _forget_before(self, moment: float) -> None:
        for sender, times in list(self._admitted.items()):
            while times and times[0] <= moment:
                times.popleft()
            if not times:
                del self._admitted[sender]

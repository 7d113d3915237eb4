"""A process that is of no use without the one that started it, and ends when that is gone, however it went."""

from __future__ import annotations

import os
import threading
import time

_LOOK_SECONDS = 1.0


def end_when_orphaned() -> None:
    """From now on, end this process within about a second once the process that started it is gone."""
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True, name="orphan-watch").start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:  # an orphan gets another parent
        time.sleep(_LOOK_SECONDS)
    os._exit(1)  # not sys.exit: the main thread may wait for other processes that are gone too

"""What every page is given: the settings, the workspace, and the features on top of it. Built once, in `app.py`."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from studio.arena.battles import Arena
from studio.chat.pool import ModelPool
from studio.jobs.queue import JobQueue
from studio.settings import Settings
from studio.sharing.links import ShareLinks
from studio.workspace.database import Database
from studio.workspace.layout import Workspace

_PUMP_INTERVAL = 1.0  # seconds


@dataclass(frozen=True)
class Studio:
    """The application's parts."""

    settings: Settings
    workspace: Workspace
    database: Database
    queue: JobQueue
    models: ModelPool
    arena: Arena
    links: ShareLinks

    @classmethod
    def open(cls, settings: Settings) -> Studio:
        """The parts of the workspace that the settings name."""
        workspace = Workspace.from_settings(settings)
        database = Database(workspace)
        return cls(
            settings=settings,
            workspace=workspace,
            database=database,
            queue=JobQueue(workspace),
            models=ModelPool(workspace),
            arena=Arena(database),
            links=ShareLinks(workspace, database),
        )

    def keep_queue_moving(self) -> None:
        """Start waiting runs as soon as there is room, for as long as this process lives."""

        def pump_forever() -> None:
            while True:
                self.queue.pump()
                time.sleep(_PUMP_INTERVAL)

        threading.Thread(target=pump_forever, daemon=True, name="queue-pump").start()

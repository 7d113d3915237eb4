"""The database: SQLite in WAL mode by default, PostgreSQL with STUDIO_DATABASE_URL. Alembic brings it to the newest schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from alembic import command
from alembic.config import Config
from filelock import FileLock
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from studio.errors import StudioError
from studio.workspace.layout import Workspace

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_TIMEOUT_MS = 10_000


class Database:
    """Sessions on the workspace's database. The schema is brought up to date on first use."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @cached_property
    def engine(self) -> Engine:
        """The engine, with the newest schema behind it.

        Raises:
            StudioError: the database can't be reached.
        """
        engine = create_engine(self._workspace.database_url, pool_pre_ping=True)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
        try:
            with FileLock(self._workspace.home / ".migrations.lock"):
                migrate(engine)
        except OperationalError as error:
            where = engine.url.render_as_string(hide_password=True)
            raise StudioError(
                f"The database {where} can't be reached. Check STUDIO_DATABASE_URL and that the server runs."
            ) from error
        return engine

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back if anything is raised."""
        with sessionmaker(self.engine, expire_on_commit=False).begin() as session:
            yield session


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest revision."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    # FULL: a vote that was confirmed survives a power cut, not only a crash of the process.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_TIMEOUT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()

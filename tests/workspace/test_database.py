"""One schema on SQLite and PostgreSQL, brought there by the migrations."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.orm import Session

from studio.errors import StudioError
from studio.workspace.clock import now
from studio.workspace.database import Database
from studio.workspace.layout import Workspace
from studio.workspace.tables import Base, Battle, Vote


def battle(battle_id: str = "b1") -> Battle:
    return Battle(
        id=battle_id,
        created=now(),
        messages=[{"role": "user", "content": "Wo ist mein Päckchen? 我的包裹在哪里?"}],
        left_model="base",
        right_model="run",
        left_digest="a" * 64,
        right_digest="b" * 64,
        left_answer="",
        right_answer="x",
        blind=True,
        decoding={"max_new_tokens": 5},
        visitor="v",
    )


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server of our own, on a free port of the loopback, for the length of the tests."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not candidates:
        pytest.fail("PostgreSQL is missing: run tests/install_system_packages.sh")
    binaries = candidates[-1].parent
    folder = Path("/tmp") / f"studio-pg-{os.getpid()}"  # the socket's path must be short
    folder.mkdir(mode=0o755)
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def pg(tool: str, *arguments: str) -> None:
        command = [*as_user, str(binaries / tool), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, timeout=120)

    pg("initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "studio", "--no-sync")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    pg("pg_ctl", "-D", str(folder / "data"), "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"postgresql+psycopg://studio@127.0.0.1:{port}/postgres"
    finally:
        pg("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database(request: pytest.FixtureRequest, workspace: Workspace) -> Iterator[Database]:
    url = workspace.database_url if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    database = Database(replace(workspace, database_url=url))
    yield database
    with database.engine.begin() as connection:
        Base.metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
    database.engine.dispose()


def test_the_migrations_make_exactly_the_tables_of_the_code(any_database: Database) -> None:
    with any_database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_what_was_written_comes_back_with_its_zone(any_database: Database) -> None:
    with any_database.session() as session:
        session.add(battle())
        session.add(Vote(battle_id="b1", created=now(), choice="left"))
    with any_database.session() as session:
        found = session.get(Battle, "b1")
        assert found is not None and found.vote is not None
        assert found.messages[0]["content"].endswith("我的包裹在哪里?")
        assert found.created.tzinfo is UTC or found.created.utcoffset() == now().utcoffset()


def test_a_failed_transaction_leaves_nothing(any_database: Database) -> None:
    def fail(session: Session) -> None:
        session.add(battle())
        session.flush()
        raise RuntimeError

    with pytest.raises(RuntimeError), any_database.session() as session:
        fail(session)
    with any_database.session() as session:
        assert session.get(Battle, "b1") is None


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    naive = battle()
    naive.created = datetime(2026, 1, 1)
    with pytest.raises(Exception, match="time zone"), database.session() as session:
        session.add(naive)


def test_sqlite_survives_a_power_cut(database: Database) -> None:
    with database.engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL


def test_an_unreachable_server_is_one_sentence_without_the_password(workspace: Workspace) -> None:
    broken = replace(workspace, database_url="postgresql+psycopg://me:secret@127.0.0.1:1/none")
    with pytest.raises(StudioError, match="can't be reached") as caught:
        _ = Database(broken).engine
    assert "secret" not in caught.value.message

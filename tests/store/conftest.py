"""Stores of both kinds for every test of the contract."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest

from bot.store import Store
from bot.store.tables import metadata
from tests.parts import migrated
from tests.store import postgres


@pytest.fixture(scope="session")
def postgres_address(worker_id: str) -> Iterator[str]:
    """A server, one for all workers of this run."""
    run = f"{os.environ.get('PYTEST_XDIST_TESTRUNUID', '')[:12]}" if worker_id != "master" else ""
    try:
        with postgres.server(run) as running:
            yield running.address
    except postgres.Unavailable as reason:
        pytest.skip(f"POSTGRESQL NOT TESTED: {reason}")


@pytest.fixture(scope="session")
def postgres_database(postgres_address: str, worker_id: str) -> str:
    """This worker's database."""
    return postgres.create_database(postgres_address, f"bot_{worker_id}")


@pytest.fixture
def own_postgres() -> Iterator[postgres.Server]:
    """A server of this test alone, to be stopped and started."""
    try:
        with postgres.server(hasty=False) as running:
            yield running
    except postgres.Unavailable as reason:
        pytest.skip(f"POSTGRESQL NOT TESTED: {reason}")


@pytest.fixture
def fresh_postgres(postgres_address: str, worker_id: str) -> Iterator[str]:
    """An empty database without a schema."""
    name = f"empty_{worker_id}"
    postgres.drop_database(postgres_address, name)
    yield postgres.create_database(postgres_address, name)
    postgres.drop_database(postgres_address, name)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        (tmp_path / "bot.db").write_bytes(migrated())
        return f"sqlite:///{tmp_path / 'bot.db'}"
    address: str = request.getfixturevalue("postgres_database")
    _empty(address)
    return address


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind without any schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bare.db'}"
    fresh: str = request.getfixturevalue("fresh_postgres")
    return fresh


def _empty(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        known = {row[0] for row in connection.execute("SELECT tablename FROM pg_tables").fetchall()}
        for table in reversed(metadata.sorted_tables):
            if table.name in known:
                connection.execute(f'DELETE FROM "{table.name}"')


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """A started store."""
    made = Store(url)
    await made.start()
    yield made
    await made.close()


@pytest.fixture
async def replica(store: Store, url: str) -> AsyncIterator[Store]:
    """A second connection to the same database, as another process has it."""
    made = Store(url)
    yield made
    await made.close()


@pytest.fixture
async def replicas(postgres_database: str) -> AsyncIterator[list[Store]]:
    """Three replicas on an empty database."""
    made = [Store(postgres_database) for _ in range(3)]
    await made[0].start()
    _empty(postgres_database)
    yield made
    for one in made:
        await one.close()

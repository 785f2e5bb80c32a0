"""The migrations: one linear chain an app, named, in step with the models, and what they guard."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader


@pytest.fixture
def loader(db: None) -> MigrationLoader:
    return MigrationLoader(connection)


@pytest.mark.parametrize("app", ["burden", "reports"])
def test_chain_is_linear(loader: MigrationLoader, app: str) -> None:
    assert len(loader.graph.leaf_nodes(app)) == 1
    numbers = sorted(name[:4] for label, name in loader.disk_migrations if label == app)
    assert numbers == [f"{i:04d}" for i in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("app", ["burden", "reports"])
def test_migration_is_named(loader: MigrationLoader, app: str) -> None:
    names = [name for label, name in loader.disk_migrations if label == app]
    assert [name for name in names if re.search(r"auto_\d|^\d{4}_initial$", name)] == []


def test_models_are_in_step(db: None) -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_every_table_belongs_to_owner(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner IN ('burden_web', 'burden_worker')"
        )
        assert cursor.fetchall() == []


def test_web_role_is_no_superuser(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname IN ('burden_web', 'burden_worker') AND (rolsuper OR rolbypassrls)"
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize("table", ["weekly_return", "entry", "submission", "export_job"])
def test_row_level_security_is_on(db: None, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relrowsecurity FROM pg_class WHERE relname = %s", [table])
        assert cursor.fetchone() == (True,)

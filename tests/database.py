"""What the tests do to the database that the portal never does: take a role, race itself, erase everything."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction

from burden.kit.errors import Refused

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename <> 'django_migrations' ORDER BY tablename"
COLUMNS = """
SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'
"""
APPEND_ONLY = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only_all'"


@contextlib.contextmanager
def as_role(role: str) -> Iterator[None]:
    """Act as a role that owns nothing, so that rights and row level security hold; afterwards nobody is the actor."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
        try:
            yield
        finally:
            cursor.execute("RESET ROLE")
            cursor.execute("SELECT set_config('burden.actor', '', false)")


@contextlib.contextmanager
def held(blocker: Any) -> Iterator[None]:
    """Make inside what the tests of a module or class begin with: each undoes what it did to it, and the end undoes it all.

    Shape: `blocker` is pytest-django's; no test meanwhile may commit. Objects in memory are not undone: give each test a copy.
    """
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def names(query: str, *values: str) -> list[str]:
    """Read one column."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [name for (name,) in cursor.fetchall()]


def keep_reference_rows() -> None:
    """Copy what the migrations filled in, so that `erase` can bring it back."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA reference")
        for table in names(TABLES, "public"):
            cursor.execute(f"SELECT EXISTS (SELECT FROM public.{table})")
            if cursor.fetchone()[0]:
                cursor.execute(f"CREATE TABLE reference.{table} AS TABLE public.{table}")


def erase() -> None:
    """Empty every table, the append-only ones too, but for the reference rows: the teardown of transactional tests."""
    with transaction.atomic(), connection.cursor() as cursor:
        guarded = names(APPEND_ONLY)
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only_all")
        cursor.execute(f"TRUNCATE {', '.join(names(TABLES, 'public'))}")
        for table in names(TABLES, "reference"):
            columns = names(COLUMNS, table)[0]
            cursor.execute(f"INSERT INTO public.{table} ({columns}) SELECT {columns} FROM reference.{table}")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only_all")


def in_threads(count: int, act: Callable[[int], object], role: str = "burden_web") -> list[object]:
    """Run one act in as many threads as a role, each on a connection of its own; return results or errors."""
    gate, found = threading.Barrier(count), []

    def run(number: int) -> None:
        try:
            with as_role(role):
                gate.wait(10)
                found.append(act(number))
        except (Refused, AssertionError) as error:
            found.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == count, "a thread failed or hung"
    return found

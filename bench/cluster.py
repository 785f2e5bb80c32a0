"""A database cluster that lives as long as one bench: the product's own server settings, schema and roles."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

from burden import embedded

BROUGHT = ("DATABASE_URL", "REDIS_URL", "BURDEN_STATE_DIR")


@contextlib.contextmanager
def cluster() -> Iterator[embedded.Running]:
    """Start the servers in a folder of their own and bring the schema up; afterwards nothing is left."""
    for name in BROUGHT:
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="burden-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # PostgreSQL runs as another account where we are root
        os.environ |= {
            "BURDEN_STATE_DIR": folder,
            "BURDEN_DB_ROLE": "owner",
            "DJANGO_SETTINGS_MODULE": "burden.settings",
        }
        with embedded.servers(embedded.state_dir()) as running:
            import django
            from django.core.management import call_command
            from django.db import connection

            django.setup()
            call_command("migrate", interactive=False, verbosity=0)
            os.environ["BENCH_SERVER"] = ".".join(map(str, divmod(connection.pg_version, 10_000)))
            yield running
            connection.close()


def admin(running: embedded.Running) -> psycopg.Connection:
    """Connect as the cluster's administrator, who may load rows without triggers and foreign key checks."""
    place = {"host": running.pg_host, "user": "burden_admin", "dbname": "burden"}
    return psycopg.connect(**place, autocommit=True, cursor_factory=psycopg.ClientCursor)

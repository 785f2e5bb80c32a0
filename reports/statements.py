"""Statements that lie in files: SQL by hand of the read side is in reports/sql, one statement a file, and is run from here."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg.pq import Format

ROOT = Path(__file__).parent / "sql"
INCLUDED = re.compile(r"^ *-- include (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Statements:
    """The files of one folder of reports/sql; without a name, those that lie in no folder."""

    folder: str = ""

    def text(self, name: str) -> str:
        """Return a statement as it lies in its file."""
        return _text(ROOT / self.folder / f"{name}.sql")

    def _sent(self, name: str) -> str:
        return _brief(ROOT / self.folder / f"{name}.sql")

    def fetch(self, name: str, **bound: Any) -> list[tuple[Any, ...]]:
        """Execute one file and return its rows; none where it has none to give."""
        with connection.cursor() as cursor:
            cursor.execute(self._sent(name), bound)
            return cursor.fetchall() if cursor.description else []

    def numbers(self, name: str, **bound: Any) -> list[tuple[Any, ...]]:
        """Execute one file with thousands of rows: numbers come as they are, for to write them as text and read that takes twice the time."""
        connection.ensure_connection()
        return self._served(name, bound)

    def prepared(self, name: str, **bound: Any) -> list[tuple[Any, ...]]:
        """Execute one file that each connection plans only once: to plan it takes longer than to find a few rows."""
        if not settings.DATABASE_PREPARED:
            return self.fetch(name, **bound)
        connection.ensure_connection()
        link = connection.connection
        link.prepare_threshold = 0  # Django prepares nothing; its own cursors have no parameters left to prepare for
        try:
            return self._served(name, bound)
        finally:
            link.prepare_threshold = None

    def _served(self, name: str, bound: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Let the server put the parameters in."""
        wrap: Callable[[Any], Any] = (
            connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
        )
        inner = psycopg.Cursor(connection.connection)
        inner.format = Format.BINARY
        with wrap(inner) as cursor:
            cursor.execute(self._sent(name), bound)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def execute(self, name: str, **bound: Any) -> int:
        """Execute one file and return how many rows it touched."""
        with connection.cursor() as cursor:
            cursor.execute(self._sent(name), bound)
            touched: int = cursor.rowcount
            return touched

    def alone(self) -> None:
        """Wait until nobody else recounts the same, and keep others waiting until the transaction ends: two would put everything twice."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), 0)", [f"reports.{self.folder}"])


@functools.cache
def _text(path: Path) -> str:
    """Put what a statement includes (a line `-- include name`) in its place: what several say alike stands once."""
    return INCLUDED.sub(lambda found: _text(path.parent / f"{found[1]}.sql"), path.read_text(encoding="utf-8"))


@functools.cache
def _brief(path: Path) -> str:
    """Return a statement as it is sent: named, without comments and indents, for the driver remembers short ones alone."""
    lines = (line.strip() for line in _text(path).splitlines())
    return "\n".join([f"-- {path.stem}", *(line for line in lines if not line.startswith("--"))])

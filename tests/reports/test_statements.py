"""Statements in files: what running one gives, and that two of the same wait for each other."""

from __future__ import annotations

import pytest
from django.db import connection

from reports.statements import ROOT, Statements

pytestmark = pytest.mark.django_db


def test_fetch_gives_rows_and_none_where_a_statement_has_none() -> None:
    assert Statements("peer_stats").fetch("begin") == []
    assert len(Statements("asked").fetch("weeks")) == 1


def test_alone_holds_one_lock_of_its_folder() -> None:
    Statements("people").alone()
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT count(*) FROM pg_locks
            WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid() AND classid = hashtext('reports.people')::bigint & 4294967295
        """)
        assert cursor.fetchone() == (1,)


def test_statement_holds_what_it_includes() -> None:
    sums = Statements("demand_sums")
    assert sums.text("told") in sums.text("refresh")
    assert "-- include" not in sums.text("refresh")


def test_every_statement_finds_what_it_includes() -> None:
    lacking = [
        path
        for path in ROOT.rglob("*.sql")
        if "-- include" in Statements(str(path.parent.relative_to(ROOT))).text(path.stem)
    ]
    assert lacking == []


def test_every_file_says_what_it_is_of() -> None:
    silent = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*.sql") if not path.read_text().startswith("-- ")]
    assert silent == []

"""Board and ledger of ten thousand supervision orders: server time of the pages, beside a plain fetch of one page's rows.

Bound: p95 <= 150 ms for each page, as a county's office and as one of its issuers, in this process, as the web role.
Run: .venv/bin/python -m bench.run oversight
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections import defaultdict
from typing import Any

import psycopg

from bench.cluster import admin, cluster
from bench.dashboard import seconds
from bench.report import Line, percentile, report
from bench.world import grow

ORDERS, REQUESTS = 10_000, 30
BOUND = 150.0  # ms
FINDINGS = """
INSERT INTO finding (unit_id, issuer_id, source, source_key, category, title, titles, seen, person_min, state, raised_by_id, raised_at,
                     decided_by_id, decided_at, why, reason)
SELECT %(county)s, d.id, 'hand', '', 'form', '台账 ' || n || ' 重复索要', ARRAY['台账 ' || n], '{"clauses": [], "rows": [], "points": []}',
       n * 7 %% 9000, 'ordered', %(person)s, now() - n * interval '2 hours', %(person)s, now(), '', ''
FROM generate_series(1, %(orders)s) AS n
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM unit WHERE parent_id = %(county)s AND level = 'department') d
     ON d.place = n %% 42
"""
NEW_ORDERS = """
INSERT INTO supervision_order (unit_id, issuer_id, finding_id, year, number, state, title, category, citation, titles, person_min, standard,
                   days, responsible, section, due_on, deadline_on, asked_until, was_extended, opened_by_id, opened_at, sent_at, answered_at,
                   finished_at, closed_at, in_time, took_days, before_min, before_weeks, after_min, after_weeks, saved_min, asked, less, same, more,
                   outcome)
SELECT unit_id, issuer_id, id, 2026, row_number() OVER (ORDER BY id), s.state, title, category, '《若干规定》第 7 条', titles, person_min, '核实',
       7, '', '', current_date - 20 + (id %% 40)::int, current_date, CASE s.state WHEN 'extension' THEN current_date + 9 END, false,
       raised_by_id, raised_at, raised_at, raised_at, CASE WHEN s.done THEN raised_at END, CASE WHEN s.closed THEN raised_at END,
       CASE WHEN s.done THEN id %% 9 > 0 END, CASE WHEN s.done THEN id %% 11 END, CASE WHEN s.closed THEN 900 END,
       CASE WHEN s.closed THEN 13 END, CASE WHEN s.closed THEN 30 END, CASE WHEN s.closed THEN 5 END, CASE WHEN s.closed THEN id %% 40000 END,
       0, 0, 0, 0, CASE s.state WHEN 'looked' THEN 'less' ELSE '' END
FROM finding f CROSS JOIN LATERAL (
    SELECT state, state IN ('done', 'closed', 'looked') AS done, state IN ('closed', 'looked') AS closed
    FROM (SELECT (ARRAY['draft', 'sent', 'working', 'extension', 'answered', 'returned', 'done', 'closed', 'closed', 'looked'])[f.id %% 10 + 1] AS state) one
) s
"""
PLAIN = """
SELECT o.*, u.name FROM supervision_order o JOIN unit u ON u.id = o.issuer_id WHERE o.unit_id = %s ORDER BY o.due_on, o.id LIMIT 30
"""


def main() -> int:
    """Measure and print; the exit status is 1 where a bound is missed."""
    os.environ["LOG_LEVEL"] = "ERROR"
    with cluster() as running:
        with admin(running) as owner:
            grow(owner, 8)
            office, issuer = fill(owner)
        times = measure(office, issuer)
    plain = percentile(0.5, times.pop("plain"))
    lines = []
    for page, seen in times.items():
        middle = percentile(0.5, seen)
        print(f"{page}: p50 {middle:.1f} ms, {middle / plain:.1f} x a plain fetch of 30 rows ({plain:.2f} ms)")
        lines.append(Line(f"{page}: server time p95, ms", BOUND, percentile(0.95, seen)))
    return (
        0 if report(f"oversight: {ORDERS:,} orders of one county, {REQUESTS} requests a page, by turns", lines) else 1
    )


def fill(owner: psycopg.Connection) -> tuple[Any, Any]:
    """Make the orders of one county to its departments; its office, and the issuer of one department."""
    from burden.accounts.models import Post, User
    from burden.management.commands.prepare import collect_static
    from burden.units.models import Level, Unit

    county = Unit.every.filter(level=Level.COUNTY).order_by("path").first()
    bureau = Unit.every.filter(parent=county, level=Level.DEPARTMENT).order_by("pk").first()
    people = []
    for role, unit in (("office", county), ("issuer", bureau)):
        user = User.objects.create(username=role, name=role)
        Post.objects.create(user=user, unit=unit, role=role, valid=(dt.date(2025, 1, 6), None))
        people.append(user)
    owner.execute(FINDINGS, {"county": county.pk, "person": people[0].pk, "orders": ORDERS})
    owner.execute(NEW_ORDERS.replace("%%", "%"))
    owner.execute("VACUUM ANALYZE finding, supervision_order, unit")
    collect_static()
    return people[0], people[1]


def measure(office: Any, issuer: Any) -> dict[str, list[float]]:
    """Ask for every page by turns, as the web role, and fetch a page's rows plainly; the first of each is not counted."""
    from django.db import connection
    from django.test import Client

    import burden.wsgi  # noqa: F401 (as the web server does: it keeps what is loaded out of the collector's way)
    from burden.oversight.models import Order

    clients = {name: Client(SERVER_NAME="localhost") for name in ("office", "issuer")}
    for name, user in (("office", office), ("issuer", issuer)):
        clients[name].force_login(user)
    bureau = Order.every.order_by("pk").values_list("issuer__code", flat=True)[0]
    pages = {
        "board": ("office", "/oversight/"),
        "ledger": ("office", "/oversight/ledger/"),
        "ledger, last page of a column": ("office", "/oversight/ledger/?tab=done&page=9999"),
        "ledger, one issuer's overdue": ("office", f"/oversight/ledger/?issuer={bureau}&colour=red"),
        "board of an issuer": ("issuer", "/oversight/"),
    }
    times: dict[str, list[float]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE burden_web")
        unit = office.posts.get().unit_id
        for turn in range(REQUESTS + 1):
            start = time.perf_counter()
            cursor.execute(PLAIN, [unit])
            cursor.fetchall()
            spent = {"plain": time.perf_counter() - start}
            spent |= {page: seconds(clients[name], address)[0] for page, (name, address) in pages.items()}
            for page, took in spent.items() if turn else ():
                times[page].append(took)
        cursor.execute("RESET ROLE")
    return times

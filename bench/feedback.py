"""Inbox, own page, board and receipts of ten thousand tickets: server time of the pages, beside a plain fetch of one page's rows.

Bound: p95 <= 150 ms for each page, in this process, as the web role; a foreign receipt takes as long as a wrong one.
Run: .venv/bin/python -m bench.run feedback
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

TICKETS, OWN, REQUESTS = 10_000, 1_000, 30
CPU = ", of this process"
BOUND, ALIKE = 150.0, 1.2  # ms; of the medians of receipts that are none
NEW_TICKETS = """
INSERT INTO ticket (id, named, topic, about, area_id, level, issuer_id, kept_from, desk_id, state, size, received_on, accepted_on, replied_on,
                    first_replied_on, receipt, key, sealed, photos, title, rewritten, removed, conclusion, reply, change, verdict, later)
SELECT n, n <= %(own)s, (ARRAY['repeat', 'meeting', 'document', 'inspection', 'group', 'assigned', 'other'])[n %% 7 + 1], 'issuer',
       %(county)s, 'township', d.id, ARRAY[d.id], %(county)s, s.state, '', current_date - n %% 300, current_date - n %% 300,
       CASE WHEN s.done THEN current_date - n %% 300 + 4 END, CASE WHEN s.done THEN current_date - n %% 300 + 4 END,
       CASE WHEN n > %(own)s THEN md5(n::text) END, %(key)s, %(sealed)s, 0, CASE WHEN s.done THEN '表 ' || n || ' 重复收' ELSE '' END,
       CASE WHEN s.done THEN '同一张表重复收取' ELSE '' END, '{}', CASE WHEN s.done THEN 'upheld' ELSE '' END, CASE WHEN s.done THEN '查实' ELSE '' END,
       '', '', ''
FROM generate_series(1, %(tickets)s) AS n
CROSS JOIN LATERAL (SELECT state, state IN ('replied', 'closed') AS done FROM (
    SELECT (ARRAY['received', 'accepted', 'forwarded', 'verified', 'replied', 'replied', 'closed', 'closed', 'closed', 'closed'])[n %% 10 + 1] AS state
) one) s
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM unit WHERE parent_id = %(county)s AND level = 'department') d
     ON d.place = n %% 42
"""
SHOWN = """
INSERT INTO board_entry (id, ticket_id, desk_id, topic, title, text, conclusion, reply, change, replied_on, workdays, reports, shown_from)
SELECT id, id, desk_id, topic, title, rewritten, conclusion, reply, change, replied_on, 3, 1, date_trunc('week', current_date)::date
FROM ticket WHERE state IN ('replied', 'closed')
"""
WRITTEN = "INSERT INTO ticket_reporter (ticket_id, mark, sealed) SELECT id, %s, '' FROM ticket WHERE named"
PLAIN = "SELECT * FROM ticket WHERE desk_id = %s AND state = 'accepted' ORDER BY received_on, id LIMIT 20"


def main() -> int:
    """Measure and print; the exit status is 1 where a bound is missed."""
    os.environ["LOG_LEVEL"] = "ERROR"
    with cluster() as running:
        with admin(running) as owner:
            grow(owner, 8)
            office, cadre = fill(owner)
        times = measure(office, cadre)
    plain = percentile(0.5, times.pop("plain"))
    none = [percentile(0.5, times.pop(name)) for name in ("no receipt: foreign", "no receipt: wrong")]
    lines = [Line("no receipt: foreign and wrong, ratio", ALIKE, max(none) / min(none))]
    own = {page: percentile(0.5, times.pop(page)) for page in list(times) if page.endswith(CPU)}
    for page, seen in times.items():
        middle = percentile(0.5, seen)
        told = f"{own[page + CPU]:.1f} of them this process; {middle / plain:.1f} x a plain fetch of 20 rows"
        print(f"{page}: p50 {middle:.1f} ms, {told} ({plain:.2f} ms)")
        lines.append(Line(f"{page}: server time p95, ms", BOUND, percentile(0.95, seen)))
    return 0 if report(f"feedback: {TICKETS:,} tickets of one desk, {REQUESTS} requests a page, by turns", lines) else 1


def fill(owner: psycopg.Connection) -> tuple[Any, Any]:
    """Make the tickets of one county's desk, some by one cadre's name, and all replies public; the office and the cadre."""
    from burden.accounts.models import Post, User
    from burden.feedback.sealing import Case, reporter_mark
    from burden.management.commands.prepare import collect_static
    from burden.units.models import Level, Unit

    county = Unit.every.filter(level=Level.COUNTY).order_by("path").first()
    town = Unit.every.filter(parent=county, level=Level.TOWNSHIP).order_by("pk").first()
    people = []
    for role, unit in (("office", county), ("cadre", town)):
        user = User.objects.create(username=role, name=role)
        Post.objects.create(user=user, unit=unit, role=role, valid=(dt.date(2025, 1, 6), None))
        people.append(user)
    case = Case.new()
    facts = {
        "county": county.pk,
        "tickets": TICKETS,
        "own": OWN,
        "key": case.wrapped,
        "sealed": case.seal("同一张表报了三遍。" * 20),
    }
    owner.execute(NEW_TICKETS, facts)
    owner.execute(SHOWN)
    owner.execute(WRITTEN, [reporter_mark(people[1].pk)])
    owner.execute("VACUUM ANALYZE ticket, ticket_reporter, board_entry, unit")
    collect_static()
    return people[0], people[1]


def measure(office: Any, cadre: Any) -> dict[str, list[float]]:
    """Ask for every page by turns, as the web role, and fetch a page's rows plainly; the first of each is not counted."""
    from django.db import connection
    from django.test import Client

    import burden.wsgi  # noqa: F401 (as the web server does: it keeps what is loaded out of the collector's way)
    from burden.feedback.codes import new_receipt

    clients = {name: Client(SERVER_NAME="localhost") for name in ("office", "cadre", "anybody")}
    for name, user in (("office", office), ("cadre", cadre)):
        clients[name].force_login(user)
    pages = {
        "inbox": ("office", "/feedback/"),
        "inbox, what is done": ("office", "/feedback/?tab=done"),
        "inbox, last page of what is done": ("office", "/feedback/?tab=done&page=9999"),
        "own": ("cadre", "/feedback/mine/"),
        "board": ("anybody", "/board/"),
        "board, last page of a kind": ("anybody", "/board/?topic=repeat&page=9999"),
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
            for page, (name, address) in pages.items():
                spent[page], spent[f"{page}{CPU}"] = seconds(clients[name], address)
            for name, receipt in (("foreign", new_receipt()), ("wrong", "2222 " * 8)):
                start = time.perf_counter()
                answer = clients["anybody"].post("/a/receipt/", {"receipt": receipt})
                spent[f"no receipt: {name}"] = time.perf_counter() - start
                assert answer.status_code == 404
            for page, took in spent.items() if turn else ():
                times[page].append(took)
        cursor.execute("RESET ROLE")
    return times

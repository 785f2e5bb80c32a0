"""The dashboard on demo data: server time of its pages beside that of the login page in the same run.

Bound: p95 <= 150 ms for each page, as the county's reviewer, in this process: routing, session, scope, statements,
figures, template; no socket and no log line. Pages take turns, so that all of them meet the same machine. The lists of a year's
issuers and of what they could ask less are asked for by a reviewer of the city: they read every demand of its counties.
Then a township and a village each get two dozen of their like beside them: no page may need more queries than before.
Run: .venv/bin/python -m bench.run dashboard
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from http import HTTPStatus
from typing import Any

import psycopg

from bench.cluster import admin, cluster
from bench.report import Line, percentile, report

REQUESTS = 40
BOUND = 150.0  # ms
REFERENCE = "login"
CITY_WIDE = "year of the city"
MORE = 24  # units beside a unit
ALIKE = """
INSERT INTO unit (id, code, name, level, kind, parent_id, depth, path, shard)
SELECT id, 'B' || id, name || n, level, kind, parent_id, depth, above || id || '.', shard
FROM (
    SELECT nextval(pg_get_serial_sequence('unit', 'id')) AS id, n, u.name, u.level, u.kind, u.parent_id, u.depth, u.shard, p.path AS above
    FROM unit u JOIN unit p ON p.id = u.parent_id CROSS JOIN generate_series(1, %s) AS n WHERE u.id = %s
) made
RETURNING id
"""
SUMS = ("rollup_own", "rollup_own_source", "rollup_sub", "rollup_source")
COLUMNS = """
SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
WHERE table_name = %s AND column_name <> 'unit_id'
"""


def main() -> int:
    """Measure and print; the exit status is 1 where a bound is missed."""
    os.environ["LOG_LEVEL"] = "ERROR"
    with cluster() as running:
        prepare()
        addresses = pages()
        times, before = measure(addresses), queries(addresses)
        with admin(running) as owner:
            grow(owner)
        after = queries(addresses)
    login = percentile(0.5, [wall for wall, _here in times[REFERENCE]])
    lines = []
    for page, seen in times.items():
        wall, here = ([*column] for column in zip(*seen, strict=True))
        middle = percentile(0.5, wall)
        print(
            f"{page}: p50 {middle:.1f} ms, {percentile(0.5, here):.1f} ms of this process, {middle / login:.1f} x {REFERENCE}"
        )
        if page != REFERENCE:
            lines.append(Line(f"{page}: server time p95, ms", BOUND, percentile(0.95, wall)))
    more = {page: after[page] - before[page] for page in after}
    most = max(more, key=lambda page: more[page])
    lines.append(Line(f"queries that a page needs more for {MORE} more units ({most})", 0, more[most]))
    return 0 if report(f"dashboard: demo data, {REQUESTS} requests a page, by turns", lines) else 1


def prepare() -> None:
    """Seed the demo county, count its sums, collect the static files whose names the pages hold."""
    from django.core.management import call_command
    from django.db import connection

    from burden.management.commands.prepare import collect_static

    call_command("seed_demo")
    collect_static()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def pages() -> dict[str, str]:
    """Name the pages and their addresses; the first township and village stand for all."""
    from django.urls import reverse

    from burden.demo.places import CITY, COUNTY
    from burden.units.models import Level

    def page(level: str) -> str:
        return reverse("report", args=[first(level).code])

    county = reverse("report", args=[COUNTY[0]])
    return {
        REFERENCE: reverse("login"),
        "county": county,
        "township": page(Level.TOWNSHIP),
        "village": page(Level.VILLAGE),
        "villages of the county": f"{county}?kind={Level.VILLAGE}",
        "year of the county": f"{county}?period=year",
        f"{CITY_WIDE}, issuers": f"{reverse('issuers', args=[CITY[0]])}?period=year",
        f"{CITY_WIDE}, what they could ask less": reverse("relief", args=[CITY[0]]),
    }


def first(level: str) -> Any:
    """Return the first unit of a level in the county whose reviewer reads."""
    from burden.demo.places import COUNTY
    from burden.units.models import Unit

    county = Unit.every.get(code=COUNTY[0])
    return Unit.every.filter(level=level, path__startswith=county.path).order_by("path")[0]


def measure(addresses: dict[str, str]) -> dict[str, list[tuple[float, float]]]:
    """Ask for every page by turns, as the web role; the first request of each is not counted.

    Shape: seconds by page, on the clock and of this process.
    """
    from django.db import connection

    import burden.wsgi  # noqa: F401 (as the web server does: it keeps what is loaded out of the collector's way)

    clients = readers()
    times = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE burden_web")
    for turn in range(REQUESTS + 1):
        for page, address in addresses.items():
            spent = seconds(clients[whose(page)], address)
            if turn:
                times[page].append(spent)
    return times


def readers() -> dict[str, Any]:
    """Return who asks for the pages: a stranger, the county's reviewer and the city's."""
    from django.test import Client

    from bench.reading import reader
    from burden.accounts.models import User
    from burden.demo.places import CITY
    from burden.units.models import Unit

    found = {name: Client(SERVER_NAME="localhost") for name in (REFERENCE, "", CITY_WIDE)}
    found[""].force_login(User.objects.get(username="reviewer"))
    found[CITY_WIDE].force_login(reader(Unit.every.get(code=CITY[0])))
    return found


def whose(page: str) -> str:
    """Tell by its name who asks for a page."""
    return next((name for name in (REFERENCE, CITY_WIDE) if page.startswith(name)), "")


def seconds(client: Any, address: str) -> tuple[float, float]:
    """Time one request, on the clock and of this process. Refuses: an answer but 200."""
    start, begun = time.perf_counter(), time.process_time()
    answer = client.get(address)
    spent = time.perf_counter() - start, time.process_time() - begun
    if answer.status_code != HTTPStatus.OK:
        raise SystemExit(f"{address}: {answer.status_code}")
    return spent


def queries(addresses: dict[str, str]) -> dict[str, int]:
    """Count the queries of each page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    clients, counts = readers(), {}
    for page, address in addresses.items():
        if page == REFERENCE:
            continue
        with CaptureQueriesContext(connection) as seen:
            seconds(clients[whose(page)], address)
        counts[page] = len(seen)
    return counts


def grow(owner: psycopg.Connection) -> None:
    """Put two dozen units with the same sums beside a township and a village."""
    from burden.units.models import Level

    owner.execute("SET session_replication_role = replica")
    for level in (Level.TOWNSHIP, Level.VILLAGE):
        unit = first(level).pk
        made = [pk for (pk,) in owner.execute(ALIKE, [MORE, unit]).fetchall()]
        for table in SUMS:
            columns = owner.execute(COLUMNS, [table]).fetchone()[0]
            owner.execute(
                f"INSERT INTO {table} (unit_id, {columns}) SELECT made, {columns} FROM {table}"
                " CROSS JOIN unnest(%s::bigint[]) AS made WHERE unit_id = %s",
                [made, unit],
            )

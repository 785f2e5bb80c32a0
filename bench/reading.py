"""What readers meet at a size: every statement of the dashboard, its pages, the whole portal at work, and other ways to do it."""

from __future__ import annotations

import itertools
import logging
import time
from collections import defaultdict
from http import HTTPStatus
from typing import Any

from bench import living, others
from bench.report import FREE, Line, percentile, report
from burden import embedded

REQUESTS = 25
LEVELS = ("nation", "province", "city", "county", "township")
PERIODS = ("week", "month", "quarter", "year")
STATEMENT, PAGE = 10.0, 150.0  # ms


def at(running: embedded.Running, size: str) -> bool:
    """Measure all of it on the world that stands; whether every bound holds."""
    people()
    held = report(f"dashboard at {size}", dashboard())
    held &= report(f"issuers side by side and what they could ask less at {size}", side_by_side())
    held &= report(f"sums by issuer at {size}", by_issuer())
    held &= report(f"the whole portal at {size}", living.lines(running))
    if size in {"100K", "1M"}:
        held &= report(f"other ways at {size}, times what the portal takes", others.lines())
    return held


def people() -> None:
    """Count what the nights count, tidy what was counted anew, and collect the static files whose names the pages hold."""
    from django.core.management import call_command
    from django.db import connection

    from burden.kit import clock
    from reports import people as counted

    logging.disable(logging.INFO)
    begun = time.perf_counter()
    counted.recount(now=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # or the server does it meanwhile
    print(f"  people of each year counted in {time.perf_counter() - begun:.1f} s", flush=True)
    call_command("collectstatic", interactive=False, verbosity=0)


def reader(unit: Any, role: str = "reviewer") -> Any:
    """Make somebody who reads a unit."""
    import datetime as dt

    from burden.accounts.models import Post, User

    user, _made = User.objects.get_or_create(username=f"{role}-{unit.pk}", defaults={"name": "读者"})
    Post.objects.get_or_create(
        user=user, unit=unit, role=role, defaults={"title": "", "valid": (dt.date(2025, 1, 6), None)}
    )
    return user


class Watch:
    """Times every statement, by page and text."""

    def __init__(self) -> None:
        self.page = ""
        self.times: dict[tuple[str, str], list[float]] = defaultdict(list)

    def __call__(self, execute: Any, sql: Any, parameters: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, parameters, many, context)
        finally:
            self.times[self.page, str(sql)].append(time.perf_counter() - begun)


def addresses() -> dict[str, str]:
    """Name the pages: every level's first unit over every period."""
    from django.urls import reverse

    from burden.units.models import Unit

    first = {level: Unit.every.filter(level=level).order_by("path")[0] for level in LEVELS}
    return {
        f"{level}, {period}": f"{reverse('report', args=[first[level].code])}?period={period}"
        for level, period in itertools.product(LEVELS, PERIODS)
    }


def dashboard() -> list[Line]:
    """Ask for every dashboard."""
    spent, times = ask(addresses())
    told = shown(times)
    slow = max(spent, key=lambda page: percentile(0.95, spent[page]))
    every = [seconds for seen in times.values() for seconds in seen]
    return [
        Line(
            f"slowest of {len(times)} statements, p95, ms ({told[0][0]})", STATEMENT, percentile(0.95, times[told[0]])
        ),
        Line("all statements, p95, ms", FREE, percentile(0.95, every)),
        Line(f"slowest of {len(spent)} pages, server time p95, ms ({slow})", PAGE, percentile(0.95, spent[slow])),
    ]


def side_by_side() -> list[Line]:
    """Ask for the lists of issuers and of what they could ask less, whose statements read demands and are told, not bounded."""
    from django.urls import reverse

    from burden.units.models import Unit

    codes = {level: Unit.every.filter(level=level).order_by("path")[0].code for level in ("province", "county")}
    pages = {
        f"{name}, {level}": reverse(name, args=[code])
        for level, code in codes.items()
        for name in ("issuers", "relief")
    }
    spent, times = ask({page: f"{address}?period=year" for page, address in pages.items()})
    shown(times)
    return [Line(f"page {page}, server time p95, ms", PAGE, percentile(0.95, seen)) for page, seen in spent.items()]


def shown(times: dict[tuple[str, str], list[float]]) -> list[tuple[str, str]]:
    """Print the slowest statements. Shape: page and text of all, the slowest first."""
    told = sorted(times, key=lambda key: -percentile(0.95, times[key]))
    for page, sql in told[:5]:
        print(f"  {percentile(0.95, times[page, sql]):7.1f} ms  {page}: {' '.join(sql.split())[:110]}", flush=True)
    return told


def ask(pages: dict[str, str]) -> tuple[dict[str, list[float]], dict[tuple[str, str], list[float]]]:
    """Ask for every page by turns, as the web role; the first request of each is not counted.

    Shape: seconds by page, and by page and statement where it is asked each time.
    """
    from django.db import connection
    from django.test import Client

    import burden.wsgi  # noqa: F401 (as the web server does: it keeps what is loaded out of the collector's way)
    from burden.units.models import Unit

    client, watch = Client(SERVER_NAME="localhost"), Watch()
    client.force_login(reader(Unit.every.get(level="nation")))
    spent: dict[str, list[float]] = defaultdict(list)
    with connection.cursor() as cursor, connection.execute_wrapper(watch):
        cursor.execute("SET ROLE burden_web")
        for turn in range(REQUESTS + 1):
            for watch.page, address in pages.items():
                begun = time.perf_counter()
                answer = client.get(address)
                spent[watch.page].append(time.perf_counter() - begun)
                if answer.status_code != HTTPStatus.OK:
                    raise SystemExit(f"{address}: {answer.status_code}")
            if not turn:
                spent.clear()
                watch.times.clear()
        cursor.execute("RESET ROLE")
    return spent, {key: seen for key, seen in watch.times.items() if len(seen) >= REQUESTS}


def by_issuer() -> list[Line]:
    """Add up the issuers of a year, with and without the spans that are kept, and with a hidden week."""
    from burden.kit import clock
    from burden.kit.clock import last_closed
    from burden.units.models import Unit
    from reports import source_periods
    from reports.panels.summary import TOP_ISSUERS
    from reports.periods import Period

    period = Period.of("year", last_closed(clock.now()), until=last_closed(clock.now()))
    weeks = [week.monday for week in period.weeks]
    before = [week.monday for week in period.previous.weeks]
    lines = []
    for level in ("province", "county"):
        unit = Unit.every.filter(level=level).order_by("path")[0]

        def read(gone: int, kept: bool, unit: Any = unit, level: str = level) -> float:
            shown = weeks[gone:]
            times = []
            for _ in range(20):
                begun = time.perf_counter()
                slots = [(weeks, shown), (before, before)]
                source_periods.leading(unit.pk, level if kept else "", slots, TOP_ISSUERS)
                times.append(time.perf_counter() - begun)
            return percentile(0.95, times)

        lines += [
            Line(f"{level}, a year by issuer, p95, ms", STATEMENT, read(0, True)),
            Line(f"{level}, a year with a hidden week, p95, ms", STATEMENT, read(1, True)),
            Line(f"{level}, the same from its weeks, as without spans, p95, ms", FREE, read(0, False)),
        ]
    return lines

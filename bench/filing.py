"""Filing a week of 12 answers to what issuers registered: its SQL beside a bare insert of as many rows, the page, HTTP.

Bounds: SQL p95 <= 15 ms, the commit included; the page with its 12 targets p95 <= 100 ms in the server, 60 KB with all it fetches,
and no more queries than with 3 targets; HTTP p95 <= 300 ms at 20 a second, and 60 a second at most speed, web server, database and
load on the same machine. All on a cluster of the bench's own that already holds half a million entries.
Run: .venv/bin/python -m bench.run filing
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import logging
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import psycopg

from bench import weight
from bench.cluster import admin, cluster
from bench.report import FREE, Line, percentile, report
from bench.world import fill

WEEKS = 4
FILINGS = 400
ENTRIES = 12
SQL_BOUND, PAGE_BOUND, HTTP_BOUND = 15.0, 100.0, 300.0  # ms
PAGES = 200
RATE, SECONDS = 20, 20
SPEED, CLIENTS, WARM = 60, 8, 10  # filings a second; connections that file at once; first filings, not counted
BYTES = 60.0  # KB
BARE = (
    "CREATE TABLE bare (LIKE entry INCLUDING GENERATED INCLUDING IDENTITY)"  # no index, key, check, trigger or policy
)
ASK = """
INSERT INTO demand (issuer_id, lead_id, title, category, state, version, subkind, basis, origin, post_title, channel, frequency,
                    first_on, people, minutes, travel_minutes, prep_minutes, receivers, facts, fields, grams, afterwards,
                    late_reason, digest, created_by_id, created_at, changed_at, issued_at, withdrawn_reason)
SELECT d.id, d.id, %(title)s || n, 'form', 'issued', 1, '', '', 'own', '', 'formal', 'weekly', %(week)s, 1, 30 + n, 0, 0,
       '{}', '{}', '{}', '{}', false, '', '', 1, now(), now(), now(), ''
FROM (SELECT id FROM unit WHERE level = 'department' ORDER BY id LIMIT %(demands)s) d
CROSS JOIN LATERAL (SELECT d.id %% %(demands)s AS n) AS number
"""
TARGET = """
INSERT INTO target (demand_id, unit_id, week, due_on, issuer_id, category, people, minutes, travel_minutes, prep_minutes, withdrawn)
SELECT d.id, u.id, %(week)s, %(week)s, d.issuer_id, 'form', 1, d.minutes, 0, 0, false
FROM demand d CROSS JOIN unit u WHERE u.level IN ('township', 'village', 'department')
"""
TITLE = "关于报送农村人居环境整治进展情况的通知"


def main() -> int:
    """Run both and print; the exit status is 1 where a bound is missed."""
    with cluster() as running:
        with admin(running) as owner:
            print(f"  {fill(owner, WEEKS):,} entries stand already")
            print(f"  {ask(owner):,} targets wait for an answer", flush=True)
            owner.execute(BARE)
            owner.execute("GRANT ALL ON bare TO burden_web")
        lines = [*compare(), *pages(), *over_http(running)]
    return 0 if report(f"filing: a week of {ENTRIES} answers", lines) else 1


def ask(owner: psycopg.Connection) -> int:
    """Let departments ask every unit for twelve things this week; return how many targets that makes."""
    from burden.kit import clock
    from burden.kit.clock import Week

    facts = {"title": TITLE, "week": Week.at(clock.now()).monday, "demands": ENTRIES}
    owner.execute(ASK, facts)
    made = owner.execute(TARGET, facts).rowcount
    owner.execute("ANALYZE demand, target")
    return made


# SQL


class Watch:
    """Adds up the time spent in the database, statement by statement, the commit included."""

    spent = 0.0

    def __call__(self, execute, *statement):
        start = time.perf_counter()
        try:
            return execute(*statement)
        finally:
            self.spent += time.perf_counter() - start


def spent(act: Callable[[], None]) -> tuple[float, float]:
    """Run an act in one transaction, as a request does; return seconds in the database, and in all."""
    from django.db import connection, transaction

    watch, start = Watch(), time.perf_counter()
    transaction.set_autocommit(False)
    with connection.execute_wrapper(watch):
        act()
    watch(transaction.commit)
    transaction.set_autocommit(True)
    return watch.spent, time.perf_counter() - start


def compare() -> list[Line]:
    """File and insert by turns, as the web role, so that both meet the same machine."""
    from django.db import connection

    filings, inserts = [], []
    with connection.cursor() as cursor:
        acts = list(filing_acts())
        cursor.execute("SET ROLE burden_web")
        for act in acts:
            filings.append(spent(act))
            inserts.append(spent(bare_insert))
        cursor.execute("RESET ROLE")
    sql, service, bare = (
        [*column] for column in zip(*((*f, i[0]) for f, i in zip(filings, inserts, strict=True)), strict=True)
    )
    return [
        Line("SQL of a filing with its commit, p95, ms", SQL_BOUND, percentile(0.95, sql)),
        Line("the same, p50, ms", FREE, percentile(0.5, sql)),
        Line("the service in all, p95, ms", FREE, percentile(0.95, service)),
        Line(
            f"SQL of a filing / bare insert of {ENTRIES} rows, medians",
            FREE,
            percentile(0.5, sql) / percentile(0.5, bare),
        ),
    ]


def filing_acts() -> Iterator[Callable[[], None]]:
    """Yield acts that each file this week for another cadre: three first filings, then one change, and so on."""
    from burden.accounts.actor import actor_of
    from burden.accounts.models import User
    from burden.demands.models import Target
    from burden.entries.services import EntryDraft, file_week
    from burden.kit import clock
    from burden.kit.clock import Week
    from burden.kit.db import act_as

    now = clock.now()
    week = Week.at(now)

    def act(actor, version):
        drafts = [
            EntryDraft(f"e{pk}", "done", "form", TITLE, minutes, target_id=pk) for pk, minutes in asked[actor.unit_id]
        ]

        def file() -> None:
            act_as(actor.user_id)
            file_week(
                by=actor, week=week, client_key=uuid4(), base_version=version, nil=False, entries=drafts, now=now
            )  # fmt: skip

        return file

    asked: dict[int, list[tuple[int, int]]] = {}
    for unit_id, pk, minutes in Target.every.filter(week=week.monday).values_list("unit_id", "pk", "minutes"):
        asked.setdefault(unit_id, []).append((pk, minutes))
    for number, user in enumerate(User.objects.order_by("-id")[: FILINGS * 3 // 4]):
        actor = actor_of(user)
        yield act(actor, 0)
        if number % 3 == 2:
            yield act(actor, 1)


def bare_insert() -> None:
    """Insert as many rows of the same width with nothing around them."""
    from django.db import connection

    row = "(1, 1, 1, '2026-11-16', %s, 'done', 4, false, false, 'form', '', %s, '', 1, 30, 0, 0)"
    values = [value for n in range(ENTRIES) for value in (f"e{n}", f"{TITLE}{n}")]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bare (weekly_return_id, unit_id, cadre_id, week, key, answer, evidence, repeated, after_hours,"
            " category, subkind, title, note, people, minutes, travel_minutes, prep_minutes)"
            f" VALUES {', '.join([row] * ENTRIES)}",
            values,
        )


# the page


def pages() -> list[Line]:
    """Show filed weeks of 12 answers again for changing: the heaviest page there is, with what others made of each."""
    from django.core.management import call_command
    from django.test import Client

    from burden.accounts.models import User

    logging.disable(logging.INFO)  # a line for every request, among the figures
    call_command("collectstatic", interactive=False, verbosity=0)
    reader, times = Client(headers={"host": "127.0.0.1"}), []
    for user in User.objects.order_by("-id")[:PAGES]:
        reader.force_login(user)
        start = time.perf_counter()
        answer = reader.get(f"{week_page()}?edit=1")
        times.append(time.perf_counter() - start)
        if answer.status_code != http.HTTPStatus.OK:
            raise SystemExit(f"the page answered {answer.status_code}")
    return [
        Line(f"week page with {ENTRIES} targets, in the server, p95, ms", PAGE_BOUND, percentile(0.95, times)),
        Line(f"queries of the week page with {ENTRIES} targets, more than with 3", 0, more_queries(reader)),
    ]


def week_page() -> str:
    """Name this week's page."""
    from burden.kit import clock
    from burden.kit.clock import Week

    return f"/week/{Week.at(clock.now())}/"


def more_queries(reader: Any) -> int:
    """Count the queries of two pages that differ only in how much is asked."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from burden.accounts.models import Post, User
    from burden.demands.models import Target

    first = User.objects.order_by("-id")[FILINGS]  # who did not file yet
    unit = Post.objects.get(user=first).unit_id
    second = Post.objects.filter(user__lt=first).exclude(unit=unit).order_by("-user").select_related("user")[0].user
    few = list(Target.every.filter(unit=unit).order_by("pk").values_list("pk", flat=True)[:3])
    Target.every.filter(unit=unit).exclude(pk__in=few).delete()
    counts = []
    for user in (first, second):
        reader.force_login(user)
        with CaptureQueriesContext(connection) as seen:
            reader.get(week_page())
        counts.append(len(seen))
    return counts[1] - counts[0]


# HTTP


def over_http(running) -> list[Line]:
    """Start the web server and send it filings, each from another cadre: on schedule, where a late start counts as waiting; then as many as it takes."""
    from burden.accounts.models import User
    from burden.embedded.children import Stop, together
    from burden.embedded.portal import web

    scheduled = RATE * SECONDS
    port, tokens = free_port(), make_tokens(WARM + 2 * scheduled)
    with together([web("127.0.0.1", port)], running.state / "log", 60, Stop()):
        for token in tokens[:WARM]:
            put(port, token, time.perf_counter())  # the first requests import code
        begin = time.perf_counter() + 0.5
        with ThreadPoolExecutor(32) as pool:
            jobs = [pool.submit(put, port, token, begin + n / RATE) for n, token in enumerate(tokens[WARM:-scheduled])]
            times = [job.result() for job in jobs]
        begin = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(lambda token: put(port, token, begin), tokens[-scheduled:]))
        speed = scheduled / (time.perf_counter() - begin)
        sizes = weight.of_page(port, User.objects.order_by("id")[2 * scheduled + WARM], week_page())
    print("  " + ", ".join(f"{name} {size / 1024:.1f} KB" for name, size in sizes.items()), flush=True)
    return [
        Line(f"HTTP, {RATE} filings a second for {SECONDS} s, p95, ms", HTTP_BOUND, percentile(0.95, times)),
        Line(f"HTTP, filings a second from {CLIENTS} clients at once", SPEED, speed, least=True),
        Line("phone filing page with all it fetches, gzip, KB", BYTES, sum(sizes.values()) / 1024),
    ]


def free_port() -> int:
    """Ask the system for a port nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_tokens(count: int) -> list[str]:
    """Give as many cadres an API token each; they are not those of the SQL part."""
    from burden.accounts.actor import digest_of
    from burden.accounts.models import ApiToken, User
    from burden.kit import clock

    made, tokens = clock.now(), [secrets.token_urlsafe(32) for _ in range(count)]
    ApiToken.objects.bulk_create(
        ApiToken(user=user, digest=digest_of(token), made_at=made, expires_at=made + dt.timedelta(days=1))
        for user, token in zip(User.objects.order_by("id")[:count], tokens, strict=True)
    )
    return tokens


def put(port: int, token: str, due: float) -> float:
    """Send one filing when it is due; return the seconds from then to its answer. Refuses: an answer but 201."""
    from burden.kit import clock
    from burden.kit.clock import Week

    rows = [
        {"key": f"e{n}", "answer": "done", "category": "form", "title": f"{TITLE}{n}", "minutes": 30 + n}
        for n in range(ENTRIES)
    ]
    body = json.dumps({"client_key": str(uuid4()), "base_version": 0, "entries": rows})
    time.sleep(max(0.0, due - time.perf_counter()))
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
    link.request("PUT", f"/api/v1/weeks/{Week.at(clock.now())}/", body, headers)
    answer = link.getresponse()
    said = answer.read()
    link.close()
    if answer.status != http.HTTPStatus.CREATED:
        raise SystemExit(f"{answer.status}: {said.decode()}")
    return time.perf_counter() - due

"""Issuing a weekly demand of a year to 660 receivers, beside a bare insert of as many targets.

Bound: 2 s, the commit included, as the web role under row level security.
Run: .venv/bin/python -m bench.run demands
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from bench.cluster import admin, cluster
from bench.report import Line, percentile, report
from bench.world import fill

RECEIVERS, WEEKS, ROUNDS = 660, 52, 7
BOUND = 2_000.0  # ms
BARE = "CREATE TABLE bare (LIKE target INCLUDING IDENTITY)"  # no index, key, check, trigger or policy
BARE_INSERT = """
INSERT INTO bare (demand_id, unit_id, week, due_on, issuer_id, category,
                  people, minutes, travel_minutes, prep_minutes, evidence, withdrawn)
SELECT demand_id, unit_id, week, due_on, issuer_id, category, people, minutes, travel_minutes, prep_minutes, evidence, withdrawn
FROM target WHERE demand_id = (SELECT max(id) FROM demand)
"""


def main() -> int:
    """Issue and insert by turns, so that both meet the same machine; the exit status is 1 where the bound is missed."""
    with cluster() as running:
        with admin(running) as owner:
            fill(owner, 0)
            owner.execute(BARE)
            owner.execute("GRANT ALL ON bare TO burden_web")
        issued, bare = compare()
    held = report(
        f"A demand for {RECEIVERS} receivers x {WEEKS} weeks",
        [
            Line("issue, slowest (ms)", BOUND, percentile(1, issued)),
            Line("issue / bare insert of the same rows, medians", 25, percentile(0.5, issued) / percentile(0.5, bare)),
        ],
    )
    print(f"  issue p50 {percentile(0.5, issued):.0f} ms, bare insert p50 {percentile(0.5, bare):.0f} ms")
    return 0 if held else 1


def compare() -> tuple[list[float], list[float]]:
    """Return the seconds of each issue and of each bare insert."""
    from django.db import connection

    from burden.accounts.actor import actor_of
    from burden.accounts.models import Post, User
    from burden.demands.services import issue, save_draft
    from burden.kit import clock
    from burden.kit.db import act_as
    from burden.units.models import Level, Unit

    now = clock.now()
    user = User.objects.create(username="issuer", name="登记员")
    Post.objects.create(
        user=user, unit=Unit.every.get(level=Level.PROVINCE), role="issuer", valid=(dt.date(2025, 1, 6), None)
    )
    actor = actor_of(user, now)
    codes = list(Unit.every.filter(level=Level.VILLAGE).order_by("code").values_list("code", flat=True)[:RECEIVERS])
    first = clock.day_of(now)
    values = {
        "title": "农村人居环境整治周报",
        "basis": "农发〔2026〕12号",
        "people": 2,
        "minutes": 30,
        "frequency": "weekly",
        "first_on": first,
        "until": first + dt.timedelta(weeks=WEEKS - 1),
        "receivers": {"units": codes},
    }
    decision = {"chosen": "original", "reason": "市局要求同口径上报", "answers": {}}
    issued, bare = [], []
    with connection.cursor() as cursor:

        def as_issuer(act: Callable[..., object], **given: object) -> tuple[float, object]:
            return committed(lambda: (act_as(actor.user_id), act(**given))[1])

        cursor.execute("SET ROLE burden_web")
        for _round in range(ROUNDS):
            _, demand = as_issuer(save_draft, by=actor, demand=None, values=values, now=now)
            issued.append(as_issuer(issue, by=actor, demand=demand, now=now, **decision)[0])
            bare.append(as_issuer(cursor.execute, sql=BARE_INSERT)[0])
            if cursor.rowcount != RECEIVERS * WEEKS:
                raise SystemExit(f"{cursor.rowcount} targets")
        cursor.execute("RESET ROLE")
    return issued, bare


def committed(act: Callable[[], object]) -> tuple[float, object]:
    """Run an act in one transaction, as a request does. Shape: seconds with the commit, and what it returned."""
    from django.db import transaction

    start = time.perf_counter()
    with transaction.atomic():
        found = act()
    return time.perf_counter() - start, found

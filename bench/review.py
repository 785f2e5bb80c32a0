"""Reviewing a demand on 660 receivers: price, budget, rules, what is similar, the receivers' week, the lighter way.

Bound: p95 <= 300 ms as the web role under row level security, beside looking the receivers up alone. The issuer has a year of
weekly targets out (its budget is summed over them), 20,000 forms of others stand in the same remit, and every receiver has
forty meetings in the week.
Run: .venv/bin/python -m bench.run review
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from bench.cluster import admin, cluster
from bench.duplicates import STAGE, meanings
from bench.report import Line, percentile, report
from bench.world import fill

RECEIVERS, WEEKS, FORMS, MEETINGS, ROUNDS = 660, 52, 20_000, 40, 60
BOUND = 300.0  # ms
OUT = """
INSERT INTO demand (issuer_id, lead_id, state, version, title, category, subkind, basis, origin, post_title, channel, frequency,
                    first_on, people, minutes, travel_minutes, prep_minutes, receivers, facts, fields, grams, afterwards,
                    late_reason, digest, created_by_id, created_at, changed_at, issued_at, withdrawn_reason)
SELECT office.ids[1 + n %% 300], office.ids[1 + n %% 300], 'issued', 1, title,
       CASE WHEN n < %(meetings)s THEN 'meeting' ELSE 'form' END, '', '', 'own', '', 'formal', 'once', %(day)s, 1, 30, 0, 0,
       '{"levels": ["village"]}', '{}', fields, grams, false, '', '', %(by)s, now(), now(), now(), ''
FROM staged, (SELECT array_agg(id ORDER BY id) AS ids FROM unit WHERE level = 'department') office ORDER BY n
"""
INVITED = """
INSERT INTO target (demand_id, unit_id, week, due_on, issuer_id, category, people, minutes, travel_minutes, prep_minutes, withdrawn)
SELECT d.id, u.id, date_trunc('week', d.first_on)::date, d.first_on, d.issuer_id, d.category, 1, 30, 0, 0, false
FROM demand d CROSS JOIN unit u WHERE d.category = 'meeting' AND u.level = 'village'
"""


def main() -> int:
    """Fill, review forms and meetings by turns; the exit status is 1 where the bound is missed."""
    with cluster() as running:
        with admin(running) as owner:
            fill(owner, 0)
            user, first = people(), dt.date(2026, 11, 27)
            stage(owner)
            owner.execute(OUT, {"by": user.pk, "day": first, "meetings": MEETINGS})
            owner.execute(INVITED)
            owner.execute("VACUUM ANALYZE")
        times, looked = measure(user, first)
    held = report(
        f"Review of a demand on {RECEIVERS} receivers",
        [
            Line("review p95 (ms)", BOUND, percentile(0.95, times)),
            Line("review / looking the receivers up, medians", 60, percentile(0.5, times) / percentile(0.5, looked)),
        ],
    )
    print(f"  review p50 {percentile(0.5, times):.0f} ms, receivers alone p50 {percentile(0.5, looked):.1f} ms")
    return 0 if held else 1


def people() -> object:
    """Make the province's issuer."""
    from burden.accounts.models import Post, User
    from burden.units.models import Level, Unit

    user = User.objects.create(username="issuer", name="登记员")
    unit = Unit.every.get(level=Level.PROVINCE)
    Post.objects.create(user=user, unit=unit, role="issuer", valid=(dt.date(2025, 1, 6), None))
    return user


def stage(owner) -> None:
    """Word what others ask."""
    from burden.demands.duplicates import grams

    owner.execute(STAGE)
    with owner.cursor() as cursor, cursor.copy("COPY staged FROM STDIN") as rows:
        for number, meant in enumerate(meanings(FORMS)):
            title, fields = meant.worded()
            rows.write_row((number, title, fields, grams(title, fields)))


def measure(user, first: dt.date) -> tuple[list[float], list[float]]:
    """Return the seconds of each review, and of looking up the receivers alone."""
    from django.db import connection

    from burden.accounts.actor import actor_of
    from burden.demands.receivers import stored, units_of
    from burden.demands.review import review
    from burden.demands.services import issue, save_draft
    from burden.kit import clock
    from burden.standards.models import BurdenBudget
    from burden.units.models import Level, Unit

    now = clock.now()
    actor, today = actor_of(user, now), clock.day_of(now)
    codes = list(Unit.every.filter(level=Level.VILLAGE).order_by("code").values_list("code", flat=True)[:RECEIVERS])
    common = {"basis": "农发〔2026〕12号", "people": 2, "minutes": 30, "receivers": {"units": codes}, "first_on": today}
    weekly = {"title": "值班周报", "frequency": "weekly", "until": today + dt.timedelta(weeks=WEEKS - 1)}
    BurdenBudget.objects.create(issuer=actor.unit, year=today.year, person_min=10_000_000)
    times, looked = [], []
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE burden_web")
        seconds_of(user, lambda: issue(
            by=actor, demand=save_draft(by=actor, demand=None, values=common | weekly, now=now),
            chosen="original", reason="值班", answers={}, now=now,
        ))  # fmt: skip
        drafts = [save_both(user, actor, meant, common | {"first_on": first}, now) for meant in meanings(ROUNDS // 2)]
        for demand in [each for pair in drafts for each in pair]:
            times.append(seconds_of(user, lambda demand=demand: review(actor, demand, today)))
            chosen = stored(demand.receivers)
            looked.append(seconds_of(user, lambda chosen=chosen: list(units_of(actor.unit, chosen))))
        cursor.execute("RESET ROLE")
    return times, looked


def save_both(user, actor, meant, common: dict, now: dt.datetime) -> list:
    """Draft a form and a meeting about the same."""
    from burden.demands.services import save_draft

    title, fields = meant.worded()
    saved = []
    for values in ({"title": title, "fields": fields}, {"title": title, "category": "meeting"}):
        seconds_of(
            user, lambda values=values: saved.append(save_draft(by=actor, demand=None, values=common | values, now=now))
        )
    return saved


def seconds_of(user, act: Callable[[], object]) -> float:
    """Run an act in a transaction of its own, as a request does."""
    from django.db import transaction

    from burden.kit.db import act_as

    start = time.perf_counter()
    with transaction.atomic():
        act_as(user.pk)
        act()
    return time.perf_counter() - start

"""The world of the story's walk: what a bureau asked of six townships before anybody reported it, written through the services."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.portal import Portal, running

TITLE = "村庄清洁行动台账"
AGAIN = ("村庄清洁行动台账（增 2 列）", "村庄清洁行动整改清单")  # by chat group, registered nowhere
CLAIMED, TOOK, EACH = 60, 90, 40  # minutes: registered, needed for it, and needed for each of the others
TOWNS = 6
WEEKS = 22  # of the county's life, the quarter before the walk and all of it: others go on asking what they ask
KNOWN = 14  # of them before the order was opened
BEGINS = dt.datetime.fromisoformat("2024-11-05T09:00:00+08:00")  # a Tuesday; no holiday until New Year
ENDS = dt.datetime.fromisoformat("2025-01-07T09:00:00+08:00")
SOW = """
from django.core.management import call_command
from burden.demo.seed import seed
from burden.kit.clock import now
seed(now=now(), weeks=WEEKS, townships=TOWNS)
call_command("rollup", "rebuild")
"""
PLANT = """
import datetime as dt, json, uuid
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from burden.accounts.actor import actor_of
from burden.accounts.models import Post, User
from burden.demands.models import Target
from burden.demands.services import issue, save_draft
from burden.entries.services import EntryDraft, file_week
from burden.kit.clock import DAY, Week, now
from burden.kit.db import act_as
from burden.units.models import Unit

began = now()
issuer = actor_of(User.objects.get(username="issuer"), began)
bureau, third = issuer.unit, Week.at(began).plus(-1)
values = {
    "title": TITLE, "category": "form", "subkind": "simple", "basis": "农发〔2024〕7号", "origin": "own", "channel": "formal",
    "frequency": "weekly", "first_on": str(third.plus(-2).monday + 3 * DAY), "until": str(third.plus(20).monday),
    "people": 1, "minutes": CLAIMED, "receivers": {"levels": ["township"]}, "fields": ["乡镇", "问题点位数", "已整改点位数", "保洁员人数"],
}
at = began - 27 * DAY
drafted = save_draft(by=issuer, demand=None, values=values, now=at)
issue(by=issuer, demand=drafted, chosen="original", reason="上级有任务", answers={}, now=at)

def row(key, title, minutes, target=None):
    return EntryDraft(key=key, answer="done", category="form", subkind="simple", title=title, minutes=minutes, issuer_id=bureau.pk, target_id=target)

made, hashed = [], make_password(PASSWORD)
for town in Unit.every.filter(parent=bureau.parent_id, level="township").order_by("pk"):
    user = User(username=f"walk-{town.code}", name="干部")
    user.password = hashed
    user.save()
    Post.objects.create(user=user, unit=town, role="cadre", title="经办", valid=DateRange(third.plus(-3).monday, None))
    for week in (third.plus(-2), third.plus(-1), third):
        with transaction.atomic():
            act_as(user.pk)
            target = Target.objects.visible_to(actor_of(user)).get(demand=drafted, unit=town, week=week.monday)
            rows = [row("a", TITLE, TOOK, target.pk)]
            rows += [row(f"b{n}", title, EACH) for n, title in enumerate(AGAIN)] if week == third else []
            filed = week.sunday - DAY
            file_week(by=actor_of(user), week=week, client_key=uuid.uuid4(), base_version=0, nil=False, entries=rows,
                      now=began - (began.date() - filed) * 1)
    made.append(user.username)
print(json.dumps({"demand": drafted.pk, "cadres": made}))
"""
BOARD = """
from burden.accounts.actor import actor_of
from burden.accounts.models import User
from burden.feedback import services
from burden.feedback.models import Ticket
from burden.feedback.services.sending import Words
from burden.kit.clock import DAY, now

cadre, office = (actor_of(User.objects.get(username=name), now()) for name in ("township", "office"))
for number in range(OTHERS):
    came = now() - (30 - number) * DAY
    words = Words(topic="meeting", text=f"会一开就是半天，材料要提前两天交，第{number}次了", about="portal")
    sent = services.send_named(by=cadre, words=words, now=came)
    services.release(now=came + DAY)
    held = Ticket.objects.visible_to(office).get(pk=sent.pk)
    services.accept(by=office, ticket=held, now=came + DAY)
    services.rewrite(by=office, ticket=held, title="会太长", rewritten=f"会太长，材料要得太早（{number}）", now=came + DAY)
    services.reply(by=office, ticket=held, conclusion="rejected", words="这类会一年只有一次", change="", public=True, now=came + DAY)
"""
ASKED = """
import json
from django.contrib.auth.hashers import make_password
from burden.accounts.models import PortalQuestion, Post

asked = PortalQuestion.objects.filter(kind="relief", subject=ORDER).values("person")
first = {}
for post in Post.objects.filter(user__in=asked, role="cadre").select_related("user").order_by("unit", "user"):
    first.setdefault(post.unit_id, post.user)
hashed = make_password(PASSWORD)
for user in first.values():
    user.password = hashed
    user.save(update_fields=["password"])
print(json.dumps([user.username for user in first.values()]))
"""
TELL = """
from burden.celery import app
app.send_task(TASK)
"""


class World:
    """A portal whose clock stands where the walk puts it, and what was planted in it."""

    def __init__(self, portal: Portal, clock: Path) -> None:
        self.portal, self.clock, self.at = portal, clock, BEGINS

    def go(self, day: str, hour: int = 9) -> None:
        """Move the clock on."""
        at = dt.datetime.fromisoformat(f"{day}T{hour:02}:00:00+08:00")
        assert at >= self.at, "time does not go back"
        self.at = at
        self.clock.write_text(at.isoformat(), encoding="ascii")

    def plant(self, password: str) -> dict[str, list[str] | int]:
        """Let the bureau ask, and the townships answer."""
        names = {"TITLE": TITLE, "AGAIN": AGAIN, "CLAIMED": CLAIMED, "TOOK": TOOK, "EACH": EACH, "PASSWORD": password}
        made: dict[str, list[str] | int] = json.loads(self.portal.run(PLANT, **names))
        return made

    def asked(self, order: int, password: str) -> list[str]:
        """Return one of those in each township who are asked whether an order brought relief, with a password to log in by."""
        found: list[str] = json.loads(self.portal.run(ASKED, ORDER=order, PASSWORD=password))
        return found

    def fill_board(self) -> None:
        """Let ten others have been answered before: fewer are not shown in words."""
        self.portal.run(BOARD, OTHERS=10)

    def tell(self, task: str) -> None:
        """Hand a task to the workers, as beat does at its hour."""
        self.portal.run(TELL, TASK=task)


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Run the walk's portal."""
    clock = folder / "clock"
    clock.write_text(ENDS.isoformat(), encoding="ascii")
    settings = {"DJANGO_SETTINGS_MODULE": "tests.walks.moved", "MOVED_CLOCK": str(clock)}
    with running("walk", sow=lambda portal: portal.run(SOW, WEEKS=WEEKS, TOWNS=TOWNS), **settings) as portal:
        clock.write_text(BEGINS.isoformat(), encoding="ascii")
        yield World(portal, clock)

"""Cadres for the browser tests of my week: each test takes one nobody else uses."""

import dataclasses
import json
import time
from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe().axe_script
ONLY = {"resultTypes": ["violations"]}
SAVED = """async () => {
    const name = (await caches.keys()).find((each) => each.startsWith("pages-"));
    return name ? (await (await caches.open(name)).keys()).map((key) => key.url) : [];
}"""
KEPT_WITHIN = 5  # seconds
PASSWORD = "窗前-see-the-river-24"
MAKE = """
import datetime, json, uuid
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from burden.accounts.actor import actor_of
from burden.accounts.models import Post, User
from burden.entries.services import EntryDraft, file_week
from burden.kit.clock import Week, now
from burden.kit.db import act_as
from burden.units.models import Unit

ROUTINE = (
    ("meeting", "全县防汛工作视频调度会", 90), ("document", "《秋冬农田水利建设通知》", 30),
    ("form", "人居环境整治周台账", 45), ("inspection", "食品安全督导（陪同）", 120),
)
unit = Unit.every.filter(level="township", closed_on=None).order_by("pk").first()
week, made = Week.at(now()), []
hashed = make_password(PASSWORD)  # slow by design: once for all
for number in range(COUNT):
    with transaction.atomic():
        user = User(username=f"cadre-{uuid.uuid4().hex[:8]}", name=f"周文静{number}")
        user.password = hashed
        user.save()
        since = DateRange(week.plus(-30).monday, None)
        Post.objects.create(user=user, unit=unit, role="cadre", title="党政综合办", valid=since)
        act_as(user.pk)
        drafts = [
            EntryDraft(key=f"r{i}", answer="done", category=category, title=title, minutes=minutes, issuer_id=unit.parent_id)
            for i, (category, title, minutes) in enumerate(ROUTINE)
        ]
        if number:  # the first one has no past
            file_week(by=actor_of(user), week=week.plus(-1), client_key=uuid.uuid4(), base_version=0, nil=False,
                      entries=drafts, now=now())
    made.append(user.username)
print(json.dumps(made))
"""


@dataclasses.dataclass(frozen=True)
class Cadres:
    """Names of cadres who never logged in: one without a past, the others with a routine of four items."""

    newcomer: str
    others: Iterator[str]


def make_cadres(portal, count: int) -> Cadres:
    """Make them in the running portal."""
    names = json.loads(portal.run(MAKE, COUNT=count, PASSWORD=PASSWORD))
    return Cadres(names[0], iter(names[1:]))


def log_in(page: Page, username: str, path: str = "/week/", *, remember: bool = False) -> None:
    """Log in as people do, and land on a page."""
    page.goto(f"/login/?next={path}")
    if remember:
        page.locator("[name=remember]").check()
    page.locator("[name=login]").fill(username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button:not([type=button])").first.click()
    page.wait_for_url(f"**{path}")


def violations(page: Page, among: str = "document", **options: Any) -> list[str]:
    """Return what axe finds wrong with the page as it stands, or with a part. Shape: `among` in its script, `options` axe's own."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(f"options => axe.run({among}, options).then(found => found.violations)", ONLY | options)
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]


def wait_for_worker(page: Page, path: str = "/week/") -> None:
    """Wait until the service worker has kept a page."""
    deadline = time.monotonic() + KEPT_WITHIN
    while not any(path in kept for kept in page.evaluate(SAVED)):
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)

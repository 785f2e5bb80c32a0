"""A cadre's weeks from the first to a changed one, without script, as the pages lead."""

from __future__ import annotations

import datetime as dt
import re
from uuid import uuid4

import pytest

from burden.entries.models import Entry, Submission, WeeklyReturn
from burden.kit import clock
from tests.factories import LAST_WEEK, NOW, THIS_WEEK, make_actor, make_unit

TAGS = re.compile(r"<input[^>]*>")
ATTRIBUTES = re.compile(r'([a-z-]+)="([^"]*)"')


def offered(page: str) -> dict[str, str]:
    """Return what the page's form would post as it stands."""
    form = page[page.index('id="week"') : page.index("<noscript>")]
    fields = {}
    for tag in TAGS.findall(form):
        said = dict(ATTRIBUTES.findall(tag))
        if said.get("type") not in ("checkbox", "radio") or re.search(r"\bchecked\b", tag):
            fields[said["name"]] = said.get("value", "")
    return fields


def receipt(page: str) -> str:
    found = re.search(r'data-receipt="([^"]+)"', page)
    assert found
    return found[1]


@pytest.mark.django_db
def test_weeks_are_filed_copied_changed_and_late(client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    actor = make_actor(make_unit())
    client.force_login(actor.user)
    last, this = f"/week/{LAST_WEEK}/", f"/week/{THIS_WEEK}/"

    first = {"client_key": str(uuid4()), "base_version": "0"}
    for number, (title, minutes) in enumerate((("晨会", "30"), ("台账", "45"))):
        said = {"ticked": "1", "key": f"a{number}", "answer": "done", "category": "form", "title": title}
        first |= {f"entries.{number}.{name}": value for name, value in (said | {"minutes": minutes}).items()}
    one = receipt(client.post(last, first, follow=True).content.decode())

    body = offered(client.get(this + "?copy=last").content.decode())
    page = client.post(this, body, follow=True).content.decode()
    assert "上周也是 1 小时 15 分" in page

    body = offered(client.get(last + "?edit=1").content.decode())
    body["entries.1.minutes"] = "60"
    two = receipt(client.post(last, body, follow=True).content.decode())
    assert two != one
    assert (
        receipt(client.post(last, first, follow=True).content.decode()) == two
    )  # the old key replays, nothing changes

    monkeypatch.setattr(clock, "now", lambda: NOW + dt.timedelta(days=60))
    body = offered(client.get(last + "?edit=1").content.decode())
    page = client.post(last, body | {"entries.0.answer": "absent"}, follow=True).content.decode()
    assert "现在仍可改。" in page
    assert 's-warn">补录' not in page + client.get(last + "?edit=1").content.decode()

    filed = WeeklyReturn.objects.visible_to(actor).get(week=LAST_WEEK.monday)
    assert (filed.version, filed.late) == (3, False)  # in time at first; only the last submission is late
    assert [
        each.late for each in Submission.objects.visible_to(actor).filter(weekly_return=filed).order_by("version")
    ] == [
        False,
        False,
        True,
    ]
    entries = Entry.objects.visible_to(actor).filter(weekly_return=filed).order_by("id")
    assert [entry.person_min for entry in entries] == [0, 60]

"""My year: own weeks alone, no data where nothing was filed, and the file of it."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from burden.entries.year import weeks_of, year_of, years_of
from burden.kit import clock
from burden.kit.clock import Week
from burden.kit.db import act_as
from burden.ledger.models import AuditEvent
from burden.units.models import Level
from tests.database import as_role
from tests.factories import LAST_WEEK, NOW, make_actor, make_entry, make_post, make_return, make_unit

WEEKS = weeks_of("", NOW)


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def bureau(db):
    return make_unit(name="县农业农村局", level=Level.DEPARTMENT)


@pytest.fixture
def actor(bureau):
    return make_actor(make_unit(level=Level.TOWNSHIP))


def reader(actor) -> Client:
    client = Client()
    client.force_login(actor.user)
    return client


def test_weeks_end_with_the_last_closed_one():
    assert (len(WEEKS), WEEKS[-1]) == (52, LAST_WEEK)


@pytest.mark.parametrize(("year", "count"), [("2020", 53), ("2025", 52), ("2026", 47)])
def test_weeks_of_a_year_are_its_closed_ones(year, count):
    weeks = weeks_of(year, NOW)
    assert (len(weeks), {week.year for week in weeks}) == (count, {int(year)})


@pytest.mark.parametrize("year", ["2027", "1999", "x", "٢٠٢٥", "20260"])
def test_year_without_closed_weeks_is_refused(year):
    with pytest.raises(ValueError, match="no year"):
        weeks_of(year, NOW)


def test_year_adds_up_own_entries(actor, bureau):
    filed = make_return(actor.user, actor.unit)
    make_entry(filed, issuer=bureau, minutes=60, people=2, repeated=True)
    make_entry(filed, category="meeting", issuer=actor.unit, minutes=30, after_hours=True)
    make_entry(filed, category="other", minutes=15, answer="not_applicable")
    make_return(actor.user, actor.unit, LAST_WEEK.plus(-1), nil=True)
    found = year_of(actor, WEEKS)
    assert (found.person_min, found.own, found.unstated) == (150, 30, 0)
    assert [(share.label, share.person_min) for share in found.issuers] == [("县农业农村局", 120)]
    assert (found.repeated, found.repeated_min, found.after_hours_min) == (1, 120, 30)
    assert [cell.state for cell in found.cells[-3:]] == ["none", "nil", "filed"]
    assert (found.filed, found.unfiled, found.median_min) == (2, 50, 0)
    assert years_of(actor, NOW) == [2026]


def test_week_without_a_post_is_not_counted_as_unfiled(bureau):
    post = make_post(bureau, since=LAST_WEEK.plus(-1).monday)
    actor = make_actor(make_unit(), "lead", post.user)
    assert year_of(actor, WEEKS).unfiled == 2


def test_sixth_issuer_is_one_of_the_others(actor):
    filed = make_return(actor.user, actor.unit)
    for n in range(7):
        make_entry(filed, issuer=make_unit(), minutes=10 + n)
    found = year_of(actor, WEEKS)
    assert (len(found.issuers), found.others) == (5, (2, 21))


@pytest.mark.parametrize("count", [1, 3])
def test_year_asks_as_often_however_much_was_filed(actor, count, django_assert_num_queries):
    for n in range(count):
        make_return(actor.user, actor.unit, LAST_WEEK.plus(-n), entries=count)
    with django_assert_num_queries(3):
        year_of(actor, WEEKS)


def test_year_of_another_cadre_is_unreachable(actor):
    """No address names a person, and the database hides what the first wall would let through."""
    other = make_actor(actor.unit)
    make_entry(make_return(other.user, other.unit), title="别人的台账")
    page = reader(actor).get("/year/", {"cadre": other.user_id})
    assert "人时" in page.content.decode()
    assert page.context["year"].filed == 0
    assert "别人的台账" not in reader(actor).get("/year/file/").content.decode()
    act_as(actor.user_id)
    with as_role("burden_web"):
        assert year_of(other, WEEKS).person_min == 0


def test_page_shows_weeks_and_leads_to_them(actor):
    make_return(actor.user, actor.unit, entries=2)
    page = reader(actor).get("/year/").content.decode()
    assert f'href="/week/{LAST_WEEK}/"' in page
    assert "1.0" in page


@pytest.mark.parametrize("year", ["2027", "abc"])
def test_unknown_year_is_404(actor, year):
    answer = reader(actor).get("/year/", {"year": year})
    assert answer.status_code == 404 and "year：没有这一种，只能写" in answer.content.decode()
    assert reader(actor).get("/year/file/", {"year": year}).status_code == 404


def test_file_is_recorded_without_what_is_in_it(actor):
    make_entry(make_return(actor.user, actor.unit), title="某件事")
    reader(actor).get("/year/file/")
    event = AuditEvent.objects.get(what="export.own_year")
    assert (event.actor_id, event.subject_id) == (actor.user_id, str(actor.user_id))
    assert event.detail == {"from_week": str(WEEKS[0]), "until_week": str(WEEKS[-1])}


def test_file_is_safe_for_spreadsheets(actor):
    make_entry(make_return(actor.user, actor.unit), title="=cmd()", note="一次普查")
    answer = reader(actor).get("/year/file/")
    assert answer.content.startswith("\ufeff".encode())
    headings, line = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert headings[:3] == ["周（周一）", "单位", "类别"]
    assert (line[0], line[4], line[11], line[15]) == (str(Week(LAST_WEEK.monday)), "'=cmd()", "30", "一次普查")


def test_headings_follow_the_language(actor):
    client = reader(actor)
    client.cookies["django_language"] = "en"
    assert "Category" in client.get("/year/file/").content.decode()


def test_file_of_nothing_has_its_headings(actor):
    assert len(reader(actor).get("/year/file/").content.decode().splitlines()) == 1

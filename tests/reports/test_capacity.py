"""Burden beside capacity: what is asked of whose hours, what is not told, and the same figures on the page, in files and API."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from burden.kit import clock
from burden.resources.models import Capacity, SupportRequest
from burden.standards.models import DayOverride
from burden.units import events
from burden.units.events import Change
from burden.units.models import Unit
from reports.capacity import Load, _line, after_hours, beside
from reports.extents import Extent
from reports.periods import Period
from reports.table_rows import capacity as rows_of
from tests.factories import (
    LAST_WEEK,
    NOW,
    THIS_WEEK,
    make_actor,
    make_unit,
)
from tests.reports.sums import add_sums
from tests.reports.test_league import ask
from tests.reports.test_trainings import make_training

WEEK = Period.of("week", LAST_WEEK, until=LAST_WEEK)
FIVE_DAYS = 5 * 480


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def county(db):
    return make_unit(make_unit(level="city"), "county", name="临溪县")


@pytest.fixture
def office(county):
    return make_actor(county, "office")


def make_town(county, *, in_post=10, year=2026, per_head=600, returns=6, **sums):
    town = make_unit(county, "township")
    if in_post is not None:
        Capacity.every.create(unit=town, year=year, in_post=in_post, lent=2, quota=12, changed_at=NOW)
    add_sums(town, returns=returns, per_head=per_head, **sums)
    return town


def merge(heir, gone):
    events.register(by=None, change=Change("merge", heir, THIS_WEEK.monday, "批复", merged=(gone,)), now=NOW)


def line_of(office, *units, period=WEEK):
    return beside(office, list(units), period).lines[0]


def test_share_is_what_is_asked_of_the_hours_of_who_works_there(county, office):
    town = make_town(county, c_form=400, after_hours_min=360)
    line = line_of(office, town)
    assert (line.load.needed_min, line.available_min) == (3_600 + 400, 10 * FIVE_DAYS)
    assert (line.share, line.after_share) == (4_000 / 24_000, 360 / 3_600)
    assert (line.each_week_min, line.available_each_week_min) == (4_000, 24_000)


def test_township_of_today_has_what_its_predecessor_did(county, office):
    """A merged unit's past is its successor's in today's tree; the page, which lets one choose, says the same."""
    gone, heir = make_town(county, per_head=300), make_town(county, per_head=600)
    merge(heir, gone)
    for basis, minutes in (("reported", 3_600), ("restated", 5_400)):
        assert beside(office, [heir], WEEK, basis).lines[0].minutes == minutes


def test_holidays_leave_fewer_hours(county, office):
    town = make_town(county)
    DayOverride.objects.create(day=LAST_WEEK.monday, is_workday=False, note="雪", set_at=NOW)
    assert line_of(office, town).available_min == 10 * 4 * 480
    for step in range(1, 5):
        DayOverride.objects.create(day=LAST_WEEK.monday + dt.timedelta(step), is_workday=False, note="雪", set_at=NOW)
    assert line_of(office, town).share is None


def test_row_of_the_newest_year_until_then_counts(county, office):
    town = make_town(county, in_post=8, year=2025)
    Capacity.every.create(unit=town, year=2027, in_post=99, changed_at=NOW)
    assert line_of(office, town).known.in_post == 8
    Capacity.every.create(unit=town, year=2026, quota=50, changed_at=NOW)  # says nothing of people in post
    assert line_of(office, town).known.in_post == 8


def test_unit_of_which_no_file_says_who_works_there_has_no_share(county, office):
    line = line_of(office, make_town(county, in_post=None))
    assert (line.known, line.available_min, line.share) == (None, None, None)


def test_few_returns_are_in_no_figure(county, office):
    shown, hidden = make_town(county, returns=9), make_town(county, returns=4)
    make_town(county, returns=6)  # its figure beside the whole would tell the hidden one
    lines = {line.unit: line for line in beside(office, [shown, hidden], WEEK).lines}
    assert lines[hidden].load is None and lines[hidden].share is None and lines[hidden].left_out == 1
    found = beside(office, [shown, hidden], WEEK)
    assert (found.needed_min, found.available_min) == (5_400, 24_000)
    assert (found.minutes, found.after_min) == (5_400, 0)


def test_page_says_of_whom_the_share_is_and_why_others_have_none(client, county, office):
    """The people beside the whole must be those of the hours: hidden units and those of which no file says it are in none."""
    make_town(county, returns=9, in_post=10)
    make_town(county, returns=4, in_post=70)
    make_town(county, returns=8, in_post=None)
    make_town(county, returns=6)  # hidden beside the few
    found = beside(office, list(Unit.objects.visible_to(office).filter(level="township").order_by("path")), WEEK)
    assert (len(found.told), found.told_people) == (1, 10)
    assert sorted(found.lacks) == [(1, "还不知道在岗人数"), (2, "人数太少，不显示")]
    client.force_login(office.user)
    page = client.get(reverse("capacity", args=[county.code])).content.decode()
    assert "只是 1 个单位、在岗 10 人的" in page and "2 个单位：人数太少，不显示" in " ".join(page.split())


def test_hidden_week_of_a_unit_alone_is_no_missing_file(client, county):
    """Who works there is known; that few filed is why there is no share."""
    town = make_town(county, returns=4)
    client.force_login(make_actor(town, "lead").user)
    page = client.get(reverse("capacity", args=[town.code])).content.decode()
    assert "还不知道在岗人数" not in page and "人数太少，不显示" in page


def test_week_in_which_nothing_was_filed_or_asked_is_no_data(county, office):
    town = make_town(county)
    month = Period.of("month", LAST_WEEK, until=LAST_WEEK)
    line = line_of(office, town, period=month)
    assert (line.weeks, line.available_min) == (1, 24_000)
    empty = line_of(office, make_unit(county, "township"))
    assert (empty.weeks, empty.share, empty.load) == (0, None, Load())


def test_peers_are_eight_or_none_and_support_is_offered_above_their_middle_half(county, office):
    towns = [make_town(county, per_head=300 + 30 * n) for n in range(7)]
    assert beside(office, towns, WEEK).strained == []
    towns.append(make_town(county, per_head=1_200))
    found = beside(office, towns, WEEK)
    assert found.lines[0].unit == towns[-1]
    assert [line.unit for line in found.strained] == [towns[-1], towns[6]]
    assert found.lines[0].peers.count == 8
    late = make_town(county, per_head=300, after_hours_min=900)
    assert late in [line.unit for line in beside(office, [*towns, late], WEEK).strained]


def test_page_and_table_say_the_same(client, county, office):
    towns = [make_town(county, per_head=300 + 41 * n, returns=4 if n == 3 else 8) for n in range(9)]
    SupportRequest.every.create(
        unit=towns[0], kind="people", title="添人", state="asked", made_by=office.user, made_on=NOW.date(),
        asked_on=NOW.date(), changed_at=NOW,
    )  # fmt: skip
    client.force_login(office.user)
    page = client.get(reverse("capacity", args=[county.code])).context
    query = {"unit": county.code, "from": str(LAST_WEEK), "to": str(LAST_WEEK), "level": "township"}
    rows = client.get("/api/v1/tables/capacity/", query).json()["results"]
    shown = [
        (line.unit.code, line.load and line.load.needed_min, line.available_min if line.load else None, line.share)
        for line in page["beside"].lines
    ]
    assert shown == [(row["code"], row["needed"], row["available"], row["share"]) for row in rows]
    assert [row["remark"] for row in rows if row["needed"] is None] == ["人数太少，不显示"] * sum(
        line.load is None for line in page["beside"].lines
    )
    assert sum(row["needed"] or 0 for row in rows) == page["beside"].needed_min
    extent = Extent(county, "township", LAST_WEEK, LAST_WEEK)
    assert [row[0] for row in rows_of(office, extent)] == [row["code"] for row in rows]
    assert {row["requests"] for row in rows} == {0, 1}


@pytest.mark.parametrize(("role", "level"), [("lead", "township"), ("issuer", "department"), ("lead", "village")])
def test_every_reader_sees_its_own_unit(client, county, role, level):
    parent = make_unit(county, "township") if level == "village" else county
    unit = make_unit(parent, level)
    client.force_login(make_actor(unit, role).user)
    assert unit.name in client.get(reverse("capacity", args=[unit.code])).content.decode()


def test_page_costs_as_much_for_three_as_for_one(client, county, office):
    client.force_login(office.user)
    url, found = reverse("capacity", args=[county.code]), []
    make_town(county)
    client.get(url)
    for _count in range(2):
        make_training(county, make_unit(county, "department"), answers=6)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        found.append(len(seen))
        make_town(county)
    assert found[0] == found[1]


@given(st.integers(0, 2**32))
def test_sums_hold_shown_weeks_alone(seed):
    chance = random.Random(seed)
    days = {LAST_WEEK.plus(-n).monday: 5 for n in range(10)}
    loads = {
        week: Load(*(chance.choice((0, chance.randrange(999))) for _n in range(4)))
        for week in days
        if chance.random() < 0.7
    }
    gone = {week for week in days if chance.random() < 0.3}
    line = _line(None, loads, gone, None, days, 0)
    filled = {week for week, load in loads.items() if load.returns or load.claimed_min}
    assert (line.weeks, line.left_out) == (len(filled - gone), len(filled & gone))
    assert line.workdays == 5 * line.weeks
    if line.load is not None:
        assert line.load.needed_min == sum(loads[week].needed_min for week in filled - gone)
    else:
        assert filled and not filled - gone


def test_unit_alone_is_set_among_those_around_it(county):
    towns = [make_town(county, per_head=300 + 30 * n) for n in range(8)]
    lead = make_actor(towns[7], "lead")
    line = line_of(lead, towns[7])
    among = next(each for each in beside(make_actor(county, "office"), towns, WEEK).lines if each.unit == towns[7])
    assert (line.peers.count, line.peers.low, line.peers.median, line.peers.high) == (
        8, among.peers.low, among.peers.median, among.peers.high,
    )  # fmt: skip
    assert line.is_strained
    assert (line.peers.least, line.peers.most) == (line.peers.low, line.share)  # nobody else's figure
    make_unit(county, "township", closed_on=NOW.date())
    Capacity.every.filter(unit=towns[0]).delete()
    assert line_of(lead, towns[7]).peers is None  # seven


def test_lead_is_offered_to_ask_for_its_own_unit_alone(client, county):
    town = make_unit(county, "township")
    add_sums(town, returns=6, per_head=600)
    villages = []
    for n in range(9):
        village = make_unit(town, "village")
        Capacity.every.create(unit=village, year=2026, in_post=5, changed_at=NOW)
        add_sums(village, returns=6, per_head=100 + 200 * n)
        villages.append(village)
    client.force_login(make_actor(town, "lead").user)
    page = client.get(reverse("capacity", args=[town.code]), {"kind": "village"})
    assert page.context["beside"].strained
    assert f"{reverse('support_ask')}?kind=people" not in page.content.decode()
    client.force_login(make_actor(villages[8], "lead").user)
    page = client.get(reverse("capacity", args=[villages[8].code]))
    assert f"{reverse('support_ask')}?kind=people" in page.content.decode()


def test_page_of_a_unit_says_who_works_there_and_what_it_asked_for(client, county):
    town = make_town(county, per_head=600)
    lead = make_actor(town, "lead")
    client.force_login(lead.user)
    page = client.get(reverse("report", args=[town.code])).content.decode()
    assert "在岗 10 人，编制 12，借出 2" in page
    assert "负担占可用工时 <b>15.0%</b>" in page and "没有支持请求" in page
    SupportRequest.every.create(
        unit=town, kind="people", title="添人", state="asked", made_by=lead.user, made_on=NOW.date(), asked_on=NOW.date(),
        changed_at=NOW,
    )  # fmt: skip
    page = client.get(reverse("report", args=[town.code])).content.decode()
    assert "添人" in page and reverse("support_ask") in page
    client.force_login(make_actor(county, "office").user)
    assert 'id="ability"' not in client.get(reverse("report", args=[county.code])).content.decode()


def test_page_of_a_unit_hides_the_share_of_few(client, county):
    town = make_town(county, returns=4)
    client.force_login(make_actor(town, "lead").user)
    page = client.get(reverse("report", args=[town.code])).content.decode()
    assert "负担占可用工时" not in page and "人数太少，不显示" in page


def test_requests_of_one_unit_are_listed_and_of_a_foreign_one_are_absent(client, county, office):
    client.force_login(office.user)
    towns = [make_unit(county, "township") for _n in range(2)]
    for town in towns:
        SupportRequest.every.create(
            unit=town, kind="people", title=f"添人{town.code}", state="asked", made_by=office.user, made_on=NOW.date(),
            asked_on=NOW.date(), changed_at=NOW,
        )  # fmt: skip
    page = client.get(reverse("support"), {"which": "open", "unit": towns[0].code}).content.decode()
    assert f"添人{towns[0].code}" in page and f"添人{towns[1].code}" not in page
    for wrong in (make_unit(level="county").code, "990", "a\0b"):
        assert client.get(reverse("support"), {"unit": wrong}).status_code == 404


# --- what is done after hours ---


def test_after_hours_are_told_by_category_as_issuers_pages_tell_them(county, office):
    """What few answered is in no sum, nor what was asked of others than the page's units, or from outside."""
    bureau, town = make_unit(county, "department"), make_unit(county, "township")
    ask(bureau, 600, category="form", after_hours_min=300)
    ask(county, 600, category="form", after_hours_min=98)
    ask(bureau, 600, category="meeting", after_hours_min=154)
    ask(bureau, 600, category="inspection", after_hours_min=91, answers=4, done=4)
    ask(bureau, 600, category="document", level="village", after_hours_min=36)
    ask(bureau, 600, category="document", after_hours_min=36, of_hidden=2)
    ask(bureau, 600, LAST_WEEK.plus(-1), category="other", after_hours_min=226)
    ask(county.parent, 600, category="other", after_hours_min=700)
    ask(make_unit(town, "village"), 600, category="other", after_hours_min=700)
    assert after_hours(office, county, "township", WEEK) == {"meeting": 154, "form": 398}
    month = Period.of("month", LAST_WEEK, until=LAST_WEEK)
    assert [*after_hours(office, county, "township", month).items()] == [
        ("meeting", 154),
        ("form", 398),
        ("other", 226),
    ]
    assert after_hours(make_actor(town, "lead"), town, "township", WEEK) == {}


def test_page_says_what_is_done_after_hours(client, county, office):
    make_town(county)
    client.force_login(office.user)
    url = reverse("capacity", args=[county.code])
    assert "或者答的人少，不显示" in client.get(url).content.decode()
    ask(make_unit(county, "department"), 600, category="form", after_hours_min=300)
    page = client.get(url)
    assert page.context["after"] == [("form", "报表", [("k-form", 300)], 300)]
    assert "5.0 人时，只算本地登记、答的人够多的事" in page.content.decode()

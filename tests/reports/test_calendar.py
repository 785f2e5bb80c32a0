"""The calendar: what overlaps by plain arithmetic, and the pages in their scope."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools

import icalendar
import openpyxl
import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from burden.kit import clock
from burden.ledger.models import AuditEvent
from burden.units.models import Level
from reports.calendar import Event, calendar, of_events
from reports.tables import TABLES
from tests.factories import NOW, THIS_WEEK, make_actor, make_demand, make_post, make_target, make_unit

MONDAY = THIS_WEEK.monday


def event(number: int, start: int | None, minutes: int = 60, units=(1,), day: int = 0, people: int = 2) -> Event:
    return Event(
        demand_id=number, target_id=number, title=f"会{number}", category="meeting", issuer_id=1, issuer="县委组织部",
        on=MONDAY + dt.timedelta(days=day), start=start, minutes=minutes, people=people * len(units), each=people,
        units=frozenset(units),
    )  # fmt: skip


# --- arithmetic ---


def test_two_at_once_need_the_people_of_both():
    found = of_events(THIS_WEEK, [event(1, 540, 120), event(2, 570, 60)])
    (overlap,) = found.overlaps
    assert (overlap.clock, overlap.most, overlap.people, overlap.units) == ("9:30—10:30", 2, 4, frozenset({1}))
    with translation.override("en"):
        assert overlap.clock == "9:30–10:30"
    assert [each.overlaps for each in found.events] == [True, True]


@pytest.mark.parametrize(
    "other",
    [
        event(2, 600),
        event(2, 540, day=1),
        event(2, 540, units=(2,)),
        event(2, None),
    ],
    ids=["after it", "another day", "other receivers", "without a time"],
)
def test_nothing_overlaps(other):
    assert of_events(THIS_WEEK, [event(1, 540), other]).overlaps == ()


def test_chain_is_one_overlap_of_two_at_once():
    (overlap,) = of_events(THIS_WEEK, [event(1, 540, 60), event(2, 590, 60), event(3, 640, 60)]).overlaps
    assert (len(overlap.events), overlap.most, overlap.people) == (3, 2, 4)


def test_long_week_opens_the_first_day_that_overlaps():
    few = [event(1, 540), event(2, 540, day=1), event(3, 560, day=1)]
    assert [is_open for _day, _events, is_open in of_events(THIS_WEEK, few).listed] == [True, True]
    many = few + [event(n, 900 + n, 1, day=2) for n in range(4, 12)]
    assert [is_open for _day, _events, is_open in of_events(THIS_WEEK, many).listed] == [False, True, False]


def test_overlap_that_hits_most_units_comes_first():
    few = [event(1, 540, units=(1,)), event(2, 540, units=(1,))]
    many = [event(3, 900, units=(1, 2, 3)), event(4, 900, units=(2, 3))]
    assert [len(each.units) for each in of_events(THIS_WEEK, few + many).overlaps] == [2, 1]


def test_weekend_and_items_without_a_time_have_a_place_where_there_are_any():
    empty, full = of_events(THIS_WEEK, []), of_events(THIS_WEEK, [event(1, None, day=6)])
    assert (len(empty.days), [part for part, _cells in empty.rows]) == (5, ["morning", "afternoon"])
    assert (len(full.days), [part for part, _cells in full.rows]) == (6, ["morning", "afternoon", "untimed"])


events = st.builds(
    event, st.integers(1, 10**6), st.none() | st.integers(480, 1080), st.integers(0, 240),
    st.sets(st.integers(1, 4), min_size=1).map(tuple), st.integers(0, 2),
)  # fmt: skip


@given(st.lists(events, max_size=8, unique_by=lambda each: each.demand_id))
def test_event_is_marked_when_and_only_when_somebody_is_wanted_twice(found):
    laid = of_events(THIS_WEEK, found)
    met = {
        each.demand_id
        for pair in itertools.combinations(found, 2)
        if pair[0].on == pair[1].on and pair[0].meets(pair[1])
        for each in pair
    }
    assert {each.demand_id for each in laid.events if each.overlaps} == met
    assert {each.demand_id for overlap in laid.overlaps for each in overlap.events} == met
    assert len(laid.events) == len(found)
    assert all(overlap.most >= 2 and overlap.units for overlap in laid.overlaps)


# --- pages ---


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def county(db):
    return make_unit(make_unit(level=Level.CITY, name="沅州市"), name="临溪县")


@pytest.fixture
def town(county):
    return make_unit(county, Level.TOWNSHIP, name="柳河镇")


def ask(county, *units, title="森林防灭火视频会", at=dt.time(9), **facts):
    demand = make_demand(make_unit(county, Level.DEPARTMENT), title=title, at=at, category="meeting", **facts)
    for unit in units:
        make_target(demand, unit, due_on=MONDAY)
    return demand


def show(client, path: str, status: int = 200, **query) -> str:
    response = client.get(path, query)
    assert response.status_code == status
    return response.content.decode()


def test_county_sees_how_many_units_an_overlap_hits(client, county, town):
    other = make_unit(county, Level.TOWNSHIP, name="白塔镇")
    ask(county, town, other)
    ask(county, town, other, title="医保征缴调度会", at=dt.time(9, 30))
    client.force_login(make_actor(county, "reviewer").user)
    page = show(client, f"/reports/{county.code}/calendar/")
    assert "9:30—10:30" in page
    assert "涉及 2 个单位" in page
    assert f'href="/reports/{town.code}/calendar/?week={THIS_WEEK}"' in page


def test_cadre_sees_the_own_unit_alone(client, county, town):
    ask(county, town)
    ask(county, make_unit(county, Level.TOWNSHIP), title="别处的会")
    client.force_login(make_actor(town).user)
    page = show(client, "/calendar/")
    assert "森林防灭火视频会" in page
    assert "别处的会" not in page


def test_lead_is_led_to_the_own_unit(client, town):
    client.force_login(make_actor(town, "lead").user)
    assert client.get("/calendar/?week=2026-11-16")["Location"] == f"/reports/{town.code}/calendar/?week=2026-11-16"


def test_lead_of_one_unit_does_not_read_another(client, county, town):
    client.force_login(make_actor(town, "lead").user)
    show(client, f"/reports/{make_unit(county, Level.TOWNSHIP).code}/calendar/", 404)


def test_withdrawn_and_other_categories_are_no_part_of_it(client, county, town):
    make_target(make_demand(county, title="一张表"), town, due_on=MONDAY)
    make_target(make_demand(county, title="撤回的会", category="meeting"), town, due_on=MONDAY, withdrawn=True)
    client.force_login(make_actor(county, "reviewer").user)
    assert "这一周没有登记会议和检查" in show(client, f"/reports/{county.code}/calendar/")


def test_city_is_asked_to_choose_a_county(client, county):
    client.force_login(make_actor(county.parent, "reviewer").user)
    assert f'href="/reports/{county.code}/calendar/' in show(client, f"/reports/{county.parent.code}/calendar/")


@pytest.mark.parametrize("query", [{"week": "2026-11-17"}, {"week": "2035-01-01"}, {"category": "form"}, {"week": "x"}])
def test_unknown_state_is_404(client, county, query):
    client.force_login(make_actor(county, "reviewer").user)
    show(client, f"/reports/{county.code}/calendar/", 404, **query)


@pytest.mark.parametrize("count", [1, 3])
def test_calendar_asks_once(county, town, count, django_assert_num_queries):
    for number in range(count):
        ask(county, town, title=f"会{number}")
    actor = make_actor(county, "reviewer", make_post(county).user)
    with django_assert_num_queries(1):
        assert len(calendar(actor, county, THIS_WEEK).events) == count


# --- files ---


def lines_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_ics_says_what_the_page_says(client, county, town):
    asked = ask(county, town, at=dt.time(9))
    ask(county, town, title="医保征缴调度会", at=dt.time(9, 30))
    ask(county, town, title="现场检查", at=None)
    client.force_login(make_actor(county, "reviewer").user)
    answer = client.get(f"/reports/{county.code}/calendar/file/", {"format": "ics"})
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    found = {str(each["summary"]): each for each in icalendar.Calendar.from_ical(answer.content).walk("VEVENT")}
    page = show(client, f"/reports/{county.code}/calendar/")
    assert len(found) == 3 and all(name.partition("：")[2] in page for name in found)
    timed, whole = found["会议：森林防灭火视频会"], found["会议：现场检查"]
    assert timezone.localtime(timed["dtstart"].dt).strftime("%Y-%m-%d %H:%M") == f"{MONDAY} 09:00"
    assert "重叠" in timed["description"] and "重叠" not in whole["description"]
    assert (whole["dtstart"].dt, whole["dtend"].dt) == (MONDAY, MONDAY + dt.timedelta(days=1))
    assert len({str(each["uid"]) for each in found.values()}) == 3
    assert timed["uid"] == f"{asked.pk}-{MONDAY}@{asked.issuer.code}"  # a number alone is that of one portal


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_table_has_the_cells_of_the_calendar(client, county, town, file_format):
    ask(county, town, make_unit(county, Level.TOWNSHIP), title="=cmd()")
    client.force_login(make_actor(county, "reviewer").user)
    data = client.get(f"/reports/{county.code}/calendar/file/", {"format": file_format}).content
    if file_format == "csv":
        heads, line = lines_of(data)
    else:
        heads, line = ([*row] for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True))
    assert heads == [str(column.title) for column in TABLES["calendar"].columns]
    (event,) = calendar(make_actor(county, "reviewer"), county, THIS_WEEK).events
    assert str(line[0]) == str(event.on)
    assert str(line[4]).lstrip("'") == "=cmd()" and (file_format == "xlsx" or line[4] == "'=cmd()")
    assert [int(cell) for cell in line[7:10]] == [event.minutes, 2, event.people]


def test_cadre_takes_the_own_week_alone_and_it_is_recorded(client, county, town):
    ask(county, town)
    ask(county, make_unit(county, Level.TOWNSHIP), title="别处的会")
    actor = make_actor(town)
    client.force_login(actor.user)
    lines = lines_of(client.get("/calendar/file/", {"format": "csv"}).content)
    assert [line[4] for line in lines[1:]] == ["森林防灭火视频会"]
    event = AuditEvent.objects.get(what="export.calendar")
    assert (event.actor_id, event.detail) == (actor.user_id, {"week": str(THIS_WEEK), "format": "csv", "rows": 1})
    client.force_login(make_actor(town, "lead").user)
    assert client.get("/calendar/file/?format=csv")["Location"] == f"/reports/{town.code}/calendar/file/?format=csv"


@pytest.mark.parametrize(
    "query", [{"week": "2026-11-17"}, {"week": "2035-01-01"}, {"category": "form"}, {"format": "exe"}]
)
def test_file_of_no_such_state_is_404(client, county, query):
    client.force_login(make_actor(county, "reviewer").user)
    show(client, f"/reports/{county.code}/calendar/file/", 404, **query)
    show(client, f"/reports/{county.parent.code}/calendar/file/", 404)
    assert not AuditEvent.objects.exists()


def test_empty_week_is_an_empty_file(client, county):
    client.force_login(make_actor(county, "reviewer").user)
    data = client.get(f"/reports/{county.code}/calendar/file/").content
    assert icalendar.Calendar.from_ical(data).walk("VEVENT") == []

"""What else looks wrong: split meetings, renamed forms, informal channels, relays, what nobody registered; each just above and just below."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burden.entries.models import WeeklyReturn
from burden.kit.clock import Week
from burden.standards.models import Rule
from burden.units.models import Level, Unit
from reports import demand_sums
from reports.models import UnregisteredDemand
from reports.periods import year_before
from reports.signals import channels, forms, meetings, relays, unregistered
from reports.signals.channels import Moved, moved
from reports.signals.declared import GAP_WEEKS, SAME_FIELDS, UNREGISTERED_MIN, Found
from reports.signals.forms import Series
from tests.factories import LAST_WEEK, NOW, make_demand, make_entry, make_return, make_target, make_unit, make_user

SPAN = LAST_WEEK.plus(-25).monday, LAST_WEEK.monday
FIELDS = ("户数", "面积", "责任人", "整改时限", "点位数")


class Place:
    """A county with a department and three townships; each has cadres that record for the department."""

    def __init__(self) -> None:
        self.county = make_unit(make_unit(level=Level.CITY), name="临溪县")
        self.department = make_unit(self.county, Level.DEPARTMENT, name="县住建局")
        self.towns = [make_unit(self.county, Level.TOWNSHIP) for _each in range(3)]
        self.cadres = {town.pk: [make_user(), make_user()] for town in self.towns}

    def record(self, *titles: str, week: Week = LAST_WEEK, cadres: int = 2, towns: int = 3, **facts: object) -> None:
        """Let so many cadres of each township record every title."""
        for town in self.towns[:towns]:
            known = self.cadres[town.pk]
            known += [make_user() for _each in range(cadres - len(known))]
            for cadre in known[:cadres]:
                filed = make_return(cadre, town, week)
                for title in titles:
                    make_entry(filed, issuer=self.department, title=title, **facts)

    def meet(
        self, *titles: str, minutes: int = 90, week: Week = LAST_WEEK, towns: Sequence[Unit] | None = None
    ) -> None:
        """Register one sitting for each title."""
        for day, title in enumerate(titles):
            demand = make_demand(self.department, category="meeting", title=title, minutes=minutes)
            for town in self.towns if towns is None else towns:
                make_target(demand, town, week, due_on=week.monday + dt.timedelta(days=day))

    def form(
        self, title: str, first: Week, *, fields: Sequence[str] = FIELDS, issuer: Unit | None = None, **facts: object
    ) -> None:
        make_demand(issuer or self.department, title=title, first_on=first.monday, fields=list(fields), **facts)


@pytest.fixture
def place(db: None) -> Place:
    return Place()


def only(found: Sequence[Found]) -> Found:
    (one,) = found
    return one


# --- split meetings ---

SITTINGS = ("农房排查推进会（一）", "农房排查推进会（二）", "农房排查推进会（三）")


def split() -> list[Found]:
    return list(meetings.find(SPAN))


def test_several_short_sittings_on_one_topic_are_a_split_meeting(place: Place) -> None:
    place.meet(*SITTINGS)
    place.meet("防汛调度会")
    found = only(split())
    assert (found.unit_id, found.category, found.first_week) == (place.department.pk, "meeting", LAST_WEEK.monday)
    assert [each["title"] for each in found.evidence["demands"]] == list(SITTINGS)
    assert {name: found.evidence[name] for name in ("minutes", "limit", "units", "sittings")} == {
        "minutes": 270, "limit": 240, "units": 3, "sittings": 3,
    }  # fmt: skip
    assert found.person_min == 3 * 3 * 2 * 90


@pytest.mark.parametrize(
    ("titles", "minutes"),
    [(SITTINGS, 80), (SITTINGS, 121), (SITTINGS[:2], 120), (("农房排查会", "禁毒宣传会", "秋种现场会"), 90)],
    ids=["within the limit together", "not short", "two", "other topics"],
)
def test_meetings_that_are_no_split_are_none(place: Place, titles: Sequence[str], minutes: int) -> None:
    place.meet(*titles, minutes=minutes)
    assert split() == []


def test_sittings_of_different_receivers_or_weeks_are_no_split(place: Place) -> None:
    for title, town in zip(SITTINGS, place.towns, strict=True):
        place.meet(title, towns=[town])
    for week, title in enumerate(SITTINGS):
        place.meet(title, week=LAST_WEEK.plus(-1 - week))
    assert split() == []


def test_without_a_rule_in_force_no_meeting_is_too_long(place: Place) -> None:
    place.meet(*SITTINGS)
    Rule.objects.filter(code=meetings.RULE).update(active=False)
    assert split() == []


def test_sittings_that_enough_cadres_recorded_are_a_split_meeting(place: Place) -> None:
    place.record(*SITTINGS, category="meeting", minutes=90)
    found = only(split())
    assert "demands" not in found.evidence
    assert (found.evidence["cadres"], found.evidence["units"], found.person_min) == (6, 3, 6 * 270)


@pytest.mark.parametrize(("cadres", "towns"), [(1, 3), (3, 2)], ids=["three cadres", "two units"])
def test_sittings_that_few_recorded_are_not_told(place: Place, cadres: int, towns: int) -> None:
    place.record(*SITTINGS, category="meeting", minutes=90, cadres=cadres, towns=towns)
    assert split() == []


# --- renamed forms ---


def renamed() -> list[Found]:
    return list(forms.find(SPAN))


def test_new_form_with_the_fields_of_a_stopped_one_is_a_renamed_form(place: Place) -> None:
    place.form("人居环境整治台账", LAST_WEEK.plus(-20), until=LAST_WEEK.plus(-6).monday, frequency="weekly")
    place.form("环境问题整改清单", LAST_WEEK.plus(-4), fields=(*FIELDS[:4], "照片编号"))
    found = only(renamed())
    old, new = found.evidence["demands"]
    assert (found.unit_id, old["title"], new["title"]) == (place.department.pk, "人居环境整治台账", "环境问题整改清单")
    assert (found.evidence["same"], found.evidence["likeness"], found.evidence["is_own"]) == (4, 80, True)


@pytest.mark.parametrize(
    ("shared", "gap", "title"),
    [
        (3, 2, "环境问题整改清单"),
        (5, GAP_WEEKS + 1, "环境问题整改清单"),
        (5, 0, "环境问题整改清单"),
        (5, 2, "人居环境整治月报"),
    ],
    ids=["few fields alike", "long after", "side by side", "same title"],
)
def test_other_forms_are_none(place: Place, shared: int, gap: int, title: str) -> None:
    place.form("人居环境整治台账", LAST_WEEK.plus(-16))
    place.form(title, LAST_WEEK.plus(-16 + gap), fields=(*FIELDS[:shared], *"甲乙"[: 5 - shared]))
    assert renamed() == []


def test_form_of_another_department_and_withdrawn_one_count_too(place: Place) -> None:
    other = make_unit(place.county, Level.DEPARTMENT)
    withdrawn = {"state": "withdrawn", "withdrawn_at": NOW - dt.timedelta(weeks=8), "frequency": "weekly"}
    place.form("人居环境整治台账", LAST_WEEK.plus(-20), until=LAST_WEEK.plus(20).monday, **withdrawn)
    place.form("环境问题整改清单", LAST_WEEK.plus(-2), issuer=other)
    found = only(renamed())
    assert (found.unit_id, found.evidence["is_own"]) == (other.pk, False)


def test_forms_of_another_county_are_not_compared(place: Place) -> None:
    place.form("人居环境整治台账", LAST_WEEK.plus(-6))
    place.form("环境问题整改清单", LAST_WEEK.plus(-2), issuer=make_unit(make_unit(), Level.DEPARTMENT))
    assert renamed() == []


LETTERS = "甲乙丙丁戊己庚辛"
SUBSETS = [frozenset(chosen) for size in range(4, 9) for chosen in combinations(LETTERS, size)]
names = st.sampled_from(SUBSETS)


@given(names, names, st.integers(1, 20))
def test_renamed_says_how_alike_two_forms_are(old: frozenset[str], new: frozenset[str], weeks: int) -> None:
    def series(pk: int, start: dt.date, fields: frozenset[str]) -> Series:
        return Series(1, "局", f"表{pk}", start, start, 1, pk, fields)

    pair = series(1, SPAN[0], old), series(2, SPAN[0] + dt.timedelta(weeks=weeks), new)
    found = [*forms.renamed(pair, *SPAN)]
    dice = 200 * len(old & new) // (len(old) + len(new))
    assert bool(found) == (dice >= SAME_FIELDS and weeks <= GAP_WEEKS)
    assert all(same == dice for _old, _new, same in found)


# --- informal channels ---


def informal() -> list[Found]:
    return list(channels.find(SPAN))


def spend(place: Place, weeks: Sequence[Week], groups: int, documents: int, cadres: int = 2) -> None:
    """Let every cadre spend so many minutes a week on chat groups and on documents."""
    for week in weeks:
        place.record("工作群打卡", week=week, cadres=cadres, category="other", subkind="digital", minutes=groups)
        for filed in WeeklyReturn.every.filter(week=week.monday) if documents else ():
            make_entry(filed, issuer=place.department, category="document", title="通知", minutes=documents)


NOW_WEEKS = [LAST_WEEK, LAST_WEEK.plus(-1)]
LAST_YEAR = [year_before(week) for week in NOW_WEEKS]


def test_chat_groups_that_rise_while_documents_fall_are_a_signal(place: Place) -> None:
    spend(place, LAST_YEAR, groups=60, documents=40)
    spend(place, NOW_WEEKS, groups=120, documents=10)
    found = only(informal())
    assert found.evidence["basis"] == "year"
    assert found.evidence["groups"] == [2 * 6 * 60, 12, 2 * 6 * 120, 12]
    assert found.evidence["documents"] == [2 * 6 * 40, 12, 2 * 6 * 10, 12]
    assert found.person_min == 2 * 6 * 60


def test_weeks_of_informal_channels_are_drawn_where_enough_people_stand_behind_them_and_the_rest(place: Place) -> None:
    spend(place, LAST_YEAR, groups=60, documents=40)
    spend(place, NOW_WEEKS, groups=120, documents=10)
    drawn = only(informal()).evidence["weekly"]
    weeks = [str(LAST_WEEK.plus(-n)) for n in range(16)][::-1]
    assert drawn["groups"] == [(week, 0) for week in weeks[:-2]] + [(week, 720) for week in weeks[-2:]]
    assert drawn["documents"] == [(week, 0) for week in weeks[:-2]] + [(week, 60) for week in weeks[-2:]]
    spend(place, [LAST_WEEK.plus(-5)], groups=30, documents=0, cadres=1)  # three cadres: neither told nor left over
    told = only(informal()).evidence["weekly"]["groups"]
    assert [minutes for _week, minutes in told[-6:]] == [None, 0, 0, 0, None, 720]


def test_without_last_year_the_weeks_before_are_compared(place: Place) -> None:
    spend(place, [LAST_WEEK.plus(-9), LAST_WEEK.plus(-8)], groups=60, documents=40)
    spend(place, NOW_WEEKS, groups=120, documents=0)
    assert only(informal()).evidence["basis"] == "before"


def test_what_few_cadres_spent_is_not_told(place: Place) -> None:
    spend(place, LAST_YEAR, groups=60, documents=40)
    spend(place, NOW_WEEKS, groups=600, documents=10, cadres=1)
    assert informal() == []


def test_few_cadres_documents_are_not_told_either(place: Place) -> None:
    spend(place, LAST_YEAR, groups=60, documents=40)
    spend(place, NOW_WEEKS, groups=200, documents=0)
    filed = WeeklyReturn.every.filter(week=LAST_WEEK.monday).first()
    make_entry(filed, issuer=place.department, category="document", title="通知", minutes=1)
    assert informal() == []


@pytest.mark.parametrize(
    ("groups", "documents", "is_one"),
    [(1800, 750, True), (1799, 750, False), (1800, 751, False), (3000, 1000, False), (1200, 100, False)],
)
def test_both_have_to_move_clearly(groups: int, documents: int, is_one: bool) -> None:
    assert Moved("year", (groups, 1), (1200, 1), (documents, 1), (1000, 1)).is_signal is is_one


def test_numbers_that_move_the_other_way_are_none() -> None:
    assert Moved("year", (3000, 9), (1200, 9), (500, 9), (1000, 9)).is_signal
    assert not Moved("year", (3000, 8), (1200, 9), (500, 9), (1000, 9)).is_signal
    assert not Moved("year", (3000, 9), (1200, 9), (500, 10), (1000, 9)).is_signal


def test_a_little_more_than_nothing_is_none() -> None:
    assert not Moved("year", (599, 1), (0, 0), (0, 0), (1000, 1)).is_signal
    assert Moved("year", (600, 1), (0, 0), (0, 0), (1000, 1)).strength == 999
    assert moved({"year document": None, "year other": (0, 0), "now other": (9, 9), "now document": (0, 0)}) is None


# --- relays ---


def relay(place: Place, hours: Sequence[float], days_sooner: int = 0, **facts: object) -> None:
    """Let a demand of the department be passed on by townships so many hours later."""
    issued = NOW - dt.timedelta(days=5)
    parent = make_demand(place.department, issued_at=issued, fields=list(FIELDS))
    for town, later in zip(place.towns, hours, strict=False):
        make_target(parent, town, due_on=parent.first_on)
        changes = {"fields": list(FIELDS), "first_on": parent.first_on - dt.timedelta(days=days_sooner)} | facts
        made = make_demand(town, parent=parent, issued_at=issued + dt.timedelta(hours=later), **changes)
        make_target(made, make_unit(town, Level.VILLAGE))
    demand_sums.rebuild()


def passed_on() -> list[Found]:
    return list(relays.find(SPAN))


def test_demand_passed_on_within_a_day_is_a_relay(place: Place) -> None:
    relay(place, (2, 3.5, 24), days_sooner=2)
    found = only(passed_on())
    assert (found.unit_id, found.person_min) == (place.department.pk, 3 * 2 * 90)
    told = {name: found.evidence[name] for name in ("units", "quickest_min", "slowest_min", "depth", "sooner", "days")}
    assert told == {"units": 3, "quickest_min": 120, "slowest_min": 1440, "depth": 1, "sooner": 3, "days": 2}


@pytest.mark.parametrize(
    ("hours", "facts"),
    [((2, 3, 25), {}), ((2, 3), {}), ((1, 2, 3), {"title": "本镇补充要求"}), ((1, 2, 3), {"fields": ["一项"]})],
    ids=["one later", "two units", "another title", "other fields"],
)
def test_what_is_no_relay_is_none(place: Place, hours: Sequence[float], facts: dict[str, object]) -> None:
    relay(place, hours, **facts)
    assert passed_on() == []


def test_relay_of_what_the_city_asked_is_told_of_the_county(place: Place) -> None:
    place.department = make_unit(place.county.parent, Level.DEPARTMENT)
    relay(place, (1, 2, 3))
    assert only(passed_on()).unit_id == place.county.pk


# --- unregistered demands ---


@pytest.mark.parametrize(("minutes", "weeks", "count"), [(0, 0, 1), (-1, 0, 0), (0, 26, 0)])
def test_unregistered_demands_above_a_size_are_signals(place: Place, minutes: int, weeks: int, count: int) -> None:
    UnregisteredDemand.every.create(
        issuer=place.department, category="form", title="撂荒地巡查日报", cadres=71, units=16, n=612,
        person_min=UNREGISTERED_MIN + minutes, first_week=LAST_WEEK.plus(-30).monday, last_week=LAST_WEEK.plus(-weeks).monday,
    )  # fmt: skip
    found = list(unregistered.find(SPAN))
    assert [each.evidence for each in found] == [
        {"title": "撂荒地巡查日报", "cadres": 71, "units": 16, "n": 612}
    ] * count

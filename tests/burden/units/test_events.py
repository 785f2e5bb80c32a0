"""Units merged, split, moved, closed, renamed from a Monday on: what they change, what is refused, what is planned."""

import datetime as dt

import pytest

from burden.kit.errors import Conflict, Refused
from burden.ledger.models import AuditEvent, StaleMark
from burden.units import events
from burden.units.events import Change
from burden.units.models import Placement, Unit, UnitEvent, UnitPath, UnitShare
from tests.database import as_role
from tests.factories import LONG_AGO, NOW, make_post, make_return, make_unit, make_user

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 11, 23)
PAST = dt.date(2026, 11, 2)
NEXT = dt.date(2026, 11, 30)


def register(kind, unit, from_=MONDAY, **facts):
    facts = {"reason": "县政发〔2026〕8号"} | facts
    return events.register(by=None, change=Change(kind, unit, from_, **facts), now=NOW)


def refusal(*given, **facts):
    with pytest.raises(Refused) as caught:
        register(*given, **facts)
    return caught.value


@pytest.fixture
def county():
    return make_unit()


@pytest.fixture
def towns(county):
    return [make_unit(county, "township", name=name) for name in ("东镇", "西镇", "新镇")]


def stood(unit):
    return list(UnitPath.objects.filter(unit=unit).order_by("from_week").values_list("from_week", "ancestors"))


def test_rename_keeps_earlier_weeks(towns):
    register("rename", towns[0], facts={"name": "东街道", "kind": "street", "headcount": 30})
    names = [
        (p.name, p.kind, p.valid.lower, p.valid.upper)
        for p in Placement.objects.filter(unit=towns[0]).order_by("valid")
    ]
    assert names == [("东镇", "town", LONG_AGO, MONDAY), ("东街道", "street", MONDAY, None)]
    towns[0].refresh_from_db()
    assert (towns[0].name, towns[0].kind, towns[0].headcount) == ("东街道", "street", 30)
    assert not StaleMark.objects.exists()


def test_rename_leaves_what_it_does_not_say(towns):
    Placement.objects.filter(unit=towns[0]).update(headcount=12)
    register("rename", towns[0], facts={"name": "东山镇", "kind": "", "headcount": None})
    towns[0].refresh_from_db()
    assert (towns[0].kind, towns[0].headcount) == ("town", 12)


def test_move_takes_all_below_from_its_monday_on(county, towns):
    make_return(make_user(), towns[0])
    other = make_unit(county.parent)
    village = make_unit(towns[0], "village")
    register("move", towns[0], PAST, parent=other)
    assert stood(village)[-1] == (PAST, [other.pk, towns[0].pk, village.pk])
    village.refresh_from_db()
    assert (village.path, village.shard) == (f"{other.pk}.{towns[0].pk}.{village.pk}.", other.pk % 16)
    assert sorted(StaleMark.objects.filter(unit_id=None).values_list("week", flat=True).distinct()) == [
        dt.date(2026, 11, 16),
        MONDAY,
    ]  # what was filed begins there


def test_move_on_the_first_monday_of_a_unit_corrects_all_weeks(county, towns):
    register("move", towns[0], LONG_AGO, parent=make_unit(county.parent))
    assert Placement.objects.filter(unit=towns[0]).count() == 1


def test_merge_closes_and_hands_on_what_stood_below(towns):
    one, two, into = towns
    villages = [make_unit(town, "village") for town in (one, two)]
    register("merge", into, merged=(one, two))
    for closed in (one, two):
        closed.refresh_from_db()
        assert (closed.closed_on, closed.parent_id) == (MONDAY, into.parent_id)
    assert [stood(village)[-1][1] for village in villages] == [[into.parent_id, into.pk, each.pk] for each in villages]
    assert list(UnitShare.objects.order_by("pk").values_list("of_id", "to_id", "share")) == [
        (one.pk, into.pk, 10_000),
        (two.pk, into.pk, 10_000),
    ]


def test_split_closes_the_unit_or_lets_it_go_on(towns):
    one, two, three = towns
    register("split", one, shares={two.pk: 6_000, three.pk: 4_000})
    one.refresh_from_db()
    assert one.closed_on == MONDAY
    register("split", two, shares={two.pk: 2_500, three.pk: 7_500})
    two.refresh_from_db()
    assert two.closed_on is None


def test_close_keeps_its_place(towns):
    event = register("close", towns[0])
    towns[0].refresh_from_db()
    assert (event.state, towns[0].closed_on, towns[0].parent_id) == ("done", MONDAY, towns[1].parent_id)
    assert AuditEvent.objects.get(what="unit_event.done").detail == {
        "kind": "close",
        "code": towns[0].code,
        "from_week": "2026-11-23",
    }


@pytest.mark.parametrize(
    ("kind", "facts", "code", "field"),
    [
        ("close", {"from_": dt.date(2026, 11, 24)}, "event.monday", "from_"),
        ("close", {"from_": dt.date(2028, 1, 3)}, "event.ahead", "from_"),
        ("close", {"reason": " "}, "event.reason", "reason"),
        ("close", {"from_": LONG_AGO}, "unit.earlier", "from_"),
        ("rename", {"facts": {"name": " "}}, "unit.name", "name"),
        ("rename", {"facts": {"name": "东镇"}, "from_": dt.date(2019, 1, 7)}, "unit.earlier", "from_"),
        ("move", {}, "unit.parent", "parent"),
        ("merge", {}, "unit.merged", "merged"),
        ("split", {"shares": {}}, "unit.shares", "shares"),
    ],
)
def test_wrong_facts_are_refused(towns, kind, facts, code, field):
    error = refusal(kind, towns[0], **facts)
    assert (error.code, list(error.errors)) == (code, [field])
    assert not UnitEvent.every.exists()


def test_move_into_itself_or_to_a_lower_level_is_refused(county, towns):
    village, department = make_unit(towns[0], "village"), make_unit(county, "department")
    inner = make_unit(department, "department")
    assert refusal("move", towns[0], parent=village).code == "unit.parent_level"
    assert refusal("move", department, parent=inner).code == "unit.circle"
    assert refusal("move", towns[0], parent=county).code == "unit.parent"
    register("close", towns[1])
    assert refusal("move", towns[0], parent=towns[1]).code == "unit.parent_closed"
    assert refusal("rename", towns[1], facts={"name": "x"}).code == "unit.closed"


@pytest.mark.parametrize("shares", [(10_000, 0), (6_000, 3_000), (6_000, 5_000)])
def test_shares_have_to_add_up(towns, shares):
    assert (
        refusal("split", towns[0], shares=dict(zip([towns[1].pk, towns[2].pk], shares, strict=True))).code
        == "unit.shares"
    )


def test_units_apart_are_neither_merged_nor_split(county, towns):
    apart = make_unit(make_unit(county.parent), "township")
    assert refusal("merge", towns[0], merged=(apart,)).code == "unit.merged"
    assert refusal("merge", towns[0], merged=(towns[0],)).code == "unit.merged"
    assert refusal("split", towns[0], shares={towns[1].pk: 5_000, apart.pk: 5_000}).code == "unit.shares"


@pytest.mark.parametrize("role", ["cadre", "lead"])
def test_unit_with_people_in_post_does_not_end(towns, role):
    make_post(towns[0], role, until=MONDAY + dt.timedelta(days=7))
    error = refusal("close", towns[0])
    assert (error.code, str(error)) == ("unit.posts", "那时东镇还有 1 人任职，先止任职或转走")
    assert refusal("merge", towns[1], merged=(towns[0],)).code == "unit.posts"
    assert refusal("split", towns[0], shares={towns[1].pk: 5_000, towns[2].pk: 5_000}).code == "unit.posts"
    register("split", towns[0], shares={towns[0].pk: 5_000, towns[2].pk: 5_000})


def test_unit_ends_after_its_last_post_and_its_last_child(towns):
    make_post(towns[0], until=MONDAY)
    village = make_unit(towns[0], "village")
    assert refusal("close", towns[0]).code == "unit.children"
    register("close", village)
    register("close", towns[0])


# --- beforehand ---


def test_preview_tells_and_changes_nothing(county, towns):
    villages = [make_unit(towns[0], "village") for _ in range(2)]
    make_post(villages[0])
    change = Change("merge", towns[2], PAST, "批复", merged=(towns[0],))
    told = events.preview(by=None, change=change, now=NOW)
    assert told == events.Effects(units=3, people=1, weeks=4, past=("东镇", "新镇"))
    assert not UnitEvent.every.exists()
    assert not AuditEvent.objects.exists()
    assert Unit.every.filter(closed_on=None).count() == 6
    assert Placement.objects.count() == 6


def test_preview_refuses_what_would_be_refused(towns):
    with pytest.raises(Refused):
        events.preview(by=None, change=Change("move", towns[0], MONDAY, "批复"), now=NOW)


# --- planned ---


def test_event_to_come_waits_for_its_monday(towns):
    event = register("close", towns[0], NEXT)
    towns[0].refresh_from_db()
    assert (event.state, towns[0].closed_on) == ("planned", None)
    assert events.carry_out_due(now=NOW) == 0
    with as_role("burden_worker"):
        assert events.carry_out_due(now=NOW + dt.timedelta(days=7)) == 1
    towns[0].refresh_from_db()
    event.refresh_from_db()
    assert (event.state, towns[0].closed_on) == ("done", NEXT)
    assert events.carry_out_due(now=NOW + dt.timedelta(days=7)) == 0


def test_planned_events_are_held_against_those_before_them(county, towns):
    """The village goes first, then its township ends: on the same Monday, in the order they were registered."""
    village = make_unit(towns[0], "village")
    assert refusal("close", towns[0], NEXT).code == "unit.children"
    register("move", village, NEXT, parent=towns[1])
    register("close", towns[0], NEXT)
    assert Placement.objects.filter(unit=towns[0]).count() == 1
    assert events.carry_out_due(now=NOW + dt.timedelta(days=7)) == 2


def test_event_that_is_not_possible_any_more_is_stopped_and_says_why(towns):
    event = register("close", towns[0], NEXT)
    make_post(towns[0])
    assert events.carry_out_due(now=NOW + dt.timedelta(days=7)) == 0
    event.refresh_from_db()
    assert (event.state, event.error) == ("stopped", "那时东镇还有 1 人任职，先止任职或转走")
    assert AuditEvent.objects.filter(what="unit_event.stopped").exists()


def test_planned_event_is_undone_and_one_in_force_is_not(towns):
    planned, done = register("close", towns[0], NEXT), register("close", towns[1])
    events.undo(by=None, event=planned, now=NOW)
    assert events.carry_out_due(now=NOW + dt.timedelta(days=7)) == 0
    for event in (planned, done):
        with pytest.raises(Conflict):
            events.undo(by=None, event=event, now=NOW)
    assert AuditEvent.objects.get(what="unit_event.undone").detail["kind"] == "close"

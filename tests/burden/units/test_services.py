"""Units opened, renamed and closed from a Monday on."""

import datetime as dt
import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from burden.kit.errors import Refused
from burden.ledger.models import AuditEvent, StaleMark
from burden.units import events, services
from burden.units.models import Kind, Level, Placement, Unit, UnitPath
from tests.factories import NOW, make_unit

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 11, 23)
EARLIER = dt.date(2026, 3, 2)
ALWAYS = dt.date(1, 1, 1)


def open_unit(**facts):
    facts = {"by": None, "now": NOW, "from_": EARLIER, "parent": None, "level": "township", "name": "临溪镇"} | facts
    return services.open_unit(**{"code": "88"} | facts)


def close(unit):
    events.register(by=None, change=events.Change("close", unit, MONDAY, "批复"), now=NOW)


def refusal(call, **facts):
    with pytest.raises(Refused) as caught:
        call(**facts)
    return caught.value


def test_open_unit_stands_under_its_parent():
    county = make_unit()
    unit = open_unit(parent=county, name="桃源街道", headcount=40)
    assert unit.path == f"{county.pk}.{unit.pk}."
    assert (unit.depth, unit.kind, unit.headcount, unit.parent_id) == (1, Kind.STREET, 40, county.pk)
    assert unit.shard == county.pk % 16
    assert Placement.objects.get(unit=unit).valid == DateRange(EARLIER, None)
    path = UnitPath.objects.get(unit=unit)
    assert (path.from_week, path.ancestors) == (ALWAYS, [county.pk, unit.pk])
    assert AuditEvent.objects.get(what="unit.opened").detail == {"code": unit.code, "from_week": "2026-03-02"}


def test_open_unit_on_top_is_its_own_shard():
    unit = open_unit(level="city")
    assert (unit.path, unit.depth, unit.shard) == (f"{unit.pk}.", 0, unit.pk % 16)


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"from_": dt.date(2026, 11, 24)}, "unit.monday", "from_"),
        ({"from_": dt.date(2026, 11, 30)}, "unit.future", "from_"),
        ({"code": "a b"}, "unit.code", "code"),
        ({"name": " "}, "unit.name", "name"),
        ({"name": "镇" * 101}, "unit.name", "name"),
        ({"name": "一\n二"}, "unit.name", "name"),
        ({"level": "street"}, "unit.level", "level"),
        ({"kind": "hamlet"}, "unit.kind", "kind"),
        ({"headcount": -1}, "unit.headcount", "headcount"),
    ],
)
def test_open_unit_refuses_wrong_facts(facts, code, field):
    error = refusal(open_unit, **facts)
    assert (error.code, list(error.errors)) == (code, [field])
    assert not Unit.every.exists()


def test_open_unit_refuses_a_taken_code():
    assert refusal(open_unit, code=make_unit().code).code == "unit.code_taken"


def test_open_unit_refuses_a_parent_of_lower_level():
    village = make_unit(level=Level.VILLAGE)
    assert refusal(open_unit, parent=village).code == "unit.parent_level"
    department = make_unit(level=Level.DEPARTMENT)
    assert refusal(open_unit, parent=department).code == "unit.parent_level"
    assert open_unit(parent=department, level="department").depth == 1


# --- two at once ---


def meanwhile(first, then) -> Future:
    """Do `then` on a connection of its own while what `first` did is not committed yet."""

    def run():
        try:
            return then()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            second = pool.submit(run)
            await_lock()
        return second


def await_lock() -> None:
    """Wait until somebody waits for this transaction."""
    deadline = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    pytest.fail("nobody waited")


@pytest.mark.django_db(transaction=True)
def test_one_code_opened_by_two_at_once_is_refused_to_the_second():
    error = meanwhile(open_unit, open_unit).exception()
    assert isinstance(error, Refused)
    assert (error.code, list(error.errors)) == ("unit.code_taken", ["code"])


@pytest.mark.django_db(transaction=True)
def test_unit_is_not_opened_below_one_that_is_being_closed():
    county = open_unit(level="county")
    error = meanwhile(
        lambda: close(county),
        lambda: open_unit(code="2", parent=Unit.every.get(pk=county.pk)),
    ).exception()
    assert isinstance(error, Refused)
    assert error.code == "unit.parent_closed"


@pytest.mark.django_db(transaction=True)
def test_unit_is_not_closed_while_another_is_opened_below_it():
    county = open_unit(level="county")
    error = meanwhile(
        lambda: open_unit(code="2", parent=county),
        lambda: close(Unit.every.get(pk=county.pk)),
    ).exception()
    assert isinstance(error, Refused)
    assert error.code == "unit.children"


def test_placement_overlap_is_refused_by_the_database():
    unit = open_unit()
    facts = {"name": "x", "level": "township", "kind": "town"}
    with pytest.raises(IntegrityError, match="placement_no_overlap"):
        Placement.objects.create(unit=unit, valid=DateRange(MONDAY, None), **facts)


def test_placement_from_a_tuesday_is_refused_by_the_database():
    unit = open_unit()
    facts = {"name": "x", "level": "township", "kind": "town"}
    with pytest.raises(IntegrityError, match="placement_from_monday"):
        Placement.objects.create(unit=unit, valid=DateRange(dt.date(2019, 1, 1), dt.date(2019, 2, 4)), **facts)


def test_recompute_follows_a_move_at_its_date():
    """The moved unit and all below it change their ancestors on that Monday, and on no other."""
    old, new = open_unit(code="1", level="county"), open_unit(code="2", level="county")
    town = open_unit(code="3", parent=old)
    village = open_unit(code="4", parent=town, level="village")
    last = Placement.objects.get(unit=town)
    Placement.objects.filter(pk=last.pk).update(valid=DateRange(EARLIER, MONDAY))
    Placement.objects.create(
        unit=town, parent=new, valid=DateRange(MONDAY, None), name=town.name, level=town.level, kind=town.kind
    )
    services.recompute_paths(now=NOW)
    rows = UnitPath.objects.filter(unit=village).order_by("from_week").values_list("from_week", "ancestors")
    assert list(rows) == [(ALWAYS, [old.pk, town.pk, village.pk]), (MONDAY, [new.pk, town.pk, village.pk])]
    village.refresh_from_db()
    assert (village.path, village.shard) == (f"{new.pk}.{town.pk}.{village.pk}.", new.pk % 16)
    services.mark_since(from_=dt.date(2026, 11, 9), now=NOW)
    assert StaleMark.objects.filter(unit_id=None).count() == 3


@pytest.mark.parametrize(
    ("level", "name", "kind"),
    [
        ("township", "柳河镇", "town"),
        ("township", "沙坝乡", "township"),
        ("township", "某某苏木", "township"),
        ("township", "城关街道", "street"),
        ("township", "北京路街道办事处", "street"),
        ("village", "东坝村", "village"),
        ("village", "桂花社区", "community"),
        ("village", "桂花居委会", "community"),
        ("county", "临溪县", "county"),
        ("department", "县财政局", "department"),
    ],
)
def test_kind_follows_the_ending_of_the_name(level, name, kind):
    assert services.kind_of(level=level, name=name) == kind

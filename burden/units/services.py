"""Units and where they stand: opened, renamed, closed, always from a Monday on."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from burden.kit.clock import day_of
from burden.kit.errors import Refused
from burden.ledger.services import record
from burden.units.models import Kind, Level, Placement, Unit

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

CODE = re.compile(r"[0-9A-Za-z-]{1,20}")
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
NAME_LENGTH = 100
MAX_HEADCOUNT = 10_000_000
RANK = {level: rank for rank, level in enumerate(("nation", "province", "city", "county", "township", "village"))}
KIND_ENDINGS = {  # the last characters of a name, the longest first; what ends otherwise is of the first kind named
    Level.TOWNSHIP: (Kind.TOWNSHIP, {"街道办事处": Kind.STREET, "街道": Kind.STREET, "镇": Kind.TOWN}),
    Level.VILLAGE: (
        Kind.VILLAGE,
        {"居民委员会": Kind.COMMUNITY, "居委会": Kind.COMMUNITY, "社区": Kind.COMMUNITY},
    ),
}


@transaction.atomic
def open_unit(
    *,
    by: Actor | None,
    code: str,
    name: str,
    level: str,
    parent: Unit | None,
    from_: dt.date,
    now: dt.datetime,
    kind: str = "",
    headcount: int | None = None,
) -> Unit:
    """Open a unit under a parent, from a Monday on.

    Units: headcount is people. Shape: without `kind` the name's ending decides (see `kind_of`).
    Refuses: unit.monday, unit.future, unit.code, unit.code_taken, unit.name, unit.level, unit.kind, unit.headcount,
    unit.parent_level, unit.parent_closed.
    """
    check_week(from_=from_, now=now)
    _check_facts(code=code, name=name, level=level, kind=kind, headcount=headcount)
    _check_parent(level, parent)
    facts = {"name": name, "level": level, "kind": kind or kind_of(level=level, name=name), "headcount": headcount}
    unit = _new_unit(code, parent, facts)
    Placement.objects.create(unit=unit, parent=parent, valid=DateRange(from_, None), **facts)
    recompute_paths(now=now)
    record(by=by, what="unit.opened", on=unit, now=now, unit_id=unit.pk, code=code, from_week=str(from_))
    unit.refresh_from_db()
    return unit


@transaction.atomic
def rename_unit(
    *,
    by: Actor | None,
    unit: Unit,
    name: str,
    from_: dt.date,
    now: dt.datetime,
    kind: str = "",
    headcount: int | None = None,
) -> Unit:
    """Give a unit another name, kind or headcount from a Monday on; earlier weeks keep theirs.

    Units: headcount is people; None keeps what it was, and so does an empty kind.
    Refuses: unit.monday, unit.future, unit.name, unit.kind, unit.headcount, unit.closed, unit.earlier.
    """
    check_week(from_=from_, now=now)
    last = _last_placement(unit)
    facts = {
        "name": name,
        "level": last.level,
        "kind": kind or last.kind,
        "headcount": last.headcount if headcount is None else headcount,
    }
    _check_facts(code=unit.code, **facts)
    _replace(last, from_, facts)
    recompute_paths(now=now)
    record(by=by, what="unit.renamed", on=unit, now=now, unit_id=unit.pk, code=unit.code, from_week=str(from_))
    unit.refresh_from_db()
    return unit


@transaction.atomic
def close_unit(*, by: Actor | None, unit: Unit, from_: dt.date, now: dt.datetime) -> Unit:
    """Close a unit from a Monday on; what was filed there stays, under its last parent.

    Refuses: unit.monday, unit.future, unit.closed, unit.earlier, unit.children (open units below it), unit.posts (people
    in post there from that Monday on: posts are ended by two people, not by the way).
    """
    check_week(from_=from_, now=now)
    last = _last_placement(unit)
    if from_ <= last.valid.lower:
        raise _refused("earlier", _("只能从 %(day)s 之后的周一起撤销") % {"day": last.valid.lower}, "from_")
    if Unit.every.filter(parent=unit, closed_on__isnull=True).exists():
        raise _refused("children", _("还有下级单位，先撤销或移走下级"), "unit")
    if people := _people_in_post(unit, from_):
        raise _refused("posts", _("那时还有 %(n)d 人在这里任职，先止任职或转走") % {"n": people}, "unit")
    last.valid = DateRange(last.valid.lower, from_)
    last.save(update_fields=["valid"])
    recompute_paths(now=now)
    record(by=by, what="unit.closed", on=unit, now=now, unit_id=unit.pk, code=unit.code, from_week=str(from_))
    unit.refresh_from_db()
    return unit


def _new_unit(code: str, parent: Unit | None, facts: dict[str, Any]) -> Unit:
    """Store a unit. Refuses: unit.code_taken, also where another is being opened with the code at this moment."""
    try:
        with transaction.atomic():
            return Unit.every.create(code=code, parent=parent, path=f"{code}:", **facts)
    except IntegrityError as error:
        raise _refused("code_taken", _("代码 %(code)s 已有单位") % {"code": code}, "code") from error


def _people_in_post(unit: Unit, from_: dt.date) -> int:
    """Count who holds a post in a unit on or after a Monday. By hand: people are a room above."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT user_id) FROM post WHERE unit_id = %s AND valid && daterange(%s, NULL)",
            [unit.pk, from_],
        )
        return int(cursor.fetchone()[0])


def recompute_paths(*, now: dt.datetime) -> None:
    """Derive paths, depths, shards and today's copies of all units from their placements, in the database.

    Shape: `unit_path` gets one row per change of ancestry; the first begins on 0001-01-01, so that weeks before a unit's
    first placement stand where that one put it. Only rows that differ are written.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT recompute_paths(%s)", [day_of(now)])


def mark_since(*, from_: dt.date, now: dt.datetime) -> None:
    """Mark every week with data from a Monday up to this week: the tree they are summed in has changed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT mark_since(%s, %s)", [from_, day_of(now)])


def kind_of(*, level: str, name: str) -> str:
    """Return the kind that a name's ending says.

    Shape: a township is 街道 (…街道, …街道办事处), 镇 (…镇), else 乡 (also 苏木, 农场, 开发区); a village is 社区
    (…社区, …居委会, …居民委员会), else 村; every other level is its own kind.
    """
    usual, endings = KIND_ENDINGS.get(Level(level), (Kind(level), {}))
    return next((kind for ending, kind in endings.items() if name.endswith(ending)), usual)


def fault_of(
    *, code: str, name: str, level: str, kind: str = "", headcount: int | None = None
) -> tuple[str, str] | None:
    """Return what is wrong with a unit's facts: the field and one sentence; None when all is well."""
    if not CODE.fullmatch(code):
        return "code", _("代码要是 1 到 20 位数字、字母或短横")
    if not name.strip() or len(name) > NAME_LENGTH or UNPRINTABLE.search(name):
        return "name", _("名称要是 1 到 %(most)s 个字") % {"most": NAME_LENGTH}
    if level not in Level.values:
        return "level", _("没有“%(level)s”这个层级") % {"level": level}
    if kind and kind not in Kind.values:
        return "kind", _("没有“%(kind)s”这个类型") % {"kind": kind}
    if headcount is not None and not 0 <= headcount <= MAX_HEADCOUNT:
        return "headcount", _("人数要是 0 到 %(most)s 的整数") % {"most": MAX_HEADCOUNT}
    return None


def may_stand_under(*, level: str, parent_level: str) -> bool:
    """Say whether a level may stand below another: strictly lower; a department under anything, nothing else under it."""
    if level == Level.DEPARTMENT:
        return True
    return parent_level != Level.DEPARTMENT and RANK[level] > RANK[parent_level]


def check_week(*, from_: dt.date, now: dt.datetime) -> None:
    """Refuses: unit.monday, unit.future (nothing would bring today's tree up to date when its Monday comes)."""
    if from_.isoweekday() != 1:
        raise _refused("monday", _("生效日要是周一，%(day)s 不是") % {"day": from_}, "from_")
    if from_ > day_of(now):
        raise _refused("future", _("%(day)s 还没到，到那一周再登记") % {"day": from_}, "from_")


def _check_facts(**facts: Any) -> None:
    if fault := fault_of(**facts):
        raise _refused(fault[0], fault[1], fault[0])


def _check_parent(level: str, parent: Unit | None) -> None:
    if parent is None:
        return
    if _in_force(parent) is None:
        raise _refused("parent_closed", _("上级单位已撤销"), "parent")
    if not may_stand_under(level=level, parent_level=parent.level):
        labels = {"level": Level(level).label, "parent": Level(parent.level).label}
        raise _refused("parent_level", _("%(level)s不能设在%(parent)s之下") % labels, "parent")


def _last_placement(unit: Unit) -> Placement:
    """Lock and return the placement in force. Refuses: unit.closed."""
    last = _in_force(unit)
    if last is None:
        raise _refused("closed", _("单位已撤销"), "unit")
    return last


def _in_force(unit: Unit) -> Placement | None:
    """Lock the placement in force, so that a unit is not closed while another is opened below it; None: it is closed."""
    return Placement.objects.select_for_update().filter(unit=unit, valid__upper_inf=True).first()


def _replace(last: Placement, from_: dt.date, facts: dict[str, Any]) -> None:
    """End a placement on a Monday and begin the next with other facts; on its own first Monday, correct it."""
    if from_ < last.valid.lower:
        raise _refused("earlier", _("%(day)s 起已有新的登记，不能改更早的") % {"day": last.valid.lower}, "from_")
    if from_ > last.valid.lower:
        last.valid = DateRange(last.valid.lower, from_)
        last.save(update_fields=["valid"])
        last = Placement(unit_id=last.unit_id, parent_id=last.parent_id, valid=DateRange(from_, None))
    for field, value in facts.items():
        setattr(last, field, value)
    last.save()


def _refused(code: str, sentence: str, field: str) -> Refused:
    return Refused(f"unit.{code}", sentence, {field: sentence})

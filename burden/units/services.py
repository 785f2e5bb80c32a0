"""Units and where they stand, always from a Monday on: opened here, changed by events (units.events)."""

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
    from collections.abc import Iterable

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
    check_facts(code=code, name=name, level=level, kind=kind, headcount=headcount)
    hold_tree()
    if parent is not None:
        check_parent(level=level, parent=parent)
    facts = {"name": name, "level": level, "kind": kind or kind_of(level=level, name=name), "headcount": headcount}
    unit = _new_unit(code, parent, facts)
    Placement.objects.create(unit=unit, parent=parent, valid=DateRange(from_, None), **facts)
    recompute_paths(now=now)
    record(by=by, what="unit.opened", on=unit, now=now, unit_id=unit.pk, code=code, from_week=str(from_))
    unit.refresh_from_db()
    return unit


def _new_unit(code: str, parent: Unit | None, facts: dict[str, Any]) -> Unit:
    """Store a unit. Refuses: unit.code_taken, also where another is being opened with the code at this moment."""
    try:
        with transaction.atomic():
            return Unit.every.create(code=code, parent=parent, path=f"{code}:", **facts)
    except IntegrityError as error:
        raise refusal(code="code_taken", sentence=_("代码 %(code)s 已有单位") % {"code": code}, field="code") from error


def people_in_post(*, units: Iterable[int], from_: dt.date) -> int:
    """Count who holds a post in some units on or after a Monday. By hand: people are a room above."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT user_id) FROM post WHERE unit_id = ANY(%s) AND valid && daterange(%s, NULL)",
            [list(units), from_],
        )
        return int(cursor.fetchone()[0])


def hold_tree() -> None:
    """Let nobody else change the tree until this transaction ends: two moves, each fine by itself, could make a circle."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('burden.recompute_paths'))")


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
        raise refusal(code="monday", sentence=_("生效日要是周一，%(day)s 不是") % {"day": from_}, field="from_")
    if from_ > day_of(now):
        raise refusal(code="future", sentence=_("%(day)s 还没到，到那一周再登记") % {"day": from_}, field="from_")


def check_facts(**facts: Any) -> None:
    """Refuses: unit.code, unit.name, unit.level, unit.kind, unit.headcount."""
    if fault := fault_of(**facts):
        raise refusal(code=fault[0], sentence=fault[1], field=fault[0])


def check_parent(*, level: str, parent: Unit) -> None:
    """Refuses: unit.parent_closed, unit.parent_level."""
    above = in_force(unit=parent)
    if above is None:
        raise refusal(code="parent_closed", sentence=_("上级单位已撤销"), field="parent")
    if not may_stand_under(level=level, parent_level=above.level):
        labels = {"level": Level(level).label, "parent": Level(above.level).label}
        raise refusal(code="parent_level", sentence=_("%(level)s不能设在%(parent)s之下") % labels, field="parent")


def last_placement(*, unit: Unit) -> Placement:
    """Lock and return the placement in force. Refuses: unit.closed."""
    last = in_force(unit=unit)
    if last is None:
        raise refusal(code="closed", sentence=_("%(name)s已撤销") % {"name": unit.name}, field="unit")
    return last


def in_force(*, unit: Unit) -> Placement | None:
    """Lock the placement in force, so that a unit is not closed while another is opened below it; None: it is closed."""
    return Placement.objects.select_for_update().filter(unit=unit, valid__upper_inf=True).first()


def replace_placement(*, last: Placement, from_: dt.date, facts: dict[str, Any]) -> None:
    """End a placement on a Monday and begin the next with other facts; on its own first Monday, correct it.

    Refuses: unit.earlier.
    """
    if from_ < last.valid.lower:
        raise earlier(last=last)
    if from_ > last.valid.lower:
        same = {name: getattr(last, name) for name in ("unit_id", "parent_id", "name", "level", "kind", "headcount")}
        last.valid = DateRange(last.valid.lower, from_)
        last.save(update_fields=["valid"])
        last = Placement(**same, valid=DateRange(from_, None))
    for field, value in facts.items():
        setattr(last, field, value)
    last.save()


def end_placement(*, last: Placement, from_: dt.date) -> None:
    """End a placement on a Monday after it began: the unit is closed. Refuses: unit.earlier."""
    if from_ <= last.valid.lower:
        raise earlier(last=last)
    last.valid = DateRange(last.valid.lower, from_)
    last.save(update_fields=["valid"])


def earlier(*, last: Placement) -> Refused:
    """Make the refusal of what would change a unit before its latest placement."""
    names = {"name": last.unit.name, "day": last.valid.lower}
    sentence = _("%(name)s %(day)s 起已有新的登记，要改的日子得在那以后") % names
    return refusal(code="earlier", sentence=sentence, field="from_")


def refusal(*, code: str, sentence: str, field: str) -> Refused:
    """Make a refusal with its sentence beside a field."""
    return Refused(f"unit.{code}", sentence, {field: sentence})

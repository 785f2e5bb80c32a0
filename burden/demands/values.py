"""Reading the values of a demand from a form, a script or a notice: every fault at once, each beside its field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from burden.demands import facts, receivers
from burden.demands.duplicates import grams
from burden.demands.models import (
    FIELD_LENGTH,
    MAX_FIELDS,
    MAX_MINUTES,
    MAX_PEOPLE,
    TITLE_LENGTH,
    Channel,
    Demand,
    Frequency,
    Origin,
)
from burden.kit import clock
from burden.kit.errors import Refused
from burden.kit.reading import (
    FieldError,
    Read,
    Reader,
    many,
    maybe,
    one_of,
    read_day,
    read_flag,
    read_time,
    shown,
    text,
    unfit,
    whole,
)
from burden.standards.models import SUBKINDS, Category, DutyItem, PlanItem
from burden.units.models import Level, Unit

MOST_SUPPORTING = 50
NAMES = {
    "title": gettext_lazy("名称"),
    "category": gettext_lazy("类别"),
    "subkind": gettext_lazy("小类"),
    "basis": gettext_lazy("依据"),
    "origin": gettext_lazy("源头层级"),
    "post_title": gettext_lazy("由哪个岗位办"),
    "channel": gettext_lazy("下发方式"),
    "frequency": gettext_lazy("频次"),
    "first_on": gettext_lazy("首次日期"),
    "at": gettext_lazy("时间"),
    "until": gettext_lazy("截止日期"),
    "people": gettext_lazy("每个单位人数"),
    "minutes": gettext_lazy("每人分钟"),
    "travel_minutes": gettext_lazy("路上分钟"),
    "prep_minutes": gettext_lazy("准备分钟"),
    "receivers": gettext_lazy("对象"),
    "facts": gettext_lazy("类别要素"),
    "fields": gettext_lazy("字段"),
    "afterwards": gettext_lazy("事后补登记"),
    "late_reason": gettext_lazy("补登记原因"),
    "lead": gettext_lazy("牵头部门"),
    "supporting": gettext_lazy("配合部门"),
    "duty_item": gettext_lazy("履职事项"),
    "plan_item": gettext_lazy("年度计划项"),
}
MINUTES = whole(0, MAX_MINUTES)
LINE = maybe(text(TITLE_LENGTH), "")
READ: dict[str, Read] = {
    "title": LINE,
    "category": one_of(Category.values),
    "basis": LINE,
    "origin": one_of(Origin.values),
    "post_title": maybe(text(50), ""),
    "channel": one_of(Channel.values),
    "frequency": one_of(Frequency.values),
    "first_on": maybe(read_day),
    "at": maybe(read_time),
    "until": maybe(read_day),
    "people": whole(1, MAX_PEOPLE),
    "minutes": MINUTES,
    "travel_minutes": MINUTES,
    "prep_minutes": MINUTES,
    "afterwards": read_flag,
    "late_reason": LINE,
}
NUMBERING = re.compile(r"[①-⑳]\s*|[（(]?\d{1,3}(?:[）)、．]|\.(?!\d))\s*")
QUOTES = '"\u201c\u201d'  # around a cell that a spreadsheet copied
ONE_LINE = re.compile(r"[、，,；;]")


def read(given: Mapping[str, Any], demand: Demand) -> tuple[dict[str, Any], dict[str, str]]:
    """Read values into attributes of a demand, beside what is wrong with the others; what is not given stays as it is.

    Shape: units as codes, `duty_item` a code, `plan_item` an id; `fields` a list or pasted text; `receivers` and `facts`
    as their modules take them; days as dates or `YYYY-MM-DD`. Refuses: Http404 for receivers outside the remit.
    """
    errors: dict[str, str] = {}
    reader = Reader(given, NAMES, "", "", errors)
    reader.refuse_unknown()
    read_as = READ | {
        "fields": read_fields,
        "lead": _unit_of(demand.issuer),
        "supporting": many(_unit_of(demand.issuer), MOST_SUPPORTING),
        "duty_item": maybe(_duty_item_of(demand)),
        "plan_item": maybe(_plan_item_of(demand.issuer)),
        "subkind": one_of(SUBKINDS.get(given.get("category", demand.category), [""])),
    }
    found = {name: reader.take(name, read_as[name]) for name in read_as if name in given}
    if "receivers" in given:
        found["receivers"] = _nested(lambda: receivers.read(given["receivers"], demand.issuer).body(), errors)
    found |= _facts(given, found.get("category") or demand.category, demand, errors)
    wrong = {name.partition(".")[0] for name in errors}
    good = {name: value for name, value in found.items() if name not in wrong}
    if good.keys() & {"title", "fields"}:
        good["grams"] = grams(good.get("title", demand.title), good.get("fields", demand.fields))
    return good, errors


def _nested(read_part: Callable[[], dict[str, Any]], errors: dict[str, str]) -> dict[str, Any]:
    """Return a part as its module reads it; its faults join the others."""
    try:
        return read_part()
    except Refused as refused:
        errors |= refused.errors
        return {}


def _facts(given: Mapping[str, Any], category: str, demand: Demand, errors: dict[str, str]) -> dict[str, Any]:
    """Read the facts; a change of category drops those and the subkind that the new one does not have."""
    if "facts" in given:
        return {"facts": _nested(lambda: facts.read(category, given["facts"]), errors)}
    if category == demand.category:
        return {}
    asked = {fact.name for fact in facts.FACTS[category]}
    kept: dict[str, Any] = {"facts": {name: value for name, value in demand.facts.items() if name in asked}}
    return kept if "subkind" in given else kept | {"subkind": ""}


def read_fields(value: Any) -> list[str]:
    """Read the fields of a form: a list, or text with one a line as a spreadsheet's column is pasted.

    Blanks, numbering and repetitions are cleaned away; a text of one line is cut at its commas.
    """
    if not isinstance(value, str | list | tuple) or not all(isinstance(each, str) for each in value):
        raise FieldError(_("%(field)s要是一列文字"))
    if isinstance(value, str):
        value = re.split(r"[\r\n\t]+", value.strip())
        value = ONE_LINE.split(value[0]) if len(value) == 1 else value
    cleaned = [_cleaned(each) for each in value]
    fields = list(dict.fromkeys(each for each in cleaned if each))
    if len(fields) > MAX_FIELDS:
        raise FieldError(_("%(field)s最多 %(most)s 个，现在有 %(count)s 个"), most=MAX_FIELDS, count=len(fields))
    for number, name in enumerate(fields, 1):
        if len(name) > FIELD_LENGTH:
            raise FieldError(
                _("第 %(number)s 个%(field)s“%(start)s”有 %(count)s 个字，最多 %(most)s 个"),
                number=number, start=shown(name), count=len(name), most=FIELD_LENGTH,
            )  # fmt: skip
    return fields


def _cleaned(name: str) -> str:
    line = " ".join("".join(" " if unfit(sign) else sign for sign in name).split()).strip(QUOTES)
    return NUMBERING.sub("", line, count=1) if NUMBERING.match(line) else line


def _unit_of(issuer: Unit) -> Read:
    """Return a reader of codes: the issuer itself, or a department of its remit; a foreign code is as good as none."""

    def read_unit(value: Any) -> Unit:
        low, high = issuer.remit
        beside = Q(path__gte=low, path__lt=high, level=Level.DEPARTMENT, closed_on=None)
        found = (
            Unit.every.filter(Q(pk=issuer.pk) | beside, code=value).first()
            if isinstance(value, str) and not unfit(value)
            else None
        )
        if found is None:
            raise FieldError(_("%(field)s填了“%(value)s”，没有这个单位"))
        return found

    return read_unit


def _duty_item_of(demand: Demand) -> Read:
    """Return a reader of codes of the duty list of the issuer's county; the item that the demand has it may keep."""

    def read_item(value: Any) -> DutyItem:
        known = (
            DutyItem.objects.filter(county_id__in=demand.issuer.steps, code=value)
            if isinstance(value, str) and not unfit(value)
            else ()
        )
        found = next(iter(known), None)
        if found is None:
            raise FieldError(_("%(field)s填了“%(value)s”，清单里没有"))
        if not found.holds_on(clock.day_of(clock.now())) and found.pk != demand.duty_item_id:
            raise FieldError(_("%(field)s填了“%(value)s”，这一条 %(day)s 起停用了"), day=found.retired_on)
        return found

    return read_item


def _plan_item_of(issuer: Unit) -> Read:
    """Return a reader of ids of the issuer's own plan."""

    def read_item(value: Any) -> PlanItem:
        known = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63
        found = PlanItem.objects.filter(issuer=issuer, pk=value).first() if known else None
        if found is None:
            raise FieldError(_("%(field)s填了“%(value)s”，本单位的计划里没有"))
        return found

    return read_item

"""Rules, duty lists, annual plans and budgets from CSV files: all of a file or nothing, the same file twice changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from burden.kit import clock
from burden.kit.clock import Week, read_day
from burden.kit.errors import Refused
from burden.kit.reading import FieldError, Read, Reader, maybe, one_of, text
from burden.kit.sheets import MEGABYTE, Fault, Row, read_sheet
from burden.ledger.services import record
from burden.standards.models import (
    BurdenBudget,
    Category,
    Duty,
    DutyItem,
    PlanItem,
    Rule,
    Strength,
    Subkind,
    Tariff,
    TariffVersion,
)
from burden.units.importing import FileRefused
from burden.units.models import Unit

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

LIMIT = 5 * MEGABYTE
METRICS = {  # what each check can measure: demands.checks has a function for every one
    "count": (
        "comprehensive_inspections", "comprehensive_meetings", "forms_requested_same_topic", "on_site_inspections",
    ),
    "count_yoy": ("documents_issued",),
    "duplicate": ("similarity",),
    "duration": ("main_speech_minutes", "minutes"),
    "forbidden": (
        "asks_photos", "asks_report", "asks_supporting", "asks_trace", "forced_use", "is_campaign", "is_directive",
        "requires_principal", "seconded_person_days",
    ),
    "in_list": ("duty_list_kind",),
    "in_plan": ("plan_item",),
    "length": ("characters",),
    "pattern": ("channel", "hours_after_parent"),
    "required": ("approved_by", "consistency_review"),
}  # fmt: skip
SUBJECTS = (*Category.values, "secondment", "digital", "campaign", "proof", "trace", "duty")
OPERATORS = ("<=", "<", ">=", ">", "is", "in", "exists", "!=")
MEASURED = frozenset({"<=", "<", ">=", ">"})


@dataclass(frozen=True)
class Imported:
    """What came of a file. Units: counts of lines."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class Column:
    """One column: the attribute it fills, its name in sentences, and how it is read."""

    attribute: str
    label: Any
    read: Read


@dataclass(frozen=True)
class Sheet:
    """What one kind of file holds. Shape: `key` are the attributes that tell one row from all others; `units` name units."""

    model: type[models.Model]
    key: tuple[str, ...]
    units: tuple[str, ...]
    columns: Mapping[str, Column]


def whole(low: int, high: int) -> Read:
    """Return a reader of whole numbers as a file writes them."""

    def read(cell: str) -> int:
        if not (cell.isascii() and cell.isdigit() and low <= int(cell) <= high):
            raise FieldError(_("%(field)s填了“%(value)s”，请填 %(low)s 到 %(high)s 的整数"), low=low, high=high)
        return int(cell)

    return read


def _flag(cell: str) -> bool:
    if cell.lower() not in ("true", "false"):
        raise FieldError(_("%(field)s只能是 true 或 false，现在是“%(value)s”"))
    return cell.lower() == "true"


def _unit(cell: str) -> Unit:
    found = Unit.every.filter(code=cell).first()
    if found is None:
        raise FieldError(_("%(field)s填了“%(value)s”，没有这个单位"))
    return found


def _day(cell: str) -> dt.date:
    try:
        return read_day(cell)
    except ValueError:
        raise FieldError(_("%(field)s填了“%(value)s”，请填 2026-01-31 这样的日期")) from None


YEAR, TITLE = whole(2000, 2099), text(200)
RULES = Sheet(
    Rule,
    ("code",),
    (),
    {
        "code": Column("code", gettext_lazy("规则代码"), text(30)),
        "regulation": Column("regulation", gettext_lazy("规定"), text(100)),
        "article": Column("article", gettext_lazy("条"), maybe(text(10), "")),
        "category": Column("category", gettext_lazy("类别"), one_of(SUBJECTS)),
        "title_zh": Column("title_zh", gettext_lazy("中文标题"), TITLE),
        "title_en": Column("title_en", gettext_lazy("英文标题"), TITLE),
        "check": Column("check_name", gettext_lazy("检查方式"), one_of(METRICS)),
        "metric": Column("metric", gettext_lazy("度量"), text(40)),
        "operator": Column("operator", gettext_lazy("比较"), one_of(OPERATORS)),
        "threshold": Column("threshold", gettext_lazy("界限"), maybe(text(100), "")),
        "unit": Column("unit", gettext_lazy("单位"), maybe(text(20), "")),
        "period": Column("period", gettext_lazy("周期"), one_of(("each", "month", "year"))),
        "applies_to": Column("applies_to", gettext_lazy("对谁"), one_of(("issuer", "department", "receiver"))),
        "strength": Column("strength", gettext_lazy("强度"), one_of(Strength.values)),
        "text_verified": Column("text_verified", gettext_lazy("已核对原文"), _flag),
        "note": Column("note", gettext_lazy("备注"), maybe(text(200), "")),
    },
)
DUTIES = Sheet(
    DutyItem,
    ("county", "code"),
    ("county", "owner"),
    {
        "county_code": Column("county", gettext_lazy("县的代码"), _unit),
        "code": Column("code", gettext_lazy("事项代码"), text(20)),
        "title": Column("title", gettext_lazy("事项"), TITLE),
        "kind": Column("kind", gettext_lazy("清单"), one_of(Duty.values)),
        "owner_code": Column("owner", gettext_lazy("归哪个部门"), maybe(_unit)),
        "citation": Column("citation", gettext_lazy("依据"), TITLE),
    },
)
PLANS = Sheet(
    PlanItem,
    ("issuer", "year", "category", "title"),
    ("issuer",),
    {
        "issuer_code": Column("issuer", gettext_lazy("单位代码"), _unit),
        "year": Column("year", gettext_lazy("年份"), YEAR),
        "category": Column("category", gettext_lazy("类别"), one_of(Category.values)),
        "title": Column("title", gettext_lazy("计划项"), TITLE),
        "times": Column("times", gettext_lazy("次数"), whole(1, 366)),
    },
)
BUDGETS = Sheet(
    BurdenBudget,
    ("issuer", "year"),
    ("issuer",),
    {
        "issuer_code": Column("issuer", gettext_lazy("单位代码"), _unit),
        "year": Column("year", gettext_lazy("年份"), YEAR),
        "person_hours": Column("person_min", gettext_lazy("人时"), lambda cell: 60 * whole(0, 10_000_000)(cell)),
    },
)
TARIFFS = Sheet(
    Tariff,
    ("category", "subkind"),
    (),
    {
        "category": Column("category", gettext_lazy("类别"), one_of(Category.values)),
        "subkind": Column("subkind", gettext_lazy("细类"), maybe(one_of(Subkind.values), "")),
        "people": Column("people", gettext_lazy("人数"), whole(1, 1000)),
        "minutes": Column("minutes", gettext_lazy("每人分钟"), whole(0, 10_080)),
        "travel_minutes": Column("travel_minutes", gettext_lazy("路上"), whole(0, 10_080)),
        "prep_minutes": Column("prep_minutes", gettext_lazy("准备分钟"), whole(0, 10_080)),
        "source": Column("source", gettext_lazy("依据"), TITLE),
        "source_on": Column("source_on", gettext_lazy("依据日期"), _day),
        "proposed": Column("proposed", gettext_lazy("待实测"), _flag),
    },
)
SHEETS = {"rules": RULES, "duties": DUTIES, "plans": PLANS, "budgets": BUDGETS, "tariffs": TARIFFS}


@transaction.atomic
def import_standards(*, by: Actor | None, kind: str, data: bytes, now: dt.datetime) -> Imported:
    """Create and change what a file states; what it does not name stays.

    A rule whose text nobody read in the original comes switched off; whether a known rule is on stays as the office left it.
    Shape: kind is one of SHEETS. Refuses: what `read_sheet` refuses; file.lines, naming each.
    """
    sheet = SHEETS[kind]
    rows, faults = read_sheet(data, columns=tuple(sheet.columns), most=LIMIT)
    stated = _read(sheet, rows, faults)
    if faults:
        raise FileRefused(sorted(faults))
    created, changed = _new_version(stated, now) if sheet is TARIFFS else _store(sheet, stated, clock.day_of(now))
    if created or changed:
        first = [*created, *changed][0]
        record(
            by=by, what="standards.imported", on=first, now=now, unit_id=getattr(first, f"{sheet.key[0]}_id", None),
            created=len(created), changed=len(changed),
        )  # fmt: skip
    return Imported(len(created), len(changed), len(stated) - len(created) - len(changed))


def _read(sheet: Sheet, rows: Sequence[Row], faults: list[Fault]) -> list[dict[str, Any]]:
    """Return the attributes of each line; note what is wrong with the others."""
    names = {name: column.label for name, column in sheet.columns.items()}
    stated: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        errors: dict[str, str] = {}
        reader = Reader(row.cells, names, "", "", errors)
        found = {column.attribute: reader.take(name, column.read) for name, column in sheet.columns.items()}
        sentences = [*errors.values()] or _disagreement(sheet, found)
        key = tuple(found[name] for name in sheet.key)
        if not sentences and key in stated:
            sentences = [_("和前面的一行重复")]
        faults += [Fault(row.line, sentence) for sentence in sentences]
        stated[key] = found
    return list(stated.values())


def _disagreement(sheet: Sheet, found: Mapping[str, Any]) -> list[str]:
    """Say what the columns of a rule say against each other."""
    if sheet is not RULES:
        return []
    if found["metric"] not in METRICS[found["check_name"]]:
        known = "、".join(METRICS[found["check_name"]])
        return [_("“%(check)s”只能度量：%(known)s") % {"check": found["check_name"], "known": known}]
    if found["threshold"] and found["operator"] in MEASURED:
        try:
            float(found["threshold"])
        except ValueError:
            return [_("界限“%(value)s”不是数字") % {"value": found["threshold"]}]
    return []


def _store(sheet: Sheet, stated: Sequence[Mapping[str, Any]], today: dt.date) -> tuple[list[Any], list[Any]]:
    """Write what is new or says otherwise; return both. What is said of a known rule is its next version."""
    held: QuerySet[Any] = sheet.model._default_manager.all()
    if sheet is RULES:  # what office made of a rule for its own county stays beside it
        held = held.filter(scope=None).order_by("version")
    known = {tuple(getattr(each, name) for name in sheet.key): each for each in held.select_related(*sheet.units)}
    created, changed = [], []
    for found in stated:
        row = known.get(tuple(found[name] for name in sheet.key))
        if row is None:
            row = sheet.model(**found)
            if isinstance(row, Rule):
                row.active = row.text_verified
            created.append(row)
        elif any(getattr(row, name) != value for name, value in found.items()):
            changed.append(_change(row, found, today))
    sheet.model._default_manager.bulk_create(created)
    return created, changed


def _new_version(stated: Sequence[Mapping[str, Any]], now: dt.datetime) -> tuple[list[Any], list[Any]]:
    """Write what differs from the tariffs in force as a version from this week on; return what is new and what is other.

    Refuses: tariffs.same_week.
    """
    held = {(each.category, each.subkind): each for each in Tariff.objects.order_by("version__from_week")}
    known = [held.get((found["category"], found["subkind"])) for found in stated]
    others = [
        (found, row)
        for found, row in zip(stated, known, strict=True)
        if row is None or any(getattr(row, name) != value for name, value in found.items())
    ]
    if not others:
        return [], []
    newest, week = TariffVersion.objects.latest("from_week"), Week.at(now)
    if newest.from_week >= week.monday:
        raise Refused("tariffs.same_week", _("工时标准一周只能换一版；这一周的已经换过，下周一起再导"))
    version = TariffVersion.objects.create(number=newest.number + 1, from_week=week.monday)
    rows = Tariff.objects.bulk_create(Tariff(version=version, **found) for found, _row in others)
    is_new = [row is None for _found, row in others]
    return [r for r, new in zip(rows, is_new, strict=True) if new], [
        r for r, new in zip(rows, is_new, strict=True) if not new
    ]


def _change(row: models.Model, found: Mapping[str, Any], today: dt.date) -> models.Model:
    """Change a row, or write the next version of a rule; one whose text turns out not to have been read is switched off."""
    if isinstance(row, Rule):
        active = row.active and not (row.text_verified and not found["text_verified"])
        made = Rule(**found, version=row.version + 1, base=row.base, active=active, valid_from=today)
        made.save(force_insert=True)
        return made
    for name, value in found.items():
        setattr(row, name, value)
    row.save()
    return row

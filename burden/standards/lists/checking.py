"""Checking each line against the units there are and what is stored; one sentence and one remedy for what is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.kit.reading import shown, unfit
from burden.standards.lists.reading import NAMES, Effect, Line, Preview, read_lines
from burden.standards.models import Category, Duty, DutyItem, ListFile, PlanItem
from burden.units.models import Level, Unit

SEPARATORS = "、，,;；/／ "
TOTALS = ("合计", "总计", "小计", "共计")
LONGEST = {"code": 20, "title": 200, "citation": 200, "note": 200}
DUTY_WORDS = {str(each): [Duty(each).value, word] for each, word in ((Duty.BASIC, "基本"), (Duty.COOPERATING, "配合"), (Duty.RECALLED, "收回"))}  # fmt: skip
DUTY_COLUMNS, PLAN_COLUMNS = ("title", "kind", "owner", "citation", "note"), ("times",)
MOST_TIMES = 366


class _Fault(Exception):
    """What is wrong with a line, and what to do."""

    def __init__(self, problem: str, remedy: str, effect: Effect = Effect.FAULTY) -> None:
        super().__init__(problem)
        self.problem, self.remedy, self.effect = problem, remedy, effect


def preview_list(*, by: Actor, file: ListFile) -> Preview:
    """Check a file that was read and return what each line would do; stores nothing. Refuses: file.header, file.empty.

    Three queries, however many lines.
    """
    preview = read_lines(file.kind, file.lines)
    checker = _Checker(file)
    for line in preview.lines:
        checker.check(line)
    return preview


class _Checker:
    """The facts a whole file is checked against, fetched once."""

    def __init__(self, file: ListFile) -> None:
        low, high = file.county.range
        around = Unit.every.filter(path__gte=low, path__lt=high, closed_on=None)
        offices = around.filter(level__in=(Level.DEPARTMENT, Level.COUNTY)).order_by("path")
        self.file = file
        self.units: dict[str, Unit] = {}
        for unit in offices:
            self.units.setdefault(unit.code, unit)
            self.units.setdefault(unit.name, unit)
        is_list = file.kind == ListFile.Kind.DUTIES
        self.read: Callable[[Line], dict[str, Any]] = self._duty if is_list else self._plan
        self.compared = DUTY_COLUMNS if is_list else PLAN_COLUMNS
        self.key = ("code",) if is_list else ("issuer", "year", "category", "title")
        self.held = {self._key(vars_of(row)): row for row in self._stored()}
        rows = [row for row in self.held.values() if isinstance(row, DutyItem) and row.retired_on is None]
        self.listed = {row.title: row.code for row in rows}
        self.seen: dict[tuple[Any, ...], int] = {}
        self.titles: dict[str, int] = {}

    def _stored(self) -> Sequence[DutyItem] | Sequence[PlanItem]:
        if self.file.kind == ListFile.Kind.DUTIES:
            return list(DutyItem.objects.filter(county_id=self.file.county_id).select_related("owner"))
        issuers = {unit.pk for unit in self.units.values()}
        return list(PlanItem.objects.filter(issuer_id__in=issuers).select_related("issuer"))

    def _key(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(getattr(values[name], "pk", values[name]) for name in self.key)

    def check(self, line: Line) -> None:
        """Say what the line would do, or what is wrong with it."""
        try:
            self._shape(line)
            values = self.read(line)
            self._repeats(line, values)
        except _Fault as fault:
            line.effect, line.problem, line.remedy = fault.effect, fault.problem, fault.remedy
            return
        line.values, row = values, self.held.get(self._key(values))
        if row is None:
            line.effect = Effect.NEW
            return
        line.row = row.pk
        if isinstance(row, DutyItem) and row.retired_on is not None:
            line.effect, line.problem = Effect.FAULTY, _("条目 %(code)s 已停用") % {"code": row.code}
            line.remedy = _("换一个条目号，或在清单里恢复它")
            return
        same = all(getattr(row, name) == values[name] for name in self.compared)
        line.effect = Effect.SAME if same else Effect.CHANGED

    def _shape(self, line: Line) -> None:
        if any(cell.replace(" ", "") in TOTALS for cell in line.cells.values()):
            raise _Fault(_("像合计行"), _("不导入"))
        for name, cell in line.cells.items():
            if unfit(cell):
                raise _Fault(_("%(field)s里有换行或控制字符") % {"field": NAMES[name]}, _("去掉再导入"))
            if len(cell) > LONGEST.get(name, 200):
                words = {"field": NAMES[name], "most": LONGEST.get(name, 200)}
                raise _Fault(_("%(field)s太长") % words, _("最多 %(most)d 个字") % words)

    def _duty(self, line: Line) -> dict[str, Any]:
        code, kind = self._needed(line, "code"), self._duty_kind(self._needed(line, "kind"))
        owner = self._unit(line.cells.get("owner", ""))
        if owner is None and kind == Duty.RECALLED:
            raise _Fault(_("没有牵头部门"), _("收回事项必须写明由谁承担"))
        citation = line.cells.get("citation", "") or f"{self.file.source} {code}".strip()
        return {
            "county": self.file.county, "code": code, "title": self._needed(line, "title"), "kind": kind, "owner": owner,
            "citation": citation, "note": line.cells.get("note", ""),
        }  # fmt: skip

    def _plan(self, line: Line) -> dict[str, Any]:
        issuer = self._unit(self._needed(line, "issuer"))
        return {
            "issuer": issuer,
            "year": self._number(line, "year", self.file.year, 2000, 2099),
            "category": self._category(self._needed(line, "category")),
            "title": self._needed(line, "title"),
            "times": self._number(line, "times", 1, 1, MOST_TIMES),
        }

    @staticmethod
    def _needed(line: Line, name: str) -> str:
        cell = line.cells.get(name, "")
        if not cell:
            raise _Fault(_("没有%(field)s") % {"field": NAMES[name]}, _("补上，或删去这一行"))
        return cell

    @staticmethod
    def _number(line: Line, name: str, usual: int, low: int, high: int) -> int:
        cell = line.cells.get(name, "").removesuffix("年").removesuffix("次")
        if not cell:
            return usual
        if not (cell.isascii() and cell.isdigit() and len(cell) < 6 and low <= int(cell) <= high):
            words = {"field": NAMES[name], "value": shown(cell), "low": low, "high": high}
            raise _Fault(_("%(field)s“%(value)s”不对") % words, _("填 %(low)d 到 %(high)d 的整数") % words)
        return int(cell)

    @staticmethod
    def _duty_kind(cell: str) -> str:
        for kind, words in DUTY_WORDS.items():
            if cell.lower() == words[0] or cell.startswith(words[1]) or cell == str(Duty(kind).label):
                return kind
        if cell.startswith("上级收回"):
            return str(Duty.RECALLED)
        raise _Fault(_("类别“%(value)s”不认识") % {"value": shown(cell)}, _("应为 基本、配合 或 收回"))

    @staticmethod
    def _category(cell: str) -> str:
        names = {str(each.label): each.value for each in Category} | {each.value: each.value for each in Category}
        known = names | {"发文": Category.DOCUMENT, "检查考核": Category.INSPECTION, "督查": Category.INSPECTION}
        found = known.get(cell) or known.get(cell.lower())
        if found is None:
            words = "、".join(str(each.label) for each in Category)
            raise _Fault(_("类别“%(value)s”不认识") % {"value": shown(cell)}, _("应为 %(known)s") % {"known": words})
        return str(found)

    def _unit(self, cell: str) -> Unit | None:
        if not cell:
            return None
        if cell in self.units:
            return self.units[cell]
        if any(sign in cell for sign in SEPARATORS):
            raise _Fault(_("部门只能写一个"), _("选一个牵头部门，其余写进说明"))
        near = difflib.get_close_matches(cell, self.units, n=1, cutoff=0.6)
        remedy = (
            _("是不是“%(name)s”？") % {"name": self.units[near[0]].name} if near else _("写县里部门的全名或单位代码")
        )
        raise _Fault(_("没有“%(value)s”这个部门") % {"value": shown(cell)}, remedy)

    def _repeats(self, line: Line, values: Mapping[str, Any]) -> None:
        key, only = self._key(values), _("只留一行")
        first = self.seen.setdefault(key, line.number)
        if first != line.number:
            raise _Fault(_("与第 %(n)d 行条目相同") % {"n": first}, only, Effect.REPEATED)
        if self.file.kind == ListFile.Kind.DUTIES:
            first = self.titles.setdefault(values["title"], line.number)
            if first != line.number:
                raise _Fault(_("与第 %(n)d 行事项名相同") % {"n": first}, only, Effect.REPEATED)
            there = self.listed.get(values["title"], values["code"])
            if there != values["code"]:
                raise _Fault(
                    _("清单里 %(code)s 已经是这一事项") % {"code": there},
                    _("用原来的条目号，或先停用它"),
                    Effect.REPEATED,
                )


def vars_of(row: DutyItem | PlanItem) -> dict[str, Any]:
    """Return what tells a stored row from others."""
    if isinstance(row, DutyItem):
        return {"code": row.code}
    return {"issuer": row.issuer, "year": row.year, "category": row.category, "title": row.title}

"""My year (我的一年): the own weeks side by side, where the time went and for whom. Read by their cadre alone.

A week that was not filed is no data: it is neither counted as light nor held against anybody.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any

from django.db.models import Count, F, Min, Sum
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.models import Post
from burden.accounts.roles import Role
from burden.entries.models import Answer, Entry, WeeklyReturn
from burden.kit.clock import Week, last_closed
from burden.standards.models import Category, Evidence, Subkind

WEEKS = 52
LISTED = 5  # issuers with a line of their own
OLDEST = 2000


@dataclass(frozen=True)
class OwnCell:
    """One week. Shape: state none, filed or nil. Units: person-minutes."""

    week: Week
    state: str
    person_min: int
    is_held: bool  # whether a cadre post was held that week, or something was filed


@dataclass(frozen=True)
class Share:
    """One line of a list. Shape: code a category, or empty. Units: person-minutes."""

    code: str
    label: str
    person_min: int


@dataclass(frozen=True)
class OwnYear:
    """The own weeks and their sums. Units: person-minutes, but for counts of weeks and of entries."""

    cells: tuple[OwnCell, ...]
    categories: tuple[Share, ...]  # the heaviest first
    issuers: tuple[Share, ...]  # the heaviest first
    others: tuple[int, int]  # how many issuers have no line, and their sum
    own: int  # what the own units decided on
    unstated: int
    repeated: int  # entries marked so
    repeated_min: int
    after_hours_min: int

    @property
    def person_min(self) -> int:
        return sum(share.person_min for share in self.categories)

    @property
    def filed(self) -> int:
        return sum(cell.state != "none" for cell in self.cells)

    @property
    def unfiled(self) -> int:
        return sum(cell.state == "none" and cell.is_held for cell in self.cells)

    @property
    def median_min(self) -> int | None:
        """The lower median of the weeks that were filed; None without one."""
        found = [cell.person_min for cell in self.cells if cell.state != "none"]
        return median_low(found) if found else None

    @property
    def most_min(self) -> int:
        return max((cell.person_min for cell in self.cells), default=0)


def weeks_of(year: str, now: dt.datetime) -> list[Week]:
    """Return the closed weeks of an ISO year, oldest first; without one the newest 52. Refuses (ValueError): no such year."""
    closed = last_closed(now)
    if not year:
        return [closed.plus(n) for n in range(1 - WEEKS, 1)]
    if not (year.isascii() and year.isdigit() and OLDEST <= int(year) <= closed.year):
        raise ValueError(f"{year!r} is no year of closed weeks")
    first = Week.on(dt.date(int(year), 1, 4))
    weeks = (first.plus(n) for n in range(WEEKS + 1))
    return [week for week in weeks if week.year == int(year) and week <= closed]


def years_of(actor: Actor, now: dt.datetime) -> list[int]:
    """Return the years with own returns, the newest first."""
    oldest = WeeklyReturn.objects.visible_to(actor).aggregate(oldest=Min("week"))["oldest"]
    newest = last_closed(now).year
    return list(range(newest, Week(oldest).year - 1, -1)) if oldest else []


def year_of(actor: Actor, weeks: Sequence[Week]) -> OwnYear:
    """Add up some own weeks. Three queries, however many were filed."""
    rows = list(
        _entries(actor, weeks)
        .values("week", "category", "unit_id", "issuer_id", "repeated", "after_hours", name=F("issuer__name"))
        .annotate(minutes=Sum("person_min"), n=Count("pk"))
    )
    issuers, categories = _issuers(rows), _by(rows, "category")
    known = [Share(str(each.value), str(each.label), categories.get(each.value, 0)) for each in Category]
    listed, rest = issuers[:LISTED], issuers[LISTED:]
    return OwnYear(
        cells=tuple(_cells(actor, weeks, _by(rows, "week"))),
        categories=tuple(sorted(known, key=lambda share: -share.person_min)),
        issuers=tuple(listed),
        others=(len(rest), sum(share.person_min for share in rest)),
        own=sum(row["minutes"] for row in rows if row["issuer_id"] == row["unit_id"]),
        unstated=sum(row["minutes"] for row in rows if row["issuer_id"] is None),
        repeated=sum(row["n"] for row in rows if row["repeated"]),
        repeated_min=sum(row["minutes"] for row in rows if row["repeated"]),
        after_hours_min=sum(row["minutes"] for row in rows if row["after_hours"]),
    )


def _entries(actor: Actor, weeks: Sequence[Week]) -> Any:
    """Return own entries by way of their returns, which are indexed by cadre and week."""
    span = (weeks[0].monday, weeks[-1].monday)
    own = Entry.objects.visible_to(actor)
    return own.filter(weekly_return__cadre_id=actor.user_id, weekly_return__week__range=span)


def _by(rows: Sequence[dict[str, Any]], name: str) -> dict[Any, int]:
    sums: dict[Any, int] = defaultdict(int)
    for row in rows:
        sums[row[name]] += row["minutes"]
    return dict(sums)


def _issuers(rows: Sequence[dict[str, Any]]) -> list[Share]:
    """Return who asked for it, the heaviest first, without the own unit and what names nobody."""
    asked = [row for row in rows if row["issuer_id"] not in (None, row["unit_id"])]
    names = {row["issuer_id"]: row["name"] for row in asked}
    found = [Share("", names[pk], minutes) for pk, minutes in _by(asked, "issuer_id").items() if minutes]
    return sorted(found, key=lambda share: (-share.person_min, share.label))


def _cells(actor: Actor, weeks: Sequence[Week], sums: dict[dt.date, int]) -> Iterator[OwnCell]:
    span = (weeks[0].monday, weeks[-1].monday)
    filed = dict(WeeklyReturn.objects.visible_to(actor).filter(week__range=span).values_list("week", "nil"))
    posts = list(Post.objects.filter(user_id=actor.user_id, role=Role.CADRE).values_list("valid", flat=True))
    for week in weeks:
        state = "none" if week.monday not in filed else "nil" if filed[week.monday] else "filed"
        held = week.monday in filed or any(week.monday in valid for valid in posts)
        yield OwnCell(week, state, sums.get(week.monday, 0), held)


def year_lines(actor: Actor, weeks: Sequence[Week]) -> list[list[Any]]:
    """Return the own entries of some weeks as lines of a file, headings first, in the reader's language."""
    found = _entries(actor, weeks).select_related("issuer", "unit").order_by("week", "pk")
    return [_headings(), *map(_line, found)]


def _line(entry: Entry) -> list[Any]:
    return [
        entry.week.isoformat(), entry.unit.name, str(Category(entry.category).label),
        str(Subkind(entry.subkind).label) if entry.subkind else "", entry.title,
        entry.issuer.name if entry.issuer else "", str(Answer(entry.answer).label), entry.people, entry.minutes,
        entry.travel_minutes, entry.prep_minutes, entry.person_min, _("是") if entry.repeated else "",
        _("是") if entry.after_hours else "", str(Evidence(entry.evidence).label), entry.note,
    ]  # fmt: skip


def _headings() -> list[str]:
    return [
        _("周（周一）"), _("单位"), _("类别"), _("小类"), _("事项"), _("谁要求的"), _("答复"), _("人数"), _("每人分钟"),
        _("路上分钟"), _("准备分钟"), _("人·分钟"), _("重复索要"), _("非工作时间"), _("数据来源"), _("备注"),
    ]  # fmt: skip

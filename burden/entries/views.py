"""My week: the page a cadre files on, its receipt, and the titles that its quick add offers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from burden.accounts.actor import Actor
from burden.entries.forms import from_post, on_page, read_week
from burden.entries.models import Answer
from burden.entries.queries import Issuer, Row, WeekSheet, issuers, suggestions, week_sheet
from burden.entries.services import file_week
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.clock import Week
from burden.kit.errors import Conflict, Refused
from burden.kit.templatetags.show import NOTHING, category_css
from burden.standards.measure import HEAD_WEEK_MIN, LARGE_MIN, Cost, is_unusual, person_minutes
from burden.standards.models import SUBKINDS, Category

POSTED = re.compile(r"entries\.(\d{1,4})\.([a-z_]+)")
HIDDEN = ("key", "bulk", "category", "subkind", "title", "issuer")  # what a row says without a field of its own
FIELD_IDS = {
    "minutes": "minutes",
    "people": "people",
    "travel_minutes": "travel",
    "prep_minutes": "prep",
    "title": "name",
    "note": "note",
}
SKIPPED = (Answer.ABSENT, Answer.NOT_APPLICABLE)
ATTENDED = (Category.MEETING, Category.INSPECTION)  # one is absent from these; the rest one did not do
CHIPS = (15, 30, 45, 60, 90, 120)
OFFERED = 2  # issuers with a chip of their own, beside the own unit
SUGGESTED = 3  # titles that leave room for the rest of the sheet
PLAIN_ROWS = 2  # empty rows of the page without script


@dataclass(frozen=True)
class Line:
    """One row as the page shows it: as typed, so that an error loses nothing."""

    number: int | str
    said: Mapping[str, str]
    issuer_name: str = ""
    before: int | None = None  # minutes each of the last time, where the row was offered
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def skipped(self) -> bool:
        return self.said.get("answer") in SKIPPED

    @property
    def sent(self) -> bool:
        return bool(self.said.get("ticked")) or self.skipped

    @property
    def cost(self) -> Cost | None:
        """What the row's numbers say; None where one is none."""
        try:
            return Cost(
                people=int(self.said.get("people") or 1),
                minutes=int(self.said["minutes"]),
                travel_minutes=int(self.said.get("travel_minutes") or 0),
                prep_minutes=int(self.said.get("prep_minutes") or 0),
            )
        except (KeyError, ValueError):
            return None

    @property
    def person_min(self) -> int | None:
        """What the row counts."""
        return person_minutes(**vars(self.cost)) if self.cost and min(vars(self.cost).values()) >= 0 else None

    @property
    def asks_why(self) -> bool:
        """Whether the field of the word shows: for an unusual size, and for what was written in it."""
        unusual = self.cost is not None and self.person_min is not None and is_unusual(self.cost)
        return (unusual and not self.skipped) or bool(self.said.get("note")) or "note" in self.errors

    @property
    def faults(self) -> list[str]:
        """What is wrong with the row, but for the word, which has its own place."""
        return [words for name, words in self.errors.items() if name != "note"]

    @property
    def counted(self) -> int:
        return self.person_min or 0 if self.sent and not self.skipped else 0

    @property
    def absent_label(self) -> str:
        return _("未参加") if self.said.get("category") in ATTENDED else _("未办")

    @property
    def shown(self) -> str:
        """What the pill says: person-minutes, why there are none, or what was typed instead."""
        if self.skipped:
            return self.absent_label if self.said["answer"] == Answer.ABSENT else _("不适用")
        return str(self.person_min) if self.person_min is not None else self.said.get("minutes") or NOTHING

    @property
    def category_label(self) -> str:
        code = self.said.get("category", "")
        return str(Category(code).label) if code in Category.values else ""

    @property
    def hidden(self) -> list[tuple[str, str]]:
        return [(name, self.said.get(name, "")) for name in HIDDEN if name != "title" or "title" not in self.errors]

    @property
    def extra(self) -> bool:
        """Whether the folded travel and preparation say something."""
        return any(self.said.get(name, "0") not in ("", "0") for name in ("travel_minutes", "prep_minutes"))


# --- pages ---


@access("cadre", methods=("GET",))
@never_cache
def week(request: ActedRequest) -> HttpResponse:
    """Show the current week."""
    return _show(request, Week.at(clock.now()), clock.now())


@access("cadre", methods=("GET", "POST"))
@never_cache
def week_of(request: ActedRequest, day: str) -> HttpResponse:
    """Show or file the week of a Monday. Refuses (404): another day, or a week to come."""
    now = clock.now()
    try:
        asked = Week.parse(day)
    except ValueError as error:
        raise Http404 from error
    if asked.is_future(now):
        raise Http404
    return _file(request, asked, now) if request.method == "POST" else _show(request, asked, now)


@access("cadre")
@never_cache
def week_suggestions(request: ActedRequest) -> HttpResponse:
    """Offer titles entered before, as list items for the quick add."""
    found = suggestions(request.actor, request.GET.get("q", ""))[:SUGGESTED]
    return render(request, "entries/_suggestions.html", {"suggestions": found})


def _show(request: ActedRequest, asked: Week, now: dt.datetime) -> HttpResponse:
    """Show a week under its own address, whichever was asked for: the service worker keeps it under that."""
    response = _page(request, asked, now)
    response["Content-Location"] = reverse("week_of", args=[asked])
    return response


def _page(request: ActedRequest, asked: Week, now: dt.datetime) -> HttpResponse:
    actor = request.actor
    sheet = week_sheet(actor, asked, now)
    if sheet.unit is None:
        return render(request, "entries/week_no_post.html", _frame(sheet, actor, now))
    if sheet.state != "none" and "edit" not in request.GET:
        return _filed(request, sheet, now)
    copied = "copy" in request.GET
    lines = _lines(sheet.entries, ticked=True) + _lines(
        sheet.prefilled, start=len(sheet.entries), ticked=copied, bulk=copied, offered=True
    )
    return _form(request, sheet, lines, now)


def _file(request: ActedRequest, asked: Week, now: dt.datetime) -> HttpResponse:
    """File what was posted; on a refusal the page comes back with everything that was typed.

    A device's queue asks for JSON: the receipt and the version it made, or the refusal's code. What one person left in
    it is filed by nobody else (403).
    """
    actor = request.actor
    queued = request.headers.get("Accept") == "application/json"
    if request.POST.get("cadre", str(actor.user_id)) != str(actor.user_id):
        raise PermissionDenied
    try:
        read = read_week(from_post(request.POST), actor)
        filing = file_week(by=actor, week=asked, now=now, **vars(read))
    except Refused as refused:
        if queued:
            return JsonResponse({"code": refused.code}, status=refused.status)
        answer = _conflict if isinstance(refused, Conflict) else _refused
        return answer(request, week_sheet(actor, asked, now), refused, now)
    if queued:
        return JsonResponse({"receipt": filing.submission.receipt, "version": filing.submission.version})
    return redirect("week_of", str(asked))


def _refused(request: ActedRequest, sheet: WeekSheet, refused: Refused, now: dt.datetime) -> HttpResponse:
    if sheet.unit is None:
        return render(request, "entries/week_no_post.html", _frame(sheet, request.actor, now), status=refused.status)
    errors = on_page(refused.errors, request.POST)
    lines = _typed(request.POST, sheet, issuers(request.actor), errors)
    problems = [(_field_id(name), words) for name, words in errors.items()] or [("", refused.detail)]
    base = from_post(request.POST).get("base_version")
    return _form(request, sheet, lines, now, problems=problems, base=base if isinstance(base, int) else None)


def _field_id(name: str) -> str:
    """Return the element that an error's link leads to."""
    place, _dot, rest = name.removeprefix("entries.").partition(".")
    if not place.isdecimal():
        return ""
    return f"{FIELD_IDS.get(rest, 'row')}-{place}"


def _form(
    request: ActedRequest,
    sheet: WeekSheet,
    lines: list[Line],
    now: dt.datetime,
    *,
    problems: Sequence[tuple[str, str]] = (),
    base: int | None = None,
) -> HttpResponse:
    actor = request.actor
    offered = issuers(actor)
    first = max((int(line.number) for line in lines), default=-1) + 1
    context = _frame(sheet, actor, now) | {
        "groups": _groups(sheet, lines),
        "count": len(lines),
        "totals": _totals(lines),
        "problems": problems,
        "client_key": uuid4(),
        "nil_key": uuid4(),
        "base_version": sheet.version if base is None else base,
        "issuers": offered,
        "offered": _with_chips(offered),
        "categories": Category.choices,
        "subkinds": [(kind.value, kind.label) for kind in SUBKINDS[Category.OTHER]],
        "chips": CHIPS,
        "head_week": HEAD_WEEK_MIN,
        "large": LARGE_MIN,
        "plain": [Line(first + i, {"key": f"plain-{uuid4().hex[:12]}"}) for i in range(PLAIN_ROWS)],
        "blank": Line("__i__", {"answer": Answer.DONE, "people": "1", "travel_minutes": "0", "prep_minutes": "0"}),
    }
    return render(request, "entries/week.html", context, status=422 if problems else 200)


def _filed(request: ActedRequest, sheet: WeekSheet, now: dt.datetime) -> HttpResponse:
    actor = request.actor
    lines = _lines(sheet.entries, ticked=True)
    last = week_sheet(actor, sheet.week.plus(-1), now)
    before = last.person_min if last.state == "filed" else None
    context = _frame(sheet, actor, now) | {
        "lines": lines,
        "totals": _totals(lines),
        "filed_at": sheet.filed_at and timezone.localtime(sheet.filed_at),
        "done": sum(not line.skipped for line in lines),
        "skipped": sum(line.skipped for line in lines),
        "before": before,
        "difference": sheet.person_min - (before or 0),
        "less": (before or 0) - sheet.person_min,
    }
    return render(request, "entries/week_filed.html", context)


def _conflict(request: ActedRequest, sheet: WeekSheet, refused: Refused, now: dt.datetime) -> HttpResponse:
    """Show what is stored beside what was sent; the choice posts what was sent again, on top of what is stored."""
    actor = request.actor
    sent = [line for line in _typed(request.POST, sheet, (), {}) if line.sent]
    kept = ("csrfmiddlewaretoken", "client_key", "base_version")
    again = [(name, value) for name, value in request.POST.items() if name not in kept]
    context = _frame(sheet, actor, now) | {
        "pairs": _pairs(_lines(sheet.entries, ticked=True), sent),
        "stored_minutes": sheet.person_min,
        "sent_minutes": sum(line.counted for line in sent),
        "nil": "nil" in request.POST,
        "fields": [("client_key", uuid4()), ("base_version", sheet.version), *again],
    }
    return render(request, "entries/week_conflict.html", context, status=Conflict.status)


# --- what the templates read ---


def _frame(sheet: WeekSheet, actor: Actor, now: dt.datetime) -> dict[str, Any]:
    after = sheet.week.plus(1)
    return {
        "sheet": sheet,
        "cadre": actor.user_id,
        "previous": sheet.week.plus(-1),
        "next": None if after.is_future(now) else after,
    }


def _lines(
    rows: Iterable[Row], *, ticked: bool, bulk: bool = False, start: int = 0, offered: bool = False
) -> list[Line]:
    """Return stored rows as lines of the form."""
    found = []
    for number, row in enumerate(rows, start):
        said = {name: str(value) for name, value in row.body().items() if value is not None and value is not False}
        for name in ("bulk", "repeated", "after_hours") if offered else ():
            said.pop(name, None)
        said |= {"ticked": "1"} if ticked else {}
        said |= {"bulk": "1"} if bulk else {}
        found.append(Line(number, said, row.issuer_name, row.minutes if offered else None))
    return found


def _typed(post: QueryDict, sheet: WeekSheet, offered: Sequence[Issuer], errors: Mapping[str, str]) -> list[Line]:
    """Return the posted rows as they were typed, with their errors; rows left empty are gone."""
    names = {issuer.code: issuer.name for issuer in offered}
    names |= {row.issuer: row.issuer_name for row in (*sheet.entries, *sheet.prefilled) if row.issuer}
    before = {row.key: row.minutes for row in sheet.prefilled}
    rows: dict[int, dict[str, str]] = {}
    for name in post:
        if found := POSTED.fullmatch(name):
            rows.setdefault(int(found[1]), {})[found[2]] = str(post[name])
    wrong: dict[int, dict[str, str]] = {}
    for name, words in errors.items():
        if found := POSTED.fullmatch(name):
            wrong.setdefault(int(found[1]), {})[found[2]] = words
    return [
        Line(
            number, said, names.get(said.get("issuer", ""), ""), before.get(said.get("key", "")), wrong.get(number, {})
        )
        for number, said in sorted(rows.items())
        if said.get("title", "").strip() or said.get("minutes", "").strip()
    ]


def _groups(sheet: WeekSheet, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the lines under three headings; an empty group is there for the script to fill."""
    filed = {row.key for row in sheet.entries}
    last = {row.key for row in sheet.prefilled}
    groups: dict[str, list[Line]] = {"filed": [], "last": [], "added": []}
    for line in lines:
        key = line.said.get("key")
        groups["filed" if key in filed else "last" if key in last else "added"].append(line)
    headings = {"filed": _("已报"), "last": _("我的例行"), "added": _("补记的")}
    notes = {"last": _("从上次周报带出")}
    return [
        {"name": name, "heading": headings[name], "note": notes.get(name, ""), "lines": found}
        for name, found in groups.items()
    ]


def _totals(lines: Sequence[Line]) -> dict[str, Any]:
    """Sum what is ticked, in all and by category. Units: person-minutes."""
    sums = {code: sum(line.counted for line in lines if line.said.get("category") == code) for code in Category.values}
    parts = [{"code": each.value, "label": each.label, "minutes": sums[each.value]} for each in Category]
    hour, minute = divmod(sum(sums.values()), 60)
    return {
        "hour": hour,
        "minute": minute,
        "count": sum(line.sent and not line.skipped for line in lines),
        "parts": parts,
        "bar": [(category_css(code), minutes) for code, minutes in sums.items()],
        "label": " ".join(
            _("%(name)s %(minutes)s 分") % {"name": part["label"], "minutes": part["minutes"]} for part in parts
        ),
    }


def _with_chips(offered: Sequence[Issuer]) -> list[Issuer]:
    """Return the issuers worth a chip: those named most often, and the own unit."""
    others = [issuer for issuer in offered if not issuer.own][:OFFERED]
    return others + [issuer for issuer in offered if issuer.own][:1]


def _pairs(stored: Sequence[Line], sent: Sequence[Line]) -> list[dict[str, Any]]:
    """Put the same work of two versions into one row."""
    sides: dict[tuple[str, ...], list[Line | None]] = {}
    for side, lines in enumerate((stored, sent)):
        for line in lines:
            same = tuple(line.said.get(name, "") for name in ("category", "title", "issuer"))
            sides.setdefault(same, [None, None])[side] = line
    return [
        {
            "title": title,
            "stored": left.shown if left else NOTHING,
            "sent": right.shown if right else NOTHING,
            "same": bool(left and right and left.shown == right.shown),
        }
        for (_category, title, _issuer), (left, right) in sides.items()
    ]

"""What a cadre reads of the own weeks, and what the quick add offers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Aggregate, Count, F, IntegerField, Q, QuerySet, Sum

from burden.accounts.actor import Actor
from burden.accounts.models import Post
from burden.accounts.roles import Role
from burden.entries.models import TITLE_LENGTH, Answer, Entry, Evidence, Submission, WeeklyReturn
from burden.kit import clock
from burden.kit.clock import Week
from burden.units.models import Level, Unit

PREFILL_WEEKS = 4  # a routine that was not filed for longer is no routine
REMEMBERED = dt.timedelta(weeks=52)  # how far back titles and issuers are offered
OFFERED = 8
LISTED_WEEKS = 12


@dataclass(frozen=True)
class Row:
    """One entry as pages and the API show it. Units: whole minutes; person_min person-minutes."""

    key: str
    answer: str
    bulk: bool
    repeated: bool
    after_hours: bool
    category: str
    subkind: str
    title: str
    issuer_id: int | None
    issuer: str | None  # unit code
    issuer_name: str
    people: int
    minutes: int
    travel_minutes: int
    prep_minutes: int
    note: str
    person_min: int

    @property
    def same(self) -> tuple[str, str, int | None]:
        """What makes two rows of different weeks the same work."""
        return self.category, self.title, self.issuer_id

    def body(self) -> dict[str, Any]:
        """Return the row in the shape that `PUT weeks/` takes."""
        return {name: getattr(self, name) for name in BODY_FIELDS} | {"target": None}


BODY_FIELDS = (
    "key", "answer", "bulk", "repeated", "after_hours", "category", "subkind", "title", "issuer",
    "people", "minutes", "travel_minutes", "prep_minutes", "note",
)  # fmt: skip


@dataclass(frozen=True)
class WeekSheet:
    """One week of one cadre: what is filed, and what last week offers."""

    week: Week
    unit: Unit | None  # None: no cadre post that week, so nothing can be filed
    post: Post | None
    state: str  # none | filed | nil
    late: bool  # of the return as it is filed
    provisional: bool  # 暂定: the week may still be changed without being late
    version: int  # 0 before the first filing: the base version of the next one
    receipt: str
    filed_at: dt.datetime | None  # when the version that stands was received
    entries: tuple[Row, ...]
    prefilled: tuple[Row, ...]

    @property
    def person_min(self) -> int:
        return sum(row.person_min for row in self.entries)

    @property
    def is_late(self) -> bool:
        """Whether 补录 stands beside the week: of a filed one the first filing decides, of another today."""
        return self.late or (self.state == "none" and not self.provisional)


@dataclass(frozen=True)
class Suggestion:
    """A title entered before and what usually goes with it. Units: minutes are the median."""

    title: str
    category: str
    subkind: str
    issuer: str | None  # unit code
    issuer_name: str
    minutes: int
    times: int
    own: bool  # the cadre's own; else at least three colleagues wrote it


@dataclass(frozen=True)
class Issuer:
    """A unit offered as 谁要求的; `times` is how often this cadre named it."""

    id: int
    code: str
    name: str
    times: int
    own: bool  # the cadre's own unit


@dataclass(frozen=True)
class OwnWeek:
    """One week in the cadre's list. `state` as in WeekSheet; person_min in person-minutes."""

    week: Week
    state: str
    late: bool
    provisional: bool
    person_min: int


class Median(Aggregate):
    """The lower median: a number that was really entered."""

    template = "percentile_disc(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = IntegerField()


def post_of_week(actor: Actor, week: Week) -> Post | None:
    """Return the cadre post held on the week's Monday: it decides the unit of the return."""
    posts = Post.objects.filter(user_id=actor.user_id, role=Role.CADRE, valid__contains=week.monday)
    return posts.select_related("unit").first()


def week_sheet(actor: Actor, week: Week, now: dt.datetime) -> WeekSheet:
    """Return one own week, filed or not. Four queries at most."""
    filed = WeeklyReturn.objects.visible_to(actor).filter(week=week.monday).select_related("unit").first()
    post = post_of_week(actor, week)
    rows = week_rows(actor, filed)
    known = {row.same for row in rows} | {row.key for row in rows}
    return WeekSheet(
        week=week,
        unit=filed.unit if filed else post.unit if post else None,
        post=post,
        state=_state_of(filed),
        late=bool(filed and filed.late),
        provisional=not week.is_late(now),
        version=filed.version if filed else 0,
        receipt=filed.receipt if filed else "",
        filed_at=filed.changed_at if filed else None,
        entries=rows,
        prefilled=tuple(row for row in _routine(actor, week) if not known & {row.same, row.key}),
    )


def _state_of(filed: WeeklyReturn | None) -> str:
    """Return `none`, `filed` or `nil`."""
    if filed is None:
        return "none"
    return "nil" if filed.nil else "filed"


def week_rows(actor: Actor, filed: WeeklyReturn | None) -> tuple[Row, ...]:
    """Return the entries of an own return, in the order they were sent."""
    if filed is None or filed.nil:
        return ()
    return tuple(_row_of(entry, entry.key) for entry in _entries(actor).filter(weekly_return_id=filed.pk))


def _entries(actor: Actor) -> QuerySet[Entry]:
    return Entry.objects.visible_to(actor).select_related("issuer").order_by("id")


def _row_of(entry: Entry, key: str) -> Row:
    """Return an entry as a row under a key."""
    return Row(
        key=key,
        answer=entry.answer,
        bulk=entry.evidence == Evidence.BULK,
        repeated=entry.repeated,
        after_hours=entry.after_hours,
        category=entry.category,
        subkind=entry.subkind,
        title=entry.title,
        issuer_id=entry.issuer_id,
        issuer=entry.issuer.code if entry.issuer else None,
        issuer_name=entry.issuer.name if entry.issuer else "",
        people=entry.people,
        minutes=entry.minutes,
        travel_minutes=entry.travel_minutes,
        prep_minutes=entry.prep_minutes,
        note=entry.note,
        person_min=entry.person_min,
    )


def _routine(actor: Actor, week: Week) -> list[Row]:
    """Return what was done in the last filed week of the four before, each row under a key of its own.

    The key holds the old entry's id, so that it cannot meet a key the device chose for a new row. The flags are of
    the week they were set in.
    """
    before = WeeklyReturn.objects.visible_to(actor).filter(
        nil=False, week__lt=week.monday, week__gte=week.plus(-PREFILL_WEEKS).monday
    )
    last = before.order_by("-week").values("pk")[:1]
    done = _entries(actor).filter(weekly_return_id__in=last, answer=Answer.DONE)
    rows = (_row_of(entry, f"last-{entry.pk}") for entry in done)
    return [replace(row, bulk=False, repeated=False, after_hours=False) for row in rows]


def own_weeks(actor: Actor, now: dt.datetime, count: int = LISTED_WEEKS) -> list[OwnWeek]:
    """Return the newest weeks, the current one first; weeks without a cadre post only where something was filed."""
    weeks = [Week.at(now).plus(-back) for back in range(count)]
    filed = {
        each.week: each
        for each in WeeklyReturn.objects.visible_to(actor).filter(week__gte=weeks[-1].monday, week__lte=weeks[0].monday)
    }
    sums = _sums(actor, weeks[-1])
    posts = list(Post.objects.filter(user_id=actor.user_id, role=Role.CADRE))
    return [
        OwnWeek(
            week=week,
            state=_state_of(filed.get(week.monday)),
            late=bool(week.monday in filed and filed[week.monday].late),
            provisional=not week.is_late(now),
            person_min=sums.get(week.monday, 0),
        )
        for week in weeks
        if week.monday in filed or any(week.monday in post.valid for post in posts)
    ]


def _sums(actor: Actor, since: Week) -> dict[dt.date, int]:
    """Return person-minutes by Monday."""
    rows = _own_since(actor, since.monday).values("week").annotate(total=Sum("person_min"))
    return {row["week"]: row["total"] for row in rows.order_by("week")}


def _own_since(actor: Actor, since: dt.date) -> QuerySet[Entry]:
    """Return own entries by way of their returns: entries are indexed by return and by unit, never by cadre."""
    return Entry.objects.visible_to(actor).filter(weekly_return__cadre_id=actor.user_id, weekly_return__week__gte=since)


def suggestions(actor: Actor, text: str) -> list[Suggestion]:
    """Return titles that begin with or hold a text: the cadre's own first, then those of three colleagues or more."""
    wanted, since = _wanted(text), _remembered_since()
    own = _own_titles(actor, wanted, since)
    seen = {each.title for each in own}
    others = [each for each in _unit_titles(wanted, since) if each.title not in seen]
    return (own + others)[:OFFERED]


def _wanted(text: str) -> str:
    """Return the text as titles are stored: one line, nothing the database cannot hold."""
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())[:TITLE_LENGTH]


def _remembered_since() -> dt.date:
    return clock.day_of(clock.now()) - REMEMBERED


def _own_titles(actor: Actor, wanted: str, since: dt.date) -> list[Suggestion]:
    groups = (
        _own_since(actor, since)
        .filter(answer=Answer.DONE, title__icontains=wanted)
        .values("title", "category", "subkind", code=F("issuer__code"), name=F("issuer__name"))
        .annotate(times=Count("id"), median=Median("minutes"), starts=Count("id", filter=Q(title__istartswith=wanted)))
        .order_by("-starts", "-times", "title")
    )
    found: dict[str, Suggestion] = {}
    for row in groups[: OFFERED * 2]:
        found.setdefault(row["title"], _suggestion(row, own=True))
    return list(found.values())


def _suggestion(row: Mapping[str, Any], *, own: bool) -> Suggestion:
    return Suggestion(
        title=row["title"],
        category=row["category"],
        subkind=row["subkind"],
        issuer=row["code"],
        issuer_name=row["name"] or "",
        minutes=row["median"],
        times=row["times"],
        own=own,
    )


def _unit_titles(wanted: str, since: dt.date) -> list[Suggestion]:
    """Ask the one SQL function that sees colleagues' entries; it knows the acting cadre from the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM unit_titles(%s, %s, %s)", [wanted, since, OFFERED])
        names = [column.name for column in cursor.description or ()]
        return [_suggestion(dict(zip(names, row, strict=True)), own=False) for row in cursor.fetchall()]


def issuers(actor: Actor) -> list[Issuer]:
    """Return the units offered as 谁要求的: those named most often, then the own unit, its superiors, their departments."""
    homes = {post.unit_id for post in actor.posts if post.role == Role.CADRE}
    times = _named(actor, _remembered_since())
    above = _ancestors(post.unit.path for post in actor.posts if post.role == Role.CADRE)
    units = Unit.every.filter(Q(id__in=times) | Q(closed_on__isnull=True) & _above_or_beside(above))
    ordered = sorted(units, key=lambda unit: (-times.get(unit.pk, 0), unit.pk not in homes, -unit.depth, unit.code))
    return [Issuer(unit.pk, unit.code, unit.name, times.get(unit.pk, 0), unit.pk in homes) for unit in ordered]


def _named(actor: Actor, since: dt.date) -> dict[int, int]:
    """Return how often the cadre named each issuer."""
    rows = _own_since(actor, since).filter(issuer__isnull=False).values("issuer_id")
    return {row["issuer_id"]: row["times"] for row in rows.annotate(times=Count("id")).order_by()}


def nameable(actor: Actor, codes: Collection[str], client_key: UUID | None = None) -> dict[str, int]:
    """Return ids of those codes that the cadre may name: above, beside as a department, or below a unit of the own posts.

    Posts of the past count too: an old week is filed with the issuers of its time. So does what the cadre has named
    before, wherever it stands by now, and what was sent under this key, so that the key replays its receipt.
    """
    if not codes:
        return {}
    paths = list(Post.objects.filter(user_id=actor.user_id, role=Role.CADRE).values_list("unit__path", flat=True))
    found = _coded(codes, _near(paths))
    missing = set(codes) - found.keys()
    if missing:
        named = Q(id__in=_own_since(actor, dt.date.min).values("issuer_id"))
        found |= _coded(missing, named | Q(id__in=_sent_with(actor, client_key)))
    return found


def _sent_with(actor: Actor, client_key: UUID | None) -> set[int]:
    """Return ids of the issuers in what was filed under a key, which later filings may have dropped."""
    sent = Submission.objects.visible_to(actor).filter(client_key=client_key).values_list("body", flat=True).first()
    return {row["issuer_id"] for row in sent["entries"] if row["issuer_id"]} if sent else set()


def _coded(codes: Collection[str], allowed: Q) -> dict[str, int]:
    return dict(Unit.every.filter(allowed, code__in=codes).values_list("code", "id"))


def _near(paths: Collection[str]) -> Q:
    allowed = _above_or_beside(_ancestors(paths))
    for path in paths:
        low, high = Unit(path=path).range
        allowed |= Q(path__gte=low, path__lt=high)
    return allowed


def _above_or_beside(above: Collection[int]) -> Q:
    return Q(id__in=above) | Q(level=Level.DEPARTMENT, parent_id__in=above)


def _ancestors(paths: Iterable[str]) -> set[int]:
    """Return the ids on the way from the root to each path: a path is made of them."""
    return {int(step) for path in paths for step in path.rstrip(".").split(".")}

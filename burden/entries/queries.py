"""What a cadre reads of the own weeks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from burden.accounts.actor import Actor
from burden.accounts.models import Post
from burden.accounts.roles import Role
from burden.demands.queries import MINE, Peers, TargetRow, peers_of, targets_of_week
from burden.entries.models import Answer, Entry, Submission, WeeklyReturn
from burden.kit.clock import Week
from burden.standards.measure import Cost, person_minutes
from burden.standards.models import Evidence
from burden.units.models import Unit

PREFILL_WEEKS = 4  # a routine that was not filed for longer is no routine
TARGET_FIELDS = ("category", "subkind", "title", "issuer_id", "issuer", "issuer_name")


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
    reason: str
    person_min: int
    target_id: int | None = None

    @property
    def target(self) -> str | None:
        """The id of the target as pages and the API write it."""
        return str(self.target_id) if self.target_id else None

    @property
    def same(self) -> tuple[str, str, int | None]:
        """What makes two rows of different weeks the same work."""
        return self.category, self.title, self.issuer_id

    def body(self) -> dict[str, Any]:
        """Return the row in the shape that `PUT weeks/` takes."""
        return {name: getattr(self, name) for name in BODY_FIELDS}


BODY_FIELDS = (
    "key", "target", "answer", "bulk", "repeated", "after_hours", "category", "subkind", "title", "issuer",
    "people", "minutes", "travel_minutes", "prep_minutes", "note", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class WeekSheet:
    """One week of one cadre: what is filed, what issuers registered, and what last week offers."""

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
    offered: tuple[Row, ...]  # targets that are the cadre's business and not answered yet
    routine: tuple[Row, ...]  # what was done the last time
    targets: tuple[TargetRow, ...]  # all of the unit, answered or not
    peers: Mapping[int, Peers]  # by target, for those above
    unlinked: frozenset[str]  # keys of entries whose target was withdrawn before they arrived

    @property
    def prefilled(self) -> tuple[Row, ...]:
        """What waits for a tick."""
        return self.offered + self.routine

    @property
    def others(self) -> list[TargetRow]:
        """What colleagues handle, or nobody, and this return does not answer (本单位其他事项)."""
        answered = {row.target_id for row in self.entries}
        return [target for target in self.targets if target.handling != MINE and target.id not in answered]

    @property
    def person_min(self) -> int:
        return sum(row.person_min for row in self.entries)

    @property
    def is_late(self) -> bool:
        """Whether 补录 stands beside the week: of a filed one the first filing decides, of another today."""
        return self.late or (self.state == "none" and not self.provisional)


def post_of_week(actor: Actor, week: Week) -> Post | None:
    """Return the cadre post held on the week's Monday: it decides the unit of the return."""
    posts = Post.objects.filter(user_id=actor.user_id, role=Role.CADRE, valid__contains=week.monday)
    return posts.select_related("unit").first()


def week_sheet(actor: Actor, week: Week, now: dt.datetime) -> WeekSheet:
    """Return one own week, filed or not. Eight queries at most."""
    filed = (
        WeeklyReturn.objects.visible_to(actor).filter(week=week.monday).select_related("unit")
        .annotate(unlinked=_unlinked(actor)).first()
    )  # fmt: skip
    post = post_of_week(actor, week)
    unit = filed.unit if filed else post.unit if post else None
    rows = week_rows(actor, filed)
    targets = targets_of_week(actor, unit.pk, week) if unit else []
    answered = {row.target_id for row in rows}
    shown = [target for target in targets if target.handling == MINE or target.id in answered]
    peers = peers_of(actor, [target.id for target in shown])
    offered = [_row_of_target(each, peers.get(each.id)) for each in shown if each.id not in answered]
    known = {row.same for row in (*rows, *offered)} | {row.key for row in rows}
    return WeekSheet(
        week=week,
        unit=unit,
        post=post,
        state=_state_of(filed),
        late=bool(filed and filed.late),
        provisional=not week.is_late(now),
        version=filed.version if filed else 0,
        receipt=filed.receipt if filed else "",
        filed_at=filed.changed_at if filed else None,
        entries=rows,
        offered=tuple(offered),
        routine=tuple(row for row in _routine(actor, week) if not known & {row.same, row.key}),
        targets=tuple(targets),
        peers=peers,
        unlinked=frozenset(filed.unlinked or () if filed else ()),
    )


def _unlinked(actor: Actor) -> Subquery:
    """Return which rows of the version that stands lost their target."""
    of_version = Submission.objects.visible_to(actor).filter(weekly_return=OuterRef("pk"), version=OuterRef("version"))
    return Subquery(of_version.values("body__unlinked")[:1])


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
        reason=entry.reason,
        person_min=entry.person_min,
        target_id=entry.target_id,
    )


def _row_of_target(target: TargetRow, peers: Peers | None) -> Row:
    """Return a target as a row to confirm: for oneself, in the minutes that its issuer states.

    Material is prepared once: where a colleague answered, it is not offered again.
    """
    said = {name: getattr(target, name) for name in TARGET_FIELDS}
    prepared = peers is not None and peers.answered
    cost = Cost(1, target.minutes, target.travel_minutes, 0 if prepared else target.prep_minutes)
    return Row(
        key=f"target-{target.id}", target_id=target.id, answer=Answer.DONE, bulk=False, repeated=False, after_hours=False,
        note="", reason="", person_min=person_minutes(**vars(cost)), **said, **vars(cost),
    )  # fmt: skip


def _routine(actor: Actor, week: Week) -> list[Row]:
    """Return what was done in the last filed week of the four before, each row under a key of its own.

    What was registered is left out: it is asked again by whoever registers it again. The key holds the old entry's id, so that it cannot meet a key the device chose for a new row. The flags are of
    the week they were set in.
    """
    before = WeeklyReturn.objects.visible_to(actor).filter(
        nil=False, week__lt=week.monday, week__gte=week.plus(-PREFILL_WEEKS).monday
    )
    last = before.order_by("-week").values("pk")[:1]
    done = _entries(actor).filter(weekly_return_id__in=last, answer=Answer.DONE, target=None)
    rows = (_row_of(entry, f"last-{entry.pk}") for entry in done)
    return [replace(row, bulk=False, repeated=False, after_hours=False) for row in rows]


def own_since(actor: Actor, since: dt.date) -> QuerySet[Entry]:
    """Return own entries by way of their returns: entries are indexed by return and by unit, never by cadre."""
    return Entry.objects.visible_to(actor).filter(weekly_return__cadre_id=actor.user_id, weekly_return__week__gte=since)

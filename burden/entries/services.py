"""Filing a week: the one write of this room."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.models import User
from burden.demands.services import HeldTarget, gone_targets, hold_targets, learn_handlers
from burden.entries.models import Answer, Entry, FilingTime, Submission, WeeklyReturn
from burden.entries.queries import BODY_FIELDS, post_of_week, week_rows
from burden.kit.clock import Week
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import quoted
from burden.ledger.services import record
from burden.standards.measure import Cost, is_unusual
from burden.standards.models import Evidence
from burden.units.models import Unit

MAX_ENTRIES = 200
ADDED_FIELDS = frozenset({"note", "target_id", "reason"})
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: a receipt is read out and copied by hand


@dataclass(frozen=True)
class EntryDraft:
    """One row as the cadre wants it. Units: whole minutes each; issuer_id None where nobody is named.

    Of an answer to a target, category, subkind, title and issuer are those of the target; the row's own are kept where
    the target is gone.
    """

    key: str
    answer: str
    category: str
    title: str
    minutes: int
    subkind: str = ""
    issuer_id: int | None = None
    people: int = 1
    travel_minutes: int = 0
    prep_minutes: int = 0
    repeated: bool = False
    after_hours: bool = False
    bulk: bool = False
    note: str = ""
    reason: str = ""
    target_id: int | None = None

    @property
    def cost(self) -> Cost:
        return Cost(self.people, self.minutes, self.travel_minutes, self.prep_minutes)

    @property
    def target(self) -> str | None:
        """The id of the target as pages and the API write it."""
        return str(self.target_id) if self.target_id else None

    def evidence(self, target: HeldTarget | None) -> Evidence:
        """Tell how the figure came about: confirmed as the issuer states it, in bulk or singly, or the cadre's own.

        Material is prepared once: who leaves that to a colleague confirms the rest.
        """
        if target is None:
            return Evidence.BULK if self.bulk else Evidence.STATED
        said, claim = self.cost, target.cost
        as_stated = (said.minutes, said.travel_minutes) == (claim.minutes, claim.travel_minutes)
        if self.answer != Answer.DONE or not as_stated or said.prep_minutes not in (0, claim.prep_minutes):
            return Evidence.STATED
        return Evidence.BULK if self.bulk else Evidence.SINGLE


@dataclass(frozen=True)
class Filing:
    """What came of it; `replayed` where the key had been filed before, and `submission` is the old one."""

    weekly_return: WeeklyReturn
    submission: Submission
    replayed: bool

    @property
    def unlinked(self) -> list[str]:
        """Keys of the rows whose target was withdrawn before they arrived: they count as the cadre's own."""
        found: list[str] = self.submission.body.get("unlinked", [])
        return found


@transaction.atomic
def file_week(
    *,
    by: Actor,
    week: Week,
    client_key: UUID,
    base_version: int,
    nil: bool,
    entries: Sequence[EntryDraft],
    now: dt.datetime,
    seconds: int | None = None,
) -> Filing:
    """File one whole week as it should be: what was filed before is replaced, its submission kept as history.

    The unit is that of the cadre's post on the Monday and stays when the week is filed again. A return is late when
    its *first* submission came after the week had closed; a later change marks its own submission late, never an
    earlier return that was in time. A key that was ever used answers with its own receipt, whatever came after.
    What is unusually large is filed with a word of its author, never refused for its size alone. An answer to a target
    that was withdrawn meanwhile stays as an entry of the cadre's own.
    The cadre's row is locked first, so one person's filings queue up and two persons never wait for each other.

    Units: base_version is the version the cadre saw, 0 where nothing was filed; seconds is how long it took to fill in.
    Refuses: week.future, week.no_post, week.empty, week.nil_with_entries, week.too_many, week.key_twice, week.no_note,
    week.target_twice, week.no_target (of another unit or week, or never there);
    Conflict key_reused (same key, other body), version_conflict (`sent` and `stored` side by side).
    """
    _check(week, nil, entries, now)
    body = _body(week, base_version, nil, entries)
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.user_id)
    old = Submission.objects.visible_to(by).filter(client_key=client_key).select_related("weekly_return").first()
    if old is not None:
        return _replay(old, body)
    _check_notes(entries)
    filed = WeeklyReturn.objects.visible_to(by).filter(week=week.monday).first()
    if base_version != (filed.version if filed else 0):
        raise _version_conflict(by, filed, base_version, nil, entries)
    weekly_return = _change(filed, nil, now) if filed else _open(by, week, nil, now)
    targets = _targets(by, weekly_return, entries)
    _replace_entries(by, weekly_return, entries, targets, first=filed is None)
    if targets:
        learn_handlers(by=by, unit_id=weekly_return.unit_id, targets=targets.values(), week=week)
    unlinked = [entry.key for entry in entries if entry.target_id and entry.target_id not in targets]
    submission = _keep(weekly_return, client_key, body, unlinked, week, now)
    if seconds is not None:
        _keep_time(submission, weekly_return.unit_id, week, seconds)
    record(
        by=by, what="week.filed", on=weekly_return, now=now,
        week=str(week), version=weekly_return.version, entries=len(entries), nil=nil, late=submission.late,
    )  # fmt: skip
    return Filing(weekly_return, submission, replayed=False)


def _check(week: Week, nil: bool, entries: Sequence[EntryDraft], now: dt.datetime) -> None:
    """Refuse what is wrong whoever files it."""
    if week.is_future(now):
        raise _refused("future", "week", _("%(week)s 这一周还没到，到了再报") % {"week": week})
    if nil and entries:
        raise _refused("nil_with_entries", "nil", _("选了“本周没有额外事项”，就不能再带事项"))
    if not nil and not entries:
        raise _refused("empty", "entries", _("还没有打勾的事项"))
    if len(entries) > MAX_ENTRIES:
        sentence = _("一周最多 %(most)s 项，现在有 %(count)s 项") % {"most": MAX_ENTRIES, "count": len(entries)}
        raise _refused("too_many", "entries", sentence)
    _check_keys(entries)
    _check_targets(entries)


def _refused(code: str, field: str, sentence: str) -> Refused:
    """Say the same beside the field and above the page."""
    return Refused(f"week.{code}", sentence, {field: sentence})


def _check_keys(entries: Sequence[EntryDraft]) -> None:
    first: dict[str, int] = {}
    errors = {}
    for number, entry in enumerate(entries):
        if first.setdefault(entry.key, number) != number:
            errors[f"entries.{number}.key"] = _("第 %(number)s 项与第 %(first)s 项的 key 相同") % {
                "number": number + 1,
                "first": first[entry.key] + 1,
            }
    if errors:
        raise Refused("week.key_twice", _("有两项用了同一个 key"), errors)


def _check_targets(entries: Sequence[EntryDraft]) -> None:
    """Refuse a second answer to one target: a return speaks of it once."""
    first: dict[int, int] = {}
    errors = {
        f"entries.{number}.target": _("第 %(number)s 项与第 %(first)s 项答的是同一项登记事项")
        % {"number": number + 1, "first": first[entry.target_id] + 1}
        for number, entry in enumerate(entries)
        if entry.target_id and first.setdefault(entry.target_id, number) != number
    }
    if errors:
        raise Refused("week.target_twice", _("有两项答的是同一项登记事项"), errors)


def _targets(by: Actor, weekly_return: WeeklyReturn, entries: Sequence[EntryDraft]) -> dict[int, HeldTarget]:
    """Return the targets that are answered, held until the filing is stored; without those withdrawn meanwhile.

    What this return answered before the withdrawal stays an answer.
    """
    wanted = [entry.target_id for entry in entries if entry.target_id]
    if not wanted:
        return {}
    held = hold_targets(ids=wanted, unit_id=weekly_return.unit_id, week=weekly_return.week)
    missing = set(wanted) - held.keys()
    foreign = missing - gone_targets(ids=missing) if missing else missing
    if foreign:
        raise _no_target(entries, foreign)
    if not any(target.withdrawn for target in held.values()):
        return held
    mine = Entry.objects.visible_to(by).filter(weekly_return_id=weekly_return.pk)
    answered = set(mine.values_list("target_id", flat=True))
    return {pk: target for pk, target in held.items() if not target.withdrawn or pk in answered}


def _no_target(entries: Sequence[EntryDraft], foreign: Collection[int]) -> Refused:
    errors = {
        f"entries.{number}.target": _("%(row)s：本单位这一周没有“%(target)s”这一项登记事项")
        % {"row": quoted(entry.title), "target": entry.target_id}
        for number, entry in enumerate(entries)
        if entry.target_id in foreign
    }
    return Refused("week.no_target", _("有 %(count)s 处需要改一下") % {"count": len(errors)}, errors)


def _check_notes(entries: Sequence[EntryDraft]) -> None:
    """Ask for a word where a size is unusual; a key that was used is not asked again."""
    sentence = _("用时特别多，请写一句为什么")
    errors = {
        f"entries.{number}.note": _("%(row)s：%(sentence)s") % {"row": quoted(entry.title), "sentence": sentence}
        for number, entry in enumerate(entries)
        if entry.answer == Answer.DONE and not entry.note and is_unusual(entry.cost)
    }
    if errors:
        raise Refused("week.no_note", _("有 %(count)s 处需要改一下") % {"count": len(errors)}, errors)


def _body(week: Week, base_version: int, nil: bool, entries: Sequence[EntryDraft]) -> dict[str, Any]:
    return {
        "week": str(week),
        "base_version": base_version,
        "nil": nil,
        "entries": [_without_empty(vars(entry)) for entry in entries],
    }


def _without_empty(facts: dict[str, Any]) -> dict[str, Any]:
    """Leave out what earlier releases did not have while it says nothing: their keys still replay."""
    return {name: value for name, value in facts.items() if value or name not in ADDED_FIELDS}


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _replay(old: Submission, body: dict[str, Any]) -> Filing:
    if old.digest != _digest(body):
        raise Conflict("key_reused", _("这个 client_key 已经用来交过别的内容，请换一个新的"))
    return Filing(old.weekly_return, old, replayed=True)


def _version_conflict(
    by: Actor, filed: WeeklyReturn | None, base_version: int, nil: bool, entries: Sequence[EntryDraft]
) -> Conflict:
    codes = dict(Unit.every.filter(id__in={entry.issuer_id for entry in entries}).values_list("id", "code"))
    sent = [vars(entry) | {"issuer": codes.get(entry.issuer_id or 0), "target": entry.target} for entry in entries]
    return Conflict(
        "version_conflict",
        _("这一周在别处改过了，请比较两份再选"),
        {
            "sent": {
                "version": base_version,
                "nil": nil,
                "entries": [{name: row[name] for name in BODY_FIELDS} for row in sent],
            },
            "stored": {
                "version": filed.version if filed else 0,
                "nil": bool(filed and filed.nil),
                "entries": [row.body() for row in week_rows(by, filed)],
            },
        },
    )


def _open(by: Actor, week: Week, nil: bool, now: dt.datetime) -> WeeklyReturn:
    """File a week for the first time."""
    post = post_of_week(by, week)
    if post is None:
        raise _refused("no_post", "week", _("%(week)s 那一周你没有干部任职，不能报") % {"week": week})
    return WeeklyReturn.every.create(
        cadre_id=by.user_id,
        unit_id=post.unit_id,
        week=week.monday,
        nil=nil,
        late=week.is_late(now),
        version=1,
        receipt=new_receipt(),
        filed_at=now,
        changed_at=now,
    )


def _change(filed: WeeklyReturn, nil: bool, now: dt.datetime) -> WeeklyReturn:
    """Raise the version of a filed week, under a receipt of its own."""
    filed.nil, filed.version, filed.receipt, filed.changed_at = nil, filed.version + 1, new_receipt(), now
    filed.save(update_fields=["nil", "version", "receipt", "changed_at"])
    return filed


def _replace_entries(
    by: Actor,
    weekly_return: WeeklyReturn,
    drafts: Sequence[EntryDraft],
    targets: Mapping[int, HeldTarget],
    *,
    first: bool,
) -> None:
    """Put the drafts in the place of what was there, in one insert."""
    if not first:
        Entry.objects.visible_to(by).filter(weekly_return_id=weekly_return.pk).delete()
    if drafts:
        Entry.every.bulk_create([_entry(weekly_return, draft, targets.get(draft.target_id or 0)) for draft in drafts])


def _entry(weekly_return: WeeklyReturn, draft: EntryDraft, target: HeldTarget | None) -> Entry:
    values = {name: value for name, value in vars(draft).items() if name != "bulk"} | {"target_id": None}
    if draft.answer != Answer.NOT_APPLICABLE:
        values["reason"] = ""
    if target:
        values |= {"target_id": target.id, "issuer_id": target.issuer_id, "title": target.title}
        values |= {"category": target.category, "subkind": target.subkind}
    return Entry(
        weekly_return_id=weekly_return.pk,
        unit_id=weekly_return.unit_id,
        cadre_id=weekly_return.cadre_id,
        week=weekly_return.week,
        evidence=draft.evidence(target),
        **values,
    )


def _keep(
    weekly_return: WeeklyReturn,
    client_key: UUID,
    body: dict[str, Any],
    unlinked: list[str],
    week: Week,
    now: dt.datetime,
) -> Submission:
    """Write the submission: the history, and what the key is answered from, with the rows that lost their target."""
    return Submission.every.create(
        cadre_id=weekly_return.cadre_id,
        weekly_return=weekly_return,
        client_key=client_key,
        digest=_digest(body),
        body=body | ({"unlinked": unlinked} if unlinked else {}),
        base_version=body["base_version"],
        version=weekly_return.version,
        late=week.is_late(now),
        receipt=weekly_return.receipt,
        filed_at=now,
    )


def _keep_time(submission: Submission, unit_id: int, week: Week, seconds: int) -> None:
    """Keep how long a week took, under nobody's name: once a person, since five rows of one person's would be no group."""
    if submission.version == 1 and not submission.late:
        time = FilingTime(unit_id=unit_id, week=week.monday, seconds=seconds)
        FilingTime.objects.bulk_create([time], ignore_conflicts=True)  # returns no row: web may not read them


def new_receipt() -> str:
    """Return a receipt to read out: 60 random bits in three groups of four.

    Shape: `7K3M-2Q9X-4TVB`.
    """
    bits = secrets.randbits(60)
    signs = [CROCKFORD[bits >> shift & 31] for shift in range(55, -1, -5)]
    return "-".join("".join(signs[start : start + 4]) for start in (0, 4, 8))

"""Writing notices: a department proposes, the office publishes; both may take back what is said no longer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.feedback.notices.channels import read_address, sealed
from burden.feedback.notices.models import (
    AUDIENCE,
    BODY_LENGTH,
    REASON_LENGTH,
    SUMMARY_LENGTH,
    TITLE_LENGTH,
    TRANSITIONS,
    Act,
    Notice,
    NoticeChannel,
    State,
)
from burden.feedback.notices.queries import keeps, roots
from burden.kit import clock
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import many, one_of, read_one, text, unfit
from burden.ledger.services import record
from burden.units.models import Kind, Unit

LONGEST = 92  # days: what holds longer is no notice


@transaction.atomic
def write_notice(
    *,
    by: Actor,
    root: Unit,
    kinds: Sequence[str],
    roles: Sequence[str],
    title: str,
    summary: str,
    body: str,
    until: dt.date,
    now: dt.datetime,
) -> Notice:
    """Say something to people below a unit: an office's is out at once, a department's waits for the office.

    Refuses: PermissionDenied for who neither issues nor is office; notice.root, notice.kinds, notice.roles, notice.title,
    notice.summary, notice.body, notice.until.
    """
    post = by.post(Role.OFFICE) or by.post(Role.ISSUER)
    if post is None:
        raise PermissionDenied
    if not roots(by).filter(pk=root.pk).exists():
        raise _refused("root", _("只能发给本单位管的范围"))
    written = Notice(
        unit=post.unit, root=root, until=_last_day(until, now), written_by=by.user, written_at=now, state=State.PROPOSED,
        kinds=list(read_one(many(one_of(Kind.values), 20), kinds, field="kinds", label=_("单位类型"), code="notice.kinds")),
        roles=list(read_one(many(one_of(AUDIENCE), 20), roles, field="roles", label=_("角色"), code="notice.roles")),
        title=_line("title", _("标题"), title, TITLE_LENGTH), body=_body(body),
        summary=_line("summary", _("一句话"), summary, SUMMARY_LENGTH),
    )  # fmt: skip
    if post.role == Role.OFFICE:
        written.state, written.published_by, written.published_at = State.PUBLISHED, by.user, now
    written.save(force_insert=True)
    record(by=by, what="notice.written", on=written, now=now, published=written.state == State.PUBLISHED)
    return written


@transaction.atomic
def publish_notice(*, by: Actor, notice: Notice, now: dt.datetime) -> Notice:
    """Publish what a department proposed. Refuses: PermissionDenied but for its office; notice.over; Conflict notice.state."""
    held = _moved(by, notice, Act.PUBLISH)
    if held.until < clock.day_of(now):
        raise Refused("notice.over", _("它说的日子已经过了，退回去改"))
    held.published_by, held.published_at = by.user, now
    held.save(update_fields=["state", "published_by", "published_at"])
    record(by=by, what="notice.published", on=held, now=now)
    return held


@transaction.atomic
def return_notice(*, by: Actor, notice: Notice, reason: str, now: dt.datetime) -> Notice:
    """Send a proposed notice back with a reason. Refuses: PermissionDenied but for its office; notice.reason; Conflict notice.state."""
    return _ended(by, _moved(by, notice, Act.RETURN), "notice.returned", reason, now)


@transaction.atomic
def withdraw_notice(*, by: Actor, notice: Notice, reason: str, now: dt.datetime) -> Notice:
    """Take a notice back: it is shown to nobody any more. Refuses: PermissionDenied but for its writers and office; notice.reason; Conflict notice.state."""
    return _ended(by, _moved(by, notice, Act.WITHDRAW), "notice.withdrawn", reason, now)


@transaction.atomic
def choose_channel(*, by: Actor, means: str, address: str, now: dt.datetime) -> NoticeChannel:
    """Want a word once a week, by this channel, where something is new. Refuses: channel.means, channel.address."""
    read = read_address(means, address)
    facts = {"means": means, "sealed": sealed(by.user_id, read), "set_at": now}
    kept, _made = NoticeChannel.objects.update_or_create(person=by.user, defaults=facts)
    record(by=by, what="channel.chosen", on=kept, now=now, means=means)
    return kept


@transaction.atomic
def drop_channel(*, by: Actor, now: dt.datetime) -> None:
    """Want no word any more; the address is forgotten."""
    kept = NoticeChannel.objects.filter(person=by.user).first()
    if kept is not None:
        record(by=by, what="channel.dropped", on=kept, now=now, means=kept.means)
        kept.delete()


def _moved(by: Actor, notice: Notice, act: str) -> Notice:
    """Lock a notice and let an act move it. Refuses: PermissionDenied, Conflict notice.state."""
    held: Notice = (
        Notice.objects.visible_to(by).select_related("unit").select_for_update(of=("self",)).get(pk=notice.pk)
    )
    if not keeps(by, held) and not (act == Act.WITHDRAW and held.unit_id in by.issuing):
        raise PermissionDenied
    state = TRANSITIONS.get((held.state, act))
    if state is None:
        raise not_from_here(state=held.state, act=act)
    held.state = state
    return held


def not_from_here(*, state: str, act: str) -> Conflict:
    """Say that a notice stands where an act leads nowhere."""
    words = {"state": State(state).label, "act": Act(act).label}
    return Conflict("notice.state", _("这条通知%(state)s，不能再%(act)s") % words)


def _ended(by: Actor, held: Notice, what: str, reason: str, now: dt.datetime) -> Notice:
    held.reason = _line("reason", _("原因"), reason, REASON_LENGTH)
    held.ended_by, held.ended_at = by.user, now
    held.save(update_fields=["state", "reason", "ended_by", "ended_at"])
    record(by=by, what=what, on=held, now=now)
    return held


def _line(field: str, label: str, words: str, most: int) -> str:
    return str(read_one(text(most), words, field=field, label=label, code=f"notice.{field}"))


def _body(words: str) -> str:
    lines = ["".join(sign for sign in line if not unfit(sign)).rstrip() for line in words.splitlines()]
    kept = "\n".join(lines).strip()
    if len(kept) > BODY_LENGTH:
        raise _refused(
            "body", _("正文最多 %(most)d 个字，现在有 %(count)d 个") % {"most": BODY_LENGTH, "count": len(kept)}
        )
    return kept


def _last_day(until: dt.date, now: dt.datetime) -> dt.date:
    today = clock.day_of(now)
    if until < today:
        raise _refused("until", _("这一天已经过了"))
    if until > today + clock.DAY * LONGEST:
        raise _refused("until", _("最多挂三个月；一直要用的写进制度，不发通知"))
    return until


def _refused(field: str, sentence: str) -> Refused:
    return Refused(f"notice.{field}", sentence, {field: sentence})

"""The weekly word: "there are n new things", to those who asked for it, once a week at most.

What was sent to whom stands in rows, so that it does not matter who runs this and how often.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext, ngettext, override

from burden.accounts.actor import Actor, actor_of
from burden.feedback.notices.channels import deliver, opened
from burden.feedback.notices.models import Notice, NoticeChannel, NoticeDigest, Told
from burden.kit import clock
from burden.kit.clock import Week
from burden.kit.crypto import Unreadable
from burden.kit.display import brand

log = structlog.get_logger("notices")
MOST_ATTEMPTS = 3
# what a library of a hundred plugins may raise on one channel: the others are told all the same
FAULTS = (AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError)
Deliver = Callable[[str, str, str], bool]


def send_digests(*, now: dt.datetime, send: Deliver = deliver) -> int:
    """Tell those who chose a channel how many notices of the last week are new to them; how many people were told."""
    week = Week.at(now).monday
    done = NoticeDigest.objects.filter(week=week).exclude(told=Told.FAILED, attempts__lt=MOST_ATTEMPTS)
    waiting = NoticeChannel.objects.exclude(person__in=done.values("person")).select_related("person").order_by("pk")
    return sum(_tell(each, week, now, send) for each in waiting.filter(person__is_active=True))


def _tell(channel: NoticeChannel, week: dt.date, now: dt.datetime, send: Deliver) -> bool:
    """Send one person's digest, if nobody else does: the row is taken before anything is sent."""
    actor = actor_of(channel.person, now)
    count = _new(actor, week, now) if actor else 0
    if not _taken(channel, week, count, now) or not count:
        return False
    is_sent = _sent(channel, count, send)
    told = Told.SENT if is_sent else Told.FAILED
    NoticeDigest.objects.filter(person=channel.person, week=week).update(told=told, at=now)
    if not is_sent:
        log.warning("digest.failed", means=channel.means)
    return is_sent


def _new(actor: Actor, week: dt.date, now: dt.datetime) -> int:
    """Count what was published to a person in the week before this one, and holds."""
    since, until = (clock.midnight(day) for day in (week - clock.WEEK, week))
    found = Notice.objects.meant_for(actor).in_force(clock.day_of(now))
    return found.filter(published_at__gte=since, published_at__lt=until).count()


def _taken(channel: NoticeChannel, week: dt.date, count: int, now: dt.datetime) -> bool:
    """Take the week's row, new or failed before; False where another has it."""
    told = Told.SENDING if count else Told.NOTHING
    failed = NoticeDigest.objects.filter(person=channel.person, week=week, told=Told.FAILED, attempts__lt=MOST_ATTEMPTS)
    if failed.update(told=told, count=count, attempts=F("attempts") + 1, at=now):
        return True
    try:
        with transaction.atomic():
            NoticeDigest.objects.create(person=channel.person, week=week, told=told, count=count, attempts=1, at=now)
    except IntegrityError:
        return False
    return True


def _sent(channel: NoticeChannel, count: int, send: Deliver) -> bool:
    try:
        address = opened(channel.person_id, channel.sealed)
    except Unreadable:
        return False
    try:
        return send(channel.means, address, words_of(count))
    except FAULTS as error:  # its words may hold the key
        log.error("digest.broken", means=channel.means, error=type(error).__name__)
        return False


def words_of(count: int) -> str:
    """Write what is sent: a count, no title and no name."""
    with override("zh-hans"):
        words = ngettext("平台上有 %(n)d 条新通知", "平台上有 %(n)d 条新通知", count) % {"n": count}
        return gettext("%(portal)s：%(words)s。方便时看，不用回复；不想收，在平台上关掉。") % {
            "portal": brand(),
            "words": words,
        }

"""What is done with observations: left by an observer, answered by a reviewer, taken back."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.kit.clock import Week, day_of
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import read_one, text
from burden.ledger.services import record
from burden.oversight import levels
from burden.oversight.observing.models import TEXT_LENGTH, TRANSITIONS, Act, Observation, reviewed_by
from burden.units.models import Unit

OLDEST = 26  # weeks back that one may tell of


@transaction.atomic
def observe(*, by: Actor, unit: Unit, week: Week, words: str, now: dt.datetime) -> Observation:
    """Leave an observation about a unit in the observer's range and a week, for the reviewers above it.

    Refuses: PermissionDenied; observation.unit, observation.week, observation.text.
    """
    post = by.post(Role.OBSERVER)
    if post is None:
        raise PermissionDenied
    if not unit.path.startswith(post.unit.path):
        raise _refused("unit", _("这个单位不在你监督的范围里"))
    if levels.above(unit, day_of(now)) is None:
        raise _refused("unit", _("这个单位的上面还没有人看；平台不把写它的交给它自己"))
    if week.is_future(now):
        raise _refused("week", _("这一周还没到"))
    if week < Week.at(now).plus(-OLDEST):
        raise _refused("week", _("半年以前的，请直接向专班反映"))
    made: Observation = Observation.every.create(
        unit=unit, week=week.monday, text=_text("words", _("看到什么"), words), by=by.user, at=now
    )
    record(by=by, what="observation.left", on=made, now=now, unit=unit.code, week=str(week))
    return made


@transaction.atomic
def settle_observation(*, by: Actor, observation: Observation, answer: str, now: dt.datetime) -> Observation:
    """Tell the observer what came of it. Refuses: observation.reviewer, observation.text; Conflict observation.state."""
    held = _held(by, observation, Act.SETTLE)
    if not Observation.objects.visible_to(by).filter(reviewed_by(by), pk=held.pk).exists():
        raise Refused("observation.reviewer", _("由专班或机制办答复"))
    held.answer, held.settled_by, held.settled_at = _text("answer", _("答复"), answer), by.user, now
    held.state = TRANSITIONS[held.state, Act.SETTLE]
    held.save(update_fields=["answer", "settled_by", "settled_at", "state"])
    record(by=by, what="observation.settled", on=held, now=now)
    return held


@transaction.atomic
def withdraw_observation(*, by: Actor, observation: Observation, now: dt.datetime) -> Observation:
    """Take the own observation back. Refuses: observation.own; Conflict observation.state."""
    held = _held(by, observation, Act.WITHDRAW)
    if held.by_id != by.user_id:
        raise Refused("observation.own", _("只有写的人能撤回"))
    held.state = TRANSITIONS[held.state, Act.WITHDRAW]
    held.save(update_fields=["state"])
    record(by=by, what="observation.withdrawn", on=held, now=now)
    return held


def _held(by: Actor, observation: Observation, act: Act) -> Observation:
    """Return the row for a change. Refuses: Conflict observation.state; DoesNotExist out of scope."""
    seen = Observation.objects.visible_to(by).select_related("unit").select_for_update(of=("self",))
    held: Observation = seen.get(pk=observation.pk)
    if (held.state, act) not in TRANSITIONS:
        words = {"is": held.get_state_display(), "act": act.label}
        raise Conflict("observation.state", _("这一条现在是“%(is)s”，不能%(act)s") % words)
    return held


def _text(field: str, label: str, value: str) -> str:
    """Return a text on one line. Refuses: observation.text."""
    line = " ".join(value.split())
    return str(read_one(text(TEXT_LENGTH), line, field=field, label=label, code="observation.text"))


def _refused(field: str, sentence: str) -> Refused:
    return Refused(f"observation.{field}", sentence, {field: sentence})

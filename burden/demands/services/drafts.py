"""Drafts: saved as one types, registered by scripts under a key, copied from an earlier demand."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.demands import values as reading
from burden.demands.models import OPEN, TITLE_LENGTH, Demand
from burden.kit.errors import Conflict, Refused
from burden.ledger.services import record
from burden.units.models import Unit

COPIED = (
    "title", "category", "subkind", "basis", "origin", "post_title", "channel", "frequency", "at", "people", "minutes",
    "travel_minutes", "prep_minutes", "facts", "fields", "grams", "duty_item",
)  # fmt: skip
MOST_ANSWERS, NAME_LENGTH = 60, 60
COPIED_AT_HOME = ("lead", "receivers", "plan_item")  # of another issuer's demand they would mean something else


@dataclass(frozen=True)
class Registration:
    """A demand registered by a script; `replayed` where its key had been used before, with the same body."""

    demand: Demand
    replayed: bool


@transaction.atomic
def save_draft(
    *,
    by: Actor,
    demand: Demand | None,
    values: Mapping[str, Any],
    answers: Mapping[str, str] | None = None,
    client_key: UUID | None = None,
    now: dt.datetime,
) -> Demand:
    """Save what is known of a demand; anything may still be missing. Its first save alone goes into the ledger.

    Shape: values as demands.values.read takes them; answers are kept as they were typed, to be read when it goes out;
    client_key of the page that drafts it, so that a page that sends twice, or asks again after a lost answer, drafts one.
    Refuses: demand.invalid, naming every field; Http404 for receivers outside the remit; Conflict demand.state.
    """
    if demand is None:
        try:
            with transaction.atomic():
                return _draft(by, values, now, answers=_few(answers or {}), client_key=client_key)
        except IntegrityError:
            demand = of_key(by, client_key)
            if demand is None:
                raise
    held = lock(by, demand, *OPEN)
    apply(held, values)
    held.answers = held.answers if answers is None else _few(answers)
    held.changed_at = now
    held.save()
    return held


def _few(answers: Mapping[str, str]) -> dict[str, str]:
    """Keep a draft from growing without end: no page has more checks, no answer is longer."""
    return {name[:NAME_LENGTH]: said[:TITLE_LENGTH] for name, said in islice(answers.items(), MOST_ANSWERS)}


def _draft(by: Actor, values: Mapping[str, Any], now: dt.datetime, **key: Any) -> Demand:
    issuer = issuing_unit(by)
    made = Demand(issuer=issuer, lead=issuer, created_by=by.user, created_at=now, changed_at=now, **key)
    parts = read_values(made, values)
    supporting = parts.pop("supporting", ())
    for name, value in parts.items():
        setattr(made, name, value)
    made.save(force_insert=True)
    made.supporting.set(supporting)
    record(by=by, what="demand.drafted", on=made, now=now)
    return made


def of_key(by: Actor, client_key: UUID | None) -> Demand | None:
    """Return what the actor's unit registered under a key of the caller's, or None."""
    known = {"issuer": issuing_unit(by), "client_key": client_key}
    return Demand.objects.visible_to(by).filter(**known).first() if client_key else None


def issuing_unit(by: Actor) -> Unit:
    """Return the unit in whose name the actor registers: the topmost. Refuses: PermissionDenied."""
    post = by.post(Role.ISSUER)
    if post is None:
        raise PermissionDenied
    return post.unit


def read_values(demand: Demand, values: Mapping[str, Any]) -> dict[str, Any]:
    """Read values for a demand. Refuses: demand.invalid with every fault."""
    found, errors = reading.read(values, demand)
    if errors:
        raise Refused("demand.invalid", _("有 %(count)s 处需要改一下") % {"count": len(errors)}, errors)
    return found


def apply(demand: Demand, values: Mapping[str, Any]) -> None:
    """Put values into a demand that is stored; the caller saves it. Refuses: demand.invalid."""
    parts = read_values(demand, values)
    if "supporting" in parts:
        demand.supporting.set(parts.pop("supporting"))
    for name, value in parts.items():
        setattr(demand, name, value)


def lock(by: Actor, demand: Demand, *states: str) -> Demand:
    """Take a demand of the acting issuer, or one the actor passed on, for a change in one of the states; two hands queue up.

    Refuses: PermissionDenied for another issuer's; Conflict demand.state.
    """
    passed_on = demand.parent_id and demand.created_by_id == by.user_id and demand.issuer_id in by.homes
    if not (passed_on or demand.issuer_id in by.issuing):  # first: the database locks no row for a mere reader
        raise PermissionDenied
    held: Demand = (
        Demand.objects.visible_to(by)
        .select_related("issuer__parent", "lead")
        .select_for_update(of=("self",))
        .get(pk=demand.pk)
    )
    if held.state not in states:
        raise refused_state(held)
    return held


def refused_state(demand: Demand) -> Conflict:
    """Return the refusal of what cannot be done to a demand as it stands."""
    sentence = _("这一项%(state)s，不能这样改") % {"state": demand.get_state_display()}
    return Conflict("demand.state", sentence, {"state": demand.state})


@transaction.atomic
def register(*, by: Actor, client_key: UUID, values: Mapping[str, Any], now: dt.datetime) -> Registration:
    """Register a draft under a key of the caller's: the same key and values again find the same demand.

    Refuses: as save_draft; Conflict key_reused for the same key with other values.
    """
    digest = _digest(values)
    try:
        with transaction.atomic():
            return Registration(_draft(by, values, now, client_key=client_key, digest=digest), replayed=False)
    except IntegrityError as error:
        old = of_key(by, client_key)
        if old is None:
            raise
        if old.digest != digest:
            raise Conflict("key_reused", _("这个 client_key 已经登记过别的内容，请换一个新的")) from error
        return Registration(old, replayed=True)


def _digest(values: Mapping[str, Any]) -> str:
    canonical = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


@transaction.atomic
def copy_demand(*, by: Actor, demand: Demand, issuer: Unit | None = None, now: dt.datetime) -> Demand:
    """Draft a demand after an earlier one, without its dates; of another issuer's, without its receivers, too.

    Shape: `issuer` is a unit the caller has found the actor to speak for, else the one the actor registers for.
    """
    issuer = issuer or issuing_unit(by)
    at_home = demand.issuer_id == issuer.pk
    taken = {name: getattr(demand, name) for name in COPIED + (COPIED_AT_HOME if at_home else ())}
    made = Demand(**{"issuer": issuer, "lead": issuer} | taken, created_by=by.user, created_at=now, changed_at=now)
    made.save(force_insert=True)
    if at_home:
        made.supporting.set(demand.supporting.all())
    record(by=by, what="demand.copied", on=made, now=now, source=demand.pk)
    return made

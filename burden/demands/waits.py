"""What of demands waits for a person, and how one demand belongs to another."""

from __future__ import annotations

import datetime as dt

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from burden.accounts.actor import Actor
from burden.accounts.roles import READERS
from burden.demands.models import Demand
from burden.demands.queries import estimates_asked, quote_requests
from burden.kit.clock import day_of
from burden.kit.threads import MOST as LINKS
from burden.kit.threads import Key, Link
from burden.kit.waiting import MOST, Waiting


def waiting(actor: Actor, now: dt.datetime) -> list[Waiting]:
    """Return what the actor's unit is asked beforehand, and requests for its data that nobody has answered."""
    return [*_asked(actor, now), *_quotes(actor)]


def _asked(actor: Actor, now: dt.datetime) -> list[Waiting]:
    if not actor.homes:
        return []
    url, found = reverse("asked"), estimates_asked(actor, day_of(now)).order_by("asked_at", "pk")[: MOST + 1]
    return [
        Waiting(
            _("先问一句"),
            each.demand.title,
            _("%(who)s还没有下达，想先知道要花多久；自愿回答") % {"who": each.demand.issuer.name},
            url,
            _("估一下"),
            since=day_of(each.asked_at),
            due=each.until,
        )
        for each in found
    ]


def _quotes(actor: Actor) -> list[Waiting]:
    if not actor.issuing:
        return []
    found = quote_requests(actor, received=True).filter(answered_at=None).order_by("asked_at", "pk")[: MOST + 1]
    return [
        Waiting(
            _("引用数据"),
            each.of.title,
            ngettext("%(who)s想用里面的 %(n)d 个字段", "%(who)s想用里面的 %(n)d 个字段", len(each.fields))
            % {"who": each.demand.issuer.name, "n": len(each.fields)},
            reverse("demands"),
            _("答复"),
            since=day_of(each.asked_at),
        )
        for each in found
    ]


def thread(actor: Actor, kind: str, key: Key) -> list[Link]:
    """Return the demand that one was passed on from, and those it was passed on as, where the actor may open them."""
    if kind != "demand" or actor.post(*READERS) is None:
        return []
    seen = Demand.objects.visible_to(actor)
    near = Q(parent=key) | Q(pk__in=seen.filter(pk=key).values("parent"))
    found = seen.select_related("issuer").filter(near).order_by(F("issued_at").desc(nulls_last=True), "pk")[:LINKS]
    return [
        Link(
            _("转到下级") if str(each.parent_id) == str(key) else _("转自上级"),
            each.title,
            reverse("demand", args=[each.pk]),
            each.issuer.name,
            day_of(each.issued_at or each.created_at),
        )
        for each in found
    ]

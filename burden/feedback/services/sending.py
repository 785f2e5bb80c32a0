"""Sending a ticket. Nothing is noted of the hour: the ledger hears of it when the batch is released."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.demands.models import Demand
from burden.feedback import codes, routing
from burden.feedback.choices import MOST_TEXT, About, Size, Topic
from burden.feedback.models import Ticket, TicketPhoto, TicketReporter
from burden.feedback.sealing import Case, reporter_mark, sealed_identity
from burden.kit.clock import Week, day_of
from burden.kit.errors import Refused, together
from burden.kit.reading import maybe, one_of, read_one, unfit
from burden.standards.models import Rule
from burden.units.models import Unit


@dataclass(frozen=True)
class Words:
    """What a reporter says. Shape: `issuer` as the reporter names it; photos as photos.redraw returns them."""

    topic: str
    text: str
    issuer: str = ""
    size: str = ""
    about: str = ""
    photos: Sequence[bytes] = ()


@transaction.atomic
def send_anonymous(*, code: str, words: Words, receipt: str, now: dt.datetime, rule: Rule | None = None) -> Ticket:
    """Take a ticket from nobody known. The same receipt again is the same ticket: nothing is stored twice.

    Refuses: ticket.code, ticket.code_expired, ticket.topic, ticket.text, ticket.size, ticket.issuer, ticket.nobody_above.
    """
    digest = codes.digest_of(receipt)
    there: Ticket | None = Ticket.objects.by_receipt(digest).first()
    if there:
        return there
    group, checked = together(lambda: _group(code, Week.at(now)), lambda: _checked(words))
    accused = _accused(group.area, words.issuer) + _of_rule(rule)
    facts: dict[str, Any] = {
        **checked,
        **_about(words, rule),
        "area": group.area,
        "level": group.level,
        "receipt": digest,
    }
    try:
        with transaction.atomic():
            return _store(facts, words, accused, day_of(now))
    except IntegrityError:  # sent twice at once: the other one stands
        found: Ticket = Ticket.objects.by_receipt(digest).get()
        return found


def _group(code: str, week: Week) -> codes.Group:
    if not code.strip():
        sentence = _("还没填成员码；登录后在“我要反映”里看本周的")
        raise Refused("ticket.code", sentence, {"code": sentence})
    found = codes.find(code, week)
    if found is None:
        sentence = _("没有这个成员码，登录后在“我要反映”里看本周的")
        raise Refused("ticket.code", sentence, {"code": sentence})
    if found.expired:
        sentence = _("这个成员码已经过期，每周一换；登录后在“我要反映”里看本周的")
        raise Refused("ticket.code_expired", sentence, {"code": sentence})
    return found.group


def _accused(area: Unit, name: str) -> list[Unit]:
    """Return whom it is about by the name the reporter wrote.

    Refuses: ticket.issuer, since what nobody knows nobody can be kept from.
    """
    if not name.strip():
        return []
    unit = None if unfit(name) else routing.named(area, name)
    if unit is None:
        sentence = _("没有找到叫这个名字的单位。写全称（村要带上乡镇），或者留空")
        raise Refused("ticket.issuer", sentence, {"issuer": sentence})
    return [unit]


@transaction.atomic
def send_named(
    *, by: Actor, words: Words, now: dt.datetime, demand: Demand | None = None, rule: Rule | None = None
) -> Ticket:
    """Take a ticket from somebody who may be asked back; who it is lies encrypted apart from the words.

    Refuses: ticket.area, ticket.topic, ticket.text, ticket.size, ticket.issuer, ticket.nobody_above.
    """
    area = codes.area_of(by.unit) if by.unit else None
    if area is None:
        raise Refused("ticket.area", _("你的单位上面没有县一级，平台不知道该由谁办"))
    accused = _of_demand(demand) if demand else _accused(area, words.issuer) + _of_rule(rule)
    facts: dict[str, Any] = {**_checked(words), **_about(words, rule), "area": area, "named": True}
    if demand:
        facts |= {"demand": demand, "about": About.DEMAND}
    sent = _store(facts, words, accused, day_of(now))
    marked = TicketReporter(ticket=sent, mark=reporter_mark(by.user_id), sealed=sealed_identity(by.user_id, by.name))
    TicketReporter.objects.bulk_create([marked])
    return sent


def _of_demand(demand: Demand) -> list[Unit]:
    return [demand.issuer, demand.lead, *demand.supporting.all()]


def _of_rule(rule: Rule | None) -> list[Unit]:
    """Return who made a rule, if a unit here did: what is said of it is said of them."""
    return [rule.scope] if rule and rule.scope else []


def _about(words: Words, rule: Rule | None) -> dict[str, Any]:
    if rule:
        return {"rule": rule, "about": About.RULE}
    return {"about": About.PORTAL} if words.about == About.PORTAL else {}


def _checked(words: Words) -> dict[str, str]:
    """Return what is stored as it is. Refuses: ticket.topic, ticket.size, ticket.text."""
    topic, size, _text = together(
        lambda: _topic(words.topic),
        lambda: read_one(
            maybe(one_of(Size.values), ""), words.size, field="size", label=_("大约占用"), code="ticket.size"
        ),
        lambda: checked_text(words.text),
    )
    return {"topic": topic, "size": size}


def _topic(chosen: str) -> str:
    if chosen not in Topic.values:
        sentence = _("选一类问题")
        raise Refused("ticket.topic", sentence, {"topic": sentence})
    return chosen


def checked_text(text: str, *, field: str = "text", most: int = MOST_TEXT) -> str:
    """Return words of several lines as they are kept. Refuses: ticket.text."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    sentence = ""
    if not kept:
        sentence = _("写一写具体情况")
    elif len(kept) > most:
        sentence = _("最多 %(most)d 个字，现在有 %(count)d 个") % {"most": most, "count": len(kept)}
    elif any(unfit(line) for line in kept.split("\n")):
        sentence = _("里面有看不见的字符，删掉再试")
    if sentence:
        raise Refused("ticket.text", sentence, {field: sentence})
    return kept


def _store(facts: Mapping[str, Any], words: Words, accused: Collection[Unit], today: dt.date) -> Ticket:
    case = Case.new()
    route = routing.route(facts["area"], accused, today)
    issuer = next(iter(accused), None)
    told = {"about": About.ISSUER if issuer else About.NOBODY, "issuer": issuer, **facts}
    sent: Ticket = Ticket.every.create(
        desk=route.desk, kept_from=list(route.kept_from), received_on=today, key=case.wrapped,
        sealed=case.seal(checked_text(words.text)), photos=len(words.photos), **told,
    )  # fmt: skip
    drawn = [
        TicketPhoto(ticket=sent, number=number, sealed=case.seal_file(photo))
        for number, photo in enumerate(words.photos, 1)
    ]
    TicketPhoto.objects.bulk_create(drawn)
    return sent

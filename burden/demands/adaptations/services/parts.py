"""Granting less than was asked (部分同意): other dates, fewer units, oftener than asked, another bound."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from burden.demands.adaptations.models import Adaptation, Kind, Whom
from burden.demands.adaptations.services.checking import OFTEN, line, read_threshold, refused, still_rarer
from burden.demands.models import Frequency
from burden.kit.clock import Week
from burden.standards.rules.book import rulebook

LESS = ("kind", "whom", "frequency", "threshold", "change", "from_week", "until")


def grant_less(
    held: Adaptation, from_week: dt.date, until: dt.date, less: Mapping[str, str] | None, today: dt.date
) -> dict[str, str]:
    """Put what is granted into a request, not stored, and return what was asked instead, by field; nothing where all is granted.

    A week that began while it waited takes nothing away. Refuses: adaptation.more, adaptation.same, adaptation.frequency,
    adaptation.threshold, adaptation.text.
    """
    was = {name: str(getattr(held, name)) for name in LESS}
    first = max(held.from_week, Week.on(today).monday)
    if from_week < first:
        raise refused("more", "from_week", _("申请从 %(day)s 起，不能更早") % {"day": first})
    if until > held.until:
        raise refused("more", "until", _("申请到 %(day)s，不能更晚") % {"day": held.until})
    if from_week == first:
        was["from_week"] = str(first)
    held.from_week, held.until = from_week, until
    _vary_less(held, less or {}, today)
    asked = {name: said for name, said in was.items() if said != str(getattr(held, name))}
    if asked.keys() & {"kind", "frequency", "threshold"} and "change" not in asked:
        raise refused("text", "change", _("批的和申请的不一样，写明改成什么"))
    if less is not None and not asked:
        raise refused("same", "do", _("和申请的一样，选“同意”就行"))
    return asked


def _vary_less(held: Adaptation, less: Mapping[str, Any], today: dt.date) -> None:
    if less.get("whom") and less["whom"] != held.whom:
        if less["whom"] != Whom.UNIT:
            raise refused("more", "whom", _("只能比申请的少，不能换成别的单位"))
        held.whom, held.unit_kind, held.trait = Whom.UNIT, "", ""
    if less.get("frequency"):
        _ask_rarer(held, less["frequency"])
    if less.get("threshold"):
        _bind(held, less["threshold"], today)
    if less.get("change"):
        held.change = line("change", _("改为"), less["change"], 200)


def _ask_rarer(held: Adaptation, frequency: str) -> None:
    """Let it be asked rarer than now, where it was to be asked rarer still or not at all."""
    if held.demand is None or held.kind not in (Kind.FREQUENCY, Kind.RECEIVERS):
        raise refused("frequency", "frequency", _("这一项调的不是频次"))
    chosen = still_rarer(held.demand, frequency)
    if held.kind == Kind.FREQUENCY and OFTEN.index(chosen) > OFTEN.index(Frequency(held.frequency)):
        raise refused("more", "frequency", _("不能比申请的还少"))
    held.kind, held.frequency = Kind.FREQUENCY, chosen


def _bind(held: Adaptation, threshold: str, today: dt.date) -> None:
    """Let another bound hold, not beyond the one that was asked for."""
    rule = rulebook().of(held.rule_code, today, held.unit.path) if held.kind == Kind.RULE else None
    number = read_threshold(threshold, measured=rule is not None and rule.is_measured)
    if held.threshold and rule is not None:
        beyond = number > float(held.threshold) if rule.operator in ("<", "<=") else number < float(held.threshold)
        if beyond:
            raise refused("more", "threshold", _("不能比申请的 %(value)s 更宽") % {"value": held.threshold})
    held.threshold = threshold

"""Which rules a reporter may name: those that hold around a unit today; without a login, those that hold everywhere."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from burden.kit.errors import Refused
from burden.standards.models import Rule
from burden.standards.rules.book import rulebook
from burden.units.models import Unit


def rules_around(unit: Unit | None, today: dt.date) -> list[Rule]:
    """Return what may be named, in the order of the rules. One query."""
    return rulebook().on(today, unit.path if unit else "")


def chosen(rules: list[Rule], code: str) -> Rule | None:
    """Return the rule of a code, none where none is named. Refuses: ticket.rule."""
    if not code:
        return None
    for rule in rules:
        if rule.code == code:
            return rule
    sentence = _("没有这条规则，或者它现在不管你们单位。从列出来的里面选")
    raise Refused("ticket.rule", sentence, {"rule": sentence})

"""How a rule's bound is said."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from burden.standards.models import Rule

UNITS: dict[str, Any] = {
    "ratio": gettext_lazy("（比例）"), "characters": gettext_lazy("字"), "meetings": gettext_lazy("次会"), "hours": gettext_lazy("小时"),
    "minutes": pgettext_lazy("unit", "分钟"), "items": gettext_lazy("项"), "visits": gettext_lazy("次"), "requests": gettext_lazy("次"),
    "person-days": gettext_lazy("人天"),
}  # fmt: skip
PERIODS: dict[str, Any] = {"each": "", "month": gettext_lazy("每月"), "year": gettext_lazy("每年")}
SIGNS = {"<=": "≤", "<": "<", ">=": "≥", ">": ">"}


def unit_words(rule: Rule) -> str:
    """Return what a bound is counted in."""
    return str(UNITS.get(rule.unit, rule.unit))


def bound(rule: Rule) -> str:
    """Return what keeps within a rule; that it lacks a bound, where it needs one and has none."""
    if rule.lacks_threshold:
        return _("还没有界限")
    if rule.is_measured:
        parts = (PERIODS.get(rule.period, ""), SIGNS[rule.operator], rule.threshold, unit_words(rule))
        return " ".join(str(part) for part in parts if part)
    return _("有或没有")

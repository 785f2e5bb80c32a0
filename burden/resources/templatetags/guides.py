"""How to fill what is asked, on the pages of rooms below that know nothing of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.template import Context

from burden.demands.models import Demand, Target
from burden.resources import queries
from burden.resources.models import Guide
from burden.standards.models import Category

register = template.Library()


@register.simple_tag(takes_context=True)
def week_guides(context: Context, rows: Iterable[Any]) -> dict[int, list[Guide]]:
    """Return by demand how to fill what the rows of a week ask. Two queries, none where nothing is asked."""
    asked = {row.demand_id for row in rows}
    return queries.guides_for(context["actor"], asked) if asked else {}


@register.filter
def of_demand(guides: dict[int, list[Guide]], demand: int) -> list[Guide]:
    """Return those of one demand."""
    return guides.get(demand, [])


@register.simple_tag(takes_context=True)
def guides_of(context: Context, target: Target) -> list[Guide]:
    """Return how to fill one target. Two queries."""
    return queries.guides_for(context["actor"], [target.demand_id]).get(target.demand_id, [])


@register.inclusion_tag("resources/_helping.html", takes_context=True)
def helping(context: Context, demand: Demand) -> dict[str, Any]:
    """Draw what its issuer wrote to help with a demand, and whether it is training. Two queries."""
    actor = context["actor"]
    return {
        "demand": demand,
        "rows": queries.told(actor, queries.guides_of_form(actor, demand)),
        "training": queries.training_of(actor, demand),
        "is_meeting": demand.category == Category.MEETING,
        "is_own": demand.issuer_id in actor.issuing and demand.active,
        "csrf_token": context.get("csrf_token"),
    }

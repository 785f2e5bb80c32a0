"""What other rooms know of a thing or have for a reader, drawn on any page."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from burden.kit import clock
from burden.kit.news import news
from burden.kit.threads import Key, links, rounds
from burden.kit.waiting import waiting

register = template.Library()


@register.inclusion_tag("parts/_thread.html", takes_context=True)
def thread(context: Context, kind: str, key: Key) -> dict[str, Any]:
    """Draw the panel of what belongs to a thing; nothing where there is nothing."""
    return {"rows": rounds(links(context["actor"], kind, key))}


@register.inclusion_tag("parts/_news.html", takes_context=True)
def new_for_me(context: Context, css: str) -> dict[str, Any]:
    """Draw one line of what is new for the reader; nothing where nothing is."""
    return {"news": news(context["actor"], clock.now()), "css": css}


@register.inclusion_tag("parts/_waits.html", takes_context=True)
def waits_for_me(context: Context) -> dict[str, Any]:
    """Draw one line of what waits for the reader, on a page that is not its list; nothing where nothing does."""
    found = waiting(context["actor"], clock.now())
    return {"count": len(found), "only": found[0] if len(found) == 1 else None}

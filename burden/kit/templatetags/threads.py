"""What belongs to a thing, drawn on its page."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from burden.kit.threads import Key, links

register = template.Library()


@register.inclusion_tag("parts/_thread.html", takes_context=True)
def thread(context: Context, kind: str, key: Key) -> dict[str, Any]:
    """Draw the panel of what belongs to a thing; nothing where there is nothing."""
    return {"links": links(context["actor"], kind, key)}

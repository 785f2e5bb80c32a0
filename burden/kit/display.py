"""How pages look on this device: large type, high contrast, the name in the bar. Kept in cookies, never in accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_noop

# cookie name -> what it may say; `normal` contrast refuses the system's wish for more
MODES: Mapping[str, frozenset[str]] = {
    "size": frozenset({"big", "normal"}),
    "contrast": frozenset({"more", "normal"}),
}
# the names the portal ships with, so that they have their English; a name set by PORTAL_NAME is shown as it is
NAMES = (gettext_noop("基层减负平台"), gettext_noop("临溪县基层减负平台"))


def modes(cookies: Mapping[str, str]) -> dict[str, str]:
    """Read the display modes of a device; what is unknown counts as unset."""
    said = {name: cookies.get(name, "") for name in MODES}
    return {name: value if value in MODES[name] else "" for name, value in said.items()}


ABOVE = ("nation", "province", "city")


def brand(level: str = "") -> str:
    """Return the portal's name in the reader's language; above counties it may have another."""
    return gettext(
        settings.PORTAL_NAME_ABOVE if level in ABOVE and settings.PORTAL_NAME_ABOVE else settings.PORTAL_NAME
    )


def display(request: HttpRequest) -> dict[str, Any]:
    """Give templates `display.size`, `display.contrast` and `brand`."""
    unit = getattr(getattr(request, "actor", None), "unit", None)
    return {"display": modes(request.COOKIES), "brand": brand(unit.level if unit else "")}

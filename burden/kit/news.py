"""What is new for a person: settings.NEWS names who says it, so that pages of lower rooms can show it in one calm line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from burden.accounts.actor import Actor


@dataclass(frozen=True)
class News:
    """One thing that is new. Shape: `summary` says it in plain words."""

    title: str
    summary: str
    url: str


def news(actor: Actor, now: dt.datetime) -> list[News]:
    """Return what is new for a person, the newest first."""
    provider: Callable[[Actor, dt.datetime], list[News]] = import_string(settings.NEWS)
    return provider(actor, now)

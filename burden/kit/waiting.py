"""What waits for a person (待我办): each room says its own, and one page shows them all, oldest first.

A room writes `queries.waiting(actor, now)` and names it in settings.WAITING; none of them knows the others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

MOST = 50  # what one page shows; a provider that knows of more gives its MOST + 1 oldest


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for the person who acts.

    Shape: `kind` is a word for what it is (通报), `act` what its button says (核稿), `url` where that is done.
    `since` is the day it began to wait for this person, `due` the last day on which it is in time.
    """

    kind: str
    title: str
    note: str
    url: str
    act: str
    since: dt.date
    due: dt.date | None = None


Provider = Callable[["Actor", dt.datetime], list[Waiting]]


def waiting(actor: Actor, now: dt.datetime) -> list[Waiting]:
    """Return what waits for a person in all rooms, the longest wait first; MOST + 1 where there is more than a page."""
    providers: list[Provider] = [import_string(name) for name in settings.WAITING]
    found = [each for provider in providers for each in provider(actor, now)]
    return sorted(found, key=lambda each: (each.since, each.due or dt.date.max, each.title))[: MOST + 1]

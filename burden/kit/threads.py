"""One thread (前因后果): what belongs to a thing in other rooms, linked both ways.

A room writes `queries.thread(actor, kind, key)` and names it in settings.THREADS; it links its own things alone, and only
those that the actor may open. Pages draw it with {% thread "demand" demand.pk %}.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

KINDS = frozenset(
    {"demand", "signal", "finding", "order", "ticket", "adaptation", "practice", "recognition", "admission", "issuer"}
    | {"observation"}
)
MOST = 20  # links of one provider
Key = int | str  # the id of a thing; of a signal its key


@dataclass(frozen=True)
class Link:
    """One thing that belongs to another. Shape: `kind` is a word for what it is (督办单), `at` the day it began."""

    kind: str
    label: str
    url: str
    note: str
    at: dt.date


@dataclass(frozen=True)
class Rounds:
    """One thing, or one that was asked again and again: what differs in its day alone. Shape: `earlier` the newest first."""

    newest: Link
    earlier: Sequence[Link]


def rounds(found: Iterable[Link]) -> list[Rounds]:
    """Return links by what they are, in their order; what came back and back stands after what came once."""
    alike: dict[tuple[str, str, str], list[Link]] = {}
    for link in found:
        alike.setdefault((link.kind, link.label, link.note), []).append(link)
    return sorted((Rounds(newest, rest) for newest, *rest in alike.values()), key=lambda each: bool(each.earlier))


Provider = Callable[["Actor", str, Key], list[Link]]


def links(actor: Actor, kind: str, key: Key) -> list[Link]:
    """Return what belongs to a thing, the newest first. Refuses (ValueError): a kind that no room has."""
    if kind not in KINDS:
        raise ValueError(kind)
    providers: list[Provider] = [import_string(name) for name in settings.THREADS]
    found = [link for provider in providers for link in provider(actor, kind, key)]
    return sorted(sorted(found, key=lambda link: (link.kind, link.label)), key=lambda link: link.at, reverse=True)

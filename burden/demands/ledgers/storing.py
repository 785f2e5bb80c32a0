"""Showing what a ledger would make, and making it: drafts for all good lines, and out at once what is whole and unobjected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.demands import queries, services, values
from burden.demands.choices import codes_of
from burden.demands.facts import defaults
from burden.demands.ledgers.cells import words_of
from burden.demands.ledgers.reading import Line, Preview, read_ledger, read_line
from burden.demands.models import Demand, State
from burden.demands.services.drafts import issuing_unit
from burden.demands.services.reviewing import ORIGINAL
from burden.kit import clock
from burden.kit.errors import Conflict, Refused
from burden.units.models import Unit


class FileChanged(Conflict):
    """What the file would do is not what was shown."""


@dataclass(frozen=True)
class Kept:
    """What became of a ledger: drafts, and what went out at once."""

    drafts: list[Demand]
    issued: list[Demand]


def preview_ledger(*, by: Actor, data: bytes, now: dt.datetime) -> Preview:
    """Read a file and say what each line would make; stores nothing. Refuses: file.*, as read_ledger does."""
    issuer, preview = issuing_unit(by), read_ledger(data)
    words = {word for line in preview.lines for word in words_of(line.cells.get("receivers"))}
    known: Mapping[str, list[str]] = codes_of(issuer, words) if words else {}
    had = _registered(by)
    for line in preview.lines:
        read_line(line, known, clock.day_of(now))
        _check(line, issuer)
        line.same = had.get((line.values.get("title"), line.values.get("first_on")))
        had.setdefault((line.values.get("title"), line.values.get("first_on")), Demand(title=line.title))
    return preview


def _registered(by: Actor) -> dict[tuple[Any, Any], Demand]:
    """Return the issuer's own demands by title and first day, those taken back left out."""
    found = queries.demands_of(by).exclude(state=State.WITHDRAWN)
    return {(each.title, each.first_on): each for each in found}


def _check(line: Line, issuer: Unit) -> None:
    """Hold the values of a line against what a demand takes; numbers that are not said are the tariff's."""
    if line.problems:
        return
    usual = vars(defaults(line.values["category"], "", {}))
    line.values = {name: number for name, number in usual.items() if number} | line.values
    try:
        _found, errors = values.read(line.values, Demand(issuer=issuer, lead=issuer))
    except Http404:
        errors = {"receivers": _("对象里有范围以外的单位")}
    line.problems += errors.values()


@transaction.atomic
def import_ledger(*, by: Actor, data: bytes, expected: int, at_once: bool, now: dt.datetime) -> Kept:
    """Keep the good lines of a file that was shown; `at_once` sends out those that are whole and that no hard check stops.

    Units: `expected` is the count of good lines that was shown. Refuses: FileChanged file.changed.
    """
    preview = preview_ledger(by=by, data=data, now=now)
    if len(preview.good) != expected:
        raise FileChanged("file.changed", _("刚才又变了，没有写入；这是现在的结果，看过再确认"))
    whole = {line.number for line in preview.whole}
    kept = Kept([], [])
    for line in preview.good:
        draft = services.save_draft(by=by, demand=None, values=line.values, now=now)
        out = at_once and line.number in whole and _goes_out(by, draft, now)
        (kept.issued if out else kept.drafts).append(draft)
    return kept


def _goes_out(by: Actor, draft: Demand, now: dt.datetime) -> bool:
    """Send a draft out as it is, if nothing stands against it."""
    try:
        with transaction.atomic():
            services.issue(by=by, demand=draft, chosen=ORIGINAL, reason="", answers={}, now=now)
    except Refused:  # it stays a draft, and its page says why
        return False
    return True

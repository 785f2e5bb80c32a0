"""What the register page offers: whom the issuer may ask and how many there are, its duty list, its plan, its neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Func, Q, QuerySet
from django.db.models.functions import Concat

from burden.accounts.actor import Actor
from burden.demands import queries
from burden.demands.receivers import Receivers, units_of
from burden.standards.models import Category, DutyItem
from burden.units.models import Kind, Level, Unit

EVERYBODY = Receivers(levels=tuple(Level.values))
FINER = (Kind.TOWN, Kind.TOWNSHIP, Kind.STREET, Kind.VILLAGE, Kind.COMMUNITY)
MOST_TITLE = 60  # characters of a list's line that a choice shows
Choice = tuple[str, str]


@dataclass(frozen=True)
class Choices:
    """Pairs of code and label, as form fields take them; a label of receivers ends with their number."""

    levels: list[Choice]
    kinds: list[Choice]
    traits: list[Choice]
    under: list[Choice]
    departments: list[Choice]
    duties: list[Choice]
    plans: list[Choice]


def choices_of(actor: Actor, issuer: Unit, year: int, own: DutyItem | None = None) -> Choices:
    """Return what an issuer may choose from, in the tree of today and the plan of a year. Six queries.

    Shape: `own` is the item that a demand has, which it keeps even where the list has it no more.
    """
    listed = list(queries.duty_items(actor, issuer))
    everybody = _everybody(issuer)
    counted = list(everybody.values_list("level", "kind").annotate(count=Count("pk")))
    levels = {level: sum(n for each, _kind, n in counted if each == level) for level in Level.values}
    kinds = {kind: sum(n for _level, each, n in counted if each == kind) for kind in Kind.values}
    traits = everybody.annotate(trait=Func(F("traits"), function="unnest")).values_list("trait", flat=True)
    top = _depth_of_top(issuer)
    under = everybody.filter(depth=top + 1).exclude(level=Level.DEPARTMENT).order_by("code")
    beside = everybody.filter(level=Level.DEPARTMENT).order_by("name").values_list("code", "name")
    return Choices(
        levels=[(code, f"{Level(code).label} {count}") for code, count in levels.items() if count],
        kinds=[(code, f"{Kind(code).label} {count}") for code, count in _finer(kinds).items()],
        traits=[(trait, trait) for trait in sorted(set(traits))],
        under=list(under.values_list("code", "name")),
        departments=[(issuer.code, issuer.name), *beside],
        duties=[
            (item.code, f"{item.get_kind_display()} {item.code} {item.title}"[:MOST_TITLE])
            for item in ([own] if own and own not in listed else []) + listed
        ],
        plans=[
            (str(item.pk), f"{Category(item.category).label} {item.title}"[:MOST_TITLE])
            for item in queries.plan_items(actor, issuer, year)
        ],
    )


def _everybody(issuer: Unit) -> QuerySet[Unit]:
    return units_of(issuer, EVERYBODY)


def _depth_of_top(issuer: Unit) -> int:
    """Return how deep the top of the issuer's remit lies. Units: steps from the root, -1 above the roots."""
    return issuer.depth if issuer.level != Level.DEPARTMENT else issuer.depth - 1


def _finer(kinds: dict[str, int]) -> dict[str, int]:
    """Keep the kinds that say more than a level does: 镇, 乡, 街道, 村, 社区."""
    return {kind: count for kind, count in kinds.items() if count and kind in FINER}


def codes_of(issuer: Unit, words: Iterable[str]) -> dict[str, list[str]]:
    """Return the codes behind names, names with the township's before them, or codes; several where a name repeats.

    Shape: a word that names no unit which may receive is absent.
    """
    wanted = set(words)
    known = _everybody(issuer).annotate(whole=Concat("parent__name", "name"))
    found: dict[str, list[str]] = {}
    for code, name, whole in known.filter(Q(code__in=wanted) | Q(name__in=wanted) | Q(whole__in=wanted)).values_list(
        "code", "name", "whole"
    ):
        for word in wanted & {code, name, whole}:
            found.setdefault(word, []).append(code)
    return found


def names_of(issuer: Unit, codes: Iterable[str]) -> list[str]:
    """Return the names of units that may receive, in the order of the tree, a village's with its township before it."""
    wanted = list(codes)
    if not wanted:
        return []
    found = _everybody(issuer).filter(code__in=wanted).select_related("parent").order_by("path")
    return [unit.place for unit in found]

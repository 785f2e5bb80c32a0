"""Who a demand goes to: read from what was chosen, and looked up among the units the issuer may ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from burden.kit.errors import Absent, Refused
from burden.kit.reading import Reader, many, maybe, one_of, text
from burden.units.models import Kind, Level, Unit

MOST_UNITS = 5_000  # units named one by one
TRAIT_LENGTH = 20
CODE_LENGTH = 20
NAMES = {
    "levels": gettext_lazy("对象的层级"),
    "kinds": gettext_lazy("对象的类型"),
    "traits": gettext_lazy("对象的特征"),
    "under": gettext_lazy("对象的上级单位"),
    "units": gettext_lazy("对象名单"),
}


@dataclass(frozen=True)
class Receivers:
    """All open units of these levels, kinds and traits below a unit, where an empty tuple restricts nothing; and a list.

    Shape: `under` and `units` are unit codes. Nothing chosen at all means nobody, never everybody.
    """

    levels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    under: str | None = None
    units: tuple[str, ...] = ()

    @property
    def restricts(self) -> bool:
        """Whether anything but the list was chosen."""
        return bool(self.levels or self.kinds or self.traits or self.under)

    def body(self) -> dict[str, Any]:
        """Return the shape that `read` takes and the table keeps."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()}


def stored(kept: Mapping[str, Any]) -> Receivers:
    """Return what was read before; a unit that has left the remit since receives nothing, and refuses nobody."""
    frozen: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()}
    return Receivers(**frozen)


def read(given: Any, issuer: Unit) -> Receivers:
    """Read who was chosen.

    Shape: `{"levels": ["township"], "kinds": ["town"], "traits": ["山区"], "under": CODE or null, "units": [CODE…]}`, any
    of them absent. Refuses: demand.receivers; Http404 for a code outside the issuer's remit, as for an unknown one.
    """
    if not isinstance(given, Mapping):
        raise _refused("receivers", _("对象要是一个 JSON 对象"))
    errors: dict[str, str] = {}
    reader = Reader(given, NAMES, "receivers.", "", errors)
    reader.refuse_unknown()
    found = Receivers(
        levels=reader.take("levels", many(one_of(Level.values), len(Level)), default=()),
        kinds=reader.take("kinds", many(one_of(Kind.values), len(Kind)), default=()),
        traits=reader.take("traits", many(text(TRAIT_LENGTH), 20), default=()),
        under=reader.take("under", maybe(text(CODE_LENGTH)), default=None),
        units=reader.take("units", many(text(CODE_LENGTH), MOST_UNITS), default=()),
    )
    if errors:
        raise Refused("demand.receivers", next(iter(errors.values())), errors)
    _check_codes(found, issuer)
    return found


def _check_codes(receivers: Receivers, issuer: Unit) -> None:
    """Refuses: Http404."""
    wanted = {*receivers.units, *([receivers.under] if receivers.under else [])}
    if wanted and _remit(issuer).filter(code__in=wanted).count() < len(wanted):
        raise Absent({"receivers": _("有的单位代码没有，或者不在你能发的范围")})


def _remit(issuer: Unit) -> QuerySet[Unit]:
    """The top of the issuer's remit and all below it."""
    low, high = issuer.remit
    return Unit.every.filter(path__gte=low, path__lt=high)


def units_of(issuer: Unit, receivers: Receivers) -> QuerySet[Unit]:
    """Return the open units that receive: strictly below the top of the issuer's remit, never the issuer itself.

    Departments are no grassroots: they receive only where their level or kind is chosen, or they are listed.
    """
    listed, chosen = Q(code__in=receivers.units), Q()
    for name in ("levels", "kinds"):
        if getattr(receivers, name):
            chosen &= Q(**{f"{name[:-1]}__in": getattr(receivers, name)})
    if receivers.traits:
        chosen &= Q(traits__overlap=list(receivers.traits))
    if receivers.under:
        chosen &= _below(receivers.under, issuer)
    if Level.DEPARTMENT not in (*receivers.levels, *receivers.kinds):
        chosen &= ~Q(level=Level.DEPARTMENT)
    wanted = chosen | listed if receivers.restricts else listed
    return _remit(issuer).filter(wanted, closed_on=None, path__gt=issuer.remit[0]).exclude(pk=issuer.pk)


def _below(code: str, issuer: Unit) -> Q:
    """Strictly below a unit of the remit."""
    top = _remit(issuer).filter(code=code).first()
    low, high = top.range if top else ("", "")
    return Q(path__gt=low, path__lt=high)


def receiving_ids(issuer: Unit, receivers: Receivers) -> Sequence[int]:
    """Return the ids of all that receive, in the order of the tree. Refuses: demand.no_receivers."""
    found = list(units_of(issuer, receivers).order_by("path").values_list("pk", flat=True))
    if not found:
        raise _refused("no_receivers", _("还没有选对象，或者所选范围里没有单位"))
    return found


def _refused(code: str, sentence: str) -> Refused:
    return Refused(f"demand.{code}", sentence, {"receivers": sentence})

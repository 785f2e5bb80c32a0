"""Holding the lines of a file against the units there are and what is known of them; the number of queries does not grow with its lines."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.kit.reading import shown
from burden.resources.importing.reading import Line, Preview, read_lines
from burden.resources.models import Capacity
from burden.units.models import Level, Unit

NEAR = 5_000  # with more units than this none is looked for that is spelt alike
ADVISED = 20  # lines for which one is: it takes a while


def preview_of(*, by: Actor, grid: Sequence[Sequence[object]], year: int, locks: bool = False) -> Preview:
    """Say what each line of a file would do; stores nothing. Refuses: file.*, as read_lines does. Three queries at most.

    Shape: whoever stores it then `locks` what it would change, as it is after whoever else stores it now.
    """
    preview = read_lines(grid, year)
    lines = [line for line in preview.lines if not line.problems]
    known = _known(by, lines)
    for line in lines:
        _place(line, known)
    _advise(by, [line for line in lines if line.unit is None and line.problems])
    placed = [line for line in lines if line.unit is not None]
    _once(placed)
    rows = Capacity.objects.visible_to(by).filter(
        unit__in={line.unit.pk for line in placed if line.unit}, year__in={line.year for line in placed}
    )
    rows = rows.select_for_update(of=("self",)).order_by("pk") if locks else rows
    held = {(row.unit_id, row.year): row for row in rows}
    for line in placed:
        line.held = held.get((line.unit.pk if line.unit else 0, line.year))
    return preview


def _known(by: Actor, lines: Sequence[Line]) -> dict[str, list[Unit]]:
    """Return the units of the actor's range that the file may mean, by code, name, and township and village name."""
    words = {word for line in lines for name in ("code", "name") if (word := line.cells.get(name))}
    full = Concat(F("parent__name"), F("name"), Value(""))
    units = Unit.objects.visible_to(by).annotate(full=full)
    meant = units.filter(Q(code__in=words) | Q(name__in=words) | Q(level=Level.VILLAGE, full__in=words))
    found: dict[str, list[Unit]] = {}
    for unit in meant.select_related("parent"):
        for word in {unit.code, unit.name, unit.place} & words:
            found.setdefault(word, []).append(unit)
    return found


def _place(line: Line, known: dict[str, list[Unit]]) -> None:
    """Find the unit a line is of: by its code where it has one, else by its name."""
    code, name = line.cells.get("code", ""), line.cells.get("name", "")
    named = known.get(name)
    if code in known and named and known[code][0] not in named:
        line.problems.append(
            _("代码是“%(unit)s”的，名称写的是“%(name)s”") % {"unit": known[code][0].place, "name": shown(name)}
        )
        return
    found = known.get(code or name, [])
    if len(found) > 1:
        line.problems.append(_("有 %(n)d 个单位叫“%(name)s”，请写单位代码") % {"n": len(found), "name": shown(name)})
    elif not found:
        line.problems.append(_("范围里没有“%(name)s”这个单位") % {"name": shown(code or name)})
    elif found[0].closed_on:
        line.problems.append(_("“%(name)s”已经撤销") % {"name": found[0].place})
    else:
        line.unit = found[0]


def _advise(by: Actor, lost: Sequence[Line]) -> None:
    """Name a unit that is spelt alike, for the first lines whose unit nobody knows."""
    named = [line for line in lost[:ADVISED] if line.cells.get("name") and not line.cells.get("code")]
    if not named:
        return
    units = list(Unit.objects.visible_to(by).filter(closed_on=None).select_related("parent")[: NEAR + 1])
    if len(units) > NEAR:
        return
    words = {word: unit for unit in units for word in (unit.name, unit.place)}
    for line in named:
        near = difflib.get_close_matches(line.place, words, n=1, cutoff=0.6)
        if near and near[0] != line.place:
            unit = words[near[0]]
            line.problems[-1] += _("；是不是“%(name)s”（%(code)s）？") % {"name": unit.place, "code": unit.code}


def _once(lines: Sequence[Line]) -> None:
    """Refuse a unit's second line of a year: nobody could say which of them is right."""
    first: dict[tuple[int, int], Line] = {}
    for line in lines:
        assert line.unit
        key = line.unit.pk, line.year
        if key in first:
            line.problems.append(_("与第 %(n)d 行重复，只留一行") % {"n": first[key].number})
        first.setdefault(key, line)

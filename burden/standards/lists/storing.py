"""Bringing a file, reading it in a worker, and storing what was shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.kit.errors import Conflict, Refused
from burden.kit.sheets import MEGABYTE, WORKBOOKS, Caps, read_grid
from burden.ledger.services import record
from burden.standards.lists.checking import preview_list
from burden.standards.lists.reading import HEAD, Effect, Line, Preview, read_lines, refused, text_of
from burden.standards.models import DutyItem, ListFile, PlanItem
from burden.units.models import Unit

MAX_BYTES = 2 * MEGABYTE
MAX_ROWS = 5_000
CAPS = Caps(unpacked=20 * MEGABYTE, parts=200, seconds=30)
AWAY = dt.timedelta(seconds=90)  # a worker that began so long ago is not coming back
MOST_CELL = 400  # characters kept of a cell: what is longer is refused when its line is checked


class ListChanged(Conflict):
    """What was confirmed is no longer what would be stored."""


@transaction.atomic
def bring_list(
    *, by: Actor, county: Unit, kind: str, year: int, source: str, name: str, data: bytes, now: dt.datetime
) -> ListFile:
    """Take a file: text is read at once, a workbook waits for a worker. What the same person brought before is replaced.

    Units: `data` is at most one byte more than MAX_BYTES. Refuses: file.*, as read_grid does; file.header.
    """
    facts: dict[str, Any] = {"county": county, "kind": kind, "year": year, "source": source, "name": name[-200:]}
    file = ListFile(brought_by=by.user, brought_at=now, **facts)
    if len(data) > MAX_BYTES:
        raise refused("too_big", _("文件超过 %(most)s MB，请分成几个文件") % {"most": MAX_BYTES // MEGABYTE})
    if data.startswith(WORKBOOKS[0]):
        file.data = data
    else:
        file.state, file.lines = ListFile.State.READ, _lines(kind, data)
    ListFile.objects.visible_to(by).filter(kind=kind).exclude(state=ListFile.State.STORED).delete()
    file.save(force_insert=True)
    record(by=by, what="list.brought", on=file, now=now, county=county.code)
    return file


def read_next(*, now: dt.datetime) -> int | None:
    """Read the oldest workbook that waits, in a worker; its id, None where none waits.

    That it was begun is kept first: one that kills its worker is refused, not tried again.
    """
    waiting = ListFile.every.filter(state=ListFile.State.WAITING)
    for left in waiting.filter(started_at__lt=now - AWAY):
        _end(left, problem=_("文件太复杂，一时读不完，请另存为 CSV 再导入"))
    with transaction.atomic():
        file = waiting.filter(started_at=None).select_for_update(skip_locked=True).order_by("pk").first()
        if file is None:
            return None
        file.started_at = now
        file.save(update_fields=["started_at"])
    try:
        _end(file, lines=_lines(file.kind, bytes(file.data or b"")))
    except Refused as refusal:
        _end(file, problem=str(refusal))
    return int(file.pk)


def _end(file: ListFile, *, lines: Sequence[Any] = (), problem: str = "") -> None:
    """Keep what came of reading; the workbook itself is not needed any more."""
    file.state = ListFile.State.REFUSED if problem else ListFile.State.READ
    file.lines, file.problem, file.data = list(lines), problem, None
    file.save(update_fields=["state", "lines", "problem", "data"])


def _lines(kind: str, data: bytes) -> list[list[Any]]:
    """Return the cells of a file as text. Refuses: file.*, as read_grid does; file.header, file.too_long."""
    try:
        grid = read_grid(data, most=MAX_BYTES, rows=MAX_ROWS + HEAD, caps=CAPS)
    except Refused as refusal:
        if refusal.code == "file.too_long":
            raise _too_long() from refusal
        raise
    lines = [[number, [text_of(cell)[:MOST_CELL] for cell in cells]] for number, cells in grid]
    if len(read_lines(kind, lines).lines) > MAX_ROWS:
        raise _too_long()
    return lines


def _too_long() -> Refused:
    return refused("too_long", _("超过 %(most)s 行，分成几个文件再导入") % {"most": f"{MAX_ROWS:,}"})


@transaction.atomic
def store_list(*, by: Actor, file: ListFile, expected: str, now: dt.datetime) -> Preview:
    """Check a file again and store all its good lines; `expected` is the digest of the preview shown. What it does not name stays.

    Refuses: Conflict file.changed (stores nothing), file.stored (it was stored before).
    """
    held: ListFile = (
        ListFile.objects.visible_to(by).select_for_update(of=("self",)).select_related("county").get(pk=file.pk)
    )
    if held.state != ListFile.State.READ:
        raise ListChanged("file.stored", _("这个文件已经写入过了，没有再写"))
    preview = preview_list(by=by, file=held)
    if not preview.good or preview.digest != expected:
        raise _changed()
    try:
        with transaction.atomic():
            first = _write(DutyItem if held.kind == ListFile.Kind.DUTIES else PlanItem, preview)
    except IntegrityError as error:  # somebody stored the same since the check
        raise _changed() from error
    held.state, held.lines = ListFile.State.STORED, []
    held.save(update_fields=["state", "lines"])
    counts = preview.counts
    record(
        by=by, what="standards.imported", on=first, now=now,
        county=held.county.code, created=counts[Effect.NEW], changed=counts[Effect.CHANGED], faulty=len(preview.faults),
    )  # fmt: skip
    return preview


def _changed() -> ListChanged:
    return ListChanged("file.changed", _("刚才又变了，没有写入；这是现在的结果，看过再确认"))


def _write(model: type[DutyItem] | type[PlanItem], preview: Preview) -> DutyItem | PlanItem:
    """Write what is new or says otherwise; return the first of them."""
    made = [_row(model, line) for line in preview.of(Effect.NEW)]
    changed = [_row(model, line) for line in preview.of(Effect.CHANGED)]
    names = [name for name in preview.good[0].values if name not in ("county", "code", "issuer", "year", "category")]
    model._default_manager.bulk_create(made, batch_size=1_000)
    model._default_manager.bulk_update(changed, names, batch_size=1_000)
    first: DutyItem | PlanItem = [*made, *changed][0]
    return first


def _row(model: type[DutyItem] | type[PlanItem], line: Line) -> Any:
    return model(pk=line.row, **line.values)

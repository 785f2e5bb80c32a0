"""Files of the county: taken, read by the worker where they are workbooks, and stored as they were shown."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.kit.errors import Conflict, Refused
from burden.kit.sheets import refuse_workbook
from burden.ledger.services import record
from burden.resources.importing import MAX_BYTES, Effect, Preview, grid_of, is_workbook, preview_of, read_lines
from burden.resources.models import YEARS, Capacity, CapacityFile

MOST_ATTEMPTS = 2  # a file that two workers could not finish is given up


@transaction.atomic
def take_file(*, by: Actor, name: str, data: bytes, year: int, now: dt.datetime) -> CapacityFile:
    """Take a file in the place of the actor's earlier one; CSV is read at once, a workbook by the worker.

    Refuses: file.office, file.year, file.too_big and what grid_of and read_lines refuse of CSV; stores nothing then.
    """
    post = by.post(Role.OFFICE)
    if post is None:
        raise Refused("file.office", _("只有机制办导入"))
    if not YEARS[0] <= year <= YEARS[1]:
        raise _refused("year", _("年份请填 %(low)s 到 %(high)s") % {"low": YEARS[0], "high": YEARS[1]}, "year")
    if len(data) > MAX_BYTES:
        raise _refused("too_big", _("文件超过 2 MB，请分成几个文件"))
    grid = []
    if not is_workbook(data):
        refuse_workbook(data)  # an empty one
        grid = grid_of(data)
        read_lines(grid, year)
    throw_away(by=by, now=now)
    state = CapacityFile.State.READ if grid else CapacityFile.State.WAITING
    taken = CapacityFile.every.create(
        unit=post.unit,
        by=by.user,
        at=now,
        name=name[:200],
        year=year,
        data=b"" if grid else data,
        grid=grid,
        state=state,
    )
    record(by=by, what="capacity.brought", on=taken, now=now, year=year)
    return taken


@transaction.atomic
def throw_away(*, by: Actor, now: dt.datetime) -> None:
    """Forget what the actor brought and did not store."""
    CapacityFile.objects.visible_to(by).exclude(state=CapacityFile.State.STORED).delete()


def read_next_file() -> bool:
    """Read the oldest workbook that waits, for the worker; safe to run twice, at once, and to kill. Shape: whether there was one."""
    pk = _begin()
    return pk is not None and _read(pk)


@transaction.atomic
def _begin() -> int | None:
    """Note an attempt before it is made: one that a file kills counts."""
    waiting = CapacityFile.every.select_for_update(skip_locked=True).filter(state=CapacityFile.State.WAITING)
    file = waiting.defer("data").order_by("pk").first()
    if file is None:
        return None
    file.attempts += 1
    file.save(update_fields=["attempts"])
    return file.pk


@transaction.atomic
def _read(pk: int) -> bool:
    waiting = CapacityFile.every.select_for_update(skip_locked=True).filter(state=CapacityFile.State.WAITING)
    file = waiting.filter(pk=pk).first()
    if file is None:  # another worker is at it
        return False
    try:
        if file.attempts > MOST_ATTEMPTS:
            raise _refused("unread", _("这个文件读了两次都没读完，请另存为 CSV 再导入"))
        file.grid = grid_of(bytes(file.data))
        read_lines(file.grid, file.year)
        file.state = CapacityFile.State.READ
    except Refused as refused:
        file.grid, file.error, file.state = [], str(refused)[:300], CapacityFile.State.FAILED
    file.data = b""
    file.save(update_fields=["grid", "error", "state", "data"])
    return True


@transaction.atomic
def store_file(*, by: Actor, file: CapacityFile, expected: str, now: dt.datetime) -> int:
    """Store the good lines of a file that was shown; `expected` is the digest of what was shown. All of them, or none.

    Units: the lines stored.
    Refuses: Conflict file.state (it was stored, or is not read), file.changed (something changed meanwhile); file.nothing.
    """
    held = CapacityFile.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=file.pk).first()
    if held is None or held.state != CapacityFile.State.READ:
        raise Conflict("file.state", _("这个文件已经存过，或者换成了别的；没有再写"))
    preview = preview_of(by=by, grid=held.grid, year=held.year, locks=True)
    if preview.digest != expected:
        raise _changed()
    if not preview.good:
        raise Refused("file.nothing", _("没有要存的行"))
    count, new = len(preview.good), len(preview.of(Effect.NEW))
    faulty, same = len(preview.faults), len(preview.same)
    try:
        with transaction.atomic():
            _write(preview, now)
    except IntegrityError as error:  # a colleague stored the same unit meanwhile
        raise _changed() from error
    held.state, held.grid = CapacityFile.State.STORED, []
    held.save(update_fields=["state", "grid"])
    record(by=by, what="capacity.imported", on=held, now=now, new=new, changed=count - new, same=same, faulty=faulty)
    return count


def _changed() -> Conflict:
    return Conflict("file.changed", _("刚才又变了，没有写入；这是现在的结果，看过再确认"))


def _write(preview: Preview, now: dt.datetime) -> None:
    """Write each good line: what it states; what it leaves empty stays as it was."""
    created: list[Capacity] = []
    changed: list[Capacity] = []
    good = preview.good  # what is written is no longer what would be
    for line in good:
        row = line.held or Capacity(unit=line.unit, year=line.year)
        for name, value in line.values.items():
            setattr(row, name, value)
        row.changed_at = now
        (changed if line.held else created).append(row)
    names = sorted({name for line in good for name in line.values})
    Capacity.every.bulk_create(created)
    if changed:
        Capacity.every.bulk_update(changed, [*names, "changed_at"], batch_size=1_000)


def _refused(code: str, words: str, field: str = "file") -> Refused:
    return Refused(f"file.{code}", words, {field: words})

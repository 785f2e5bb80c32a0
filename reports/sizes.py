"""What an export will be, said before it is begun: rows, sheets, and how long and how big by what was exported before."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import OperationalError, connection, transaction

from burden.accounts.actor import Actor
from reports.exports import mine
from reports.extents import Extent
from reports.extracts import count_rows
from reports.models import ExportJob
from reports.tables import TABLES
from reports.writers import parts_of

PATIENCE = 3_000  # ms that one asks to count


@dataclass(frozen=True)
class Estimate:
    """Units: rows of each table, in all; sheets only where a table takes several; seconds, bytes; None: not known."""

    sizes: list[int]
    sheets: int
    seconds: int | None
    size: int | None

    @property
    def total(self) -> int:
        return sum(self.sizes)


def estimate(actor: Actor, extent: Extent, tables: Sequence[str], file_format: str) -> Estimate | None:
    """Count what an export would hold; None where counting takes too long. Refuses: table.too_big."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(PATIENCE)])
            sizes = [count_rows(TABLES[key], actor, extent) for key in tables]
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    except OperationalError:
        return None
    sheets = max(len(parts_of(file_format, rows)) for rows in sizes)
    seconds, size = _alike(actor, sum(sizes), file_format)
    return Estimate(sizes, sheets if sheets > 1 else 0, seconds, size)


def _alike(actor: Actor, rows: int, file_format: str) -> tuple[int | None, int | None]:
    """Return seconds and bytes by the actor's own export of the same format whose rows are most alike in number."""
    done = [job for job in mine(actor) if job.format == file_format and job.size and job.rows_total]
    if not done or not rows:
        return None, None
    like = min(done, key=lambda job: abs(math.log(job.rows_total / rows)))
    more = rows / like.rows_total
    return math.ceil(_took(like).total_seconds() * more), round(like.size * more)


def _took(job: ExportJob) -> dt.timedelta:
    return job.finished_at - job.started_at if job.finished_at and job.started_at else dt.timedelta()


def remaining(job: ExportJob, now: dt.datetime) -> int | None:
    """Return how long a running export will still take, as fast as it went so far. Units: seconds."""
    if not job.started_at or not job.rows_done:
        return None
    return math.ceil((now - job.started_at).total_seconds() * (job.rows_total - job.rows_done) / job.rows_done)

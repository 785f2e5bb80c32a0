"""Writing to the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from django.db import connection, models, transaction

from burden.kit.clock import day_of, midnight
from burden.kit.clock import now as instant
from burden.ledger.models import AuditEvent, Verification

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from burden.accounts.actor import Actor
    from burden.kit.access import ActedRequest


def record(
    *,
    by: Actor | None,
    what: str,
    on: models.Model,
    now: dt.datetime | None = None,
    unit_id: int | None = None,
    **detail: Any,
) -> None:
    """Write one audit event; the last step of every service.

    `by` is None where the system itself acts; `unit_id` then says whose auditors are to see it. `detail` holds codes, counts and ids: never a title, a text or a secret.
    """
    AuditEvent.objects.create(
        at=now or instant(),
        actor_id=by.user_id if by else None,
        actor_name=by.name if by else "system",
        unit_id=by.unit_id if by else unit_id,
        what=what,
        subject=on._meta.model_name or "",
        subject_id=str(on.pk),
        detail=detail,
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
    )


def record_of_nobody(*, what: str, on: models.Model, now: dt.datetime, unit_id: int) -> None:
    """Write that something was said whose sayer is kept nowhere: of nobody, of no hour, of no request."""
    with structlog.contextvars.bound_contextvars(request_id=""):
        record(by=None, what=what, on=on, now=midnight(day_of(now)), unit_id=unit_id)


def record_download(*, request: ActedRequest, what: str, on: models.Model, **detail: Any) -> None:
    """Write that a file was handed out: a HEAD is answered without a body (HeadMiddleware), so it is none."""
    if request.method != "HEAD":
        record(by=request.actor, what=what, on=on, **detail)


def mark_weeks(weeks: Iterable[dt.date]) -> None:
    """Mark whole weeks stale: their trees changed, and single marks cannot repair that."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT mark_weeks(%s::date[])", [list(weeks)])


@transaction.atomic
def keep_verification(*, rows: int, differences: int, now: dt.datetime) -> Verification:
    """Keep what a comparison of the sums with what was filed came to; the newest says whether there is an incident."""
    kept = Verification.objects.create(at=now, rows=rows, differences=differences)
    record(by=None, what="sums.verified", on=kept, now=now, rows=rows, differences=differences)
    return kept

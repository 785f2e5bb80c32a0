"""Is the process alive, and can it serve: what a supervisor and a load balancer ask."""

from __future__ import annotations

import datetime as dt

from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from burden.kit import clock
from burden.kit.access import public
from burden.ledger.models import StaleMark, Verification

BACKLOG = dt.timedelta(minutes=5)  # marks older than this: the worker or the broker is not running


@public()
@transaction.non_atomic_requests
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the process lives; touches nothing."""
    return JsonResponse({"status": "ok"})


@public()
@transaction.non_atomic_requests
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, migrations and recounting are well, else 503 and what is not.

    Shape: sums that differ from what was filed are an incident and no reason to turn everybody away: 200, and the status says so.
    """
    checks = {"database": "ok", "migrations": "ok", "recount": "ok"}
    sums = "ok"
    try:
        checks["migrations"] = _migrations()
        checks["recount"] = _recount()
        sums = _sums()
    except DatabaseError:
        checks["database"] = "unreachable"
    ready = set(checks.values()) == {"ok"}
    status = "not ready" if not ready else "ok" if sums == "ok" else "incident"
    return JsonResponse({"status": status, "checks": checks | {"sums": sums}}, status=200 if ready else 503)


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(waiting)} to apply" if waiting else "ok"


def _recount() -> str:
    oldest = StaleMark.objects.order_by("marked_at").values_list("marked_at", flat=True).first()
    if oldest is None or clock.now() - oldest < BACKLOG:
        return "ok"
    return f"behind since {oldest.isoformat()}"


def _sums() -> str:
    newest = Verification.objects.order_by("pk").last()
    if newest is None or not newest.differences:
        return "ok"
    return f"{newest.differences} of {newest.rows} rows differ, verified {newest.at.isoformat()}"

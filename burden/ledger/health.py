"""Is the process alive, and can it serve: what a supervisor and a load balancer ask."""

from __future__ import annotations

import datetime as dt

from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from burden.kit import clock
from burden.kit.access import public
from burden.ledger.models import StaleMark

BACKLOG = dt.timedelta(minutes=5)  # marks older than this: the worker or the broker is not running


@public()
@transaction.non_atomic_requests
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the process lives; touches nothing."""
    return JsonResponse({"status": "ok"})


@public()
@transaction.non_atomic_requests
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, migrations and recounting are well, else 503 and what is not."""
    checks = {"database": "ok", "migrations": "ok", "recount": "ok"}
    try:
        checks["migrations"] = _migrations()
        checks["recount"] = _recount()
    except DatabaseError:
        checks["database"] = "unreachable"
    ready = set(checks.values()) == {"ok"}
    return JsonResponse({"status": "ok" if ready else "not ready", "checks": checks}, status=200 if ready else 503)


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(waiting)} to apply" if waiting else "ok"


def _recount() -> str:
    oldest = StaleMark.objects.order_by("marked_at").values_list("marked_at", flat=True).first()
    if oldest is None or clock.now() - oldest < BACKLOG:
        return "ok"
    return f"behind since {oldest.isoformat()}"

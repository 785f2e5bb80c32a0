"""Writing to the ledger: events as they happened, weeks to be recounted."""

from __future__ import annotations

import datetime as dt

import pytest
import structlog

from burden.ledger.models import AuditEvent, StaleMark
from burden.ledger.services import mark_weeks, record
from tests.database import as_role
from tests.factories import NOW, make_actor, make_unit

pytestmark = pytest.mark.django_db


def test_record_says_who_what_when():
    actor = make_actor(make_unit())
    record(by=actor, what="unit.opened", on=actor.unit, now=NOW, code="99")
    event = AuditEvent.objects.get()
    assert (event.actor_id, event.actor_name, event.unit_id) == (actor.user_id, actor.name, actor.unit_id)
    assert (event.what, event.subject, event.subject_id) == ("unit.opened", "unit", str(actor.unit_id))
    assert (event.at, event.detail) == (NOW, {"code": "99"})


def test_system_is_named_where_nobody_acts():
    unit = make_unit()
    record(by=None, what="unit.imported", on=unit)
    event = AuditEvent.objects.get()
    assert (event.actor_id, event.actor_name) == (None, "system")


def test_record_keeps_the_request():
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        record(by=None, what="unit.imported", on=make_unit())
    assert AuditEvent.objects.get().request_id == "r-1"


@pytest.mark.parametrize("role", ["burden_web", "burden_worker"])
def test_every_role_writes_events(role):
    unit = make_unit()
    with as_role(role):
        record(by=None, what="unit.imported", on=unit)
    assert AuditEvent.objects.get().subject_id == str(unit.pk)


def test_mark_weeks_marks_each_week_once():
    mondays = [dt.date(2026, 11, 16), dt.date(2026, 11, 9)]
    mark_weeks([*mondays, mondays[0]])
    assert sorted(StaleMark.objects.values_list("week", flat=True)) == sorted(mondays)
    assert set(StaleMark.objects.values_list("unit_id", flat=True)) == {None}

"""What Celery runs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from burden.celery import app
from burden.kit.clock import Week, now
from burden.ledger.models import StaleMark
from reports import tasks
from reports.models import RollupOwn
from tests.factories import make_post, make_return, make_unit, make_user


def test_sweep_brings_sums_up_to_date_and_may_run_twice(db: None) -> None:
    make_return(make_user(), make_unit(), entries=2)
    tasks.sweep()
    tasks.sweep(added_later=True)
    assert RollupOwn.every.get().n_form == 2
    assert not StaleMark.objects.exists()


def test_open_week_lets_the_next_sweep_make_its_rows(db: None) -> None:
    week = Week.at(now()).monday
    make_post(make_unit(), since=week)
    StaleMark.objects.all().delete()
    tasks.open_week()
    tasks.open_week()
    tasks.sweep()
    assert RollupOwn.every.get(week=week).active == 1


@pytest.mark.parametrize(("name", "queue"), [("reports.sweep", "rollups"), ("reports.open_week", "rollups")])
def test_task_is_known_and_routed(name: str, queue: str) -> None:
    app.loader.import_default_modules()
    assert name in app.tasks
    assert app.amqp.router.route({}, name)["queue"].name == queue


def test_every_scheduled_task_is_known_to_a_worker() -> None:
    """In a process of its own: here the suite imported all there is, and a worker drops what it does not know."""
    code = "from burden.celery import app; app.loader.import_default_modules(); print(*app.tasks)"
    known = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(known)

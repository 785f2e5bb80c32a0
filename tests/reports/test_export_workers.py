"""Exports with processes of their own: a worker killed while it writes, and a button pressed by two at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest
from django.db import connection, transaction
from django.urls import reverse

from burden.kit.db import act_as
from reports import exports
from reports.models import ExportJob, RollupSub
from tests.database import as_role, in_threads
from tests.factories import LAST_WEEK, NOW, make_actor, make_unit
from tests.portal import ROOT
from tests.reports.sums import NUMBERS

pytestmark = pytest.mark.django_db(transaction=True)
WEEKS = 150
WORKER = """
import sys, time
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django
django.setup()
from reports.tasks import run_exports
from reports.workbooks import WorkbookWriter
WorkbookWriter.slice, add = 50, WorkbookWriter.add
def halting(self, table, first, last):
    add(self, table, first, last)
    if first > 1:
        print("half", flush=True)
        time.sleep(60)
WorkbookWriter.add = halting
run_exports()
"""


@pytest.fixture
def office(settings, tmp_path: Path):
    """The office of a county with years of sums."""
    settings.EXPORT_DIR = tmp_path
    county = make_unit(level="county", name="临溪县")
    facts = dict.fromkeys(NUMBERS, 0) | {"returns": 41, "active": 60, "m_form": 900}
    RollupSub.every.bulk_create(RollupSub(unit=county, week=LAST_WEEK.plus(-n).monday, **facts) for n in range(WEEKS))
    return make_actor(county, "office")


@pytest.fixture
def job(office) -> ExportJob:
    asked = {"unit": office.unit, "level": "own", "from_week": LAST_WEEK.plus(1 - WEEKS), "to_week": LAST_WEEK}
    return exports.request_export(by=office, tables=["unit_weeks"], file_format="xlsx", now=NOW, **asked)


def killed_half_way(folder: Path) -> None:
    """Let a worker of its own begin, and kill it while it writes."""
    env = os.environ | {"EXPORT_DIR": str(folder), "BURDEN_DB_ROLE": "worker"}
    command = [sys.executable, "-c", WORKER, connection.settings_dict["NAME"]]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as worker:
        try:
            assert worker.stdout
            assert "half" in iter(lambda: worker.stdout.readline().strip(), "")
        finally:
            worker.send_signal(signal.SIGKILL)


def work(until: str, job: ExportJob) -> ExportJob:
    """Let another worker look, as it does every two seconds: the server frees the lock when it sees that its holder is gone."""
    deadline = time.monotonic() + 20
    while job.state != until and time.monotonic() < deadline:
        with as_role("burden_worker"):
            exports.run_waiting()
        job.refresh_from_db()
        time.sleep(0.02)
    assert job.state == until, job.error
    return job


def test_killed_worker_leaves_no_file_and_its_export_runs_again(client, office, job, tmp_path):
    killed_half_way(tmp_path)
    job.refresh_from_db()
    assert (job.state, job.rows_done, job.sizes) == ("running", 50, [WEEKS])
    assert [path.suffix for path in tmp_path.iterdir()] == [".partial"]
    client.force_login(office.user)
    assert client.get(reverse("export_download", args=[job.pk])).status_code == 404
    assert reverse("export_download", args=[job.pk]) not in client.get(reverse("exports")).content.decode()
    work("done", job)
    assert list(tmp_path.iterdir()) == [exports.file_of(job)]
    assert openpyxl.load_workbook(exports.file_of(job)).active.max_row == 4 + WEEKS


def test_worker_killed_twice_is_told_of_and_can_be_retried(client, office, job, tmp_path):
    ExportJob.every.update(attempts=1)  # the first time
    client.force_login(office.user)
    assert "上次后台中断" in client.get(reverse("exports")).content.decode()
    killed_half_way(tmp_path)
    work("failed", job)
    assert list(tmp_path.iterdir()) == []
    assert "后台中断了两次，已停止；可以重试" in client.get(reverse("exports")).content.decode()
    again = {exports.retry_export(by=office, job=job, now=NOW).pk for _each in range(2)}
    assert len(again) == 1
    work("done", ExportJob.every.get(pk=again.pop()))


def test_two_presses_at_once_make_one_export(office, job):
    ExportJob.every.update(state=ExportJob.State.FAILED)
    made = in_threads(2, lambda _number: pressed(office, job))
    assert len({str(each) for each in made}) == 1
    assert ExportJob.every.filter(state=ExportJob.State.WAITING).count() == 1


def pressed(office, job) -> int:
    with transaction.atomic():
        act_as(office.user_id)
        return exports.retry_export(by=office, job=job, now=NOW).pk

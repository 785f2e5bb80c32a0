"""Exports: what is written is what the rollups say, less what law 5 hides."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
import resource
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from django.urls import reverse
from django.utils import translation

from burden.accounts.actor import Actor
from burden.kit.clock import Week
from burden.ledger.models import AuditEvent
from reports import exports, sizes
from reports.export_views import _over, name_of
from reports.extents import Extent
from reports.forms import presets
from reports.models import ExportJob, PortalTime, RollupOwn, RollupOwnSource, RollupSource, RollupSub
from reports.source_periods import SELF
from reports.tables import TABLES
from reports.workbooks import WorkbookWriter
from reports.writers import CsvWriter
from tests.database import as_role
from tests.factories import LAST_WEEK, NOW, make_actor, make_unit
from tests.reports.sums import add_source, add_sums
from tests.reports.trees import move
from tests.wsgi import over_wsgi

WHOLE = ("unit_weeks", "issuers")
MINUTES = ("m_meeting", "m_document", "m_form", "m_inspection", "m_other")
SUMS = [field.name for field in RollupSub._meta.fields if field.name not in {"unit", "week", "pk"}]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Path:
    settings.EXPORT_DIR = tmp_path / "exports"
    return settings.EXPORT_DIR


@pytest.fixture
def county(db):
    return make_unit(level="county", name="临溪县")


@pytest.fixture
def office(county) -> Actor:
    return make_actor(county, "office")


def sums(model, unit, week: Week = LAST_WEEK, **values: int) -> None:
    """One rollup row; what is not given is 0."""
    model.every.create(unit=unit, week=week.monday, **(dict.fromkeys(SUMS, 0) | values))


def ask(by: Actor, **facts) -> ExportJob:
    facts = {"unit": by.unit, "level": "township", "tables": ["unit_weeks"], "file_format": "csv"} | facts
    facts = {"from_week": LAST_WEEK} | facts
    return exports.request_export(by=by, to_week=LAST_WEEK, now=NOW, **facts)


def run(job: ExportJob) -> ExportJob:
    """Run it as the worker's database role."""
    with as_role("burden_worker"):
        exports.run(job)
    job.refresh_from_db()
    return job


def read_csv(job: ExportJob) -> list[dict[str, str]]:
    text = exports.file_of(job).read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))


@pytest.fixture
def townships(county):
    """A county's two townships with enough people behind them."""
    sums(RollupSub, county, returns=41, active=60, m_form=2401)
    units = [make_unit(county, "township", name=name) for name in ("柳河镇", "=cmd镇")]
    for number, unit in enumerate(units):
        sums(RollupSub, unit, returns=20 + number, active=30, n_form=40, m_form=1200 + number, m_meeting=60)
    return units


def test_csv_holds_the_rollup(office, townships):
    first, second = read_csv(run(ask(office)))
    assert first["单位"] == "柳河镇"
    assert (first["报表 人·分钟"], first["合计 人·分钟"], first["已有数据 人"]) == ("1200", "1260", "20")
    assert second["合计 人·分钟"] == "1261"


def test_csv_neutralises_formulas(office, townships):
    assert read_csv(run(ask(office)))[1]["单位"] == "'=cmd镇"


def test_xlsx_reads_back_cell_by_cell(office, townships):
    job = run(ask(office, file_format="xlsx"))
    sheet = openpyxl.load_workbook(exports.file_of(job)).active
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    line = dict(zip(rows[0], rows[1], strict=True))
    assert line["合计 人·分钟"] == 1260
    assert line["周（周一）"] == dt.datetime(2026, 11, 16)
    assert sheet.title == "单位周汇总"
    assert sheet.freeze_panes == "D5"
    assert rows[2][2] == "=cmd镇"
    assert sheet.cell(6, 3).data_type == "s"


def test_two_tables_make_a_zip_of_csvs(office, townships):
    issuer = make_unit(office.unit, "department", name="县水利局")
    issued = dict.fromkeys(("m_meeting", "m_document", "m_inspection", "m_other", "c_min"), 0) | {"n": 3, "m_form": 90}
    RollupSource.every.create(unit=townships[0], week=LAST_WEEK.monday, issuer_id=issuer.pk, **issued)
    job = run(ask(office, tables=list(WHOLE)))
    with zipfile.ZipFile(exports.file_of(job)) as archive:
        assert sorted(archive.namelist()) == ["单位周汇总.csv", "说明.txt", "谁要求的.csv"]
        assert (
            archive.read("说明.txt").decode("utf-8-sig").startswith("临溪县，2026-11-16 至 2026-11-22；单位：人·分钟")
        )
        (line,) = csv.DictReader(io.StringIO(archive.read("谁要求的.csv").decode("utf-8-sig")))
    assert (line["下达单位"], line["合计 人·分钟"]) == ("县水利局", "90")


def test_villages_are_exported_with_their_issuers(office, townships):
    village = make_unit(townships[0], "village", name="青石村")
    people = {"returns": 6, "active": 7, "m_form": 90}
    sums(RollupSub, village, **people)
    sums(RollupOwn, village, **people)
    RollupOwnSource.every.create(unit=village, week=LAST_WEEK.monday, sources=[[office.unit.pk, 3, 0, 0, 90, 0, 0, 0]])
    (line,) = read_csv(run(ask(office, level="village", tables=["issuers"])))
    assert (line["单位"], line["下达单位"], line["合计 人·分钟"]) == ("青石村", "临溪县", "90")


def test_what_units_ask_of_themselves_is_one_row(office, townships):
    zero = dict.fromkeys(("m_meeting", "m_document", "m_inspection", "m_other", "c_min"), 0)
    RollupSource.every.create(unit=townships[0], week=LAST_WEEK.monday, issuer_id=SELF, n=2, m_form=90, **zero)
    (line,) = read_csv(run(ask(office, tables=["issuers"])))
    assert (line["下达单位代码"], line["下达单位"], line["合计 人·分钟"]) == ("", "各单位自定", "90")


def test_job_whose_worker_died_twice_is_given_up(office, townships):
    job = ask(office)
    ExportJob.every.filter(pk=job.pk).update(state=ExportJob.State.RUNNING, attempts=2)
    with as_role("burden_worker"):
        assert exports.run_waiting() == 0
    job.refresh_from_db()
    assert (job.state, job.error) == (ExportJob.State.FAILED, "后台中断了两次，已停止；可以重试")


def test_small_cell_is_not_written(office, townships, county):
    small = make_unit(county, "township", name="小乡")
    sums(RollupSub, small, returns=4, active=9, n_form=2, m_form=77)
    lines = {line["单位"]: line for line in read_csv(run(ask(office)))}
    assert lines["小乡"]["合计 人·分钟"] == ""
    assert lines["小乡"]["说明"].startswith("人数太少，不显示")
    assert (lines["小乡"]["已有数据 人"], lines["小乡"]["在册 人"]) == ("", "")
    # the remainder rule: with 4 returns hidden, the parent's sum would give them away
    assert lines["柳河镇"]["合计 人·分钟"] == ""
    assert lines["'=cmd镇"]["合计 人·分钟"] == "1261"


def test_own_cadres_of_the_parent_count_among_the_hidden(office, townships, county):
    sums(RollupOwn, county, returns=2, active=9, m_form=10)
    lines = {line["单位"]: line for line in read_csv(run(ask(office)))}
    assert lines["柳河镇"]["合计 人·分钟"] == ""


def test_unit_without_returns_is_no_data_not_zero(office, townships, county):
    sums(RollupSub, make_unit(county, "township", name="空乡"), active=9)
    lines = {line["单位"]: line for line in read_csv(run(ask(office)))}
    assert lines["空乡"]["合计 人·分钟"] == ""
    assert lines["空乡"]["说明"].startswith("没有数据")
    assert (lines["空乡"]["已有数据 人"], lines["空乡"]["在册 人"]) == ("0", "9")


def test_own_level_is_the_unit_alone(office, townships):
    (line,) = read_csv(run(ask(office, level="own")))
    assert (line["单位"], line["合计 人·分钟"]) == ("临溪县", "2401")


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"level": "moon"}, "export.level"),
        ({"tables": []}, "export.tables"),
        ({"tables": ["passwords"]}, "export.tables"),
        ({"file_format": "exe"}, "export.format"),
    ],
)
def test_request_refuses_nonsense(office, facts, code):
    with pytest.raises(exports.ExportRefused) as refusal:
        ask(office, **facts)
    assert refusal.value.code == code


def test_weeks_without_any_sums_are_refused(office, townships):
    with pytest.raises(exports.ExportRefused) as refusal:
        exports.check_filled(by=office, unit=office.unit, from_week=LAST_WEEK.plus(1), to_week=LAST_WEEK.plus(9))
    assert refusal.value.code == "export.empty"
    assert str(refusal.value) == "这段时间没有数据：临溪县的数据从 2026-11-16 到 2026-11-22"
    empty = make_unit(office.unit, "department", name="县水利局")
    with pytest.raises(exports.ExportRefused, match="县水利局还没有数据"):
        ask(office, unit=empty)


def test_run_refuses_when_scope_is_gone(office, townships):
    job = ask(office)
    office.user.posts.update(valid=("2020-01-06", "2020-01-13"))
    run(job)
    assert job.state == ExportJob.State.FAILED
    assert "不在这个单位的范围" in job.error
    assert not exports.file_of(job).exists()


def test_run_says_why_the_disk_refused(office, townships, settings, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    settings.EXPORT_DIR = blocked / "exports"
    job = run(ask(office))
    assert job.state == ExportJob.State.FAILED
    assert job.error.startswith("写不了文件")


@pytest.fixture
def weeks(county):
    """Two years and more of a county's weeks."""
    facts = dict.fromkeys(SUMS, 0) | {"returns": 41, "active": 60}
    rows = [RollupSub(unit=county, week=LAST_WEEK.plus(-n).monday, **facts | {"m_form": n * n}) for n in range(150)]
    RollupSub.every.bulk_create(rows)


@contextmanager
def little_room(most: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("tables", [["unit_weeks"], ["unit_weeks", "trend"]])
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_full_disk_is_said_and_leaves_no_file(office, weeks, folder, file_format, tables):
    job = ask(office, level="own", from_week=LAST_WEEK.plus(-149), file_format=file_format, tables=tables)
    with little_room(2_000):
        run(job)
    assert (job.state, job.error) == (ExportJob.State.FAILED, "磁盘空间不足，已中止，没有产生文件；可以重试")
    assert list(folder.iterdir()) == []
    assert run(exports.retry_export(by=office, job=job, now=NOW)).state == ExportJob.State.DONE


def test_full_disk_is_said_while_rows_still_come(office, county, weeks, folder):
    villages = [make_unit(county, "village") for _ in range(40)]
    rows = RollupSub.every.values()
    RollupSub.every.bulk_create(RollupSub(**row | {"unit_id": village.pk}) for row in rows for village in villages)
    job = ask(office, level="village", from_week=LAST_WEEK.plus(-149))
    with little_room(2_000):
        run(job)
    assert (job.state, job.error) == (ExportJob.State.FAILED, "磁盘空间不足，已中止，没有产生文件；可以重试")


def test_failure_is_said_in_the_language_of_who_asked(office, weeks):
    with translation.override("en"):
        job = ask(office, level="own", from_week=LAST_WEEK.plus(-149))
    with little_room(2_000):
        run(job)
    assert job.error == "The disk is full; stopped, no file was made. You can retry"


def test_retry_keeps_what_was_asked(office, weeks):
    facts = {
        "level": "own",
        "from_week": LAST_WEEK.plus(-9),
        "tables": ["trend", "portal"],
        "file_format": "xlsx",
        "basis": "restated",
    }
    job = ask(office, **facts)
    ExportJob.every.update(state=ExportJob.State.CANCELLED)
    again = exports.retry_export(by=office, job=job, now=NOW)
    kept = ("unit_id", "level", "from_week", "to_week", "tables", "format", "basis")
    assert again.pk != job.pk
    assert [getattr(again, name) for name in kept] == [getattr(job, name) for name in kept]


def test_export_without_rows_says_so(client, office, townships):
    job = run(ask(office, level="village"))
    assert (job.state, job.error) == (
        ExportJob.State.FAILED,
        "没有可以导出的行：这些周里，这个范围什么也没有。换一段时间、单位或内容",
    )
    client.force_login(office.user)
    assert "没有可以导出的行" in client.get(reverse("export_estimate"), form(office, level="village")).content.decode()


def test_retry_is_offered_only_where_it_can_help(client, office, townships):
    empty, full, gone = run(ask(office, level="village")), ask(office), ask(office)
    ExportJob.every.filter(pk=full.pk).update(state=ExportJob.State.FAILED, error="磁盘空间不足", sizes=[3])
    ExportJob.every.filter(pk=gone.pk).update(state=ExportJob.State.FAILED, error="不在范围内", unit=make_unit().pk)
    client.force_login(office.user)
    page = client.get(reverse("exports")).content.decode()
    assert [job.pk for job in (empty, full, gone) if reverse("export_retry", args=[job.pk]) in page] == [full.pk]
    (other,) = re.findall(r'href="(/exports/\?[^"]+)"', page)
    chosen = client.get(html.unescape(other)).context["form"]
    assert (chosen["unit"].value(), chosen["level"].value(), chosen["tables"].value()) == (
        office.unit.code, "village", empty.tables,
    )  # fmt: skip


def test_empty_table_beside_others_says_so(office, townships):
    job = run(ask(office, tables=["unit_weeks", "demands"], file_format="xlsx"))
    assert openpyxl.load_workbook(exports.file_of(job))["事项用时"]["A5"].value == "没有数据"


def test_cancelling_twice_is_harmless(client, office, townships):
    job = ask(office)
    client.force_login(office.user)
    said = [client.post(reverse("export_cancel", args=[job.pk]), follow=True).content.decode() for _each in range(2)]
    assert ["取消了，没有产生文件" in page for page in said] == [True, False]
    assert "没有可取消的" in said[1]
    job.refresh_from_db()
    assert job.state == ExportJob.State.CANCELLED
    assert AuditEvent.objects.filter(what="export.cancelled").count() == 1


def test_cancelling_what_is_done_changes_nothing(office, townships):
    job = run(ask(office))
    with pytest.raises(exports.ExportRefused, match="没有可取消的"):
        exports.cancel_export(by=office, job=job, now=NOW)
    job.refresh_from_db()
    assert job.state == ExportJob.State.DONE
    assert exports.file_of(job).exists()


def test_cancelled_while_it_runs_leaves_no_file(office, weeks, folder, monkeypatch):
    job = ask(office, level="own", from_week=LAST_WEEK.plus(-149))
    monkeypatch.setattr(CsvWriter, "slice", 50)
    add = CsvWriter.add

    def cancelled(self, table, first, last):
        add(self, table, first, last)
        ExportJob.every.filter(pk=job.pk).update(state=ExportJob.State.CANCELLED)

    monkeypatch.setattr(CsvWriter, "add", cancelled)
    run(job)
    assert (job.state, job.rows_done) == (ExportJob.State.CANCELLED, 0)
    assert list(folder.iterdir()) == []


def test_what_a_killed_worker_left_is_cleared(office, townships, folder):
    """Killed twice: the job is given up, with its half file and the whole one that was never told of."""
    jobs = [ask(office), ask(office)]
    folder.mkdir()
    for attempts, job in enumerate(jobs, 1):
        ExportJob.every.filter(pk=job.pk).update(state=ExportJob.State.RUNNING, attempts=attempts)
        exports.file_of(job).with_suffix(".partial").write_text("half")
        exports.file_of(job).write_text("whole")
    with as_role("burden_worker"):
        assert exports.run_waiting() == 1
    assert [ExportJob.every.get(pk=job.pk).state for job in jobs] == ["done", "failed"]
    assert list(folder.iterdir()) == [exports.file_of(jobs[0])]


def test_file_that_nobody_was_told_of_is_cleared_after_cancelling(office, townships, folder):
    """A worker killed between naming the file and saying so: then it is cancelled, and nobody owns the file."""
    kept, lost = run(ask(office)), ask(office)
    ExportJob.every.filter(pk=lost.pk).update(state=ExportJob.State.RUNNING, attempts=1)
    exports.file_of(lost).write_text("whole")
    exports.file_of(lost).with_suffix(".partial").write_text("half")
    (folder / "kept by hand.csv").write_text("")
    exports.cancel_export(by=office, job=lost, now=NOW)
    with as_role("burden_worker"):
        assert exports.expire(NOW) == 0
    assert {path.name for path in folder.iterdir()} == {exports.file_of(kept).name, "kept by hand.csv"}


def test_job_cancelled_just_before_does_not_begin(office, townships, folder):
    job = ask(office)
    exports.cancel_export(by=office, job=job, now=NOW)
    job.state = ExportJob.State.WAITING  # as the worker read it
    assert run(job).state == ExportJob.State.CANCELLED
    assert not exports.file_of(job).exists()


def test_retry_pressed_twice_is_one_export(client, office, townships):
    job = run(ask(office, level="village"))
    client.force_login(office.user)
    for _each in range(2):
        client.post(reverse("export_retry", args=[job.pk]))
    assert list(ExportJob.every.values_list("state", flat=True).order_by("pk")) == ["failed", "waiting"]


def test_table_named_twice_is_written_once(office, townships):
    assert ask(office, tables=["trend", "unit_weeks", "trend"]).tables == ["trend", "unit_weeks"]


def test_page_tells_how_far_each_table_is(client, office, townships):
    asked = ask(office, tables=["unit_weeks", "issuers", "trend"])
    going = ExportJob.every.filter(pk=asked.pk)
    client.force_login(office.user)

    def told(**facts) -> str:
        going.update(state=ExportJob.State.RUNNING, **facts)
        return re.sub(r"\s+", "", client.get(reverse("export_progress")).content.decode())

    assert "第2张表／3：正在汇总谁要求的" in told(sizes=[90])
    facts = {"sizes": [90, 0, 2300], "rows_total": 2390}
    assert "第1张表／3：单位周汇总45／90行；全部45／2,390行（1%）" in told(rows_done=45, **facts)
    assert "第3张表／3：每周走势1,468／2,300行；全部1,558／2,390行（65%）" in told(rows_done=1_558, **facts)
    assert "第3张表／3：每周走势2,300／2,300行；全部2,390／2,390行（100%）" in told(rows_done=2_390, **facts)


def test_long_table_is_split_and_that_is_said_before(client, office, weeks, monkeypatch):
    monkeypatch.setattr(WorkbookWriter, "max_rows", 60)
    client.force_login(office.user)
    asked = form(office, level="own", since=str(LAST_WEEK.plus(-149)), format="xlsx")
    assert "最长的表会分成 3 张" in client.get(reverse("export_estimate"), asked).content.decode()
    job = run(ask(office, level="own", from_week=LAST_WEEK.plus(-149), file_format="xlsx"))
    book = openpyxl.load_workbook(exports.file_of(job))
    assert book.sheetnames == ["单位周汇总", "单位周汇总 (2)", "单位周汇总 (3)"]
    weeks = [row[0] for sheet in book for row in sheet.iter_rows(min_row=5, values_only=True)]
    assert (len(set(weeks)), weeks == sorted(weeks)) == (150, True)


def test_estimate_tells_time_and_size_by_earlier_exports(client, office, weeks):
    client.force_login(office.user)
    asked = form(office, level="own", since=str(LAST_WEEK.plus(-149)))
    assert "秒" not in client.get(reverse("export_estimate"), asked).content.decode()
    job = run(ask(office, level="own", from_week=LAST_WEEK.plus(-74)))
    started = job.started_at
    ExportJob.every.filter(pk=job.pk).update(finished_at=started + dt.timedelta(seconds=6), size=2_048)
    page = re.sub(r"\s", "", client.get(reverse("export_estimate"), asked).content.decode())
    assert "共150行，约12秒、4.0KB" in page


def test_estimate_of_too_many_rows_gives_up_counting(office, weeks, monkeypatch):
    monkeypatch.setattr(sizes, "PATIENCE", 1)
    slow = replace(TABLES["trend"], rows=lambda actor, extent: RollupSub.every.raw("SELECT pg_sleep(1), NULL AS pk"))
    monkeypatch.setitem(TABLES, "trend", slow)
    extent = Extent(office.unit, "own", LAST_WEEK.plus(-149), LAST_WEEK)
    assert sizes.estimate(office, extent, ["trend"], "xlsx") is None


def test_running_export_says_how_long_it_will_take(office):
    job = ExportJob(rows_total=300, rows_done=100, started_at=NOW)
    assert sizes.remaining(job, NOW + dt.timedelta(seconds=5)) == 10
    assert sizes.remaining(ExportJob(rows_total=300), NOW) is None


def test_retry_after_failure_works(office, townships, settings, folder, tmp_path):
    settings.EXPORT_DIR = tmp_path / "file" / "exports"
    (tmp_path / "file").write_text("")
    failed = run(ask(office))
    settings.EXPORT_DIR = folder
    assert run(exports.retry_export(by=office, job=failed, now=NOW)).state == ExportJob.State.DONE


def test_cancelled_job_leaves_no_file(office, townships):
    job = ask(office)
    exports.cancel_export(by=office, job=job, now=NOW)
    with as_role("burden_worker"):
        assert exports.run_waiting() == 0
    job.refresh_from_db()
    assert job.state == ExportJob.State.CANCELLED


def test_orphaned_job_runs_again(office, townships):
    job = ask(office)
    ExportJob.every.filter(pk=job.pk).update(state=ExportJob.State.RUNNING, attempts=1)
    with as_role("burden_worker"):
        assert exports.run_waiting() == 1
    job.refresh_from_db()
    assert job.state == ExportJob.State.DONE


def test_file_expires_after_seven_days(office, townships):
    job = run(ask(office))
    assert job.expires_at - job.finished_at == dt.timedelta(days=7)
    assert _over(office, job, job.finished_at)["days_left"] == 7
    assert exports.expire(job.expires_at) == 1
    job.refresh_from_db()
    assert job.state == ExportJob.State.EXPIRED
    assert not exports.file_of(job).exists()


# ---- the page


def form(office: Actor, **fields) -> dict:
    return {
        "since": "2026-11-16",
        "until": "2026-11-22",
        "unit": office.unit.code,
        "level": "township",
        "tables": ["unit_weeks"],
        "basis": "reported",
        "format": "csv",
    } | fields


def test_page_takes_a_request_and_hands_out_the_file(client, office, townships):
    client.force_login(office.user)
    assert client.post(reverse("exports"), form(office)).status_code == 302
    job = run(ExportJob.every.get())
    response = client.get(reverse("export_download", args=[job.pk]))
    assert response.status_code == 200
    assert b"".join(response).startswith(b"\xef\xbb\xbf")


def test_head_of_a_file_hands_out_nothing_and_is_no_download(client, office, townships):
    client.force_login(office.user)
    client.post(reverse("exports"), form(office))
    url = reverse("export_download", args=[run(ExportJob.every.get()).pk])
    downloads = AuditEvent.objects.filter(what="export.downloaded")
    status, headers, body = over_wsgi(client, "HEAD", url)
    assert (status, body, downloads.count()) == ("200 OK", b"", 0)
    assert int(headers["Content-Length"]) == len(over_wsgi(client, "GET", url)[2])
    assert downloads.count() == 1


def test_page_names_the_field(client, office, townships):
    client.force_login(office.user)
    response = client.post(reverse("exports"), form(office, until="2026-11-01", tables=[]))
    assert response.status_code == 422
    assert "结束的日子早于开始的日子" in response.content.decode()
    assert "至少选一项内容" in response.content.decode()
    assert not ExportJob.every.exists()


@pytest.mark.parametrize(("since", "until"), [("1900-01-01", "1900-12-31"), ("2028-01-01", "2028-12-31")])
def test_year_without_data_is_refused_in_a_sentence(client, office, townships, since, until):
    client.force_login(office.user)
    asked = form(office, since=since, until=until)
    for response in (client.post(reverse("exports"), asked), client.get(reverse("export_estimate"), asked)):
        assert "这段时间没有数据：临溪县的数据从 2026-11-16 到 2026-11-22" in response.content.decode()
    assert client.post(reverse("exports"), form(office, since="9999-12-27", until="9999-12-31")).status_code == 422
    assert not ExportJob.every.exists()


def test_fifty_years_are_refused_in_a_sentence(client, office, townships):
    client.force_login(office.user)
    asked = form(office, since="1976-11-15")
    for answer in (client.post(reverse("exports"), asked), client.get(reverse("export_estimate"), asked)):
        assert "一次最多导出 210 周" in answer.content.decode()
    said = {"unit": office.unit.code, "from_week": "1976-11-15", "to_week": "2026-11-16", "tables": ["trend"]}
    answer = client.post("/api/v1/exports/", said, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "export.period")
    assert not ExportJob.every.exists()


def test_retry_that_is_refused_says_why(client, office, townships):
    job = run(ask(office))
    RollupSub.every.filter(unit=office.unit).delete()
    client.force_login(office.user)
    answer = client.post(reverse("export_retry", args=[job.pk]), follow=True)
    assert "临溪县还没有数据" in answer.content.decode()


def test_running_week_is_offered_as_provisional():
    running = presets(NOW)[1]
    assert (str(running["label"]), running["since"], running["until"]) == (
        "本周至今（暂定）",
        "2026-11-23",
        "2026-11-29",
    )


def test_form_comes_back_as_it_was_sent(client, office, townships):
    client.force_login(office.user)
    asked = form(office, since="2026-11-18", until="2026-11-23", level="department", tables=["issuers"])
    shown = client.post(reverse("exports"), asked, follow=True).context["form"]
    assert {name: shown[name].value() for name in shown.fields} == asked


def test_file_name_says_what_and_when(client, office, townships):
    client.force_login(office.user)
    job = run(ask(office, level="own"))
    job.finished_at = NOW
    assert name_of(job) == "临溪县 本单位合计（含全部下级） 单位周汇总 20261116-20261122 生成于20261124-100000.csv"
    assert name_of(ask(office)).endswith("20261116-20261122.csv")


def test_file_name_is_one_that_file_systems_take(office, townships, county):
    job = ask(office, tables=list(TABLES), level="township", basis="restated")
    assert f" 单位周汇总等 {len(TABLES)} 张表 " in name_of(job)
    job.unit.name = "很长的县" * 25
    assert len(name_of(job).encode()) <= 255
    assert name_of(job).endswith(" 20261116-20261122 现行区划.zip")


def test_units_are_offered_level_by_level(client, office, townships, county):
    make_unit(county, "department", name="县水利局", code=county.code[:6] + "000009")
    client.force_login(office.user)
    groups = client.get(reverse("exports")).context["form"].fields["unit"].choices
    assert [str(label) for label, _units in groups] == ["县", "乡镇", "部门"]
    assert groups[0][1] == [(county.code, "临溪县")]
    levels = [level for level, _label in client.get(reverse("exports")).context["form"].fields["level"].choices]
    assert levels == ["own", "township", "village", "department"]  # no cities and no counties in a county


@pytest.mark.parametrize(
    "said",
    [
        {"unit": "000000000000"}, {"tables": "zz"}, {"level": "zz"}, {"format": "zz"}, {"basis": "zz"}, {"since": "zz"},
    ],
)  # fmt: skip
def test_address_that_chooses_what_is_not_offered_is_404(client, office, townships, said):
    client.force_login(office.user)
    assert client.get(reverse("exports"), said).status_code == 404
    assert client.get(reverse("exports"), {"zz": "zz"}).status_code == 200


def test_page_offers_to_export_what_can_be(client, office, townships, county):
    """A village is exported with its township: its page led to a form that chose another unit."""
    client.force_login(office.user)
    town = townships[0]
    for unit, is_offered in ((county, True), (town, True), (make_unit(town, "village"), False)):
        page = client.get(reverse("report", args=[unit.code])).content.decode()
        assert (f"/exports/?unit={unit.code}" in page) is is_offered


def test_page_says_before_which_tables_have_one_tree(client, office, townships):
    client.force_login(office.user)
    page = client.get(reverse("exports")).content.decode()
    for words, tree in (("当时区划", "reported"), ("现行区划", "restated")):
        titles = "、".join(str(table.title) for table in TABLES.values() if table.tree == tree)
        assert f"只有{words}的：{titles}" in page


def test_control_of_an_export_keeps_its_id(client, office, townships):
    """The list is polled: htmx puts the focus back on what has the same id."""
    job = ask(office)
    client.force_login(office.user)
    for _state in ("waiting", "done"):
        assert client.get(reverse("export_progress")).content.decode().count(f'id="job-{job.pk}"') == 1
        run(job)


def test_foreign_unit_is_refused(client, office, townships):
    client.force_login(office.user)
    foreign = make_unit(level="county")
    assert client.post(reverse("exports"), form(office, unit=foreign.code)).status_code == 422
    assert not ExportJob.every.exists()


def test_observer_of_the_city_exports_only_the_own_county(client, office, townships):
    city = make_unit(level="city")
    make_actor(city, "observer", office.user)
    client.force_login(office.user)
    assert client.post(reverse("exports"), form(office, unit=city.code)).status_code == 422
    assert not ExportJob.every.exists()


def test_estimate_counts_before_the_start(client, office, townships):
    client.force_login(office.user)
    assert "共 2 行" in client.get(reverse("export_estimate"), form(office)).content.decode()


def test_estimate_says_that_the_weeks_are_too_many(client, office, townships):
    client.force_login(office.user)
    page = client.get(reverse("export_estimate"), form(office, since="2020-01-06")).content.decode()
    assert "一次最多导出 210 周" in page


def test_download_is_for_the_requester_alone(client, office, townships, county):
    job = run(ask(office))
    client.force_login(make_actor(county, "office").user)
    for action in ("export_download", "export_cancel", "export_retry"):
        method = client.get if action == "export_download" else client.post
        assert method(reverse(action, args=[job.pk])).status_code == 404


def test_page_says_that_exports_wait(client, office, townships):
    ask(office)  # created at NOW, long past: no worker took it
    client.force_login(office.user)
    assert "后台没有响应" in client.get(reverse("exports")).content.decode()


@pytest.mark.parametrize("jobs", [1, 3])
def test_page_query_count_is_constant(client, office, townships, jobs, django_assert_num_queries):
    for _each in range(jobs):
        ask(office)
    client.force_login(office.user)
    client.get(reverse("exports"))
    with django_assert_num_queries(14):  # two of them for the numbers in the top bar
        client.get(reverse("exports"))


def test_worker_logs_under_the_id_of_the_request(client, office, townships, caplog):
    client.force_login(office.user)
    client.post(reverse("exports"), form(office))
    caplog.clear()
    with as_role("burden_worker"):
        exports.run_waiting()
    (line,) = [record.msg for record in caplog.records if record.msg.get("event") == "export_started"]
    assert line["request_id"] == ExportJob.every.get().request_id != ""


def test_file_in_todays_tree_counts_a_village_where_it_stands(office, folder):
    """The same weeks in both trees: the sum of all is the same, and the file says which it is."""
    old, new = (make_unit(office.unit, "township", name=name) for name in ("柳河镇", "云峰乡"))
    village = make_unit(old, "village", name="青石村")
    people = {"returns": 6, "active": 7}
    for unit, facts in ((village, {"m_form": 90}), (old, {"m_form": 700}), (new, {"m_form": 500})):
        add_sums(unit, **(people | dict.fromkeys(MINUTES, 0) | facts))
    RollupOwnSource.every.filter(unit=village).update(sources=[[0, 6, 0, 0, 90, 0, 0, 0, 0, 0]])
    for town, minutes in ((old, 790), (new, 500)):
        add_source(town, None, minutes=minutes)
    move(village, new, LAST_WEEK.plus(1))
    for basis, sums_, words in (("reported", ["790", "500"], "按当时区划"), ("restated", ["700", "590"], "按现行区划")):
        for table in WHOLE:
            job = run(ask(office, basis=basis, tables=[table]))
            assert [line["合计 人·分钟"] for line in read_csv(job)] == sums_
            assert ("现行区划" in name_of(job)) is (basis == "restated")
        assert words in exports._note(job, TABLES[table])


@pytest.mark.parametrize(
    ("key", "name", "words"),
    [
        ("unregistered", "（近半年）", "近半年的合计"),
        ("signals", "（近半年）", "近半年的合计"),
        ("relief", "（近一年）", "52 周"),
        ("replies", "（当年）", "算的是当年"),
    ],
)
def test_table_of_other_weeks_than_those_asked_for_says_so(office, key, name, words):
    """In its name, which files, sheets and the page before the start have, and in its heading."""
    job = ExportJob(unit=office.unit, level="own", from_week=LAST_WEEK.monday, to_week=LAST_WEEK.monday, tables=[key])
    assert str(TABLES[key].title).endswith(name)
    note = exports._note(job, TABLES[key])
    assert "所选 2026-11-16 至 2026-11-22；" in note and words in note
    assert [each.key for each in TABLES.values() if each.span] == ["unregistered", "signals", "relief", "replies"]


def test_file_in_todays_tree_hides_what_the_two_trees_would_tell(office, folder):
    old, new = (make_unit(office.unit, "township", name=name) for name in ("柳河镇", "云峰乡"))
    villages = [make_unit(old, "village") for _ in range(3)]
    for village, returns in zip(villages, (4, 9, 12), strict=True):
        add_sums(village, returns=returns, active=12)
    add_sums(new, returns=9, active=12)
    move(villages[0], new, LAST_WEEK.plus(1))
    lines = read_csv(run(ask(office, basis="restated")))
    assert [(line["合计 人·分钟"], line["说明"].split("；")[0]) for line in lines] == [("", "人数太少，不显示")] * 2
    assert {line["合计 人·分钟"] for line in read_csv(run(ask(office)))} == {"15000", "5400"}


def test_file_says_of_every_table_which_tree_it_has(client, office, folder):
    """What is known in one tree alone is not said to be of the other."""
    town = make_unit(office.unit, "township", name="柳河镇")
    add_sums(town, active=9)
    add_source(town, None, minutes=60)
    PortalTime.every.create(unit=town, week=LAST_WEEK.monday, n=6, median_s=40, total_s=240)
    job = run(ask(office, basis="restated", tables=["unit_weeks", "portal", "indicators"]))
    with zipfile.ZipFile(exports.file_of(job)) as archive:
        note = archive.read("说明.txt").decode("utf-8-sig")
    today, then = note.split("\n\n")
    assert ("按现行区划" in today, today.splitlines()[1:]) == (True, ["单位周汇总", "全部指标"])
    assert ("按当时区划" in then, then.splitlines()[1:]) == (True, ["平台自身负担"])
    assert "现行区划" in name_of(job)
    assert "现行区划" not in name_of(run(ask(office, basis="restated", tables=["portal"])))
    client.force_login(office.user)
    for key, basis in (("portal", "reported"), ("unit_weeks", "restated"), ("calendar", "restated")):
        answer = client.get(f"/api/v1/tables/{key}/", {"unit": office.unit.code, "basis": "restated"}).json()
        assert answer["basis"] == basis
    declared = {row["key"]: row["basis"] for row in client.get("/api/v1/tables/").json()["results"]}
    assert (declared["portal"], declared["unit_weeks"], declared["capacity"]) == ("reported", "", "")


def test_unknown_tree_is_refused(office, townships):
    with pytest.raises(exports.ExportRefused) as refused:
        ask(office, basis="guessed")
    assert refused.value.code == "export.basis"

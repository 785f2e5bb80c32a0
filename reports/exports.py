"""Exports: asked for as a row, run by a worker, downloaded by who asked, gone after seven days.

The row is the queue: a request never talks to the broker, and a dead one only makes exports wait.
"""

from __future__ import annotations

import datetime as dt
import errno
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Max, Min
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor, actor_of
from burden.accounts.roles import EXPORTERS
from burden.kit import clock
from burden.kit.clock import Week
from burden.kit.errors import Refused
from burden.ledger.services import record
from burden.units.models import Level, Unit, UnitQuerySet
from reports.extents import LEVELS, Extent
from reports.extracts import collect
from reports.models import ExportJob, ExportQuerySet, RollupSub
from reports.restated import BASES, REPORTED, RESTATED
from reports.table_kinds import Table
from reports.tables import TABLES
from reports.writers import WRITERS, Writer, parts_of

log = structlog.get_logger()
KEPT = dt.timedelta(days=7)
LOCK = 8  # advisory lock: one export at a time, so that recounting always has a worker
MAX_WEEKS = 210
PARTIAL = ".partial"  # how a file is called until it is whole
GOING = (ExportJob.State.WAITING, ExportJob.State.RUNNING)
ASKED = ("unit_id", "level", "from_week", "to_week", "tables", "format", "basis")  # what makes two exports the same
OURS = re.compile(r"([\w-]{43})\.(csv|xlsx|zip|partial)")  # names of files: a token and what it is
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class ExportRefused(Refused):
    """An export that was not begun, or not finished; the sentence says why."""


class CancelledError(Exception):
    """The requester cancelled while the export ran."""


def units_for(actor: Actor) -> UnitQuerySet:
    """Units whose figures the actor may ask for: the own one and those right below it."""
    post = actor.post(*EXPORTERS)
    seen = Unit.objects.visible_to(actor).exclude(level=Level.VILLAGE)
    return seen.under(post.unit).filter(depth__lte=post.unit.depth + 1).order_by("path") if post else seen.none()


def is_offered(actor: Actor, unit: Unit) -> bool:
    """Whether a unit is among these, which costs no query."""
    post = actor.post(*EXPORTERS)
    if post is None or unit.level == Level.VILLAGE:
        return False
    return may_export(actor, unit) and unit.depth <= post.unit.depth + 1


def mine(actor: Actor) -> ExportQuerySet:
    """The actor's export jobs, newest first; the last fifty."""
    return ExportJob.objects.visible_to(actor).select_related("unit").order_by("-created_at", "-pk")[:50]


def check_request(*, from_week: Week, to_week: Week, level: str, tables: Sequence[str], file_format: str) -> None:
    """Refuse what cannot be exported. Refuses: export.period, export.level, export.tables, export.format."""
    if to_week < from_week:
        raise ExportRefused("export.period", _("结束的周早于开始的周"), {"to_week": _("结束的周早于开始的周")})
    if (to_week.monday - from_week.monday).days >= MAX_WEEKS * 7:
        raise ExportRefused(
            "export.period", _("一次最多导出 %d 周") % MAX_WEEKS, {"from_week": _("一次最多导出 %d 周") % MAX_WEEKS}
        )
    if level not in LEVELS:
        raise ExportRefused("export.level", _("没有这个单位范围"), {"level": _("没有这个单位范围")})
    if not tables or not set(tables) <= set(TABLES):
        raise ExportRefused("export.tables", _("至少选一项内容"), {"tables": _("至少选一项内容")})
    if file_format not in WRITERS:
        raise ExportRefused("export.format", _("格式只能是 xlsx 或 csv"), {"format": _("格式只能是 xlsx 或 csv")})


def check_filled(*, by: Actor, unit: Unit, from_week: Week, to_week: Week) -> None:
    """Refuse weeks of which a unit has no sums, and say which there are. Refuses: export.empty."""
    counted = RollupSub.objects.visible_to(by).filter(unit=unit)
    if counted.filter(week__range=(from_week.monday, to_week.monday)).exists():
        return
    found = counted.aggregate(first=Min("week"), last=Max("week"))
    words = _("%(unit)s还没有数据") % {"unit": unit.name}
    if found["first"]:
        facts = {"unit": unit.name, "since": found["first"], "until": Week(found["last"]).sunday}
        words = _("这段时间没有数据：%(unit)s的数据从 %(since)s 到 %(until)s") % facts
    raise ExportRefused("export.empty", words, {"from_week": words})


@transaction.atomic
def request_export(
    *,
    by: Actor,
    unit: Unit,
    level: str,
    from_week: Week,
    to_week: Week,
    tables: Sequence[str],
    file_format: str,
    now: dt.datetime,
    basis: str = REPORTED,
) -> ExportJob:
    """Put an export into the queue. Refuses: export.basis, and as check_request and check_filled."""
    if basis not in BASES:
        raise ExportRefused("export.basis", _("没有这个区划口径"), {"basis": _("没有这个区划口径")})
    check_request(from_week=from_week, to_week=to_week, level=level, tables=tables, file_format=file_format)
    check_filled(by=by, unit=unit, from_week=from_week, to_week=to_week)
    job = ExportJob.every.create(
        requested_by=by.user,
        unit=unit,
        level=level,
        from_week=from_week.monday,
        to_week=to_week.monday,
        tables=list(dict.fromkeys(tables)),
        format=file_format,
        basis=basis,
        language=translation.get_language(),
        token=secrets.token_urlsafe(32),
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
        created_at=now,
    )
    record(by=by, what="export.requested", on=job, now=now, unit=unit.code, tables=list(tables))
    return job


@transaction.atomic
def cancel_export(*, by: Actor, job: ExportJob, now: dt.datetime) -> None:
    """Stop an export that waits or runs; one that is over stays as it is. Refuses: export.over."""
    going = ExportJob.objects.visible_to(by).filter(pk=job.pk, state__in=GOING)
    if not going.update(state=ExportJob.State.CANCELLED, finished_at=now):
        raise ExportRefused("export.over", _("这次导出已经生成、取消或没办成，没有可取消的"))
    record(by=by, what="export.cancelled", on=job, now=now)


@transaction.atomic
def retry_export(*, by: Actor, job: ExportJob, now: dt.datetime) -> ExportJob:
    """Ask for the same again; pressed twice it is one export, that which waits or runs. Refuses: as request_export."""
    mine = ExportJob.objects.visible_to(by)
    mine.select_for_update().get(pk=job.pk)  # two that press at once
    same = mine.filter(
        state__in=GOING, language=translation.get_language(), **{name: getattr(job, name) for name in ASKED}
    )
    return same.first() or request_export(
        by=by,
        unit=job.unit,
        level=job.level,
        from_week=Week(job.from_week),
        to_week=Week(job.to_week),
        tables=job.tables,
        file_format=job.format,
        basis=job.basis,
        now=now,
    )


def run_waiting() -> int:
    """Run every waiting export, oldest first; none while another worker does. Returns how many were run."""
    with _alone() as mine:
        if not mine:
            return 0
        _requeue_orphans()
        done = 0
        while (job := _next_job()) is not None:
            with structlog.contextvars.bound_contextvars(request_id=job.request_id):
                run(job)
            done += 1
        return done


@contextmanager
def _alone() -> Iterator[bool]:
    """Hold the lock of exports for this database session; a killed worker's is freed by the server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, 0)", [LOCK])
        (mine,) = cursor.fetchone()
        try:
            yield mine
        finally:
            if mine:
                cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [LOCK])


def _requeue_orphans() -> None:
    """Nobody else holds the lock, so a running job's worker is dead: queue it once more, then give up; nothing of it stays."""
    running = ExportJob.every.filter(state=ExportJob.State.RUNNING)
    for job in running.filter(attempts__gte=2):
        with translation.override(job.language):
            _finish(job, ExportJob.State.FAILED, error=_("后台中断了两次，已停止；可以重试"))
        file_of(job).unlink(missing_ok=True)
    running.update(state=ExportJob.State.WAITING)
    for partial in Path(settings.EXPORT_DIR).glob(f"*{PARTIAL}"):
        partial.unlink()


def found_nothing(job: ExportJob) -> bool:
    """Whether an export failed since there was no row: the same would find none again."""
    return job.state == ExportJob.State.FAILED and len(job.sizes) == len(job.tables) and not sum(job.sizes)


def _next_job() -> ExportJob | None:
    waiting = ExportJob.every.filter(state=ExportJob.State.WAITING)
    return waiting.select_related("requested_by", "unit").order_by("created_at", "pk").first()


def run(job: ExportJob) -> None:
    """Run one export; the row carries progress, failure and result. No partial file is ever visible."""
    begun = {"state": ExportJob.State.RUNNING, "started_at": clock.now(), "attempts": job.attempts + 1}
    begun |= {"sizes": [], "rows_total": 0, "rows_done": 0}
    if not ExportJob.every.filter(pk=job.pk, state=ExportJob.State.WAITING).update(**begun):
        return  # cancelled just before
    for name, value in begun.items():
        setattr(job, name, value)
    log.info("export_started", job=job.pk)
    with translation.override(job.language):
        error = _attempt(job)
    if error is not None:
        _finish(job, ExportJob.State.FAILED, error=error)


def _attempt(job: ExportJob) -> str | None:
    """Write the file under another name and put it in its place; return the sentence that says why not."""
    path = file_of(job)
    partial = path.with_suffix(PARTIAL)
    try:
        actor = _authorise(job)
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(job, actor, partial)
        partial.replace(path)
        _finish(job, ExportJob.State.DONE, size=path.stat().st_size)
    except CancelledError:
        log.info("export_cancelled", job=job.pk)
    except Refused as refusal:
        return refusal.detail
    except OSError as error:
        log.error("export_failed", job=job.pk, error=str(error))
        if error.errno in FULL:
            return _("磁盘空间不足，已中止，没有产生文件；可以重试")
        return _("写不了文件：%s。没有产生文件，可以重试") % (error.strerror or error)
    except DatabaseError as error:
        log.error("export_failed", job=job.pk, error=str(error))
        return _("读取数据时中断。没有产生文件，可以重试")
    finally:
        with suppress(OSError):
            partial.unlink()
    return None


def _finish(job: ExportJob, state: str, *, size: int = 0, error: str = "") -> None:
    now = clock.now()
    job.state, job.finished_at, job.size, job.error = state, now, size, error[:300]
    job.expires_at = now + KEPT if state == ExportJob.State.DONE else None
    ended = ExportJob.every.filter(pk=job.pk, state=ExportJob.State.RUNNING).update(
        state=job.state, finished_at=now, size=size, error=job.error, expires_at=job.expires_at, rows_done=job.rows_done
    )
    if not ended:  # cancelled in the last moment
        file_of(job).unlink(missing_ok=True)


def _authorise(job: ExportJob) -> Actor:
    """Return the requester, whose scope is checked again, now. Refuses: export.scope."""
    actor = actor_of(job.requested_by)
    if actor is None or not may_export(actor, job.unit):
        raise ExportRefused("export.scope", _("你已不在这个单位的范围内，不能再导出"))
    return actor


def may_export(actor: Actor, unit: Unit) -> bool:
    """Whether the actor may take figures of the unit away."""
    post = actor.post(*EXPORTERS)  # an observer's wider range is for looking
    if post is None:
        return False
    low, high = post.unit.range
    return low <= unit.path < high


def file_of(job: ExportJob) -> Path:
    """Where the file lies; its name holds the secret token."""
    zipped = job.format == "csv" and len(job.tables) > 1
    return Path(settings.EXPORT_DIR) / f"{job.token}.{'zip' if zipped else job.format}"


def extent_of(job: ExportJob) -> Extent:
    """Which rows a job asked for."""
    return Extent(job.unit, job.level, Week(job.from_week), Week(job.to_week), job.basis)


def _write(job: ExportJob, actor: Actor, partial: Path) -> None:
    tables = [TABLES[key] for key in job.tables]
    for table in tables:
        job.sizes.append(collect(table, actor, extent_of(job)))
        _tell(job, sizes=job.sizes)
    job.rows_total = sum(job.sizes)
    if not job.rows_total:
        raise ExportRefused("export.empty", _("没有可以导出的行：这些周里，这个范围什么也没有。换一段时间、单位或内容"))
    _tell(job, rows_total=job.rows_total)
    writer: Writer = WRITERS[job.format](partial, tables)
    with ExitStack() as undone:
        undone.callback(writer.abort)
        for table, rows in zip(tables, job.sizes, strict=True):
            _write_table(job, writer, table, rows)
        writer.close()
        undone.pop_all()


def _write_table(job: ExportJob, writer: Writer, table: Table, rows: int) -> None:
    """Write one table, in as many parts as it takes, and say after each slice how far it is."""
    parts = parts_of(job.format, rows)
    for number, (start, end) in enumerate(parts, 1):
        writer.begin(table, _note(job, table), end - start + 1, number, len(parts))
        for first in range(start, end + 1, writer.slice):
            last = min(first + writer.slice - 1, end)
            with transaction.atomic():  # a full disk cuts the query off, and must be told of afterwards
                writer.add(table, first, last)
            job.rows_done += last - first + 1
            _tell(job, rows_done=job.rows_done)


def _tell(job: ExportJob, **facts: int | list[int]) -> None:
    """Say how far a job is. Refuses (CancelledError): it was cancelled meanwhile."""
    if not ExportJob.every.filter(pk=job.pk, state=ExportJob.State.RUNNING).update(**facts):
        raise CancelledError


def _note(job: ExportJob, table: Table) -> str:
    """Say whose figures a table has, of which weeks, in which tree, and when they were read."""
    tree = _("按现行区划") if table.of(extent_of(job)).basis == RESTATED else _("按当时区划")
    unlike = extent_of(job).unlike if table.is_yearly else []
    days = {"since": job.from_week, "until": job.to_week + dt.timedelta(days=6)}
    weeks = _("%(since)s 至 %(until)s") % days
    if table.span:
        weeks = _("所选 %(since)s 至 %(until)s；%(span)s") % (days | {"span": table.span})
    words = _(
        "%(unit)s，%(weeks)s；单位：人·分钟＝人数×（分钟＋路程）＋准备；%(tree)s；不足 5 份周报的不显示；生成于 %(now)s"
    ) % {
        "tree": tree,
        "unit": job.unit.name,
        "weeks": weeks,
        "now": timezone.localtime(clock.now()).strftime("%Y-%m-%d %H:%M"),
    }
    return "；".join([words, *unlike])


def expire(now: dt.datetime) -> int:
    """Delete files past their seven days, and those that no export owns; the rows stay, so that the same can be asked for again."""
    old = ExportJob.every.filter(state=ExportJob.State.DONE, expires_at__lte=now)
    for job in old:
        with suppress(FileNotFoundError):
            file_of(job).unlink()
    gone = old.update(state=ExportJob.State.EXPIRED)
    with _alone() as mine:  # or a file that is just being named would be one of them
        if mine:
            _clear_unowned()
    return gone


def _clear_unowned() -> None:
    """Delete files of exports that are not done: a worker may be killed between naming a file and saying so."""
    found = [(path, name[1]) for path in Path(settings.EXPORT_DIR).glob("*") if (name := OURS.fullmatch(path.name))]
    done = ExportJob.every.filter(state=ExportJob.State.DONE, token__in=[token for _path, token in found])
    owned = set(done.values_list("token", flat=True))
    for path, token in found:
        if token not in owned:
            path.unlink(missing_ok=True)

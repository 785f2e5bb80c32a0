"""The export page: ask, watch, download, cancel, ask again."""

from __future__ import annotations

import datetime as dt
from itertools import accumulate
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from burden.accounts.actor import Actor
from burden.accounts.roles import EXPORTERS
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.errors import Absent, Refused, no_choice
from burden.ledger.services import record_download
from reports import exports, sizes
from reports.extents import LEVELS, Extent
from reports.forms import USUAL, ExportForm, presets
from reports.models import ExportJob
from reports.restated import REPORTED, TREES
from reports.tables import TABLES
from reports.workbooks import MAX_ROWS

SLOW = dt.timedelta(seconds=20)  # a job that waits longer than this waits for a worker that is away
MANY = 3  # tables whose titles a file's name tells one by one
LONGEST = 255  # bytes of a file's name: file systems take no longer one


def _job_or_404(actor: Actor, pk: int) -> ExportJob:
    job: ExportJob | None = ExportJob.objects.visible_to(actor).select_related("unit").filter(pk=pk).first()
    if job is None:
        raise Http404
    return job


@access(*EXPORTERS, methods=("GET", "POST"))
def exports_page(request: ActedRequest) -> HttpResponse:
    """Show my exports and the form; POST asks for one. Refuses (404): an address that chooses what is not offered."""
    actor, now = request.actor, clock.now()
    form = ExportForm(request.POST or None, units=exports.units_for(actor), initial=_initial(request, actor, now))
    _check_chosen(form)
    if request.method == "POST" and form.is_valid():
        try:
            _request(actor, form.cleaned_data, now)
        except Refused as refusal:
            form.add_error(None, refusal.detail)
        else:
            messages.success(request, _("已排队，生成后在这里下载；可以离开这一页"))
            return redirect(f"{reverse('exports')}?{_chosen(form, request.POST)}")
    context = {"form": form, "presets": presets(now)} | _shown(actor, now)
    return render(request, "reports/exports.html", context, status=422 if form.errors else 200)


def _chosen(form: ExportForm, sent: QueryDict) -> str:
    """Return what was chosen as a query string: the form comes back as it was sent."""
    chosen = QueryDict(mutable=True)
    for name in form.fields:
        chosen.setlist(name, sent.getlist(name))
    return chosen.urlencode()


def _initial(request: ActedRequest, actor: Actor, now: dt.datetime) -> dict[str, Any]:
    """Prefill from the address: the page one came from, or what was sent; else the last closed week of the own unit."""
    last = presets(now)[0]
    post = actor.post(*EXPORTERS)
    usual = {
        "since": last["since"],
        "until": last["until"],
        "unit": post.unit.code if post else "",
        "level": "township",
        "format": "xlsx",
        "basis": REPORTED,
    }
    said = {name: request.GET[name] for name in usual if request.GET.get(name)}
    return usual | said | {"tables": request.GET.getlist("tables") or list(USUAL)}


def _check_chosen(form: ExportForm) -> None:
    """Refuses: a value that the form would refuse, which it would show as if nothing was chosen; a unit wordlessly (404)."""
    for name, field in form.fields.items():
        try:
            field.clean(form.initial[name])
        except ValidationError:
            if name == "unit":
                raise Http404 from None
            known = [str(value) for value, label in getattr(field, "choices", ())]
            raise Absent(
                {name: no_choice(known) if known else gettext_lazy("没有这一天，要写成 2026-11-23 这样")}
            ) from None


def _request(actor: Actor, data: dict[str, Any], now: dt.datetime) -> ExportJob:
    return exports.request_export(
        by=actor,
        unit=data["unit"],
        level=data["level"],
        from_week=data["from_week"],
        to_week=data["to_week"],
        tables=data["tables"],
        file_format=data["format"],
        basis=data["basis"],
        now=now,
    )


def _shown(actor: Actor, now: dt.datetime) -> dict[str, Any]:
    """My exports as the page shows them, newest first: those that are going apart from those that are over."""
    jobs = list(exports.mine(actor))
    going = [_going(job, now) for job in jobs if job.state in exports.GOING]
    return {"going": going, "jobs": [_over(actor, job, now) for job in jobs if job.state not in exports.GOING]}


def _going(job: ExportJob, now: dt.datetime) -> dict[str, Any]:
    waits = job.state == ExportJob.State.WAITING
    return {
        "job": job,
        "name": name_of(job),
        "percent": 100 * job.rows_done // job.rows_total if job.rows_total else 0,
        "step": _step(job),
        "seconds": None if waits else sizes.remaining(job, now),
        "stuck": waits and now - job.created_at > SLOW,
        "again": job.attempts > (0 if waits else 1),
    }


def _step(job: ExportJob) -> dict[str, Any]:
    """Say which table is being counted or written. Units: its rows, and those of it that are written; 0 while it is counted."""
    at, done = len(job.sizes), job.rows_done
    if at == len(job.tables):
        ends = list(accumulate(job.sizes))
        at = next((number for number, end in enumerate(ends) if done < end), len(ends) - 1)
        done -= ends[at] - job.sizes[at]
    rows = job.sizes[at] if len(job.sizes) == len(job.tables) else 0
    title = TABLES[job.tables[at]].title if job.tables[at] in TABLES else ""
    return {"number": at + 1, "count": len(job.tables), "title": title, "rows": rows, "done": done}


def _over(actor: Actor, job: ExportJob, now: dt.datetime) -> dict[str, Any]:
    at, today = job.finished_at or job.created_at, clock.day_of(now)
    return {
        "job": job,
        "name": name_of(job),
        "at": at,
        "is_today": clock.day_of(at) == today,
        "is_last_day": job.expires_at is not None and clock.day_of(job.expires_at) == today,
        "days_left": (clock.day_of(job.expires_at) - today).days if job.expires_at else None,
    } | _next(actor, job)


def _next(actor: Actor, job: ExportJob) -> dict[str, Any]:
    """Say whether the same may be asked for again; where it found nothing, whence to ask for something else."""
    if not exports.may_export(actor, job.unit):
        return {"is_closed": True}
    if not exports.found_nothing(job):
        return {}
    said = {"since": job.from_week, "until": job.to_week + dt.timedelta(days=6), "unit": job.unit.code}
    said |= {name: getattr(job, name) for name in ("level", "tables", "format", "basis")}
    return {"other_url": f"{reverse('exports')}?{urlencode(said, doseq=True)}"}


def name_of(job: ExportJob) -> str:
    """The file's name for people: unit, level, content, weeks, and when it was made, which a CSV says nowhere else."""
    titles = [str(TABLES[key].title) for key in job.tables if key in TABLES]
    content = "＋".join(titles)
    if len(titles) > MANY:
        content = _("%(first)s等 %(n)s 张表") % {"first": titles[0], "n": len(titles)}
    since, until = job.from_week, job.to_week + dt.timedelta(days=6)
    made = _(" 生成于%(at)s") % {"at": f"{localtime(job.finished_at):%Y%m%d-%H%M%S}"} if job.expires_at else ""
    weeks = f"{since:%Y%m%d}-{until:%Y%m%d}"
    is_restated = job.basis != REPORTED and any(
        TABLES[key].tree in ("", job.basis) for key in job.tables if key in TABLES
    )
    tree = f" {TREES[job.basis]}" if is_restated else ""
    tail = f" {weeks}{tree}{made}{exports.file_of(job).suffix}"
    head = f"{job.unit.name} {LEVELS[job.level]} {content}".encode()[: LONGEST - len(tail.encode())]
    return head.decode(errors="ignore") + tail


@access(*EXPORTERS)
def estimate(request: ActedRequest) -> HttpResponse:
    """Count the rows of what the form says, before it is sent."""
    form = ExportForm(request.GET, units=exports.units_for(request.actor))
    if not form.is_valid():
        return render(request, "reports/_estimate.html", {"is_open": True})
    data = form.cleaned_data
    try:
        exports.check_request(
            from_week=data["from_week"], to_week=data["to_week"], level=data["level"], tables=data["tables"],
            file_format=data["format"],
        )  # fmt: skip
        exports.check_filled(by=request.actor, unit=data["unit"], from_week=data["from_week"], to_week=data["to_week"])
        extent = Extent(data["unit"], data["level"], data["from_week"], data["to_week"], data["basis"])
        found = sizes.estimate(request.actor, extent, data["tables"], data["format"])
    except Refused as refusal:
        return render(request, "reports/_estimate.html", {"refusal": refusal})
    return render(request, "reports/_estimate.html", {"found": found, "most": MAX_ROWS})


@access(*EXPORTERS)
def progress(request: ActedRequest) -> HttpResponse:
    """The list of my exports as a fragment, polled while one is going."""
    return render(request, "reports/_exports.html", _shown(request.actor, clock.now()))


@access(*EXPORTERS, methods=("POST",))
def cancel(request: ActedRequest, pk: int) -> HttpResponse:
    """Cancel a waiting or running export."""
    try:
        exports.cancel_export(by=request.actor, job=_job_or_404(request.actor, pk), now=clock.now())
    except Refused as refusal:
        messages.info(request, refusal.detail)
    else:
        messages.success(request, _("取消了，没有产生文件"))
    return redirect("exports")


@access(*EXPORTERS, methods=("POST",))
def retry(request: ActedRequest, pk: int) -> HttpResponse:
    """Ask for the same export again."""
    job = _job_or_404(request.actor, pk)
    if not exports.may_export(request.actor, job.unit):
        raise Http404
    try:
        exports.retry_export(by=request.actor, job=job, now=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.detail)
    return redirect("exports")


@access(*EXPORTERS)
def download(request: ActedRequest, pk: int) -> HttpResponse | FileResponse:
    """Hand the file to who asked, with the scope checked again; every download is recorded."""
    actor = request.actor
    job = _job_or_404(actor, pk)
    path = exports.file_of(job)
    ready = job.state == ExportJob.State.DONE and job.expires_at and job.expires_at > clock.now()
    if not ready or not exports.may_export(actor, job.unit) or not path.exists():
        raise Http404
    record_download(request=request, what="export.downloaded", on=job)
    return FileResponse(path.open("rb"), as_attachment=True, filename=name_of(job))

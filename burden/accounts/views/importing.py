"""People in bulk: choose a file, see what it would do, confirm."""

from __future__ import annotations

import csv
import hashlib
import zlib
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from burden.accounts.forms import UploadForm
from burden.accounts.importing import COLUMNS, EXTRA, FileChanged, Preview, import_people, preview_people
from burden.accounts.roles import Role
from burden.accounts.views.people import show_people
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.errors import Refused
from burden.kit.forms import show_refusal
from burden.kit.sheets import harmless

KEPT = 3600  # seconds a file waits for its confirmation
SHOWN = 100


@access(Role.SYSADMIN, methods=("GET", "POST"))
@never_cache
def people_import(request: ActedRequest) -> HttpResponse:
    """Take a file and show what each of its lines would do; nothing is stored."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.data_read()
        try:
            preview = preview_people(by=request.actor, data=data, now=clock.now())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            kept = {"name": form.cleaned_data["file"].name, "data": zlib.compress(data), "digest": _digest(data)}
            cache.set(_key(request), kept, KEPT)
            return _show(request, preview, kept)
    return show_people(request, "import", form=form, columns=",".join(COLUMNS), extra=EXTRA)


@access(Role.SYSADMIN, methods=("POST",))
def people_import_store(request: ActedRequest) -> HttpResponse:
    """Propose the good lines of the file that was shown."""
    kept, now = cache.get(_key(request)), clock.now()
    if kept is None or kept["digest"] != request.POST.get("digest"):
        messages.error(request, _("预览过期了，没有写入；再选一次文件"))
        return redirect("people_import")
    data = zlib.decompress(kept["data"])
    try:
        done = import_people(by=request.actor, data=data, expected=request.POST.get("expected", ""), now=now)
    except FileChanged as refused:
        messages.error(request, str(refused))
        return _show(request, preview_people(by=request.actor, data=data, now=now), kept)
    cache.delete(_key(request))
    words = ngettext("提交了 %(n)d 行，等安全管理员批", "提交了 %(n)d 行，等安全管理员批", len(done.good))
    messages.success(request, words % {"n": len(done.good)})
    return redirect("people")


@access(Role.SYSADMIN)
@never_cache
def people_import_faults(request: ActedRequest) -> HttpResponse:
    """Download the faulty lines, each with what is wrong and what to do."""
    kept = cache.get(_key(request))
    if kept is None:
        messages.error(request, _("预览过期了，再选一次文件"))
        return redirect("people_import")
    preview = preview_people(by=request.actor, data=zlib.decompress(kept["data"]), now=clock.now())
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="faults.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    columns = [*COLUMNS, EXTRA]
    writer.writerow([_("行"), *columns, _("问题"), _("怎么办")])
    for line in preview.faults:
        cells = [line.cells.get(name, "") for name in columns]
        writer.writerow([line.number, *map(harmless, cells), line.problem, line.remedy])
    return response


def _show(request: ActedRequest, preview: Preview, kept: dict[str, Any]) -> HttpResponse:
    shown: dict[str, Any] = {
        "preview": preview,
        "faults": preview.faults[:SHOWN],
        "more": max(0, len(preview.faults) - SHOWN),
    }
    return show_people(request, "preview", file=kept["name"], digest=kept["digest"], **shown)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _key(request: ActedRequest) -> str:
    return f"people-import:{request.actor.user_id}"

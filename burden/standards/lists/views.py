"""Files of duty lists and plans: brought, shown line by line, stored."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from burden.accounts.roles import Role
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.errors import Refused
from burden.kit.forms import show_refusal
from burden.kit.sheets import written_csv
from burden.standards import queries
from burden.standards.lists import MAX_ROWS, Line, ListChanged, Preview, bring_list, preview_list, store_list
from burden.standards.lists.forms import ListForm
from burden.standards.models import ListFile

SHOWN = 200  # lines of a preview; the rest is downloaded


@access(Role.OFFICE, methods=("GET", "POST"))
@never_cache
def list_import(request: ActedRequest) -> HttpResponse:
    """Take a file of a duty list or of plans; nothing of it is stored."""
    counties, now = queries.counties(request.actor), clock.now()
    initial = {"kind": request.GET.get("kind") or ListFile.Kind.DUTIES, "year": clock.day_of(now).year}
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ListForm(*sent, counties=counties, initial=initial)
    if sent and form.is_valid():
        try:
            brought = bring_list(by=request.actor, now=now, **form.cleaned_data)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            return redirect("list_file", brought.pk)
    context = {"form": form, "most": MAX_ROWS, "has_counties": counties.exists()}
    return render(request, "standards/list_import.html", context, status=422 if form.errors else 200)


@access(Role.OFFICE)
@never_cache
def list_file(request: ActedRequest, pk: int) -> HttpResponse:
    """Show what each line of a file would do, or that it is still being read."""
    return _show_file(request, _file(request, pk))


@access(Role.OFFICE, methods=("POST",))
def list_file_store(request: ActedRequest, pk: int) -> HttpResponse:
    """Store the good lines of the file that was shown."""
    file, now = _file(request, pk), clock.now()
    try:
        stored = store_list(by=request.actor, file=file, expected=request.POST.get("expected", ""), now=now)
    except ListChanged as refused:
        messages.error(request, str(refused))
        return redirect("list_file", pk)
    words = {"made": stored.counts["new"], "changed": stored.counts["changed"], "left": len(stored.faults)}
    messages.success(request, _("写入了：新增 %(made)d 行，改动 %(changed)d 行，没有导入 %(left)d 行") % words)
    return redirect("duty" if file.kind == ListFile.Kind.DUTIES else "plans")


@access(Role.OFFICE)
@never_cache
def list_file_faults(request: ActedRequest, pk: int) -> HttpResponse:
    """Download the lines that are left out, each with what is wrong and what to do."""
    preview = _preview(request, _file(request, pk))
    lines = preview.faults if preview else []
    names = list(lines[0].cells) if lines else []
    rows = [[_("行"), *names, _("问题"), _("怎么办")]]
    rows += [[str(line.number), *line.cells.values(), line.problem, line.remedy] for line in lines]
    headers = {"Content-Disposition": 'attachment; filename="faults.csv"'}
    return HttpResponse(written_csv(rows), content_type="text/csv; charset=utf-8", headers=headers)


def _file(request: ActedRequest, pk: int) -> ListFile:
    """Return a file that the actor brought (Http404)."""
    found: ListFile = get_object_or_404(ListFile.objects.visible_to(request.actor).select_related("county"), pk=pk)
    return found


def _preview(request: ActedRequest, file: ListFile) -> Preview | None:
    return preview_list(by=request.actor, file=file) if file.state == ListFile.State.READ else None


def _show_file(request: ActedRequest, file: ListFile) -> HttpResponse:
    preview = _preview(request, file)
    lines: list[Line] = [*preview.faults, *preview.good] if preview else []
    context = {"file": file, "preview": preview, "lines": lines[:SHOWN], "more": max(0, len(lines) - SHOWN)}
    return render(request, "standards/list_file.html", context)

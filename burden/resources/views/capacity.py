"""People, money and tools by unit and year; and the files they come from: choose one, see what it would do, store it."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from burden.accounts.roles import READERS, Role
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import query_of
from burden.kit.errors import Refused
from burden.kit.forms import show_refusal
from burden.resources import queries, services
from burden.resources.forms import FileForm
from burden.resources.importing import MAX_BYTES, MAX_ROWS, preview_of
from burden.resources.models import CapacityFile

PAGE = 50
SHOWN = 100  # lines of a preview of either sort


@access(*READERS)
def resources(request: ActedRequest) -> HttpResponse:
    """Show what is known of the actor's units in a year."""
    years = queries.capacity_years(request.actor)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and int(asked[:9]) in years else (years or [0])[0]
    page = Paginator(queries.capacities(request.actor, year), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "year": year, "years": years, "query": query_of(year=str(year)), "here": "resources"}
    return render(request, "resources/resources.html", context)


@access(Role.OFFICE, methods=("GET", "POST"))
@never_cache
def capacity_import(request: ActedRequest) -> HttpResponse:
    """Take a file, and show what each line of the one that was brought would do; nothing is stored."""
    now = clock.now()
    form = FileForm(request.POST or None, request.FILES or None, initial={"year": clock.day_of(now).year})
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            services.take_file(
                by=request.actor, name=sent.name, data=sent.read(MAX_BYTES + 1), year=form.cleaned_data["year"], now=now
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            return redirect("capacity_import")
    return _show(request, form)


@access(Role.OFFICE, methods=("POST",))
def capacity_store(request: ActedRequest) -> HttpResponse:
    """Store the good lines of the file that was shown."""
    file = queries.brought_file(request.actor)
    if file is None or str(file.pk) != request.POST.get("file"):
        messages.error(request, _("这个文件已经存过，或者换成了别的；没有再写"))
        return redirect("capacity_import")
    expected = request.POST.get("expected", "")
    try:
        count = services.store_file(by=request.actor, file=file, expected=expected, now=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("capacity_import")
    messages.success(request, ngettext("存了 %(n)d 行", "存了 %(n)d 行", count) % {"n": count})
    return redirect("resources")


@access(Role.OFFICE, methods=("POST",))
def capacity_drop(request: ActedRequest) -> HttpResponse:
    """Forget the file that was brought."""
    services.throw_away(by=request.actor, now=clock.now())
    return redirect("capacity_import")


def _show(request: ActedRequest, form: FileForm) -> HttpResponse:
    file = queries.brought_file(request.actor)
    is_read = file is not None and file.state == CapacityFile.State.READ
    preview = preview_of(by=request.actor, grid=file.grid, year=file.year) if file and is_read else None
    context = {
        "form": form, "file": file, "preview": preview, "most": MAX_ROWS, "here": "resources",
        "is_waiting": file is not None and file.state == CapacityFile.State.WAITING,
        "faults": preview.faults[:SHOWN] if preview else [], "good": preview.good[:SHOWN] if preview else [],
    }  # fmt: skip
    return render(request, "resources/import.html", context, status=422 if form.errors else 200)

"""A ledger: choose a file, see what each line would make, keep it."""

from __future__ import annotations

import hashlib
import zlib
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from burden.accounts.roles import Role
from burden.demands.forms import LedgerForm
from burden.demands.ledgers import MAX_BYTES, MAX_ROWS, FileChanged, Preview, import_ledger, preview_ledger
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.errors import Refused
from burden.kit.forms import show_refusal

KEPT = 3600  # seconds a file waits for its confirmation


@access(Role.ISSUER, methods=("GET", "POST"))
@never_cache
def demand_ledger(request: ActedRequest) -> HttpResponse:
    """Take a file and show what each of its lines would make; nothing is stored."""
    form = LedgerForm(request.POST, request.FILES) if request.method == "POST" else LedgerForm()
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data["file"].read(MAX_BYTES + 1)
        try:
            preview = preview_ledger(by=request.actor, data=data, now=clock.now())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            kept = {"name": form.cleaned_data["file"].name, "data": zlib.compress(data), "digest": _digest(data)}
            cache.set(_key(request), kept, KEPT)
            return _show(request, form, preview, kept)
    return _show(request, form, status=422 if form.errors else 200)


@access(Role.ISSUER, methods=("POST",))
def demand_ledger_store(request: ActedRequest) -> HttpResponse:
    """Keep the good lines of the file that was shown."""
    kept, now = cache.get(_key(request)), clock.now()
    if kept is None or kept["digest"] != request.POST.get("digest"):
        messages.error(request, _("预览过期了，没有写入；再选一次文件"))
        return redirect("demand_ledger")
    data, at_once = zlib.decompress(kept["data"]), request.POST.get("do") == "issue"
    try:
        done = import_ledger(by=request.actor, data=data, expected=_number(request), at_once=at_once, now=now)
    except FileChanged as refused:
        messages.error(request, str(refused))
        return _show(request, LedgerForm(), preview_ledger(by=request.actor, data=data, now=now), kept)
    cache.delete(_key(request))
    counts = {"drafts": len(done.drafts), "issued": len(done.issued)}
    messages.success(request, _("登记了 %(issued)d 项，存了 %(drafts)d 份草稿") % counts)
    return redirect("demands")


def _show(
    request: ActedRequest,
    form: LedgerForm,
    preview: Preview | None = None,
    kept: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form, "preview": preview, "file": kept["name"] if kept else "", "digest": kept["digest"] if kept else "",
        "most": MAX_ROWS, "door": "ledger",
    }  # fmt: skip
    return render(request, "demands/ledger.html", context, status=status)


def _number(request: ActedRequest) -> int:
    text = request.POST.get("expected", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else -1


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _key(request: ActedRequest) -> str:
    return f"demand-ledger:{request.actor.user_id}"

"""Bulletins as pages: the list, the sheet as it will be printed, its text, and the steps from draft to published."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import EXPORTERS, READERS, Role
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.errors import Conflict, Refused
from burden.ledger.services import record_download
from burden.oversight import services
from burden.oversight.models import REASON_LENGTH, TEXT_LENGTH, TITLE_LENGTH, Bulletin, Form, State
from burden.oversight.queries import bulletin, bulletins, later_edition, taken
from burden.oversight.texts import names_of, paragraphs, words_of
from reports.bulletin_figures import figures_of
from reports.bulletins import (
    blocks_for,
    changed_figures,
    closed_periods,
    closed_since,
    own_digits,
    own_filing,
    paper_of,
    period_of,
    words_for,
)
from reports.paper_files import fonts
from reports.paper_views import handed_out
from reports.periods import Period

LINES = 50


def _or_404(actor: Actor, pk: int, *roles: str) -> Bulletin:
    found = bulletin(actor, pk, *roles)
    if found is None:
        raise Http404
    return found


# --- the list ---


@access(*READERS)
def bulletins_page(request: ActedRequest) -> HttpResponse:
    """List the bulletins one may see; the office begins one for a period that is over."""
    return _list(request)


def _list(request: ActedRequest, refusal: str = "", status: int = 200, there: object = None) -> HttpResponse:
    actor = request.actor
    page = Paginator(bulletins(actor), LINES).get_page(request.GET.get("page"))
    post = actor.post(Role.OFFICE)
    context = {
        "page": page,
        "rows": [(found, period_of(found)) for found in page],
        "unit": post.unit if post else None,
        "periods": closed_periods(clock.now()) if post else [],
        "forms": Form.choices,
        "chosen": (request.POST.get("period", ""), request.POST.get("form", Form.NOTICE)),
        "refusal": refusal,
        "there": there,
        "problems": [("period", refusal)] if refusal else [],
    }
    return render(request, "reports/bulletins.html", context, status=status)


@access(Role.OFFICE, methods=("POST",))
def bulletin_new(request: ActedRequest) -> HttpResponse:
    """Draft a bulletin of the office's unit over a period that is over."""
    actor, now = request.actor, clock.now()
    post = actor.post(Role.OFFICE)
    period, form = _asked(request.POST.get("period", "")), request.POST.get("form", "")
    if post is None or period is None or form not in Form.values:
        return _list(request, _("选一期，再选通报还是简报"), 422)
    try:
        drafted = services.draft_bulletin(
            by=actor, unit=post.unit, form=form, kind=period.kind, weeks=(period.first, period.last),
            words=words_for(post.unit, form, period), blocks=blocks_for(post.unit, form, period),
            figures=figures_of(actor, post.unit, period, now), figures_at=now, now=now,
        )  # fmt: skip
    except Refused as refused:
        there = refused.both.get("bulletin") if isinstance(refused, Conflict) else None
        return _list(request, refused.detail, refused.status, there)
    return redirect("bulletin", drafted.pk)


def _asked(text: str) -> Period | None:
    """Read `month:2026-10-26`, a kind and a week of it; None for what is no offered period."""
    return next((period for period in closed_periods(clock.now()) if f"{period.kind}:{period.last}" == text), None)


# --- the sheet ---


@access(*READERS)
def bulletin_page(request: ActedRequest, pk: int) -> HttpResponse:
    """Show a bulletin as it is printed, and the steps one may take."""
    actor = request.actor
    found = _or_404(actor, pk)
    context = {
        "bulletin": found,
        "period": period_of(found),
        "paper": paper_of(found),
        "later": later_edition(actor, found),
        "digits": [] if found.is_published else own_digits(found),
        "filing": [] if found.is_published else own_filing(found),
        "changed": [] if found.is_published else changed_figures(found),
        "closed_since": closed_since(found, clock.now()),
        "most": REASON_LENGTH,
        "fonts": sorted(set(fonts().values())),
    }
    return render(request, "reports/bulletin.html", context | _steps(actor, found))


def _steps(actor: Actor, found: Bulletin) -> dict[str, Any]:
    """Say which steps the reader may take."""
    office, checks = (bulletin(actor, found.pk, *roles) is not None for roles in ((Role.OFFICE,), tuple(EXPORTERS)))
    mine = found.changed_by_id == actor.user_id
    return {
        "may_edit": office and found.state == State.DRAFT,
        "may_check": checks and found.state == State.DRAFT and not mine,
        "waits_for_another": office and found.state == State.DRAFT and mine,
        "may_return": checks and found.state == State.CHECKED,
        "may_publish": office and found.state == State.CHECKED,
        "may_correct": office and found.state == State.PUBLISHED and not taken(actor, found),
        "is_inside": checks,
    }


@access(*READERS)
def bulletin_file(request: ActedRequest, pk: int) -> HttpResponse:
    """Hand a bulletin out as Word or PDF, as it stands. Recorded. Refuses (404): another format."""
    found, file_format = _or_404(request.actor, pk), request.GET.get("format", "docx")
    try:
        answer = handed_out(paper_of(found), file_format, found.title)
    except Refused as refused:
        messages.error(request, refused.detail)
        return redirect("bulletin", pk)
    record_download(request=request, what="bulletin.downloaded", on=found, format=file_format, version=found.version)
    return answer


# --- its text ---


@access(Role.OFFICE, methods=("GET", "POST"))
def bulletin_edit(request: ActedRequest, pk: int) -> HttpResponse:
    """Show the words of a draft around its locked figures; POST keeps other words."""
    found = _or_404(request.actor, pk, Role.OFFICE)
    if found.state != State.DRAFT:
        messages.error(request, _("只有草稿能改文字"))
        return redirect("bulletin", pk)
    if request.method == "GET":
        return _form(request, found)
    try:
        services.edit_bulletin(by=request.actor, bulletin=found, now=clock.now(), **_typed(request, found))
    except Conflict as conflict:
        messages.error(request, conflict.detail)
        return _form(request, found, stored="stored" in conflict.both, status=409)
    except Refused as refused:
        return _form(request, found, problems=_problems(found, refused), status=422)
    messages.success(request, _("文字已存，数字没有变"))
    return redirect("bulletin", pk)


def _problems(found: Bulletin, refused: Refused) -> list[tuple[str, str]]:
    """Name the field of each sentence: a block's first piece of words, or the field itself."""
    keys = _keys(found)
    return [(f"words-{name}-0" if name in keys else name, words) for name, words in refused.errors.items()]


def _keys(found: Bulletin) -> list[str]:
    return [block["key"] for block in found.blocks]


def _typed(request: ActedRequest, found: Bulletin) -> dict[str, Any]:
    """Read what was sent; a number that is none is refused as one out of bounds."""
    sent = request.POST
    return {
        "base_version": _whole(sent.get("base_version", "")),
        "title": sent.get("title", ""),
        "organ": sent.get("organ", ""),
        "number": _whole(sent.get("number", "")),
        "reason": sent.get("reason", ""),
        "words": {key: sent.getlist(f"words.{key}") for key in _keys(found) if f"words.{key}" in sent},
    }


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _form(
    request: ActedRequest,
    found: Bulletin,
    *,
    problems: Sequence[tuple[str, str]] = (),
    stored: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Render the text's form: as sent, else as kept; after a conflict the kept text stands beside it."""
    sent = _typed(request, found) if request.method == "POST" else None
    fields = {name: sent[name] if sent else getattr(found, name) for name in ("title", "organ", "number", "reason")}
    context = {
        "bulletin": found,
        "fields": fields,
        "blocks": [_block(found, block, sent["words"] if sent else {}, stored=stored) for block in found.blocks],
        "problems": problems,
        "wrong": dict(problems),
        "stored": stored,
        "kept": _kept(found, fields) if stored else {},
        "is_mine": found.changed_by_id == request.actor.user_id,
        "most": {"title": TITLE_LENGTH, "text": TEXT_LENGTH, "reason": REASON_LENGTH},
    }
    return render(request, "reports/bulletin_edit.html", context, status=status)


def _kept(found: Bulletin, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return title, organ, number and reason as another change kept them, where they are not what was sent."""
    return {name: getattr(found, name) for name, said in fields.items() if said != getattr(found, name)}


def _block(
    found: Bulletin, block: Mapping[str, Any], sent: Mapping[str, Sequence[str]], *, stored: bool
) -> dict[str, Any]:
    """Lay out one block: pieces of words, each with the figure that follows it."""
    names, kept = names_of(block["text"]), words_of(block["text"])
    typed = sent.get(block["key"], kept)
    words = typed if len(typed) == len(kept) else kept
    values, labels = found.figures["values"], found.figures["names"]
    figures = [(labels[name], values[name]) for name in names] + [("", "")]
    runs = list(paragraphs(block["text"], values)) if stored and list(words) != kept else []
    return {
        "key": block["key"],
        "first_id": f"words-{block['key']}-0",
        "heading": block["heading"] or _("开头"),
        # a browser drops the first line end of a field
        "pieces": [("\n" * each.startswith("\n") + each, figure) for each, figure in zip(words, figures, strict=True)],
        "stored": ["".join(said for said, _is_figure in line) for line in runs],
    }


# --- the steps ---


def _step(
    request: ActedRequest, pk: int, roles: tuple[str, ...], act: Callable[[Bulletin], Any], done: str
) -> HttpResponse:
    """Take one step and go back to the sheet, with what happened or why not."""
    found = _or_404(request.actor, pk, *roles)
    try:
        made = act(found)
    except Refused as refused:
        messages.error(request, refused.detail)
        return redirect("bulletin", pk)
    messages.success(request, done)
    return redirect("bulletin", made.pk)


def _figures(request: ActedRequest, found: Bulletin) -> dict[str, Any]:
    now = clock.now()
    return {"figures": figures_of(request.actor, found.unit, period_of(found), now), "figures_at": now, "now": now}


@access(Role.OFFICE, methods=("POST",))
def bulletin_refresh(request: ActedRequest, pk: int) -> HttpResponse:
    """Put the figures of now into a draft."""

    def act(found: Bulletin) -> Bulletin:
        return services.refresh_bulletin(by=request.actor, bulletin=found, **_figures(request, found))

    return _step(request, pk, (Role.OFFICE,), act, _("数字已更新到现在"))


@access(Role.OFFICE, methods=("POST",))
def bulletin_delete(request: ActedRequest, pk: int) -> HttpResponse:
    """Delete a draft, as one saw it, and go back to the list."""
    found, seen = _or_404(request.actor, pk, Role.OFFICE), _whole(request.POST.get("base_version", ""))
    try:
        services.delete_bulletin(by=request.actor, bulletin=found, base_version=seen, now=clock.now())
    except Refused as refused:
        messages.error(request, refused.detail)
        return redirect("bulletin", pk)
    messages.success(request, _("草稿已删除，这一期可以重新起草"))
    return redirect("bulletins")


@access(*EXPORTERS, methods=("POST",))
def bulletin_check(request: ActedRequest, pk: int) -> HttpResponse:
    """Say that a draft was checked, as one saw it."""
    seen = _whole(request.POST.get("base_version", ""))

    def act(found: Bulletin) -> Bulletin:
        return services.check_bulletin(by=request.actor, bulletin=found, base_version=seen, now=clock.now())

    return _step(request, pk, tuple(EXPORTERS), act, _("已核稿，可以签发"))


@access(*EXPORTERS, methods=("POST",))
def bulletin_return(request: ActedRequest, pk: int) -> HttpResponse:
    """Take a checked one back to draft."""

    def act(found: Bulletin) -> Bulletin:
        return services.return_bulletin(by=request.actor, bulletin=found, now=clock.now())

    return _step(request, pk, tuple(EXPORTERS), act, _("已退回草稿"))


@access(Role.OFFICE, methods=("POST",))
def bulletin_publish(request: ActedRequest, pk: int) -> HttpResponse:
    """Publish a checked one, as one saw it."""
    seen = _whole(request.POST.get("base_version", ""))

    def act(found: Bulletin) -> Bulletin:
        return services.publish_bulletin(by=request.actor, bulletin=found, base_version=seen, now=clock.now())

    return _step(request, pk, (Role.OFFICE,), act, _("已发布，文字和数字都不再变"))


@access(Role.OFFICE, methods=("POST",))
def bulletin_correct(request: ActedRequest, pk: int) -> HttpResponse:
    """Begin a corrected edition of a published one."""

    def act(found: Bulletin) -> Bulletin:
        said = request.POST.get("reason", "")
        return services.correct_bulletin(by=request.actor, bulletin=found, reason=said, **_figures(request, found))

    return _step(request, pk, (Role.OFFICE,), act, _("更正稿已起好，用的是现在的数字；发布前原来那期不变"))

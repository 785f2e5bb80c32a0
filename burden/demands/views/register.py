"""The register page: one form, kept as it is typed, with its price and its review beside it; and the same for a change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.demands import queries, services, values
from burden.demands.choices import choices_of
from burden.demands.duplicates import CLOSE, SAME, pair_fields
from burden.demands.forms import RegisterForm, blank, posted, stored, typed_of, usual_of
from burden.demands.models import ACTIVE, OPEN, TITLE_LENGTH, Demand
from burden.demands.notices import Notice, read_notice
from burden.demands.services.drafts import issuing_unit, of_key
from burden.demands.services.reviewing import LIGHTER, ORIGINAL
from burden.demands.values import NAMES
from burden.demands.views.sides import side_of
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import bare
from burden.kit.templatetags.show import listed
from burden.standards.models import Category

NOTICE, AFTERWARDS = "notice", "afterwards"  # doors beside the plain form
FOLDED = {  # fields of the parts that are folded, which open where one of them is wrong
    "finer": ("kinds", "traits", "under", "units"),
    "more": ("travel_minutes", "prep_minutes", "post_title", "channel", "lead", "supporting", "duty_item", "plan_item"),
}
ASKED_WITH = ("title", "category")  # what an address may bring along: see what nobody registered yet
WANTED = ("basis", "first_on", "receivers", "minutes")  # what a notice often leaves unsaid
USUAL = ("channel", "lead")  # fields that always say something


@dataclass
class Desk:
    """A demand on the register page, with what was typed and what is wrong with it."""

    actor: Actor
    demand: Demand  # unsaved until something is typed
    now: dt.datetime
    typed: Mapping[str, Any] | None = None
    notice: Notice | None = None
    said: dict[str, str] = field(default_factory=dict)  # answers and reasons, which belong to no field of the demand

    def __post_init__(self) -> None:
        start = stored(self.demand) if self.demand.pk else blank(self.demand)
        self.form = RegisterForm(self.typed, initial=start, issuer=self.demand.issuer)
        self.form.is_valid()
        self.form.expect(usual_of(self.demand) if self.typed is None else self.form.usual())
        self.problems: dict[str, str] = {}

    @property
    def today(self) -> dt.date:
        return clock.day_of(self.now)

    def good_values(self) -> dict[str, Any]:
        """Return what was typed and can be kept; what cannot is said beside its field."""
        given = self.form.typed_values()
        _found, errors = values.read(given, self.demand)
        self.form.show(errors)
        wrong = {name.partition(".")[0] for name in errors}
        return {name: value for name, value in given.items() if name not in wrong}

    def refuse(self, refused: Refused) -> None:
        """Put a refusal beside its fields, beside a check, or on top."""
        elsewhere = {name: words for name, words in refused.errors.items() if name == "reason" or "answers." in name}
        self.problems |= elsewhere
        named = {name: words for name, words in refused.errors.items() if name not in elsewhere}
        self.form.show(named or ({} if elsewhere else {"": str(refused)}))

    @property
    def wrong(self) -> bool:
        return bool(self.form.errors or self.problems)


# --- doors ---


@access(Role.ISSUER, methods=("GET", "POST"))
@never_cache
def demand_new(request: ActedRequest) -> HttpResponse:
    """Register something new; the first word typed makes the draft."""
    issuer = issuing_unit(request.actor)
    known = {name: request.GET[name] for name in ASKED_WITH if name in request.GET}
    is_late = request.GET.get("door") == AFTERWARDS
    key = _key(request)
    drafted = of_key(request.actor, key)
    if drafted and (drafted.state in OPEN or drafted.title == request.POST.get("title")):
        return _go_on(request, drafted)
    # a page come back to, with something else in it, drafts that too: nothing typed is lost
    unused = uuid4() if drafted or key is None else key
    return _answer(request, Demand(issuer=issuer, lead=issuer, afterwards=is_late, client_key=unused, **known))


def _key(request: ActedRequest) -> UUID | None:
    """Return the key that the page was given, under which it drafts one demand, however often it sends."""
    try:
        return UUID(request.POST.get("client_key", ""))
    except ValueError:
        return None


@access(Role.ISSUER, methods=("GET", "POST"))
@never_cache
def demand_edit(request: ActedRequest, pk: int) -> HttpResponse:
    """Go on with a draft; what is out already is shown instead."""
    return _go_on(request, own_demand(request.actor, pk))


@access(Role.ISSUER, methods=("GET", "POST"))
@never_cache
def demand_change(request: ActedRequest, pk: int) -> HttpResponse:
    """Change what is out: the same form, with a reason; nothing is kept before it is sent."""
    demand = own_demand(request.actor, pk)
    return _answer(request, demand) if demand.state in ACTIVE else redirect("demand", pk)


@access(Role.ISSUER, methods=("POST",))
def demand_copy(request: ActedRequest, pk: int) -> HttpResponse:
    """Draft a demand after an earlier one, own or another's."""
    actor = request.actor
    found = queries.demands_of(actor).filter(pk=pk).first() or queries.published_demand(actor, pk)
    made = services.copy_demand(by=actor, demand=found, now=clock.now())
    messages.success(request, _("已照着抄了一份草稿，填上日期就能登记"))
    return redirect("demand_edit", made.pk)


def own_demand(actor: Actor, pk: int) -> Demand:
    """Return a demand of the acting issuer. Refuses: Http404 for one out of sight; PermissionDenied for a lower unit's."""
    found = queries.demand(actor, pk)
    if found.issuer_id not in actor.issuing:
        raise PermissionDenied
    return found


# --- what one may do ---


def _go_on(request: ActedRequest, demand: Demand) -> HttpResponse:
    return _answer(request, demand) if demand.state in OPEN else redirect("demand", demand.pk)


def _answer(request: ActedRequest, demand: Demand) -> HttpResponse:
    if request.method != "POST":
        return _show(request, Desk(request.actor, demand, clock.now(), said=dict(demand.answers)))
    said = {name: str(value) for name, value in request.POST.items() if name == "reason" or name.startswith("answers.")}
    desk = Desk(request.actor, demand, clock.now(), posted(request.POST), said=said)
    act, _dot, which = request.POST.get("do", "save").partition(".")
    if demand.active:
        return _change(request, desk) if act == "change" else _look(request, desk)
    try:
        return ACTS.get(act, _save)(request, desk, which)
    except Conflict as refused:  # pressed twice: the other request sent it out, or gave it up, while this one waited
        out = desk.demand if desk.demand.pk else of_key(request.actor, desk.demand.client_key)
        if refused.code != "demand.state" or out is None:
            raise
        return redirect("demand", out.pk)


def _keep(desk: Desk) -> None:
    """Store what can be stored of a draft."""
    known = desk.demand if desk.demand.pk else None
    desk.demand = services.save_draft(
        by=desk.actor, demand=known, values=desk.good_values(), answers=desk.said, client_key=desk.demand.client_key,
        now=desk.now,
    )  # fmt: skip


def _live(request: ActedRequest, desk: Desk, _which: str) -> HttpResponse:
    """Keep what is typed, and answer with what stands beside it."""
    _keep(desk)
    return render(request, "demands/_live.html", _context(desk))


def _save(request: ActedRequest, desk: Desk, _which: str) -> HttpResponse:
    is_new = desk.demand.pk is None
    _keep(desk)
    if desk.wrong or not is_new:
        return _show(request, desk)
    return redirect("demand_edit", desk.demand.pk)


def _read(request: ActedRequest, desk: Desk, _which: str) -> HttpResponse:
    """Fill the form from a pasted notice, for correction; what it does not say stays as it was typed."""
    notice = read_notice(request.POST.get("notice", ""), desk.today)
    if not notice.found:
        return _show(request, Desk(desk.actor, desk.demand, desk.now, desk.typed, notice, desk.said))
    category = notice.values.get("category") or request.POST.get("category") or Category.FORM
    filled = dict(desk.typed or {}) | typed_of(notice.values, category, desk.demand.issuer)
    read = Desk(desk.actor, desk.demand, desk.now, filled, notice, desk.said)
    _keep(read)
    return _show(request, read)


def _issue(request: ActedRequest, desk: Desk, which: str) -> HttpResponse:
    """Send it out, as it is or the lighter way."""
    _keep(desk)
    if desk.wrong:
        return _show(request, desk)
    try:
        out = services.issue(
            by=desk.actor, demand=desk.demand, chosen=LIGHTER if which == LIGHTER else ORIGINAL,
            reason=desk.said.get("reason", "") if which != LIGHTER else "", answers=_answers(desk), now=desk.now,
        )  # fmt: skip
    except Refused as refused:
        desk.refuse(refused)
        return _show(request, desk)
    count = queries.price(desk.actor, out).receivers
    words = ngettext("登记好了，%(n)d 个单位会在「我的本周」看到", "登记好了，%(n)d 个单位会在「我的本周」看到", count)
    messages.success(request, words % {"n": count})
    return redirect("demand", out.pk)


def _answers(desk: Desk) -> dict[str, str]:
    return {name.removeprefix("answers."): said for name, said in desk.said.items() if name != "reason"}


def _ask(request: ActedRequest, desk: Desk, _which: str) -> HttpResponse:
    """Ask three receivers beforehand."""
    _keep(desk)
    try:
        services.ask_first(by=desk.actor, demand=desk.demand, now=desk.now)
    except Refused as refused:
        desk.refuse(refused)
        return _show(request, desk)
    messages.success(request, _("已发出，两天内回；回来的中位数会替代你填的分钟"))
    return redirect("demand_edit", desk.demand.pk)


def _quote(request: ActedRequest, desk: Desk, which: str) -> HttpResponse:
    """Ask another department for the fields it has already."""
    _keep(desk)
    of = queries.published_demand(desk.actor, int(which) if which.isdecimal() and len(which) < 19 else 0)
    try:
        _request_quote(desk, of)
    except Refused as refused:
        desk.refuse(refused)
        return _show(request, desk)
    messages.success(request, _("已向%(issuer)s提出引用，等对方答复") % {"issuer": of.issuer.name})
    return redirect("demand_edit", desk.demand.pk)


def _request_quote(desk: Desk, of: Demand) -> None:
    twins = [pair.theirs for pair in pair_fields(desk.demand.fields, of.fields) if pair.kind in (SAME, CLOSE)]
    services.request_quote(by=desk.actor, demand=desk.demand, of=of, fields=twins, now=desk.now)


def _merge(request: ActedRequest, desk: Desk, _which: str) -> HttpResponse:
    """Ask for nothing, because another demand has it all: quote that one, and give this one up."""
    _keep(desk)
    side = side_of(desk.actor, desk.demand, desk.said, desk.today)
    of = side.lighter.of if side and side.lighter else None
    if of is None:
        return _show(request, desk)
    if side and any(each.demand.pk == of.pk and each.quotable for each in side.similar):
        _request_quote(desk, of)
    reason = _("%(issuer)s《%(title)s》已经在收") % {"issuer": of.issuer.name, "title": bare(of.title)}
    services.withdraw(by=desk.actor, demand=desk.demand, reason=reason[:TITLE_LENGTH], now=desk.now)
    messages.success(request, _("撤回了，基层不用再报一次"))
    return redirect("demands")


def _drop(request: ActedRequest, desk: Desk, _which: str) -> HttpResponse:
    """Give a draft up because nothing asks for it."""
    if desk.demand.pk:
        services.withdraw(by=desk.actor, demand=desk.demand, reason=_("没有依据"), now=desk.now)
    messages.success(request, _("撤回了，基层不用办"))
    return redirect("demands")


ACTS: dict[str, Callable[[ActedRequest, Desk, str], HttpResponse]] = {
    "keep": _live, "save": _save, "read": _read, "issue": _issue, "ask": _ask, "quote": _quote, "merge": _merge,
    "drop": _drop,
}  # fmt: skip


# --- changes ---


def _apply(desk: Desk) -> dict[str, Any]:
    """Put what was typed into the demand in hand, not into the stored one; return the values that are good."""
    good = desk.good_values()
    found, _errors = values.read(good, desk.demand)
    for name, value in found.items():
        if name != "supporting":
            setattr(desk.demand, name, value)
    return good


def _look(request: ActedRequest, desk: Desk) -> HttpResponse:
    _apply(desk)
    return render(request, "demands/_live.html", _context(desk))


def _change(request: ActedRequest, desk: Desk) -> HttpResponse:
    changed, version = _apply(desk), str(request.POST.get("version", ""))
    if desk.wrong:
        return _show(request, desk)
    try:
        services.change(
            by=desk.actor, demand=desk.demand, values=changed, answers=_answers(desk), now=desk.now,
            reason=desk.said.get("reason", ""), base_version=int(version) if version.isdecimal() else 0,
        )  # fmt: skip
    except Refused as refused:
        desk.refuse(refused)
        return _show(request, desk)
    messages.success(request, _("改好了；以后各周照新的，已经过去和已经答复的不动"))
    return redirect("demand", desk.demand.pk)


# --- what the templates read ---


def _show(request: ActedRequest, desk: Desk) -> HttpResponse:
    wrong = desk.wrong and request.POST.get("do") != "read"
    year = (desk.demand.first_on or desk.today).year
    desk.form.offer(choices_of(desk.actor, desk.demand.issuer, year, desk.demand.duty_item))
    return render(request, "demands/register.html", _context(desk, request), status=422 if wrong else 200)


def _context(desk: Desk, request: ActedRequest | None = None) -> dict[str, Any]:
    door = request.GET.get("door", "") if request else ""
    form, demand = desk.form, desk.demand
    places = [(form[name].auto_id if name in form.fields else "", words[0]) for name, words in form.errors.items()]
    return {
        "desk": desk,
        "form": form,
        "demand": demand,
        "side": side_of(desk.actor, demand, desk.said, desk.today),
        "door": NOTICE if desk.notice else door if not demand.active else "",
        "action": _address(demand),
        "problems": places + [(name, words) for name, words in desk.problems.items()],
        "asked": form.asked(),
        "opened": {part: any(_says(form, name) for name in names) for part, names in FOLDED.items()},
        "found": _spoken(desk.notice.found) if desk.notice else "",
        "count": len(desk.notice.found) if desk.notice else 0,
        "missing": _spoken(name for name in WANTED if desk.notice and name not in desk.notice.found),
        "saved_at": demand.changed_at if demand.pk and not demand.active else None,
        "usual": vars(form.usual()) if form.is_bound else {},
    }


def _spoken(names: Iterable[str]) -> str:
    return listed(NAMES[name] for name in names)


def _says(form: RegisterForm, name: str) -> bool:
    """Whether a folded field is to be seen: somebody chose something in it, or it is wrong."""
    return bool(form[name].errors or (name not in USUAL and form[name].value()))


def _address(demand: Demand) -> str:
    """Return where the form goes: the draft's own address once it is kept."""
    if demand.pk is None:
        return reverse("demand_new")
    return reverse("demand_change" if demand.active else "demand_edit", args=[demand.pk])

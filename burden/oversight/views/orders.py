"""The page of a supervision order: what was found, what is demanded, where it stands, and the steps one may take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from burden.accounts.roles import EXPORTERS, READERS, Role
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.errors import Refused
from burden.kit.forms import show_refusal
from burden.kit.templatetags.show import listed
from burden.oversight import queries, saved, services, steps
from burden.oversight.clocks import RED, edges, first_deadline
from burden.oversight.forms import ActForm, ReliefForm, act_form
from burden.oversight.models import Order, OrderState, OrderStep, Requirement
from burden.oversight.seen import total

S = OrderState
SERVICES: Mapping[str, Callable[..., Order]] = {
    "revise": services.revise_order,
    "send": services.send_order,
    "sign": services.sign_order,
    "answer": services.answer_order,
    "extend": services.extend_order,
    "grant": services.grant_extension,
    "refuse": services.refuse_extension,
    "verify": services.verify_requirements,
    "return": services.return_order,
    "finish": services.finish_order,
    "close": services.close_order,
    "look": services.look_back,
    "reopen": services.reopen_order,
    "cancel": services.cancel_order,
}
MAIN = ("send", "sign", "answer", "grant", "verify", "finish", "close", "look")  # drawn as the thing to do next
NINE = (_("立项"), _("交办"), _("签收"), _("办理"), _("反馈"), _("审核"), _("办结"), _("销号"), _("回头看"))
JUDGED = ("verify", "return")  # what was answered
AT = {  # which of the nine a state stands at
    S.DRAFT: 1, S.SENT: 2, S.WORKING: 3, S.EXTENSION: 3, S.RETURNED: 3, S.ANSWERED: 5, S.DONE: 7, S.CLOSED: 8, S.LOOKED: 9,
}  # fmt: skip


@access(*READERS)
@never_cache
def order(request: ActedRequest, pk: int) -> HttpResponse:
    """Show a supervision order."""
    return _show(request, queries.order(request.actor, pk))


@access(Role.OFFICE, Role.REVIEWER, Role.ISSUER, Role.LEAD, methods=("POST",))
def order_act(request: ActedRequest, pk: int, act: str) -> HttpResponse:
    """Take one step; what cannot be done is said on the page. Refuses (404): no such step."""
    actor, found = request.actor, queries.order(request.actor, pk)
    if act not in SERVICES:
        raise Http404
    form = act_form(act, found, list(queries.requirements(actor, found)), request.POST)
    is_valid = form.is_valid()
    try:
        services.check_step(by=actor, order=found, act=act)
        if not is_valid:
            return _show(request, found, act, form, 422)
        SERVICES[act](by=actor, order=found, now=clock.now(), **form.facts())
    except Refused as refused:
        form.errors.clear()  # whose turn it is comes before what is written
        show_refusal(form, refused)
        return _show(request, queries.order(actor, pk), act, form, refused.status)
    messages.success(request, gettext("办好了：%(act)s") % {"act": steps.STEPS[act].label})
    return redirect("order", pk)


def _show(
    request: ActedRequest, found: Order, act: str = "", form: ActForm | None = None, status: int = 200
) -> HttpResponse:
    actor, now = request.actor, clock.now()
    at = edges(clock.day_of(now))
    asked, happened = list(queries.requirements(actor, found)), list(queries.order_steps(actor, found))
    may = steps.acts(actor, found) & set(SERVICES)
    if found.ripe_on and found.ripe_on > at.today:  # what is waited for has not come
        may -= {"close", "look", "reopen"}
    if not steps.to_answer(found, asked):
        may.discard("answer")
    if not any(each.is_answered and each.verified_at is None for each in asked):
        may.discard("verify")
    if all(each.verified_at for each in asked):
        may.discard("return")
    forms = {
        name: form if form is not None and name == act else act_form(name, found, asked)
        for name in SERVICES
        if name in may
    }
    clock_ = at.clock(found)
    late = -clock_.left if clock_ and clock_.colour == RED else 0  # working days
    context = {
        "order": found,
        "seen": found.finding.seen,
        "total": total(found.finding.seen),
        "clock": clock_,
        "nine": _nine(found, asked, happened, is_red=late > 0),
        "requirements": asked,
        "steps": [(each, _label(found, each), _note(each)) for each in happened],
        "asks": next((each.note for each in happened if each.act == "extend"), ""),
        "first": first_deadline(found, at.days),
        "again": found.is_unkept and bool(request.actor.post(*EXPORTERS)),
        "late": late,
        "acts": [(name, steps.STEPS[name].label, forms[name], name in MAIN) for name in forms],
        "left": sum(each.verified_at is None for each in asked),
        "told": found.told if found.told >= queries.FEW_ANSWERS else None,
        "few": queries.FEW_ANSWERS,
        "wrong": form,
        "year": saved.YEAR,
        "crumbs": [
            {"label": gettext("问题与督办"), "url": reverse("oversight")},
            {"label": gettext("督办单 %(name)s") % {"name": found.name}},
        ],
    }
    return render(request, "oversight/order.html", context, status=status)


def _label(found: Order, step: OrderStep) -> str | Promise:
    label = steps.HAPPENED[step.act]
    return f"{label} · {found.get_outcome_display()}" if step.act == "look" and found.outcome else label


def _note(step: OrderStep) -> str:
    """Return what was said at a step; of an answer or a check the numbers of the requirements, as the reader's language lists them."""
    return listed(step.note.split("、")) if step.act in {"answer", "verify"} else step.note


def _nine(
    found: Order, asked: Sequence[Requirement], happened: Sequence[OrderStep], *, is_red: bool
) -> list[tuple[str | Promise, str, str]]:
    """Return the nine steps: name, what is under it, and whether it is behind (d) or current (c)."""
    here = AT.get(OrderState(found.state), -1)
    days = {
        0: found.opened_at, 1: found.sent_at, 2: found.signed_at, 4: found.answered_at, 6: found.finished_at,
        7: found.closed_at, 8: found.looked_at,
    }  # fmt: skip
    under = {n: f"{clock.day_of(day):%m-%d}" for n, day in days.items() if day}
    if found.deadline_on:
        under[3] = gettext("期限 %(day)s") % {"day": f"{found.deadline_on:%m-%d}"}
    if found.state == S.ANSWERED:
        under[5] = _judged(asked)
    elif judged := [each.at for each in happened if each.act in JUDGED]:
        under[5] = f"{clock.day_of(max(judged)):%m-%d}"
    if found.state in (S.DONE, S.CLOSED) and found.ripe_on:
        under[here] = gettext("%(day)s 起") % {"day": f"{found.ripe_on:%m-%d}"}
    css = {n: "d" if n < here else "c" if n == here else "" for n in range(len(NINE))}
    if here >= 0 and is_red and here < len(NINE):
        css[here] = "c late"
    return [(name, under.get(n, ""), css[n]) for n, name in enumerate(NINE)]


def _judged(asked: Sequence[Requirement]) -> str:
    done = sum(each.verified_at is not None for each in asked)
    left = len(asked) - done
    passed = ngettext("%(n)d 条通过", "%(n)d 条通过", done) % {"n": done}
    return gettext("%(passed)s，%(left)d 条待核") % {"passed": passed, "left": left}


@access(Role.CADRE, Role.LEAD, methods=("GET", "POST"))
@never_cache
def order_relief(request: ActedRequest, pk: int) -> HttpResponse:
    """Ask a receiver whether relief arrived: one voluntary tap; what was said is counted, never kept beside the unit."""
    actor, found = request.actor, queries.relief_asked(request.actor, pk)
    form = ReliefForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.confirm_relief(by=actor, order=found, now=clock.now(), **form.facts())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, gettext("记下了，谢谢。只计数，不留是哪个单位说的"))
            return redirect("order_relief", pk)
    context = {
        "order": found,
        "form": form,
        "open": queries.has_to_confirm(actor, found, clock.day_of(clock.now()))
        and found.state in steps.STEPS["confirm"].starts,
    }
    return render(request, "oversight/relief.html", context, status=422 if form.errors else 200)

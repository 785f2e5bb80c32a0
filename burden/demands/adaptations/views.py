"""Adaptations as pages: the list, one with what it changes and the decision, and the request."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache

from burden.accounts.actor import Actor
from burden.accounts.roles import READERS, Role
from burden.demands.adaptations import queries, services
from burden.demands.adaptations.forms import DecisionForm, NoteForm, OpinionForm, RequestForm
from burden.demands.adaptations.models import OPINION_TERM, TERM, Act, Adaptation, Kind, State, Whom
from burden.demands.adaptations.reading import Saving, covered, saving
from burden.demands.models import Demand, Frequency
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import address
from burden.kit.clock import Week
from burden.kit.errors import Refused
from burden.kit.figures import KindShare, not_applicable
from burden.kit.forms import done, show_refusal
from burden.standards.models import Rule
from burden.standards.rules.book import rulebook
from burden.standards.rules.words import bound
from burden.standards.workdays import Workdays, workdays
from burden.units.models import Kind as UnitKind
from burden.units.models import Unit

LINES, OFFERS, MOST_JOINS = 30, 15, 20
ASKING = (Role.LEAD, Role.OFFICE)
MOST_TEXT = 60  # characters of a search
HALF_A_YEAR = dt.timedelta(weeks=26)


@access(*READERS)
@never_cache
def adaptations(request: ActedRequest) -> HttpResponse:
    """List what waits, what holds, what is over and what came to nothing."""
    actor, today = request.actor, clock.day_of(clock.now())
    counts = queries.counts(actor, today)
    names = {
        "waiting": _("待定"),
        "held": pgettext("adaptation", "生效"),
        "over": pgettext("adaptation", "已到期"),
        "not": _("没批和撤回"),
    }
    if counts["unsent"]:
        names = {"unsent": _("没提交")} | names
    chosen = request.GET.get("tab", "")
    chosen = chosen if chosen in names else "waiting" if counts["waiting"] else "held"
    page = Paginator(queries.tab(actor, chosen, today), LINES).get_page(request.GET.get("page"))
    days = workdays()
    context = {
        "page": page,
        "rows": [(each, _due(each, days) if each.state == State.REQUESTED else None) for each in page],
        "tabs": [(name, label, counts[name], name == chosen) for name, label in names.items()],
        "tab": chosen,
        "query": f"tab={chosen}",
        "may_ask": bool(actor.roles & set(ASKING)),
        "is_office": Role.OFFICE in actor.roles,
    }
    return render(request, "demands/adaptations.html", context)


def _due(each: Adaptation, days: Workdays) -> dt.date:
    return days.after(clock.day_of(each.requested_at), TERM)


@access(*READERS)
@never_cache
def adaptation(request: ActedRequest, pk: int) -> HttpResponse:
    """Show one: what it changes, for whom, why, and what became of it."""
    found = queries.adaptation(request.actor, pk)
    if found.state == State.DRAFT:
        return redirect(_address_of(found))
    return _show(request, found)


def _address_of(found: Adaptation) -> str:
    """Return the page on which its writer goes on with it."""
    return address("adaptation_new", draft=str(found.pk))


def _show(request: ActedRequest, found: Adaptation, status: int = 200, **given: Any) -> HttpResponse:
    actor, today = request.actor, clock.day_of(clock.now())
    units = covered(found)
    count = units.count()
    demand, led, is_own = found.demand, actor.post(Role.LEAD), found.requested_by_id == actor.user_id
    joins, days = queries.joins(actor, found), workdays()
    may_decide = services.may_decide(by=actor, adaptation=found)
    is_late = found.is_late(today)
    chosen = Act.REFUSE if is_late else Act.APPROVE
    initial = {"from_week": max(found.from_week, Week.on(today).monday), "until": found.until, "do": chosen}
    initial |= found.kept if may_decide and not is_late else {}
    context = {
        "adaptation": found,
        "today": today,
        "is_over": found.is_over(today),
        "is_late": is_late,
        "units": list(units.select_related("parent").order_by("path")[:20]),
        "count": count,
        "demand": demand,
        "is_readable": demand is not None and actor.read_range[0] <= demand.issuer.path < actor.read_range[1],
        "rule": _rule_now(found, today),
        "kinds": _kinds(found.issuer, found.title),
        "saving": saving(found, demand, count),
        "due": _due(found, days),
        "opinion_due": _opinion_due(found, days),
        "opinion_days": OPINION_TERM,
        "may_decide": may_decide,
        "may_ask_opinion": may_decide and services.may_ask_opinion(by=actor, adaptation=found),
        "may_opine": services.may_opine(by=actor, adaptation=found),
        "lead": services.lead_of(found),
        "goes_on": found.state == State.RETURNED and is_own,
        "asked": _asked(found),
        "is_own": is_own,
        "joins": joins[:MOST_JOINS],
        "joined_by": joins.count(),
        "may_join": services.may_join(by=actor, adaptation=found, unit=led.unit if led else None, today=today),
        "may_withdraw": services.may_withdraw(by=actor, adaptation=found, today=today),
        "form": DecisionForm(adaptation=found, today=today, initial=initial),
        "opine": OpinionForm(prefix="opine"),
        "withdraw": NoteForm(prefix="withdraw"),
    }
    return render(request, "demands/adaptation.html", context | given, status=status)


def _opinion_due(found: Adaptation, days: Workdays) -> dt.date | None:
    return days.after(clock.day_of(found.opinion_asked_at), OPINION_TERM) if found.opinion_asked_at else None


def _asked(found: Adaptation) -> list[tuple[str, str]]:
    """Return in words what was asked where less was granted."""
    was = found.asked
    said = [
        (_("改为"), was.get("change", "")),
        (_("多久一次"), str(dict(Frequency.choices).get(was.get("frequency", ""), ""))),
        (_("界限改为"), was.get("threshold", "")),
        (_("给谁用"), str(dict(Whom.choices).get(was.get("whom", ""), ""))),
        (_("从哪周起"), was.get("from_week", "")),
        (_("到哪天止"), was.get("until", "")),
    ]
    return [(label, words) for label, words in said if words]


def _kinds(issuer: Unit | None, title: str) -> list[tuple[str, KindShare]]:
    """Return which kinds said that it does not apply to them, as far as enough answered."""
    if issuer is None:
        return []
    shares = not_applicable(issuer_id=issuer.pk, title=title)
    return [(str(UnitKind(each.kind).label), each) for each in shares if each.not_applicable]


def _rule_now(found: Adaptation, today: dt.date) -> tuple[Rule, str] | None:
    """Return the rule as it holds there now, and its bound."""
    rule = rulebook().of(found.rule_code, today, found.unit.path) if found.kind == Kind.RULE else None
    return (rule, bound(rule)) if rule else None


@access(Role.OFFICE, methods=("POST",))
def adaptation_ask(request: ActedRequest, pk: int) -> HttpResponse:
    """Ask the lead department what it thinks."""
    found = queries.adaptation(request.actor, pk)
    try:
        held = services.ask_opinion(by=request.actor, adaptation=found, now=clock.now())
    except Refused as refused:
        return _show(request, found, refused.status, problems=[("", refused.detail)])
    words = {"unit": held.opinion_of.name if held.opinion_of else "", "days": OPINION_TERM}
    messages.success(request, _("请%(unit)s在 %(days)d 个工作日内提意见") % words)
    return redirect("adaptation", pk)


@access(Role.ISSUER, methods=("POST",))
def adaptation_opinion(request: ActedRequest, pk: int) -> HttpResponse:
    """Say for the lead department what it thinks."""
    found, form = queries.adaptation(request.actor, pk), OpinionForm(request.POST, prefix="opine")
    if done(form, services.give_opinion, by=request.actor, adaptation=found, now=clock.now()):
        messages.success(request, _("意见提了，由机制办决定"))
        return redirect("adaptation", pk)
    return _show(request, queries.adaptation(request.actor, pk), status=422, opine=form)


@access(Role.OFFICE, methods=("POST",))
def adaptation_decide(request: ActedRequest, pk: int) -> HttpResponse:
    """Grant a request in whole or in part, refuse it, send it back for more, or keep the decision as it is typed."""
    found = queries.adaptation(request.actor, pk)
    form = DecisionForm(request.POST, adaptation=found, today=clock.day_of(clock.now()))
    act = request.POST.get("act", "")
    try:
        said = _decide(request, found, form, act)
    except Refused as refused:
        show_refusal(form, refused)
    if form.errors:
        return _show(request, queries.adaptation(request.actor, pk), status=422, form=form)
    messages.success(request, said)
    return redirect("adaptation", pk)


def _decide(request: ActedRequest, found: Adaptation, form: DecisionForm, act: str) -> str:
    """Do what a button says, and return what to say of it; nothing where the form has errors."""
    given: dict[str, Any] = {"by": request.actor, "adaptation": found, "now": clock.now()}
    if act in (Act.KEEP, Act.RETURN):
        form.errors.clear()  # of what is not decided nothing need be whole
    if act == Act.KEEP:
        kept = {name: request.POST.get(name, "") for name in form.fields}
        services.keep_decision(kept=kept, **given)
        return _("草稿存了，还没有作出决定")
    if act == Act.RETURN:
        services.return_adaptation(note=request.POST.get("note", ""), **given)
        return _("退回了：补好以后可以再提交")
    if not form.is_valid():
        return ""
    told = form.cleaned_data
    if told["do"] == Act.REFUSE:
        services.refuse_adaptation(note=told["note"], **given)
        return _("没有同意，理由申请单位能看到")
    dates = {name: told[name] for name in ("from_week", "until", "note")}
    less = form.part() if told["do"] == Act.PARTLY else None
    services.approve_adaptation(less=less, **dates, **given)
    return _("同意了：评估和信号里自动照此，到期自动停")


@access(Role.LEAD, methods=("POST",))
def adaptation_join(request: ActedRequest, pk: int) -> HttpResponse:
    """Ask that what was approved for a unit like the own one holds here too."""
    found, post = queries.adaptation(request.actor, pk), request.actor.post(Role.LEAD)
    assert post is not None
    try:
        made = services.join_adaptation(by=request.actor, adaptation=found, unit=post.unit, now=clock.now())
    except Refused as refused:
        return _show(request, found, refused.status, problems=[("", refused.detail)])
    if found.state == State.REQUESTED:
        messages.success(request, _("加入了：和这一项一起定，一起到期"))
    else:
        messages.success(request, _("提出加入了，%(days)d 个工作日内答；和原来那一项一起到期") % {"days": TERM})
    return redirect("adaptation", made.pk)


@access(*ASKING, methods=("POST",))
def adaptation_withdraw(request: ActedRequest, pk: int) -> HttpResponse:
    """Take a request back, or what holds."""
    found, form = queries.adaptation(request.actor, pk), NoteForm(request.POST, prefix="withdraw")
    if done(form, services.withdraw_adaptation, by=request.actor, adaptation=found, now=clock.now()):
        messages.success(request, _("撤回了"))
        return redirect("adaptation", pk)
    return _show(request, queries.adaptation(request.actor, pk), status=422, withdraw=form)


# --- the request ---


@access(*ASKING, methods=("GET", "POST"))
@never_cache
def adaptation_new(request: ActedRequest) -> HttpResponse:
    """Choose what to vary, then say how; an office chooses first for which unit."""
    actor, today = request.actor, clock.day_of(clock.now())
    draft = _draft(actor, request.GET.get("draft", ""))
    units = queries.asking_units(actor)
    unit = draft.unit if draft else _unit(units, request.GET.get("unit", ""))
    if unit is None:
        return render(request, "demands/adaptation_new.html", {"units": list(units[:200])})
    demand = draft.demand if draft else _demand(actor, request.GET.get("demand", ""))
    rule = _rule(unit, draft.rule_code if draft else request.GET.get("rule", ""), today)
    if demand is None and rule is None:
        text = request.GET.get("q", "").strip().replace("\0", "")[:MOST_TEXT]
        found = queries.received(actor, unit, today, text)
        page = Paginator(found, OFFERS).get_page(request.GET.get("page"))
        context = {"unit": unit, "text": text, "page": page, "query": urlencode({"unit": unit.code, "q": text})}
        context["rules"] = queries.soft_rules(actor, unit, today)
        return render(request, "demands/adaptation_new.html", context)
    form = RequestForm(request.POST or None, unit=unit, demand=demand, rule=rule, initial=_initial(rule, draft))
    of: dict[str, Any] = {"unit": unit, "demand": demand, "rule": rule, "draft": draft}
    if request.method == "POST":
        made = _send(request, form, of)
        if made:
            return redirect("adaptation", made.pk)
    context = of | {
        "form": form,
        "bound": bound(rule) if rule else "",
        "days": TERM,
        "saving": _saving(form, demand),
        "kinds": _kinds(demand.issuer, demand.title) if demand else [],
    }
    return render(request, "demands/adaptation_request.html", context, status=422 if form.errors else 200)


def _initial(rule: Rule | None, draft: Adaptation | None) -> dict[str, Any]:
    """Return what the form begins with: what was kept, or was sent and came back, else half a year from next week on."""
    if draft and draft.state == State.RETURNED and not draft.kept:
        return {name: getattr(draft, name) for name in RequestForm.base_fields}
    monday = Week.at(clock.now()).plus(1).monday
    usual = {"from_week": monday, "until": monday + HALF_A_YEAR, "whom": Whom.UNIT}
    return usual | {"kind": Kind.RULE if rule else Kind.RECEIVERS} | (draft.kept if draft else {})


def _send(request: ActedRequest, form: RequestForm, of: dict[str, Any]) -> Adaptation | None:
    """Send a request, or keep it as it is typed; a refusal goes into the form."""
    keeps = request.POST.get("act") == Act.KEEP
    given: dict[str, Any] = {"by": request.actor, "now": clock.now()} | of
    try:
        if keeps:
            form.errors.clear()  # what is kept need not be whole
            kept = {name: request.POST.get(name, "") for name in form.fields}
            made = services.keep_request(kept=kept, **given)
            messages.success(request, _("存着了，只有自己看得到；提交以后才算申请"))
            return made
        if not form.is_valid():
            return None
        made = services.request_adaptation(**given, **form.cleaned_data)
    except Refused as refused:
        show_refusal(form, refused)
        return None
    messages.success(request, _("提出了，%(days)d 个工作日内答") % {"days": TERM})
    return made


def _saving(form: RequestForm, demand: Demand | None) -> Saving | None:
    """Return what would be spared for one unit by what the form says now; None where that tells nothing."""
    told = {name: form[name].value() for name in form.fields}
    try:
        since, until = (dt.date.fromisoformat(str(told[name])) for name in ("from_week", "until"))
    except ValueError:
        return None
    facts = {"kind": told["kind"] or "", "frequency": told.get("frequency") or ""}
    return saving(Adaptation(from_week=since, until=until, **facts), demand, 1)


def _draft(actor: Actor, pk: str) -> Adaptation | None:
    """Return what the actor goes on with. Refuses (404): another's, or what was sent."""
    if not pk:
        return None
    found = queries.unsent(actor, pk)
    if found is None:
        raise Http404
    return found


def _unit(units: Any, code: str) -> Unit | None:
    """Return the unit that is asked for; the only one there is needs no asking. Refuses (404): a foreign one."""
    if code:
        found: Unit | None = units.filter(code=code).first()
        if found is None:
            raise Http404
        return found
    few = list(units[:2])
    return few[0] if len(few) == 1 else None


def _demand(actor: Actor, pk: str) -> Demand | None:
    """Return what is to be varied. Refuses (404): a foreign one."""
    if not pk:
        return None
    found = queries.demand_of(actor, int(pk)) if pk.isascii() and pk.isdigit() and len(pk) < 19 else None
    if found is None:
        raise Http404
    return found


def _rule(unit: Unit, code: str, today: dt.date) -> Rule | None:
    """Return the rule that is to be varied. Refuses (404): none that holds."""
    if not code:
        return None
    found = rulebook().of(code, today, unit.path)
    if found is None:
        raise Http404
    return found

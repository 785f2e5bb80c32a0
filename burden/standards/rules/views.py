"""Rules as pages: the list, one with its versions, the form of a new version, and the switch."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from burden.accounts.roles import READERS, Role
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.errors import Refused
from burden.kit.forms import done
from burden.standards.models import Rule
from burden.standards.rules import queries, services
from burden.standards.rules.forms import ConfirmForm, RuleForm
from burden.standards.rules.queries import Kept
from burden.standards.rules.words import bound

LINES = 50
ON, OFF, UNREAD = "on", "off", "unread"
FILLED = ("title_zh", "title_en", "regulation", "article", "strength", "threshold", "note")


def state_of(rule: Rule) -> str:
    """Say whether a version is on, off, or waits for somebody to read its text."""
    return ON if rule.active else OFF if rule.text_verified else UNREAD


@access(*READERS)
def rules(request: ActedRequest) -> HttpResponse:
    """List the rules around the reader's unit, and those that units below made for themselves."""
    kept, text = queries.rules(request.actor), request.GET.get("q", "").strip()[:60]
    states = {state: [each for each in kept if state_of(each.newest) == state] for state in (ON, OFF, UNREAD)}
    state = request.GET.get("state", "")
    found = states.get(state, kept)
    if text:
        found = [each for each in found if any(text in said for said in _said(each.newest))]
    page = Paginator(found, LINES).get_page(request.GET.get("page"))
    names = (("", _("全部")), (ON, _("开着")), (OFF, _("关着")), (UNREAD, _("待核对")))
    context = {
        "page": page,
        "rows": [(each, state_of(each.newest), bound(each.newest)) for each in page],
        "tabs": [(code, label, len(states.get(code, kept)), code == state) for code, label in names],
        "text": text,
        "state": state,
        "query": f"state={state}" if state else "",
        "may_change": Role.OFFICE in request.actor.roles,
    }
    return render(request, "standards/rules.html", context)


def _said(rule: Rule) -> tuple[str, ...]:
    """Return where a word is looked for."""
    return rule.code, rule.title_zh, rule.title_en, rule.regulation


@access(*READERS)
@never_cache
def rule(request: ActedRequest, code: str) -> HttpResponse:
    """Show one rule with its versions."""
    return _show(request, queries.rule(request.actor, code))


def _show(request: ActedRequest, kept: Kept, refusal: str = "", status: int = 200, **given: Any) -> HttpResponse:
    newest = kept.newest
    unit = queries.place(request.actor)
    context = {
        "kept": kept,
        "rule": newest,
        "state": state_of(newest),
        "versions": [(each, bound(each)) for each in kept.versions],
        "may_report": bool(request.actor.roles & {Role.CADRE, Role.LEAD, Role.ISSUER}),
        "may_change": Role.OFFICE in request.actor.roles,
        "is_own": unit is not None and newest.scope_id == unit.pk,
        "confirm": ConfirmForm(),
        "refusal": refusal,
        "problems": [("switch", refusal)] if refusal else [],
    }
    return render(request, "standards/rule.html", context | given, status=status)


@access(Role.OFFICE, methods=("GET", "POST"))
@never_cache
def rule_new(request: ActedRequest) -> HttpResponse:
    """Write a local rule after one that is known: it looks at demands the same way."""
    known = queries.rules(request.actor)
    code = request.GET.get("base", "")
    base = next((each.newest for each in known if each.code == code), None)
    if base is None:
        return render(request, "standards/rule_new.html", {"known": known})
    initial = {"strength": base.strength, "threshold": base.threshold, "valid_from": clock.day_of(clock.now())}
    form = RuleForm(request.POST or None, rule=base, initial=initial)
    if request.method == "POST" and done(form, services.add_rule, by=request.actor, base=base, now=clock.now()):
        messages.success(request, _("记下了；它还关着，看过再打开"))
        return redirect("rules")
    return _form(request, form, base, is_new=True)


@access(Role.OFFICE, methods=("GET", "POST"))
@never_cache
def rule_edit(request: ActedRequest, code: str) -> HttpResponse:
    """Write another version of a rule, from a day on."""
    newest = queries.rule(request.actor, code).newest
    today = clock.day_of(clock.now())
    initial: dict[str, Any] = {name: getattr(newest, name) for name in FILLED}
    initial |= {"valid_from": max(newest.valid_from or today, today), "valid_until": newest.valid_until}
    form = RuleForm(request.POST or None, rule=newest, initial=initial)
    seen = request.POST.get("seen", str(newest.pk))
    if request.method == "POST" and seen != str(newest.pk):
        form.add_error(None, _("这一条在别处改过了，请看过再改"))
    if request.method == "POST" and done(form, services.change_rule, by=request.actor, rule=newest, now=clock.now()):
        messages.success(request, _("改好了：以后按新的一版，以前的不动"))
        return redirect("rule", code)
    return _form(request, form, newest, is_new=False)


def _form(request: ActedRequest, form: forms.Form, known: Rule, *, is_new: bool) -> HttpResponse:
    context = {"form": form, "rule": known, "is_new": is_new, "state": state_of(known)}
    return render(request, "standards/rule_edit.html", context, status=422 if form.errors else 200)


@access(Role.OFFICE, methods=("POST",))
def rule_confirm(request: ActedRequest, code: str) -> HttpResponse:
    """Say that the text of a rule was read in the original."""
    kept = queries.rule(request.actor, code)
    form = ConfirmForm(request.POST)
    if done(form, services.confirm_rule, by=request.actor, rule=kept.newest, now=clock.now()):
        messages.success(request, _("记下了；现在可以打开"))
        return redirect("rule", code)
    return _show(request, kept, status=422, confirm=form)


@access(Role.OFFICE, methods=("POST",))
def rule_switch(request: ActedRequest, code: str) -> HttpResponse:
    """Switch a rule on or off."""
    kept, on = queries.rule(request.actor, code), request.POST.get("on") == "1"
    try:
        services.switch_rule(by=request.actor, rule=kept.newest, on=on, now=clock.now())
    except Refused as refused:
        return _show(request, kept, refused.detail, refused.status)
    messages.success(request, _("打开了，从现在起登记的都对照它") if on else _("关掉了，不再对照它"))
    return redirect("rule", code)

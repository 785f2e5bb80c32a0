"""The pages of the duty list and of the annual plans, and of one item of either with what was asked under it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from burden.accounts.actor import Actor
from burden.accounts.roles import EXPORTERS, READERS, Role
from burden.demands import duty as lists
from burden.demands.admissions.models import State
from burden.demands.price import price_of
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import address, query_of
from burden.kit.errors import Refused
from burden.kit.forms import done
from burden.kit.templatetags.show import category_css
from burden.standards.lists.forms import RetireForm
from burden.standards.lists.retiring import may_retire, restore_item, retire_item
from burden.standards.models import Category, Duty, DutyItem, PlanItem
from burden.units.models import Unit

LINES = 30
FEW = 8  # lines of a list beside the page
COLOURS = {Duty.BASIC: "", Duty.COOPERATING: "s-info", Duty.RECALLED: "s-warn"}
SHORT = {Duty.BASIC: _("基本"), Duty.COOPERATING: _("配合"), Duty.RECALLED: pgettext_lazy("duty", "收回")}
VIEWERS = READERS | {Role.CADRE}


@access(*VIEWERS)
@never_cache
def duty(request: ActedRequest) -> HttpResponse:
    """Show a county's duty list, searched and filtered, and what was recalled and is asked all the same."""
    actor, county, text = _asked(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in (*Duty.values, lists.RETIRED) else ""
    frame = _frame(actor, county, "duty", text)
    if county is None:
        return render(request, "demands/duty.html", frame)
    today = clock.day_of(clock.now())
    counts = lists.duty_counts(actor, county, text, today)
    found = lists.duty_list(actor, county, today, kind=kind, text=text)
    page = Paginator(found, LINES).get_page(request.GET.get("page"))
    again = lists.asked_again(actor, county, today)
    context = frame | {
        "page": page,
        "rows": [(item, SHORT[Duty(item.kind)], COLOURS[Duty(item.kind)]) for item in page],
        "kind": kind,
        "kinds": _kinds(counts, kind, text, frame["county_code"]),
        "found": page.paginator.count,
        "retired": kind == lists.RETIRED,
        "again": again[:FEW],
        "again_count": again.count(),
        "query": query_of(county=frame["county_code"], kind=kind, q=text),
        "may_open": bool(actor.roles & READERS),
        "raises": bool(actor.roles & EXPORTERS),
    }
    return render(request, "demands/duty.html", context)


@access(*VIEWERS)
@never_cache
def plans(request: ActedRequest) -> HttpResponse:
    """Show the annual plans of a county's offices, and how far they are used up."""
    actor, county, text = _asked(request)
    frame, today = _frame(actor, county, "plans", text), clock.day_of(clock.now())
    if county is None:
        return render(request, "demands/plans.html", frame)
    years = lists.plan_years(actor, county)
    year = _year(request.GET.get("year", ""), years, today)
    category = request.GET.get("category", "")
    category = category if category in Category.values else ""
    found = lists.plan_list(actor, county, year, category=category, text=text)
    page = Paginator(found, LINES).get_page(request.GET.get("page"))
    until = min(today, dt.date(year, 12, 31))
    used = lists.times_used(actor, page, until)
    context = frame | {
        "page": page,
        "rows": [(item, used.get(item.pk, 0)) for item in page],
        "year": year,
        "years": years,
        "category": category,
        "categories": Category.choices,
        "totals": [
            (each, [(category_css(each.category), min(each.used, each.planned))])
            for each in lists.plan_totals(actor, county, year, until)
        ],
        "until": until,
        "query": query_of(county=frame["county_code"], year=str(year), category=category, q=text),
        "may_open": bool(actor.roles & READERS),
    }
    return render(request, "demands/plans.html", context)


@access(*READERS)
@never_cache
def unlisted(request: ActedRequest) -> HttpResponse:
    """Show what departments ask although no list names it, and how far its admission is."""
    actor, county, text = _asked(request)
    frame = _frame(actor, county, "unlisted", text)
    if county is None:
        return render(request, "demands/unlisted.html", frame)
    page = Paginator(lists.unlisted(actor, county, text), LINES).get_page(request.GET.get("page"))
    opened = lists.openable(actor, page)
    context = frame | {
        "page": page,
        "rows": [
            (each, price_of(each, 1), each.pk in opened, dict(State.choices).get(each.admission_state))  # type: ignore[attr-defined]
            for each in page
        ],
        "found": page.paginator.count,
        "issuing": actor.issuing,
        "raises": bool(actor.roles & EXPORTERS),
        "query": query_of(county=frame["county_code"], q=text),
    }
    return render(request, "demands/unlisted.html", context)


@access(*READERS)
@never_cache
def duty_item(request: ActedRequest, pk: int) -> HttpResponse:
    """Show an item of a duty list with what is out under it."""
    return _show_duty(request, lists.duty_item(request.actor, pk))


def _show_duty(request: ActedRequest, item: DutyItem, status: int = 200, **given: Any) -> HttpResponse:
    facts = [
        (_("条目"), item.code),
        (_("说明"), item.note),
        (_("牵头部门"), item.owner.name if item.owner else ""),
        (_("依据"), item.citation),
        (_("停用"), f"{item.retired_on:%Y-%m-%d} {item.retired_reason}" if item.retired_on else ""),
    ]
    kind, today = Duty(item.kind), clock.day_of(clock.now())
    holds = item.holds_on(today)
    shown = {
        "facts": facts,
        "tag": (kind.label, COLOURS[kind]) if holds else (_("已停用"), ""),
        "recalled": kind == Duty.RECALLED and holds,
        "back": "duty",
        "may_retire": may_retire(by=request.actor, item=item),
        "retire": RetireForm(initial={"on": today}),
    }
    return _show_item(request, item, shown | given, status)


@access(Role.OFFICE, methods=("POST",))
def duty_retire(request: ActedRequest, pk: int) -> HttpResponse:
    """Take an item off the list from a day on."""
    item, form = lists.duty_item(request.actor, pk), RetireForm(request.POST)
    if done(form, retire_item, by=request.actor, item=item, now=clock.now()):
        messages.success(request, gettext("记下了：从那天起登记新事项不能再选它，以前的照旧"))
        return redirect("duty_item", pk)
    return _show_duty(request, item, 422, retire=form)


@access(Role.OFFICE, methods=("POST",))
def duty_restore(request: ActedRequest, pk: int) -> HttpResponse:
    """Put an item back on the list."""
    item = lists.duty_item(request.actor, pk)
    try:
        restore_item(by=request.actor, item=item, now=clock.now())
    except Refused as refused:
        return _show_duty(request, item, refused.status, problems=[("", refused.detail)])
    messages.success(request, gettext("恢复了"))
    return redirect("duty_item", pk)


@access(*READERS)
@never_cache
def plan_item(request: ActedRequest, pk: int) -> HttpResponse:
    """Show an item of an annual plan with what is out under it."""
    item = lists.plan_item(request.actor, pk)
    until = min(clock.day_of(clock.now()), dt.date(item.year, 12, 31))
    used = lists.times_used(request.actor, [item], until).get(item.pk, 0)
    facts = [
        (pgettext_lazy("one", "单位"), item.issuer.name),
        (_("年份"), str(item.year)),
        (_("计划次数"), str(item.times)),
        (_("已用次数"), str(used)),
    ]
    tag = (Category(item.category).label, category_css(item.category))
    return _show_item(request, item, {"facts": facts, "tag": tag, "recalled": False, "back": "plans"})


def _show_item(
    request: ActedRequest, item: DutyItem | PlanItem, shown: dict[str, Any], status: int = 200
) -> HttpResponse:
    page = Paginator(lists.linked_demands(request.actor, item), LINES).get_page(request.GET.get("page"))
    opened = lists.openable(request.actor, page)
    context = shown | {
        "item": item,
        "page": page,
        "demands": [(demand, price_of(demand, 1), demand.pk in opened) for demand in page],
        "may_open": bool(request.actor.roles & READERS),
    }
    context["facts"] = [(label, words) for label, words in shown["facts"] if words]
    return render(request, "demands/list_item.html", context, status=status)


def _asked(request: ActedRequest) -> tuple[Actor, Unit | None, str]:
    """Return who reads, whose lists, and what is searched. Refuses (404): a foreign county."""
    county = lists.county_of(request.actor, request.GET.get("county", ""))
    return request.actor, county, request.GET.get("q", "").strip().replace("\0", "")[: lists.MOST_TEXT]


def _frame(actor: Actor, county: Unit | None, here: str, text: str) -> dict[str, Any]:
    """Return what the pages have in common: whose lists, and which of them is shown."""
    several = list(lists.counties(actor)[: lists.MOST_COUNTIES])
    code = county.code if county and len(several) > 1 else ""
    tabs = [("duty", _("履职清单")), ("plans", _("年度计划"))]
    tabs += [("unlisted", _("清单外"))] if actor.roles & READERS else []
    others = [(address("admissions"), _("准入申请"), False)] if actor.roles & READERS else []
    return {
        "county": county,
        "county_code": code,
        "counties": several if len(several) > 1 else [],
        "text": text,
        "tabs": [(address(name, county=code), label, name == here) for name, label in tabs] + others,
        "imports": Role.OFFICE in actor.roles,
    }


def _kinds(counts: dict[str, int], kind: str, text: str, county: str) -> list[dict[str, Any]]:
    """Return the kinds of items as links with their numbers."""
    listed = [(code, SHORT[Duty(code)], counts[code]) for code in Duty.values]
    named = [("", _("全部"), sum(count for *_names, count in listed)), *listed]
    if counts[lists.RETIRED]:
        named.append((lists.RETIRED, _("已停用"), counts[lists.RETIRED]))
    return [
        {
            "label": label,
            "count": count,
            "url": address("duty", kind=code, q=text, county=county),
            "current": code == kind,
        }
        for code, label, count in named
    ]


def _year(asked: str, years: list[int], today: dt.date) -> int:
    """Return the year that an address asks for, else this one, else the newest there is."""
    if asked.isascii() and asked.isdigit() and len(asked) == 4 and int(asked) in years:
        return int(asked)
    return today.year if today.year in years or not years else years[0]

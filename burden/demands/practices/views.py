"""Practices as pages: the list, one with what it spared, writing one, and taking one over with one tap."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from burden.accounts.actor import Actor
from burden.accounts.roles import READERS, Role
from burden.demands.practices import queries, services
from burden.demands.practices.forms import PracticeForm, RefuseForm
from burden.demands.practices.models import DECIDE, Act, Practice, State
from burden.demands.practices.reading import MIN_ADOPTERS, MIN_PEERS, told_of
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.clock import Week
from burden.kit.errors import Refused
from burden.kit.forms import done
from burden.units.models import Unit

LINES = 30


def led_unit(actor: Actor) -> Unit | None:
    """Return the unit the actor leads."""
    post = actor.post(Role.LEAD)
    return post.unit if post else None


@access(*READERS)
@never_cache
def practices(request: ActedRequest) -> HttpResponse:
    """List the practices around the reader: what waits to be published first, then the newest; never by how much."""
    actor, now = request.actor, clock.now()
    page = Paginator(queries.practices(actor), LINES).get_page(request.GET.get("page"))
    told = told_of(page, queries.adoptions(actor, page.object_list), now, clock.day_of(now))
    context = {"page": page, "rows": told, "may_write": led_unit(actor) is not None, "least": MIN_ADOPTERS}
    return render(request, "demands/practices.html", context)


@access(*READERS)
@never_cache
def practice(request: ActedRequest, pk: int) -> HttpResponse:
    """Show one, with what it spared where it began and where others took it over."""
    return _show(request, queries.practice(request.actor, pk))


def _show(request: ActedRequest, found: Practice, status: int = 200, **given: Any) -> HttpResponse:
    actor, now = request.actor, clock.now()
    today, unit = clock.day_of(now), led_unit(actor)
    adopted = queries.adoptions(actor, [found])
    (told,) = told_of([found], adopted, now, today)
    users = [each for each in adopted if each.until >= today]
    others = {found.unit_id, *(each.unit_id for each in users)}
    adopter = unit if unit and found.state == State.PUBLISHED and unit.pk not in others else None
    context = {
        "practice": found,
        "told": told,
        "fewest": MIN_PEERS,
        "adoptions": users,
        "least": MIN_ADOPTERS,
        "may_adopt": adopter is not None,
        "may_draft": bool(adopter and _has_template(found) and services.registers(by=actor, unit=adopter, today=today)),
        "has_template": _has_template(found),
        "may_decide": services.may_decide(by=actor, practice=found),
        "may_withdraw": unit is not None and unit.pk == found.unit_id and found.state in (State.WRITTEN, State.PUBLISHED),
        "form": RefuseForm(),
    }  # fmt: skip
    return render(request, "demands/practice.html", context | given, status=status)


def _has_template(found: Practice) -> bool:
    return found.template is not None and found.template.active


@access(Role.LEAD, methods=("GET", "POST"))
@never_cache
def practice_new(request: ActedRequest) -> HttpResponse:
    """Describe what the own unit does differently."""
    unit = led_unit(request.actor)
    initial = {"since": Week.at(clock.now()).plus(-12).monday}
    assert unit is not None
    form = PracticeForm(request.POST or None, initial=initial, own=queries.templates(request.actor, unit))
    if request.method == "POST" and done(form, services.write_practice, by=request.actor, unit=unit, now=clock.now()):
        messages.success(request, _("写好了，机制办看过就发布"))
        return redirect("practices")
    return render(
        request, "demands/practice_new.html", {"form": form, "unit": unit}, status=422 if form.errors else 200
    )


@access(Role.OFFICE, methods=("POST",))
def practice_decide(request: ActedRequest, pk: int) -> HttpResponse:
    """Publish one, or say why not."""
    found, act = queries.practice(request.actor, pk), request.POST.get("do", "")
    form = RefuseForm(request.POST if act == Act.REFUSE else None)
    if act not in DECIDE:
        return _refused(request, found, _("选发布，还是不发布"))
    if act == Act.REFUSE:
        if not done(form, services.refuse_practice, by=request.actor, practice=found, now=clock.now()):
            return _show(request, found, 422, form=form)
        messages.success(request, _("没有发布，理由写的单位能看到"))
        return redirect("practice", pk)
    return _act(request, found, services.publish_practice, _("发布了，别的单位能看到、能采用"))


@access(Role.LEAD, methods=("POST",))
def practice_adopt(request: ActedRequest, pk: int) -> HttpResponse:
    """Take one over for the own unit."""
    found, as_template = queries.practice(request.actor, pk), request.POST.get("as") == "template"
    said = _("采用了：下周一起是本单位的一条调整，效果平台来量")
    if as_template:
        said = _("采用了：照着它的登记草稿放进了本单位的事项登记，由登记的人填好再下达；效果平台来量")
    unit = led_unit(request.actor)
    return _act(request, found, services.adopt_practice, said, unit=unit, as_template=as_template)


@access(Role.LEAD, methods=("POST",))
def practice_withdraw(request: ActedRequest, pk: int) -> HttpResponse:
    """Take the own one back."""
    found = queries.practice(request.actor, pk)
    return _act(request, found, services.withdraw_practice, _("撤回了"), then="practices")


def _act(request: ActedRequest, found: Practice, service: Any, said: str, then: str = "", **facts: Any) -> HttpResponse:
    try:
        service(by=request.actor, practice=found, now=clock.now(), **facts)
    except Refused as refused:
        return _refused(request, found, refused.detail, refused.status)
    messages.success(request, said)
    return redirect(then) if then else redirect("practice", found.pk)


def _refused(request: ActedRequest, found: Practice, words: str, status: int = 422) -> HttpResponse:
    return _show(request, found, status, problems=[("", words)])

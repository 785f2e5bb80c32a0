"""People and posts: the list, and the panel beside it in which one thing is done."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from burden.accounts import queries, services
from burden.accounts.forms import ENDED, EditForm, EndAllForm, EndForm, FilterForm, PersonForm, PostForm
from burden.accounts.models import Post, PostRequest, User
from burden.accounts.roles import Role
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import query_of
from burden.kit.clock import Week
from burden.kit.errors import Refused
from burden.kit.forms import done
from burden.units.queries import kept_unit

PAGE_SIZE = 20
GOES = 10  # that wait, on one page
NEWS = dt.timedelta(days=14)  # how long a refusal is shown to who proposed
KEEPERS = (Role.SYSADMIN, Role.SECADMIN)


@access(*KEEPERS)
@never_cache
def people(request: ActedRequest) -> HttpResponse:
    """Who holds which post."""
    return show_people(request)


def show_people(request: ActedRequest, panel: str = "", status: int = 200, **context: Any) -> HttpResponse:
    """Render the list, the panel that was opened, and what waits to be decided."""
    actor, now = request.actor, clock.now()
    today = clock.day_of(now)
    text, role = FilterForm(request.GET).read()
    chosen = "" if role == ENDED else role
    found = queries.posts(actor, today, text=text, role=chosen, ended=role == ENDED)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context |= {
        "panel": panel,
        "page": page,
        "rows": queries.listed(actor, list(page), today),
        "filter": {"q": text, "role": role},
        "roles": [*Role.choices, (ENDED, _("已止任职"))],
        "census": queries.census(actor, today),
        "query": _query(request, page=False),
        "here": _query(request, page=True),
        "is_sysadmin": Role.SYSADMIN in actor.roles,
    } | _undecided(request, now)
    if panel in {"add", "post", "end"}:
        context["units"] = queries.unit_choices(actor)
    return render(request, "accounts/people.html", context, status=status)


def _undecided(request: ActedRequest, now: dt.datetime) -> dict[str, Any]:
    """Return what waits to be decided, and to who proposes what was refused lately."""
    actor = request.actor
    goes = Paginator(queries.goes(actor), GOES).get_page(request.GET.get("waiting"))
    refused = queries.refused(actor, now - NEWS)[:GOES] if Role.SYSADMIN in actor.roles else []
    return {"goes": goes, "batches": queries.batches(actor, list(goes)), "refused": refused}


def _query(request: ActedRequest, *, page: bool) -> str:
    """Return the state of the list as a query string, with or without the page."""
    names = ("q", "role", "page") if page else ("q", "role")
    return query_of(**{name: request.GET.get(name, "") for name in names})


def _back(request: ActedRequest) -> HttpResponse:
    query = _query(request, page=True)
    return redirect(f"{reverse('people')}?{query}" if query else reverse("people"))


def _post(request: ActedRequest, pk: int) -> Post:
    return get_object_or_404(queries.post_of(request.actor, pk))


def _person(request: ActedRequest, pk: int) -> User:
    return get_object_or_404(queries.person_of(request.actor, pk))


# --- what the sysadmin does ---


@access(Role.SYSADMIN, methods=("GET", "POST"))
@never_cache
def person_add(request: ActedRequest) -> HttpResponse:
    """Add a person with a first post, which somebody else has to grant."""
    actor, now = request.actor, clock.now()
    form = PersonForm(request.POST or None, actor=actor, initial={"role": Role.CADRE, "since": Week.at(now).monday})
    if request.method == "POST" and done(form, services.add_person, by=actor, now=now):
        messages.success(request, _("已提交，等安全管理员批"))
        return _back(request)
    return show_people(request, "add", form=form)


@access(Role.SYSADMIN, methods=("GET", "POST"))
@never_cache
def post_add(request: ActedRequest, pk: int) -> HttpResponse:
    """Propose one more post for a person, who holds none that others keep."""
    actor, now = request.actor, clock.now()
    person = get_object_or_404(queries.free_person(actor, pk, clock.day_of(now)))
    form = PostForm(request.POST or None, actor=actor, initial={"role": Role.CADRE, "since": Week.at(now).monday})
    if request.method == "POST" and done(form, services.propose_post, by=actor, user=person, now=now):
        messages.success(request, _("已提交，等安全管理员批"))
        return _back(request)
    return show_people(request, "post", form=form, person=person)


@access(Role.SYSADMIN, methods=("GET", "POST"))
@never_cache
def post_end(request: ActedRequest, pk: int) -> HttpResponse:
    """Propose that a post end, and perhaps go on elsewhere."""
    actor, now, post = request.actor, clock.now(), _post(request, pk)
    form = EndForm(request.POST or None, actor=actor, initial={"last_day": Week.at(now).sunday})
    if request.method == "POST" and done(form, services.end_post, by=actor, post=post, now=now):
        messages.success(request, _("已提交，等安全管理员批"))
        return _back(request)
    return show_people(request, "end", form=form, post=post)


@access(Role.SYSADMIN, methods=("GET", "POST"))
@never_cache
def posts_end(request: ActedRequest, code: str) -> HttpResponse:
    """Propose that all posts of a unit end, on the eve of the Monday that the address names."""
    actor, now = request.actor, clock.now()
    unit = kept_unit(actor, code)
    form = EndAllForm(request.POST or None, initial={"last_day": _eve(request, now)})
    if request.method == "POST" and done(form, services.end_posts, by=actor, unit=unit, now=now):
        messages.success(request, _("已提交，等安全管理员批"))
        return _back(request)
    chosen = form.cleaned_data.get("last_day") if form.is_bound else None
    held = queries.posts_to_end(actor, unit, chosen or _eve(request, now))
    count, shown = held.count(), held[: queries.SHOWN]
    return show_people(request, "end_all", form=form, unit=unit, held=shown, count=count, rest=count - len(shown))


def _eve(request: ActedRequest, now: dt.datetime) -> dt.date:
    try:
        week = Week.parse(request.GET.get("from", ""))
    except ValueError:  # none is named
        week = Week.at(now)
    return week.monday - clock.DAY


@access(Role.SYSADMIN, methods=("GET", "POST"))
@never_cache
def post_edit(request: ActedRequest, pk: int) -> HttpResponse:
    """Correct a name or what a post is called."""
    actor, now, post = request.actor, clock.now(), _post(request, pk)
    form = EditForm(request.POST or None, initial={"name": post.user.name, "title": post.title})
    if request.method == "POST" and done(form, services.change_person, by=actor, post=post, now=now):
        messages.success(request, _("改好了"))
        return _back(request)
    is_free = queries.free_person(actor, post.user_id, clock.day_of(now)).exists()
    return show_people(request, "edit", form=form, post=post, is_free=is_free)


@access(Role.SYSADMIN, methods=("GET", "POST"))
@never_cache
def person_switch(request: ActedRequest, pk: int) -> HttpResponse:
    """Ask whether to stop an account, or to let it go on; then do it."""
    person = _person(request, pk)
    if request.method != "POST":
        return show_people(request, "switch", person=person)
    act, words = services.deactivate, _("%(name)s 的账号停用了")
    if not person.is_active:
        act, words = services.reactivate, _("%(name)s 的账号恢复了")
    return _act(request, words % {"name": person.name}, act, user=person)


# --- what the secadmin does ---


@access(Role.SECADMIN, methods=("POST",))
@never_cache
def person_link(request: ActedRequest, pk: int) -> HttpResponse:
    """Make a one-time link and show it, this once."""
    actor, person, now = request.actor, _person(request, pk), clock.now()
    try:
        secret = services.make_login_link(by=actor, user=person, now=now)
    except Refused as refused:
        messages.error(request, str(refused))
        return _back(request)
    url = request.build_absolute_uri(reverse("login_link", args=[secret]))
    granted = queries.history(actor, person).filter(granted=True).first()
    link = queries.newest_link(actor, person)
    return show_people(request, "link", person=person, url=url, granted=granted, link=link)


@access(Role.SECADMIN)
@never_cache
def person(request: ActedRequest, pk: int) -> HttpResponse:
    """The keys of one person: link, lock, tokens."""
    actor, found, now = request.actor, _person(request, pk), clock.now()
    tokens = queries.good_tokens(actor, found, now)
    return show_people(request, "keys", person=found, tokens=tokens, link=queries.newest_link(actor, found), now=now)


@access(Role.SECADMIN, methods=("POST",))
def person_unlock(request: ActedRequest, pk: int) -> HttpResponse:
    """Let a locked account try again."""
    person = _person(request, pk)
    return _act(request, _("%(name)s 可以登录了") % {"name": person.name}, services.unlock, user=person)


@access(Role.SECADMIN, methods=("POST",))
def person_tokens(request: ActedRequest, pk: int) -> HttpResponse:
    """Revoke every API token of a person."""
    person = _person(request, pk)
    return _act(request, _("%(name)s 的接口令牌都作废了") % {"name": person.name}, services.revoke_tokens, user=person)


def _act(request: ActedRequest, words: str, act: Any, **facts: Any) -> HttpResponse:
    """Call a service that needs no form, and say what came of it on the list."""
    try:
        act(by=request.actor, now=clock.now(), **facts)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, words)
    return _back(request)


@access(Role.SECADMIN, methods=("POST",))
def requests_decide(request: ActedRequest) -> HttpResponse:
    """Grant or refuse what was proposed in one go, if it is still what was shown."""
    requests = _shown(request)
    if requests is None:
        return _back(request)
    if request.POST.get("granted") not in {"0", "1"}:
        raise Http404
    granted = request.POST["granted"] == "1"
    count = len(requests)
    words = (
        ngettext("批准了 %(n)d 项", "批准了 %(n)d 项", count)
        if granted
        else ngettext("没批 %(n)d 项", "没批 %(n)d 项", count)
    )
    return _act(request, words % {"n": count}, services.decide_requests, requests=requests, granted=granted)


@access(Role.SYSADMIN, methods=("POST",))
def requests_withdraw(request: ActedRequest) -> HttpResponse:
    """Take back what one proposed in one go, if it is still what was shown."""
    requests = _shown(request)
    if requests is None:
        return _back(request)
    count = len(requests)
    words = ngettext("撤回了 %(n)d 项", "撤回了 %(n)d 项", count) % {"n": count}
    return _act(request, words, services.withdraw_requests, requests=requests)


def _shown(request: ActedRequest) -> list[PostRequest] | None:
    """Return the requests of the go that was shown; where it changed meanwhile, say so and return none."""
    key = request.POST.get("batch", "")
    found = queries.proposed_with(request.actor, int(key)) if key.isascii() and key.isdigit() and len(key) < 19 else []
    if found and str(len(found)) == request.POST.get("count"):
        return found
    messages.error(request, _("这一项已经有人批过或撤回了，或者刚才变了"))
    return None

"""People and posts: the list, and the panel beside it in which one thing is done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from burden.accounts import queries, services
from burden.accounts.forms import ENDED, EditForm, EndForm, FilterForm, PersonForm, PostForm
from burden.accounts.models import Post, User
from burden.accounts.roles import Role
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.clock import Week
from burden.kit.errors import Refused
from burden.kit.forms import done

PAGE_SIZE = 20
KEEPERS = (Role.SYSADMIN, Role.SECADMIN)


@access(*KEEPERS)
@never_cache
def people(request: ActedRequest) -> HttpResponse:
    """Who holds which post."""
    return show_people(request)


def show_people(request: ActedRequest, panel: str = "", status: int = 200, **context: Any) -> HttpResponse:
    """Render the list, the panel that was opened, and what waits to be decided."""
    actor, today = request.actor, clock.day_of(clock.now())
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
        "batches": queries.waiting(actor),
        "query": _query(request, page=False),
        "here": _query(request, page=True),
        "is_sysadmin": Role.SYSADMIN in actor.roles,
    }
    if panel in {"add", "post", "end"}:
        context["units"] = queries.unit_choices(actor)
    return render(request, "accounts/people.html", context, status=status)


def _query(request: ActedRequest, *, page: bool) -> str:
    """Return the state of the list as a query string, with or without the page."""
    kept = QueryDict(mutable=True)
    for name in ("q", "role", "page") if page else ("q", "role"):
        if request.GET.get(name):
            kept[name] = request.GET[name]
    return kept.urlencode()


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
    """Propose one more post for a person."""
    actor, now, person = request.actor, clock.now(), _person(request, pk)
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
def post_edit(request: ActedRequest, pk: int) -> HttpResponse:
    """Correct a name or what a post is called."""
    actor, post = request.actor, _post(request, pk)
    form = EditForm(request.POST or None, initial={"name": post.user.name, "title": post.title})
    if request.method == "POST" and done(form, services.change_person, by=actor, post=post, now=clock.now()):
        messages.success(request, _("改好了"))
        return _back(request)
    return show_people(request, "edit", form=form, post=post)


@access(Role.SYSADMIN, methods=("POST",))
def person_switch(request: ActedRequest, pk: int) -> HttpResponse:
    """Stop an account, or let it go on."""
    person = _person(request, pk)
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
    actor = request.actor
    shown = (request.POST.get("batch"), request.POST.get("count"))
    batch = next((b for b in queries.waiting(actor) if (str(b.key), str(len(b.requests))) == shown), None)
    if batch is None:
        messages.error(request, _("这一项已经有人批过了，或者刚才变了"))
        return _back(request)
    if request.POST.get("granted") not in {"0", "1"}:
        raise Http404
    granted = request.POST["granted"] == "1"
    count = len(batch.requests)
    words = (
        ngettext("批准了 %(n)d 项", "批准了 %(n)d 项", count)
        if granted
        else ngettext("没批 %(n)d 项", "没批 %(n)d 项", count)
    )
    return _act(request, words % {"n": count}, services.decide_requests, requests=batch.requests, granted=granted)

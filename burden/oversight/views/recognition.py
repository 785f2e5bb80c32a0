"""Recognitions as pages: the list, one with its reckoning and objections, a candidate to nominate, and by which rule it is reckoned."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from burden.accounts.actor import Actor
from burden.accounts.roles import EXPORTERS, READERS, Role
from burden.demands.adaptations.reading import county_of
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import address, query_of
from burden.kit.errors import Refused
from burden.kit.forms import done, show_refusal
from burden.oversight import merits, queries, saved, services, stages
from burden.oversight.forms import RECOGNITION, ActForm, AuthorForm, NominateForm
from burden.oversight.merits import words
from burden.oversight.models import Author, Objection, Recognition, RecognitionState
from burden.oversight.stages import SIGNED, STAGES
from burden.standards.workdays import workdays
from burden.units.models import Unit

EVERYBODY = (*READERS, Role.CADRE)
LINES = 30
NUMBER = re.compile(r"\d{1,18}", re.ASCII)
S = RecognitionState
TABS: Mapping[str, str | Promise] = {"open": _("公示中"), "published": _("已公布"), "decided": _("没有表扬、已撤销")}
KEPT: Mapping[str, str | Promise] = {"candidates": _("候选"), "nominated": _("已提名")}  # for those who may nominate
SERVICES: Mapping[str, Any] = {
    "announce": services.announce_recognition,
    "object": services.object_to_recognition,
    "answer": services.answer_objection,
    "recognise": services.recognise,
    "decline": services.decline_recognition,
    "publish": services.publish_recognition,
    "withdraw": services.withdraw_recognition,
    "revoke": services.revoke_recognition,
    "sign": services.sign_byline,
    "unsign": services.drop_byline,
    "name": services.name_author,
}
MAIN = ("announce", "recognise", "publish", "sign")  # drawn as the thing to do next
LABELS: Mapping[str, str | Promise] = {act: stage.label for act, stage in STAGES.items()} | {
    "sign": _("署我的名"), "unsign": _("不再署名"), "name": _("写上同事"),
}  # fmt: skip
SAID: Mapping[str, str | Promise] = {
    "object": _("记下了，公示期内答复，就在这一页；不显示是你提的"),
    "sign": _("署上了，随时可以撤"),
    "unsign": _("撤下了，页面上没有你的名字了"),
    "name": _("写上了；署不署名由本人定，定之前不显示"),
}


@access(*EVERYBODY)
@never_cache
def recognitions(request: ActedRequest) -> HttpResponse:
    """List what is open to objections, what was published and what was not; to those who may nominate also the candidates."""
    actor, keeper = request.actor, request.actor.post(*EXPORTERS)
    tabs = {**KEPT, **TABS} if keeper else TABS
    chosen = request.GET.get("tab", "")
    tab = chosen if chosen in tabs else next(iter(tabs))
    counts = queries.recognition_counts(actor)
    context: dict[str, Any] = {"tab": tab, "keeps": keeper is not None, "query": query_of(tab=tab)}
    if keeper:
        found = merits.merits(keeper.unit, clock.now())
        taken = queries.nominated(actor, keeper.unit, found.candidates, clock.now())
        waiting = [each for each in found.candidates if each not in taken]
        counts["candidates"] = len(waiting)
        context |= {"candidates": waiting, "left": len(found.left)}
    if tab in TABS or tab == "nominated":
        page = Paginator(queries.recognitions(actor, tab), LINES).get_page(request.GET.get("page"))
        names, listed = queries.bylines(actor, page), queries.listed_in(actor, page)
        context |= {"page": page, "rows": [(each, names.get(each.pk, []), listed.get(each.pk)) for each in page]}
    context["tabs"] = [
        {"label": label, "count": counts[name], "url": address("recognitions", tab=name), "current": name == tab}
        for name, label in tabs.items()
    ]
    return render(request, "oversight/recognitions.html", context)


@access(*EXPORTERS, methods=("GET", "POST"))
@never_cache
def candidate(request: ActedRequest) -> HttpResponse:
    """Show how a candidate is reckoned, and take its nomination. Refuses (404): no such candidate."""
    actor, now = request.actor, clock.now()
    post = actor.post(*EXPORTERS)
    kind, key = request.GET.get("kind", ""), request.GET.get("key", "")
    found = merits.merits(post.unit, now).candidates if post else []
    chosen = next((each for each in found if (each.kind, each.key) == (kind, key)), None)
    if post is None or chosen is None:
        raise Http404
    chosen = merits.with_past(chosen, post.unit, now)
    form = NominateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.nominate_recognition(by=actor, kind=kind, key=key, now=now, **form.facts())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, gettext("提名了，机制办公示"))
            return redirect("recognition", made.pk)
    context = {"candidate": chosen, **_phrased(chosen.reckoned(now)), "form": form, "crumbs": _crumbs(chosen.headline)}
    return render(request, "oversight/candidate.html", context, status=422 if form.errors else 200)


@access(*EVERYBODY)
@never_cache
def recognition(request: ActedRequest, pk: int) -> HttpResponse:
    """Show one: how it was reckoned, what was held against it and answered, what was decided and why."""
    return _show(request, queries.recognition(request.actor, pk))


@access(*EVERYBODY, methods=("POST",))
def recognition_act(request: ActedRequest, pk: int, act: str) -> HttpResponse:
    """Take one step; what cannot be done is said on the page. Refuses (404): no such step, no such objection."""
    actor, found = request.actor, queries.recognition(request.actor, pk)
    if act not in SERVICES or (act == "answer" and not NUMBER.fullmatch(request.POST.get("answer-objection", ""))):
        raise Http404
    form = _form(actor, found, act, request.POST)
    try:
        is_done = done(form, SERVICES[act], by=actor, recognition=found, now=clock.now())
    except Objection.DoesNotExist as error:
        raise Http404 from error
    if not is_done:
        return _show(request, queries.recognition(actor, pk), act, form)
    messages.success(request, str(SAID.get(act) or gettext("办好了：%(act)s") % {"act": LABELS[act]}))
    return redirect("recognition", pk) if queries.still_seen(actor, pk) else redirect("recognitions")


def _form(actor: Actor, found: Recognition, act: str, data: Any = None) -> ActForm:
    if act == "name":
        return AuthorForm(data, prefix=act, people=queries.colleagues(actor, found, clock.now()))
    return RECOGNITION[act](data, prefix=act)


def _show(request: ActedRequest, found: Recognition, act: str = "", form: ActForm | None = None) -> HttpResponse:
    actor, today = request.actor, clock.day_of(clock.now())
    held = queries.objections(actor, found)
    mine = queries.own_authorship(actor, found)
    names, count = queries.byline(actor, found)
    open_acts = [*_acts(actor, found, held, mine, today)]
    forms = {name: form if form is not None and name == act else _form(actor, found, name) for name in open_acts}
    is_open = found.state == S.OPEN and found.until is not None
    context = {
        "recognition": found,
        **_phrased(found.reckoned),
        **_looked_back(found),
        "objections": held,
        "unanswered": sum(not each.answered_at for each, _is_mine in held),
        "left": workdays().left(today, found.until) if is_open and found.until else None,
        "is_over": is_open and found.until is not None and today > found.until,
        "acts": [(name, LABELS[name], forms[name], name in MAIN) for name in forms if name != "answer"],
        "answer": forms.get("answer"),
        "names": names,
        "others": queries.author_count(actor, found) - count if mine else None,
        "listed": queries.listed_in(actor, [found]).get(found.pk),
        "wrong": form,
        "answering": form.data.get("answer-objection") if form is not None and act == "answer" else None,
        "crumbs": _crumbs(found.headline),
    }
    return render(request, "oversight/recognition.html", context, status=422 if form is not None else 200)


def _looked_back(found: Recognition) -> dict[str, Any]:
    """Return whether what was recognised lasts, or the day from which that can be told."""
    if found.state != S.PUBLISHED or found.published_at is None:
        return {}
    looked = merits.lasting(found, clock.now())
    weeks = words.weeks_words([str(looked.weeks[0]), str(looked.weeks[-1])]) if looked else ""
    return {
        "looked": looked,
        "looked_weeks": weeks,
        "looks_on": saved.ripe_on(found.published_at),
        "least": merits.LEAST,
    }


def _acts(
    actor: Actor, found: Recognition, held: list[tuple[Objection, bool]], mine: Author | None, today: dt.date
) -> Iterator[str]:
    """Yield what the actor may do now, terms and persons told apart as the services do."""
    may = stages.acts(actor, found)
    is_over = found.until is not None and today > found.until
    if stages.is_party(actor, found):
        may -= {"object", "answer", "recognise", "decline"}
    if is_over or any(is_mine for _each, is_mine in held):
        may -= {"object"}
    if all(each.answered_at or is_mine for each, is_mine in held):  # one's own another answers
        may -= {"answer"}
    if not is_over or found.nominated_by_id == actor.user_id or any(not each.answered_at for each, _is_mine in held):
        may -= {"recognise", "decline"}
    yield from (name for name in STAGES if name in may)
    if mine is not None and mine.signed_at is None and found.state in SIGNED:
        yield "sign"
    if mine is not None and mine.signed_at is not None:
        yield "unsign"
    if mine is not None and found.state in SIGNED:
        yield "name"


@access(*EVERYBODY)
@never_cache
def fairness(request: ActedRequest) -> HttpResponse:
    """Say by which rule it is reckoned, on which data and how much of it, and who is no candidate and why.

    Names of those left out are told to who reviews; everybody reads how many they are, by reason.
    """
    keeper = request.actor.post(*EXPORTERS)
    unit = keeper.unit if keeper else _around(request.actor)
    found = merits.merits(unit, clock.now())
    reasons = [(why, [each for each in found.left if each.why == why]) for why in merits.Why]
    context = {
        "unit": unit,
        "found": found,
        "now": found.looked.manned[merits.AFTER],
        "then": found.looked.manned[merits.BEFORE],
        "weeks": [(weeks[0], weeks[-1]) for weeks in found.looked.weeks.values()],
        "reasons": [(why, left, left if keeper else []) for why, left in reasons],
        "looked": len(found.left) + len(found.candidates),
        "rule": {"version": merits.VERSION, "least": merits.LEAST, "peers": merits.MIN_PEERS, "moved": merits.MOST_MOVED},
        "crumbs": _crumbs(gettext("公平说明")),
    }  # fmt: skip
    return render(request, "oversight/fairness.html", context)


def _around(actor: Actor) -> Unit:
    """Return the county around a person who nominates nobody."""
    if actor.unit is None:
        raise Http404
    return county_of(actor.unit)


def _phrased(reckoned: Mapping[str, Any]) -> dict[str, Any]:
    before, after = reckoned["before_min"], reckoned["after_min"]
    bars = ((gettext("之前"), "x-self", before), (gettext("之后"), "x-brand", after))
    return {
        "reckoned": reckoned, "lines": words.lines(reckoned), "points": _points(reckoned), "most": max(before, after),
        "bars": [(label, [(colour, minutes)], minutes) for label, colour, minutes in bars],
    }  # fmt: skip


def _points(reckoned: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """Return what else was held to, and whether it speaks against the candidate."""
    return [
        (said, each["code"] == "lapsed") for each, said in zip(reckoned["points"], words.points(reckoned), strict=True)
    ]


def _crumbs(label: str) -> list[dict[str, str]]:
    return [{"label": gettext("表扬与公平"), "url": reverse("recognitions")}, {"label": label}]

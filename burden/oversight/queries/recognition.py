"""Scoped reads of recognitions: lists, one with its objections and authors, what waits, what belongs to other things."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import reduce
from operator import or_

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from burden.accounts.actor import Actor
from burden.accounts.models import Post, User
from burden.accounts.roles import EXPORTERS, TRIO, Role
from burden.demands.practices.models import Practice
from burden.kit import clock
from burden.kit.addresses import address
from burden.kit.crypto import mark_of
from burden.kit.threads import MOST as MOST_LINKS
from burden.kit.threads import Link
from burden.kit.waiting import MOST, Waiting
from burden.oversight.merits import Candidate
from burden.oversight.models import (
    UNKEPT,
    Author,
    Bulletin,
    Objection,
    Order,
    Recognition,
    RecognitionKind,
    RecognitionState,
    State,
)
from burden.units.models import Unit

S = RecognitionState
QUARTER = 13 * clock.WEEK  # what an issuer is reckoned over
TABS: Mapping[str, tuple[RecognitionState, ...]] = {
    "open": (S.OPEN,),
    "published": (S.PUBLISHED,),
    "decided": (S.RECOGNISED, S.DECLINED, S.REVOKED, S.WITHDRAWN),
    "nominated": (S.NOMINATED,),  # shown to those alone who may announce it
}


def recognitions(actor: Actor, tab: str = "") -> QuerySet[Recognition]:
    """Return the recognitions an actor may see, the newest first: no order ranks them. Shape: `objections` counts them."""
    found: QuerySet[Recognition] = Recognition.objects.visible_to(actor).select_related("unit", "subject__parent")
    if tab:
        found = found.filter(state__in=TABS[tab])
    counted = Objection.objects.filter(recognition=OuterRef("pk")).order_by().values("recognition")
    found = found.annotate(objections=counted.annotate(n=Count("pk")).values("n"))
    newest = ("published_at", "decided_at", "announced_at")
    return found.defer("reckoned").order_by(*(F(name).desc(nulls_last=True) for name in newest), "-nominated_at", "-pk")


def recognition_counts(actor: Actor) -> dict[str, int]:
    """Count recognitions by tab."""
    rows = Recognition.objects.visible_to(actor).order_by().values_list("state").annotate(n=Count("pk"))
    counts = dict(rows)
    return {tab: sum(counts.get(state, 0) for state in states) for tab, states in TABS.items()}


def recognition(actor: Actor, pk: int) -> Recognition:
    """Return a recognition in the actor's scope (Http404)."""
    seen = Recognition.objects.visible_to(actor).select_related(
        "unit", "subject__parent", "order", "practice", "decided_by"
    )
    found: Recognition | None = seen.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def still_seen(actor: Actor, pk: int) -> bool:
    """Say whether an actor may still see a recognition: a byline taken back from elsewhere was the only reason."""
    return bool(Recognition.objects.visible_to(actor).filter(pk=pk).exists())


def nominated(actor: Actor, unit: Unit, candidates: Iterable[Candidate], now: dt.datetime) -> list[Candidate]:
    """Return those that a unit nominated already, and did not take back: issuers also in weeks that are reckoned again."""
    held = Recognition.objects.visible_to(actor).filter(unit=unit).exclude(state=S.WITHDRAWN)
    rows = list(held.values_list("kind", "key", "subject_id", "nominated_at"))
    taken = {(kind, key) for kind, key, _subject, _at in rows}
    same = {subject for kind, _key, subject, at in rows if kind == RecognitionKind.ISSUER and at > now - QUARTER}
    return [
        each
        for each in candidates
        if (each.kind, each.key) in taken or (each.kind == RecognitionKind.ISSUER and each.subject.pk in same)
    ]


def objections(actor: Actor, found: Recognition) -> list[tuple[Objection, bool]]:
    """Return what was held against a recognition, as it came, and whether the actor said it."""
    mine = mark_of("objection", found.pk, actor.user_id)
    rows = Objection.objects.visible_to(actor).filter(recognition=found).order_by("on", "mark")
    return [(each, each.mark == mine) for each in rows]


def byline(actor: Actor, found: Recognition) -> tuple[list[str], int]:
    """Return the names of the authors who chose to be told, and how many there are of them."""
    rows = Author.objects.visible_to(actor).filter(recognition=found, signed_at__isnull=False)
    names = list(rows.select_related("person").order_by("signed_at", "pk").values_list("person__name", flat=True))
    return names, len(names)


def author_count(actor: Actor, found: Recognition) -> int:
    """Count those who wrote what is recognised, named or not: told to one of them alone."""
    if own_authorship(actor, found) is None:
        return 0
    return int(Author.objects.of(found).count())


def own_authorship(actor: Actor, found: Recognition) -> Author | None:
    """Return what says that the actor wrote what is recognised."""
    mine: Author | None = Author.objects.visible_to(actor).filter(recognition=found, person_id=actor.user_id).first()
    return mine


def colleagues(actor: Actor, found: Recognition, now: dt.datetime) -> QuerySet[User]:
    """Return who works in the recognised unit today, but the actor."""
    day = clock.day_of(now)
    posts = Post.objects.filter(unit_id=found.subject_id, valid__contains=day).exclude(role__in=TRIO)
    held = User.objects.filter(pk__in=posts.values("user_id"), is_active=True).exclude(pk=actor.user_id)
    return held.order_by("name", "pk")


def listed_in(actor: Actor, found: Iterable[Recognition]) -> dict[int, Bulletin]:
    """Return by recognition the newest published bulletin whose figures list it. One query at most."""
    pks = {each.pk for each in found if each.published_at}
    if not pks:
        return {}
    lists = reduce(or_, (Q(figures__tables__recognised__ids__contains=[pk]) for pk in pks))
    seen = Bulletin.objects.visible_to(actor).filter(lists, state=State.PUBLISHED)
    rows = seen.annotate(lists=F("figures__tables__recognised__ids")).defer("blocks", "figures")
    return {pk: each for each in rows.order_by("published_at", "pk") for pk in each.lists if pk in pks}


def recognised_in(actor: Actor, unit: Unit, days: tuple[dt.date, dt.date]) -> list[Recognition]:
    """Return what was published of units in a range within some days and still stands, the oldest first: for a bulletin."""
    low, high = unit.range
    first, last = clock.midnight(days[0]), clock.midnight(days[1] + clock.DAY)
    seen = Recognition.objects.visible_to(actor).filter(
        state=S.PUBLISHED, unit__path__gte=low, unit__path__lt=high, published_at__gte=first, published_at__lt=last
    )
    return list(seen.select_related("subject__parent").order_by("published_at", "pk"))


def bylines(actor: Actor, found: Iterable[Recognition]) -> dict[int, list[str]]:
    """Return by recognition the names of those authors who chose to be told."""
    rows = Author.objects.visible_to(actor).filter(recognition__in=[each.pk for each in found], signed_at__isnull=False)
    names: dict[int, list[str]] = {}
    for pk, name in rows.order_by("signed_at", "pk").values_list("recognition_id", "person__name"):
        names.setdefault(pk, []).append(name)
    return names


# --- what waits ---


def waiting(actor: Actor, now: dt.datetime) -> list[Waiting]:
    """Return what waits for keepers (announce, answer, decide, publish, revoke), and for authors whether they want to be named."""
    return [*_kept(actor, clock.day_of(now)), *_authored(actor)]


def _kept(actor: Actor, today: dt.date) -> Iterator[Waiting]:
    post, office = actor.post(*EXPORTERS), actor.post(Role.OFFICE)
    if post is None:
        return
    unanswered = Objection.objects.filter(recognition=OuterRef("pk"), answered_at=None)
    seen = Recognition.objects.visible_to(actor).annotate(owes=Exists(unanswered))
    steps = Q(unit_id=post.unit_id, state=S.OPEN) & (
        Q(owes=True) | (Q(until__lt=today) & ~Q(nominated_by=actor.user_id))
    )
    if office:
        steps |= Q(unit_id=office.unit_id, state__in=(S.NOMINATED, S.RECOGNISED))
        steps |= Q(unit_id=office.unit_id, state=S.PUBLISHED, order__outcome__in=UNKEPT)
    found = seen.filter(steps).exclude(subject_id__in=[each.unit_id for each in actor.posts])
    rows = list(found.select_related("subject__parent", "order").defer("reckoned").order_by("until", "pk")[: MOST + 1])
    others = _to_answer(actor, [each.pk for each in rows if each.owes])
    yield from (_keeper(each, bool(each.owes)) for each in rows if not each.owes or each.pk in others)


def _to_answer(actor: Actor, owing: Collection[int]) -> set[int]:
    """Return the recognitions with an unanswered objection that is not the actor's own: that one another answers. One query at most."""
    if not owing:
        return set()
    left = Objection.objects.visible_to(actor).filter(recognition__in=owing, answered_at=None)
    marks = left.values_list("recognition_id", "mark")
    return {pk for pk, mark in marks if mark != mark_of("objection", pk, actor.user_id)}


def _keeper(each: Recognition, owes: bool) -> Waiting:
    act, since, due = {
        S.NOMINATED: (_("公示"), clock.day_of(each.nominated_at), None),
        S.RECOGNISED: (_("公布"), clock.day_of(each.decided_at or each.nominated_at), None),
    }.get(S(each.state), (_("定"), (each.until or clock.day_of(each.nominated_at)) + clock.DAY, None))
    if each.order and each.order.looked_at and each.order.is_unkept and each.state in (S.RECOGNISED, S.PUBLISHED):
        act, since = pgettext("act", "撤销"), clock.day_of(each.order.looked_at)
    if owes:
        act, since, due = _("答复异议"), clock.day_of(each.announced_at or each.nominated_at), each.until
    return Waiting(
        _("表扬"), each.headline, _("%(issuer)s，%(state)s") % {"issuer": each.subject.place, "state": each.get_state_display()}, reverse("recognition", args=[each.pk]), act,
        since=since, due=due,
    )  # fmt: skip


def _authored(actor: Actor) -> Iterator[Waiting]:
    """Ask an author once: who has been asked and does not answer is not asked for longer than the recognition is open."""
    mine = Author.objects.visible_to(actor).filter(person_id=actor.user_id, signed_at=None, recognition__state=S.OPEN)
    for each in mine.select_related("recognition").order_by("pk")[:3]:
        held = each.recognition
        yield Waiting(
            _("表扬"), held.headline, _("你写的做法在公示。署不署名你定，不署也行"), reverse("recognition", args=[held.pk]), _("看一看"),
            since=clock.day_of(held.announced_at or held.nominated_at),
        )  # fmt: skip


# --- one thread ---


def recognition_links(found: QuerySet[Recognition]) -> Iterator[Link]:
    """Yield links to recognitions, the newest first."""
    rows = found.select_related("subject").defer("reckoned").order_by("-nominated_at", "-pk")
    for each in rows[:MOST_LINKS]:
        yield Link(
            kind=_("表扬"),
            label=each.headline,
            url=reverse("recognition", args=[each.pk]),
            note=_("%(issuer)s，%(state)s") % {"issuer": each.subject.name, "state": each.get_state_display()},
            at=clock.day_of(each.published_at or each.announced_at or each.nominated_at),
        )


def recognition_thread(actor: Actor, kind: str, key: int) -> Iterator[Link]:
    """Yield the recognitions of a practice, an order or an issuer; of a recognition what it is for, and the bulletin that lists it."""
    seen = Recognition.objects.visible_to(actor)
    if kind == "practice":
        yield from recognition_links(seen.filter(practice_id=key))
    elif kind == "order":
        yield from recognition_links(seen.filter(order_id=key))
    elif kind == "issuer":
        yield from recognition_links(seen.filter(subject_id=key).exclude(kind=RecognitionKind.PRACTICE))
    elif kind == "recognition":
        held = seen.filter(pk=key).select_related("subject").first()
        if held is not None:
            yield from _of_recognition(actor, held)


def _of_recognition(actor: Actor, held: Recognition) -> Iterator[Link]:
    for practice in Practice.objects.visible_to(actor).filter(pk=held.practice_id).select_related("unit__parent"):
        url = reverse("practice", args=[practice.pk])
        yield Link(_("本地做法"), practice.title, url, practice.unit.place, clock.day_of(practice.written_at))
    for order in Order.objects.visible_to(actor).filter(pk=held.order_id):
        yield Link(
            _("督办单"), f"{order.name} {order.title}", reverse("order", args=[order.pk]), str(order.get_state_display()),
            clock.day_of(order.opened_at),
        )  # fmt: skip
    listed = listed_in(actor, [held]).get(held.pk)
    if listed is not None and listed.published_at is not None:
        url = reverse("bulletin", args=[listed.pk])
        yield Link(_("通报"), listed.title, url, "", clock.day_of(listed.published_at))
    reads = Unit.objects.visible_to(actor).filter(pk=held.subject_id).first()
    if reads is not None and held.kind != RecognitionKind.PRACTICE:
        url = address("issued_by", reads.code)
        yield Link(_("下达单位"), reads.name, url, _("造成的负担"), clock.day_of(held.nominated_at))

"""The duty list and the annual plans of a county, with what was asked under each of their items."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce, Length
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.demands.admissions.models import Admission
from burden.demands.admissions.queries import open_ones
from burden.demands.checkers import GRASSROOTS, TASKS
from burden.demands.models import ACTIVE, Demand, Frequency, Refusal
from burden.demands.price import times_until
from burden.kit.clock import DAY, day_of
from burden.kit.waiting import MOST, Waiting
from burden.standards.models import Category, Duty, DutyItem, PlanItem
from burden.units.models import Level, Unit

MOST_COUNTIES = 200  # that one may choose from: whoever reads of more names the county in the address
MOST_TEXT = 60  # characters of a search
REPEATED = ("first_on", "frequency", "until", "withdrawn_at")


@dataclass(frozen=True)
class Used:
    """How far the plans of a category are used up. Units: times of a year until a day."""

    category: str
    planned: int
    used: int
    beside: int  # times that no plan names

    @property
    def label(self) -> str:
        return str(Category(self.category).label)


# whose lists


def counties(actor: Actor) -> QuerySet[Unit]:
    """Return the counties whose lists an actor reads: the one around each post, and those in the range."""
    low, high = actor.read_range
    found = Unit.every.filter(level=Level.COUNTY, closed_on=None)
    return found.filter(Q(pk__in=actor.lineage) | Q(path__gte=low, path__lt=high)).order_by("path")


def county_of(actor: Actor, code: str) -> Unit | None:
    """Return the county that an address names, else the first with a list, else the first; None where there is none (Http404: a foreign one)."""
    if code:
        found = counties(actor).filter(code=code).first() if code.isdecimal() else None
        if found is None:
            raise Http404
        return found
    has_list = Exists(DutyItem.objects.filter(county=OuterRef("pk")))
    return counties(actor).order_by(has_list.desc(), "path").first()


# items of the duty list


RETIRED = "retired"  # beside the kinds: what is on the list no more


def duty_list(actor: Actor, county: Unit, today: dt.date, *, kind: str = "", text: str = "") -> QuerySet[DutyItem]:
    """Return a county's duty list of a day, each item with how many demands are out under it (`linked`); or what was retired."""
    found = _matching(county, text).select_related("owner").annotate(linked=_linked(actor, "duty_item"))
    if kind == RETIRED:
        return found.filter(retired_on__lte=today).order_by("-retired_on", Length("code"), "code")
    listed = found.filter(_listed(today))
    return (listed.filter(kind=kind) if kind else listed).order_by("kind", Length("code"), "code")


def duty_counts(actor: Actor, county: Unit, text: str, today: dt.date) -> dict[str, int]:
    """Return how many items of each kind match a search, and how many that were retired. Two queries."""
    found = _matching(county, text).order_by()
    counted = found.filter(_listed(today)).values_list("kind").annotate(count=Count("pk"))
    gone = found.filter(retired_on__lte=today).count()
    return dict.fromkeys(Duty.values, 0) | dict(counted) | {RETIRED: gone}


def _listed(today: dt.date) -> Q:
    return Q(retired_on=None) | Q(retired_on__gt=today)


def duty_item(actor: Actor, pk: int) -> DutyItem:
    """Return an item of a list that an actor reads (Http404)."""
    seen = Q(county__in=counties(actor)) | _in_range(actor)
    found = DutyItem.objects.filter(seen, pk=pk).select_related("owner", "county").first()
    if found is None:
        raise Http404
    return found


def _in_range(actor: Actor) -> Q:
    low, high = actor.read_range
    return Q(county__path__gte=low, county__path__lt=high)


def _matching(county: Unit, text: str) -> QuerySet[DutyItem]:
    found = DutyItem.objects.filter(county=county)
    if not text:
        return found
    return found.filter(
        Q(title__icontains=text) | Q(note__icontains=text) | Q(owner__name__icontains=text) | Q(code__iexact=text)
    )


def linked_demands(actor: Actor, item: DutyItem | PlanItem) -> QuerySet[Demand]:
    """Return what is out around the actor under an item of a list or a plan, the newest first."""
    named = {"duty_item" if isinstance(item, DutyItem) else "plan_item": item}
    return _out(actor).filter(**named).select_related("issuer").order_by("-issued_at", "-pk")


def openable(actor: Actor, demands: Iterable[Demand]) -> set[int]:
    """Return the ids of those demands whose page the actor may open: titles go further than what is on it."""
    seen = Demand.objects.visible_to(actor).filter(pk__in=[each.pk for each in demands])
    return set(seen.values_list("pk", flat=True))


def asked_again(actor: Actor, county: Unit, today: dt.date) -> QuerySet[Demand]:
    """Return what is out although its item was recalled, the newest first, with how many units the actor reads sent it back (`refused`)."""
    recalled = DutyItem.objects.on(today).filter(kind=Duty.RECALLED, county=county)
    found = _out(actor).filter(duty_item__in=recalled)
    named = found.select_related("issuer", "duty_item")
    return named.annotate(refused=_sent_back_by(actor)).order_by("-issued_at", "-pk")


def unlisted(actor: Actor, county: Unit, text: str = "") -> QuerySet[Demand]:
    """Return the tasks that are out around the actor in a county and are on no list of it, the newest first.

    Shape: each with its newest admission (`admission`, `admission_state`) and how many units the actor reads sent it back
    (`refused`); none where the county has no list. What was passed on is told of where it comes from.
    """
    if not DutyItem.objects.filter(county=county).exists():
        return Demand.objects.none()
    low, high = county.range
    grassroots = Q(receivers__levels__contains=Level.TOWNSHIP) | Q(receivers__levels__contains=Level.VILLAGE)
    found = _out(actor).filter(issuer__path__gte=low, issuer__path__lt=high, duty_item=None, parent=None)
    found = found.filter(category__in=TASKS).exclude(issuer__level__in=GRASSROOTS)
    found = found.exclude(Q(receivers__levels__contains=Level.DEPARTMENT) & ~grassroots)
    if text:
        found = found.filter(Q(title__icontains=text) | Q(issuer__name__icontains=text))
    newest = Admission.objects.visible_to(actor).filter(demand=OuterRef("pk")).order_by("-asked_at", "-pk")
    told = {"admission": Subquery(newest.values("pk")[:1]), "admission_state": Subquery(newest.values("state")[:1])}
    return found.select_related("issuer").annotate(refused=_sent_back_by(actor), **told).order_by("-issued_at", "-pk")


def _sent_back_by(actor: Actor) -> Coalesce:
    """Count, for each demand, the units that sent it back."""
    of_row = Refusal.objects.visible_to(actor).filter(demand=OuterRef("pk")).order_by().values("demand")
    return Coalesce(Subquery(of_row.annotate(count=Count("pk")).values("count")), 0, output_field=IntegerField())


def _out(actor: Actor) -> QuerySet[Demand]:
    return Demand.objects.published_to(actor).filter(state__in=ACTIVE)


def _went_out(actor: Actor) -> QuerySet[Demand]:
    """Return what was asked, also what was withdrawn when its first day was past: a plan that was used is not unused by that."""
    found = Demand.objects.published_to(actor).exclude(withdrawn_at__date__lte=F("first_on"))
    return found.exclude(afterwards=True, withdrawn_at__date=F("issued_at__date"))


def _linked(actor: Actor, name: str) -> Coalesce:
    """Count, for each row of a list, the demands that are out under it."""
    of_row = _out(actor).filter(**{name: OuterRef("pk")}).order_by().values(name)
    return Coalesce(Subquery(of_row.annotate(count=Count("pk")).values("count")), 0, output_field=IntegerField())


# annual plans


def plan_years(actor: Actor, county: Unit) -> list[int]:
    """Return the years of which a county's offices have a plan, the newest first."""
    return sorted(set(_plans(county).order_by().values_list("year", flat=True)), reverse=True)


def plan_list(actor: Actor, county: Unit, year: int, *, category: str = "", text: str = "") -> QuerySet[PlanItem]:
    """Return the plans of a county's offices for a year, by office."""
    found = _plans(county).filter(year=year).select_related("issuer")
    if category:
        found = found.filter(category=category)
    if text:
        found = found.filter(Q(title__icontains=text) | Q(issuer__name__icontains=text))
    return found.order_by("issuer__path", "category", "title", "pk")


def plan_item(actor: Actor, pk: int) -> PlanItem:
    """Return an item of a plan that an actor reads (Http404)."""
    low, high = actor.read_range
    around = Q(issuer__parent__in=counties(actor)) | Q(issuer__path__gte=low, issuer__path__lt=high)
    found = PlanItem.objects.filter(around, pk=pk).select_related("issuer").first()
    if found is None:
        raise Http404
    return found


def times_used(actor: Actor, items: Iterable[PlanItem], until: dt.date) -> dict[int, int]:
    """Return by item how often what is out under it was due in its year until a day. Two queries."""
    years = {item.pk: item.year for item in items}
    under = _went_out(actor).filter(plan_item__in=years)
    counted: Counter[int] = Counter()
    once = under.filter(frequency=Frequency.ONCE, first_on__lte=until).order_by()
    counted.update(dict(once.values_list("plan_item").annotate(count=Count("pk"))))
    for pk, *often in under.exclude(frequency=Frequency.ONCE).values_list("plan_item_id", *REPEATED):
        counted[pk] += _times(often, years[pk], until)
    return dict(counted)


def plan_totals(actor: Actor, county: Unit, year: int, until: dt.date) -> list[Used]:
    """Return by category what was planned, what of it was due until a day, and what came without a plan. Three queries."""
    planned = dict(_plans(county).filter(year=year).order_by().values_list("category").annotate(times=Sum("times")))
    low, high = county.range
    asked = _went_out(actor).filter(issuer__path__gte=low, issuer__path__lt=high, parent=None)
    due: Counter[tuple[str, bool]] = Counter()
    once = asked.filter(frequency=Frequency.ONCE, first_on__range=(dt.date(year, 1, 1), until)).order_by()
    for category, has_plan, count in once.values_list("category", _has_plan()).annotate(count=Count("pk")):
        due[category, has_plan] += count
    often = asked.exclude(frequency=Frequency.ONCE).filter(first_on__lte=until)
    for category, has_plan, *days in often.values_list("category", _has_plan(), *REPEATED):
        due[category, has_plan] += _times(days, year, until)
    return [
        Used(each, planned[each], due[each, True], due[each, False]) for each in Category.values if planned.get(each)
    ]


def _has_plan() -> ExpressionWrapper[Q]:
    return ExpressionWrapper(Q(plan_item__isnull=False), output_field=BooleanField())


def _plans(county: Unit) -> QuerySet[PlanItem]:
    low, high = county.range
    return PlanItem.objects.filter(issuer__path__gte=low, issuer__path__lt=high)


def _times(often: Sequence[object], year: int, until: dt.date) -> int:
    """Count how often something repeated was due in a year until a day."""
    first, frequency, last, withdrawn = often
    assert isinstance(first, dt.date)
    assert isinstance(frequency, str)
    ends = min(until, dt.date(year, 12, 31), last if isinstance(last, dt.date) else dt.date.max)
    if isinstance(withdrawn, dt.datetime):
        ends = min(ends, day_of(withdrawn) - DAY)
    return times_until(first, frequency, ends) - times_until(first, frequency, min(ends, dt.date(year - 1, 12, 31)))


# what waits


def waiting(actor: Actor, now: dt.datetime) -> list[Waiting]:
    """Return to an issuer what was sent back and is still out, the longest first: recalled, or on no list and not admitted.

    What the department has asked to be admitted meanwhile waits for the office, not for it. Two queries at most.
    """
    if not actor.issuing:
        return []
    since = Refusal.objects.visible_to(actor).filter(demand=OuterRef("pk")).order_by("at").values("at")[:1]
    own = Demand.objects.visible_to(actor).filter(issuer_id__in=actor.issuing, state__in=ACTIVE)
    wrong = Q(duty_item__kind=Duty.RECALLED) | Q(duty_item=None)
    found = (
        own.filter(wrong)
        .annotate(since=Subquery(since))
        .filter(since__isnull=False)
        .exclude(pk__in=asked_for(actor, now))
    )
    rows = found.select_related("duty_item").order_by("since", "pk")[: MOST + 1]
    return [_sent_back(each) for each in rows]


def asked_for(actor: Actor, now: dt.datetime) -> QuerySet[Admission, int | None]:
    """Return the ids of demands of which the office can still decide an admission."""
    return open_ones(actor, now).filter(demand__isnull=False).values_list("demand_id", flat=True)


def _sent_back(demand: Demand) -> Waiting:
    since = day_of(demand.since)  # type: ignore[attr-defined]
    page = reverse("demand", args=[demand.pk])
    if demand.duty_item is None:
        words = _("清单里没有，也没有准入：先申请准入，或者撤回")
        return Waiting(_("按清单退回"), demand.title, words, page, _("申请准入或撤回"), since=since)
    words = _("有单位按 %(code)s 退回：这件事已由上级收回") % {"code": demand.duty_item.code}
    return Waiting(_("按清单退回"), demand.title, words, page, _("撤回或变更"), since=since)

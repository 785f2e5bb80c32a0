"""What stands beside the register form: price, budget, checks, who asks the same already, and the lighter way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext_lazy as _

from burden.accounts.actor import Actor
from burden.demands import queries, services
from burden.demands.checks import ADAPTED, CLEAR, POSSIBLE, Check
from burden.demands.duplicates import Pair
from burden.demands.lighter import Lighter
from burden.demands.models import Demand, Origin, QuoteRequest
from burden.demands.price import Price, times_until
from burden.demands.queries import Budget
from burden.demands.review import Review, review
from burden.demands.values import NAMES
from burden.kit.figures import KindShare, not_applicable
from burden.kit.templatetags.show import listed
from burden.standards.models import Strength
from burden.units.models import Kind, Level

WORKDAY = 480  # minutes
COUNTED = {Level.TOWNSHIP: _("个乡镇"), Level.VILLAGE: _("个村社区")}


@dataclass(frozen=True)
class Held:
    """A check as the page shows it, with what was written against it."""

    check: Check
    answer: str

    @property
    def hard(self) -> bool:
        return self.check.strength == Strength.HARD

    @property
    def blocks(self) -> bool:
        """Whether nothing goes out before it is answered."""
        return self.hard and self.check.state == POSSIBLE


@dataclass(frozen=True)
class Likeness:
    """A demand that is out and resembles this one. Units: percent whole."""

    demand: Demand
    percent: int
    shared: Sequence[str]
    pairs: Sequence[Pair]
    quote: QuoteRequest | None  # asked for its data
    foreign: bool  # another department's

    @property
    def quotable(self) -> bool:
        return self.foreign and bool(self.shared) and self.quote is None


@dataclass(frozen=True)
class Known:
    """Fields that others ask already, by who asks them; None for those that nobody does."""

    fields: Sequence[str]
    by: Demand | None


@dataclass(frozen=True)
class Side:
    """All of it, for a demand that is stored. Units: person-minutes."""

    demand: Demand
    review: Review
    today: dt.date
    remarks: Sequence[str]  # of those asked beforehand
    quotes: Mapping[int, QuoteRequest]  # by the id of the demand whose data was asked for
    said: Mapping[str, str]

    @property
    def price(self) -> Price:
        return self.review.price

    @property
    def workdays(self) -> int:
        """Days of eight hours that a year of it takes, rounded."""
        return (self.price.year_min + WORKDAY // 2) // WORKDAY

    @property
    def counted(self) -> str:
        """What the receivers are counted in."""
        chosen = self.demand.receivers
        levels = chosen.get("levels", []) if not chosen.get("units") else []
        return str(COUNTED.get(levels[0], _("个单位")) if len(levels) == 1 else _("个单位"))

    @property
    def budget(self) -> Budget | None:
        """The budget it is charged to: what was passed on from above is charged to nobody."""
        return self.review.budget if self.demand.origin == Origin.OWN else None

    @property
    def after_min(self) -> int:
        """What of the budget is used once this is out; what is out is counted in it already."""
        if self.budget is None:
            return 0
        more = 0 if self.demand.active else self.price.once_min * self._times_in(self.budget.year)
        return self.budget.used_min + more

    def _times_in(self, year: int) -> int:
        """How often it is due in a year; once where its end is missing, which is said beside the field."""
        first = self.demand.first_on
        if first is None:
            return 0
        last = max(first, self.demand.until or first)
        ends = (min(last, dt.date(each, 12, 31)) for each in (year, year - 1))
        now, before = (times_until(first, self.demand.frequency, end) for end in ends)
        return now - before

    @property
    def over(self) -> bool:
        return bool(self.budget and self.after_min > self.budget.person_min)

    @property
    def budget_bar(self) -> list[tuple[str, int]]:
        if self.budget is None:
            return []
        return [("x-brand", self.budget.used_min), ("s-warn", self.after_min - self.budget.used_min)]

    @property
    def checks(self) -> list[Held]:
        """What may be violated, and what was and is answered; the hard ones first."""
        return [
            Held(check, self.said.get(f"answers.{check.code}", ""))
            for check in self.review.checks
            if check.state != CLEAR
        ]

    @property
    def blocking(self) -> int:
        return sum(each.blocks for each in self.checks)

    @property
    def warnings(self) -> int:
        open_ = [each for each in self.checks if each.check.state != ADAPTED]
        return sum(not each.hard for each in open_) + len(self.similar)

    @cached_property
    def lacking(self) -> str:
        """What is to be filled in before it can go out, in words."""
        return listed(NAMES[name] for name in services.lacking(self.demand, self.today))

    @property
    def lighter(self) -> Lighter | None:
        """The lighter way, before it goes out: a change keeps to what was decided."""
        return None if self.demand.active else self.review.lighter

    @property
    def lighter_year_less(self) -> int:
        return self.price.year_min - self.lighter.price.year_min if self.lighter else 0

    @property
    def similar(self) -> list[Likeness]:
        return [
            Likeness(
                each.demand, int(each.score * 100), each.shared, each.pairs,
                quote=self.quotes.get(each.demand.pk), foreign=each.demand.issuer_id != self.demand.issuer_id,
            )
            for each in self.review.similar
        ]  # fmt: skip

    @cached_property
    def kinds(self) -> list[tuple[str, KindShare]]:
        """Kinds of units by how many said last time that this does not apply to them."""
        found = not_applicable(issuer_id=self.demand.issuer_id, title=self.demand.title)
        return [(str(Kind(each.kind).label), each) for each in found]

    @property
    def known(self) -> list[Known]:
        """Own fields by who asks them already, those that nobody asks last."""
        left = list(self.demand.fields)
        rows = []
        for each in self.review.similar:
            shared = [name for name in left if name in each.shared]
            left = [name for name in left if name not in shared]
            rows += [Known(shared, each.demand)] if shared else []
        return [*rows, *([Known(left, None)] if left and rows else [])]


def side_of(actor: Actor, demand: Demand, said: Mapping[str, str], today: dt.date) -> Side | None:
    """Return what to show beside a demand as it stands; none before it is kept.

    Shape: said maps `answers.<code of a check>` to what is written against it.
    """
    if demand.pk is None:
        return None
    answers = {
        name.removeprefix("answers."): words for name, words in said.items() if name != "reason" and words.strip()
    }
    remarks = [each.remark for each in queries.estimates(actor, demand) if each.remark]
    quotes = {quote.of_id: quote for quote in queries.quote_requests(actor, received=False).filter(demand=demand)}
    return Side(demand, review(actor, demand, today, answers), today, remarks, quotes, said)

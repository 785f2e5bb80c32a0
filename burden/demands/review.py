"""The consistency review (一致性评估): what a demand costs and may run against, before it goes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from burden.accounts.actor import Actor
from burden.demands import queries
from burden.demands.models import Demand
from burden.demands.price import Price
from burden.demands.queries import Budget
from burden.standards.models import Strength


@dataclass(frozen=True)
class Check:
    """One rule or list a demand was held against; 可能违反: the machine never convicts.

    Shape: state is possible, clear or answered; needs what may be written against it: reason, approval or nothing.
    """

    code: str
    strength: str
    title: str
    sentence: str
    citation: str
    state: str
    needs: str | None = None
    link: str = ""


@dataclass(frozen=True)
class Lighter:
    """A cheaper way to the same end. Shape: values as save_draft takes them."""

    values: Mapping[str, Any]
    price: Price


@dataclass(frozen=True)
class Review:
    """What an issuer sees before a demand goes out."""

    price: Price
    budget: Budget | None
    checks: tuple[Check, ...] = ()
    lighter: Lighter | None = None

    @property
    def blocking(self) -> tuple[Check, ...]:
        """Hard checks that may be violated: nothing goes out until they are answered."""
        return tuple(check for check in self.checks if check.strength == Strength.HARD and check.state == "possible")

    def body(self) -> dict[str, Any]:
        """Return the review as JSON, as it is stored and answered."""
        price = asdict(self.price) | {"once_min": self.price.once_min, "year_min": self.price.year_min}
        return {
            "price": price,
            "budget": asdict(self.budget) | {"left_min": self.budget.left_min} if self.budget else None,
            "checks": [asdict(check) for check in self.checks],
            "lighter": None,
        }


def review(actor: Actor, demand: Demand, today: dt.date) -> Review:
    """Review a demand as it stands."""
    year = (demand.first_on or today).year
    return Review(queries.price(actor, demand), queries.budget_left(actor, demand.issuer, year))

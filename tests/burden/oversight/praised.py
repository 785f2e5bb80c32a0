"""A county whose departments ask as much as a year ago, but one; for tests of recognition."""

from __future__ import annotations

from typing import Any

from burden.accounts.actor import Actor
from burden.demands.adaptations.models import Adaptation
from burden.demands.models import Demand
from burden.demands.practices.models import Practice
from burden.kit.clock import Week
from burden.oversight import merits as reckoned
from burden.oversight.merits import AFTER, BEFORE, Candidate, Left, Merits
from burden.oversight.models import Order
from burden.units.models import Unit
from reports.models import RollupSub
from tests.factories import NOW, make_actor, make_demand, make_order, make_practice, make_unit, make_user
from tests.reports.sums import NUMBERS, add_demand_sums

SPANS = reckoned.quarter(NOW)


class County:
    """A county with `peers` departments that ask the same, and one that asks half: 6,000 person-minutes instead of 12,000."""

    def __init__(self, peers: int = 8) -> None:
        self.city = make_unit(level="city")
        self.county = make_unit(self.city, "county", name="临溪县")
        self.towns = [make_unit(self.county, "township") for _ in range(2)]
        self.bureau = make_unit(self.county, "department", name="县农业农村局")
        self.peers = [make_unit(self.county, "department") for _ in range(peers)]
        self.people = {role: make_actor(self.county, role) for role in ("office", "reviewer", "observer")}
        self.data()
        for peer in self.peers:
            self.ask(peer, BEFORE, 12_000)
            self.ask(peer, AFTER, 12_000)

    @property
    def office(self) -> Actor:
        return self.people["office"]

    @property
    def reviewer(self) -> Actor:
        return self.people["reviewer"]

    def data(self, returns: int = 60) -> None:
        """Say of every week of two years that a hundred cadres were there, of whom some filed."""
        RollupSub.every.filter(unit=self.county).delete()
        last = Week(SPANS[AFTER][-1])
        rows = dict.fromkeys(NUMBERS, 0) | {"returns": returns, "active": 100}
        RollupSub.every.bulk_create(
            [RollupSub(unit=self.county, week=last.plus(-n).monday, **rows) for n in range(104)]
        )

    def ask(self, issuer: Unit, span: str, claim: int, **facts: Any) -> Demand:
        """Let an issuer have asked something in a span; half of it is answered, as claimed, unless facts say otherwise."""
        answered = facts.pop("answered_min", claim // 2)
        week = facts.pop("week", None) or SPANS[span][0]
        demand = make_demand(issuer, **{name: facts.pop(name) for name in ("origin", "title") if name in facts})
        numbers = {"targets": 20, "answered": 10, "answers": 10, "done": 10, "claim_min": claim}
        numbers |= {"open_min": claim - answered, "confirmed_min": answered} | facts
        add_demand_sums(demand, Week(week), **numbers)
        return demand

    def cut(self, now: int = 6_000, before: int = 12_000, **facts: Any) -> None:
        self.ask(self.bureau, BEFORE, before)
        if now:
            self.ask(self.bureau, AFTER, now, **facts)

    def order(self, **facts: Any) -> Order:
        """An order that was struck off: 9,720 minutes in the quarter before it, nothing in the four weeks after the answer."""
        done = NOW - 35 * (NOW - NOW.replace(day=23))
        said = {"opened_at": done, "sent_at": done, "answered_at": done, "titles": ["台账"], "due_on": None} | facts
        for peer in self.peers:
            for ago in (10, 2):
                self.ask(peer, AFTER, 1_000 if ago == 10 else 4_000, week=Week.at(NOW).plus(-ago).monday)
        return make_order(self.county, self.bureau, "closed", **said)

    def spread(
        self, adopters: int = 3, before: int = 600, after: int = 300, returns: int = 10, **facts: Any
    ) -> Practice:
        """A practice of a township that others took over fourteen weeks ago, beside eight townships that did not."""
        units = [make_unit(self.county, "township") for _ in range(adopters + 8)]
        start = Week.at(NOW).plus(-14)
        made = make_practice(self.towns[0], area=self.county, state="published", since=start.plus(-20).monday, **facts)
        for n, unit in enumerate(units):
            takes = n < adopters
            if takes:
                Adaptation.every.create(
                    unit=unit, area=self.county, kind="way", whom="unit", practice=made, title=made.title, change="照做", reason="好",
                    from_week=start.monday, until=start.plus(52).sunday, state="approved", requested_by=make_user(), requested_at=NOW,
                    decided_by=make_user(), decided_at=NOW,
                )  # fmt: skip
            self._spent(unit, start, before, after if takes else before, returns if takes else 10)
        return made

    def _spent(self, unit: Unit, start: Week, before: int, after: int, returns: int) -> None:
        zero = dict.fromkeys(NUMBERS, 0) | {"active": 12}
        RollupSub.every.bulk_create(
            [
                RollupSub(
                    unit=unit, week=start.plus(n).monday,
                    **zero | {"returns": 10 if n < 0 else returns, "m_meeting": 10 * before if n < 0 else returns * after},
                )
                for n in range(-12, 12)
            ]
        )  # fmt: skip

    def merits(self, now: Any = NOW) -> Merits:
        return reckoned.merits(self.county, now)

    def candidates(self) -> list[Candidate]:
        return self.merits().candidates

    def left(self, subject: Unit, kind: str = "issuer") -> list[Left]:
        return [each for each in self.merits().left if each.subject == subject and each.kind == kind]

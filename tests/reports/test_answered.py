"""Answers and claims never count twice: from the page's own rows through the service to the sums."""

from __future__ import annotations

import random

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from burden.accounts.actor import Actor
from burden.demands.models import Target
from burden.demands.queries import targets_of_week
from burden.entries.models import Entry
from burden.entries.queries import Row, week_sheet
from burden.entries.services import EntryDraft
from burden.kit.db import act_as
from burden.standards.measure import Cost, claimed_minutes, person_minutes
from burden.units.models import Unit
from reports import rollup
from reports.models import RollupOwn
from tests.factories import (
    LAST_WEEK,
    NOW,
    THIS_WEEK,
    make_actor,
    make_demand,
    make_draft,
    make_filing,
    make_target,
    make_unit,
)

CATEGORIES = ("meeting", "document", "form", "inspection", "other")
CLAIMS = [f"c_{category}" for category in CATEGORIES]
small = st.integers(0, 240)
costs = st.builds(Cost, st.integers(1, 6), small, small, small)
answers = st.lists(st.builds(dict, answer=st.sampled_from(["done", "absent", "not_applicable"]), people=st.integers(1, 8),
                             minutes=small, travel_minutes=small, prep_minutes=small), max_size=5)  # fmt: skip


def make_asked(cost: Cost) -> Target:
    bureau = make_unit(make_unit(), "department")
    return make_target(make_demand(bureau, **vars(cost)), make_unit(bureau.parent, "township"))


def draft_of(row: Row) -> EntryDraft:
    """What the page posts for a ticked row."""
    names = ("key", "answer", "category", "title", "minutes", "issuer_id", "people", "travel_minutes", "prep_minutes")
    return EntryDraft(**{name: getattr(row, name) for name in names}, target_id=row.target_id)


def sums(unit: Unit) -> tuple[int, int]:
    """Confirmed and claimed minutes of a unit's week, as the rollup holds them after a refresh."""
    rollup.refresh()
    held = RollupOwn.every.filter(unit=unit, week=THIS_WEEK.monday).values().first() or {}
    return sum(held.get(f"m_{each}", 0) for each in CATEGORIES), sum(held.get(name, 0) for name in CLAIMS)


@pytest.mark.django_db(transaction=False)
@settings(max_examples=25, deadline=None)
@given(cost=costs, said=answers, again=answers)
def test_every_answer_uses_up_what_it_speaks_for(cost, said, again):
    """Whatever colleagues answer, and file once more: the sums hold the last answers and what they leave of the claim."""
    with transaction.atomic():
        target = make_asked(cost)
        cadres = [make_actor(target.unit) for _ in said]
        for version, filings in enumerate((said, again)):
            for cadre, facts in zip(cadres, filings, strict=False):
                make_filing(cadre, make_draft(target_id=target.pk, **facts), week=THIS_WEEK, base_version=version)
        kept = list(Entry.every.filter(target=target))
        assert len(kept) == len(said)
        left = claimed_minutes(cost, [(entry.answer, entry.people) for entry in kept])
        assert sums(target.unit) == (sum(entry.person_min for entry in kept), left)
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=False)
@settings(max_examples=25, deadline=None)
@given(cost=costs, cadres=st.integers(0, 6))
def test_confirming_as_offered_neither_adds_nor_loses(cost, cadres):
    """As long as no more confirm than were asked, confirmed and claimed make up what was claimed at first."""
    with transaction.atomic():
        target = make_asked(cost)
        for _ in range(min(cadres, cost.people)):
            cadre = make_actor(target.unit)
            Target.every.filter(pk=target.pk).update(handler=cadre.user)
            act_as(cadre.user_id)
            (row,) = week_sheet(cadre, THIS_WEEK, NOW).offered
            make_filing(cadre, draft_of(row), week=THIS_WEEK)
        assert sum(sums(target.unit)) == person_minutes(**vars(cost))
        transaction.set_rollback(True)


# no clerk dispatches


def test_township_with_92_targets_and_37_cadres_has_15_rows_each_after_two_weeks(db):
    """Forty departments ask weekly; whoever does a kind of thing for one of them takes it or simply answers it."""
    county, dice = make_unit(), random.Random(20261123)
    town = make_unit(county, "township")
    bureaus = [make_unit(county, "department") for _ in range(40)]
    cadres = [make_actor(town) for _ in range(37)]
    demands = [make_demand(dice.choice(bureaus), category=dice.choice(CATEGORIES)) for _ in range(92)]
    does = {}  # who in truth does what, unevenly: five do a third of it
    for demand in demands:
        pair = demand.issuer_id, demand.category
        does.setdefault(pair, dice.choice(cadres[:5] if dice.random() < 0.3 else cadres))
    for week in (LAST_WEEK.plus(-1), LAST_WEEK):
        for cadre, answered in asked_of(town, demands, does, week).items():
            make_filing(cadre, *answered, week=week)
    targets = [make_target(demand, town, THIS_WEEK) for demand in demands]
    shown = {
        cadre.user_id: [r for r in targets_of_week(cadre, town.pk, THIS_WEEK) if r.handling == "mine"]
        for cadre in cadres
    }
    assert max(map(len, shown.values())) <= 15
    assert sum(map(len, shown.values())) == len(targets)  # each is somebody's, and of one alone
    assert all(does[row.issuer_id, row.category].user_id == who for who, rows in shown.items() for row in rows)


def asked_of(town: Unit, demands, does: dict, week) -> dict[Actor, list[EntryDraft]]:
    """Spread a week's targets over who answers them."""
    found: dict[Actor, list[EntryDraft]] = {}
    for number, demand in enumerate(demands):
        target = make_target(demand, town, week)
        found.setdefault(does[demand.issuer_id, demand.category], []).append(make_draft(number, target_id=target.pk))
    return found

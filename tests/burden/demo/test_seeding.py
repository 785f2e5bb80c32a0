"""Seeding as it happens, each time into a database without demo data: what it leaves alone, and that it is all or nothing."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count

from burden.accounts.models import User
from burden.demo import sql, story
from burden.demo.ordered import order
from burden.demo.seed import seed, seeded
from burden.entries.models import Entry
from burden.feedback.models import Ticket
from burden.kit import clock
from burden.ledger.models import StaleMark
from burden.oversight.models import Finding, Order, ReliefAsked
from burden.units.models import Unit
from reports import demand_sums, rollup, unregistered
from reports.models import RollupDemand, Signal
from reports.signals import recount as signals
from tests.factories import NOW, make_return, make_unit, make_user

pytestmark = pytest.mark.django_db


def taken_off():
    with connection.cursor() as cursor:
        cursor.execute(sql.TAKEN_OFF)
        return cursor.fetchall()


def test_seed_puts_back_what_it_took_off():
    before = taken_off()
    seed(now=NOW, weeks=3, townships=1)
    assert taken_off() == before
    StaleMark.objects.all().delete()
    unit = make_unit()
    make_return(make_user(), unit)
    assert StaleMark.objects.filter(unit_id=unit.pk).exists()


def test_seed_beside_other_data_touches_none_of_it():
    filed = make_return(make_user(), make_unit(code="1"), entries=2)
    seed(now=NOW, weeks=3, townships=1)
    assert Entry.every.filter(weekly_return=filed).count() == 2


def test_command_without_demo_data_refuses():
    with pytest.raises(CommandError, match="没有演示数据"):
        call_command("demo_accounts", "--json")


def test_command_finds_demo_data_there(capsys):
    make_unit(code="990101000000")
    assert seeded()
    call_command("seed_demo")
    assert "演示数据已经在了" in capsys.readouterr().out
    assert not User.objects.exists()


def test_command_seeds_as_much_as_it_is_told_and_counts_the_sums(capsys):
    call_command("seed_demo", "--weeks", "2", "--townships", "1")
    printed = capsys.readouterr().out
    assert "周报与记录" in printed
    assert "计算合计" in printed
    assert not StaleMark.objects.exists()
    counted = list(RollupDemand.every.order_by("pk").values())
    assert sum(row["confirmed_min"] for row in counted) > 0
    demand_sums.refresh()  # nothing is left to it: bulletins and pages have their figures from the beginning
    assert list(RollupDemand.every.order_by("pk").values()) == counted
    assert Unit.every.filter(level="township").count() == 1


def test_seed_plants_something_for_each_kind_of_signal_and_tells_one_story():
    seed(now=NOW, weeks=33, townships=6)  # fewer than five cadres are not told
    rollup.refresh()
    demand_sums.refresh()
    unregistered.recount(now=NOW)
    signals.recount(now=NOW)
    found = dict(Signal.every.values_list("kind").annotate(n=Count("pk")))
    assert {"split", "renamed", "relay"} <= set(found), found
    order(now=NOW)
    told_coherently()


def told_coherently():
    """The story's ticket, finding, order and demand are one, in the order of their days, and its sums add up."""
    ticket = Ticket.every.get(title=story.TITLE)
    finding = Finding.every.get(source="ticket", source_key=str(ticket.pk))
    held, demand = Order.every.get(finding=finding), ticket.demand
    assert finding.demand == demand
    assert (demand.title, demand.issuer.name, demand.state) == (story.LEDGER, story.BUREAU, "withdrawn")
    asked_twice = [row for row in finding.seen["rows"] if not row["registered"]]
    assert [row["title"] for row in asked_twice] == [title for title, _units in story.AGAIN]
    days = [dt.date.fromisoformat(row["week"]) for row in asked_twice]
    assert all(dt.timedelta(0) < day - demand.first_on < dt.timedelta(14) for day in days)
    raised = clock.day_of(held.opened_at)
    assert max(days) <= ticket.received_on < raised <= ticket.first_replied_on
    assert raised <= clock.day_of(demand.withdrawn_at) < clock.day_of(held.closed_at) < clock.day_of(held.looked_at)
    assert (ticket.state, ticket.verdict, ticket.later) == ("closed", "solved", "solved")
    assert finding.person_min == sum(row["person_min"] for row in finding.seen["rows"]) <= held.before_min
    assert (held.state, held.after_min) == ("looked", 0)
    assert abs(held.saved_min - held.before_min * 52 / held.before_weeks) <= 0.5
    assert ReliefAsked.every.filter(order=held, has_answered=True).exists()


def test_whole_county_has_neighbours_that_register_nothing():
    seed(now=NOW, weeks=2)
    beside = Entry.every.filter(unit__code__regex="^99(0102|0201)")
    assert not beside.filter(target__isnull=False).exists()
    asked = beside.filter(issuer__level__in=("county", "city"))
    assert set(asked.values_list("issuer__name", "issuer__parent__name").distinct()) == {
        ("青溪县", "沅州市"), ("沅州市", "南岭省"), ("岚溪县", "岚江市"), ("岚江市", "南岭省")
    }  # fmt: skip
    other = asked.filter(unit__code__startswith="990201", issuer__name__in=("青溪县", "沅州市"))
    assert not other.exists()
    assert not beside.filter(issuer__level="department").exists()
    assert asked.count() > beside.count() / 3

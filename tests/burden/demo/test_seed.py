"""The demo data in the database, at a small scale: what it holds, and that it can be told apart from nothing half."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Sum

from burden.accounts.demo import PASSWORD, USERNAMES, demo_accounts
from burden.accounts.models import Post, User
from burden.demands.duplicates import similar
from burden.demands.models import Demand, Handler, Target
from burden.demo import sql
from burden.demo.seed import seed, seeded
from burden.entries.models import Entry, WeeklyReturn
from burden.ledger.models import AuditEvent, StaleMark
from burden.standards.models import BurdenBudget, DutyItem, Evidence, PlanItem
from burden.units.models import Unit
from reports import demand_sums, rollup, unregistered
from reports.models import RollupSub, Signal
from reports.signals import recount as signals
from tests.factories import LAST_WEEK, NOW, THIS_WEEK, make_actor, make_return, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def counts():
    return seed(now=NOW, weeks=3, townships=2)


def taken_off():
    with connection.cursor() as cursor:
        cursor.execute(sql.TAKEN_OFF)
        return cursor.fetchall()


def test_seed_writes_a_county(counts):
    assert counts["units"] == Unit.every.count()
    assert counts["people"] == User.objects.count() == Post.objects.count()
    assert counts["returns"] == WeeklyReturn.every.count()
    assert counts["entries"] == Entry.every.count()
    village = Unit.every.get(code="990101002001")
    assert (village.name, village.parent.name, village.depth) == ("青石村", "白塔镇", 4)
    weeks = dict(WeeklyReturn.every.values_list("week").annotate(n=Count("pk")))
    assert len(weeks) == 4
    assert 0 < weeks[THIS_WEEK.monday] < weeks[LAST_WEEK.monday] / 4
    assert set(StaleMark.objects.values_list("unit_id", "week")) == {(None, week) for week in weeks}
    assert AuditEvent.objects.get(what="demo.seeded").detail == counts


def test_seed_has_realistic_magnitudes(counts):
    week = LAST_WEEK.monday
    for level, hours, items in (("township", (7, 16), (7, 13)), ("village", (4, 11), (4, 9))):
        filed = WeeklyReturn.every.filter(week=week, unit__level=level, nil=False).count()
        entries = Entry.every.filter(week=week, unit__level=level)
        assert items[0] < entries.count() / filed < items[1]
        assert hours[0] < entries.aggregate(m=Sum("person_min"))["m"] / filed / 60 < hours[1]
        cadres = Post.objects.filter(role="cadre", unit__level=level).count()
        assert 0.55 < WeeklyReturn.every.filter(week=week, unit__level=level).count() / cadres < 0.95
    assert WeeklyReturn.every.filter(nil=True).exists()
    assert Entry.every.filter(issuer__level="department").count() > Entry.every.count() / 3
    assert {"meeting", "document", "form", "inspection", "other"} == set(Entry.every.values_list("category", flat=True))


def test_seed_registers_what_is_asked_and_what_came_back(counts):
    assert counts["demands"] == Demand.every.count()
    asked = Entry.every.filter(issuer__level="department").exclude(unit__level="department")
    registered = asked.filter(target__isnull=False).count() / asked.count()
    assert 0.6 < registered < 0.9
    assert not Entry.every.filter(target__isnull=True, evidence=Evidence.SINGLE).exists()
    confirmed = Entry.every.filter(target__isnull=False, evidence__lt=Evidence.STATED, answer="done")
    assert not confirmed.exclude(people=1, minutes=F("target__minutes")).exists()
    assert Target.every.filter(week=THIS_WEEK.monday).exclude(pk__in=confirmed.values("target")).exists()
    sister = Demand.every.get(title="村庄人居环境整治情况月报")
    found = similar(
        make_actor(Unit.every.get(name="县农业农村局"), "issuer"), "农村人居环境整治月报", sister.fields[1:8]
    )
    assert sister in [each.demand for each in found if each.likely and each.shared]
    assert Handler.objects.exists() and DutyItem.objects.filter(kind="recalled").exists()


def test_sums_of_the_seeded_county_verify(counts):
    rollup.refresh()
    demand_sums.refresh()
    assert rollup.verify(now=NOW).differences == demand_sums.verify()[1] == 0
    county = RollupSub.every.get(unit__code="990101000000", week=LAST_WEEK.monday)
    assert 0 < county.c_form < county.m_form


def test_seed_leaves_the_started_week_to_the_demo_cadres(counts):
    for username, most in (("village", 8), ("township", 14)):
        filed = WeeklyReturn.every.filter(cadre__username=username).order_by("week")
        assert [one.week for one in filed][-1] == LAST_WEEK.monday
        assert len(filed) == 3
        assert 5 <= Entry.every.filter(weekly_return=filed.last()).count() <= most


def test_seed_brings_routine_back_every_week(counts):
    weeks = [
        set(Entry.every.filter(cadre__username="village", week=week).values_list("title", "minutes"))
        for week in (LAST_WEEK.plus(-1).monday, LAST_WEEK.monday)
    ]
    assert weeks[0] & weeks[1]


def test_seed_twice_gives_the_same_rows(counts):
    first = Entry.every.aggregate(n=Count("pk"), m=Sum("person_min"))
    Demand.every.update(parent=None)
    for model in (Entry, WeeklyReturn, Target, Handler, Demand, PlanItem, BurdenBudget, DutyItem, Post):
        model._base_manager.all().delete()
    User.objects.all().delete()
    seed(now=NOW, weeks=3, townships=2)
    assert Entry.every.aggregate(n=Count("pk"), m=Sum("person_min")) == first


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


def test_demo_accounts_can_log_in(counts):
    accounts = demo_accounts()
    assert [account.username for account in accounts] == list(USERNAMES)
    assert all(User.objects.get(username=account.username).check_password(PASSWORD) for account in accounts)
    others = User.objects.exclude(username__in=USERNAMES)
    assert not any(user.has_usable_password() for user in others[:5])


def test_command_lists_the_demo_accounts(counts, capsys):
    call_command("demo_accounts", "--json")
    rows = json.loads(capsys.readouterr().out)
    assert rows[0] == {
        "username": "village", "password": PASSWORD, "role": "cadre", "unit": "白塔镇青石村", "unit_code": "990101002001"
    }  # fmt: skip
    call_command("demo_accounts")
    assert "reviewer" in capsys.readouterr().out


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
    assert Unit.every.filter(level="township").count() == 1


def test_seed_plants_something_for_each_kind_of_signal():
    seed(now=NOW, weeks=22, townships=4)
    rollup.refresh()
    demand_sums.refresh()
    unregistered.recount(now=NOW)
    signals.recount(now=NOW)
    found = dict(Signal.every.values_list("kind").annotate(n=Count("pk")))
    assert {"split", "renamed", "relay"} <= set(found), found


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

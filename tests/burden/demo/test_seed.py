"""The demo data in the database, at a small scale: what it holds."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count, F, Q, Sum

from burden.accounts.demo import PASSWORD, USERNAMES, demo_accounts
from burden.accounts.models import Post, PostRequest, User
from burden.demands.adaptations.models import Adaptation
from burden.demands.admissions.models import Admission
from burden.demands.duplicates import similar
from burden.demands.models import Demand, Handler, Refusal, Target
from burden.demands.practices.models import Practice
from burden.demo.ordered import order
from burden.demo.seed import seed
from burden.entries.models import Entry, WeeklyReturn
from burden.feedback.models import Ticket, TicketForward
from burden.feedback.notices.models import Notice
from burden.kit.clock import DAY
from burden.ledger.models import AuditEvent, StaleMark
from burden.oversight.models import Order
from burden.oversight.observing.models import Observation
from burden.resources.models import Capacity, CapacityFile, Guide, GuideRated, SupportRequest, Training
from burden.standards.models import BurdenBudget, DutyItem, Evidence, PlanItem
from burden.units.models import Unit
from reports import demand_sums, rollup
from reports.models import RollupSub
from tests.database import held
from tests.factories import LAST_WEEK, NOW, THIS_WEEK, make_actor

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def seeded(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, int]]:
    with held(django_db_blocker):
        yield seed(now=NOW, weeks=3, townships=2)


@pytest.fixture
def counts(seeded: dict[str, int], db: None) -> dict[str, int]:
    return seeded


def test_seed_writes_a_county(counts):
    assert counts["units"] == Unit.every.count()
    assert counts["people"] == User.objects.count() == Post.objects.count() - 1  # one registers beside
    assert counts["returns"] == WeeklyReturn.every.count()
    assert counts["entries"] == Entry.every.count()
    village = Unit.every.get(code="990101002001")
    assert (village.name, village.parent.name, village.depth) == ("青石村", "白塔镇", 4)
    weeks = dict(WeeklyReturn.every.values_list("week").annotate(n=Count("pk")))
    assert len(weeks) == 4
    assert 0 < weeks[THIS_WEEK.monday] < weeks[LAST_WEEK.monday] / 4
    assert set(StaleMark.objects.filter(unit_id=None).values_list("week", flat=True)) == set(weeks)
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
    assert counts["demands"] == Demand.every.exclude(title="村情变化一张表").count()
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
    assert Handler.objects.exists() and PlanItem.objects.exists()
    assert set(DutyItem.objects.values_list("kind", flat=True)) == {"basic", "cooperating", "recalled"}
    assert not DutyItem.objects.filter(owner=None).exists() and Demand.every.filter(duty_item__kind="basic").exists()


def test_seed_has_one_recalled_item_sent_back(counts):
    (sent_back,) = Refusal.every.select_related("demand", "item")
    assert (sent_back.demand.title, sent_back.item.code) == ("特种设备台账月报", "R04")
    claims = Target.every.filter(demand=sent_back.demand).values_list("withdrawn", flat=True)
    assert sorted(claims) == [False, True]


def test_seed_has_an_admission_granted_one_refused_and_one_that_waits(counts):
    found = {each.state: each for each in Admission.every.select_related("item")}
    assert set(found) == {"granted", "refused", "asked"}
    assert found["granted"].item.code == "P05" and found["refused"].note


def test_seed_has_an_observation_that_waits_and_one_answered(counts):
    assert set(Observation.every.values_list("state", flat=True)) == {"open", "settled"}


def test_seed_tells_of_adaptations_in_force_waiting_and_over(counts):
    found = {(each.state, each.is_over(NOW.date())) for each in Adaptation.every.filter(practice=None)}
    assert found == {("approved", False), ("requested", False), ("approved", True)}


def test_seed_tells_of_a_practice_that_was_taken_over(counts):
    practice = Practice.every.get(template=None)
    assert (practice.state, practice.written_by.username) == ("published", "lead")
    assert Adaptation.every.filter(
        practice=practice, state="approved", from_week__lt=THIS_WEEK.plus(-20).monday
    ).exists()


def test_seed_tells_of_a_practice_whose_form_was_taken_over(counts):
    practice = Practice.every.exclude(template=None).select_related("template").get()
    took = Adaptation.every.select_related("demand").get(practice=practice)
    assert (practice.state, practice.template.state, took.state) == ("published", "issued", "approved")
    assert (took.demand.state, took.demand.issuer, took.demand.title) == ("draft", took.unit, practice.template.title)


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
    helping = (Guide, Training, SupportRequest, Capacity, CapacityFile)
    asked = (
        Notice, Observation, Adaptation, Practice, Admission, Entry, WeeklyReturn, Target, Handler, Refusal, Demand, PlanItem,
        BurdenBudget, DutyItem, TicketForward, PostRequest, Post,
    )  # fmt: skip
    Adaptation.every.exclude(joined=None).delete()  # what others joined is kept while they do
    with connection.cursor() as cursor:  # what was decided of a demand is kept for ever
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE demand_review DISABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for model in (*helping, *asked):
        model._base_manager.all().delete()
    User.objects.all().delete()
    seed(now=NOW, weeks=3, townships=2)
    assert Entry.every.aggregate(n=Count("pk"), m=Sum("person_min")) == first


def test_units_have_people_and_ask_for_what_they_lack(counts):
    towns = Capacity.every.filter(unit__level="township", year=2026)
    assert sorted(towns.values_list("unit__name", flat=True)) == ["柳河镇", "白塔镇"]
    assert min(towns.values_list("in_post", flat=True)) >= 25
    assert set(SupportRequest.every.values_list("state", flat=True)) >= {"offered", "asked", "named", "given", "solved"}
    assert Guide.every.exists()


def test_capacity_of_every_level_was_brought_in_files(counts):
    levels = dict(Capacity.every.filter(year=2026).values_list("unit__level").annotate(n=Count("pk")))
    county = Unit.every.get(code="990101000000")
    low, high = county.range
    below = Unit.every.filter(path__gte=low, path__lt=high).exclude(pk=county.pk)
    assert levels == dict(below.values_list("level").annotate(n=Count("pk")))
    assert set(CapacityFile.every.values_list("year", "state")) == {(2025, "stored"), (2026, "stored")}
    assert (
        sum(event.detail["new"] for event in AuditEvent.objects.filter(what="capacity.imported"))
        == Capacity.every.count()
    )


def test_counts_of_ratings_have_a_person_each_behind_them(counts):
    rated = {guide.pk: (guide.useful, guide.rated) for guide in Guide.every.all()}
    rows = GuideRated.every.values("guide").annotate(n=Count("pk"), good=Count("pk", filter=Q(useful=True)))
    counted = {row["guide"]: (row["good"], row["n"]) for row in rows}
    assert rated == {pk: counted.get(pk, (0, 0)) for pk in rated}
    assert any(useful < n for useful, n in counted.values())
    asked = set(Target.every.filter(demand__in=Guide.every.values("demand")).values_list("unit_id", flat=True))
    assert set(Post.objects.filter(user__in=GuideRated.every.values("user")).values_list("unit_id", flat=True)) <= asked
    assert AuditEvent.objects.filter(what="guide.rated").count() == GuideRated.every.count()


def test_requests_were_asked_named_and_answered_by_those_who_may(counts):
    acts = dict(AuditEvent.objects.filter(what__startswith="support.").values_list("what").annotate(n=Count("pk")))
    states = list(SupportRequest.every.values_list("state", flat=True))
    answered = [state for state in states if state in ("given", "refused", "solved")]
    assert acts["support.asked"] == len(states) - states.count("offered")
    assert acts["support.name"] == len(answered) + states.count("named")
    assert acts.get("support.give", 0) + acts.get("support.refuse", 0) == len(answered)
    for each in SupportRequest.every.exclude(responder=None):
        assert Post.objects.filter(user=each.responder, unit=each.responder_unit).exists()
        assert each.asked_by_id and Post.objects.filter(user=each.asked_by, unit=each.unit).exists()


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


def test_orders_are_written_on_a_wednesday_and_on_a_day_off(counts):
    for days in (1, 4):  # a Wednesday, and a day off
        with transaction.atomic():
            order(now=NOW + days * DAY)
            assert Order.every.get(state="looked").looked_at
            transaction.set_rollback(True)


def test_seed_reports_what_waits_as_far_back_as_the_office_reaches(counts):
    states = dict(Ticket.every.values_list("state").annotate(n=Count("pk")))
    assert states == {"received": 2, "accepted": 2, "forwarded": 1, "verified": 1, "reopened": 1, "replied": 1}
    assert not Ticket.every.filter(rewritten__contains="人居环境").exists()

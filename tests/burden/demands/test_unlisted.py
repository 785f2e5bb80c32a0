"""What is on no duty list: sent back by those who got it or for all of them, asked to be admitted, listed, refused, or too late."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from burden.accounts.roles import Role
from burden.demands import duty as lists
from burden.demands.admissions.models import Admission
from burden.demands.admissions.queries import waiting as admissions_waiting
from burden.demands.admissions.services import ask_admission, grant_admission, refuse_admission
from burden.demands.models import Demand, Refusal, Target
from burden.demands.services import send_back, send_back_for_all, take
from burden.demands.services.refusing import ground_of, may_send_back_for_all
from burden.demands.services.targets import renew_targets
from burden.kit import clock
from burden.kit.clock import DAY
from burden.kit.db import act_as
from burden.kit.errors import Conflict, Refused
from burden.ledger.models import AuditEvent
from burden.standards.models import Rule
from tests.database import as_role, in_threads
from tests.factories import NOW, THIS_WEEK, make_actor, make_demand, make_duty, make_target, make_unit

SAID = {"basis": "某文", "reason": "部门没有人", "whom": "各乡镇", "person_min": 600}
GRANT = {"code": "2-51", "kind": "cooperating", "citation": "临减办〔2026〕9号", "note": ""}


class Place:
    """A county with a duty list, a bureau that asks two townships for what is not on it."""

    def __init__(self) -> None:
        self.county = make_unit(make_unit(level="city"), "county")
        make_duty(self.county)
        self.bureau = make_unit(self.county, "department")
        self.towns = [make_unit(self.county, "township") for _ in range(2)]
        self.demand = make_demand(
            self.bureau, title="古树名木复查", receivers={"levels": ["township"]}, frequency="weekly",
            first_on=THIS_WEEK.monday, until=THIS_WEEK.plus(3).sunday,
        )  # fmt: skip
        self.targets = [make_target(self.demand, town, THIS_WEEK.plus(n)) for town in self.towns for n in range(3)]
        self.office, self.reviewer = (make_actor(self.county, role) for role in ("office", "reviewer"))
        self.issuer, self.lead = make_actor(self.bureau, "issuer"), make_actor(self.towns[0], "lead")

    def claims(self):
        return [Target.every.filter(unit=town, withdrawn=False).count() for town in self.towns]

    def ask(self, now=NOW):
        return ask_admission(by=self.issuer, title=self.demand.title, demand=self.demand, now=now, **SAID)


@pytest.fixture
def place(db, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return Place()


def test_unit_sends_back_what_is_on_no_list_citing_the_rule(place):
    made = send_back(by=place.lead, target=place.targets[1], now=NOW)
    assert (made.item, made.whole, made.citation) == (None, False, "《履职事项清单意见》")
    assert place.claims() == [1, 3]
    assert AuditEvent.objects.get(what="demand.refused").detail == {"code": "DUTY-UNLISTED", "targets": 2}
    with pytest.raises(Conflict, match="已经按清单退回"):
        send_back(by=place.lead, target=place.targets[1], now=NOW)


@pytest.mark.parametrize("role", [Role.OFFICE, Role.REVIEWER])
def test_office_and_reviewer_send_it_back_for_all_with_the_rights_of_the_web(place, role):
    by = place.office if role == Role.OFFICE else place.reviewer
    with as_role("burden_web"):
        act_as(by.user_id)
        made = send_back_for_all(by=by, demand=place.demand, now=NOW)
    assert (made.whole, made.unit, made.from_week, place.claims()) == (True, place.county, THIS_WEEK.monday, [0, 0])
    with pytest.raises(Conflict, match="已经退回下达单位了"):
        send_back_for_all(by=by, demand=place.demand, now=NOW)
    assert may_send_back_for_all(by=by, demand=place.demand, today=NOW.date()) is None
    for act in (send_back, take):
        with pytest.raises(Conflict, match="机制办或专班已经把这一项退回"):
            act(by=place.lead, target=place.targets[0], now=NOW)
    with as_role("burden_web"):
        act_as(place.issuer.user_id)
        later = [THIS_WEEK.plus(n).monday for n in range(5)]
        units = [town.pk for town in place.towns]
        renew_targets(demand=place.demand, unit_ids=units, days=later, since=THIS_WEEK.monday)
    assert place.claims() == [0, 0]


def test_two_who_send_it_back_at_once_send_it_back_once(transactional_db, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    place = Place()
    colleague = make_actor(place.towns[0])
    sent = (
        lambda n: send_back_for_all(by=(place.office, place.reviewer)[n], demand=place.demand, now=NOW),
        lambda n: send_back(by=(place.lead, colleague)[n], target=place.targets[n], now=NOW),
    )
    people = ((place.office, place.reviewer), (place.lead, colleague))
    for who, do in reversed([*zip(people, sent, strict=True)]):

        def press(number: int, who=who, do=do):
            time.sleep(0.1 * number)  # the second looks before the first has ended
            with transaction.atomic():
                act_as(who[number].user_id)
                made = do(number)
                time.sleep(0.3 * (1 - number))
                return made

        found = in_threads(2, press)
        assert [each.code for each in found if isinstance(each, Conflict)] == ["refusal.twice"]
    assert Refusal.every.count() == 2


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.OFFICE, Role.REVIEWER)])
def test_nobody_else_sends_it_back_for_all(place, role):
    with pytest.raises(Refused, match="机制办或专班退回"):
        send_back_for_all(by=make_actor(place.county, role), demand=place.demand, now=NOW)
    assert not Refusal.every.exists() and place.claims() == [3, 3]


def test_who_stands_elsewhere_or_below_sends_nothing_back_for_all(place):
    for unit in (place.towns[0], place.bureau, make_unit(place.county.parent, "county")):
        with pytest.raises(Refused):
            send_back_for_all(by=make_actor(unit, "office"), demand=place.demand, now=NOW)
    with pytest.raises(PermissionDenied):
        send_back(by=place.reviewer, target=place.targets[0], now=NOW)


def test_what_was_recalled_is_sent_back_for_all_under_its_item(place):
    item = make_duty(place.county, "recalled", citation="《清单》3-05")
    Demand.every.update(duty_item=item)
    made = send_back_for_all(by=place.reviewer, demand=Demand.every.get(), now=NOW)
    assert (made.item, made.citation) == (item, "《清单》3-05")


def test_what_asks_nobody_any_more_is_not_sent_back_for_all(place):
    for past in ({"week": THIS_WEEK.plus(-1).monday}, {"withdrawn": True}):
        Target.every.exclude(pk=place.targets[0].pk).delete()
        Target.every.update(**past)
        assert may_send_back_for_all(by=place.reviewer, demand=place.demand, today=NOW.date()) is None
        with pytest.raises(Refused, match="不能按清单退回"):
            send_back_for_all(by=place.reviewer, demand=place.demand, now=NOW)
        Target.every.update(week=THIS_WEEK.monday, withdrawn=False)
    assert may_send_back_for_all(by=place.reviewer, demand=place.demand, today=NOW.date())


def listed(place):
    Demand.every.update(duty_item=make_duty(place.county))


def no_list(place):
    type(make_duty(place.county)).objects.all().delete()


def rule_off(place):
    Rule.objects.filter(code="DUTY-UNLISTED").update(active=False)


def document(place):
    Demand.every.update(category="document")


def own_of_a_township(place):
    Demand.every.update(issuer=place.towns[1])


@pytest.mark.parametrize("given", [listed, no_list, rule_off, document, own_of_a_township])
def test_without_ground_nothing_is_sent_back(place, given):
    given(place)
    with pytest.raises(Refused, match="不能按清单退回") as refused:
        send_back(by=place.lead, target=place.targets[0], now=NOW)
    assert refused.value.code == "refusal.no_ground"
    if given is not own_of_a_township:
        with pytest.raises(Refused):
            send_back_for_all(by=place.reviewer, demand=Demand.every.get(), now=NOW)
    assert not Refusal.every.exists() and place.claims() == [3, 3]


def test_withdrawn_demand_and_past_week_are_refused(place):
    with pytest.raises(Refused, match="已经过了"):
        send_back(by=place.lead, target=place.targets[0], now=NOW + dt.timedelta(days=14))
    Demand.every.update(state="withdrawn", withdrawn_at=NOW)
    Target.every.update(withdrawn=True)
    with pytest.raises(Conflict, match="下达单位撤回"):
        send_back(by=place.lead, target=place.targets[0], now=NOW)
    with pytest.raises(Conflict, match="没有在派"):
        send_back_for_all(by=place.reviewer, demand=place.demand, now=NOW)


def test_path_from_sent_back_over_the_request_to_the_list(place):
    send_back(by=place.lead, target=place.targets[0], now=NOW)
    (one,) = lists.waiting(place.issuer, NOW)
    assert (one.title, one.url) == ("古树名木复查", reverse("demand", args=[place.demand.pk]))
    assert "先申请准入" in one.note
    asked = place.ask()
    assert lists.waiting(place.issuer, NOW) == []  # it is the office's turn
    (waits,) = admissions_waiting(place.office, NOW)
    assert waits.due == dt.date(2026, 12, 8)
    with as_role("burden_web"):
        act_as(place.office.user_id)
        granted = grant_admission(by=place.office, admission=asked, now=NOW, **GRANT)
    held = Demand.every.get()
    assert (held.duty_item, held.version) == (granted.item, place.demand.version)
    assert lists.waiting(place.issuer, NOW) == []
    assert place.claims() == [0, 3]  # who sent it back stays without it
    assert ground_of(by=place.lead, demand=held, unit=place.towns[1], today=NOW.date()) is None
    with pytest.raises(Refused, match="不能按清单退回"):
        send_back(by=make_actor(place.towns[1], "lead"), target=place.targets[3], now=NOW)


def test_refused_or_lapsed_request_is_the_departments_turn_again(place):
    send_back(by=place.lead, target=place.targets[0], now=NOW)
    asked = place.ask()
    late = NOW + dt.timedelta(days=20)
    assert admissions_waiting(place.office, late) == [] and len(lists.waiting(place.issuer, late)) == 1
    refuse_admission(by=place.office, admission=asked, note="部门自己办", now=NOW)
    assert len(lists.waiting(place.issuer, NOW)) == 1
    assert Demand.every.get().duty_item is None
    send_back(by=make_actor(place.towns[1], "lead"), target=place.targets[3], now=NOW)


def test_draft_that_was_decided_waits_for_its_department(place):
    Demand.every.update(state="draft", issued_at=None)
    other = make_demand(place.bureau, title="另一件", state="review", issued_at=None)
    asked = place.ask()
    said = SAID | {"title": other.title, "demand": other}
    grant_admission(by=place.office, admission=asked, now=NOW, **GRANT)
    refuse_admission(by=place.office, admission=ask_admission(by=place.issuer, now=NOW, **said), note="不用", now=NOW)
    found = admissions_waiting(place.issuer, NOW)
    assert [each.note for each in found] == ["准入了，条目 2-51：可以下达", "没有准入：不用"]
    assert [each.url for each in found] == [reverse("demand_edit", args=[pk]) for pk in (place.demand.pk, other.pk)]
    Demand.every.update(state="withdrawn", withdrawn_at=NOW)
    decided = [reverse("admission", args=[pk]) for pk in Admission.every.order_by("pk").values_list("pk", flat=True)]
    assert [each.url for each in admissions_waiting(place.issuer, NOW)] == decided
    assert admissions_waiting(place.issuer, NOW + 15 * DAY) == []


def test_pages_lead_all_the_way(client, place):
    client.force_login(place.lead.user)
    page = reverse("target", args=[place.targets[0].pk])
    assert "按清单外未准入退回" in client.get(page).text
    assert "本单位已按清单退回" in client.post(reverse("target_refuse", args=[place.targets[0].pk]), follow=True).text
    client.force_login(place.reviewer.user)
    demand = reverse("demand", args=[place.demand.pk])
    assert "退回下达单位" in client.get(demand).text
    assert "替全部单位退回" in client.post(reverse("demand_return", args=[place.demand.pk]), follow=True).text
    assert "已经退回下达单位了" in client.post(reverse("demand_return", args=[place.demand.pk]), follow=True).text
    client.force_login(place.issuer.user)
    assert f"{reverse('admission_new')}?demand={place.demand.pk}" in client.get(demand).text
    assert "先申请准入" in client.get(reverse("todo")).text
    client.force_login(make_actor(place.towns[1], "lead").user)
    assert "机制办或专班已经退回下达单位" in client.get(reverse("target", args=[place.targets[3].pk])).text
    assert client.post(reverse("demand_return", args=[place.demand.pk])).status_code == 403


def test_all_that_is_on_no_list_is_listed_with_its_way_in(client, place, django_assert_max_num_queries):
    other = make_unit(place.county, "department", name="县住建局")
    item = make_duty(place.county)
    for facts in (
        {"duty_item": item},
        {"category": "meeting"},
        {"state": "withdrawn", "withdrawn_at": NOW},
        {"parent": place.demand},
    ):
        make_demand(other, **{"title": "列在清单上的"} | facts)
    make_demand(other, title="发给部门的", receivers={"levels": ["department"]})
    make_demand(place.towns[0], title="镇里自己的", receivers={"levels": ["village"]})
    make_demand(make_unit(make_unit(place.county.parent, "county"), "department"), title="别县的")
    assert [each.title for each in lists.unlisted(place.office, place.county)] == [place.demand.title]
    client.force_login(place.issuer.user)
    page = f"/duty/unlisted/?county={place.county.code}"
    assert f"/duty/admissions/new/?demand={place.demand.pk}" in client.get(page).text
    asked = place.ask()
    client.force_login(place.office.user)
    for _ in range(2):
        with django_assert_max_num_queries(25):
            shown = client.get(page).text
        make_demand(other, title="又一项", issued_at=NOW - dt.timedelta(days=1))
    assert f"/duty/admissions/{asked.pk}/" in shown and "列在清单上的" not in shown
    assert "转问题" in client.get(page + "&q=又").text and place.demand.title not in client.get(page + "&q=又").text
    client.force_login(make_actor(place.towns[0]).user)
    assert client.get(page).status_code == 403
    client.force_login(make_actor(make_unit(), "office").user)
    assert client.get(page).status_code == 404
    empty = make_unit(place.county.parent, "county")
    assert not lists.unlisted(make_actor(empty, "office"), empty).exists()

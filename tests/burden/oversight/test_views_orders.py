"""Pages of supervision: what each reader sees, which steps are offered, and that a refusal is a sentence on the page."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from burden.accounts.services import put_question
from burden.kit import clock
from burden.kit.clock import DAY
from burden.kit.errors import Conflict
from burden.kit.threads import links
from burden.kit.waiting import waiting
from burden.oversight import seen, services
from burden.oversight.models import Finding, Order, OrderState, ReliefAsked, ReliefTally, Requirement
from burden.standards.models import Rule
from tests.burden.oversight.test_services_orders import Place
from tests.factories import NOW, make_actor, make_demand, make_finding, make_order, make_target, make_ticket, make_unit


@pytest.fixture
def place(db: None, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return Place()


@pytest.fixture
def enter(client: Any) -> Any:
    def as_(actor: Any) -> Any:
        client.force_login(actor.user)
        return client

    return as_


def page(client: Any, name: str, *args: Any, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_board_shows_columns_colours_and_sums(place: Place, enter: Any) -> None:
    for state in OrderState.values:
        place.order(
            state, title=f"单{state}", due_on=None if state in ("looked", "cancelled") else NOW.date() - 3 * DAY
        )
    said = page(enter(place.office), "oversight")
    for state in set(OrderState.values) - {"cancelled", "sent"}:  # three cards a column
        assert f"单{state}" in said, state
    assert "红　逾期 2 个工作日" in said
    assert "1,296" in said  # saved by two
    assert "其余 1 项" in said


def test_course_says_when_it_was_judged_and_what_was_done(place: Place, enter: Any) -> None:
    order, later = place.order("answered"), NOW + 2 * DAY
    services.verify_requirements(by=place.reviewer, order=order, numbers=[1, 2], now=later)
    services.finish_order(by=place.office, order=order, now=later + DAY)
    client = enter(place.office)
    said = page(client, "order", order.pk)
    assert f'<b>审核</b><span class="xs num">{clock.day_of(later):%m-%d}</span>' in said
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    said = page(client, "order", order.pk)
    assert "<p>Found to be met" in said and "<p>Finished</p>" in said


def test_board_of_others_has_no_drafts_and_no_button(place: Place, enter: Any) -> None:
    place.order("draft", title="还没交办")
    place.order("sent", title="已经交办")
    for reader in (place.issuer, place.lead, make_actor(place.county, "observer"), make_actor(place.county, "lead")):
        said = page(enter(reader), "oversight")
        assert "已经交办" in said
        assert "还没交办" not in said
        assert "人工立项" not in said


def test_board_and_ledger_ask_as_often_for_three_as_for_one(
    place: Place, enter: Any, django_assert_max_num_queries: Any
) -> None:
    client = enter(place.office)
    counted = []
    page(client, "oversight")  # the first of a session asks more
    for many in (1, 2):
        for _ in range(many):
            place.order("working", due_on=NOW.date() - 9 * DAY)
            make_order(make_unit(place.county, "township"), place.bureau, "working")
        for name in ("oversight", "oversight_ledger", "findings"):
            with django_assert_max_num_queries(40) as seen:
                page(client, name)
            counted.append((name, len(seen)))
    assert counted[:3] == counted[3:]


def test_ledger_filters_by_column_issuer_colour_and_words(place: Place, enter: Any) -> None:
    other = make_unit(place.county, "department")
    place.order("working", title="甲", due_on=NOW.date() - 9 * DAY)
    make_order(place.county, other, "answered", title="乙")
    client = enter(place.reviewer)
    for query, there, gone in (
        ({"tab": "judge"}, "乙", "甲"),
        ({"issuer": other.code}, "乙", "甲"),
        ({"colour": "red"}, "甲", "乙"),
        ({"q": "甲"}, "甲", "乙"),
        ({"tab": "没有", "colour": "没有", "issuer": "", "page": "x"}, "甲", "丙"),
    ):
        said = page(client, "oversight_ledger", **query)
        assert (f"{there}</a>" in said, f"{gone}</a>" in said) == (True, False), query
    assert "没有这样的督办单" in page(client, "oversight_ledger", issuer="nobody")


def test_overdue_is_seen_one_level_up_and_no_further(place: Place, enter: Any) -> None:
    place.order("working", title="逾期的", due_on=NOW.date() - 9 * DAY)
    place.order("working", title="没逾期的")
    city, province = make_actor(place.city, "reviewer"), place.city
    assert "逾期的" in page(enter(city), "oversight")
    assert "没逾期的" not in page(enter(city), "oversight")
    assert [each.kind for each in waiting(city, NOW)] == ["下级逾期"]
    assert province is place.city


def test_order_page_offers_each_reader_the_own_steps(place: Place, enter: Any) -> None:
    order = place.order("answered", requirements=3)
    for reader, offered in (
        (place.office, {"verify", "return", "finish", "cancel"}), (place.reviewer, {"verify", "return"}), (place.issuer, set()),
    ):  # fmt: skip
        said = page(enter(reader), "order", order.pk)
        found = {
            name for name in ("verify", "return", "finish", "cancel", "answer") if f"/orders/{order.pk}/{name}/" in said
        }
        assert found == offered
    assert "不另写报告" in said


def test_few_answers_are_hidden_and_units_never_named(place: Place, enter: Any) -> None:
    order = place.order("answered", asked=6, less=4)
    ReliefAsked.every.create(order=order, unit=place.towns[0], asked_on=NOW.date(), has_answered=True)
    for reader in (place.office, place.issuer):
        said = page(enter(reader), "order", order.pk)
        assert "答的不到 5 个" in said
        assert "4 个说少了" not in said
        assert place.towns[0].name not in said
    Order.every.filter(pk=order.pk).update(same=1)
    assert "4 个说少了，1 个没变" in page(enter(place.office), "order", order.pk)


def test_order_goes_from_step_to_step_in_the_browser(place: Place, enter: Any) -> None:
    order = place.order("draft")
    steps = (
        (place.office, "send", {}),
        (place.issuer, "sign", {"sign-responsible": "陈立", "sign-section": ""}),
        (place.issuer, "answer", {"answer-answer-1": "停用了", "answer-answer-2": "引用了"}),
        (place.reviewer, "verify", {"verify-numbers": ["1", "2"]}),
        (place.office, "finish", {}),
    )
    for actor, name, data in steps:
        answer = enter(actor).post(reverse("order_act", args=[order.pk, name]), data)
        assert answer.status_code == 302, answer.content.decode()
    assert Order.every.get(pk=order.pk).state == "done"
    said = page(enter(place.office), "order", order.pk)
    assert "办理过程" in said
    assert "停用了" in said


@pytest.mark.parametrize(
    ("state", "who", "act", "data", "status", "words"),
    [
        ("draft", "office", "finish", {}, 409, "不能核实办结"),
        ("draft", "reviewer", "send", {}, 422, "不由你办"),
        ("sent", "issuer", "sign", {}, 422, "要填"),
        ("working", "issuer", "answer", {"answer-answer-1": ""}, 422, "至少答复一条"),
        ("working", "issuer", "extend", {"extend-until": "2026-11-20", "extend-reason": "忙"}, 422, "要是期限以后"),
        ("working", "issuer", "extend", {"extend-until": "明天", "extend-reason": "忙"}, 422, "要是日期"),
        ("answered", "office", "finish", {}, 422, "不能办结"),
        ("answered", "office", "verify", {}, 422, "要选"),
        ("answered", "office", "return", {"return-reason": "没改", "return-days": "900"}, 422, "不能大于"),
        ("done", "office", "close", {}, 422, "不满 4 周"),
        ("working", "office", "cancel", {}, 422, "要填"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_on_the_page(
    place: Place, enter: Any, state: str, who: str, act: str, data: dict[str, str], status: int, words: str
) -> None:
    order = place.order(state)
    answer = enter(getattr(place, who)).post(reverse("order_act", args=[order.pk, act]), data)
    assert (answer.status_code, words in answer.content.decode()) == (status, True)
    assert Order.every.get(pk=order.pk).state == state


@pytest.mark.parametrize(("act", "words"), [("cancel", "不由你办"), ("sign", "不由你办"), ("extend", "不由你办")])
def test_whose_business_a_step_is_comes_before_what_is_written(place: Place, enter: Any, act: str, words: str) -> None:
    order = place.order("answered")
    answer = enter(place.reviewer).post(reverse("order_act", args=[order.pk, act]), {})
    assert (answer.status_code, words in answer.text, "要填" in answer.text) == (422, True, False)


def test_what_was_left_unanswered_waits_for_the_issuer_and_is_answered_while_the_rest_is_judged(
    place: Place, enter: Any
) -> None:
    order = place.order("working")
    client, url = enter(place.issuer), reverse("order_act", args=[order.pk, "answer"])
    assert client.post(url, {"answer-answer-1": "停用了"}).status_code == 302
    assert [each.act for each in waiting(place.issuer, NOW)] == ["答复"]
    said = page(client, "order", order.pk)
    assert "answer-answer-2" in said and "answer-answer-1" not in said
    assert client.post(url, {"answer-answer-1": "换个说法"}).status_code == 422
    assert client.post(url, {"answer-answer-2": "引用了"}).status_code == 302
    assert waiting(place.issuer, NOW) == []
    assert f"/orders/{order.pk}/answer/" not in page(client, "order", order.pk)


def test_no_such_step_is_404(place: Place, enter: Any) -> None:
    for act in ("confirm", "open", "nothing"):
        assert enter(place.office).post(reverse("order_act", args=[place.order().pk, act])).status_code == 404


def test_receiver_answers_with_one_tap(place: Place, enter: Any) -> None:
    order = place.order("answered", asked=1)
    ReliefAsked.every.create(order=order, unit=place.towns[0], asked_on=NOW.date())
    cadre = place.cadres[0]
    put_question(kind="relief", subject=order.pk, people=[cadre.user_id], now=NOW)
    assert [each.kind for each in waiting(cadre, NOW)] == ["回头看"]
    client = enter(cadre)
    assert "少了没有" in page(client, "order_relief", order.pk)
    assert client.post(reverse("order_relief", args=[order.pk]), {"said": "没有"}).status_code == 422
    assert client.post(reverse("order_relief", args=[order.pk]), {"said": "less"}).status_code == 302
    assert ReliefTally.every.get(order=order).less == 1
    assert "已经答过了" in page(client, "order_relief", order.pk)
    assert client.post(reverse("order_relief", args=[order.pk]), {"said": "more"}).status_code == 422
    assert waiting(cadre, NOW) == []


def test_question_to_receivers_ends_after_four_weeks(place: Place, enter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    order = place.order("answered", asked=1)
    ReliefAsked.every.create(order=order, unit=place.towns[0], asked_on=NOW.date())
    cadre, last = place.cadres[0], NOW + 27 * DAY
    put_question(kind="relief", subject=order.pk, people=[cadre.user_id], now=NOW)
    assert len(waiting(cadre, last)) == 1 and waiting(cadre, last + DAY) == []
    with pytest.raises(Conflict, match="四周"):
        services.confirm_relief(by=cadre, order=order, said="less", now=last + DAY)
    assert not ReliefTally.every.exists()


def test_order_that_did_not_last_leads_to_a_new_finding(place: Place, enter: Any) -> None:
    order = place.order("looked", outcome="more", title="三" * 200)
    kept = place.order("looked", outcome="less")
    client, asked = enter(place.reviewer), reverse("finding_new")
    assert f"{asked}?order={order.pk}" in page(client, "order", order.pk)
    assert f"{asked}?order={kept.pk}" not in page(client, "order", kept.pk)
    assert f"{asked}?order={order.pk}" not in page(enter(place.issuer), "order", order.pk)
    form = enter(place.reviewer).get(asked, {"order": order.pk}).context["form"]
    assert form.initial["titles"].splitlines() == order.titles and order.name in form.initial["title"]
    assert len(form.initial["title"]) == 200  # as long as a finding's may be
    for other in (kept.pk, 999_999):
        assert enter(place.reviewer).get(asked, {"order": other}).status_code == 404


def test_extension_says_beside_its_button_until_when_and_why_and_waits_from_the_request(
    place: Place, enter: Any
) -> None:
    order = place.order("working", sent_at=NOW - 9 * DAY, signed_at=NOW - 8 * DAY)
    services.extend_order(by=place.issuer, order=order, until=dt.date(2026, 12, 10), reason="要等市局统一", now=NOW)
    (waits,) = (each for each in waiting(place.office, NOW) if each.kind == "督办单")
    assert waits.since == clock.day_of(NOW)
    assert "延到 2026-12-10，理由：要等市局统一" in page(enter(place.office), "order", order.pk)


def test_what_is_judged_is_offered_no_more(place: Place, enter: Any) -> None:
    order = place.order("answered")
    client = enter(place.office)
    assert f"/orders/{order.pk}/verify/" in page(client, "order", order.pk)
    Requirement.every.filter(order=order).update(verified_at=NOW)
    shown = page(client, "order", order.pk)
    assert f"/orders/{order.pk}/finish/" in shown
    assert not [act for act in ("verify", "return") if f"/orders/{order.pk}/{act}/" in shown]


def test_finding_by_hand_freezes_what_was_asked(place: Place, enter: Any) -> None:
    data = {
        "issuer": place.bureau.code, "title": "14 天内三次索要", "titles": "人居环境台账\n人居环境整改清单", "category": "form", "rule": "", "note": "走访核实",
    }  # fmt: skip
    answer = enter(place.reviewer).post(reverse("finding_new"), data)
    found = Finding.every.get()
    assert answer["Location"] == reverse("finding", args=[found.pk])
    assert (found.source, found.titles, found.person_min) == ("hand", ["人居环境台账", "人居环境整改清单"], None)
    assert found.seen["note"] == "走访核实"
    said = page(enter(place.office), "finding", found.pk)
    assert "立督办单" in said


def test_finding_from_a_rule_hit_names_the_rule_and_the_demand(place: Place, enter: Any) -> None:
    demand, rule = make_demand(place.bureau), Rule.objects.filter(active=True).first()
    assert rule is not None
    client = enter(place.office)
    form = client.get(reverse("finding_new"), {"demand": demand.pk, "rule": rule.code}).content.decode()
    assert demand.title in form
    data = {
        "issuer": place.bureau.code,
        "title": "可能违反",
        "titles": demand.title,
        "category": "form",
        "rule": rule.code,
        "note": "",
    }
    client.post(f"{reverse('finding_new')}?demand={demand.pk}&rule={rule.code}", data)
    found = Finding.every.get()
    assert (found.source, found.source_key, found.demand_id) == ("rule", f"{demand.pk}:{rule.code}", demand.pk)
    assert [clause["code"] for clause in found.seen["clauses"]] == [rule.code]


def test_finding_from_a_ticket_begins_with_what_the_desk_wrote(place: Place, enter: Any) -> None:
    demand = make_demand(place.bureau, title="人居环境台账")
    facts = {"demand": demand, "title": "一张表收三遍", "rewritten": "同一张表重复收取"}
    ticket = make_ticket(place.county, "accepted", about=place.bureau, **facts)
    client = enter(place.office)
    assert f"?ticket={ticket.pk}" in page(client, "ticket", ticket.pk)
    address = f"{reverse('finding_new')}?ticket={ticket.pk}"
    form = client.get(address).content.decode()
    assert "同一张表重复收取" in form and "人居环境台账" in form and "14 个村" not in form
    data = {"issuer": place.bureau.code, "titles": "人居环境台账", "category": "form", "rule": "", "note": ""}
    assert client.post(address, data | {"title": "全镇 14 个村都收"}).status_code == 422
    assert client.post(address, data | {"title": "一张表收三遍"}).status_code == 302
    found = Finding.every.get()
    assert (found.source, found.demand) == ("ticket", demand)
    assert f'href="/feedback/{ticket.pk}/"' in page(client, "finding", found.pk)
    assert reverse("finding", args=[found.pk]) in page(client, "ticket", ticket.pk)


def test_order_tells_nobody_what_was_reported(place: Place, enter: Any) -> None:
    """A receipt promises that not even the rewritten words are sent to the unit they speak of; the finding shows them."""
    ordered = {"state": "ordered", "decided_by": place.office.user, "decided_at": NOW}
    told = seen.frozen(now=NOW, points=["18 个乡镇都收到"]) | {"reported": "一张表收了三遍"}
    found = place.finding(source="ticket", source_key="1", seen=told, **ordered)
    order = place.order("sent", finding=found)
    assert "一张表收了三遍" in page(enter(place.reviewer), "finding", found.pk)
    for reader in (place.issuer, place.lead, place.office):
        said = page(enter(reader), "order", order.pk)
        assert "18 个乡镇都收到" in said
        assert "一张表收了三遍" not in said
        assert "基层反映" not in said or reader is not place.issuer


def test_finding_from_a_foreign_or_an_unwritten_ticket_is_none(place: Place, enter: Any) -> None:
    client = enter(place.office)
    foreign = make_ticket(make_unit(), "accepted", rewritten="话")
    assert client.get(reverse("finding_new"), {"ticket": foreign.pk}).status_code == 404
    unwritten = make_ticket(place.county, "accepted")
    assert client.get(reverse("finding_new"), {"ticket": unwritten.pk})["Location"] == f"/feedback/{unwritten.pk}/"


@pytest.mark.parametrize("demand", ["x", "9" * 30, "-1", "²"])
def test_odd_demand_in_the_address_is_ignored(place: Place, enter: Any, demand: str) -> None:
    assert enter(place.office).get(reverse("finding_new"), {"demand": demand}).status_code == 200


def test_finding_becomes_an_order_or_is_dismissed(place: Place, enter: Any) -> None:
    client = enter(place.reviewer)
    found = place.finding()
    data = {
        "order-title": "三次索要",
        "order-requirements": "停用\n\n引用",
        "order-standard": "核实",
        "order-days": "7",
    }
    assert client.post(reverse("finding_order", args=[found.pk]), data | {"order-days": "0"}).status_code == 422
    assert client.post(reverse("finding_order", args=[found.pk]), data).status_code == 302
    assert client.post(reverse("finding_order", args=[found.pk]), data).status_code == 409
    assert Order.every.count() == 1
    dismiss = reverse("finding_dismiss", args=[found.pk])
    assert client.post(dismiss, {"dismiss-why": "data", "dismiss-reason": "错"}).status_code == 409
    other = reverse("finding_dismiss", args=[place.finding().pk])
    assert client.post(other, {"dismiss-why": "data", "dismiss-reason": ""}).status_code == 422
    assert client.post(other, {"dismiss-why": "data", "dismiss-reason": "错"}).status_code == 302
    assert "错" in page(client, "findings", state="dismissed")


def test_what_waits_is_whose_turn_it_is(place: Place) -> None:
    for state in OrderState.values:
        place.order(state, title=state)
    place.finding(title="没立项")

    def waits(actor: Any) -> set[str]:
        return {each.title.split(" ")[-1] for each in waiting(actor, NOW)}

    assert waits(place.issuer) == waits(place.lead) == {"sent", "working", "returned"}
    assert waits(place.reviewer) == {"answered", "closed", "没立项"}
    assert waits(place.office) == {"answered", "closed", "没立项", "draft", "extension", "done"}
    assert waits(make_actor(place.county, "observer")) == set()


def test_one_thread_links_both_ways_and_only_what_may_be_opened(place: Place) -> None:
    demand = make_demand(place.bureau, title="农村人居环境整治台账")
    make_target(demand, place.towns[0])
    order = place.order("closed")
    finding = order.finding

    def labels(actor: Any, kind: str, key: Any) -> set[str]:
        return {link.kind for link in links(actor, kind, key)}

    assert labels(place.office, "demand", demand.pk) == {"问题", "督办单"}
    assert labels(place.office, "finding", finding.pk) == {"督办单", "下达事项"}
    assert labels(place.office, "order", order.pk) == {"问题", "下达事项"}
    assert labels(place.issuer, "demand", demand.pk) == {"督办单"}
    assert labels(place.issuer, "order", order.pk) == {"下达事项"}
    stranger = make_actor(make_unit(place.city, "county"), "office")
    for kind, key in (("demand", demand.pk), ("finding", finding.pk), ("order", order.pk)):
        assert labels(stranger, kind, key) == set()
    assert any("648 人时" in link.note for link in links(place.office, "demand", demand.pk))
    make_finding(place.county, place.bureau, source="ticket", source_key="7")
    assert labels(place.office, "ticket", 7) == {"问题"}

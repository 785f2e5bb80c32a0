"""Pages of tickets: the own ones, the desk's inbox, responders, identities, the public board; and what they must not show."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from burden.accounts.actor import Actor
from burden.feedback import board, queries, services, waits
from burden.feedback.choices import Topic
from burden.feedback.models import (
    BoardCount,
    BoardEntry,
    IdentityRequest,
    Ticket,
    TicketForward,
    TicketReporter,
    TicketStep,
)
from burden.feedback.sealing import Case, reporter_mark
from burden.feedback.services.sending import Words
from burden.kit import clock
from burden.kit.clock import DAY
from burden.kit.db import act_as, present
from burden.kit.errors import Conflict, Refused
from burden.ledger.models import AuditEvent
from burden.units.models import Unit
from tests.database import as_role
from tests.factories import NOW, make_actor, make_demand, make_finding, make_target, make_ticket, make_unit
from tests.reports.test_bad_bodies import try_all

pytestmark = pytest.mark.django_db
TOMORROW = NOW + dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


class County:
    """A county with its office, a bureau and a township under it, the city's reviewer above."""

    def __init__(self) -> None:
        self.city = make_unit(level="city")
        self.unit = make_unit(self.city)
        self.bureau, self.town = make_unit(self.unit, "department"), make_unit(self.unit, "township")
        self.office, self.reviewer = make_actor(self.unit, "office"), make_actor(self.unit, "reviewer")
        self.cadre = make_actor(self.town)

    def sent(self, text: str = "一张表收了三遍", **facts: Any) -> Ticket:
        said = Words(topic="repeat", text=text, issuer=self.bureau.name)
        return services.send_named(by=self.cadre, words=said, now=NOW, **facts)


@pytest.fixture
def county() -> County:
    return County()


def act(client: Client, by: Actor, ticket: Ticket, name: str, **said: str) -> Any:
    client.force_login(by.user)
    return client.post(f"/feedback/{ticket.pk}/act/", {"act": name, **said})


def test_whole_way_of_a_named_ticket(client: Client, county: County) -> None:
    client.force_login(county.cadre.user)
    said = {"topic": "repeat", "text": "县里一张表收了三遍，全镇 14 个村", "issuer": county.bureau.name}
    sent = client.post("/feedback/new/", said)
    ticket = Ticket.every.get()
    assert sent["Location"] == f"/feedback/mine/{ticket.pk}/"
    client.force_login(county.office.user)
    assert client.get(f"/feedback/{ticket.pk}/").status_code == 404, "not opened yet"
    services.release(now=TOMORROW)
    assert "全镇 14 个村" in client.get(f"/feedback/{ticket.pk}/").content.decode()
    for name, words in (
        ("accept", {}),
        ("rewrite", {"title": "一张表收三遍", "rewritten": "同一张表重复收取"}),
        ("forward", {"unit": county.town.code}),
    ):
        assert act(client, county.office, ticket, name, **words).status_code == 302, name
    lead = make_actor(county.town, "lead")
    client.force_login(lead.user)
    page = client.get("/feedback/forwards/").content.decode()
    assert "同一张表重复收取" in page and "14 个村" not in page
    forward = TicketForward.every.get()
    assert client.post(f"/feedback/forwards/{forward.pk}/", {"answer": ""}).status_code == 422
    assert client.post(f"/feedback/forwards/{forward.pk}/", {"answer": "查实，已停"}).status_code == 302
    assert act(client, county.office, ticket, "reply", conclusion="upheld", words="查实").status_code == 422
    steps = client.get(f"/feedback/{ticket.pk}/").content.decode()
    assert (steps.count("查实，已停"), steps.count("<p>核实情况</p>")) == (1, 0), "told once, in the responder's words"
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    steps = client.get(f"/feedback/{ticket.pk}/").content.decode()
    assert "<p>Accepted</p>" in steps and f"Forwarded to be checked　{county.town.name}" in steps
    client.cookies.pop(settings.LANGUAGE_COOKIE_NAME)
    said = {"conclusion": "upheld", "words": "查实。", "change": "只收一遍", "public": "1"}
    assert act(client, county.office, ticket, "reply", **said).status_code == 302
    client.force_login(county.cadre.user)
    assert "只收一遍" in client.get(f"/feedback/mine/{ticket.pk}/").content.decode()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert ">Send back</button>" in client.get(f"/feedback/mine/{ticket.pk}/").content.decode()
    client.cookies.pop(settings.LANGUAGE_COOKIE_NAME)
    assert client.post(f"/feedback/mine/{ticket.pk}/", {"act": "reopen", "words": ""}).status_code == 422
    assert client.post(f"/feedback/mine/{ticket.pk}/", {"act": "judge", "verdict": "solved"}).status_code == 302
    services.note_acts(now=TOMORROW)
    assert Ticket.every.get().verdict == "solved"
    assert BoardEntry.objects.get().shown_from == dt.date(2026, 11, 30)


def test_reporter_of_a_named_ticket_is_in_no_row_beside_it(county: County) -> None:
    ticket = county.sent()
    services.release(now=TOMORROW)
    held = TicketReporter.objects.get()
    assert county.cadre.name.encode() not in bytes(held.sealed)
    assert held.mark != str(county.cadre.user_id)
    events = AuditEvent.objects.filter(what__startswith="ticket.")
    assert [event.actor_id for event in events] == [None]
    with as_role("burden_web"):
        act_as(county.office.user_id)
        present("reporter", "")
        assert Ticket.every.filter(pk=ticket.pk).exists()
        assert not TicketReporter.objects.exists()


def test_own_tickets_are_nobody_elses(client: Client, county: County) -> None:
    ticket = county.sent()
    other = make_actor(county.town)
    client.force_login(other.user)
    assert client.get(f"/feedback/mine/{ticket.pk}/").status_code == 404
    assert "一张表收了三遍" not in client.get("/feedback/mine/").content.decode()
    present("reporter", "")
    with as_role("burden_web"):
        act_as(other.user_id)
        assert not Ticket.objects.reported_by(reporter_mark(other.user_id)).exists()
    client.force_login(county.cadre.user)
    assert "一张表收了三遍" in client.get("/feedback/mine/").content.decode()


def test_identity_is_opened_by_two_people_with_a_reason_and_noted(client: Client, county: County) -> None:
    ticket = county.sent()
    services.release(now=TOMORROW)
    assert act(client, county.office, ticket, "ask_identity", reason="").status_code == 422
    assert act(client, county.office, ticket, "ask_identity", reason="要当面核实").status_code == 302
    asked = IdentityRequest.objects.get()
    one = {"request": str(asked.pk)}
    client.force_login(county.reviewer.user)
    assert "请另一个人同意" not in client.get(f"/feedback/{ticket.pk}/").content.decode()  # one waits
    assert act(client, county.office, ticket, "decide_identity", granted="1", **one).status_code == 422
    assert act(client, county.office, ticket, "open_identity", **one).status_code == 422
    assert [each.act for each in waits.waiting(county.reviewer, TOMORROW)] == ["受理", "决定"]
    assert "决定" not in [each.act for each in waits.waiting(county.office, TOMORROW)]
    assert act(client, county.reviewer, ticket, "decide_identity", granted="1", verdict="", **one).status_code == 422
    one["verdict"] = "不当面问不清"
    assert act(client, county.reviewer, ticket, "decide_identity", granted="1", **one).status_code == 302
    assert act(client, county.reviewer, ticket, "decide_identity", granted="0", **one).status_code == 422
    third = make_actor(county.unit, "reviewer")
    assert act(client, third, ticket, "open_identity", **one).status_code == 422
    opened = act(client, county.office, ticket, "open_identity", **one)
    assert county.cadre.name in opened.content.decode() and "messages" not in opened.cookies
    assert county.cadre.name not in client.get(f"/feedback/{ticket.pk}/").content.decode()
    with pytest.raises(Refused, match="7 天"):
        services.open_identity(by=county.office, request=asked, now=asked.asked_at + 8 * DAY)
    client.force_login(county.cadre.user)
    assert "同意看反映人的姓名：要当面核实" in client.get(f"/feedback/mine/{ticket.pk}/").content.decode()
    seen = AuditEvent.objects.filter(what__startswith="identity.").order_by("pk")
    assert [event.what for event in seen] == ["identity.asked", "identity.decided", "identity.seen"]
    with pytest.raises(Refused):
        services.ask_identity(by=county.office, ticket=make_ticket(county.unit), reason="想知道", now=NOW)


def test_ticket_about_a_demand_is_kept_from_all_its_departments(client: Client, county: County) -> None:
    helper = make_unit(county.unit, "department")
    demand = make_demand(county.bureau)
    demand.supporting.add(helper)
    make_target(demand, county.town)
    client.force_login(county.cadre.user)
    assert client.get("/feedback/new/", {"demand": make_demand(county.bureau).pk}).status_code == 404
    assert client.get("/feedback/new/", {"demand": "x"}).status_code == 404
    assert demand.title in client.get("/feedback/new/", {"demand": demand.pk}).content.decode()
    client.post(f"/feedback/new/?demand={demand.pk}", {"topic": "repeat", "text": "收了三遍"})
    ticket = Ticket.every.get()
    assert (sorted(ticket.kept_from), ticket.demand) == (sorted([county.bureau.pk, helper.pk]), demand)
    services.release(now=TOMORROW)
    links = waits.thread(county.office, "demand", demand.pk)
    assert [link.url for link in links] == [f"/feedback/{ticket.pk}/"]
    assert waits.thread(make_actor(county.bureau, "issuer"), "demand", demand.pk) == []
    assert [link.label for link in waits.thread(county.office, "ticket", ticket.pk)] == [demand.title]


def test_link_to_a_demand_widens_what_it_is_kept_from(county: County) -> None:
    ticket = make_ticket(county.unit, "accepted")
    demand = make_demand(county.bureau)
    services.link_demand(by=county.office, ticket=ticket, demand=demand, now=NOW)
    assert Ticket.every.get(pk=ticket.pk).kept_from == [county.bureau.pk]
    above = make_demand(county.unit)
    with pytest.raises(Refused) as refused:
        services.link_demand(by=county.office, ticket=ticket, demand=above, now=NOW)
    assert refused.value.code == "ticket.demand"


def test_demand_that_the_words_name_is_offered_before_newer_ones(county: County) -> None:
    named = make_demand(county.bureau, title="农村人居环境整治台账", issued_at=NOW - 30 * clock.DAY)
    for number in range(10):
        make_demand(county.bureau, title=f"秋冬种进度{number}")
        make_demand(county.bureau, title="周报", issued_at=NOW - number * clock.DAY)
    ticket = make_ticket(county.unit, "accepted", about=county.bureau, text="人居环境整治的台账两周里要了三次")
    near = queries.demands_near(county.office, ticket)
    assert (near[0], len(near)) == (named, 8)
    assert len({each.title for each in near}) == 8


def test_accused_bureau_sees_nothing_anywhere(client: Client, county: County) -> None:
    """The canary stands in no page, count or list of those whom it is about."""
    ticket = make_ticket(county.unit, "accepted", about=county.bureau, text="金丝雀-只给上一级", title="金丝雀标题")
    for role in ("issuer", "lead", "cadre"):
        client.force_login(make_actor(county.bureau, role).user)
        for path in (
            "/feedback/mine/",
            "/todo/",
            "/board/",
            "/reports/",
            "/feedback/forwards/",
            f"/feedback/{ticket.pk}/",
        ):
            page = client.get(path).content.decode()
            assert "金丝雀" not in page, (role, path)
    both = make_actor(county.unit, "reviewer", make_actor(county.bureau, "issuer").user)
    assert not Ticket.objects.visible_to(both).exists()
    client.force_login(both.user)
    assert client.get(f"/feedback/{ticket.pk}/").status_code == 404


def test_inbox_is_sorted_by_what_is_left_and_asks_the_same_of_any_length(client: Client, county: County) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/feedback/")
        return len(captured)

    client.force_login(county.office.user)
    make_ticket(county.unit, "accepted", title="后来的")
    client.get("/feedback/")
    one = queries()
    make_ticket(county.unit, "accepted", title="早来的", received_on=dt.date(2026, 11, 10))
    make_ticket(county.unit, "verified", title="中间的", received_on=dt.date(2026, 11, 16))
    page = client.get("/feedback/").content.decode()
    assert page.index("早来的") < page.index("中间的") < page.index("后来的")
    assert "逾期 3 天" in page and "剩" in page
    assert queries() == one
    assert client.get("/feedback/", {"tab": "nonsense", "page": "x"}).status_code == 200


def test_overdue_is_raised_once_to_the_desk_above(county: County) -> None:
    above = make_actor(county.city, "reviewer")
    ticket = make_ticket(county.unit, "accepted", received_on=dt.date(2026, 11, 10))
    on_time = make_ticket(county.unit, "accepted", received_on=dt.date(2026, 11, 13))
    assert not Ticket.objects.visible_to(above).exists()
    assert (services.escalate(now=NOW), services.escalate(now=NOW)) == (1, 0)
    held = Ticket.every.get(pk=ticket.pk)
    assert (held.raised_to, held.raised_on) == (county.city, NOW.date())
    assert list(Ticket.objects.visible_to(above)) == [ticket] != [on_time]
    services.reply(by=above, ticket=ticket, conclusion="rejected", words="依法要报", change="", public=False, now=NOW)


def test_own_tickets_wait_however_many_an_inspector_reads(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits, "MOST", 1)
    inspector = make_actor(county.city, "reviewer")
    inspector.posts[0].inspectorate = True
    for n in range(3):
        make_ticket(county.unit, "received", title=f"县里的{n}", received_on=dt.date(2026, 11, 2 + n))
    make_ticket(county.city, "received", title="本级的")
    raised = make_ticket(county.unit, "accepted", title="报上来的", received_on=dt.date(2026, 11, 10))
    Ticket.every.filter(pk=raised.pk).update(raised_to=county.city, raised_on=NOW.date())
    assert [each.title for each in waits.waiting(inspector, NOW)] == ["报上来的", "本级的"]


def test_what_waits_names_the_step_and_the_day(county: County) -> None:
    make_ticket(county.unit, "received", title="等受理的")
    make_ticket(county.unit, "forwarded", title="别人手里的")
    found = waits.waiting(county.office, NOW)
    assert [(each.title, each.act, each.due) for each in found] == [("等受理的", "受理", dt.date(2026, 12, 2))]
    assert waits.waiting(county.cadre, NOW) == []
    assert waits.owed(county.office) == 1


def test_merged_ticket_shows_the_leading_ones_reply(client: Client, county: County) -> None:
    ticket, leading = county.sent(), make_ticket(county.unit, "accepted", title="领头", rewritten="重复收取")
    services.release(now=TOMORROW)
    assert act(client, county.office, ticket, "merge", into=str(leading.pk)).status_code == 302
    said = {"conclusion": "partly", "words": "部分查实", "change": "改成一次", "public": "1"}
    assert act(client, county.office, leading, "reply", **said).status_code == 302
    client.force_login(county.cadre.user)
    assert "改成一次" in client.get(f"/feedback/mine/{ticket.pk}/").content.decode()
    assert BoardEntry.objects.get().reports == 2


def shown(county: County, topic: str = "repeat", **facts: Any) -> BoardEntry:
    ticket = make_ticket(county.unit, "closed", topic=topic)
    facts = {
        "desk": county.unit, "topic": topic, "title": "题", "text": f"公开词{ticket.pk}", "conclusion": "rejected", "reply": "依法要报",
        "replied_on": dt.date(2026, 11, 20), "workdays": 3, "shown_from": dt.date(2026, 11, 23),
    } | facts  # fmt: skip
    return BoardEntry.objects.create(ticket=ticket, **facts)


def test_board_shows_words_only_among_ten_and_what_was_not_taken_up_too(client: Client, county: County) -> None:
    for _each in range(9):
        shown(county)
    shown(county, shown_from=dt.date(2026, 11, 30), text="下周才公开")
    page = client.get("/board/").content.decode()
    assert "公开词" not in page
    shown(county, text="第十条")
    page = client.get("/board/").content.decode()
    assert "第十条" in page and "未采纳，已说明" in page and "下周才公开" not in page
    assert not client.get("/board/").cookies.get("sessionid")


def test_board_says_from_a_monday_on_that_a_reply_was_sent_back(
    client: Client, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_actor(county.city, "reviewer")
    for _each in range(9):
        shown(county)
    entry = shown(county, text="退回来的一条", conclusion="upheld")
    ticket, upper = Ticket.every.get(pk=entry.ticket_id), make_actor(county.city, "office")
    step = TicketStep(ticket=ticket, act="reopen", on=NOW.date(), turn=1, unit=county.city, noted=False)
    TicketStep.objects.bulk_create([step])
    assert services.note_acts(now=TOMORROW) == 1
    page = client.get("/board/").content.decode()
    assert "退回来的一条" in page and "退回复核" not in page, "no day between two Mondays can be told"
    monkeypatch.setattr(clock, "now", lambda: NOW + dt.timedelta(days=7))
    page = client.get("/board/").content.decode()
    assert page.count("退回复核") == 1 and f"{county.city.name}正在复核" in page
    client.force_login(county.office.user)
    told = {each["text"]: each["reviewer"] for each in client.get("/api/v1/board/").json()["results"]}
    assert (told.pop("退回来的一条"), set(told.values())) == (county.city.code, {None})
    said: dict[str, Any] = {"conclusion": "partly", "words": "重新查了", "change": "停收", "public": True}
    held = Ticket.every.get(pk=ticket.pk)
    services.rewrite(by=upper, ticket=held, title="题", rewritten="重写的稿", now=TOMORROW)
    services.reply(by=upper, ticket=held, **said, now=TOMORROW)
    page = client.get("/board/").content.decode()
    assert "重新查了" in page and "退回复核" not in page


def test_desk_reads_what_it_answered_after_it_went_up(client: Client, county: County) -> None:
    make_actor(county.city, "reviewer")
    ticket = make_ticket(county.unit, "replied", receipt="a" * 64, title="报过又要纸质")
    finding = make_finding(county.unit, county.bureau, source="ticket", source_key=str(ticket.pk))
    step = TicketStep(ticket=ticket, act="reopen", on=NOW.date(), turn=1, unit=county.city, noted=False)
    TicketStep.objects.bulk_create([step])
    Ticket.every.filter(pk=ticket.pk).update(added=Case.of(ticket).seal("退回时写的话"))
    client.force_login(county.office.user)
    services.note_acts(now=TOMORROW)
    assert f"/feedback/{ticket.pk}/" in client.get("/feedback/?tab=done").content.decode()
    page = client.get(f"/feedback/{ticket.pk}/").content.decode()
    assert "报过又要纸质" in page and "查实。" in page and f"由{county.city.name}复核" in page
    assert "退回时写的话" not in page and "全镇 14 个村" not in page and "<form" not in page.partition("<main")[2]
    assert f"/oversight/findings/{finding.pk}/" in page
    assert f"/feedback/{ticket.pk}/" in client.get(f"/oversight/findings/{finding.pk}/").content.decode()
    assert client.post(f"/feedback/{ticket.pk}/act/", {"act": "reply"}).status_code == 404
    client.force_login(make_actor(county.bureau, "reviewer").user)
    assert client.get(f"/feedback/{ticket.pk}/").status_code == 404


def test_board_calls_pooled_kinds_by_one_name(client: Client, county: County) -> None:
    for topic in (*["repeat"] * 10, *["meeting"] * 7, *["group"] * 3):
        shown(county, topic)
    page = client.get("/board/").content.decode()
    assert page.count('class="tag">重复要报表') == page.count('class="tag">其他') == 10
    assert "会议" not in page and "工作群打卡" not in page


def test_board_pools_kinds_until_no_small_count_can_be_told() -> None:
    counts = {Topic.REPEAT: 71, Topic.MEETING: 12, Topic.GROUP: 4, Topic.OTHER: 3}
    assert board.pool(counts) == (["repeat"], ["group", "other", "meeting"])
    assert board.pool({Topic.REPEAT: 71}) == (["repeat"], [])
    assert board.pool({Topic.REPEAT: 11, Topic.OTHER: 10}) == (["repeat"], ["other"])


def test_endorsement_counts_once_and_says_not_who(client: Client, county: County) -> None:
    entry = shown(county, reports=4)
    client.force_login(county.cadre.user)
    for _turn in range(2):
        assert client.post(f"/board/{entry.pk}/endorse/").status_code == 302
    assert board.people([entry]) == {entry.pk: 5}
    assert board.people([shown(county, reports=4)]) != {entry.pk: 5}
    with pytest.raises(Conflict):
        services.endorse(by=county.cadre, entry=entry, now=NOW)
    assert not AuditEvent.objects.exclude(what__startswith="login").filter(actor_id=county.cadre.user_id).exists()
    for _more in range(9):
        shown(county)
    page = client.get("/board/").content.decode()
    assert page.count("<span>你也遇到</span>") == 1 and page.count(">我也遇到<") == 10
    answer = client.post(f"/board/{entry.pk}/endorse/?topic=repeat&page=1")
    assert answer["Location"] == "/board/?topic=repeat&page=1"
    coming = shown(county, shown_from=dt.date(2026, 11, 30))
    assert client.post(f"/board/{coming.pk}/endorse/").status_code == 404


def test_board_counts_a_year_once_a_week_and_tells_none_of_few(county: County) -> None:
    for _each in range(10):
        make_ticket(county.unit, "replied", received_on=dt.date(2026, 11, 12), first_replied_on=dt.date(2026, 11, 20))
    assert (services.count_board(now=NOW), services.count_board(now=NOW)) == (1, 0)
    assert board.figures() == {"received": 10, "replied": 10, "in_time": 10, "upheld": 10}
    BoardCount.objects.update(received=12)
    assert board.figures() is None, "two that wait would be told"


def test_taken_off_the_board(client: Client, county: County) -> None:
    ticket = make_ticket(county.unit, "replied")
    assert act(client, county.office, ticket, "publish").status_code == 302
    assert act(client, county.office, ticket, "unpublish").status_code == 302
    assert act(client, county.office, ticket, "unpublish").status_code == 422
    assert BoardEntry.objects.get().shown_from is None


@pytest.mark.parametrize(
    "said", [{}, {"act": "nonsense"}, {"act": "merge", "into": "x"}, {"act": "link", "demand": "9" * 30}]
)
def test_act_that_is_none_is_a_bad_request(client: Client, county: County, said: dict[str, str]) -> None:
    client.force_login(county.office.user)
    assert client.post(f"/feedback/{make_ticket(county.unit, 'accepted').pk}/act/", said).status_code == 400


def test_named_writer_without_a_county_is_told(county: County) -> None:
    orphan: Unit = make_unit(level="township")
    with pytest.raises(Refused) as refused:
        services.send_named(by=make_actor(orphan), words=Words(topic="repeat", text="话"), now=NOW)
    assert refused.value.code == "ticket.area"


def test_odd_bodies_are_refused_beside_their_fields(client: Client, county: County) -> None:
    good = {"topic": "repeat", "text": "一张表收了三遍", "issuer": county.bureau.name, "size": "half", "about": ""}
    client.force_login(county.cadre.user)
    try_all(client, "/feedback/new/", good)

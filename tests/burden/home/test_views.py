"""Where a person begins: what waits, oldest first, and the doors of the remedies."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from burden.accounts.models import PostRequest
from burden.accounts.navigation import PAGES
from burden.accounts.remedies import REMEDIES
from burden.accounts.roles import PRECEDENCE, Role
from burden.demands.models import Estimate, QuoteRequest
from burden.kit import clock
from burden.kit.waiting import MOST, Waiting, waiting
from burden.standards.models import DayOverride
from burden.units.models import Unit
from tests.factories import NOW, make_actor, make_bulletin, make_demand, make_estimate, make_unit, make_user

TODAY = dt.date(2026, 11, 24)
DAY = dt.timedelta(1)


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> dt.datetime:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return NOW


@pytest.fixture
def county(db: None) -> Unit:
    return make_unit(make_unit(level="city"), name="临溪县")


def three(actor, now):
    return [
        Waiting("准入", "等了两天", "", "/a/", "决定", TODAY - DAY * 2, TODAY + DAY * 6),
        Waiting("督办单", "逾期", "", "/b/", "审延期", TODAY - DAY * 3, TODAY - DAY * 4),
        Waiting("反映", "今天到期", "", "/c/", "答复", TODAY, TODAY),
    ]


def many(actor, now):
    return [Waiting("反映", f"第 {n} 件", "", "/c/", "答复", TODAY - DAY * n) for n in range(MOST + 1)]


def page(client: Client, path: str = "/todo/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


# what waits


def test_longest_wait_comes_first(county: Unit, client: Client, settings) -> None:
    settings.WAITING = (f"{__name__}.three",)
    client.force_login(make_actor(county, "office").user)
    shown = page(client)
    assert shown.index("/b/") < shown.index("/a/") < shown.index("/c/")
    assert "逾期 2 个工作日" in shown  # a weekend lies between
    assert shown.count("btn pri") == 2
    assert "11-30 前" in shown
    DayOverride.objects.create(day=TODAY, is_workday=False, note="雪", set_at=NOW)
    assert "逾期 1 个工作日" in page(client)


def test_page_is_bounded_and_says_so(county: Unit, client: Client, settings) -> None:
    settings.WAITING = (f"{__name__}.many",)
    client.force_login(make_actor(county, "office").user)
    shown = page(client)
    assert shown.count('class="tag"') == MOST
    assert f"先列等得最久的 {MOST} 件" in shown
    assert "第 0 件" not in shown


def test_nothing_waits(county: Unit, client: Client) -> None:
    client.force_login(make_actor(county, "reviewer").user)
    assert "没有等你办的" in page(client)


@pytest.mark.parametrize("role", PRECEDENCE)
def test_everybody_may_see_what_waits(county: Unit, client: Client, role: str) -> None:
    client.force_login(make_actor(county, role).user)
    assert "<h1" in page(client) and "待我办" in page(client)


def test_bulletin_waits_for_another_and_then_for_the_office(county: Unit) -> None:
    office, reviewer = make_actor(county, "office"), make_actor(county, "reviewer")
    draft = make_bulletin(county, changed_by=office.user, form="brief")
    assert [each.act for each in waiting(reviewer, NOW)] == ["核稿"]
    assert waiting(office, NOW) == []
    draft.delete()
    make_bulletin(county, "checked")
    assert [each.act for each in waiting(office, NOW)] == ["签发"]
    assert waiting(reviewer, NOW) == []
    stranger = make_unit(level="city")
    for role in ("office", "reviewer", "lead", "observer"):
        assert waiting(make_actor(stranger, role), NOW) == []


def test_estimate_waits_for_the_unit_that_is_asked(county: Unit) -> None:
    town = make_unit(county, "township")
    demand = make_demand(make_unit(county, "department"), state="review")
    facts = {"asked_at": NOW - DAY, "until": TODAY}
    lead = make_actor(town, "lead")
    make_estimate(demand, town, lead.user, **facts)
    make_estimate(make_demand(demand.issuer, state="review"), town, lead.user, answered_at=NOW, **facts)
    found = waiting(lead, NOW)
    assert [(each.since, each.due) for each in found] == [(TODAY - DAY, TODAY)]
    assert waiting(make_actor(county, "office"), NOW) == []


def test_quote_waits_for_the_issuer_whose_data_it_is(county: Unit) -> None:
    asking, asked = make_unit(county, "department"), make_unit(county, "department")
    facts = {"fields": ["面积"], "asked_by": make_user(), "asked_at": NOW}
    QuoteRequest.objects.create(demand=make_demand(asking), of=make_demand(asked, title="耕地表"), **facts)
    assert [each.title for each in waiting(make_actor(asked, "issuer"), NOW)] == ["耕地表"]
    assert waiting(make_actor(asking, "issuer"), NOW) == []


def test_proposed_posts_wait_for_the_other_administrator(county: Unit) -> None:
    proposer, decider = make_actor(county, "sysadmin"), make_actor(county, "secadmin")
    facts = {"change": "grant", "role": "cadre", "on": dt.date(2026, 11, 30), "unit": make_unit(county, "township")}
    for _n in range(2):
        PostRequest.objects.create(user=make_user(), proposed_by=proposer.user, proposed_at=NOW, **facts)
    assert [each.title for each in waiting(decider, NOW)] == ["2 项任职变动"]
    assert waiting(proposer, NOW) == []


@pytest.mark.parametrize("role", ["office", "reviewer", "lead", "issuer", "secadmin"])
def test_queries_do_not_grow_with_what_waits(
    county: Unit, client: Client, role: str, django_assert_num_queries
) -> None:
    actor = make_actor(county, role)
    client.force_login(actor.user)
    page(client)  # what is kept of the footer

    def more() -> int:
        number = Estimate.every.count()
        make_bulletin(county, first_week=dt.date(2026, 9, 28) - dt.timedelta(28 * number), form="brief")
        make_estimate(make_demand(county, state="review"), county, actor.user, until=TODAY)
        QuoteRequest.objects.create(
            demand=make_demand(make_unit(county, "department")), of=make_demand(county), fields=["面积"],
            asked_by=make_user(), asked_at=NOW,
        )  # fmt: skip
        PostRequest.objects.create(
            user=make_user(), proposed_by=make_user(), proposed_at=NOW + dt.timedelta(seconds=number), change="grant",
            role="cadre", on=dt.date(2026, 11, 30), unit=county,
        )  # fmt: skip
        with CaptureQueriesContext(connection) as seen:
            page(client)
        return len(seen)

    first = more()
    more()
    assert more() == first


@pytest.mark.parametrize("role", PRECEDENCE)
def test_empty_list_leads_on_to_where_the_role_works(county: Unit, client: Client, role: str) -> None:
    client.force_login(make_actor(county, role).user)
    url = client.get("/todo/").context["next_url"]
    assert f'<a class="btn" href="{url}">' in page(client)
    assert client.get(url, follow=True).status_code == 200


@pytest.mark.parametrize("role", PRECEDENCE)
def test_public_answers_are_one_tap_away_from_everywhere(county: Unit, client: Client, role: str) -> None:
    client.force_login(make_actor(county, role).user)
    assert page(client).count('href="/board/"') >= 2  # menu and foot


# the remedies


def test_doors_are_shown_to_those_whom_their_routes_let_in(county: Unit, client: Client) -> None:
    client.force_login(make_actor(county, "office").user)
    shown = page(client, "/remedies/")
    for path in ("/demands/catalogue/", f"/reports/{county.code}/relief/", "/standards/days/", "/units/events/"):
        assert f'href="{path}"' in shown
    client.force_login(make_actor(county, "observer").user)
    shown = page(client, "/remedies/")
    assert f"/reports/{county.code}/relief/" in shown
    assert "/standards/" not in shown
    client.force_login(make_actor(make_unit(county, "township")).user)
    assert "/relief/" not in page(client, "/remedies/")


def test_every_door_opens(county: Unit, client: Client) -> None:
    for role in ("office", "reviewer", "lead", "issuer", "observer", "cadre"):
        client.force_login(make_actor(county, role).user)
        for _remedy, doors in client.get("/remedies/").context["remedies"]:
            for _door, url in doors:
                assert client.get(url).status_code == 200, (role, url)


def test_remedies_are_named_as_the_article_names_them() -> None:
    assert [str(remedy.title) for remedy in REMEDIES[1:6]] == [
        "因地制宜",
        "明确责任",
        "资源与能力",
        "表扬与公平",
        "沟通与反馈",
    ]


# the top bar


@pytest.mark.parametrize("role", Role.values)
def test_role_has_six_entries_at_most_and_its_home_is_one(county: Unit, client: Client, role: str) -> None:
    client.force_login(make_actor(county, role).user)
    home = client.get("/", follow=True)
    nav = home.context["nav"]
    assert len(nav) <= 6
    assert len({entry["url"] for entry in nav}) == len(nav)
    assert [entry["current"] for entry in nav].count(True) == 1
    assert sum(bool({role} & roles) for _name, _label, roles in PAGES) == len(nav)


def test_entry_is_current_on_the_pages_it_leads_to(county: Unit, client: Client) -> None:
    client.force_login(make_actor(county, "office").user)
    for path, entry in (("/exports/", "bulletins"), ("/standards/days/", "remedies"), ("/units/events/", "remedies")):
        current = [each["url"] for each in client.get(path).context["nav"] if each["current"]]
        assert current == [reverse(entry)], path


def count_of_orders(actor) -> int:
    return 7


def test_count_stands_beside_its_entry(county: Unit, client: Client, settings) -> None:
    settings.COUNTS = {"bulletins": f"{__name__}.count_of_orders"}
    client.force_login(make_actor(county, "office").user)
    assert '<span class="n num">7</span>' in page(client)

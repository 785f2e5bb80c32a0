"""Groups of townships: who keeps them, what is refused, and what was approved for one follows its list."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from burden.accounts.roles import Role
from burden.demands.checks import ADAPTED
from burden.demands.groups import queries, services
from burden.demands.review import review
from burden.kit import clock
from burden.kit.db import act_as
from burden.kit.errors import Conflict, Refused
from burden.ledger.models import AuditEvent
from burden.units.models import Unit
from tests.burden.demands.adaptations.test_services import Place
from tests.database import as_role
from tests.factories import NOW, THIS_WEEK, make_actor, make_unit


@pytest.fixture
def place(db, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return Place()


def put(place, *towns, name="山区", by=None):
    facts = {"county": place.county, "units": [place.towns[number].code for number in towns]}
    return services.set_group(by=by or place.office, name=name, now=NOW, **facts)


def traits(place):
    return [Unit.every.get(pk=town.pk).traits for town in place.towns]


def test_office_says_who_is_in_a_group_with_the_rights_of_the_web(place):
    with as_role("burden_web"):
        act_as(place.office.user_id)
        moved = put(place, 1, 2)
    assert (moved, traits(place)) == (services.Moved(1, 1), [[], ["山区"], ["山区"]])
    assert put(place, 1, 2) == services.Moved(0, 0)
    assert put(place, 0, 1, name=" 沿河 ") == services.Moved(2, 0)
    assert traits(place) == [["沿河"], ["山区", "沿河"], ["山区"]]
    assert [event.detail["group"] for event in AuditEvent.objects.filter(what="group.set").order_by("pk")] == [
        "山区", "沿河",
    ]  # fmt: skip
    found = queries.groups(place.lead, place.county, NOW.date())
    assert [(each.name, len(each.units), each.held) for each in found] == [("山区", 2, 0), ("沿河", 2, 0)]


def test_what_was_approved_for_a_group_follows_its_list(place):
    one = place.approve(place.ask(whom="trait", trait="山区"))
    assert [place.weeks(town) for town in place.towns] == [0, 0, 13]
    put(place, 0, 2)
    assert [place.weeks(town) for town in place.towns] == [0, 12, 1]  # from next week on, both ways
    issuer = make_actor(place.bureau, "issuer")
    (check,) = [each for each in review(issuer, place.demand, NOW.date()).checks if each.state == ADAPTED]
    assert check.code == f"adaptation-{one.pk}" and "2 个单位" in check.sentence
    put(place, 0, 1, 2)
    assert [place.weeks(town) for town in place.towns] == [0, 0, 1]
    with pytest.raises(Conflict, match="还有 1 项批准了的调整") as refused:
        put(place)
    assert refused.value.code == "group.in_use"
    assert [len(each) for each in traits(place)] == [1, 1, 1]


def test_group_ends_with_its_last_adaptation(place):
    place.approve(place.ask(whom="trait", trait="山区"), until=THIS_WEEK.sunday, note="只到本周")
    with pytest.raises(Conflict):
        put(place)
    later = {"county": place.county, "name": "山区", "units": [], "now": clock.midnight(THIS_WEEK.plus(1).monday)}
    assert services.set_group(by=place.office, **later) == services.Moved(0, 2)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OFFICE])
def test_nobody_but_the_office_sets_a_group(place, role):
    with pytest.raises(Refused, match="由县里或更上级的机制办"):
        put(place, 0, by=make_actor(place.county, role))
    assert traits(place) == [["山区"], ["山区"], []]


def test_office_of_a_township_or_another_county_sets_none(place):
    for unit in (place.towns[0], make_unit()):
        with pytest.raises(Refused):
            put(place, 0, by=make_actor(unit, "office"))


@pytest.mark.parametrize(
    ("name", "code"), [("", "group.name"), (" ", "group.name"), ("长" * 21, "group.name"), ("a\0", "group.name")]
)
def test_name_that_is_none_is_refused(place, name, code):
    with pytest.raises(Refused) as refused:
        put(place, 0, name=name)
    assert refused.value.code == code and "name" in refused.value.errors


def test_unit_elsewhere_and_a_village_are_in_no_group_of_the_county(place):
    for unit in (make_unit(make_unit(), "township"), make_unit(place.towns[0], "village"), place.bureau):
        with pytest.raises(Refused, match="不是这个县的乡镇"):
            services.set_group(by=place.office, county=place.county, name="山区", units=[unit.code], now=NOW)


def test_office_keeps_groups_on_pages(client, place):
    client.force_login(place.office.user)
    assert "山区" in client.get("/adaptations/groups/").text
    edit = f"/adaptations/groups/edit/?county={place.county.code}"
    assert client.get(edit).status_code == 200
    assert client.post(edit, {"name": ""}).status_code == 422
    assert client.post(edit, {"name": "沿河", "units": ["x"]}).status_code == 422
    made = client.post(edit, {"name": "沿河", "units": [place.towns[2].code]}, follow=True)
    assert "改好了" in made.text and "沿河" in made.text
    assert client.get(f"{edit}&group=没有").status_code == 404
    assert "checked" in client.get(f"{edit}&group=沿河").text
    client.post(f"{edit}&group=沿河", {"units": []})
    assert "沿河" not in client.get("/adaptations/groups/").text
    client.force_login(place.lead.user)
    shown = client.get("/adaptations/groups/").text
    assert "山区" in shown and "改名单" not in shown


def test_page_takes_the_same_queries_for_one_group_and_three(client, place):
    client.force_login(place.office.user)
    counted = set()
    client.get("/adaptations/groups/")
    for number in range(3):
        with CaptureQueriesContext(connection) as caught:
            client.get("/adaptations/groups/")
        counted.add(len(caught))
        put(place, number, name=f"组{number}")
    assert len(counted) == 1

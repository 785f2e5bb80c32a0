"""The page of goals and samples: what the office sets there, and of which counties."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from burden.kit import clock
from burden.standards.models import Goal, Sample
from burden.units.models import Unit
from tests.factories import NOW, THIS_WEEK, make_actor, make_unit


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> dt.datetime:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return NOW


@pytest.fixture
def county(db: None) -> Unit:
    return make_unit(make_unit(level="city"), name="临溪县")


@pytest.fixture
def office(county: Unit, client: Client) -> Client:
    client.force_login(make_actor(county, "office").user)
    return client


def post(office: Client, path: str, prefix: str, **fields: str) -> str:
    answer = office.post(path, {f"{prefix}-{name}": value for name, value in fields.items()}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_office_turns_the_sample_on_and_off(office: Client, county: Unit) -> None:
    facts = {"county": county.code, "from_": str(THIS_WEEK)}
    page = post(office, "/standards/sample/start/", "start", **facts)
    assert "开着" in page
    page = post(office, "/standards/sample/stop/", "stop", **facts | {"from_": str(THIS_WEEK.plus(1))})
    assert "开着" not in page
    assert Sample.objects.get().until_week == THIS_WEEK.plus(1).monday


def test_office_takes_back_what_has_not_begun(office: Client, county: Unit) -> None:
    facts = {"county": county.code, "from_": str(THIS_WEEK.plus(40))}
    page = post(office, "/standards/sample/start/", "start", **facts)
    assert "还没开始" in page
    sample = Sample.objects.get()
    assert 'name="sample"' in page
    said = office.post("/standards/sample/back/", {"sample": sample.pk}, follow=True).content.decode()
    assert "收回了" in said
    assert not Sample.objects.exists()
    begun = Sample.objects.create(county=county, from_week=THIS_WEEK.monday)
    assert 'name="sample"' not in office.get("/standards/").content.decode()
    assert "收不回" in office.post("/standards/sample/back/", {"sample": begun.pk}, follow=True).content.decode()
    for pk in (10**9, "x", ""):
        assert office.post("/standards/sample/back/", {"sample": pk}).status_code == 404


def test_page_lies_under_the_remedies(office: Client) -> None:
    assert {"url": "/remedies/", "label": "减负措施", "current": True} in office.get("/standards/").context["nav"]
    assert 'href="/standards/"' in office.get("/remedies/").content.decode()


def test_refusal_stands_beside_its_field(office: Client, county: Unit) -> None:
    page = post(office, "/standards/sample/start/", "start", county=county.code, from_=str(THIS_WEEK.sunday))
    assert "2026-11-29 不是星期一" in page
    assert not Sample.objects.exists()


def test_office_sets_and_drops_a_goal(office: Client, county: Unit) -> None:
    facts = {"county": county.code, "code": "per_head", "value": "10", "source": "县里定的"}
    assert "≤ 10.0" in post(office, "/standards/goal/", "goal", **facts)
    goal = Goal.objects.get()
    assert office.post("/standards/goal/drop/", {"goal": goal.pk}).status_code == 302
    assert not Goal.objects.exists()


def test_foreign_county_and_goal_are_not_there(office: Client, county: Unit) -> None:
    foreign = make_unit(county.parent)
    post(office, "/standards/sample/start/", "start", county=foreign.code, from_=str(THIS_WEEK))
    assert not Sample.objects.exists()
    goal = Goal.objects.create(county=foreign, code="per_head", value=600, source="", set_at=NOW)
    for pk in (goal.pk, 10**9, "x", ""):
        assert office.post("/standards/goal/drop/", {"goal": pk}).status_code == 404


def test_office_without_a_county_is_told(client: Client, county: Unit) -> None:
    client.force_login(make_actor(make_unit(county, "township"), "office").user)
    assert "你的范围里没有县" in client.get("/standards/").content.decode()

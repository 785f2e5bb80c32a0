"""Looking back at recognitions: what lasts and what does not, from the weeks since, and that the next reckoning says so."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings
from django.test import Client

from burden.demands.adaptations.models import Adaptation
from burden.kit import clock
from burden.kit.clock import WEEK, Week
from burden.oversight import merits, services
from burden.oversight.merits import AFTER, BEFORE, Lasting
from burden.oversight.models import Order, Recognition
from burden.units.models import Unit
from reports.models import RollupSub
from tests.burden.oversight.praised import County
from tests.factories import NOW, make_recognition
from tests.reports.sums import NUMBERS

SINCE, YEAR = -6, 52  # weeks


@pytest.fixture
def county(db: None, monkeypatch: pytest.MonkeyPatch) -> County:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return County()


def monday(ago: int) -> dt.date:
    return Week.at(NOW).plus(ago).monday


def published(county: County, ago: int = 10, **facts: object) -> Recognition:
    return make_recognition(county.county, county.bureau, "published", published_at=NOW - ago * WEEK, **facts)


def looked(held: Recognition) -> Lasting:
    found = merits.lasting(held, NOW)
    assert found is not None
    return found


def test_nothing_is_told_before_four_weeks_are_closed_nor_of_what_is_not_published(county: County) -> None:
    held = published(county, 8)
    early = held.published_at + 4 * WEEK if held.published_at else NOW
    assert merits.lasting(held, early) is None
    assert merits.lasting(make_recognition(county.county, county.bureau, "recognised"), NOW) is None
    assert looked(held).sides is None, "nothing is known of what it asked"


@pytest.mark.parametrize(("now", "kept"), [(6_000, True), (10_800, True), (10_900, False), (15_000, False)])
def test_issuer_is_looked_at_beside_the_same_weeks_of_a_year_ago(county: County, now: int, kept: bool) -> None:
    held = published(county)
    county.ask(county.bureau, BEFORE, 12_000, week=monday(SINCE - YEAR))
    county.ask(county.bureau, AFTER, now, week=monday(SINCE))
    county.ask(county.bureau, AFTER, 50_000, week=monday(-12))  # before it was published
    found = looked(held)
    assert (found.sides, found.is_kept, found.is_lapsed) == ((12_000, now), kept, not kept)
    RollupSub.every.filter(unit=county.county, week__gte=monday(-9)).update(active=200)
    assert looked(held).sides == (24_000, now), "twice as many heads"


def test_what_an_order_changed_is_looked_at_beside_the_year_before_it(county: County) -> None:
    order = county.order()
    held = published(county, kind="order", order=order, key=str(order.pk))
    found = looked(held)
    weeks = len(found.weeks)
    assert (found.sides, found.is_kept) == ((9_720 * weeks // 13, 0), True)
    Order.every.filter(pk=order.pk).update(state="looked", looked_at=NOW, outcome="more")
    refuted = looked(Recognition.every.select_related("order").get(pk=held.pk))
    assert (refuted.sides, refuted.is_kept, refuted.is_lapsed) == (found.sides, False, True), (
        "the office found otherwise"
    )
    county.ask(county.bureau, AFTER, 9_000, week=monday(SINCE), title="台账")
    assert (looked(held).sides, looked(held).is_lapsed) == ((9_720 * weeks // 13, 9_000), True)


def spent(unit: Unit, weeks: range, minutes: int) -> None:
    rows = dict.fromkeys(NUMBERS, 0) | {"active": 12, "returns": 10, "m_meeting": 10 * minutes}
    RollupSub.every.filter(unit=unit, week__in=[monday(n) for n in weeks]).delete()
    RollupSub.every.bulk_create([RollupSub(unit=unit, week=monday(n), **rows) for n in weeks])


def test_practice_is_looked_at_where_it_is_held_to_and_was_not_a_year_ago(county: County) -> None:
    practice = county.spread(4)
    held = published(county, 7, kind="practice", practice=practice, key=str(practice.pk))
    users = list(Adaptation.every.filter(practice=practice).order_by("pk"))
    for each in users:
        spent(each.unit, range(-60, -50), 600)
        spent(each.unit, range(-7, 0), 300)
    assert (looked(held).sides, looked(held).is_kept) == ((600, 300), True)
    spent(users[3].unit, range(-7, 0), 4_000)
    assert (looked(held).sides, looked(held).is_lapsed) == ((600, 1_225), True)
    Adaptation.every.filter(pk=users[3].pk).update(until=monday(-3))  # it is held to no longer
    assert looked(held).sides == (600, 300)
    Adaptation.every.filter(pk=users[2].pk).update(from_week=monday(-70))  # was held to a year ago already
    assert looked(held).sides is None, "two are too few"


def test_what_did_not_last_is_said_on_its_page_and_in_the_next_reckoning(county: County, client: Client) -> None:
    county.cut()
    held = published(county, 28)
    county.ask(county.bureau, BEFORE, 12_000, week=monday(-20 - YEAR))
    county.ask(county.bureau, AFTER, 11_500, week=monday(-20))
    published(county, 2)  # too young to say
    client.force_login(county.reviewer.user)
    page = client.get(f"/recognition/{held.pk}/").content.decode()
    assert "没有保持住</span>" in page and "要求了 191.7 人时" in page and "200.0 人时" in page
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "less by 10% or more" in client.get(f"/recognition/{held.pk}/").content.decode()
    client.cookies.pop(settings.LANGUAGE_COOKIE_NAME)
    told = client.get(f"/api/v1/recognitions/{held.pk}/").json()["lasting"]
    assert (told["before_min"], told["now_min"], told["kept"]) == (12_000, 11_500, False)
    (chosen,) = county.candidates()
    path = f"/recognition/candidate/?kind=issuer&key={chosen.key}"
    assert "这一年里表扬过它的，有 1 项没有保持住" in client.get(path).content.decode()
    Recognition.every.update(nominated_at=NOW - 20 * WEEK)  # a quarter ago and more
    made = services.nominate_recognition(by=county.reviewer, kind=chosen.kind, key=chosen.key, reason="减得实", now=NOW)
    assert {"code": "lapsed", "facts": {"count": 1}} in made.reckoned["points"]
    assert "这一年里表扬过它的，有 1 项没有保持住" in client.get(f"/recognition/{made.pk}/").content.decode()

"""What the write side is told of what an issuer asked: registered and not, hidden as on pages; orders on paper; signals judged."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.urls import reverse
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from burden.demands.models import Reestimate
from burden.demands.services import withdraw
from burden.kit import clock, figures
from burden.oversight.models import Finding
from burden.oversight.saved import Saved
from burden.standards.models import TariffVersion
from reports import demand_sums, rollup, unregistered
from reports.models import Signal
from tests.factories import (
    LAST_WEEK,
    NOW,
    make_actor,
    make_demand,
    make_entry,
    make_order,
    make_return,
    make_target,
    make_unit,
    make_user,
)
from tests.reports.sums import add_sums

TITLE = "农村人居环境整治台账"


class Place:
    def __init__(self) -> None:
        self.county = make_unit(make_unit(level="city"))
        self.bureau = make_unit(self.county, "department")
        self.towns = [make_unit(self.county, "township") for _ in range(3)]

    def write(self, *, cadres: int = 2, minutes: int = 30, title: str = TITLE, week: Any = LAST_WEEK) -> None:
        for town in self.towns:
            for _ in range(cadres):
                make_entry(make_return(make_user(), town, week), issuer=self.bureau, title=title, minutes=minutes)

    def asked(self, *titles: str) -> list[figures.Asked]:
        weeks = [LAST_WEEK.plus(-n).monday for n in range(4)]
        return figures.asked(issuer_id=self.bureau.pk, titles=titles or [TITLE], weeks=weeks)


@pytest.fixture
def place(db: None) -> Place:
    return Place()


def test_withdrawing_at_the_end_of_a_year_makes_no_past_lighter(place: Place) -> None:
    demand = make_demand(place.bureau, title=TITLE, frequency="weekly", minutes=60, people=1)
    for n in range(-3, 4):
        for town in place.towns:
            make_target(demand, town, LAST_WEEK.plus(n))
    refresh()
    before = place.asked()
    assert [each.person_min for each in before] == [180] * 4
    withdraw(by=make_actor(place.bureau, "issuer"), demand=demand, reason="年底统一停", now=NOW)
    refresh()
    assert place.asked() == before
    assert figures.asked(issuer_id=place.bureau.pk, titles=[TITLE], weeks=[LAST_WEEK.plus(1).monday]) == []
    assert demand_sums.verify()[1] == 0


def refresh() -> None:
    rollup.refresh()
    demand_sums.refresh()


def test_unregistered_counts_in_weeks_that_enough_stand_behind(place: Place) -> None:
    place.write()
    for back in (1, 2):
        place.write(cadres=1, week=LAST_WEEK.plus(-back))  # three cadres: too few to tell of that week
    unregistered.recount(now=NOW)
    assert place.asked() == [figures.Asked(LAST_WEEK.monday, TITLE, 3, 180)]
    assert place.asked("别的事") == []


def test_registered_counts_as_claimed_where_nobody_answered(place: Place) -> None:
    demand = make_demand(place.bureau, title=f"《{TITLE}》", people=1, minutes=100)
    for town in place.towns:
        make_target(demand, town, LAST_WEEK)
    make_target(make_demand(make_unit(place.county, "department"), title=TITLE), place.towns[0], LAST_WEEK)
    demand_sums.rebuild()
    assert place.asked() == [figures.Asked(LAST_WEEK.monday, demand.title, 3, 300, demand.pk)]
    found = figures.asked_in(
        issuer_id=place.bureau.pk, titles=[TITLE], weeks=[LAST_WEEK.monday, LAST_WEEK.plus(-1).monday]
    )
    assert found == {LAST_WEEK.plus(-1).monday: 0, LAST_WEEK.monday: 300}


def test_change_of_method_is_taken_out(place: Place) -> None:
    demand = make_demand(place.bureau, title=TITLE, people=1, minutes=100)
    make_target(demand, place.towns[0], LAST_WEEK)
    demand_sums.rebuild()
    version = TariffVersion.objects.first()
    assert version is not None
    Reestimate.every.create(demand=demand, week=LAST_WEEK.monday, tariff=version, before_min=60, after_min=100, at=NOW)
    assert [each.person_min for each in place.asked()] == [60]


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(4, 13))
def test_saved_is_what_a_year_of_before_is_more_than_one_of_after(before: int, after: int, weeks: int) -> None:
    saved = Saved(before, 13, after, weeks).year_min
    exact = 52 * (before / 13 - after / weeks)
    assert abs(saved - exact) <= 0.500001
    assert Saved(before, 13, before, 13).year_min == 0


def test_what_stopped_saves_what_it_took_in_a_year_and_no_more() -> None:
    assert Saved(648 * 60, 52, 0, 4).year_min == 648 * 60
    assert Saved(162 * 60, 13, 0, 4).year_min == 648 * 60  # where nobody filed in the rest of the year


@pytest.mark.parametrize(("before_weeks", "after_weeks"), [(0, 4), (52, 3), (52, 0)])
def test_nothing_is_saved_where_too_few_weeks_are_known(before_weeks: int, after_weeks: int) -> None:
    assert Saved(0, before_weeks, 0, after_weeks).year_min is None


def test_weeks_in_which_one_in_five_filed_are_known_where_an_issuer_asks(place: Place) -> None:
    weeks = [LAST_WEEK.plus(-n).monday for n in range(3)]
    add_sums(place.county, LAST_WEEK, returns=2, active=10)
    add_sums(
        place.county, LAST_WEEK.plus(-1), returns=1, active=10
    )  # what one of them did says little of what was asked
    add_sums(place.county, LAST_WEEK.plus(-2), returns=0)  # somebody could have
    assert figures.filed(issuer_ids=[place.bureau.pk], weeks=weeks) == {place.bureau.pk: {LAST_WEEK.monday}}


# --- on paper ---


@pytest.fixture
def office(place: Place, client: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    actor = make_actor(place.county, "office")
    client.force_login(actor.user)
    return actor


def test_order_is_handed_out_as_word_and_pdf(place: Place, office: Any, client: Any) -> None:
    order = make_order(place.county, place.bureau, "closed", asked=6, less=5)
    answer = client.get(reverse("order_file", args=[order.pk]), {"format": "docx"})
    words = "\n".join(each.text for each in Document(io.BytesIO(answer.content)).paragraphs)
    for said in (order.name, order.title, "要求1", "已停用", "5 个说少了", "一年少 648.0 人时"):
        assert said in words, said
    pdf = client.get(reverse("order_file", args=[order.pk]), {"format": "pdf"})
    assert pdf.content.startswith(b"%PDF")
    assert client.get(reverse("order_file", args=[order.pk]), {"format": "xlsx"}).status_code == 404


def test_paper_tells_of_no_few_answers(place: Place, office: Any, client: Any) -> None:
    order = make_order(place.county, place.bureau, "answered", asked=6, less=4)
    answer = client.get(reverse("order_file", args=[order.pk]))
    assert "说少了" not in "\n".join(each.text for each in Document(io.BytesIO(answer.content)).paragraphs)


# --- signals judged ---


def signal_of(place: Place, kind: str = "unregistered", **facts: Any) -> Signal:
    facts = {
        "unit": place.bureau, "subject": f"form:{TITLE}", "since": LAST_WEEK.monday, "category": "form", "first_week": LAST_WEEK.monday,
        "last_week": LAST_WEEK.monday, "strength": 150, "person_min": 45_000, "first_seen": NOW.date(),
        "evidence": {"title": TITLE, "cadres": 40, "units": 16, "n": 99},
    } | facts  # fmt: skip
    return Signal.every.create(kind=kind, **facts)


def judge(client: Any, place: Place, signal: Signal, **data: str) -> Any:
    return client.post(
        reverse("signal_judge", args=[place.county.code]), {"signal": signal.key, "query": "weeks=26"} | data
    )


def shown(client: Any, place: Place, **query: str) -> bool:
    return "没有登记过" in client.get(reverse("signals", args=[place.county.code]), query).content.decode()


def test_signal_becomes_a_finding_with_its_numbers_and_is_not_asked_again(
    place: Place, office: Any, client: Any
) -> None:
    place.write()
    unregistered.recount(now=NOW)
    signal = signal_of(place)
    assert shown(client, place)
    answer = judge(client, place, signal, do="raise")
    found = Finding.every.get()
    assert answer["Location"] == reverse("finding", args=[found.pk])
    assert (found.source, found.source_key, found.person_min, found.titles) == ("signal", signal.key, 45_000, [TITLE])
    assert found.seen["points"][0].startswith("40 名干部")
    assert found.seen["rows"][0]["person_min"] == 180
    assert (shown(client, place), shown(client, place, show="raised"), shown(client, place, show="dismissed")) == (
        False,
        True,
        False,
    )
    judge(client, place, signal, do="raise")
    assert Finding.every.count() == 1


def test_signal_is_dismissed_for_a_reason_until_a_day(place: Place, office: Any, client: Any) -> None:
    signal = signal_of(place)
    judge(client, place, signal, do="dismiss", why="reason", reason="")
    assert not Finding.every.exists()  # nothing half done
    judge(client, place, signal, do="dismiss", why="reason", reason="集中缴费期", quiet_until="2026-12-25")
    assert (shown(client, place), shown(client, place, show="dismissed")) == (False, True)
    Finding.every.update(quiet_until=NOW.date() - clock.DAY)
    assert shown(client, place)


@pytest.mark.parametrize(
    "key", ["", "x", "unregistered:1:2026-11-16", "unregistered:²:2026-02-31:", "unregistered:1:2026-02-31:x"]
)
def test_signal_that_is_gone_is_said(place: Place, office: Any, client: Any, key: str) -> None:
    answer = client.post(reverse("signal_judge", args=[place.county.code]), {"signal": key, "do": "raise"}, follow=True)
    assert "已经没有了" in answer.content.decode()


def test_heavy_unit_is_no_issuer(place: Place, office: Any, client: Any) -> None:
    signal = signal_of(place, "outlier", unit=place.towns[0], evidence={"area": place.county.pk, "weeks": []})
    assert judge(client, place, signal, do="raise").status_code == 302
    assert not Finding.every.exists()


def test_others_see_all_signals_and_judge_none(place: Place, office: Any, client: Any) -> None:
    judge(client, place, signal_of(place), do="raise")
    client.force_login(make_actor(place.county, "lead").user)
    assert shown(client, place)
    assert judge(client, place, Signal.every.get(), do="raise").status_code == 403

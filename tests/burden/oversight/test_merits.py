"""Candidates for recognition: from measured change beside peers, never from filing nor from how low a figure is; and who is left out."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from burden.demands.models import Reestimate
from burden.kit.clock import Week
from burden.kit.db import act_as
from burden.oversight.merits import AFTER, BEFORE, Candidate, words
from burden.oversight.models import Order
from burden.standards.models import TariffVersion
from burden.units.models import Unit
from reports.models import RollupDemand, RollupSub
from tests.burden.oversight.praised import SPANS, County
from tests.database import as_role
from tests.factories import NOW, make_order, make_post, make_return, make_unit, make_user
from tests.reports.sums import add_source


@pytest.fixture
def county(db: None) -> County:
    return County()


def said(county: County) -> list[tuple[str, str, list[tuple[str, int | None]]]]:
    return [
        (each.kind, each.key, [(line.code, line.minutes) for line in each.lines]) for each in county.merits().candidates
    ]


def phrased(found: Candidate) -> list[words.Phrased]:
    """Return the lines as they are read once they were kept."""
    return words.lines(json.loads(json.dumps(found.reckoned(NOW))))


# --- issuers ---


def test_issuer_that_cut_is_a_candidate_with_its_reckoning_line_by_line(county: County) -> None:
    county.cut()
    (found,) = county.candidates()
    assert (found.kind, found.subject, found.key) == ("issuer", county.bureau, f"{county.bureau.pk}:2026Q4")
    read = phrased(found)
    assert [(line.label, line.minutes) for line in read] == [
        ("上年同期一季", 12_000), ("折成现在的人数", 12_000), ("这一季", 6_000), ("少了", 6_000), ("扣除同期普遍变化", 6_000),
    ]  # fmt: skip
    assert read[2].how == "登记 100.0 人时×答了的确认 50.0÷答了的登记 50.0"
    assert read[0].weeks == "2025 年第 35—47 周"
    assert found.year_min == 24_000


def test_what_fell_with_peers_too_is_taken_out(county: County) -> None:
    RollupDemand.every.filter(demand__issuer__in=county.peers, week__gte=SPANS[AFTER][0]).update(
        claim_min=9_000, open_min=4_500, confirmed_min=4_500
    )
    county.cut(7_200)
    (found,) = county.candidates()
    assert found.lines[-1].minutes == 9_000 - 7_200
    RollupDemand.every.filter(demand__issuer=county.bureau, week__gte=SPANS[AFTER][0]).update(
        claim_min=8_200, open_min=4_100, confirmed_min=4_100
    )
    assert county.candidates() == []
    assert [each.why for each in county.left(county.bureau)] == ["unchanged"]


def test_fewer_heads_and_what_fell_with_peers_are_each_taken_out_once(county: County) -> None:
    """Twice as many cadres as a year ago: peers that ask as much ask half of each, and so does who asks as they do."""
    RollupSub.every.filter(unit=county.county, week__gte=SPANS[AFTER][0]).update(active=200)
    county.cut(12_000)
    assert [each.why for each in county.left(county.bureau)] == ["unchanged"]
    RollupDemand.every.filter(demand__issuer=county.bureau, week__gte=SPANS[AFTER][0]).update(
        claim_min=10_800, open_min=5_400, confirmed_min=5_400
    )
    (found,) = county.candidates()
    assert [line.minutes for line in found.lines] == [12_000, 24_000, 10_800, 13_200, 1_200]
    assert phrased(found)[-1].how == "同类 8 个单位同期剩 50.0%（中位数）：200.0－180.0"


def test_what_left_the_register_is_no_less(county: County) -> None:
    """Little enough to be no ground of its own, it is counted where more of it is told than a year ago; of more returns too."""
    county.cut(10_000)
    assert len(county.candidates()) == 1
    add_source(county.county, county.bureau, Week(SPANS[AFTER][2]), minutes=1_500, u_min=1_500, u_n=9)
    assert why(county) == ["unchanged"]
    add_source(county.county, county.bureau, Week(SPANS[BEFORE][2]), minutes=500, u_min=500, u_n=9)
    RollupSub.every.filter(unit=county.county, week__lt=SPANS[AFTER][0]).update(returns=20)
    assert [line.code for line in county.candidates()[0].lines] == [
        "quarter_before",
        "per_head",
        "quarter",
        "less",
        "net",
    ]
    RollupSub.every.filter(unit=county.county, week__lt=SPANS[AFTER][0]).update(returns=30)
    (found,) = county.candidates()
    assert (found.lines[3].code, found.lines[3].minutes, found.after_min) == ("moved", 500, 10_500)
    assert phrased(found)[3].how == "25.0－上年同期 16.7（折成一样多的周报）"


def test_what_grew_with_peers_is_no_merit(county: County) -> None:
    RollupDemand.every.filter(demand__issuer__in=county.peers, week__gte=SPANS[AFTER][0]).update(
        claim_min=24_000, open_min=12_000, confirmed_min=12_000
    )
    county.cut(12_000)
    assert county.candidates() == []


def test_who_asks_nothing_any_more_is_a_candidate(county: County) -> None:
    county.cut(0)
    (found,) = county.candidates()
    assert (found.after_min, phrased(found)[2].how) == (0, "没有要求")


def test_what_was_decided_above_counts_for_nobody(county: County) -> None:
    county.ask(county.bureau, BEFORE, 90_000, origin="city")
    county.cut(12_000)
    assert county.candidates() == []


@pytest.mark.parametrize("returns", [6, 99])
def test_filing_changes_no_candidate(county: County, returns: int) -> None:
    """Who files how much, how late or not at all, among receivers or in the issuer's own house, moves no line."""
    county.cut()
    county.spread()
    before = said(county)
    assert len(before) == 2
    county.data(returns)
    for n in range(3):
        make_return(make_user(), county.bureau, Week(SPANS[AFTER][n]), late=True, nil=True)
    RollupSub.every.filter(unit=county.county).update(nil_returns=3, after_hours_min=0)
    assert said(county) == before


@pytest.mark.parametrize("share", [3, 4, 9])
def test_how_many_answered_changes_no_candidate(county: County, share: int) -> None:
    """Receivers that confirm half of what was claimed tell the same, however many of them do."""
    county.cut()
    for row in RollupDemand.every.all():
        answered = row.claim_min * share // 10
        RollupDemand.every.filter(pk=row.pk).update(
            open_min=row.claim_min - answered, confirmed_min=answered // 2, answers=2 * share, done=2 * share
        )
    (found,) = county.candidates()
    assert (found.before_min, found.after_min) == (6_000, 3_000)


def test_more_answers_than_a_year_ago_make_no_candidate(county: County) -> None:
    county.cut(answered_min=6_000)
    assert county.candidates() == []
    assert [each.why for each in county.left(county.bureau)] == ["coverage"]


@pytest.mark.parametrize("times", [1, 5])
def test_how_low_a_figure_is_makes_no_candidate(county: County, times: int) -> None:
    """Whoever asks little, and asks it still, is no candidate; who halved much is one as who halved little."""
    county.cut(6_000 * times, 12_000 * times)
    low = make_unit(county.county, "department")
    for span in (BEFORE, AFTER):
        county.ask(low, span, 60)
    assert [each.subject for each in county.candidates()] == [county.bureau]
    assert [each.why for each in county.left(low)] == ["unchanged"]


def test_candidates_stand_by_code_not_by_size(county: County) -> None:
    county.cut()
    more = make_unit(county.county, "department", code="990000000001")
    county.ask(more, BEFORE, 500)
    county.ask(more, AFTER, 100)
    assert [each.subject for each in county.candidates()] == sorted((county.bureau, more), key=lambda each: each.code)


def why(county: County) -> list[str]:
    assert county.candidates() == []
    return [each.why for each in county.left(county.bureau)]


def test_issuer_of_a_county_without_data_a_year_ago_is_left_out(county: County) -> None:
    county.cut()
    RollupSub.every.filter(unit=county.county, week=SPANS[BEFORE][3]).delete()
    assert why(county) == ["few"]


def test_issuer_whom_hardly_anybody_answered_is_left_out(county: County) -> None:
    county.cut(answered_min=1_000)
    assert why(county) == ["few"]


def test_issuer_with_seven_peers_is_left_out(db: None) -> None:
    county = County(peers=7)
    county.cut()
    assert why(county) == ["peers"]


def test_issuer_whose_cut_is_a_change_of_method_is_left_out(county: County) -> None:
    county.cut(6_000)
    demand = RollupDemand.every.get(demand__issuer=county.bureau, week=SPANS[AFTER][0]).demand
    tariff = TariffVersion.objects.order_by("pk").last()
    Reestimate.every.create(demand=demand, week=SPANS[AFTER][0], tariff=tariff, before_min=6_000, after_min=0, at=NOW)
    assert why(county) == ["reestimate"]


def test_issuer_with_an_overdue_order_is_left_out(county: County) -> None:
    county.cut()
    order = make_order(county.county, county.bureau, "working", due_on=dt.date(2026, 11, 20))
    assert why(county) == ["overdue"]
    Order.every.filter(pk=order.pk).update(due_on=dt.date(2026, 12, 20))
    assert len(county.candidates()) == 1


def test_issuer_that_registers_little_of_what_it_asks_is_left_out(county: County) -> None:
    county.cut()
    add_source(county.county, county.bureau, Week(SPANS[AFTER][2]), minutes=2_000, u_min=2_000, u_n=9)
    assert why(county) == ["unregistered"]


# --- orders ---


def test_thing_changed_after_an_order_is_a_candidate(county: County) -> None:
    order = county.order()
    (found,) = county.candidates()
    assert (found.kind, found.key, found.order, found.subject) == ("order", str(order.pk), order, county.bureau)
    assert [line.minutes for line in found.lines] == [9_720, 2_990, 0, 2_990, 2_990]
    assert found.year_min == order.saved_min == 38_880


def test_thing_that_came_back_under_another_name_is_left_out(county: County) -> None:
    county.order()
    county.ask(county.bureau, AFTER, 3_000, week=Week.at(NOW).plus(-10).monday)
    county.ask(county.bureau, AFTER, 9_720, week=Week.at(NOW).plus(-10).monday, title="《台账》")
    county.ask(county.bureau, AFTER, 4_000, week=Week.at(NOW).plus(-2).monday)
    assert [each.why for each in county.left(county.bureau, "order")] == ["elsewhere"]


def test_thing_that_came_back_where_nothing_else_was_asked_is_left_out(county: County) -> None:
    county.order()
    county.ask(county.bureau, AFTER, 300, week=Week.at(NOW).plus(-2).monday, title="环境整治统计")
    assert [each.why for each in county.left(county.bureau, "order")] == ["elsewhere"]
    RollupDemand.every.filter(demand__title="环境整治统计").update(claim_min=290, open_min=145, confirmed_min=145)
    assert [each.kind for each in county.candidates()] == ["order"]


def test_thing_that_was_withdrawn_claims_nothing_in_the_past_and_is_no_less_a_candidate(county: County) -> None:
    """Its claims are gone from the quarter before: what is left of that quarter is all else that the issuer asks."""
    county.order(before_min=9_720)
    county.ask(county.bureau, AFTER, 13_000, week=Week.at(NOW).plus(-10).monday)
    county.ask(county.bureau, AFTER, 4_000, week=Week.at(NOW).plus(-2).monday)
    assert [each.kind for each in county.candidates()] == ["order"]


def test_order_that_saved_nothing_is_not_looked_at(county: County) -> None:
    county.order(saved_min=0, before_min=0)
    assert (county.candidates(), county.left(county.bureau, "order")) == ([], [])


def test_order_around_which_too_few_filed_is_left_out(county: County) -> None:
    """It may have been struck off when such weeks still counted."""
    county.order()
    county.data(returns=10)
    assert [each.why for each in county.left(county.bureau, "order")] == ["few"]


# --- practices ---


def test_practice_that_spread_is_a_candidate(county: County) -> None:
    made = county.spread()
    (found,) = county.candidates()
    assert (found.kind, found.practice, found.subject, found.adopters) == ("practice", made, county.towns[0], 3)
    assert (found.before_min, found.after_min, found.year_min) == (600, 300, None)
    assert phrased(found)[0].how == "3 个单位 3,600.0 人时÷360 份周报"


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"adopters": 2}, "few"),
        ({"after": 580}, "unchanged"),
        ({"after": 300, "returns": 20}, "coverage"),  # who files nothing new lowers the mean
    ],
)
def test_practice_is_left_out(county: County, facts: dict[str, int], reason: str) -> None:
    county.spread(**facts)
    assert county.candidates() == []
    assert [each.why for each in county.left(county.towns[0], "practice")] == [reason]


def test_practice_with_few_peers_is_left_out(county: County) -> None:
    county.spread()
    low, high = county.county.range
    gone = Unit.every.filter(level="township", path__gte=low, path__lt=high).order_by("-pk")[:1]
    Unit.every.filter(pk__in=[each.pk for each in gone]).update(closed_on=dt.date(2026, 1, 5))
    assert [each.why for each in county.left(county.towns[0], "practice")] == ["peers"]


def test_queries_do_not_grow_with_issuers_and_orders(county: County) -> None:
    county.cut()
    county.order()
    with CaptureQueriesContext(
        connection,
    ) as few:
        county.merits()
    for _ in range(2):
        other = make_unit(county.county, "department")
        county.ask(other, BEFORE, 600)
        order = county.order()
        Order.every.filter(pk=order.pk).update(issuer=other)
    with CaptureQueriesContext(connection) as many:
        county.merits()
    assert len(many) == len(few)


# --- the same for every reader ---


def test_candidates_and_exclusions_are_the_same_for_whoever_reads(county: County) -> None:
    """Behind the database's own wall too, where most read no order that is not theirs."""
    county.cut()
    county.order()
    county.spread()
    late, other = county.peers[:2]
    make_order(county.county, late, "working", due_on=dt.date(2026, 11, 20))
    saved = make_order(county.county, other, "looked")
    asked = {
        "opened_at": NOW - dt.timedelta(70),
        "answered_at": NOW - dt.timedelta(64),
        "closed_at": NOW - dt.timedelta(35),
    }
    Order.every.filter(pk=saved.pk).update(**asked)
    readers = [make_post(county.county, role).user_id for role in ("reviewer", "office", "observer")]
    readers += [make_post(county.towns[0], role).user_id for role in ("cadre", "lead")]
    readers += [make_post(unit, "issuer").user_id for unit in (county.bureau, late)]
    seen = []
    for reader in readers:
        with as_role("burden_web"):
            act_as(reader)
            found = county.merits()
            left = [(each.kind, each.key, each.why) for each in found.left]
            seen.append(([each.reckoned(NOW) for each in found.candidates], left))
    assert ("issuer", f"{late.pk}:2026Q4", "overdue") in seen[0][1]
    assert {each[0] for each in seen[0][1]} == {"issuer", "order"}
    assert len(seen[0][0]) == 3
    assert all(each == seen[0] for each in seen[1:])

"""My week, what the quick add offers, and which units a cadre may name."""

from __future__ import annotations

import datetime as dt

import pytest

from burden.entries.offers import issuers, nameable, suggestions
from burden.entries.queries import post_of_week, week_sheet
from burden.kit import clock
from burden.kit.clock import Week
from burden.kit.db import act_as
from burden.units.models import Level
from tests.database import as_role
from tests.factories import (
    LAST_WEEK,
    LONG_AGO,
    NOW,
    THIS_WEEK,
    make_actor,
    make_draft,
    make_entry,
    make_filing,
    make_post,
    make_return,
    make_unit,
)

pytestmark = pytest.mark.django_db
RECENT = Week.at(clock.now()).plus(-3)  # what the quick add remembers is counted from today


@pytest.fixture
def county():
    return make_unit(name="临溪县")


@pytest.fixture
def town(county):
    return make_unit(county, Level.TOWNSHIP, name="柳河镇")


@pytest.fixture
def actor(town):
    return make_actor(town)


def titles(rows):
    return [row.title for row in rows]


# the sheet


def test_sheet_of_empty_week(actor):
    sheet = week_sheet(actor, THIS_WEEK, NOW)
    assert (sheet.state, sheet.version, sheet.receipt, sheet.late, sheet.provisional) == ("none", 0, "", False, True)
    assert (sheet.unit, sheet.entries, sheet.prefilled) == (actor.unit, (), ())


def test_sheet_of_filed_week_keeps_order_and_sum(actor):
    filing = make_filing(actor, make_draft(2), make_draft(1, people=3))
    sheet = week_sheet(actor, LAST_WEEK, NOW)
    assert titles(sheet.entries) == ["台账2", "台账1"]
    assert (sheet.state, sheet.version, sheet.receipt) == ("filed", 1, filing.weekly_return.receipt)
    assert sheet.person_min == 120


def test_sheet_of_nil_week(actor):
    make_filing(actor)
    assert week_sheet(actor, LAST_WEEK, NOW).state == "nil"


def test_closed_week_is_no_longer_provisional(actor):
    old = LAST_WEEK.plus(-1)
    assert not week_sheet(actor, old, NOW).provisional
    make_filing(actor, make_draft(), week=old)
    assert week_sheet(actor, old, NOW).late


def test_sheet_without_post_has_no_unit(actor):
    sheet = week_sheet(actor, Week(LONG_AGO).plus(-1), NOW)
    assert (sheet.unit, sheet.post) == (None, None)


def test_sheet_of_filed_week_keeps_its_unit(actor):
    old_unit = actor.unit
    make_filing(actor, make_draft())
    actor.user.posts.update(unit=make_unit())
    assert week_sheet(actor, LAST_WEEK, NOW).unit == old_unit


def test_row_is_sent_back_as_it_came(actor):
    make_filing(actor, make_draft(issuer_id=actor.unit_id, bulk=True))
    body = week_sheet(actor, LAST_WEEK, NOW).entries[0].body()
    assert (body["issuer"], body["bulk"], body["target"]) == (actor.unit.code, True, None)


@pytest.mark.parametrize("count", [1, 3])
def test_sheet_takes_five_queries_without_targets(actor, count, django_assert_num_queries):
    make_filing(actor, *(make_draft(n, issuer_id=actor.unit_id) for n in range(count)))
    make_filing(actor, *(make_draft(n) for n in range(count)), week=THIS_WEEK)
    with django_assert_num_queries(5):
        assert len(week_sheet(actor, THIS_WEEK, NOW).prefilled) == count


# last week's rows


def test_last_week_is_prefilled_under_keys_of_its_own(actor):
    make_filing(actor, make_draft(1, repeated=True, after_hours=True, bulk=True), make_draft(2))
    rows = week_sheet(actor, THIS_WEEK, NOW).prefilled
    assert titles(rows) == ["台账1", "台账2"]
    assert (rows[0].repeated, rows[0].after_hours, rows[0].bulk) == (False, False, False)
    assert {row.key for row in rows}.isdisjoint({"e1", "e2"})


def test_row_already_filed_is_not_prefilled(actor):
    make_filing(actor, make_draft(1), make_draft(2))
    make_filing(actor, make_draft(7, title="台账1", minutes=99), week=THIS_WEEK)
    assert titles(week_sheet(actor, THIS_WEEK, NOW).prefilled) == ["台账2"]


def test_row_sent_under_its_prefilled_key_is_not_offered_again(actor):
    make_filing(actor, make_draft(1))
    key = week_sheet(actor, THIS_WEEK, NOW).prefilled[0].key
    make_filing(actor, make_draft(key=key, title="改了名"), week=THIS_WEEK)
    assert week_sheet(actor, THIS_WEEK, NOW).prefilled == ()


@pytest.mark.parametrize(("back", "found"), [(1, 1), (4, 1), (5, 0)])
def test_prefill_reaches_four_weeks_back(actor, back, found):
    make_filing(actor, make_draft(), week=THIS_WEEK.plus(-back))
    assert len(week_sheet(actor, THIS_WEEK, NOW).prefilled) == found


def test_prefill_takes_the_last_filed_week_alone(actor):
    make_filing(actor, make_draft(1), week=THIS_WEEK.plus(-3))
    make_filing(actor, make_draft(2), week=THIS_WEEK.plus(-2))
    make_filing(actor, week=THIS_WEEK.plus(-1))  # nothing extra: no routine either
    assert titles(week_sheet(actor, THIS_WEEK, NOW).prefilled) == ["台账2"]


def test_prefill_leaves_out_what_was_not_done(actor):
    make_filing(actor, make_draft(1, answer="absent"), make_draft(2))
    assert titles(week_sheet(actor, THIS_WEEK, NOW).prefilled) == ["台账2"]


def test_sheet_never_shows_a_colleague(actor):
    colleague = make_actor(actor.unit)
    make_filing(colleague, make_draft(), week=THIS_WEEK)
    make_filing(colleague, make_draft())
    sheet = week_sheet(actor, THIS_WEEK, NOW)
    assert (sheet.state, sheet.entries, sheet.prefilled) == ("none", (), ())


# the post of a week


def test_post_of_week_is_the_cadre_post(town):
    actor = make_actor(town)
    make_post(make_unit(), "lead", actor.user)
    assert post_of_week(actor, LAST_WEEK).unit == town


# suggestions


def suggested(actor, text=""):
    """Ask as the web does."""
    with as_role("burden_web"):
        act_as(actor.user_id)
        return suggestions(actor, text)


def entered(unit, title, cadres=3, **facts):
    for _ in range(cadres):
        make_entry(make_return(make_actor(unit).user, unit, RECENT), title=title, **facts)


def test_suggestion_fills_the_rest(actor, county):
    for back, minutes in enumerate((20, 90, 45)):
        filed = make_return(actor.user, actor.unit, RECENT.plus(-back))
        make_entry(filed, title="人居环境台账", minutes=minutes, issuer=county)
    found = suggested(actor, "人居")[0]
    assert (found.title, found.category, found.issuer, found.issuer_name) == (
        "人居环境台账",
        "form",
        county.code,
        "临溪县",
    )
    assert (found.minutes, found.times, found.own) == (45, 3, True)


def test_suggestions_put_own_before_colleagues_and_beginning_before_middle(actor):
    entered(actor.unit, "环境整治评分表")
    filed = make_return(actor.user, actor.unit, RECENT)
    for title in ("人居环境台账", "人居环境台账", "环境月报"):
        make_entry(filed, title=title)
    found = suggested(actor, "环境")
    assert titles(found) == ["环境月报", "人居环境台账", "环境整治评分表"]
    assert [each.own for each in found] == [True, True, False]


@pytest.mark.parametrize(("cadres", "found"), [(2, 0), (3, 1)])
def test_title_of_fewer_than_three_colleagues_stays_hidden(actor, cadres, found):
    entered(actor.unit, "秘密事项", cadres)
    assert len(suggested(actor, "秘密")) == found


def test_many_rows_of_one_colleague_stay_hidden(actor):
    filed = make_return(make_actor(actor.unit).user, actor.unit, RECENT)
    for _ in range(5):
        make_entry(filed, title="秘密事项")
    assert suggested(actor, "秘密") == []


def test_own_row_does_not_make_up_the_third(actor):
    entered(actor.unit, "秘密事项", 2)
    make_entry(make_return(actor.user, actor.unit, RECENT), title="秘密事项 甲")
    assert titles(suggested(actor, "秘密")) == ["秘密事项 甲"]


def test_issuer_on_which_three_do_not_agree_stays_hidden(actor, county):
    entered(actor.unit, "秘密事项", 2, issuer=county)
    entered(actor.unit, "秘密事项", 1, issuer=actor.unit)
    assert suggested(actor, "秘密") == []


def test_titles_of_another_unit_stay_hidden(actor, county):
    entered(make_unit(county, Level.TOWNSHIP), "秘密事项")
    assert suggested(actor, "秘密") == []


def test_nobody_is_given_titles(actor):
    entered(actor.unit, "秘密事项")
    with as_role("burden_web"):
        assert suggestions(actor, "秘密") == []


@pytest.mark.parametrize("text", ["%", "_", "\\", "\x00", "'", "\ud800"])
def test_signs_of_patterns_are_plain_text(actor, text):
    make_entry(make_return(actor.user, actor.unit, RECENT), title="人居环境台账")
    found = suggested(actor, f"人居{text}环境") if text not in "\x00\ud800" else suggested(actor, text + "别的")
    assert found == []


@pytest.mark.parametrize("count", [1, 3])
def test_suggestions_take_two_queries(actor, count, django_assert_num_queries):
    for number in range(count):
        entered(actor.unit, f"环境{number}")
    act_as(actor.user_id)
    with django_assert_num_queries(2):
        assert len(suggestions(actor, "环境")) == count


# issuers


def test_issuers_are_above_beside_and_own(actor, county):
    office = make_unit(county, Level.DEPARTMENT, name="县农业农村局")
    make_unit(county, Level.TOWNSHIP)
    make_unit(actor.unit, Level.VILLAGE)
    assert {each.name for each in issuers(actor)} == {"柳河镇", "临溪县", "县农业农村局"}
    assert [each.own for each in issuers(actor)] == [True, False, False]
    assert office.code in {each.code for each in issuers(actor)}


def test_issuer_named_most_often_comes_first(actor, county):
    office = make_unit(county, Level.DEPARTMENT)
    make_entry(make_return(actor.user, actor.unit, RECENT), issuer=office)
    assert (issuers(actor)[0].id, issuers(actor)[0].times) == (office.pk, 1)


def test_closed_unit_is_no_longer_offered(actor, county):
    make_unit(county, Level.DEPARTMENT, name="撤了的局", closed_on=dt.date(2024, 1, 1))
    assert "撤了的局" not in {each.name for each in issuers(actor)}


@pytest.mark.parametrize("count", [1, 3])
def test_issuers_take_two_queries(actor, county, count, django_assert_num_queries):
    for _ in range(count):
        make_unit(county, Level.DEPARTMENT)
    with django_assert_num_queries(2):
        issuers(actor)


def test_nameable_units(actor, county):
    office = make_unit(county, Level.DEPARTMENT)
    village = make_unit(actor.unit, Level.VILLAGE)
    sister = make_unit(county, Level.TOWNSHIP)
    foreign = make_unit(make_unit(), Level.DEPARTMENT)
    may, may_not = [actor.unit, county, office, village], [sister, foreign]
    found = nameable(actor, [unit.code for unit in may + may_not] + ["missing"])
    assert found == {unit.code: unit.pk for unit in may}


def test_unit_of_an_old_post_may_still_be_named(actor):
    old = make_unit(make_unit(), Level.TOWNSHIP)
    actor.user.posts.update(valid=(LAST_WEEK.monday, None))
    make_post(old, user=actor.user, until=LAST_WEEK.monday)
    assert nameable(actor, [old.code, old.parent.code]).keys() == {old.code, old.parent.code}


def test_unit_named_before_may_be_named_wherever_it_stands(actor, county):
    office = make_unit(county, Level.DEPARTMENT)
    make_entry(make_return(actor.user, actor.unit), issuer=office)
    office.parent = make_unit()
    office.path = f"{office.parent.path}{office.pk}."
    office.save()
    assert nameable(actor, [office.code]) == {office.code: office.pk}
    assert nameable(make_actor(actor.unit), [office.code]) == {}

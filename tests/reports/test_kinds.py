"""Which kinds say that a demand does not apply: told of many alone, nothing by subtraction; the signal; what an issuer sees."""

from __future__ import annotations

import pytest
from django.utils.timezone import localdate
from hypothesis import given
from hypothesis import strategies as st

from burden.demands.adaptations.queries import held
from burden.kit.clock import DAY, Week
from burden.kit.figures import not_applicable
from burden.units.models import Level
from reports import demand_sums, kinds, rollup
from reports.kinds import MIN_CADRES, MIN_UNITS, Tally, told
from reports.models import KindAnswers
from reports.panels.signals import line
from reports.periods import Span
from reports.signals import recount, uniform
from reports.signals.read import signals
from reports.signals.read import told as told_now
from tests.database import as_role
from tests.factories import (
    LAST_WEEK,
    NOW,
    make_actor,
    make_adaptation,
    make_demand,
    make_entry,
    make_post,
    make_return,
    make_target,
    make_unit,
)

SPAN: Span = (LAST_WEEK.plus(-25).monday, LAST_WEEK.monday)


class Place:
    def __init__(self) -> None:
        self.county = make_unit()
        self.bureau = make_unit(self.county, Level.DEPARTMENT, name="县水利局")
        self.demand = make_demand(self.bureau, title="河长巡河记录", first_on=LAST_WEEK.monday, minutes=30)

    def answer(self, kind: str, units: int, cadres: int, no: int, reason: str = "nothing") -> None:
        """Let so many cadres in each of so many units of a kind answer, `no` of them in each that it does not apply."""
        for _unit in range(units):
            town = make_unit(self.county, Level.TOWNSHIP, kind=kind)
            target = make_target(self.demand, town, LAST_WEEK)
            for number in range(6):  # with fewer returns a unit is hidden
                filed = make_return(make_post(town).user, town)
                if number >= cadres:
                    continue
                said = {"answer": "not_applicable", "reason": reason} if number < no else {"answer": "done"}
                make_entry(filed, target=target, issuer=self.bureau, title=self.demand.title, **said)


@pytest.fixture
def place(db: None) -> Place:
    return Place()


def count() -> list[tuple]:
    rollup.refresh()
    demand_sums.refresh()
    kinds.recount(now=NOW)
    return list(KindAnswers.every.order_by("kind").values_list("kind", "units", "answers", "not_applicable", "reasons"))


def test_kinds_are_counted_apart_with_the_reasons_of_many(place: Place) -> None:
    place.answer("township", 3, 2, 2)
    place.answer("town", 3, 2, 0)
    place.answer("town", 1, 1, 1, "season")
    assert count() == [("town", 4, 7, 1, {}), ("township", 3, 6, 6, {"nothing": 6})]


@pytest.mark.parametrize(("units", "cadres"), [(2, 3), (4, 1)], ids=["two units", "four cadres"])
def test_kind_of_few_is_not_told_and_no_other_gives_it_away(place: Place, units: int, cadres: int) -> None:
    place.answer("township", units, cadres, cadres)
    place.answer("town", 3, 2, 1)
    assert count() == []


def test_unit_that_is_hidden_is_left_out_and_one_more_so_that_nothing_follows(place: Place) -> None:
    place.answer("township", 4, 2, 2)
    town = make_unit(place.county, Level.TOWNSHIP, kind="township")
    filed = make_return(make_post(town).user, town)
    make_entry(filed, target=make_target(place.demand, town, LAST_WEEK), answer="not_applicable")
    assert count() == [("township", 3, 6, 6, {"nothing": 6})]


def test_of_the_kinds_that_may_be_told_the_least_telling_is_left_out(place: Place) -> None:
    place.answer("township", 3, 2, 2)
    place.answer("town", 4, 3, 0)
    place.answer("street", 2, 2, 0)
    assert [row[0] for row in count()] == ["township"]


def tally(units: int, cadres: int, start: int) -> Tally:
    return Tally(cadres=set(range(start, start + cadres)), units=set(range(start, start + units)), answers=cadres)


@given(sizes=st.lists(st.tuples(st.integers(1, 8), st.integers(1, 12)), max_size=5))
def test_what_is_left_untold_is_many_or_nobody(sizes: list[tuple[int, int]]) -> None:
    groups = {str(n): tally(units, cadres, 100 * n) for n, (units, cadres) in enumerate(sizes)}
    kept = set(told(groups))
    assert all(len(groups[kind].cadres) >= MIN_CADRES and len(groups[kind].units) >= MIN_UNITS for kind in kept)
    left = [each for kind, each in groups.items() if kind not in kept]
    cadres, units = sum(len(each.cadres) for each in left), sum(len(each.units) for each in left)
    assert not left or not kept or (cadres >= MIN_CADRES and units >= MIN_UNITS)


def signal(place: Place) -> list:
    count()
    return list(uniform.find(SPAN))


def test_share_of_a_kind_makes_the_signal(place: Place) -> None:
    place.answer("township", 3, 4, 2)
    place.answer("town", 3, 2, 0)
    (found,) = signal(place)
    assert (found.unit_id, found.strength, found.person_min) == (place.bureau.pk, 200, 6 * 30)
    assert (found.evidence["sent"], found.evidence["heavy"]) == (2, ["township"])
    recount.recount(now=NOW)
    reader = make_actor(place.county, "office")
    said = line(told_now(signals(reader, place.county, LAST_WEEK.plus(-8)))[0])
    assert "一起发给 2 类单位" in said.words.title
    assert "乡：3 个单位答了 12 次，6 次“不适用”，占 50.0%" in said.words.points[0]
    assert "本地没有这类情况 6 次" in said.words.points[1]
    assert "季节" in str(said.otherwise)


@pytest.mark.parametrize(
    ("mountains", "towns"), [((3, 4, 1), (3, 2, 0)), ((5, 4, 0), (3, 2, 0)), ((3, 4, 4), None)], ids=str
)
def test_few_no_or_one_kind_alone_make_none(place: Place, mountains: tuple, towns: tuple | None) -> None:
    place.answer("township", *mountains)
    if towns:
        place.answer("town", *towns)
    assert signal(place) == []


def test_issuer_sees_its_own_last_rounds_under_the_same_title(place: Place) -> None:
    place.answer("township", 3, 4, 2)
    place.answer("town", 3, 2, 0)
    count()
    found = not_applicable(issuer_id=place.bureau.pk, title="2026年河长巡河记录")
    assert [(each.kind, each.answers, each.not_applicable) for each in found] == [("township", 12, 6), ("town", 6, 0)]
    assert not_applicable(issuer_id=place.county.pk, title="河长巡河记录") == []
    assert not_applicable(issuer_id=place.bureau.pk, title="") == []


def test_register_form_shows_them_before_the_next_round(place: Place, client) -> None:
    place.answer("township", 3, 4, 2)
    place.answer("town", 3, 2, 0)
    count()
    client.force_login(make_actor(place.bureau, "issuer").user)
    draft = make_demand(place.bureau, state="draft", title="河长巡河记录")
    page = client.get(f"/demands/{draft.pk}/edit/").content.decode()
    assert "上几轮谁说不适用" in page
    assert "50.0%" in page
    other = make_demand(place.bureau, state="draft", title="别的表")
    assert "上几轮谁说不适用" not in client.get(f"/demands/{other.pk}/edit/").content.decode()


def test_worker_counts_and_web_only_reads(place: Place) -> None:
    place.answer("township", 3, 4, 2)
    rollup.refresh()
    demand_sums.refresh()
    with as_role("burden_worker"):
        assert kinds.recount(now=NOW) == 1
    with as_role("burden_web"):
        assert KindAnswers.every.count() == 1


def test_signal_cites_the_adaptation_that_covers_it(place: Place, client) -> None:
    place.answer("township", 3, 4, 2)
    place.answer("town", 3, 2, 0)
    count()
    recount.recount(now=NOW)
    town = make_unit(place.county, Level.TOWNSHIP)
    today = localdate()
    facts = {"area": place.county, "from_week": Week.on(today).monday, "until": today + 30 * DAY}
    one = make_adaptation(town, place.demand, state="approved", **facts)
    make_adaptation(town, make_demand(place.bureau, title="别的表"), state="approved", **facts)
    reader = make_actor(place.county, "office")
    (found,) = told_now(signals(reader, place.county, LAST_WEEK.plus(-8)))
    assert list(line(found, held=held(reader, today)).adaptations) == [one]
    client.force_login(reader.user)
    page = client.get(f"/reports/{place.county.code}/signals/?weeks=26").content.decode()
    assert f"/adaptations/{one.pk}/" in page

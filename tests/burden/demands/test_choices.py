"""What the register page offers, and names turned into codes."""

from __future__ import annotations

import pytest

from burden.accounts.actor import Actor
from burden.demands.choices import choices_of, codes_of, names_of
from burden.standards.models import DutyItem, PlanItem
from burden.units.models import Unit
from tests.factories import make_actor, make_unit


@pytest.fixture
def county(db) -> Unit:
    return make_unit()


@pytest.fixture
def towns(county) -> list[Unit]:
    kinds = ({"kind": "town", "traits": ["山区"]}, {"kind": "street"}, {"kind": "town"})
    towns = [make_unit(county, "township", name=f"乡镇{number}", **facts) for number, facts in enumerate(kinds)]
    for town in towns:
        make_unit(town, "village", name="青石村")
    return towns


@pytest.fixture
def issuer(county, towns) -> Actor:
    make_unit(county, "department", name="县林业局")
    make_unit()  # another county
    return make_actor(make_unit(county, "department", name="县农业农村局"), "issuer")


def offered(actor: Actor):
    return choices_of(actor, actor.unit, 2026)


def test_department_may_ask_its_whole_county(issuer, towns):
    found = offered(issuer)
    assert found.levels == [("township", "乡镇 3"), ("village", "村社区 3"), ("department", "部门 1")]
    assert found.kinds == [("town", "镇 2"), ("street", "街道 1"), ("village", "村 3")]
    assert found.traits == [("山区", "山区")]
    assert found.under == [(town.code, town.name) for town in sorted(towns, key=lambda town: town.code)]
    assert [name for _code, name in found.departments] == ["县农业农村局", "县林业局"]


def test_township_may_ask_its_own_villages(issuer, towns):
    found = offered(make_actor(towns[0], "issuer"))
    assert found.levels == [("village", "村社区 1")]
    assert [name for _code, name in found.under] == ["青石村"]
    assert found.departments == [(towns[0].code, towns[0].name)]


def test_closed_units_are_not_offered(issuer, towns):
    towns[0].closed_on = "2026-01-05"
    towns[0].save()
    assert offered(issuer).levels[0] == ("township", "乡镇 2")


def test_lists_are_the_countys_and_the_issuers(issuer, county):
    DutyItem.objects.create(county=county, code="B-1", title="农村人居环境整治", kind="basic", citation="清单")
    PlanItem.objects.create(issuer=issuer.unit, year=2026, category="meeting", title="半年推进会")
    PlanItem.objects.create(issuer=issuer.unit, year=2025, category="meeting", title="去年的会")
    found = offered(issuer)
    assert found.duties == [("B-1", "基本履职 B-1 农村人居环境整治")]
    assert [label for _id, label in found.plans] == ["会议 半年推进会"]


def test_names_places_and_codes_are_found(issuer, towns):
    village = Unit.every.get(name="青石村", parent=towns[0])
    found = codes_of(issuer.unit, ["乡镇1", towns[2].code, "乡镇0青石村", "青石村", "火星镇"])
    assert found["乡镇1"] == [towns[1].code]
    assert found[towns[2].code] == [towns[2].code]
    assert found["乡镇0青石村"] == [village.code]
    assert len(found["青石村"]) == 3
    assert "火星镇" not in found
    assert names_of(issuer.unit, [village.code, towns[1].code]) == ["乡镇0青石村", "乡镇1"]
    assert names_of(issuer.unit, []) == []

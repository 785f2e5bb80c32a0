"""Who a demand goes to: choices, remits, and what is refused."""

from __future__ import annotations

import pytest
from django.http import Http404

from burden.demands.receivers import Receivers, read, receiving_ids, stored, units_of
from burden.kit.errors import Refused
from burden.units.models import Unit
from tests.factories import make_unit


@pytest.fixture
def tree(db) -> dict[str, Unit]:
    county = make_unit(make_unit(level="city"))
    town = make_unit(county, "township", traits=["山区"])
    street = make_unit(county, "township", kind="street")
    return {
        "county": county,
        "bureau": make_unit(county, "department"),
        "other": make_unit(county, "department"),
        "town": town,
        "street": street,
        "village": make_unit(town, "village", traits=["山区", "边境"]),
        "community": make_unit(street, "village", kind="community"),
        "closed": make_unit(county, "township", closed_on="2026-01-05"),
        "foreign": make_unit(make_unit(level="county"), "township"),
    }


def names(tree, issuer, **chosen) -> set[str]:
    found = set(units_of(tree[issuer], Receivers(**chosen)))
    return {name for name, unit in tree.items() if unit in found}


@pytest.mark.parametrize(
    ("issuer", "chosen", "expected"),
    [
        ("bureau", {"levels": ("township",)}, {"town", "street"}),
        ("bureau", {"levels": ("township", "village")}, {"town", "street", "village", "community"}),
        ("bureau", {"levels": ("township",), "kinds": ("town",)}, {"town"}),
        ("bureau", {"traits": ("山区",)}, {"town", "village"}),
        ("bureau", {"traits": ("边境", "库区")}, {"village"}),
        ("bureau", {"levels": ("department",)}, {"other"}),
        ("bureau", {}, set()),
        ("county", {"levels": ("township",)}, {"town", "street"}),
        ("town", {"levels": ("township", "village")}, {"village"}),
        ("village", {"levels": ("village",)}, set()),
    ],
)
def test_receivers_are_what_was_chosen(tree, issuer, chosen, expected):
    assert names(tree, issuer, **chosen) == expected


def test_subtree_does_not_hold_its_top(tree):
    assert names(tree, "bureau", under=tree["town"].code) == {"village"}


def test_list_alone_is_the_list(tree):
    assert names(tree, "bureau", units=(tree["street"].code, tree["other"].code)) == {"street", "other"}


def test_list_joins_what_was_chosen(tree):
    assert names(tree, "bureau", kinds=("town",), units=(tree["community"].code,)) == {"town", "community"}


def test_body_is_read_back(tree):
    given = {"levels": ["township"], "kinds": [], "traits": ["山区"], "under": tree["town"].code, "units": []}
    assert read(given, tree["bureau"]).body() == given


def test_foreign_code_is_as_absent_as_a_missing_one(tree):
    for code in (tree["foreign"].code, "000000000000"):
        for chosen in ({"units": [code]}, {"under": code}):
            with pytest.raises(Http404):
                read(chosen, tree["bureau"])


def test_township_reaches_its_villages_alone(tree):
    assert read({"units": [tree["village"].code]}, tree["town"]).units == (tree["village"].code,)
    with pytest.raises(Http404):
        read({"units": [tree["community"].code]}, tree["town"])


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"levels": ["village", "moon"]}, "receivers.levels"),
        ({"levels": "township"}, "receivers.levels"),
        ({"everybody": True}, "receivers.everybody"),
        ({"traits": ["山" * 21]}, "receivers.traits"),
        ({"units": [7]}, "receivers.units"),
        ({"units": [str(n) for n in range(5_001)]}, "receivers.units"),
        ([], "receivers"),
    ],
)
def test_what_cannot_be_read_names_its_field(tree, given, field):
    with pytest.raises(Refused, check=lambda error: list(error.errors) == [field]):
        read(given, tree["bureau"])


def test_nobody_is_refused(tree):
    for chosen in (Receivers(), Receivers(kinds=("township",))):
        with pytest.raises(Refused, check=lambda error: error.code == "demand.no_receivers"):
            receiving_ids(tree["bureau"], chosen)


def test_department_without_a_unit_above_reaches_nobody(db):
    assert not units_of(make_unit(level="department"), Receivers(levels=("township",))).exists()


def test_unit_that_left_the_remit_receives_nothing_and_refuses_nobody(tree):
    bureau, gone = tree["bureau"], tree["foreign"]
    assert not units_of(bureau, stored({"levels": ["township"], "under": gone.code})).exists()
    assert list(units_of(bureau, stored({"units": [gone.code, tree["town"].code]}))) == [tree["town"]]

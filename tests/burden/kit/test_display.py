"""Display modes come from cookies, and only known ones count."""

from types import SimpleNamespace

import pytest
from django.utils import translation

from burden.kit.display import brand, display, modes


def test_modes_without_cookies_are_unset():
    assert modes({}) == {"size": "", "contrast": ""}


@pytest.mark.parametrize(
    ("cookies", "expected"),
    [
        ({"size": "big"}, {"size": "big", "contrast": ""}),
        ({"size": "normal", "contrast": "more"}, {"size": "normal", "contrast": "more"}),
        ({"contrast": "normal"}, {"size": "", "contrast": "normal"}),
        ({"size": '"><script>', "contrast": "big"}, {"size": "", "contrast": ""}),
    ],
)
def test_modes_with_cookies_keep_known_values(cookies, expected):
    assert modes(cookies) == expected


def test_brand_in_english_is_translated(settings):
    settings.PORTAL_NAME = "基层减负平台"
    with translation.override("en"):
        assert brand() == "Grassroots Burden Monitor"


def test_brand_of_ones_own_is_kept(settings):
    settings.PORTAL_NAME = "甲县减负台"
    with translation.override("en"):
        assert brand() == "甲县减负台"


def test_display_gives_templates_modes_and_name(rf, settings):
    settings.PORTAL_NAME = "甲县减负台"
    request = rf.get("/")
    request.COOKIES["size"] = "big"
    assert display(request) == {"display": {"size": "big", "contrast": ""}, "brand": "甲县减负台"}


def test_brand_above_counties_is_not_a_countys(rf, settings):
    settings.PORTAL_NAME, settings.PORTAL_NAME_ABOVE = "甲县减负台", "基层减负平台"
    for level, name in (("province", "基层减负平台"), ("city", "基层减负平台"), ("county", "甲县减负台")):
        request = rf.get("/")
        request.actor = SimpleNamespace(unit=SimpleNamespace(level=level))
        assert display(request)["brand"] == name
    settings.PORTAL_NAME_ABOVE = ""
    assert brand("province") == "甲县减负台"

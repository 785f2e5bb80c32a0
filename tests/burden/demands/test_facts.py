"""What each category asks, and what it costs when its issuer gives no numbers."""

from __future__ import annotations

import pytest

from burden.demands.facts import FACTS, defaults, read
from burden.kit.errors import Refused
from burden.standards.measure import Cost
from burden.standards.models import Category


def test_every_category_asks_something_under_names_of_its_own():
    assert set(FACTS) == set(Category)
    for asked in FACTS.values():
        names = [fact.name for fact in asked]
        assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("category", "given"),
    [
        (
            "meeting",
            {"video": True, "speech_minutes": 50, "convener_rank": "deputy", "approved_by": "县委书记 11月20日"},
        ),
        ("document", {"characters": 4_000, "asks_report": False}),
        ("form", {"asks_photos": True}),
        ("inspection", {"on_site": True, "emergency": False}),
        ("other", {"seconded_days": 5}),
    ],
)
def test_facts_are_read_as_given(category, given):
    assert read(category, given) == given


def test_empty_facts_are_absent():
    assert read("meeting", {"speech_minutes": None, "approved_by": "", "video": False}) == {"video": False}


@pytest.mark.parametrize(
    ("category", "given", "field"),
    [
        ("meeting", {"characters": 5}, "facts.characters"),
        ("meeting", {"speech_minutes": -1}, "facts.speech_minutes"),
        ("meeting", {"speech_minutes": "60"}, "facts.speech_minutes"),
        ("meeting", {"convener_rank": "king"}, "facts.convener_rank"),
        ("meeting", {"approved_by": "长" * 101}, "facts.approved_by"),
        ("document", {"characters": 1_000_001}, "facts.characters"),
        ("form", {"asks_photos": 1}, "facts.asks_photos"),
        ("form", [], "facts"),
    ],
)
def test_wrong_fact_is_named(category, given, field):
    with pytest.raises(Refused, check=lambda error: list(error.errors) == [field]):
        read(category, given)


@pytest.mark.parametrize(
    ("category", "subkind", "facts", "cost"),
    [
        ("meeting", "", {}, Cost(1, 60)),
        ("meeting", "", {"materials": True}, Cost(1, 60, 0, 60)),
        ("document", "", {}, Cost(1, 14, 0, 5)),
        ("document", "", {"characters": 3_001}, Cost(1, 11, 0, 5)),
        ("form", "", {}, Cost(1, 27)),
        ("form", "simple", {}, Cost(1, 7)),
        ("inspection", "", {}, Cost(2, 120, 0, 120)),
        ("inspection", "", {"materials": False}, Cost(2, 120)),
        ("other", "secondment", {"seconded_days": 5}, Cost(1, 2_400)),
        ("other", "secondment", {}, Cost(1, 480)),
        ("other", "digital", {}, Cost(1, 0)),
    ],
)
def test_default_follows_tariff_and_facts(db, category, subkind, facts, cost):
    assert defaults(category, subkind, facts) == cost

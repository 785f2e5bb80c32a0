"""Which rules an issuer's demands may violate, counted demand by demand."""

import pytest

from burden.demands.hits import rule_hits
from burden.demands.models import Demand
from burden.kit.clock import DAY
from burden.standards.models import Rule
from tests.factories import LAST_WEEK, NOW, make_actor, make_demand, make_unit


@pytest.fixture
def issuer(db):
    county = make_unit()
    make_unit(county, "township")
    return make_actor(make_unit(county, "department"), "issuer")


def meet(issuer, speech: int = 30, **facts) -> Demand:
    facts = {"receivers": {"levels": ["township"]}, "first_on": LAST_WEEK.sunday} | facts
    return make_demand(issuer.unit, category="meeting", facts={"speech_minutes": speech}, **facts)


def hits(issuer, *demands: Demand) -> dict[str, int]:
    return {hit.rule.code: hit.demands for hit in rule_hits(issuer, issuer.unit, [each.pk for each in demands])}


def test_each_demand_counts_once_under_each_rule_it_may_violate(issuer):
    found = hits(issuer, meet(issuer, 61), meet(issuer, 90), meet(issuer, 30))
    assert found["MTG-SPEECH"] == 2
    assert found["MTG-DIRECT"] == 3


def test_rule_that_is_off_or_a_demand_of_another_counts_nothing(issuer):
    other = make_demand(make_unit(issuer.unit.parent, "department"), category="meeting", facts={"speech_minutes": 90})
    Rule.objects.exclude(code="MTG-SPEECH").update(active=False)
    assert hits(issuer, meet(issuer, 30), other) == {}
    Rule.objects.update(active=False)
    assert hits(issuer, meet(issuer, 90)) == {}


def test_what_was_hit_before_keeps_citing_the_version_of_then(issuer):
    facts = {
        "regulation": "临溪县会议管理办法",
        "article": "2",
        "text_verified": True,
        "active": True,
        "strength": "hard",
    }
    told = {"category": "meeting", "check_name": "duration", "metric": "main_speech_minutes", "operator": "<="}
    later, county = NOW.date() + DAY, issuer.unit.parent
    Rule.objects.create(code="MTG-SPEECH", scope=county, version=2, valid_from=later, threshold="30", **facts, **told)
    before, after = meet(issuer, 61), meet(issuer, 61, issued_at=NOW + DAY)
    strict = meet(issuer, 45, issued_at=NOW + DAY)
    found = rule_hits(issuer, issuer.unit, [before.pk, after.pk, strict.pk])
    cited = {(hit.rule.version, hit.citation): hit.demands for hit in found if hit.rule.code == "MTG-SPEECH"}
    assert cited == {(1, "《若干规定2024》第 6 条"): 1, (2, "《临溪县会议管理办法》第 2 条"): 2}


def test_one_and_three_demands_take_the_same_queries(issuer, django_assert_num_queries):
    demands = [meet(issuer, 90) for _ in range(3)]
    assert issuer.neighbourhood  # asked once
    for given in (demands[:1], demands):
        with django_assert_num_queries(4):
            hits(issuer, *given)

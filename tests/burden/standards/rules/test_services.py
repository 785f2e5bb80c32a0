"""What office does with rules: versions, confirmation, the switch, and what is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import Http404

from burden.kit.clock import day_of
from burden.kit.errors import Conflict, Refused
from burden.ledger.models import AuditEvent
from burden.standards.models import Rule
from burden.standards.rules import queries, services
from burden.standards.rules.book import rulebook
from tests.factories import NOW, make_actor, make_unit

TODAY = day_of(NOW)
SAID = {
    "regulation": "临溪县报表管理办法", "article": "3", "title_zh": "会议不超过两小时", "title_en": "Meetings of two hours at most",
    "strength": "soft", "threshold": "120", "valid_from": TODAY, "valid_until": None, "note": "", "reason": "县里定的",
}  # fmt: skip


@pytest.fixture
def office(db):
    return make_actor(make_unit(), "office")


def known(office, code="MTG-LENGTH"):
    return queries.rule(office, code).newest


def change(office, code="MTG-LENGTH", **said):
    return services.change_rule(by=office, rule=known(office, code), now=NOW, **(SAID | said))


def switch(office, on, code="MTG-LENGTH"):
    return services.switch_rule(by=office, rule=known(office, code), on=on, now=NOW)


def test_change_is_a_new_version_of_the_own_county_from_its_day_on(office):
    made = change(office, valid_from=TODAY + dt.timedelta(days=7))
    book, path = rulebook(), office.unit.path
    assert (made.version, made.scope, made.active, made.by_name) == (2, office.unit, True, office.name)
    assert book.of("MTG-LENGTH", TODAY, path).threshold == "240"
    assert book.of("MTG-LENGTH", made.valid_from, path).threshold == "120"
    assert book.of("MTG-LENGTH", made.valid_from, make_unit().path).threshold == "240"
    assert AuditEvent.objects.get(what="rule.changed").detail == {"code": "MTG-LENGTH", "version": 2, "value": 1}
    assert change(office, threshold="90").version == 3


def test_local_rule_looks_as_a_known_one_and_begins_switched_off(office):
    made = services.add_rule(by=office, base=known(office), now=NOW, **SAID)
    assert (made.check_name, made.metric, made.base, made.active) == ("duration", "minutes", "MTG-LENGTH", False)
    assert made.code.startswith(f"L{office.unit.code[:6]}-01")
    assert services.add_rule(by=office, base=made, now=NOW, **SAID).code.endswith("-02")
    assert switch(office, True, made.code).active
    with pytest.raises(Http404):
        queries.rule(make_actor(make_unit(), "office"), made.code)


def test_unread_text_is_confirmed_before_the_rule_is_switched_on(office):
    with pytest.raises(Refused, match="还没有核对原文") as refused:
        switch(office, True, "INS-TRACE")
    assert refused.value.code == "rule.unverified"
    services.confirm_rule(by=office, rule=known(office, "INS-TRACE"), reason="县委办存档件", now=NOW)
    assert not known(office, "INS-TRACE").active
    assert switch(office, True, "INS-TRACE").active
    with pytest.raises(Conflict, match="已经核对过"):
        services.confirm_rule(by=office, rule=known(office, "INS-TRACE"), reason="再看", now=NOW)


def test_rule_without_a_bound_is_not_switched_on(office):
    services.confirm_rule(by=office, rule=known(office, "INS-MONTHLY"), reason="县委办存档件", now=NOW)
    with pytest.raises(Refused, match="还没有界限，填了界限才能打开") as refused:
        switch(office, True, "INS-MONTHLY")
    assert refused.value.code == "rule.no_threshold"
    assert not known(office, "INS-MONTHLY").active
    change(office, "INS-MONTHLY", threshold="4")
    assert switch(office, True, "INS-MONTHLY").active
    with pytest.raises(Refused, match="还没有界限"):
        change(office, "INS-MONTHLY", threshold="")


def test_switching_off_holds_in_the_own_county_alone(office):
    switch(office, False)
    assert rulebook().of("MTG-LENGTH", TODAY, office.unit.path) is None
    assert rulebook().of("MTG-LENGTH", TODAY, make_unit().path).version == 1
    with pytest.raises(Conflict, match="本来就关着"):
        switch(office, False)
    count = Rule.objects.count()
    assert switch(office, True).active
    assert Rule.objects.count() == count  # the switch alone makes no version where there is one of its own


@pytest.mark.parametrize(
    "said", [{"threshold": "90"}, {"strength": "soft"}, {"valid_until": TODAY}, {"threshold": ""}], ids=str
)
def test_hard_rule_from_above_is_not_made_looser(office, said):
    with pytest.raises(Refused, match="可以改严") as refused:
        change(office, "MTG-SPEECH", **({"strength": "hard", "threshold": "45"} | said))
    assert refused.value.code in ("rule.above", "rule.no_threshold")


def test_hard_rule_from_above_may_be_made_stricter_and_not_switched_off(office):
    with pytest.raises(Refused, match="不能关"):
        switch(office, False, "MTG-SPEECH")
    assert change(office, "MTG-SPEECH", strength="hard", threshold="45").threshold == "45"
    with pytest.raises(Refused, match="可以改严"):
        change(office, "MTG-SPEECH", strength="hard", threshold="90")
    with pytest.raises(Refused, match="不能关"):
        switch(office, False, "MTG-SPEECH")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"valid_from": TODAY - dt.timedelta(days=1)}, "valid_from"),
        ({"valid_until": TODAY - dt.timedelta(days=1)}, "valid_until"),
        ({"threshold": "很长"}, "threshold"),
        ({"threshold": "-1"}, "threshold"),
        ({"threshold": "nan"}, "threshold"),
        ({"title_zh": ""}, "title_zh"),
        ({"reason": " "}, "reason"),
        ({"regulation": "长" * 101}, "regulation"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(office, said, field):
    count = Rule.objects.count()
    with pytest.raises(Refused) as refused:
        change(office, **said)
    assert list(refused.value.errors) == [field]
    assert Rule.objects.count() == count


def test_only_informal_channels_that_are_known_are_chosen(office):
    assert change(office, "DOC-CHANNEL", threshold="note|group").threshold == "note|group"
    with pytest.raises(Refused, match="只能从"):
        change(office, "DOC-CHANNEL", threshold="formal")


def test_version_that_somebody_else_replaced_is_not_changed(office):
    seen = known(office)
    change(office)
    for act in (
        lambda: services.change_rule(by=office, rule=seen, now=NOW, **SAID),
        lambda: services.switch_rule(by=office, rule=seen, on=False, now=NOW),
        lambda: services.confirm_rule(by=office, rule=seen, reason="看过", now=NOW),
    ):
        with pytest.raises(Conflict, match="别处改过"):
            act()


@pytest.mark.parametrize("role", ["lead", "issuer", "reviewer", "observer"])
def test_only_office_writes_rules(db, role):
    actor = make_actor(make_unit(), role)
    with pytest.raises(Refused, match="机制办"):
        change(actor)
    with pytest.raises(Refused, match="机制办"):
        switch(actor, False)

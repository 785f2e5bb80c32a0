"""Bulletins from draft to published: every transition, two people, two editors, figures that stay."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from burden.accounts.actor import Actor
from burden.kit.clock import Week
from burden.kit.errors import Conflict, Refused
from burden.ledger.models import AuditEvent
from burden.oversight import services
from burden.oversight.models import Bulletin, State
from burden.oversight.queries import bulletin, bulletins, later_edition, taken
from tests.factories import NOW, make_actor, make_bulletin, make_unit

WEEKS = (Week(dt.date(2026, 9, 28)), Week(dt.date(2026, 10, 26)))
BLOCK = {"key": "lead", "heading": "", "text": "每人{{per_head}}小时。", "tables": []}
FIGURES = {"values": {"per_head": "12.5"}, "names": {"per_head": "每人每周小时"}, "tables": {}, "note": ""}
LATER = FIGURES | {"values": {"per_head": "13.1"}}


@pytest.fixture
def county(db):
    return make_unit()


@pytest.fixture
def office(county) -> Actor:
    return make_actor(county, "office")


@pytest.fixture
def reviewer(county) -> Actor:
    return make_actor(county, "reviewer")


def refusal(code: str):
    return pytest.raises(Refused, check=lambda error: error.code == code)


def draft(office: Actor, **facts) -> Bulletin:
    facts = {
        "unit": office.unit, "form": "notice", "kind": "month", "weeks": WEEKS, "words": {"title": "通报", "organ": "办"},
        "blocks": [BLOCK], "figures": FIGURES, "figures_at": NOW, "now": NOW,
    } | facts  # fmt: skip
    return services.draft_bulletin(by=office, **facts)


def edit(office: Actor, found: Bulletin, **facts) -> Bulletin:
    facts = {
        "base_version": found.version, "title": "通报", "organ": "办", "number": found.number,
        "words": {"lead": ["全县每人", "个小时。"]}, "reason": "一个数读错了", "now": NOW,
    } | facts  # fmt: skip
    return services.edit_bulletin(by=office, bulletin=found, **facts)


STEPS = {
    "edit": edit,
    "refresh": lambda by, found: services.refresh_bulletin(
        by=by, bulletin=found, figures=LATER, figures_at=NOW, now=NOW
    ),
    "check": lambda by, found: services.check_bulletin(by=by, bulletin=found, base_version=found.version, now=NOW),
    "return": lambda by, found: services.return_bulletin(by=by, bulletin=found, now=NOW),
    "publish": lambda by, found: services.publish_bulletin(by=by, bulletin=found, base_version=found.version, now=NOW),
    "correct": lambda by, found: services.correct_bulletin(
        by=by, bulletin=found, reason="一个数读错了", figures=LATER, figures_at=NOW, now=NOW
    ),
    "delete": lambda by, found: services.delete_bulletin(by=by, bulletin=found, base_version=found.version, now=NOW),
}
LEADS = {
    ("edit", "draft"): "draft",
    ("refresh", "draft"): "draft",
    ("check", "draft"): "checked",
    ("return", "checked"): "draft",
    ("publish", "checked"): "published",
    ("correct", "published"): "draft",  # of another edition
    ("delete", "draft"): "",
}


@pytest.mark.parametrize(("step", "state"), [*product(STEPS, State.values)])
def test_step_leads_where_it_should_or_is_refused(office, county, step, state):
    found, events = make_bulletin(county, state), AuditEvent.objects.count()
    if (step, state) in LEADS:
        led = STEPS[step](office, found)
        assert (led.state if led else "") == LEADS[step, state]
        assert Bulletin.every.filter(pk=found.pk).exists() == (step != "delete")
        assert AuditEvent.objects.count() == events + 1
        return
    with refusal("bulletin.state"):
        STEPS[step](office, found)
    found.refresh_from_db()
    assert (found.state, AuditEvent.objects.count()) == (state, events)


@pytest.mark.parametrize("step", [step for step, _state in LEADS if LEADS[step, _state] not in ("draft",)])
def test_step_taken_twice_is_refused(office, county, step):
    """Two windows with the same sheet: the second finds that it is done, and nothing is recorded."""
    found = make_bulletin(county, next(state for name, state in LEADS if name == step))
    STEPS[step](office, found)
    events = AuditEvent.objects.count()
    with pytest.raises((Refused, Bulletin.DoesNotExist)):
        STEPS[step](office, found)
    assert AuditEvent.objects.count() == events


@pytest.mark.parametrize("step", STEPS)
def test_step_on_a_bulletin_out_of_scope_is_refused(county, step):
    stranger, state = make_actor(make_unit(), "office"), next(state for name, state in LEADS if name == step)
    with pytest.raises(Bulletin.DoesNotExist):
        STEPS[step](stranger, make_bulletin(county, state))


def test_numbers_follow_in_a_year(office):
    first, brief = draft(office), draft(office, form="brief")
    second = draft(office, weeks=(Week(dt.date(2026, 8, 31)), Week(dt.date(2026, 9, 21))))
    assert [first.number, second.number, brief.number] == [1, 2, 1]
    assert draft(office, kind="year", weeks=(Week(dt.date(2024, 12, 30)), Week(dt.date(2025, 12, 22)))).number == 1


def test_same_period_twice_is_refused(office):
    draft(office)
    with refusal("bulletin.exists"):
        draft(office)


def test_period_that_is_not_over_is_refused(office):
    with refusal("bulletin.running"):
        draft(office, weeks=(Week(dt.date(2026, 11, 2)), Week(dt.date(2026, 11, 23))))


def test_own_words_are_checked_by_another(office, reviewer):
    found = draft(office)
    with refusal("bulletin.own"):
        STEPS["check"](office, found)
    assert STEPS["check"](reviewer, found).checked_by == reviewer.user


def test_what_was_changed_since_one_looked_is_not_published(office, reviewer):
    """Checked, returned, changed and checked again, while the first sheet lay open."""
    seen = STEPS["check"](reviewer, draft(office))
    changed = edit(office, STEPS["return"](reviewer, seen))
    STEPS["check"](reviewer, changed)
    with refusal("version_conflict"):
        STEPS["publish"](office, seen)


def test_who_drafted_may_check_what_another_changed(office, county):
    other = make_actor(county, "office")
    found = edit(other, draft(office))
    with refusal("bulletin.own"):
        STEPS["check"](other, found)
    assert STEPS["check"](office, found).state == State.CHECKED


def test_database_refuses_an_own_check(county):
    found = make_bulletin(county)
    found.state, found.checked_by, found.checked_at = State.CHECKED, found.changed_by, NOW
    with pytest.raises(IntegrityError, match="bulletin_checked_by_another"), transaction.atomic():
        found.save()


def test_check_is_of_what_was_seen(office, reviewer):
    seen = draft(office)
    edit(office, seen)
    with refusal("version_conflict"):
        services.check_bulletin(by=reviewer, bulletin=seen, base_version=seen.version, now=NOW)


def test_edit_changes_words_and_no_figure(office):
    found = edit(office, draft(office))
    assert found.blocks[0]["text"] == "全县每人{{per_head}}个小时。"
    assert (found.version, found.figures) == (2, FIGURES)


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("bulletin.figures", {"words": {"lead": ["一句话"]}}),
        ("bulletin.figures", {"words": {"lead": ["每人{{total}}", "小时"]}}),
        ("bulletin.long", {"words": {"lead": ["长" * 3001, ""]}}),
        ("bulletin.title", {"title": " \n"}),
        ("bulletin.title", {"title": "题" * 101}),
        ("bulletin.organ", {"organ": ""}),
        ("bulletin.number", {"number": 0}),
        ("bulletin.number", {"number": 1000}),
    ],
)
def test_bad_words_are_refused_and_nothing_is_kept(office, code, facts):
    found = draft(office)
    with refusal(code):
        edit(office, found, **facts)
    kept = bulletin(office, found.pk)
    assert (kept.blocks, kept.version, kept.title) == ([BLOCK], 1, "通报")


def test_number_of_another_is_refused(office):
    draft(office)
    second = draft(office, weeks=(Week(dt.date(2026, 8, 31)), Week(dt.date(2026, 9, 21))))
    with refusal("bulletin.number_taken"):
        edit(office, second, number=1)
    assert edit(office, second, number=7).number == 7


def test_two_editors_conflict_with_what_is_stored(office):
    found = draft(office)
    edit(office, found)
    with pytest.raises(Conflict) as caught:
        edit(office, found, base_version=1, words={"lead": ["另一句", "。"]})
    assert caught.value.code == "version_conflict"
    assert caught.value.both["stored"][0]["text"] == "全县每人{{per_head}}个小时。"


def test_refreshed_draft_keeps_words(office):
    found = STEPS["refresh"](office, edit(office, draft(office)))
    assert found.figures["values"] == {"per_head": "13.1"}
    assert found.blocks[0]["text"] == "全县每人{{per_head}}个小时。"
    with refusal("bulletin.figures"):
        services.refresh_bulletin(by=office, bulletin=found, figures=FIGURES | {"values": {}}, figures_at=NOW, now=NOW)


def test_database_keeps_what_is_published(county):
    found = make_bulletin(county, "published")
    found.title = "另一个题"
    with pytest.raises(DatabaseError, match="is published"), transaction.atomic():
        found.save()


def test_deleted_draft_frees_its_period_and_number(office):
    first = draft(office)
    number = first.number
    STEPS["delete"](office, first)
    assert draft(office).number == number
    assert AuditEvent.objects.filter(what="bulletin.deleted").count() == 1


def test_draft_that_was_changed_since_is_not_deleted(office):
    seen = draft(office)
    edit(office, seen)
    with refusal("version_conflict"):
        STEPS["delete"](office, seen)
    assert bulletin(office, seen.pk)


def test_deleted_correction_may_be_begun_again(office, county):
    first = make_bulletin(county, "published")
    STEPS["delete"](office, STEPS["correct"](office, first))
    assert STEPS["correct"](office, first).edition == 1


@pytest.mark.parametrize("state", ["checked", "published"])
def test_database_deletes_drafts_alone(county, state):
    found = make_bulletin(county, state)
    with pytest.raises(DatabaseError, match="is no draft"), transaction.atomic():
        found.delete()


def test_correction_is_an_edition_with_the_same_number(office, reviewer):
    first = STEPS["publish"](office, STEPS["check"](reviewer, draft(office)))
    second = STEPS["correct"](office, first)
    assert (second.number, second.edition, second.corrects) == (first.number, 1, first)
    assert second.figures["values"] == {"per_head": "13.1"}
    second = edit(office, second, number=9)
    assert second.number == first.number
    with refusal("bulletin.exists"):
        STEPS["correct"](office, first)
    observer = make_actor(office.unit, "observer")
    assert (later_edition(observer, first), taken(office, first)) == (None, True)
    STEPS["publish"](office, STEPS["check"](reviewer, second))
    assert later_edition(observer, first).pk == second.pk


def test_drafts_are_seen_by_those_who_write_and_check(office, reviewer, county):
    shown, drafted = make_bulletin(county, "published"), make_bulletin(county, kind="quarter")
    for role in ("observer", "lead", "issuer"):
        assert [found.pk for found in bulletins(make_actor(county, role))] == [shown.pk]
    for actor in (office, reviewer):
        assert {found.pk for found in bulletins(actor)} == {shown.pk, drafted.pk}
    town = make_unit(county, "township")
    for stranger in (make_actor(town, "office"), make_actor(make_unit(), "office")):
        assert not bulletins(stranger)


def test_role_over_another_unit_is_not_enough(county):
    town = make_unit(county, "township")
    both = make_actor(town, "office", make_actor(county, "observer").user)
    found = make_bulletin(county, "published")
    assert bulletin(both, found.pk)
    assert bulletin(both, found.pk, "office") is None


@pytest.mark.parametrize("reason", ["", " \n", "错" * 201])
def test_correction_that_does_not_say_what_was_wrong_is_refused(office, county, reason):
    published = make_bulletin(county, "published")
    with refusal("bulletin.reason"):
        services.correct_bulletin(by=office, bulletin=published, reason=reason, figures=LATER, figures_at=NOW, now=NOW)
    assert Bulletin.every.count() == 1
    begun = STEPS["correct"](office, published)
    assert begun.reason == "一个数读错了"
    with refusal("bulletin.reason"):
        edit(office, begun, reason=reason)
    assert edit(office, begun, reason="漏了一个镇。").reason == "漏了一个镇"

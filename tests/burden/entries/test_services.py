"""Filing a week: replacement, versions, keys, lateness, units, races."""

from __future__ import annotations

import datetime as dt
import re
import socket
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from burden.accounts.actor import Actor
from burden.entries.models import Entry, FilingTime, Submission, WeeklyReturn
from burden.entries.queries import week_sheet
from burden.entries.services import _body, _digest, new_receipt
from burden.kit.clock import Week
from burden.kit.db import act_as
from burden.kit.errors import Conflict, Refused
from burden.ledger.models import AuditEvent, StaleMark
from burden.standards.measure import Cost, answered_minutes
from burden.standards.models import Evidence
from tests.database import as_role, in_threads
from tests.factories import (
    LAST_WEEK,
    LONG_AGO,
    NOW,
    THIS_WEEK,
    make_actor,
    make_draft,
    make_filing,
    make_post,
    make_unit,
)

KEY = UUID("6f1c8a52-5a55-4bd1-9d8e-000000000001")
LATE = dt.datetime.combine(
    LAST_WEEK.open_until + dt.timedelta(days=1), dt.time(0, 30), dt.timezone(dt.timedelta(hours=8))
)


@pytest.fixture
def actor(db) -> Actor:
    return make_actor(make_unit())


def stored(actor: Actor) -> list[tuple[str, int]]:
    return [(entry.title, entry.person_min) for entry in Entry.objects.visible_to(actor).order_by("id")]


def refusal(code: str):
    return pytest.raises(Refused, check=lambda error: error.code == code)


def test_first_filing_stores_entries(actor):
    filing = make_filing(actor, make_draft(1), make_draft(2, people=2, minutes=10, travel_minutes=5, prep_minutes=7))
    assert not filing.replayed
    assert (filing.weekly_return.version, filing.weekly_return.unit_id) == (1, actor.unit_id)
    assert stored(actor) == [("台账1", 30), ("台账2", 37)]


def test_later_filing_replaces_whole_week(actor):
    make_filing(actor, make_draft(1), make_draft(2))
    filing = make_filing(actor, make_draft(2, minutes=5), make_draft(3), base_version=1)
    assert filing.weekly_return.version == 2
    assert stored(actor) == [("台账2", 5), ("台账3", 30)]
    assert WeeklyReturn.objects.visible_to(actor).count() == 1


def test_filed_week_becomes_nil(actor):
    make_filing(actor, make_draft())
    assert make_filing(actor, base_version=1).weekly_return.nil
    assert stored(actor) == []


def test_entries_are_one_insert(actor, django_assert_num_queries):
    # savepoint; lock, key, return, post; return, entries, submission, audit event; release
    with django_assert_num_queries(10) as seen:
        make_filing(actor, *map(make_draft, range(12)))
    assert sum(query["sql"].startswith('INSERT INTO "entry"') for query in seen.captured_queries) == 1


def test_number_of_statements_is_constant(actor, django_assert_num_queries):
    with django_assert_num_queries(10):
        make_filing(actor, make_draft())
    with django_assert_num_queries(10):  # the post is known, the old entries go instead
        make_filing(actor, *map(make_draft, range(200)), base_version=1)


@pytest.mark.parametrize(("bulk", "evidence"), [(True, Evidence.BULK), (False, Evidence.STATED)])
def test_evidence_follows_bulk(actor, bulk, evidence):
    make_filing(actor, make_draft(bulk=bulk))
    assert Entry.objects.visible_to(actor).get().evidence == evidence


def test_absent_entry_counts_nothing(actor):
    make_filing(actor, make_draft(1, answer="absent", minutes=90), make_draft(2, answer="not_applicable"))
    assert [total for _, total in stored(actor)] == [0, 0]


# how long it took


def times() -> list[tuple[int, dt.date, int]]:
    return list(FilingTime.objects.values_list("unit_id", "week", "seconds"))


def test_time_of_a_filing_is_kept_by_web_without_its_person(actor):
    with as_role("burden_web"), transaction.atomic():
        act_as(actor.user_id)
        make_filing(actor, make_draft(), seconds=41)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            times()
    assert times() == [(actor.unit_id, LAST_WEEK.monday, 41)]
    assert {field.name for field in FilingTime._meta.fields} == {"id", "unit", "week", "seconds"}


def test_time_of_a_week_is_kept_once(actor):
    for _replay in range(2):
        make_filing(actor, make_draft(), client_key=KEY, seconds=41)
    make_filing(actor, make_draft(), base_version=1, seconds=10)
    assert [seconds for _unit, _week, seconds in times()] == [41]


def test_replay_with_another_time_is_the_same_filing(actor):
    first = make_filing(actor, make_draft(), client_key=KEY, seconds=41)
    again = make_filing(actor, make_draft(), client_key=KEY, seconds=300)
    assert again.replayed
    assert again.submission == first.submission


def test_filing_without_a_time_or_late_keeps_none(actor):
    make_filing(actor, make_draft())
    make_filing(actor, make_draft(), week=LAST_WEEK.plus(-5), seconds=41)
    assert times() == []


# sizes that ask for a word


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        ({"minutes": 3_600}, False),
        ({"minutes": 3_601}, True),
        ({"minutes": 3_000, "travel_minutes": 500, "prep_minutes": 101}, True),
        ({"people": 2, "minutes": 3_601}, True),
        ({"people": 10, "minutes": 3_600}, False),
        ({"people": 1_000, "minutes": 36}, False),
        ({"people": 1_000, "minutes": 37}, True),
        ({"people": 10_000, "minutes": 10_080}, True),
        ({"answer": "absent", "minutes": 10_080}, False),
    ],
)
def test_unusual_size_asks_for_a_word_and_is_filed_with_it(actor, facts, asked):
    if asked:
        with pytest.raises(Refused) as caught:
            make_filing(actor, make_draft(1), make_draft(2, **facts))
        assert caught.value.code == "week.no_note"
        assert caught.value.errors == {"entries.1.note": "《台账2》：用时特别多，请写一句为什么"}
        assert stored(actor) == []
        facts = facts | {"note": "抽调防汛，两周并一周报"}
    make_filing(actor, make_draft(1), make_draft(2, **facts))
    assert Entry.objects.visible_to(actor).get(key="e2").note == facts.get("note", "")


def test_word_is_carried_to_the_next_week(actor):
    make_filing(actor, make_draft(minutes=9_000, note="长期借调"))
    (row,) = week_sheet(actor, THIS_WEEK, NOW).prefilled
    assert row.body()["note"] == "长期借调"


def test_key_of_the_release_before_notes_still_replays(actor):
    """It was filed without a word, and its body had no place for one."""
    filed, draft = make_filing(actor, make_draft()).weekly_return, make_draft(minutes=9_000)
    body = _body(LAST_WEEK, 1, False, [draft])
    assert "note" not in body["entries"][0]
    Submission.every.create(
        cadre=actor.user, weekly_return=filed, client_key=KEY, digest=_digest(body), body=body,
        base_version=1, version=2, late=False, receipt="OLD", filed_at=NOW,
    )  # fmt: skip
    assert make_filing(actor, draft, client_key=KEY, base_version=1).submission.receipt == "OLD"


def test_word_is_hidden_from_the_worker_and_from_strangers(actor):
    make_filing(actor, make_draft(minutes=9_000, note="借调"))
    stranger = make_actor(make_unit())
    with as_role("burden_web"), transaction.atomic():
        act_as(stranger.user_id)
        assert not Entry.every.filter(note="借调").exists()
    with as_role("burden_worker"):
        assert Entry.every.filter(minutes=9_000).values("person_min").get() == {"person_min": 9_000}
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Entry.every.filter(note="借调").exists()


# keys and versions


def test_same_key_and_body_replays_receipt(actor):
    first = make_filing(actor, make_draft(), client_key=KEY)
    again = make_filing(actor, make_draft(), client_key=KEY)
    assert again.replayed
    assert again.submission == first.submission
    assert Submission.objects.visible_to(actor).count() == 1


def test_old_key_replays_its_own_receipt(actor):
    first = make_filing(actor, make_draft(), client_key=KEY)
    make_filing(actor, make_draft(2), base_version=1)
    again = make_filing(actor, make_draft(), client_key=KEY)
    assert again.submission.receipt == first.submission.receipt
    assert (again.submission.version, again.weekly_return.version) == (1, 2)
    assert stored(actor) == [("台账2", 30)]


@pytest.mark.parametrize(
    "other",
    [{"minutes": 31}, {"title": "别的"}, {"repeated": True}, {"key": "x"}, {"bulk": True}],
)
def test_same_key_with_other_body_is_refused(actor, other):
    make_filing(actor, make_draft(), client_key=KEY)
    with refusal("key_reused"):
        make_filing(actor, make_draft(**other), client_key=KEY)


def test_same_key_for_another_week_is_refused(actor):
    make_filing(actor, make_draft(), client_key=KEY)
    with refusal("key_reused"):
        make_filing(actor, make_draft(), client_key=KEY, week=THIS_WEEK)


def test_key_belongs_to_its_cadre(actor):
    make_filing(actor, make_draft(), client_key=KEY)
    other = make_actor(make_unit())
    assert not make_filing(other, make_draft(), client_key=KEY).replayed


@pytest.mark.parametrize("base_version", [0, 2])
def test_old_version_shows_both(actor, base_version):
    make_filing(actor, make_draft(1, issuer_id=actor.unit_id))
    with pytest.raises(Conflict) as caught:
        make_filing(actor, make_draft(2), base_version=base_version)
    assert caught.value.code == "version_conflict"
    sent, kept = caught.value.both["sent"], caught.value.both["stored"]
    assert [row["title"] for row in sent["entries"]] == ["台账2"]
    assert (kept["version"], kept["entries"][0]["issuer"]) == (1, actor.unit.code)
    assert set(sent["entries"][0]) == set(kept["entries"][0])
    assert stored(actor) == [("台账1", 30)]


def test_version_of_unfiled_week_is_refused(actor):
    with refusal("version_conflict"):
        make_filing(actor, make_draft(), base_version=1)


def test_receipt_is_readable_and_new():
    receipts = {new_receipt() for _ in range(2_000)}
    assert len(receipts) == 2_000
    assert all(re.fullmatch("(?:[0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", receipt) for receipt in receipts)


# weeks and units


def test_future_week_is_refused(actor):
    with refusal("week.future"):
        make_filing(actor, make_draft(), week=THIS_WEEK.plus(1))


def test_week_without_post_is_refused(actor):
    with refusal("week.no_post"):
        make_filing(actor, make_draft(), week=Week(LONG_AGO).plus(-1))


def test_post_of_another_role_is_no_post(db):
    with refusal("week.no_post"):
        make_filing(make_actor(make_unit(), "lead"), make_draft())


def test_unit_is_that_of_the_monday(actor):
    moved, user = make_unit(), actor.user
    user.posts.update(valid=(LONG_AGO, THIS_WEEK.monday))
    make_post(moved, user=user, since=THIS_WEEK.monday)
    assert make_filing(actor, make_draft(), week=THIS_WEEK).weekly_return.unit == moved
    assert make_filing(actor, make_draft(), week=LAST_WEEK).weekly_return.unit == actor.unit


def test_unit_stays_when_filed_again(actor):
    make_filing(actor, make_draft())
    actor.user.posts.update(unit=make_unit())
    assert make_filing(actor, make_draft(2), base_version=1).weekly_return.unit == actor.unit


def test_first_filing_after_closing_is_late(actor):
    filing = make_filing(actor, make_draft(), now=LATE)
    assert filing.weekly_return.late
    assert filing.submission.late


def test_last_open_minute_is_not_late(actor):
    filing = make_filing(actor, make_draft(), now=LATE - dt.timedelta(minutes=31))
    assert not filing.weekly_return.late


def test_change_after_closing_marks_its_submission_alone(actor):
    make_filing(actor, make_draft())
    filing = make_filing(actor, make_draft(2), base_version=1, now=LATE)
    assert filing.submission.late
    assert not filing.weekly_return.late


def test_late_return_stays_late(actor):
    make_filing(actor, make_draft(), now=LATE)
    assert make_filing(actor, make_draft(2), base_version=1, now=LATE).weekly_return.late


@pytest.mark.parametrize(
    ("code", "drafts", "nil"),
    [
        ("week.nil_with_entries", [make_draft()], True),
        ("week.empty", [], False),
        ("week.too_many", [make_draft(number) for number in range(201)], False),
        ("week.key_twice", [make_draft(1), make_draft(2), make_draft(1)], False),
    ],
)
def test_contradicting_week_is_refused(actor, code, drafts, nil):
    with refusal(code):
        make_filing(actor, *drafts, nil=nil)
    assert not WeeklyReturn.objects.visible_to(actor).exists()


# ledger, broker, walls


def test_filing_is_recorded_without_titles(actor):
    filing = make_filing(actor, make_draft())
    event = AuditEvent.objects.get(what="week.filed")
    assert (event.actor_id, event.subject, event.subject_id) == (
        actor.user_id,
        "weeklyreturn",
        str(filing.weekly_return.pk),
    )
    assert event.detail == {"week": str(LAST_WEEK), "version": 1, "entries": 1, "nil": False, "late": False}


def test_filing_marks_its_unit_and_week(actor):
    StaleMark.objects.all().delete()
    make_filing(actor, make_draft())
    assert set(StaleMark.objects.values_list("unit_id", "week")) == {(actor.unit_id, LAST_WEEK.monday)}


def test_filing_opens_no_connection(actor, monkeypatch):
    """The broker may be dead or swallow everything: a filing never speaks to it."""

    def refuse(*_address):
        raise AssertionError("a filing opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert make_filing(actor, make_draft()).weekly_return.version == 1


def test_web_role_files_for_the_acting_cadre_alone(actor):
    with as_role("burden_web"), transaction.atomic():
        act_as(actor.user_id)
        make_filing(actor, make_draft())
        assert make_filing(actor, make_draft(2), base_version=1).weekly_return.version == 2


def test_web_role_cannot_file_for_another(actor):
    other = make_actor(make_unit())
    with as_role("burden_web"), transaction.atomic():
        act_as(actor.user_id)
        with pytest.raises(ProgrammingError, match="row-level security"):
            make_filing(other, make_draft())


# sums

minutes = st.integers(0, 10_080)
drafts = st.lists(
    st.builds(
        dict,
        answer=st.sampled_from(["done", "absent", "not_applicable"]),
        people=st.integers(1, 10_000),
        minutes=minutes,
        travel_minutes=minutes,
        prep_minutes=minutes,
    ),
    max_size=8,
)


@pytest.mark.django_db(transaction=False)
@settings(max_examples=20, deadline=None)
@given(weeks=st.lists(drafts, min_size=1, max_size=3))
def test_stored_sums_equal_naive_sums(weeks):
    """Whatever is filed in turn, the last week alone counts, as measure.py counts it."""
    with transaction.atomic():
        actor = make_actor(make_unit())
        for version, rows in enumerate(weeks):
            make_filing(actor, *(make_draft(i, note="多", **row) for i, row in enumerate(rows)), base_version=version)
        expected = [
            answered_minutes(answer=row["answer"], cost=Cost(*(row[name] for name in Cost.__annotations__)))
            for row in weeks[-1]
        ]
        assert [total for _, total in stored(actor)] == expected
        transaction.set_rollback(True)


# races


def file_in_transaction(actor: Actor, *drafts, **facts):
    with transaction.atomic():
        act_as(actor.user_id)
        return make_filing(actor, *drafts, **facts)


@pytest.mark.django_db(transaction=True)
def test_twenty_threads_with_one_key_make_one_return():
    actor = make_actor(make_unit())
    found = in_threads(20, lambda _: file_in_transaction(actor, make_draft(), client_key=KEY))
    assert len({filing.submission.receipt for filing in found}) == 1
    assert sum(not filing.replayed for filing in found) == 1
    assert stored(actor) == [("台账1", 30)]


@pytest.mark.django_db(transaction=True)
def test_threads_with_other_keys_conflict():
    actor = make_actor(make_unit())
    found = in_threads(8, lambda number: file_in_transaction(actor, make_draft(number)))
    assert sorted(getattr(each, "code", "filed") for each in found) == ["filed"] + ["version_conflict"] * 7
    assert len(stored(actor)) == 1


@pytest.mark.django_db(transaction=True)
def test_one_key_for_two_weeks_at_once_is_used_once():
    actor = make_actor(make_unit())
    weeks = [LAST_WEEK, THIS_WEEK]
    found = in_threads(2, lambda number: file_in_transaction(actor, make_draft(), client_key=KEY, week=weeks[number]))
    assert sorted(getattr(each, "code", "filed") for each in found) == ["filed", "key_reused"]


@pytest.mark.django_db(transaction=True)
def test_two_cadres_of_a_unit_never_wait():
    unit = make_unit()
    slow, quick = make_actor(unit), make_actor(unit)
    with transaction.atomic():
        make_filing(slow, make_draft())  # not yet committed

        def act(_number: int):
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
            return file_in_transaction(quick, make_draft(), client_key=uuid4())

        assert not in_threads(1, act)[0].replayed


def test_reason_is_kept_of_what_does_not_apply_alone(actor):
    said = {"minutes": 0, "reason": "season"}
    make_filing(actor, make_draft(1, answer="not_applicable", **said), make_draft(2, answer="absent", **said))
    found = Entry.objects.visible_to(actor).order_by("key").values_list("answer", "reason")
    assert list(found) == [("not_applicable", "season"), ("absent", "")]

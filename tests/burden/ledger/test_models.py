"""What the database itself keeps of the ledger: events that nobody changes, marks that nobody forgets."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from burden.accounts.models import Post
from burden.entries.models import Entry, WeeklyReturn
from burden.kit import clock
from burden.kit.clock import Week
from burden.ledger.models import AuditEvent, StaleMark
from burden.ledger.services import record
from tests.database import as_role
from tests.factories import LAST_WEEK, THIS_WEEK, make_actor, make_entry, make_post, make_return, make_unit

pytestmark = pytest.mark.django_db
NEWEST = Week.at(clock.now())


@pytest.fixture
def filed():
    actor = make_actor(make_unit())
    return make_return(actor.user, actor.unit, entries=2)


@pytest.fixture
def marks():
    """Forget earlier marks when asked; return the (unit, week) of those made since."""

    class Marks:
        def forget(self):
            StaleMark.objects.all().delete()

        def made(self):
            return sorted(StaleMark.objects.values_list("unit_id", "week"))

    return Marks()


# append-only


@pytest.mark.parametrize("role", ["burden_owner", "burden_web", "burden_worker"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_event SET what = 'x'", "DELETE FROM audit_event", "TRUNCATE audit_event"],
)
def test_audit_event_is_append_only(role, statement):
    record(by=None, what="unit.imported", on=make_unit())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with (
            as_role(role),
            pytest.raises(ProgrammingError, match=r"append-only|permission denied"),
            transaction.atomic(),
        ):
            cursor.execute(statement)
    assert AuditEvent.objects.get().what == "unit.imported"


@pytest.mark.parametrize(
    "statement",
    ["UPDATE stale SET shard = 1", "DELETE FROM stale", "INSERT INTO stale (shard, week) VALUES (0, now())"],
)
def test_web_role_changes_no_mark(statement):
    with as_role("burden_web"), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement)


# marks


def test_new_return_is_marked(marks):
    actor = make_actor(make_unit())
    marks.forget()
    make_return(actor.user, actor.unit)
    assert marks.made() == [(actor.unit_id, LAST_WEEK.monday)]


def test_many_rows_of_one_statement_make_one_mark(filed, marks):
    marks.forget()
    Entry.every.bulk_create(
        [
            Entry(weekly_return=filed, unit_id=filed.unit_id, cadre_id=filed.cadre_id, week=filed.week, key=f"n{n}",
                  category="form", title="表", minutes=1)
            for n in range(50)
        ]
    )  # fmt: skip
    assert marks.made() == [(filed.unit_id, filed.week)]


def test_changed_and_removed_entries_are_marked(filed, marks):
    marks.forget()
    Entry.every.update(minutes=5)
    assert marks.made() == [(filed.unit_id, filed.week)]
    marks.forget()
    Entry.every.all().delete()
    assert marks.made() == [(filed.unit_id, filed.week)]


def test_removed_return_is_marked(filed, marks):
    marks.forget()
    filed.delete()
    assert set(marks.made()) == {(filed.unit_id, filed.week)}


def test_moved_return_marks_both_units(filed, marks):
    other = make_unit()
    marks.forget()
    WeeklyReturn.every.update(unit=other)
    assert set(marks.made()) == {(filed.unit_id, filed.week), (other.pk, filed.week)}
    assert set(Entry.every.values_list("unit_id", flat=True)) == {other.pk}


def test_mark_carries_the_shard_of_its_unit(marks):
    unit = make_unit()
    actor = make_actor(unit)
    marks.forget()
    make_return(actor.user, unit)
    assert StaleMark.objects.get().shard == unit.shard


def test_rows_past_the_orm_are_marked(filed, marks):
    marks.forget()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO entry (weekly_return_id, unit_id, cadre_id, week, key, answer, evidence, repeated, after_hours,"
            " category, subkind, title, people, minutes, travel_minutes, prep_minutes)"
            " SELECT weekly_return_id, unit_id, cadre_id, week, 'raw', answer, evidence, repeated, after_hours,"
            " category, subkind, title, people, minutes, travel_minutes, prep_minutes FROM entry LIMIT 1"
        )
    assert marks.made() == [(filed.unit_id, filed.week)]


def test_statement_that_changes_nothing_marks_nothing(filed, marks):
    marks.forget()
    Entry.every.filter(key="none").update(minutes=5)
    assert marks.made() == []


def test_new_cadre_post_marks_its_weeks_up_to_this_one(marks):
    unit = make_unit()
    make_post(unit, since=NEWEST.plus(-2).monday)
    assert marks.made() == [(unit.pk, NEWEST.plus(-back).monday) for back in (2, 1, 0)]


def test_ended_post_marks_no_week_after_its_end(marks):
    unit = make_unit()
    make_post(unit, since=NEWEST.plus(-3).monday, until=NEWEST.plus(-1).monday)
    assert marks.made() == [(unit.pk, NEWEST.plus(-back).monday) for back in (3, 2)]


def test_post_of_the_future_marks_nothing(marks):
    make_post(make_unit(), since=NEWEST.plus(1).monday)
    assert marks.made() == []


@pytest.mark.parametrize("role", ["lead", "reviewer", "issuer"])
def test_post_of_another_role_marks_nothing(marks, role):
    make_post(make_unit(), role)
    assert marks.made() == []


def test_shortened_post_marks_what_it_lost(marks):
    unit = make_unit()
    post = make_post(unit, since=NEWEST.plus(-2).monday)
    marks.forget()
    Post.objects.filter(pk=post.pk).update(valid=DateRange(NEWEST.plus(-2).monday, NEWEST.plus(-1).monday))
    assert (unit.pk, NEWEST.monday) in marks.made()


def test_removed_post_is_marked(marks):
    unit = make_unit()
    post = make_post(unit, since=NEWEST.monday)
    marks.forget()
    post.delete()
    assert marks.made() == [(unit.pk, NEWEST.monday)]


def test_entries_of_two_weeks_are_marked_apart(filed, marks):
    other = make_return(make_actor(make_unit()).user, make_unit(), THIS_WEEK, entries=1)
    marks.forget()
    Entry.every.update(minutes=7)
    assert marks.made() == sorted([(filed.unit_id, filed.week), (other.unit_id, other.week)])
    make_entry(other)
    assert all(isinstance(week, dt.date) for _, week in marks.made())

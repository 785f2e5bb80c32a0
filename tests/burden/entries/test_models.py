"""Entries and returns as the database guards them: own rows alone, append-only history, whole sums."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from burden.entries.models import Entry, Submission, WeeklyReturn
from burden.kit.db import Unscoped, act_as
from tests.database import as_role
from tests.factories import THIS_WEEK, make_actor, make_draft, make_entry, make_filing, make_return, make_unit

pytestmark = pytest.mark.django_db
MODELS = [WeeklyReturn, Entry, Submission]
every_model = pytest.mark.parametrize("model", MODELS)


@pytest.fixture
def filed():
    """An actor with one filed week."""
    actor = make_actor(make_unit())
    make_filing(actor, make_draft())
    return actor


@every_model
def test_unscoped_query_raises(filed, model):
    with pytest.raises(Unscoped):
        list(model.objects.all())
    with pytest.raises(Unscoped):
        model.objects.filter(cadre_id=filed.user_id).count()


@every_model
@pytest.mark.parametrize("role", ["cadre", "lead", "reviewer", "office", "sysadmin", "auditor"])
def test_other_actor_sees_no_row(filed, model, role):
    other = make_actor(filed.unit, role)
    assert model.objects.visible_to(filed).count() == 1
    assert model.objects.visible_to(other).count() == 0


@every_model
def test_row_level_security_hides_rows_of_others(filed, model):
    """The second wall: even the manager without a scope finds nothing."""
    other = make_actor(filed.unit)
    with as_role("burden_web"):
        act_as(filed.user_id)
        assert model.every.count() == 1
        act_as(other.user_id)
        assert model.every.count() == 0
        act_as(None)
        assert model.every.count() == 0


def test_row_level_security_changes_no_row_of_others(filed):
    """Returns change and entries go when a week is filed again; nobody but the cadre does either."""
    other = make_actor(filed.unit).user_id
    with as_role("burden_web"):
        act_as(other)
        assert WeeklyReturn.every.update(week=THIS_WEEK.monday) == 0
        assert Entry.every.filter(cadre_id=filed.user_id).delete()[0] == 0


@pytest.mark.parametrize("model", [WeeklyReturn, Entry])
def test_worker_reads_rows_for_sums_alone(filed, model):
    with as_role("burden_worker"):
        assert model.every.count() == 1
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            model.every.update(cadre_id=filed.user_id)


@pytest.mark.parametrize(
    "statement", ["UPDATE submission SET late = true", "DELETE FROM submission", "TRUNCATE submission"]
)
def test_submission_is_append_only(filed, statement):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
            cursor.execute(statement)


@pytest.mark.parametrize(
    "facts",
    [
        {"minutes": -1}, {"minutes": 10_081}, {"travel_minutes": 10_081}, {"prep_minutes": -1}, {"people": 0},
        {"people": 10_001}, {"category": "party"}, {"answer": "perhaps"},
    ],
)  # fmt: skip
def test_database_refuses_absurd_entry(facts):
    actor = make_actor(make_unit())
    filed = make_return(actor.user, actor.unit)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_entry(filed, **facts)


def test_entry_belongs_to_unit_of_its_return():
    actor = make_actor(make_unit())
    filed = make_return(actor.user, actor.unit, entries=1)
    other = make_unit()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="entry_of_return"), transaction.atomic():
            cursor.execute("UPDATE entry SET unit_id = %s", [other.pk])
    assert Entry.every.get(weekly_return=filed).unit_id == actor.unit_id


def test_return_is_once_a_week():
    actor = make_actor(make_unit())
    make_return(actor.user, actor.unit)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_return(actor.user, actor.unit)

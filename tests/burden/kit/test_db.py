"""The first wall refuses to run without a scope; the second is told who acts."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from burden.entries.models import Entry
from burden.kit.db import Unscoped, act_as
from tests.factories import make_actor, make_unit

pytestmark = pytest.mark.django_db
RUNS = {
    "list": list,
    "len": len,
    "bool": bool,
    "first": lambda rows: rows.first(),
    "get": lambda rows: rows.get(pk=1),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "iterator": lambda rows: list(rows.iterator()),
    "aggregate": lambda rows: rows.aggregate(),
    "update": lambda rows: rows.update(minutes=1),
    "delete": lambda rows: rows.delete(),
    "values": lambda rows: list(rows.values("title")),
    "after filter": lambda rows: list(rows.filter(minutes=1).exclude(people=2).order_by("id")),
}


def acting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('burden.actor', true)")
        return cursor.fetchone()[0]


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_query_without_scope_raises(run):
    with pytest.raises(Unscoped):
        run(Entry.objects.all())


@pytest.mark.parametrize("run", [run for name, run in RUNS.items() if name != "get"])
def test_query_with_scope_runs(run):
    run(Entry.objects.visible_to(make_actor(make_unit())))


def test_waived_scope_runs():
    assert list(Entry.objects.unscoped()) == []


def test_actor_without_post_sees_nothing(django_assert_num_queries):
    actor = make_actor(make_unit())
    stranger = type(actor)(actor.user, ())
    with django_assert_num_queries(0):
        assert list(Entry.objects.visible_to(stranger)) == []


@pytest.mark.django_db(transaction=True)
def test_actor_is_told_for_one_transaction():
    with transaction.atomic():
        act_as(7)
        assert acting() == "7"
    assert not acting()


def test_nobody_is_told():
    act_as(None)
    assert acting() == ""

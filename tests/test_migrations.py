"""The migrations: one linear chain an app, named, in step with the models, and what they guard."""

from __future__ import annotations

import re
import sys

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from burden.ledger.services import record
from tests.database import as_role
from tests.factories import make_actor, make_return, make_unit


@pytest.fixture
def loader(db: None) -> MigrationLoader:
    return MigrationLoader(connection)


@pytest.mark.parametrize("app", ["burden", "reports"])
def test_chain_is_linear(loader: MigrationLoader, app: str) -> None:
    assert len(loader.graph.leaf_nodes(app)) == 1
    numbers = sorted(name[:4] for label, name in loader.disk_migrations if label == app)
    assert numbers == [f"{i:04d}" for i in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("app", ["burden", "reports"])
def test_migration_is_named(loader: MigrationLoader, app: str) -> None:
    names = [name for label, name in loader.disk_migrations if label == app]
    assert [name for name in names if re.search(r"auto_\d|^\d{4}_initial$", name)] == []


def test_models_are_in_step(db: None) -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_every_table_belongs_to_owner(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner IN ('burden_web', 'burden_worker')"
        )
        assert cursor.fetchall() == []


def test_web_role_is_no_superuser(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname IN ('burden_web', 'burden_worker') AND (rolsuper OR rolbypassrls)"
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize(
    "table",
    [
        "weekly_return", "entry", "submission", "export_job", "audit_event", "list_file", "demand_refusal", "observation", "board_entry",
        "finding", "supervision_order", "order_requirement", "order_step", "order_relief", "order_tally",
        "identity_request", "ticket", "ticket_forward", "ticket_photo", "ticket_reporter", "ticket_step",
    ],
)  # fmt: skip
def test_row_level_security_is_on(db: None, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relrowsecurity FROM pg_class WHERE relname = %s", [table])
        assert cursor.fetchone() == (True,)


def test_functions_of_the_owner_trust_no_temporary_table(db: None) -> None:
    """Else whoever may run SQL as the web role runs a trigger of its own as the owner."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, proconfig FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace ORDER BY 1"
        )
        found = dict(cursor.fetchall())
    assert set(found) >= {"mark_stale", "mark_weeks", "mark_since", "recompute_paths", "unit_titles"}
    assert {name: path for name, path in found.items() if "search_path=public, pg_temp" not in path} == {}


def test_functions_need_nothing_that_is_made_with_the_roles(loader: MigrationLoader) -> None:
    """Else a managed server that forbids roles (DATABASE_ROLES=0) stops in the middle of the chain."""
    modules = [sys.modules[found.__module__] for found in loader.disk_migrations.values()]
    rights = "".join(getattr(module, "RIGHTS", "") for module in modules)
    with connection.cursor() as cursor:
        for name in re.findall(r"CREATE FUNCTION (\w+\(\))", rights):
            cursor.execute(f"DROP FUNCTION {name} CASCADE")
        cursor.execute("".join(getattr(module, "WITHOUT_ROLES", "") for module in modules))
        cursor.execute(
            "SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang"
            " WHERE pronamespace = 'public'::regnamespace AND lanname = 'sql' AND prokind = 'f'"
            " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
        )
        for (again,) in cursor.fetchall():
            cursor.execute(again)  # PostgreSQL looks up every name in it


def test_mark_lands_in_the_ledger_beside_a_temporary_table_of_its_name(db: None) -> None:
    unit = make_unit()
    with connection.cursor() as cursor:
        with as_role("burden_web"):
            cursor.execute("CREATE TEMP TABLE stale (LIKE public.stale) ON COMMIT DROP")
            cursor.execute("GRANT ALL ON pg_temp.stale TO PUBLIC")
            cursor.execute("SELECT mark_stale(ARRAY[%s::bigint], ARRAY['2026-11-16'::date])", [unit.pk])
        cursor.execute("SELECT (SELECT count(*) FROM pg_temp.stale), (SELECT count(*) FROM public.stale)")
        assert cursor.fetchone() == (0, 1)


# what each role may do beyond reading: a new table that web or worker writes is named here and in its migration
RIGHTS = {
    "burden_web": {
        "adaptation": "INSERT UPDATE",
        "api_token": "UPDATE",
        "admission": "INSERT UPDATE",
        "audit_event": "INSERT",
        "board_entry": "INSERT UPDATE",
        "bulletin": "INSERT UPDATE DELETE",
        "capacity": "INSERT UPDATE",
        "capacity_file": "INSERT UPDATE DELETE",
        "cache": "INSERT UPDATE DELETE",
        "day_override": "INSERT DELETE",
        "demand": "INSERT UPDATE",
        "duty_item": "INSERT UPDATE",
        "demand_estimate": "INSERT UPDATE",
        "demand_refusal": "INSERT",
        "demand_review": "INSERT",
        "demand_supporting": "INSERT DELETE",
        "django_session": "INSERT UPDATE DELETE",
        "endorsement": "INSERT",
        "entry": "INSERT DELETE",
        "export_job": "INSERT UPDATE DELETE",
        "filing_time": "INSERT",
        "finding": "INSERT UPDATE",
        "goal": "INSERT UPDATE DELETE",
        "guide": "INSERT UPDATE",
        "guide_rated": "INSERT UPDATE",
        "handler": "INSERT UPDATE",
        "identity_request": "INSERT UPDATE",
        "list_file": "INSERT UPDATE DELETE",
        "login_link": "INSERT UPDATE",
        "order_relief": "INSERT UPDATE",
        "order_requirement": "INSERT UPDATE DELETE",
        "order_step": "INSERT",
        "order_tally": "INSERT UPDATE",
        "notice": "INSERT UPDATE",
        "notice_channel": "INSERT UPDATE DELETE",
        "observation": "INSERT UPDATE",
        "person": "INSERT UPDATE",
        "placement": "INSERT UPDATE",
        "portal_question": "INSERT",
        "plan_item": "INSERT UPDATE",
        "post": "INSERT UPDATE",
        "practice": "INSERT UPDATE",
        "post_request": "INSERT UPDATE",
        "quote_request": "INSERT UPDATE",
        "recognition": "INSERT UPDATE",
        "recognition_author": "INSERT UPDATE",
        "recognition_objection": "INSERT UPDATE",
        "rule": "INSERT",
        "sample": "INSERT UPDATE DELETE",
        "sample_panel": "INSERT",
        "submission": "INSERT",
        "supervision_order": "INSERT UPDATE",
        "support_request": "INSERT UPDATE",
        "training": "INSERT DELETE",
        "target": "INSERT UPDATE DELETE",
        "ticket": "INSERT UPDATE",
        "ticket_forward": "INSERT UPDATE",
        "ticket_photo": "INSERT",
        "ticket_reporter": "INSERT",
        "ticket_sent_up": "UPDATE",
        "ticket_step": "INSERT",
        "unit": "INSERT",
        "unit_event": "INSERT UPDATE",
        "unit_share": "INSERT",
        "weekly_return": "INSERT UPDATE",
    },
    "burden_worker": {
        "audit_event": "INSERT",
        "capacity_file": "UPDATE",
        "counted_week": "DELETE",
        "django_session": "DELETE",
        "export_job": "UPDATE DELETE",
        "filing_time": "DELETE",
        "list_file": "UPDATE",
        "peer_stat": "INSERT DELETE",
        "hidden_week": "INSERT DELETE",
        "notice_digest": "INSERT UPDATE",
        "order_relief": "INSERT",
        "order_step": "INSERT",
        "kind_answers": "INSERT DELETE",
        "people_year": "INSERT DELETE",
        "placement": "INSERT UPDATE",
        "return_spread": "INSERT DELETE",
        "rollup_asked": "INSERT DELETE",
        "sample_panel": "INSERT",
        "portal_question": "INSERT",
        "portal_time": "INSERT UPDATE",
        "rollup_demand": "INSERT UPDATE DELETE",
        "rollup_own": "INSERT UPDATE DELETE",
        "rollup_own_source": "INSERT UPDATE DELETE",
        "rollup_source": "INSERT UPDATE DELETE",
        "rollup_sub": "INSERT UPDATE DELETE",
        "source_period": "INSERT UPDATE DELETE",
        "source_span": "INSERT DELETE",
        "stale": "INSERT DELETE",
        "supervision_order": "UPDATE",
        "stale_week": "INSERT UPDATE DELETE",
        "stale_demand": "DELETE",
        "unit_event": "UPDATE",
        "signal": "INSERT DELETE",
        "unregistered_demand": "INSERT UPDATE DELETE",
        "verification": "INSERT",
        "board_count": "INSERT",
        "board_entry": "UPDATE",
        "ticket": "UPDATE",
        "ticket_sent_up": "INSERT",
        "ticket_step": "INSERT UPDATE",
    },
}


@pytest.mark.parametrize("role", RIGHTS)
def test_role_may_write_what_it_has_to(db: None, role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT tablename, string_agg(r, ' ' ORDER BY n) FROM pg_tables,
                   unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) WITH ORDINALITY AS right_of (r, n)
            WHERE schemaname = 'public' AND has_table_privilege(%s, format('public.%%I', tablename), r) GROUP BY tablename
            """,
            [role],
        )
        assert dict(cursor.fetchall()) == RIGHTS[role]


@pytest.mark.parametrize("role", RIGHTS)
def test_new_table_is_only_read_until_its_migration_says_more(db: None, role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE made_later (id bigint)")
        cursor.execute(
            "SELECT r FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS r "
            "WHERE has_table_privilege(%s, 'made_later', r)",
            [role],
        )
        assert cursor.fetchall() == [("SELECT",)]


@pytest.mark.parametrize("role", RIGHTS)
def test_filings_in_the_ledger_are_hidden_by_the_database(db: None, role: str) -> None:
    cadre = make_actor(make_unit())
    record(by=cadre, what="week.filed", on=make_return(cadre.user, cadre.unit))
    record(by=cadre, what="password.changed", on=cadre.user)
    with as_role(role), connection.cursor() as cursor:
        cursor.execute("SELECT what FROM audit_event")
        assert cursor.fetchall() == [("password.changed",)]


def test_worker_reads_no_key_and_no_submission(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t FROM unnest(ARRAY['login_link', 'api_token', 'submission', 'cache', 'django_session']) AS t "
            "WHERE has_table_privilege('burden_worker', t, 'SELECT')"
        )
        assert cursor.fetchall() == []

"""The API keeps its own OpenAPI document: what is generated from it gets no undocumented answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import hypothesis
import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from burden.accounts.services import make_token
from burden.wsgi import application
from tests.database import as_role
from tests.factories import make_actor, make_unit

ROUTES = (
    "me", "units", "weeks/{day}", "summaries", "indicators", "tables", "tables/{key}", "exports", "exports/{id}", "parts", "goals", "people", "bulletins",
    "bulletins/{id}", "extracts", "demands", "demands/{id}", "demands/{id}/review",
    "demands/{id}/issue", "demands/{id}/withdraw",
)  # fmt: skip
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
FEW = hypothesis.settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)


def test_schema_is_complete(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True)
    document = capsys.readouterr().out
    assert [route for route in ROUTES if f"/api/v1/{route}/:" not in document] == []


@pytest.fixture
def one_connection(db: None) -> Iterator[None]:
    """Let requests leave the test's connection open, as Django's own test client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("role", ["cadre", "office", "issuer"])
def test_answers_are_documented(role: str, one_connection: None) -> None:
    """Every operation, with values that fit the schema and values that do not."""
    actor = make_actor(make_unit(level="county"), role)
    token = make_token(by=None, user=actor.user, now=dt.datetime.now(dt.UTC))
    schema = schemathesis.openapi.from_wsgi("/api/schema/", application)
    called = 0
    for operation in schema.get_all_operations():

        @hypothesis.given(case=operation.ok().as_strategy())
        @FEW
        def answers(case: schemathesis.Case) -> None:
            nonlocal called
            called += 1
            with as_role("burden_web"):
                case.call_and_validate(headers={"Authorization": f"Token {token}"}, checks=CHECKS)

        answers()
    assert called > 15 * len(ROUTES)

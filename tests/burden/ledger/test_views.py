"""The auditor's page: whose events, which filters, and what is never there."""

from __future__ import annotations

import ast
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from burden.accounts.roles import Role
from burden.demands.adaptations.models import Kind as AdaptationKind
from burden.ledger.forms import ACTS, CODED, DETAILS, KINDS, SUBJECTS
from burden.ledger.models import AuditEvent
from burden.ledger.services import record
from burden.units.models import UnitEvent
from reports.periods import KINDS as KINDS_OF_PERIOD
from reports.restated import BASES
from reports.tables import TABLES
from tests.factories import NOW, make_actor, make_post, make_return, make_unit


@pytest.fixture
def county(db):
    return make_unit(make_unit(level="city"), name="临溪县")


@pytest.fixture
def auditor(county):
    return make_actor(county, "auditor")


def act(unit, what: str = "unit.renamed", name: str = "", now: dt.datetime = NOW) -> AuditEvent:
    """Record one act in a unit."""
    by = make_actor(unit, "sysadmin")
    if name:
        by.user.name = name
    record(by=by, what=what, on=unit, now=now, code=unit.code)
    return AuditEvent.objects.latest("pk")


def shown(client, auditor, query: str = "") -> list[int]:
    client.force_login(auditor.user)
    return [event.pk for event in client.get(f"/audit/{query}").context["page"]]


def test_events_of_own_units_alone(client, county, auditor):
    own = [act(county), act(make_unit(county, "township"))]
    act(county.parent)
    act(make_unit(county.parent))
    assert shown(client, auditor) == [event.pk for event in reversed(own)]


def test_events_of_the_system_are_for_the_root_auditor(client, county, auditor):
    record(by=None, what="units.imported", on=county, now=NOW)
    record(by=None, what="login.locked", on=county, now=NOW, unit_id=county.pk)
    assert len(shown(client, auditor)) == 1
    assert len(shown(client, make_actor(county.parent, "auditor"))) == 2


def test_filing_is_nobodys_business(client, county, auditor):
    cadre = make_actor(make_unit(county, "township"))
    record(by=cadre, what="week.filed", on=make_return(cadre.user, cadre.unit), now=NOW)
    assert shown(client, auditor) == []


def test_events_are_filtered(client, county, auditor):
    late = act(county, "post.proposed", "赵磊", NOW + dt.timedelta(days=1))
    early = act(county, "link.made", "钱安")
    assert shown(client, auditor, "?what=post.") == [late.pk]
    assert shown(client, auditor, "?person=钱") == [early.pk]
    assert shown(client, auditor, "?day=2026-11-24") == [early.pk]
    for nonsense in ("?day=nonsense&what=nonsense", "?day=9999-12-31"):
        assert shown(client, auditor, nonsense) == [late.pk, early.pk]


def test_day_is_that_of_shanghai(client, county, auditor):
    before = act(county, now=dt.datetime(2026, 11, 23, 15, 59, tzinfo=dt.UTC))
    after = act(county, now=dt.datetime(2026, 11, 23, 16, 0, tzinfo=dt.UTC))
    assert shown(client, auditor, "?day=2026-11-23") == [before.pk]
    assert shown(client, auditor, "?day=2026-11-24") == [after.pk]


def test_query_count_does_not_grow_with_rows(client, county, auditor):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            shown(client, auditor)
        return len(queries)

    act(county)
    count()
    one = count()
    act(county)
    act(county)
    assert count() == one


@pytest.mark.parametrize("role", ["cadre", "office", "sysadmin", "secadmin"])
def test_audit_is_for_auditors_alone(client, county, role):
    client.force_login(make_actor(county, role).user)
    assert client.get("/audit/").status_code == 403


def test_audit_pages(client, county, auditor):
    for _ in range(51):
        act(county)
    client.force_login(auditor.user)
    page = client.get("/audit/?what=unit.").content.decode()
    assert "what=unit.&amp;page=2" in page


# --- words ---

ROOT = Path(__file__).parents[3]
SAID = {"by", "request", "what", "on", "now", "unit_id"}  # what is no detail


def recordings() -> Iterator[ast.Call]:
    """Every call in the product that writes to the ledger, or helps one that does."""
    for room in ("burden", "reports"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and "record" in str(getattr(node.func, "id", "")):
                    yield node


def test_every_act_and_detail_has_words():
    calls = list(recordings())
    constants = [node.value for call in calls for node in ast.walk(call) if isinstance(node, ast.Constant)]
    codes = {text for text in constants if isinstance(text, str) and re.fullmatch(r"[a-z_]+\.[a-z_]+", text)}
    assert codes > {"login.in", "request.withdrawn", "week.filed"}
    assert codes - set(ACTS) == set()
    assert {word.arg for call in calls for word in call.keywords if word.arg} - SAID - set(DETAILS) == set()
    assert [code for code in ACTS if code not in {"demo.seeded", "week.filed"} and not _is_filtered(code)] == []


def _is_filtered(code: str) -> bool:
    return any(kind and code.startswith(kind) for kind, _words in KINDS)


def test_every_coded_value_has_words():
    said = {name: {code: str(words) for code, words in CODED[name].items()} for name in ("kind", "period")}
    kinds = (*UnitEvent.Kind, *AdaptationKind)
    assert said["kind"] == {kind.value: str(kind.label) for kind in kinds}
    assert said["period"] == {code: str(words) for code, words in KINDS_OF_PERIOD.items()}
    assert set(CODED["basis"]) == set(BASES)
    assert {key: str(words) for key, words in CODED["tables"].items()} == {k: str(t.title) for k, t in TABLES.items()}
    assert {code: str(words) for code, words in CODED["role"].items()} == {r.value: str(r.label) for r in Role}


def test_event_is_told_in_words(client, county, auditor):
    by = make_actor(county, "sysadmin")
    request = make_post(county).user
    record(by=by, what="post.proposed", on=request, now=NOW, person="wang", role="lead", nil=True)
    client.force_login(auditor.user)
    page = client.get("/audit/").content.decode()
    for words in (
        "提任职",
        f"{SUBJECTS['user']} {request.pk}",
        '<span class="mut">角色</span> 单位负责人',
        '<span class="mut">无额外事项</span> 是',
    ):
        assert words in page
    for code in ("post.proposed", ">lead<", f"user {request.pk}"):
        assert code not in page

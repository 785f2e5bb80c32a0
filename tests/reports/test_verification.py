"""A difference between sums and what was filed is an incident: kept, told, and over with the next clean comparison."""

from __future__ import annotations

import pytest
from django.test import Client

from burden.ledger.models import AuditEvent, Verification
from burden.units.models import Level, Unit
from reports import demand_sums, rollup, tasks
from reports.models import RollupDemand, RollupSub
from reports.verification import incident, verify
from tests.database import as_role
from tests.factories import LAST_WEEK, NOW, make_actor, make_demand, make_return, make_target, make_unit, make_user

TOLD = "处与填报的不一致"


@pytest.fixture
def county(db: None) -> Unit:
    """A county where something was filed and something is claimed."""
    county = make_unit(make_unit(level=Level.CITY))
    make_return(make_user(), make_unit(county, Level.TOWNSHIP), entries=3)
    make_target(make_demand(county), county, LAST_WEEK)
    rollup.refresh()
    demand_sums.refresh()
    return county


def spoil(county: Unit) -> None:
    RollupSub.every.filter(unit=county).update(m_form=1)


def readyz() -> tuple[int, str, str]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()["status"], answer.json()["checks"]["sums"]


def test_clean_comparison_is_no_incident(county: Unit) -> None:
    assert readyz() == (200, "ok", "ok")
    assert verify(now=NOW).differences == 0
    assert readyz() == (200, "ok", "ok")
    assert incident(make_actor(county, "office")) is None


def test_spoiled_sum_is_an_incident_until_it_is_put_right(county: Unit) -> None:
    spoil(county)
    found = verify(now=NOW)
    assert found.differences == 1
    assert readyz() == (200, "incident", f"1 of {found.rows} rows differ, verified {NOW.isoformat()}")
    assert incident(make_actor(county, "office")) == Verification.objects.get()
    rollup.rebuild(now=NOW)
    assert verify(now=NOW).differences == 0
    assert readyz() == (200, "ok", "ok")
    assert incident(make_actor(county, "office")) is None


def test_spoiled_demand_sum_is_an_incident(county: Unit) -> None:
    RollupDemand.every.update(claim_min=1)
    assert verify(now=NOW).differences == 1


def test_comparison_is_recorded(county: Unit) -> None:
    verify(now=NOW)
    kept = Verification.objects.get()
    event = AuditEvent.objects.get(what="sums.verified")
    assert (event.subject_id, event.detail) == (str(kept.pk), {"rows": kept.rows, "differences": 0})


@pytest.mark.parametrize(("role", "is_told"), [("office", True), ("reviewer", False), ("lead", False)])
def test_office_alone_is_told_on_its_page(county: Unit, client: Client, role: str, is_told: bool) -> None:
    spoil(county)
    verify(now=NOW)
    client.force_login(make_actor(county, role).user)
    page = client.get(f"/reports/{county.code}/").content.decode()
    assert (TOLD in page) is is_told
    assert ("rollup rebuild" in page) is is_told


def test_worker_verifies_at_night_and_may_run_twice(county: Unit) -> None:
    spoil(county)
    with as_role("burden_worker"):
        tasks.verify()
        tasks.verify(added_later=True)
    assert list(Verification.objects.values_list("differences", flat=True)) == [1, 1]

"""Whatever an address says, pages and the API answer it or refuse it: never a traceback."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from burden.kit import clock
from burden.kit.clock import Week
from reports.tables import TABLES
from tests.factories import LAST_WEEK, NOW, make_actor, make_demand, make_target, make_unit
from tests.reports.sums import add_sums

OF_UNIT = (
    "report", "parts", "issuers", "relief", "signals", "indicators", "indicators_file", "issued_by", "calendar_of",
)  # fmt: skip
OWN = ("reports", "calendar", "issued", "exports", "export_estimate", "bulletins", "standards", "unit_events")
API = ("api_summaries", "api_signals", "api_indicators", *(f"api_table:{key}" for key in TABLES))
NO_DAYS = ("", "今天", "2026-11-17", "20261116", "0001-01-01", "9999-12-27", "\0")
DAYS = (*NO_DAYS, "1999-12-27", "2000-01-03", "2099-12-28")  # Mondays, far away
FILTERS = (
    "period", "basis", "kind", "category", "issuer", "level", "sort", "peers", "weeks", "by", "format", "tables", "parent",
)  # fmt: skip
ODD: list[dict[str, str]] = [
    *({"week": day} for day in DAYS),
    *({"period": kind, "week": "2000-01-03"} for kind in ("month", "quarter", "year")),
    *({name: "没有"} for name in FILTERS),
    *({name: "\0"} for name in ("issuer", "unit", "q")),
    {"kind": "x" * 3_000},
    *({"page": page} for page in ("0", "-1", "9" * 30, "x")),
]
SPANS = [("1976-11-15", "2026-11-16"), ("2026-11-16", "2026-11-09"), *((day, day) for day in DAYS)]
ODD_SPANS: dict[str, list[dict[str, str]]] = {
    "api": [{"from": since, "to": until} for since, until in SPANS],
    "exp": [{"since": since, "until": until} for since, until in SPANS],
}
REFUSED = {302, 403, 404, 422}


@pytest.fixture
def county(db, monkeypatch, client):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    county = make_unit(make_unit(level="city"), "county", name="临溪县")
    client.force_login(make_actor(county, "office").user)
    return county


def fill(county, week: Week) -> None:
    """Let the only township file, that has no peers, and be asked for something by the only department."""
    town = make_unit(county, "township")
    add_sums(town, week, returns=9, per_head=300)
    make_target(make_demand(make_unit(county, "department")), town)


def address(name: str, county, **query: str) -> str:
    route, _colon, key = name.partition(":")
    said = {"unit": county.code} | query if name in API else query
    page = reverse(route, args=[key] if key else [county.code] if name in OF_UNIT else [])
    return f"{page}?{urlencode(said)}"


every_page = pytest.mark.parametrize("name", [*OF_UNIT, *OWN, *API])


@every_page
def test_odd_address_is_answered_or_refused(client, county, name):
    fill(county, LAST_WEEK)
    for odd in [*ODD, *ODD_SPANS.get(name[:3], [])]:
        status = client.get(address(name, county, **odd)).status_code
        assert status in {200, *REFUSED}, odd


@every_page
@pytest.mark.parametrize("week", [None, Week.at(NOW)], ids=["of nothing", "whose data starts today"])
def test_county_is_answered(client, county, name, week):
    if week:
        fill(county, week)
    for odd in ({}, *({"period": kind, "week": str(Week.at(NOW))} for kind in ("week", "year"))):
        status = client.get(address(name, county, **odd)).status_code
        assert status == 200 or (status in REFUSED and (odd or name in {"reports", "calendar", "issued"})), odd

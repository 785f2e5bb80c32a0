"""Whatever an address says, pages and the API answer it or refuse it: never a traceback."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from django.urls import reverse

from burden.kit import clock
from burden.kit.clock import Week
from reports.tables import TABLES
from tests.factories import LAST_WEEK, NOW, make_actor, make_demand, make_target, make_unit
from tests.reports.sums import add_sums

OF_UNIT = (
    "report", "parts", "issuers", "relief", "capacity", "replies", "signals", "indicators", "indicators_file", "issued_by", "calendar_of",
    "calendar_file", "bulletin_extract", "indicator:late_notice",
)  # fmt: skip
OWN = (
    "duty",
    "unlisted",
    "plans",
    "admissions",
    "adaptations",
    "adaptation_new",
    "groups",
    "group_edit",
    "practices",
    "rules",
    "rule_new",
    "list_import",
    "reports",
    "calendar",
    "issued",
    "exports",
    "export_estimate",
    "bulletins",
    "standards",
    "unit_events",
    "days",
    "resources",
    "support",
    "guides",
    "todo",
    "remedies",
    "oversight",
    "oversight_ledger",
    "findings",
    "finding_new",
    "notices",
    "notice_new",
    "notice_channel",
    "feedback",
    "board",
    "feedback_forwards",
    "recognitions",
    "fairness",
)
API = (
    "api_summaries", "api_signals", "api_indicators", "api_parts", "api_goals", "api_people", "api_extracts", *(f"api_table:{key}" for key in TABLES),
)  # fmt: skip
LISTS = (
    "api_units",
    "api_tables",
    "api_bulletins",
    "api_recognitions",
    "api_exports",
    "api_tickets",
    "api_board",
)  # that take no unit
NO_DAYS = ("", "今天", "2026-11-17", "20261116", "0001-01-01", "9999-12-27", "\0")
DAYS = (*NO_DAYS, "1999-12-27", "2000-01-03", "2099-12-28")  # Mondays, far away
FILTERS = (
    "period", "basis", "kind", "category", "issuer", "level", "sort", "peers", "weeks", "by", "format", "tables", "parent", "origin", "decided", "above", "which",
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
    page = reverse(route, args=[*([county.code] if name in OF_UNIT else []), *([key] if key else [])])
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


OF_ROLE = {  # pages that an office does not open
    "issuer": ("demands", "demand_new", "demand_ledger", "catalogue", "admission_new"),
    "lead": ("support_ask", "practice_new"),
    "cadre": ("asked", "week", "year", "year_file", "calendar_file_own", "feedback_new", "feedback_mine"),
    "observer": ("observing",),
    "reviewer": ("recognition_candidate",),
    "": ("anonymous",),
}


@pytest.mark.parametrize(("role", "name"), [(role, name) for role, names in OF_ROLE.items() for name in names])
def test_odd_address_of_another_role_is_answered_or_refused(client, county, role, name):
    fill(county, LAST_WEEK)
    client.logout()
    if role:
        level = {"issuer": "department", "lead": "township", "cadre": "township"}.get(role)
        unit = make_unit(county, level) if level else county
        client.force_login(make_actor(unit, role).user)
    assert client.get(reverse(name)).status_code in {200, 404, 422}
    for odd in [*ODD, *({key: "没有"} for key in ("state", "door", "year", "rule", "of", "tab"))]:
        status = client.get(f"{reverse(name)}?{urlencode(odd)}").status_code
        assert status in {200, *REFUSED}, odd


CALENDAR = ("0001-01-01", "1899-12-25", "2026-02-30", "2026-11-17", "9999-12-27", "今天", "")
WRONG: list[dict[str, str]] = [
    *({"from": day} for day in CALENDAR),
    *({"to": day} for day in CALENDAR),
    *({"week": day} for day in CALENDAR),
    *({"year": year} for year in ("0", "1999", "2027", "9999", "２０２６", "x", "")),
    {"from": "2026-11-16", "to": "2026-11-09"},
    {"from": "1976-11-15", "to": "2026-11-16"},
    *({"unit": code} for code in ("000000000000", "foreign", "x" * 300, "")),
    *({name: "没有"} for name in ("by", "basis", "level", "period", "kind", "category", "issuer", "sort", "parent")),
    *({"page": page} for page in ("0", "x", "9" * 30)),
]


@pytest.mark.parametrize("name", [*API, *LISTS])
def test_refusal_of_the_api_is_a_problem_that_names_the_field(client, county, name):
    """Ends of the calendar, foreign and unknown units, from after to, fifty years: never a bare page, never unnamed."""
    fill(county, LAST_WEEK)
    foreign = make_unit(level="county").code
    for wrong in WRONG:
        said = {key: foreign if value == "foreign" else value for key, value in wrong.items()}
        answer = client.get(address(name, county, **said))
        if answer.status_code == 200:  # a parameter that this address takes, and a value that it can answer
            assert name in ("api_units", "api_signals") or said.keys() & {"kind", "sort"}, (said, answer.json())
            continue
        assert answer.status_code in (404, 422), said
        assert answer["Content-Type"] == "application/problem+json", said
        body = answer.json()
        assert body["code"] and body["detail"] and set(body["errors"]) & set(said), (said, body)


@pytest.mark.parametrize("day", CALENDAR[:-1])
def test_week_of_the_api_names_the_day(client, county, day):
    client.force_login(make_actor(county, "cadre").user)
    answer = client.get(f"/api/v1/weeks/{quote(day)}/")
    assert (answer.status_code in (404, 422), answer["Content-Type"]) == (True, "application/problem+json")
    assert "week" in answer.json()["errors"]


@pytest.mark.parametrize(
    ("name", "field", "value", "words", "button"),
    [
        *(
            ("report", "week", day, "没有这一周，要写成 2026-11-16 这样的星期一", "打开最新的一周")
            for day in ("2026-13-40", "abc", "2099-01-05", "1900-01-01")
        ),
        ("report", "period", "decade", "没有这一种，只能写 week / month / quarter / year", "去掉这一项再打开"),
        ("report", "basis", "xx", "没有这一种，只能写 reported / restated", "去掉这一项再打开"),
        ("report", "kind", "zzz", "没有这一种，只能写 ", "去掉这一项再打开"),
        ("parts", "category", "xx", "没有这一种，只能写 meeting / ", "去掉这一项再打开"),
        ("issuers", "sort", "zz", "没有这一种，只能写 ", "去掉这一项再打开"),
        ("signals", "weeks", "3", "没有这一种，只能写 ", "去掉这一项再打开"),
        ("calendar_of", "week", "zz", "没有这一周，要写成 2026-11-16 这样的星期一", "打开最新的一周"),
        ("exports", "since", "2026-13-99", "没有这一天，要写成 2026-11-23 这样", "打开最新的一周"),
    ],
)
def test_bad_field_is_named_with_a_way_on(client, county, name, field, value, words, button):
    page = client.get(address(name, county, **{field: value, "page": "1"}))
    body = page.content.decode()
    assert page.status_code == 404
    assert f"{field}：{words}" in body
    assert f'href="{address(name, county, page="1")}">{button}</a>' in "".join(body.split())


@pytest.mark.parametrize("name", OF_UNIT)
def test_foreign_unit_is_missing_on_every_page(client, county, name):
    """Nothing tells a unit elsewhere from one there is not."""
    codes = make_unit(level="county").code, "000000000000", "x" * 300
    route, _colon, key = name.partition(":")
    asked = [client.get(reverse(route, args=[code, *([key] if key else [])])) for code in codes]
    assert {answer.status_code for answer in asked} == {404}
    assert len({answer.content for answer in asked}) == 1


def test_unit_without_peers_is_compared_with_none(client, county):
    """On its page, in the table of the API and in the file's rows alike: no median is made of one."""
    town = make_unit(county, "township")
    add_sums(town, LAST_WEEK, returns=9, per_head=300)
    (line,) = client.get(reverse("report", args=[county.code]), {"kind": "township"}).context["table"].lines
    assert (line.unit, round(line.per_head), line.spread, line.gap) == (town, 300, None, None)
    said = {"unit": county.code, "level": "township", "from": str(LAST_WEEK), "to": str(LAST_WEEK)}
    (row,) = client.get("/api/v1/tables/comparison/", said).json()["results"]
    assert row["per_head"] == 300
    assert {row[name] for name in ("peers", "low", "median", "high", "p90", "gap")} == {None}


def test_unit_that_is_foreign_is_told_of_as_little_as_a_missing_one(client, county):
    foreign = make_unit(level="county")
    pages = [
        client.get(reverse("report", args=[code]), {"week": "abc"}).content for code in (foreign.code, "000000000000")
    ]
    assert "week：" not in pages[0].decode()
    assert pages[0] == pages[1]

"""The pages of the method and of all indicators: who may open them, and that page, file and API say the same."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from burden.accounts.roles import Role
from burden.demands.models import Reestimate
from burden.kit import clock
from burden.ledger.models import AuditEvent
from burden.standards.models import Goal, TariffVersion
from burden.units.models import Unit
from reports.indicators import INDICATORS, VALUED
from reports.models import PortalTime
from reports.periods import year_before
from tests.factories import LAST_WEEK, NOW, make_actor, make_demand, make_unit
from tests.reports.sums import add_sums
from tests.reports.test_values import add_asked


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> dt.datetime:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return NOW


@pytest.fixture
def county(db: None) -> Unit:
    return make_unit(name="临溪县")


@pytest.fixture
def reader(county: Unit, client: Client) -> Client:
    client.force_login(make_actor(county, "reviewer").user)
    return client


def cells(page: str) -> dict[str, str]:
    return {code: words.strip() for code, words in re.findall(r'data-code="(\w+)"[^>]*>([^<]*)<', page)}


def api(reader: Client, unit: Unit, **query: str) -> dict[str, dict]:
    found, url = {}, "/api/v1/indicators/"
    answer = reader.get(url, {"unit": unit.code} | query)
    while True:
        body = answer.json()
        found |= {row["code"]: row for row in body["results"]}
        if not body["next"]:
            return found
        answer = reader.get(body["next"])


@pytest.mark.parametrize("role", Role.values)
def test_everybody_may_read_the_method(role: str, county: Unit, client: Client) -> None:
    client.force_login(make_actor(county, role).user)
    page = client.get("/reports/method/").content.decode()
    for each in INDICATORS.values():
        assert f'id="{each.code}"' in page
        assert str(each.formula).replace("'", "&#x27;").replace('"', "&quot;") in page
    assert client.get("/reports/method/tariffs/").content.decode("utf-8-sig").startswith("version,from_week")


def test_method_tells_re_estimates_apart(county: Unit, reader: Client) -> None:
    assert "还没有重估过" in reader.get("/reports/method/").content.decode()
    tariff = TariffVersion.objects.create(number=90, from_week=LAST_WEEK.monday, note="")
    demand = make_demand(make_unit(county, "department"))
    Reestimate.every.create(demand=demand, week=LAST_WEEK.monday, tariff=tariff, before_min=900, after_min=600, at=NOW)
    page = reader.get("/reports/method/").content.decode()
    assert "第 90 版，2026-11-16 起" in page
    assert "−5.0" in page


def test_indicators_show_period_goal_and_why_not(county: Unit, reader: Client) -> None:
    add_sums(county, returns=6, per_head=600)
    Goal.objects.create(county=county, code="per_head", value=540, source="县里定的", set_at=NOW)
    page = reader.get(f"/reports/{county.code}/indicators/").content.decode()
    found = cells(page)
    assert set(found) == set(VALUED)
    assert (found["per_head"], found["person_hours"]) == ("10.0", "60.0")
    assert found["late_notice"] == "没有登记的事项"
    assert "≤ 9.0" in page
    assert "比上年 −30%" in page


def test_hidden_indicators_say_so(county: Unit, reader: Client) -> None:
    add_sums(county, returns=4, per_head=777)
    page = reader.get(f"/reports/{county.code}/indicators/").content.decode()
    assert cells(page)["per_head"] == "人数太少，不显示"
    assert "51.8" not in page


@pytest.mark.parametrize("query", [{"week": "2027-01-04"}, {"week": "x"}, {"period": "day"}, {"week": "1999-01-04"}])
def test_unknown_period_is_404(county: Unit, reader: Client, query: dict[str, str]) -> None:
    assert reader.get(f"/reports/{county.code}/indicators/", query).status_code == 404


@pytest.mark.parametrize("period", ["week", "month", "year"])
def test_page_file_and_api_say_the_same(county: Unit, client: Client, period: str) -> None:
    for week, per_head in ((LAST_WEEK, 600), (LAST_WEEK.plus(-1), 660), (year_before(LAST_WEEK), 720)):
        add_sums(county, week, per_head=per_head, self_min=100, after_hours_min=50)
        add_asked(county, week, targets=9, planned=4, noticed=9, late=3, depth_sum=5, deepest=2, issued_min=per_head)
    client.force_login(make_actor(county, "office").user)
    page = cells(client.get(f"/reports/{county.code}/indicators/", {"period": period}).content.decode())
    answer = client.get(f"/reports/{county.code}/indicators/file/", {"period": period, "format": "csv"})
    file = {row["代码"]: row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}
    body = api(client, county, period=period)
    assert set(page) == set(file) == set(body) == set(VALUED)
    for code, row in file.items():
        known = row["本期"] != "—"
        assert page[code] == (row["本期"] if known else row["说明"])
        for name, head in (("now", "本期"), ("previous", "上期"), ("last_year", "上年")):
            numbers = (body[code][name]["number"], body[code][name]["of"])
            assert tuple("" if number is None else str(number) for number in numbers) == (
                row[f"{head} 分子"], row[f"{head} 分母"],
            )  # fmt: skip
        assert body[code]["now"]["why"] == row["说明"]


INDICATOR = "/reports/{}/indicators/{}/"


def below(reader: Client, unit: Unit, code: str, **query: str) -> dict[str, tuple[int | None, int | None]]:
    found = reader.get(INDICATOR.format(unit.code, code), query).context["below"]
    return {each.code: (value.number, value.of) for each, value, _words, _then in found}


@pytest.mark.parametrize("period", ["week", "month"])
def test_every_indicator_leads_to_the_units_it_is_made_of(county: Unit, reader: Client, period: str) -> None:
    """Each line is what the unit's own page says; the sums of the lines are the unit's; small ones are hidden."""
    towns = [make_unit(county, "township") for _ in range(3)]
    for at, town in enumerate(towns):
        for back in range(3):
            add_sums(town, LAST_WEEK.plus(-back), returns=7 if at else 4, after_hours_min=30 + at, self_min=60)
            add_asked(
                town, LAST_WEEK.plus(-back), targets=9, noticed=8, late=at, done=7, repeated=at, longest_min=60 + at
            )
        PortalTime.every.create(unit=town, week=LAST_WEEK.monday, n=7, median_s=40, total_s=280)
    add_asked(county, targets=27, noticed=24, late=3)
    hidden = towns[0].code
    for code in VALUED.keys() - {"unregistered_share"}:
        said = {"period": period}
        found = below(reader, county, code, **said)
        assert list(found) == [town.code for town in towns], code
        for town in towns:
            row = api(reader, town, **said)[code]["now"]
            assert found[town.code] == (row["number"], row["of"]), (code, town)
    assert below(reader, county, "late_notice")[hidden] == (0, 8)  # claims are the issuers' own
    assert below(reader, county, "coverage")[hidden] == (None, None)
    page = reader.get(INDICATOR.format(county.code, "late_notice")).content.decode()
    assert "不足24小时的对象数" in page and f"/reports/{towns[1].code}/indicators/late_notice/" in page
    assert (
        INDICATOR.format(county.code, "late_notice")
        in reader.get(f"/reports/{county.code}/indicators/").content.decode()
    )


def test_how_figures_were_confirmed_leads_to_the_units(county: Unit, reader: Client) -> None:
    towns = [make_unit(county, "township") for _ in range(3)]
    for at, town in enumerate(towns):
        add_sums(town, returns=7 if at else 4, bulk_min=100 + at)
    page = reader.get(f"/reports/{county.code}/").content.decode()
    assert f"{INDICATOR.format(county.code, 'bulk_share')}?" in page.partition("自己填写或逐项确认")[0][-200:]
    found = below(reader, county, "bulk_share")
    assert [*found.values()] == [(None, None), (None, None), (102, 4200)]  # a second one, lest the first be subtracted


def test_unregistered_share_leads_to_the_issuers_it_is_made_of(county: Unit, reader: Client) -> None:
    answer = reader.get(INDICATOR.format(county.code, "unregistered_share"))
    assert answer.status_code == 302 and "/issuers/" in answer["Location"] and "sort=unregistered" in answer["Location"]


def test_indicator_that_is_none_is_404_and_of_a_unit_without_others_is_its_own_alone(
    county: Unit, reader: Client
) -> None:
    town = make_unit(county, "township")
    for code, path in ((county.code, "no_such"), (make_unit().code, "coverage")):
        assert reader.get(INDICATOR.format(code, path)).status_code == 404
    assert reader.get(INDICATOR.format(county.code, "coverage"), {"kind": "no"}).status_code == 404
    page = reader.get(
        INDICATOR.format(county.code, "coverage"), {"kind": "village"}
    )  # of which there are none in these weeks
    assert [label for label, _count, _url, is_current in page.context["levels"] if is_current] == ["乡镇"]
    lone = reader.get(INDICATOR.format(town.code, "coverage"))
    assert (lone.status_code, lone.context["below"]) == (200, [])


def test_queries_of_an_indicator_do_not_grow_with_units(county: Unit, reader: Client) -> None:
    found = []
    for _ in range(2):
        town = make_unit(county, "township")
        add_sums(town)
        add_asked(town)
        reader.get(INDICATOR.format(county.code, "late_notice"))
        with CaptureQueriesContext(connection) as seen:
            reader.get(INDICATOR.format(county.code, "late_notice"), {"period": "year"})
        found.append(len(seen))
    assert found[0] == found[1]


def test_file_is_recorded_and_for_exporters_alone(county: Unit, reader: Client, client: Client) -> None:
    client.force_login(make_actor(county, "office").user)
    answer = client.get(f"/reports/{county.code}/indicators/file/")
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert AuditEvent.objects.filter(what="export.indicators").count() == 1
    client.force_login(make_actor(county, "lead").user)
    assert client.get(f"/reports/{county.code}/indicators/file/").status_code == 403


@pytest.mark.parametrize("query", [{"period": "day"}, {"week": "2026-11-17"}, {"week": "2027-01-04"}, {"other": "1"}])
def test_api_names_the_bad_parameter(county: Unit, reader: Client, query: dict[str, str]) -> None:
    answer = reader.get("/api/v1/indicators/", {"unit": county.code} | query)
    assert answer.status_code == 422
    assert set(query) <= set(answer.json()["errors"])


def test_api_is_scoped(county: Unit, reader: Client) -> None:
    assert reader.get("/api/v1/indicators/", {"unit": make_unit().code}).status_code == 404
    assert reader.get("/api/v1/indicators/").status_code == 422

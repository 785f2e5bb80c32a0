"""A department's year for its assessment: the figures of its own page, on the page and in three kinds of file."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest

from burden.demands.models import Reestimate
from burden.kit import clock
from burden.kit.templatetags.show import hours
from burden.standards.models import TariffVersion
from reports.department_extract import extract_of, year_of
from reports.models import RollupDemand
from reports.papers import Table
from tests.factories import LAST_WEEK, NOW, make_actor, make_demand, make_unit
from tests.reports.sums import add_demand_sums, add_sums
from tests.reports.test_paper_files import said_in_word

YEAR = year_of(2026, NOW)


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def county(db):
    return make_unit(name="临溪县")


@pytest.fixture
def bureau(county):
    """A bureau with its own form, answered by many; a relayed meeting, answered by few; and the form of last year."""
    unit = make_unit(county, "department", name="县农业农村局")
    many = {
        "targets": 6,
        "answered": 6,
        "answers": 8,
        "done": 8,
        "claim_min": 3_000,
        "confirmed_min": 2_400,
        "after_hours_min": 240,
    }
    few = {
        "targets": 6,
        "answered": 1,
        "answers": 1,
        "done": 1,
        "claim_min": 1_200,
        "open_min": 1_000,
        "confirmed_min": 90,
    }
    for facts, sums, week in (
        ({"category": "form", "origin": "own"}, many, LAST_WEEK),
        ({"category": "meeting", "origin": "city"}, few, LAST_WEEK.plus(-4)),
        ({"category": "form", "origin": "own"}, many | {"confirmed_min": 3_000}, LAST_WEEK.plus(-52)),
    ):
        demand = make_demand(unit, **facts)
        add_demand_sums(demand, week, **sums)
    return unit


@pytest.fixture
def last_year(county):
    """Data of all weeks of the year before: what began later would look like more."""
    for week in YEAR.last_year.weeks:
        add_sums(county, week, returns=6, per_head=60)


def tables(actor, unit) -> list[Table]:
    return list(extract_of(actor, unit, YEAR, NOW).tables())


def test_extract_holds_each_side_of_the_year(county, bureau, last_year):
    kinds, decided, sides, *_rest = tables(make_actor(county, "office"), bureau)
    assert ["报表", "50.0", "40.0", "—", "−20.0%", "66.7%"] in kinds.rows
    assert ["会议", "0.0", "20.0", "—", "—", "33.3%"] in kinds.rows
    assert kinds.rows[-1] == ["合计", "50.0", "60.0", "—", "+20.0%", "100.0%"]
    assert decided.rows[0] == ["本单位自定", "50.0", "40.0", "—", "−20.0%", "66.7%"]
    assert decided.rows[1] == ["转办上级要求", "0.0", "20.0", "—", "—", "33.3%"]
    assert [row[1] for row in sides.rows] == ["50.0", "40.0", "−20.0%", "20.0", "10.0%"]


def test_a_year_without_all_its_weeks_is_not_compared_with(client, county, bureau):
    actor = make_actor(county, "office")
    kinds, *_rest = tables(actor, bureau)
    assert kinds.rows[-1] == ["合计", "—", "60.0", "—", "—", "100.0%"]
    client.force_login(actor.user)
    page = client.get(f"/issued/{bureau.code}/").content.decode()
    assert '<span>总量同比 <span class="mut">—</span></span>' in page or "<span>总量同比 —</span>" in page


def test_extract_says_the_change_in_words(county, bureau, last_year):
    first = next(
        part for part in extract_of(make_actor(county, "office"), bureau, YEAR, NOW).parts if part.kind == "paragraph"
    )
    assert "60.0人时，比上年同期增加20.0%。" in first.text


def test_what_a_change_of_tariffs_took_away_is_no_reduction(county, bureau, last_year):
    """Ten hours less by method alone: in a column of their own, and in no change, neither in tables nor in words."""
    meeting = RollupDemand.every.get(demand__issuer=bureau, demand__category="meeting")
    tariff = TariffVersion.objects.create(number=90, from_week=LAST_WEEK.monday, note="")
    Reestimate.every.create(
        demand=meeting.demand, week=meeting.week, tariff=tariff, before_min=1_800, after_min=1_200, at=NOW
    )
    office = make_actor(county, "office")
    paper = extract_of(office, bureau, YEAR, NOW)
    kinds, decided, *_rest = paper.tables()
    assert kinds.rows[-1] == ["合计", "50.0", "60.0", "−10.0", "+40.0%", "100.0%"]
    assert ["报表", "50.0", "40.0", "—", "−20.0%", "66.7%"] in kinds.rows
    assert decided.rows[1] == ["转办上级要求", "0.0", "20.0", "−10.0", "—", "33.3%"]
    assert "比上年同期增加40.0%。" in next(part for part in paper.parts if part.kind == "paragraph").text
    assert "增减里已经去掉" in paper.note


def test_few_answers_count_as_claimed(county, bureau):
    paper = extract_of(make_actor(county, "office"), bureau, YEAR, NOW)
    assert "1处答复的人太少" in paper.note
    assert "1.5" not in [cell for table in paper.tables() for row in table.rows for cell in row]


@pytest.mark.parametrize("role", ["issuer", "office"])
def test_its_own_page_says_the_same(client, county, bureau, role):
    client.force_login(make_actor(bureau if role == "issuer" else county, role).user)
    page = client.get(f"/issued/{bureau.code}/").content.decode()
    total = int(re.search(r'<data id="in-all" value="(\d+)"', page)[1])
    shown = client.get(f"/bulletins/extract/{bureau.code}/").content.decode()
    assert f">{hours(total)}</b>人时" in shown
    assert f"/bulletins/extract/{bureau.code}/" in page


def test_files_hold_the_figures_of_the_page(client, county, bureau, last_year):
    actor = make_actor(county, "office")
    client.force_login(actor.user)
    wanted = [cell for table in tables(actor, bureau) for row in table.rows for cell in row]
    word = said_in_word(client.get(f"/bulletins/extract/{bureau.code}/", {"format": "docx"}).content)
    assert [each for each in wanted if each not in word] == []
    assert client.get(f"/bulletins/extract/{bureau.code}/", {"format": "pdf"}).content.startswith(b"%PDF-")
    answer = client.get(f"/bulletins/extract/{bureau.code}/", {"format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = {row[0].value: [cell.value for cell in row[1:6]] for row in sheet.iter_rows()}
    assert rows["报表"] == [50, 40, "—", -0.2, 0.667]
    assert "filename" in answer["Content-Disposition"]


def test_year_without_demands_says_so(client, county):
    quiet = make_unit(county, "department")
    client.force_login(make_actor(county, "office").user)
    assert "这一年没有登记的事项" in client.get(f"/bulletins/extract/{quiet.code}/").content.decode()


@pytest.mark.parametrize(
    "query", [{"year": "1999"}, {"year": "2027"}, {"year": "x"}, {"year": "٢٠٢٦"}, {"format": "exe"}]
)
def test_what_does_not_exist_is_404(client, county, bureau, query):
    client.force_login(make_actor(county, "office").user)
    assert client.get(f"/bulletins/extract/{bureau.code}/", query).status_code == 404

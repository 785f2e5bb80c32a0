"""The dashboard as a page: its states, its scope, what it leaves out, a constant number of queries."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from burden.kit import clock
from burden.kit.clock import Week
from burden.standards.models import Goal, Sample
from reports.models import PortalTime, ReturnSpread
from reports.periods import Period, year_before
from tests.factories import LAST_WEEK, NOW, THIS_WEEK, make_actor, make_demand, make_unit
from tests.reports.sums import add_source, add_sums
from tests.reports.test_league import ask
from tests.reports.trees import move

MOST_QUERIES = 30  # with those of the files in reports/sql, and of the two numbers in the top bar


@pytest.fixture(autouse=True)
def now(monkeypatch) -> dt.datetime:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return NOW


@pytest.fixture
def county(db):
    return make_unit(make_unit(level="city", name="沅州市"), name="临溪县")


@pytest.fixture
def login(client):
    """Log in as somebody with a role in a unit."""

    def enter(unit, role="reviewer"):
        client.force_login(make_actor(unit, role).user)
        return client

    return enter


def show(client, unit, status=200, **query) -> str:
    response = client.get(f"/reports/{unit.code}/", query)
    assert response.status_code == status
    return response.content.decode()


def value(page: str, id_: str) -> str:
    found = re.search(rf'id="{id_}"[^>]*?>([^<]*)<', page)
    return found[1].strip() if found else ""


def total(page: str) -> int:
    return int(re.search(r'<data id="total" value="(\d+)"', page)[1])


@pytest.mark.parametrize("role", ["lead", "issuer", "reviewer", "office", "observer"])
def test_readers_are_led_to_their_own_unit(login, county, role):
    response = login(county, role).get("/reports/")
    assert response.headers["Location"] == f"/reports/{county.code}/"


@pytest.mark.parametrize("role", ["cadre", "sysadmin", "secadmin", "auditor"])
def test_others_may_not_read(login, county, role):
    assert login(county, role).get(f"/reports/{county.code}/").status_code == 403


def test_way_to_the_own_unit_keeps_the_week(login, county):
    client = login(county)
    asked = "/reports/?week=2026-11-09&period=month"
    assert client.get(asked)["Location"] == f"/reports/{county.code}/?week=2026-11-09&period=month"
    assert client.get("/reports/?code=x")["Location"] == f"/reports/{county.code}/?code=x"


def test_day_of_a_week_leads_to_its_monday(login, county):
    client = login(county)
    for day in ("2026-11-17", "2026-11-22"):
        answer = client.get(f"/reports/{county.code}/?week={day}&period=month")
        assert answer["Location"] == f"/reports/{county.code}/?week=2026-11-16&period=month"
    assert client.get("/reports/no-such-unit/?week=2026-11-17").status_code == 404


def test_foreign_unit_is_the_same_404_as_a_missing_one(login, county):
    client, foreign = login(county), make_unit(county.parent)
    answers = [client.get(f"/reports/{code}/") for code in (foreign.code, county.parent.code, "nowhere")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize(
    "query",
    [
        {"week": "2027-01-04"},
        {"week": "x"},
        {"period": "day"},
        {"kind": "kingdom"},
        {"basis": "guessed"},
        {"week": "1999-01-04"},
    ],
)
def test_unknown_state_is_404(login, county, query):
    show(login(county), county, status=404, **query)


def test_page_opens_on_the_last_closed_week(login, county):
    add_sums(county, returns=6, per_head=600)
    page = show(login(county), county)
    assert value(page, "per-head") == "10.0"
    assert total(page) == 3600
    assert value(page, "returns") == "6"
    assert "第 47 周" in page


def test_page_shows_person_minutes_exactly(login, county):
    town = make_unit(county, "township")
    add_sums(town, returns=7, m_meeting=11, m_document=22, m_form=33, m_inspection=44, m_other=55)
    assert total(show(login(county), county)) == 165


@pytest.mark.parametrize(
    ("week", "is_open", "has_next"),
    [(THIS_WEEK, True, False), (LAST_WEEK, True, True), (LAST_WEEK.plus(-1), False, True)],
)
def test_week_that_may_still_change_is_marked_provisional(login, county, week, is_open, has_next):
    add_sums(county, week)
    page = show(login(county), county, week=str(week))
    keys = re.search(r'<nav class="row wk".*?</nav>', page, re.DOTALL)[0]
    marks = re.sub(r'<a class="xs nw".*?</a>', "", keys, flags=re.DOTALL)  # the way to the running week has its own
    assert ("暂定" in marks) is is_open
    assert ('rel="next"' in keys) is has_next


@pytest.mark.parametrize("level", ["province", "county", "township", "village"])
@pytest.mark.parametrize(
    ("week", "words"),
    [(THIS_WEEK, "已有 6／1,240 份周报"), (LAST_WEEK, "已有 6／1,240 份周报"), (LAST_WEEK.plus(-1), None)],
)
@pytest.mark.django_db
def test_figure_of_a_provisional_week_says_how_few_stand_behind_it(login, level, week, words):
    unit = make_unit(level=level)
    add_sums(unit, week, returns=6, active=1240, per_head=600)
    client = login(unit)
    page = show(client, unit, week=str(week))
    told = re.search(r'<span id="few">(.*?)</span> (.*?)</span>', page)
    assert (told and told[2]) == words
    if words:
        figure, said = page.index('id="per-head"'), page.index('id="few"')
        assert figure < said < page.index("</dd>", said) < page.index('id="returns"')
        client.cookies["django_language"] = "en"
        assert "6 of 1,240 returns so far" in show(client, unit, week=str(week))


def test_sum_of_several_weeks_has_no_count_of_one(login, county):
    add_sums(county, THIS_WEEK, returns=6, per_head=600)
    assert 'id="few"' not in show(login(county), county, week=str(THIS_WEEK), period="month")


def test_week_keys_lead_to_the_weeks_around(login, county):
    page = show(login(county), county, week="2026-11-09", kind="")
    assert f'rel="prev" href="/reports/{county.code}/?week=2026-11-02&amp;period=week"' in " ".join(page.split())
    assert "week=2026-11-16" in page


@pytest.mark.parametrize("period", ["week", "month", "quarter", "year"])
def test_periods_add_up_their_weeks(login, county, period):
    for week in (LAST_WEEK, LAST_WEEK.plus(-1), LAST_WEEK.plus(-8), LAST_WEEK.plus(-20)):
        add_sums(county, week, returns=6, per_head=500)
    weeks = {"week": 1, "month": 2, "quarter": 2, "year": 4}[period]
    page = show(login(county), county, period=period)
    assert total(page) == weeks * 3000
    assert value(page, "per-head") == "8.3"


def changes(page: str) -> list[str]:
    """The differences under the burden a head: against the period before, and a year before."""
    lead = re.search(r'<div class="kpi lead">.*?</div>', page, re.DOTALL)[0]
    texts = re.findall(r"<span><a[^>]*>(?:环比|同比)</a> (.*?)</span>\n", lead, re.DOTALL)
    return [re.sub(r"<[^>]*>|[▲▼\s]", "", text) for text in texts]


def test_change_is_against_the_week_before_and_the_year_before(login, county):
    client = login(county)
    add_sums(county, LAST_WEEK, per_head=600)
    assert changes(show(client, county)) == ["—", "—"]
    add_sums(county, LAST_WEEK.plus(-1), per_head=660)
    add_sums(county, year_before(LAST_WEEK), per_head=420)
    assert changes(show(client, county)) == ["减−1.0", "增+3.0"]


@pytest.mark.parametrize("why", ["unfiled", "hidden"])
def test_units_side_by_side_compare_the_same_part_as_their_own_pages(login, county, why):
    """Weeks that nobody filed for, or that are not shown, take those beside them out of the change: in table, file and dashboard."""
    offices = [make_unit(county, "department", name=f"县局{n}") for n in range(2)]
    month = Period.of("month", LAST_WEEK, until=LAST_WEEK)
    *filled, last = month.weeks
    for office in offices:
        for week in filled:
            add_sums(office, week, returns=9, per_head=600)
            add_sums(office, year_before(week), returns=9, per_head=500)
        add_sums(office, year_before(last), returns=9, per_head=5000)
        if why == "hidden":
            add_sums(office, last, returns=3, per_head=600)
    client = login(county)
    table = client.get(f"/reports/{county.code}/", {"period": "month", "kind": "department"}).context["table"]
    assert [round(line.than_last_year) for line in table.lines] == [100, 100]
    own = client.get(f"/reports/{offices[0].code}/", {"period": "month"}).context["headline"]
    assert round(own.last_year) == 100
    said = {"unit": county.code, "level": "department", "from": str(month.first), "to": str(month.last)}
    rows = client.get("/api/v1/tables/comparison/", said).json()["results"]
    assert [row["than_last_year"] for row in rows] == [100, 100]


def test_every_page_beside_last_year_says_why_it_is_not_alike(login, county):
    """Spring Festival in one of the two weeks alone, and on the trend; a month of five weeks beside one of four."""
    town, bureau = make_unit(county, "township"), make_unit(county, "department")
    client = login(county, "office")
    for day in ("2026-02-16", "2026-03-02", "2026-04-13"):
        add_sums(town, Week(dt.date.fromisoformat(day)))
        ask(bureau, 600, Week(dt.date.fromisoformat(day)))
    festival, lengths = "春节：本年第 8 周，上年第 5 周", "本期 5 周，上年同期 4 周"
    pages = ("", "parts/", "indicators/", "issuers/")
    for said, words in (({"week": "2026-02-16"}, festival), ({"week": "2026-04-13", "period": "month"}, lengths)):
        for path in (
            *(f"/reports/{town.code}/{page}" for page in pages[:3]),
            f"/reports/{county.code}/issuers/",
            f"/issued/{bureau.code}/",
        ):
            body = client.get(path, {"period": "week"} | said).content.decode()
            bar = body.partition("<main")[0]
            assert words in bar, path
        answer = client.get("/api/v1/indicators/", {"unit": town.code} | said).json()
        assert answer["unlike"] == [words]
        file = client.get(f"/reports/{town.code}/indicators/file/", said | {"format": "csv"}).content.decode(
            "utf-8-sig"
        )
        assert words in file
    assert festival in show(client, town, week="2026-03-02").partition("<main")[2]  # on the trend alone
    assert festival not in show(client, town, week="2026-03-02").partition("<main")[0]
    week = {"from": "2026-02-16", "to": "2026-02-16"}
    for key, found in (("trend", [festival]), ("comparison", [festival]), ("unit_weeks", [])):
        assert client.get(f"/api/v1/tables/{key}/", {"unit": county.code} | week).json()["unlike"] == found, key


def test_every_page_says_where_many_more_or_fewer_filed_than_in_what_it_compares_with(login, county):
    add_sums(county, LAST_WEEK, returns=20, active=100)
    add_sums(county, LAST_WEEK.plus(-1), returns=34, active=100)
    add_sums(county, year_before(LAST_WEEK), returns=36, active=100)
    words, client = "已有数据：本期 20.0%，上年同期 36.0%，合计不能直接比", login(county, "office")
    for path in (f"/reports/{county.code}/", f"/reports/{county.code}/indicators/"):
        page = client.get(path, {"period": "week"}).content.decode()
        assert words in page.partition("<main")[0], path
        assert "34.0%，合计" not in page  # near enough
    assert client.get("/api/v1/indicators/", {"unit": county.code}).json()["unlike"] == [words]
    file = client.get(f"/reports/{county.code}/indicators/file/", {"format": "csv"}).content.decode("utf-8-sig")
    assert words in file


def test_nothing_is_compared_with_a_hidden_week(login, county):
    add_sums(county, LAST_WEEK, per_head=600)
    add_sums(county, LAST_WEEK.plus(-1), returns=4, per_head=660)
    assert changes(show(login(county), county)) == ["—", "—"]


@pytest.mark.parametrize(("returns", "words"), [(4, True), (6, False)])
def test_month_says_how_many_weeks_it_leaves_out(login, county, returns, words):
    add_sums(county, returns=returns)
    add_sums(county, LAST_WEEK.plus(-1), returns=6, per_head=600)
    page = show(login(county), county, period="month")
    assert total(page) == (3600 if words else 7200)
    assert ("另有 1 周人数太少，没有算进来" in page) is words
    assert ("11月，只算 1 周" in page) is words


def test_list_says_that_hidden_weeks_are_left_out(login, county):
    town = make_unit(county, "township")
    for n, returns in enumerate((4, 9)):
        add_sums(town, LAST_WEEK.plus(-n), returns=returns, per_head=600)
    client = login(county)
    words = "人数太少的周没有算进合计"
    assert words in show(client, county, period="month")
    assert words not in show(client, county, week=str(LAST_WEEK.plus(-1)))


def test_small_unit_is_hidden_and_says_so(login, county):
    add_sums(county, returns=4, per_head=777)
    page = show(login(county), county)
    assert "人数太少，不显示数字" in page
    assert 'id="total"' not in page
    assert str(4 * 777) not in page
    assert "近一年的周都不能显示" in page
    assert "看上一级" not in page  # which is not the reader's
    add_sums(county, LAST_WEEK.plus(-1), returns=6)
    assert "前后有能显示的周" in show(client=login(county), unit=county)


def test_unit_hidden_beside_others_says_so_and_leads_to_the_unit_above(login, county):
    small, big = (make_unit(county, "township") for _ in range(2))
    add_sums(small, returns=3)
    add_sums(big, returns=48, active=60)
    client = login(county)
    assert "不足 5 份周报，或在册不足 3 人" in show(client, small)
    for path in ("", "parts/"):
        page = client.get(f"/reports/{big.code}/{path}").content.decode()
        assert "旁边的单位人数太少" in page
        assert "不足 5 份周报，或在册不足 3 人" not in page
        assert f'href="/reports/{county.code}/{path}?week={LAST_WEEK}&amp;period=week">看上一级' in page
    add_sums(small, LAST_WEEK.plus(-1))
    assert "前后有能显示的周" in show(client, small)


def test_unit_above_that_is_hidden_too_is_not_offered(login, county):
    village = make_unit(make_unit(county, "township"), "village")
    add_sums(village, returns=3)
    assert "看上一级" not in show(login(county), village)


def test_unit_put_above_later_leads_to_todays_tree(login, county):
    add_sums(county)
    village = make_unit(make_unit(county, "township"), "village")
    add_sums(village)
    late = make_unit(county, "township")
    move(village, late, THIS_WEEK)
    client = login(county)
    year = f"/reports/{late.code}/?week={LAST_WEEK}&amp;period=year&amp;basis=restated"
    for path in ("", "parts/"):
        page = client.get(f"/reports/{late.code}/{path}").content.decode()
        assert "“当时区划”里这一期没有数据" in page
        assert "看“现行区划”" in page
    lists = (client.get(f"/reports/{late.code}/{page}/", {"period": "year"}) for page in ("issuers", "relief"))
    assert all(f'href="{year}">看“现行区划”的总览' in page.content.decode() for page in lists)
    assert "看“现行区划”" not in show(client, make_unit(county, "township"))
    page = show(client, late, basis="restated")
    assert total(page) == 3600
    assert "全部下达单位" not in page
    assert "“现行区划”里这一期没有数据" in show(client, village.parent, basis="restated")


def test_what_could_be_asked_less_is_told_beside_a_hidden_week(login, county):
    cache.clear()
    office = make_unit(county, "department", name="县农业农村局")
    demand = make_demand(office, title="秋种进度表")
    for back in range(40):
        ask(office, 500, LAST_WEEK.plus(-back), demand=demand)
    add_sums(county, returns=3)
    page = show(login(county), county)
    assert "人数太少，不显示数字" in page
    assert "秋种进度表" in page


def test_week_of_another_year_says_its_year(login, county):
    add_sums(county, LAST_WEEK.plus(-52))
    page = show(login(county), county, week=str(LAST_WEEK.plus(-52)))
    assert f"<title>{county.name} 2025年第 47 周" in page
    assert '<span class="b num">2025年第 47 周' in page
    assert '<span class="b num">第 47 周' in show(login(county), county)


def test_unit_without_data_says_what_it_means(login, county):
    page = show(login(county), county)
    assert "这一期还没有数据" in page
    assert "trend" not in page


def test_issuers_are_left_out_where_the_unit_is_hidden(login, county):
    add_sums(county, returns=4)
    add_source(county, make_unit(county, "department", name="县统计局"), minutes=90)
    assert "tbl issuers" not in show(login(county), county)


def test_issuers_inside_the_range_are_linked(login, county):
    add_sums(county)
    office = make_unit(county, "department", name="县统计局")
    add_source(county, office, minutes=900)
    add_source(county, county.parent, minutes=800)
    add_source(county, None, minutes=700)
    page = show(login(county), county)
    assert f"/issued/{office.code}/?week=2026-11-16" in page
    assert f"/issued/{county.parent.code}/" not in page
    assert "未注明" in page


def test_units_are_compared_and_lead_down(login, county):
    towns = [make_unit(county, "township", name=f"镇{n}") for n in range(8)]
    for n, town in enumerate(towns):
        add_sums(town, returns=9, per_head=300 + 60 * n)
    page = show(login(county), county)
    assert "同类中位数" in page
    assert page.index("镇7") < page.index("镇0")
    assert f"/reports/{towns[3].code}/?week=2026-11-16&amp;period=week&amp;kind=township" in page
    below = show(login(county), towns[3], kind="township")
    assert total(below) == 9 * 480


def test_villages_of_a_county_are_named_with_their_townships(login, county):
    town = make_unit(county, "township", name="柳河镇")
    add_sums(make_unit(town, "village", name="上坪村"), returns=9)
    client = login(county)
    assert "上坪村</a><span" in show(client, county, kind="village")
    assert "上坪村</a></th>" in show(client, town, kind="village")


def test_fewer_than_eight_are_not_compared(login, county):
    add_sums(make_unit(county, "township"), returns=9)
    page = show(login(county), county)
    assert "同类单位不到 8 个的" in page
    assert "同类中位数" not in page


def test_breadcrumb_names_but_does_not_link_what_lies_above(login, county):
    add_sums(county)
    page = show(login(county), county)
    assert "沅州市" in page
    assert county.parent.code not in page


def test_lead_sees_the_own_unit_alone(login, county):
    town = make_unit(county, "township", name="柳河镇")
    sibling = make_unit(county, "township", name="云峰乡")
    add_sums(town, returns=9)
    add_sums(sibling, returns=9)
    client = login(town, "lead")
    page = show(client, town)
    assert value(page, "returns") == "9"
    assert "云峰乡" not in page
    show(client, sibling, status=404)


def test_first_screen_says_on_what_by_whom_and_what_to_do(login, county):
    """The lead is what those at the unit could ask less; without one it is the unit furthest above its peers."""
    bureau, far = make_unit(county, "department", name="县农业农村局"), make_unit(level="department")
    for n in range(8):
        add_sums(make_unit(county, "township", name=f"{n}乡"), per_head=600 + 60 * (n == 7))
    add_sums(county, returns=80)
    add_source(county, far, minutes=900)
    add_source(county, bureau, minutes=600)
    client = login(county)
    page = show(client, county)
    assert re.search(r"下达最多的.*?issuer=" + far.code, page, re.DOTALL)
    assert re.search(r"可以先做的.*?先看7乡", page, re.DOTALL)
    demand = make_demand(bureau, title="全县视频调度会", category="meeting")
    for back in range(40):
        ask(bureau, 500, LAST_WEEK.plus(-back), demand=demand)
    cache.clear()  # a day later
    first = re.search(r"可以先做的(.*?)</dd>", show(client, county), re.DOTALL)[1]
    assert f"/relief/#ask-{demand.pk}" in first
    assert "一年有 40 周要；改成一年 12 次" in first
    assert "按近一年算少 " in first
    assert re.search(r"下达最多的.*?人均环比", page, re.DOTALL)


@pytest.mark.parametrize("kind", ["township", "village", "department"])
def test_number_of_queries_does_not_grow(login, county, kind):
    def count(children: int) -> int:
        for _ in range(children):
            town = make_unit(county, "township")
            for unit in (town, make_unit(town, "village"), make_unit(county, "department")):
                add_sums(unit, returns=9)
            add_source(county, town, minutes=90)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            show(client, county, kind=kind)
        return len(
            [
                query
                for query in seen
                # of what was prepared no text is kept
                if (query["sql"] or "--").lstrip("( ").upper().startswith(("SELECT", "UPDATE", "INSERT", "--"))
            ]
        )

    client = login(county)
    count(1)  # what is counted once a day
    few = count(1)
    assert count(2) == few
    assert few <= MOST_QUERIES


def test_both_trees_are_offered_where_a_unit_moved(login, county):
    """The address says which; every link of the page keeps it, and the usual tree goes without saying."""
    old, new = (make_unit(county, "township", name=name) for name in ("柳河镇", "云峰乡"))
    village = make_unit(old, "village")
    for unit in (village, old, new):
        add_sums(unit, returns=9, per_head=600)
    client = login(county)
    assert "现行区划" not in show(client, county)
    move(village, new, LAST_WEEK.plus(1))
    reported, restated = show(client, county), show(client, county, basis="restated")
    assert "现行区划" in reported
    assert "basis=reported" in reported  # the switch alone
    assert f"/reports/{new.code}/?week=2026-11-16&amp;period=week&amp;basis=restated&amp;kind=township" in restated
    assert f"/exports/?unit={county.code}&amp;since=2026-11-16&amp;until=2026-11-16" in reported
    assert "&amp;basis=restated" in re.search(r'href="(/exports/\?[^"]*)"', restated)[1]
    assert total(show(client, old)) == total(show(client, new, basis="restated")) == 10800
    assert total(show(client, old, basis="restated")) == 5400


def test_weeks_that_a_small_move_hides_say_why(login, county):
    old, new = (make_unit(county, "township") for _ in range(2))
    village = make_unit(old, "village")
    for unit, returns in ((village, 3), (old, 9), (new, 9)):
        add_sums(unit, LAST_WEEK.plus(-1), returns=returns, per_head=600)
    move(village, new, LAST_WEEK)
    add_sums(new, returns=9, per_head=600)
    client = login(county)
    page = show(client, new, period="month", basis="restated")
    assert "11月，只算 1 周" in page
    assert "另有 1 周不显示：划转的单位人数太少" in page
    assert "没有算进来" not in page
    assert "不显示：划转" not in show(client, new, period="month")


def test_long_list_is_paged(login, county, monkeypatch):
    monkeypatch.setattr("reports.views.LINES", 2)
    towns = [make_unit(county, "township", name=f"镇{n}") for n in range(3)]
    for n, town in enumerate(towns):
        add_sums(town, returns=9, per_head=300 + 60 * n)
    client = login(county)
    first, second = show(client, county), show(client, county, page="2")
    cells = client.get(f"/reports/{county.code}/", {"page": "2"}).context["heat"].cells
    assert {unit: len(weeks) for unit, weeks in cells.items()} == {towns[0].pk: 52}  # a year, of those on the page
    assert "镇2" in first
    assert "镇0" not in first
    assert "镇0" in second


def test_page_in_english_has_no_chinese(login, county):
    add_sums(county)
    client = login(county)
    client.cookies["django_language"] = "en"
    page = show(client, county)
    names = ("沅州市", "临溪县", *re.findall(r"干部\d+", page), "中文")
    for name in names:
        page = page.replace(name, "")
    assert re.findall(r"[\u4e00-\u9fff]+", page) == []


def test_portal_is_a_category_of_its_own_and_in_no_sum(login, county):
    add_sums(county)
    page = show(login(county), county)
    assert 'id="portal"' not in page
    before = total(page)
    PortalTime.every.create(unit=county, week=LAST_WEEK.monday, n=12, median_s=41, total_s=510)
    page = show(login(county), county)
    assert (value(page, "portal"), total(page)) == ("0.2", before)  # 9 minutes
    assert "记了用时的 12 份，中位 41 秒，另计" in page


def test_portal_of_a_week_that_is_not_shown_is_not_shown(login, county):
    add_sums(county, returns=4)
    PortalTime.every.create(unit=county, week=LAST_WEEK.monday, n=5, median_s=41, total_s=510)
    assert 'id="portal"' not in show(login(county), county)


def test_headline_has_its_goal_and_says_that_a_sample_is_on(login, county):
    add_sums(county, returns=6, active=24, per_head=600)
    Goal.objects.create(county=county, code="per_head", value=600, source="县里定的", set_at=NOW)
    client = login(county)
    page = show(client, county)
    assert "目标 ≤ 10.0" in page
    assert "四周问一周" not in page
    Sample.objects.create(county=county, from_week=LAST_WEEK.monday)
    assert "四周问一周" in show(client, county)
    numbers = {"cadres": 24, "asked": 6, "n": 6, "total_min": 3600, "squares": 2_200_000, "more": 0, "more_min": 0}
    ReturnSpread.every.create(unit=county, week=LAST_WEEK.monday, kind="village", **numbers)
    page = show(client, county)
    assert "四周问一周，请了 6" in page
    assert total(page) == 3600
    assert "估计全体在册 240.0（" in page


def test_how_many_were_asked_is_not_told_of_the_running_week(login, county):
    """Until the next count it is everybody, though the sample is on already."""
    add_sums(county, THIS_WEEK, returns=6, active=24, per_head=600)
    Sample.objects.create(county=county, from_week=THIS_WEEK.monday)
    numbers = {"cadres": 24, "asked": 24, "n": 6, "total_min": 3600, "squares": 2_200_000, "more": 0, "more_min": 0}
    ReturnSpread.every.create(unit=county, week=THIS_WEEK.monday, kind="village", **numbers)
    page = show(login(county), county, week=str(THIS_WEEK))
    assert "四周问一周" in page
    assert "请了" not in page

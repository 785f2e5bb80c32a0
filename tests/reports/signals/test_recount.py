"""The nightly recount: the same again, names kept, one at a time; and what the page, the API and other readers are told."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from burden.kit import clock
from burden.kit.templatetags.show import week_number
from burden.units.models import Level, Unit
from reports import tasks
from reports.management.commands import rollup
from reports.models import Signal, UnregisteredDemand
from reports.signals.declared import THRESHOLDS, Found
from reports.signals.recount import named, recount
from tests.database import as_role, in_threads
from tests.factories import LAST_WEEK, NOW, make_actor, make_demand, make_target, make_unit
from tests.reports.signals.test_detectors import Place, relay
from tests.reports.signals.test_outliers import County
from tests.reports.sums import add_sums

MONDAYS = [LAST_WEEK.plus(-n).monday for n in range(9)]


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def county(db: None) -> County:
    return County()


def add(unit: Unit, kind: str = "unregistered", **facts: object) -> Signal:
    """Put a signal there as a recount would."""
    evidence = {"title": "撂荒地巡查日报", "cadres": 71, "units": 16, "n": 612}
    facts = {
        "subject": "form:撂荒地巡查", "since": MONDAYS[8], "category": "form", "first_week": MONDAYS[8], "last_week": MONDAYS[0],
        "strength": 200, "person_min": 7_200, "evidence": evidence, "first_seen": NOW.date(),
    } | facts  # fmt: skip
    return Signal.every.create(unit=unit, kind=kind, **facts)


def rows() -> list[dict[str, object]]:
    return [
        {name: value for name, value in row.items() if name != "id"} for row in Signal.every.order_by("since").values()
    ]


def test_recount_twice_gives_the_same_rows_and_the_worker_may(county: County) -> None:
    county.file(-3, -2, 0)
    with as_role("burden_worker"):
        assert recount(now=NOW) == 2
    first = rows()
    with as_role("burden_worker"):
        assert recount(now=NOW) == 2
    assert rows() == first


def test_signal_that_goes_on_keeps_its_name(county: County) -> None:
    county.file(-2)
    recount(now=NOW - dt.timedelta(weeks=1))
    county.file(-3, -1)
    recount(now=NOW)
    kept = Signal.every.get()
    assert (kept.since, kept.first_seen) == (MONDAYS[2], (NOW - dt.timedelta(weeks=1)).date())
    assert (kept.first_week, kept.last_week) == (MONDAYS[3], MONDAYS[1])


def test_signal_is_named_by_kind_unit_week_and_subject(county: County) -> None:
    """Findings keep the name: it may not change with how a server writes dates."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL datestyle = 'German'")
        made = add(county.county, since=dt.date(2026, 2, 2))
    assert made.key == f"unregistered:{county.county.pk}:2026-02-02:form:撂荒地巡查"


def test_signal_that_is_gone_goes(county: County) -> None:
    add(county.county)
    assert recount(now=NOW) == 0


def test_two_runs_do_not_take_one_name() -> None:
    old = Signal(kind="outlier", unit_id=1, subject="", since=MONDAYS[5], last_week=MONDAYS[0], first_seen=MONDAYS[1])
    runs = [
        Found("outlier", 1, "", "", since, until, 100, 1, {})
        for since, until in ((MONDAYS[2], MONDAYS[1]), (MONDAYS[5], MONDAYS[4]))
    ]
    found = list(named(runs, {("outlier", 1, ""): [old]}, NOW.date()))
    assert [(each.since, each.first_seen) for each in found] == [(MONDAYS[5], MONDAYS[1]), (MONDAYS[2], NOW.date())]


@pytest.mark.django_db(transaction=True)
def test_two_recounts_at_once_put_everything_once(transactional_db: None) -> None:
    County().file(0)
    in_threads(3, lambda _: recount(now=NOW), role="burden_worker")
    assert Signal.every.count() == 1


def test_the_night_and_a_rebuild_find_them(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (tasks, rollup):
        monkeypatch.setattr(module, "now", lambda: NOW)
    relay(Place(), (1, 2, 3))
    tasks.find_signals(added_later=True)
    assert Signal.every.get().kind == "relay"
    Signal.every.all().delete()
    call_command("rollup", "rebuild", stdout=StringIO())
    assert Signal.every.get().kind == "relay"


# --- the page ---


def show(client: Client, unit: Unit, status: int = 200, **query: str) -> str:
    response = client.get(f"/reports/{unit.code}/signals/", query)
    assert response.status_code == status
    return response.content.decode()


@pytest.fixture
def reviewer(county: County, client: Client) -> Client:
    client.force_login(make_actor(county.county, "reviewer").user)
    return client


def test_page_says_each_kind_with_its_evidence(county: County, reviewer: Client) -> None:
    demand = make_demand(county.towns[0], title="旧台账")
    form = {"issuer": "县农业局", "first_on": "2026-09-01", "last_on": "2026-10-01", "times": 3, "fields": 5}
    add(county.county)
    add(
        county.county,
        "split",
        evidence={
            "title": "农房排查会",
            "cadres": 9,
            "sittings": 4,
            "minutes": 260,
            "limit": 240,
            "units": 3,
            "rule": "R",
        },
    )
    add(county.county, "renamed", evidence={
        "demands": [form | {"id": demand.pk, "title": "旧台账"}, form | {"id": 2**40, "title": "新清单"}],
        "same": 4, "likeness": 80, "is_own": False, "title": "新清单",
    })  # fmt: skip
    add(
        county.county,
        "informal",
        evidence={"basis": "year", "then": [], "groups": [600, 9, 1200, 20], "documents": [600, 9, 300, 5]},
    )
    add(county.county, "relay", evidence={
        "demands": [{"id": 2**40, "title": "通知", "issuer": "市局"}], "title": "通知", "issued_at": NOW.isoformat(), "units": 14,
        "quickest_min": 90, "slowest_min": 600, "depth": 2, "sooner": 3, "days": 2,
    })  # fmt: skip
    county.file(0)
    week = {"week": str(MONDAYS[0]), "per_head": 2000, "median": 600, "z_tenths": 93, "peers": 9, "beyond_min": 8400}
    add(county.heavy, "outlier", category="", evidence={"area": 1, "weeks": [week]})
    page = show(reviewer, county.county)
    for words in (
        "16 个单位都在做《撂荒地巡查日报》，没有登记过", "一个议题一周开了 4 个短会", "9 名干部、3 个单位记出，没有登记",
        "《新清单》像停用的《旧台账》", "旧表是县农业局要的", "文件 10.0 → 5.0 人时，工作群、APP 10.0 → 20.0 人时",
        "14 个单位 24 小时内原样转下《通知》", "3 次把期限提前，最多 2 天", "一周人均时间远高于同类", "z＝9.3",
    ):  # fmt: skip
        assert words in page, words
    assert f'href="/reports/demands/{demand.pk}/"' in page
    assert f"/demands/{2**40}/" not in page
    assert all(str(text) in unescape(page) for each in THRESHOLDS for text in (each.label, each.value, each.source))


def test_weeks_behind_a_signal_are_drawn_where_they_are_known(county: County, reviewer: Client) -> None:
    """Of what nobody registered as its list keeps them, few people's left out; of an outlier its own; else nothing is drawn."""
    bureau = make_unit(county.county, Level.DEPARTMENT)
    weeks = [[str(MONDAYS[3]), 3, 600], [str(MONDAYS[2]), 4, 1200], [str(MONDAYS[0]), 4, 900]]
    facts = {"category": "form", "title": "撂荒地巡查日报", "units": 4, "cadres": 71, "n": 612, "person_min": 2700}
    span = {"first_week": MONDAYS[3], "last_week": MONDAYS[0]}
    UnregisteredDemand.every.create(issuer=bureau, weeks=weeks, **facts, **span)
    add(bureau, **span)
    add(
        county.county,
        "split",
        evidence={"title": "会", "cadres": 9, "sittings": 4, "minutes": 260, "limit": 240, "units": 3, "rule": "R"},
    )
    for back in (0, -1):
        county.file(back)
    runs = [{"week": str(week), "per_head": 1980 + n, "median": 600, "z_tenths": 93, "peers": 9, "beyond_min": 8400}
            for n, week in enumerate((MONDAYS[1], MONDAYS[0]))]  # fmt: skip
    add(county.heavy, "outlier", subject="", category="", evidence={"area": 1, "weeks": runs})
    lines = {
        line.signal.kind: line
        for line, _judged, _ask in reviewer.get(f"/reports/{county.county.code}/signals/").context["lines"]
    }
    assert lines["unregistered"].curve == [600, 1200, None, 900]
    assert lines["outlier"].curve == [1980, 1981] and lines["split"].curve == []
    assert "10.0，" in lines["unregistered"].curve_words and lines["unregistered"].curve_words.endswith("15.0")
    page = show(reviewer, county.county)
    assert page.count('class="spark"') == 2 and "每周人时：" in page


def test_two_lines_of_an_informal_channel_are_drawn_and_said(county: County, reviewer: Client) -> None:
    weekly = {
        "groups": [[str(MONDAYS[1]), 600], [str(MONDAYS[0]), 1200]],
        "documents": [[str(MONDAYS[1]), 300], [str(MONDAYS[0]), None]],
    }
    sums = {"basis": "before", "then": [], "groups": [600, 9, 1200, 20], "documents": [600, 9, 300, 5]}
    add(county.county, "informal", evidence=sums | {"weekly": weekly})
    add(make_unit(county.county, Level.DEPARTMENT), "informal", evidence=sums)  # found before weeks were kept
    page = show(reviewer, county.county)
    assert page.count('class="spark"') == 1
    assert '<polyline class="x-brand"' in page and '<polyline class="x-self"' in page
    week = week_number(MONDAYS[0])
    assert f"{week} 20.0；文件：" in page and f'{week} —"' in page


def test_office_asks_a_department_in_the_form_of_a_notice(county: County, client: Client) -> None:
    """The form begins with whom to ask and what was seen; nobody else, and no unit of the grassroots, is asked so."""
    bureau, far = (
        make_unit(county.county, Level.DEPARTMENT),
        make_unit(make_unit(county.county.parent), Level.DEPARTMENT),
    )
    add(bureau)
    add(county.towns[0], subject="form:别的")
    client.force_login(make_actor(county.county, "reviewer").user)
    assert "问部门" not in show(client, county.county)
    client.force_login(make_actor(county.county, "office").user)
    page = unescape(show(client, county.county))
    (url,) = re.findall(r'href="(/notices/new/[^"]*)"', page)
    form = unescape(client.get(url).content.decode())
    assert f'<option value="{bureau.code}" selected>' in form
    assert "平台提示：16 个单位都在做《撂荒地巡查日报》，没有登记过" in form
    assert re.search(r'value="issuer"[^>]* checked', form) and 'value="请说明一条信号"' in form
    spoilt = client.get(
        "/notices/new/", {"root": far.code, "roles": "nobody", "title": "长" * 999, "summary": "长" * 999}
    )
    assert spoilt.status_code == 200 and f'value="{far.code}"' not in spoilt.content.decode()


def test_page_filters_by_kind_issuer_category_and_weeks(county: County, reviewer: Client) -> None:
    department = make_unit(county.county, Level.DEPARTMENT)
    add(department)
    add(county.heavy, subject="x", category="document", evidence={"title": "旧事", "cadres": 5, "units": 3, "n": 9})
    add(department, subject="y", last_week=MONDAYS[8], evidence={"title": "很久以前", "cadres": 5, "units": 3, "n": 9})

    def titles(**query: str) -> set[str]:
        return set(re.findall("都在做《(.*?)》", show(reviewer, county.county, **query)))

    assert titles() == titles(kind="unregistered") == {"撂荒地巡查日报", "旧事"}
    assert titles(kind="split") == set()
    assert titles(issuer=department.code) == {"撂荒地巡查日报"}
    assert titles(issuer=department.code, weeks="26") == {"撂荒地巡查日报", "很久以前"}
    assert titles(category="document") == {"旧事"}
    for wrong in ({"kind": "x"}, {"category": "x"}, {"weeks": "9"}, {"issuer": make_unit().code}):
        show(reviewer, county.county, status=404, **wrong)


def test_page_without_signals_says_so(county: County, reviewer: Client) -> None:
    assert "没有要核的信号" in show(reviewer, county.county)


def test_outlier_that_may_not_be_shown_today_is_not_told(county: County, reviewer: Client) -> None:
    county.file(-1, 0)
    recount(now=NOW)
    assert "2,000" not in show(reviewer, county.county) and "33.3" in show(reviewer, county.county)
    small = make_unit(county.county, Level.DEPARTMENT)
    add_sums(small, LAST_WEEK, returns=4)
    add_sums(small, LAST_WEEK.plus(-1), returns=4)
    hidden = county.towns[0]  # the least of the family goes, with the small one
    Signal.every.update(unit=hidden)
    page = show(reviewer, county.county)
    assert "人数太少，现在不显示" in page and "33.3" not in page
    body = reviewer.get("/api/v1/signals/", {"unit": county.county.code}).json()["results"][0]
    assert (body["suppressed"], body["person_min"], body["evidence"]["weeks"]) == (True, None, [])
    assert body["strength"] is None  # beside the median of the peers, which is shown, it would tell the minutes
    asked = {"unit": county.county.code, "from": str(MONDAYS[8]), "to": str(MONDAYS[0])}
    (row,) = reviewer.get("/api/v1/tables/signals/", asked).json()["results"]
    assert (row["person_min"], row["strength"], row["remark"]) == (None, None, "人数太少，不显示")


def test_strength_is_of_the_weeks_that_are_told(county: County, reviewer: Client) -> None:
    small, town = make_unit(county.county, Level.DEPARTMENT), county.towns[0]
    for each, week in ((town, LAST_WEEK), (county.towns[1], LAST_WEEK), (town, LAST_WEEK.plus(-1))):
        add_sums(each, week)
    add_sums(small, LAST_WEEK, returns=4)
    facts = {"per_head": 2000, "median": 600, "peers": 9, "beyond_min": 8400}
    weeks = [facts | {"week": str(MONDAYS[n]), "z_tenths": z} for n, z in ((0, 93), (1, 42))]
    add(town, "outlier", subject="", strength=265, evidence={"area": 1, "weeks": weeks})
    (body,) = reviewer.get("/api/v1/signals/", {"unit": county.county.code}).json()["results"]
    assert [each["week"] for each in body["evidence"]["weeks"]] == [str(MONDAYS[1])]
    assert (body["person_min"], body["strength"]) == (8400, 120)


def test_page_api_and_file_tell_the_same(county: County, reviewer: Client) -> None:
    county.file(-1, 0)
    recount(now=NOW)
    add(county.county)
    page = show(reviewer, county.county)
    told = reviewer.get("/api/v1/signals/", {"unit": county.county.code}).json()["results"]
    assert [str(each["person_min"]) for each in told] == re.findall('<data value="(.*?)"', page)
    assert [each["unit"] for each in told] == [county.heavy.code, county.county.code]
    asked = {"unit": county.county.code, "from": str(MONDAYS[8]), "to": str(MONDAYS[0])}
    lines = reviewer.get("/api/v1/tables/signals/", asked).json()["results"]
    for name in ("person_min", "first_week", "last_week", "first_seen", "strength"):
        assert [each[name] for each in lines] == [each[name] for each in told], name
    assert [each["title"] for each in lines] == re.findall("<h3>(.*?)</h3>", page)
    assert reviewer.get("/api/v1/signals/", {"unit": county.county.code, "kind": "split"}).json()["results"] == []
    assert reviewer.get("/api/v1/signals/", {"unit": county.county.code, "kind": "x"}).status_code == 422
    assert reviewer.get("/api/v1/signals/", {"unit": make_unit().code}).status_code == 404


def test_signals_are_told_to_those_above_and_to_the_issuer_itself(county: County, client: Client) -> None:
    one, other = (make_unit(county.county, Level.DEPARTMENT) for _each in range(2))
    add(one)
    for unit, role, asked, count in (
        (one, "issuer", one, 1), (other, "issuer", other, 0), (county.towns[0], "lead", county.towns[0], 0), (county.county, "observer", county.county, 1),
    ):  # fmt: skip
        actor = make_actor(unit, role)
        client.force_login(actor.user)
        assert show(client, asked).count("都在做") == count
    client.force_login(make_actor(make_unit(), "reviewer").user)
    show(client, county.county, status=404)


def test_queries_are_as_many_for_three_as_for_one(county: County, reviewer: Client) -> None:
    counts = []
    county.file(0)
    show(reviewer, county.county)  # what is asked once a process
    reviewer.get(f"/reports/{county.county.code}/")  # or once an hour
    week = {"week": str(MONDAYS[0]), "per_head": 2000, "median": 600, "z_tenths": 93, "peers": 9, "beyond_min": 8400}
    for number in range(3):
        demand = make_demand(make_unit(county.county, Level.DEPARTMENT))
        make_target(demand, county.towns[0])
        sitting = {"id": demand.pk, "title": "会", "day": str(MONDAYS[0]), "minutes": 90}
        facts = {
            "title": "会",
            "sittings": 3,
            "minutes": 270,
            "limit": 240,
            "units": 3,
            "rule": "R",
            "demands": [sitting],
        }
        add(demand.issuer, "split", evidence=facts)
        add(county.towns[number], "outlier", subject="", evidence={"area": 1, "weeks": [week]})
        for path in (f"/reports/{county.county.code}/signals/", f"/reports/{county.county.code}/"):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert reviewer.get(path).status_code == 200
            counts.append((path, len(queries)))
    assert len(set(counts)) == 2


def test_dashboard_shows_the_newest_signals_and_how_many(
    county: County, reviewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    dashboard = f"/reports/{county.county.code}/"
    assert "待核信号" not in reviewer.get(dashboard).content.decode()
    for number in range(4):
        add(county.county, subject=str(number))
    page = reviewer.get(dashboard).content.decode()
    assert page.count("都在做《") == 3 and "全部 4 条" in page
    monkeypatch.setattr("reports.panels.signals.COUNTED", 3)  # a nation has tens of thousands
    assert "待核信号：3 条以上" in reviewer.get(dashboard).content.decode()


def test_page_that_holds_a_signal_is_found(county: County, reviewer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.signals_views.LINES", 2)
    county.file(0)
    kept = [add(unit, subject=str(n), person_min=900 - n) for n, unit in enumerate([county.county] * 5)]
    for n, one in enumerate(kept):
        page = reviewer.get(f"/reports/{county.county.code}/signals/", {"kind": one.kind, "signal": one.pk})
        assert f'id="signal-{one.pk}"' in page.content.decode()
        assert page.context["page"].number == n // 2 + 1
    for asked in ("0", "x", "9" * 30):
        page = reviewer.get(f"/reports/{county.county.code}/signals/", {"signal": asked})
        assert page.context["page"].number == 1

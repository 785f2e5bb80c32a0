"""The API of the read side: figures as the rollups hold them, hidden where law 5 says so, exports from ask to file."""

from __future__ import annotations

import json

import pytest

from burden.kit.clock import Week
from reports import api, exports
from reports.models import ExportJob, RollupOwnSource, RollupSource, RollupSub
from reports.source_periods import SELF
from reports.tables import TABLES
from tests.database import as_role
from tests.factories import LAST_WEEK, make_actor, make_bulletin, make_unit
from tests.reports.sums import add_sums
from tests.reports.trees import move

SUMS = [f.name for f in RollupSub._meta.fields if f.name not in {"unit", "week", "pk"}]


@pytest.fixture
def county(db):
    return make_unit(level="county", name="临溪县")


@pytest.fixture
def reviewer(county, client):
    actor = make_actor(county, "reviewer")
    client.force_login(actor.user)
    return actor


def sums(model, unit, week: Week = LAST_WEEK, **values) -> None:
    model.every.create(unit=unit, week=week.monday, **(dict.fromkeys(SUMS, 0) | values))


@pytest.fixture
def townships(county):
    units = [make_unit(county, "township") for _each in range(2)]
    for unit in units:
        sums(RollupSub, unit, returns=20, active=30, n_form=40, m_form=1200, m_meeting=60, c_form=7)
    sums(RollupSub, county, returns=40, active=60, n_form=80, m_form=2400, m_meeting=120, c_form=14)
    return units


def get(client, unit, **parameters):
    days = {"from": str(LAST_WEEK), "to": str(LAST_WEEK)}
    return client.get("/api/v1/summaries/", {"unit": unit.code} | days | parameters)


def test_summaries_by_week(client, reviewer, townships, county):
    body = get(client, county).json()
    assert body == {
        "results": [
            {
                "week": "2026-11-16",
                "count": 80,
                "confirmed_min": 2520,
                "claimed_min": 14,
                "returns": 40,
                "active": 60,
                "suppressed": False,
                "no_data": False,
                "hidden_weeks": 0,
                "estimated": False,
            }
        ],
        "next": None,
        "basis": "reported",
    }


def test_summaries_by_child(client, reviewer, townships, county):
    rows = get(client, county, by="child").json()["results"]
    assert [(row["unit"], row["confirmed_min"]) for row in rows] == [(unit.code, 1260) for unit in townships]


def test_summaries_by_category(client, reviewer, townships, county):
    rows = {row["category"]: row["confirmed_min"] for row in get(client, county, by="category").json()["results"]}
    assert rows == {"meeting": 120, "document": 0, "form": 2400, "inspection": 0, "other": 0}


def test_summaries_by_issuer(client, reviewer, townships, county):
    issuer = make_unit(county, "department")
    zero = dict.fromkeys(("m_meeting", "m_document", "m_inspection", "m_other", "c_min"), 0)
    RollupSource.every.create(unit=county, week=LAST_WEEK.monday, issuer_id=issuer.pk, n=3, m_form=90, **zero)
    RollupSource.every.create(unit=county, week=LAST_WEEK.monday, issuer_id=0, n=1, m_form=10, **zero)
    rows = get(client, county, by="issuer").json()["results"]
    assert [(row["issuer"], row["confirmed_min"]) for row in rows] == [("", 10), (issuer.code, 90)]


def test_what_units_ask_of_themselves_is_one_row(client, reviewer, townships, county):
    zero = dict.fromkeys(("m_meeting", "m_document", "m_inspection", "m_other", "c_min"), 0)
    RollupSource.every.create(unit=townships[0], week=LAST_WEEK.monday, issuer_id=SELF, n=2, m_form=90, **zero)
    (row,) = get(client, townships[0], by="issuer").json()["results"]
    assert (row["issuer"], row["confirmed_min"]) == ("self", 90)


def test_village_has_its_own_work_apart_from_issuers(client, reviewer, townships):
    village = make_unit(townships[0], "village")
    add_sums(village, returns=6, active=7)
    RollupOwnSource.every.filter(unit=village).update(
        sources=[[townships[0].pk, 5, 0, 0, 300, 0, 0, 0, 0, 0], [village.pk, 1, 0, 0, 60, 0, 0, 0, 0, 0]]
    )
    rows = get(client, village, by="issuer").json()["results"]
    assert [(row["issuer"], row["confirmed_min"]) for row in rows] == [(townships[0].code, 300), ("self", 60)]


def test_summaries_restated_follow_todays_tree(client, reviewer, townships, county):
    """A village that moved: reported keeps the old township's sums, restated counts it where it stands."""
    old, new = (make_unit(county, "township") for _each in range(2))
    village = make_unit(old, "village")
    add_sums(village, returns=6, active=7, m_form=300, m_meeting=0, m_document=0, m_inspection=0, m_other=0)
    RollupOwnSource.every.update(sources=[[0, 5, 0, 0, 300, 0, 0, 0, 0, 0]])
    zero = dict.fromkeys(("m_meeting", "m_document", "m_inspection", "m_other", "c_min"), 0)
    RollupSource.every.create(unit=old, week=LAST_WEEK.monday, issuer_id=0, n=5, m_form=300, **zero)
    move(village, new, LAST_WEEK.plus(1))
    for basis, holder in (("reported", old), ("restated", new)):
        rows = get(client, county, by="child", basis=basis).json()["results"]
        assert [row["confirmed_min"] for row in rows if row["unit"] == holder.code] == [300]
        assert not {old.code, new.code} - {holder.code} & {row["unit"] for row in rows}
        (issuer,) = get(client, holder, by="issuer", basis=basis).json()["results"]
        assert (issuer["issuer"], issuer["confirmed_min"]) == ("", 300)


def test_summaries_hide_small_cells_but_not_claims(client, reviewer, townships, county):
    small = make_unit(county, "township")
    sums(RollupSub, small, returns=4, active=9, m_form=77, c_form=5)
    rows = {row["unit"]: row for row in get(client, county, by="child").json()["results"]}
    hidden = rows[small.code]
    assert hidden["suppressed"] is True
    assert (hidden["confirmed_min"], hidden["count"], hidden["returns"], hidden["active"]) == (None,) * 4
    assert hidden["claimed_min"] == 5
    assert sum(row["suppressed"] for row in rows.values()) == 2  # and one more, against subtraction


def test_summaries_hide_a_single_units_week(client, reviewer, county):
    small = make_unit(county, "township")
    sums(RollupSub, small, returns=4, active=9, m_form=77)
    assert get(client, small).json()["results"][0]["confirmed_min"] is None
    assert {row["confirmed_min"] for row in get(client, small, by="category").json()["results"]} == {None}


@pytest.mark.parametrize("by", ["category", "issuer", "child"])
def test_summaries_leave_hidden_weeks_out_and_say_so(client, reviewer, county, by):
    small = make_unit(county, "township")
    for n, returns in enumerate((8, 4, 9)):
        facts = {"returns": returns, "active": 9, "m_form": 100 * returns, "c_form": 3}
        sums(RollupSub, small, LAST_WEEK.plus(-n), **facts)
        zero = dict.fromkeys(("m_meeting", "m_document", "m_inspection", "m_other"), 0)
        issued = {"issuer_id": 0, "n": 3, "m_form": 100 * returns, "c_min": 3}
        RollupSource.every.create(unit=small, week=LAST_WEEK.plus(-n).monday, **issued, **zero)
    unit, days = county if by == "child" else small, {"from": str(LAST_WEEK.plus(-2)), "to": str(LAST_WEEK)}
    rows = get(client, unit, by=by, **days).json()["results"]
    row = next(row for row in rows if row["confirmed_min"])
    assert (row["confirmed_min"], row["returns"], row["suppressed"]) == (1700, 17, False)
    assert (row["claimed_min"], row["hidden_weeks"]) == (9, 1)
    days["from"] = days["to"] = str(LAST_WEEK.plus(-1))
    assert {row["confirmed_min"] for row in get(client, unit, by=by, **days).json()["results"]} == {None}


@pytest.mark.parametrize("by", ["week", "category", "issuer", "child"])
def test_summaries_of_weeks_nobody_filed_for_are_no_data(client, reviewer, county, by):
    """Not zero: whoever adds weeks up or divides by them must see that there is none."""
    town = make_unit(county, "township")
    sums(RollupSub, county, returns=0, active=60, c_form=14)
    sums(RollupSub, town, returns=0, active=60, c_form=14)
    issued = dict.fromkeys(("m_meeting", "m_document", "m_form", "m_inspection", "m_other"), 0) | {"n": 0, "c_min": 14}
    RollupSource.every.create(unit=county, week=LAST_WEEK.monday, issuer_id=0, **issued)
    rows = get(client, county, by=by).json()["results"]
    assert {(row["count"], row["confirmed_min"], row["returns"]) for row in rows} == {(None, None, 0)}
    assert {(row["no_data"], row["suppressed"], row["active"]) for row in rows} == {(True, False, 60)}
    assert sum(row["claimed_min"] for row in rows) == 14, "what was asked is known"


def test_summaries_of_both_trees_do_not_give_away_who_moved(client, reviewer, county):
    """Reported with the village of four, restated without: their difference would be its own."""
    old, new = (make_unit(county, "township") for _each in range(2))
    village = make_unit(old, "village")
    for unit, returns in ((village, 4), (make_unit(old, "village"), 9), (make_unit(old, "village"), 12)):
        add_sums(unit, returns=returns, active=12)
    move(village, new, LAST_WEEK.plus(1))
    found = [get(client, old, basis=basis).json()["results"][0] for basis in ("reported", "restated")]
    assert [row["suppressed"] for row in found] == [False, True]


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"from": "2026-11-17"}, "from"),
        ({"to": "yesterday"}, "to"),
        ({"from": "2026-11-23"}, "from"),
        ({"by": "person"}, "by"),
        ({"basis": "guessed"}, "basis"),
        ({"sort": "minutes"}, "sort"),
        ({"page": "0"}, "page"),
    ],
)
def test_summaries_name_the_bad_parameter(client, reviewer, townships, county, parameters, field):
    response = get(client, county, **parameters)
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert field in response.json()["errors"]


def test_summaries_need_a_unit(client, reviewer):
    assert client.get("/api/v1/summaries/").json()["errors"] == {"unit": "缺少单位代码"}


def test_foreign_unit_answers_as_a_missing_one(client, reviewer, townships):
    foreign = get(client, make_unit(level="county"))
    missing = client.get("/api/v1/summaries/", {"unit": "000"})
    assert (foreign.status_code, foreign.content) == (404, missing.content)


def table(client, key, unit, **parameters):
    days = {"from": str(LAST_WEEK), "to": str(LAST_WEEK)}
    return client.get(f"/api/v1/tables/{key}/", {"unit": unit.code} | days | parameters)


def test_tables_are_listed_with_their_columns(client, reviewer):
    found = client.get("/api/v1/tables/").json()
    assert found["next"] is None
    assert [row["key"] for row in found["results"]] == list(TABLES)
    assert found["results"][0]["columns"][0] == {"key": "week", "title": "周（周一）", "kind": "date"}


def test_every_answer_of_figures_names_its_tree(client, reviewer, townships, county):
    """What has both says the one that was asked for; all else the one it has (ADR 11)."""
    both = {"summaries": {}, "indicators": {}, "parts": {}, "tables/trend": {}}
    one = {"goals": "restated", "signals": "restated", "people": "reported", "tables/league": "reported"}
    for route in both | one:
        for asked in ("reported", "restated"):
            said = {"unit": county.code} | ({"basis": asked} if route in both or "tables" in route else {})
            answer = client.get(f"/api/v1/{route}/", said).json()
            assert answer["basis"] == one.get(route, asked), route
    office = make_unit(county, "department")
    assert client.get("/api/v1/extracts/", {"unit": office.code}).json()["basis"] == "reported"
    make_bulletin(county, "published")
    (listed,) = client.get("/api/v1/bulletins/").json()["results"]
    assert listed["basis"] == client.get(f"/api/v1/bulletins/{listed['id']}/").json()["basis"] == "reported"


def test_table_is_read_page_by_page(client, reviewer, county):
    weeks = [LAST_WEEK.plus(-n) for n in range(103)]
    for week in weeks:
        sums(RollupSub, county, week, returns=20, active=30, m_form=1200)
    first = table(client, "unit_weeks", county, **{"from": str(weeks[-1])}).json()
    second = client.get(first["next"]).json()
    rows = first["results"] + second["results"]
    assert (len(first["results"]), len(rows), second["next"]) == (100, 103, None)
    assert [row["week"] for row in rows] == sorted(str(week) for week in weeks)
    assert (rows[0]["total"], rows[0]["unit"], rows[0]["remark"]) == (1200, "临溪县", "")


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"from": "1976-11-22"}, "from"),
        ({"from": "2026-11-23"}, "from"),
        ({"to": "2026-11-18"}, "to"),
        ({"level": "moon"}, "level"),
        ({"basis": "guessed"}, "basis"),
        ({"sort": "total"}, "sort"),
        ({"page": "0"}, "page"),
    ],
)
def test_table_names_the_bad_parameter(client, reviewer, townships, county, parameters, field):
    response = table(client, "trend", county, **parameters)
    assert (response.status_code, list(response.json()["errors"])) == (422, [field])


def test_unknown_table_is_missing(client, reviewer, county):
    assert table(client, "passwords", county).status_code == 404


def test_too_much_at_once_is_refused_in_a_sentence(client, reviewer, county, monkeypatch):
    monkeypatch.setattr(api, "MOST", 9)
    response = table(client, "demands", county, **{"from": str(LAST_WEEK.plus(-9))})
    assert (response.status_code, response.json()["code"]) == (422, "table.too_big")


def test_problem_speaks_english_when_asked(client, reviewer):
    response = client.get("/api/v1/summaries/", headers={"accept-language": "en"})
    assert response.status_code == 422
    assert response["Content-Language"] == "en"


def test_cadre_may_not_read_summaries(client, county):
    client.force_login(make_actor(county, "cadre").user)
    assert get(client, county).status_code == 403


def test_stranger_is_asked_for_a_token(client, county):
    response = get(client, county)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"


def ask(client, county, **fields):
    body = {
        "unit": county.code,
        "level": "township",
        "from_week": "2026-11-16",
        "to_week": "2026-11-16",
        "tables": ["unit_weeks"],
    }
    return client.post("/api/v1/exports/", json.dumps(body | fields), content_type="application/json")


def test_export_from_ask_to_file(client, reviewer, townships, county, settings, tmp_path):
    settings.EXPORT_DIR = tmp_path
    response = ask(client, county)
    assert response.status_code == 202
    where = f"/api/v1/exports/{response.json()['id']}/"
    assert client.get(where).json()["state"] == "waiting"
    with as_role("burden_worker"):
        assert exports.run_waiting() == 1
    body = client.get(where).json()
    assert (body["state"], body["progress"], body["rows"], body["error"]) == ("done", 100, 2, None)
    assert b"".join(client.get(body["url"])).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"tables": []}, "tables"),
        ({"tables": ["passwords"]}, "tables.0"),
        ({"format": "pdf"}, "format"),
        ({"basis": "guessed"}, "basis"),
        ({"from_week": "2026-11-17"}, "from_week"),
        ({"to_week": "2026-11-17"}, "to_week"),
        ({"to_week": "2026-11-09"}, "to_week"),
        ({"from_week": "1976-11-15"}, "from_week"),
        ({"from_week": "2026-11-23", "to_week": "2026-11-23"}, "from_week"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_export_names_the_bad_field(client, reviewer, county, fields, field):
    response = ask(client, county, **fields)
    assert response.status_code == 422
    assert set(response.json()["errors"]) == {field}
    assert not ExportJob.every.exists()


def test_export_of_a_unit_that_is_foreign_or_none_is_missing(client, reviewer, county):
    answers = [ask(client, county, unit=code) for code in (make_unit(level="county").code, "000000000000")]
    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].json() == answers[1].json() and set(answers[0].json()["errors"]) == {"unit"}
    assert not ExportJob.every.exists()


def test_export_names_unknown_fields_beside_missing_ones(client, reviewer, county):
    response = ask(client, county, tables=[], colour="red")
    assert set(response.json()["errors"]) == {"tables", "colour"}


def test_foreign_export_is_missing(client, reviewer, townships, county):
    job = ask(client, county).json()["id"]
    client.force_login(make_actor(county, "office").user)
    assert client.get(f"/api/v1/exports/{job}/").status_code == 404

"""`/api/v1/weeks/YYYY-MM-DD/`: every status and body of INTERFACES, as the web role."""

from __future__ import annotations

import json
import re
from uuid import uuid4

import pytest
from drf_spectacular.generators import SchemaGenerator

from burden.accounts.roles import Role
from burden.entries.models import Submission, WeeklyReturn
from burden.kit import clock
from burden.kit.clock import Week
from burden.units.models import Level
from tests.factories import make_actor, make_demand, make_target, make_unit

pytestmark = pytest.mark.django_db
THIS_WEEK = Week.at(clock.now())
URL = f"/api/v1/weeks/{THIS_WEEK}/"
ROW = {"key": "a", "answer": "done", "category": "form", "title": "周报表", "minutes": 30}


@pytest.fixture
def actor(client):
    """A cadre who is logged in."""
    actor = make_actor(make_unit())
    client.force_login(actor.user)
    return actor


def body(*rows, **facts):
    return {"client_key": str(uuid4()), "base_version": 0, "nil": False, "entries": list(rows)} | facts


@pytest.fixture
def put(client):
    def send(content, url=URL, **extra):
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        return client.put(url, text, content_type="application/json", **extra)

    return send


def nothing_stored() -> bool:
    return not WeeklyReturn.every.exists() and not Submission.every.exists()


def test_first_filing_answers_201(actor, put):
    answer = put(body(ROW))
    assert answer.status_code == 201
    found = answer.json()
    assert found | {"receipt": ""} == {
        "week": str(THIS_WEEK), "state": "filed", "late": False, "version": 1, "receipt": "", "unlinked": [],
    }  # fmt: skip
    assert re.fullmatch(r"\w{4}-\w{4}-\w{4}", found["receipt"])


def test_same_key_and_body_answers_200(actor, put):
    sent = body(ROW)
    first = put(sent)
    put(body(ROW, base_version=1))
    again = put(sent)
    assert (again.status_code, again.json()) == (200, first.json())


def test_old_key_replays_when_its_issuer_is_out_of_reach(actor, put):
    department = make_unit(actor.unit, Level.DEPARTMENT)
    sent = body(ROW | {"issuer": department.code})
    first = put(sent)
    assert put(body(ROW, base_version=1)).status_code == 201
    department.parent, department.path = make_unit(), f"{make_unit().path}{department.pk}."
    department.save()
    assert put(body(ROW | {"issuer": department.code}, base_version=2)).status_code == 422
    again = put(sent)
    assert (again.status_code, again.json()) == (200, first.json())
    assert put(sent | {"base_version": 2}).json()["code"] == "key_reused"


def test_same_key_with_other_body_answers_409(actor, put):
    sent = body(ROW)
    put(sent)
    answer = put(sent | {"entries": [ROW | {"minutes": 31}]})
    assert (answer.status_code, answer.json()["code"]) == (409, "key_reused")
    assert answer["Content-Type"] == "application/problem+json"


def test_old_version_answers_409_with_both(actor, put):
    put(body(ROW))
    answer = put(body(ROW | {"title": "另一份"}))
    found = answer.json()
    assert (answer.status_code, found["code"]) == (409, "version_conflict")
    assert found["sent"]["entries"][0]["title"] == "另一份"
    assert (found["stored"]["version"], found["stored"]["entries"][0]["title"]) == (1, "周报表")


def test_week_is_read_as_it_was_filed_and_can_be_sent_back(actor, client, put):
    assert client.get(URL).json() == {
        "week": str(THIS_WEEK), "state": "none", "late": False, "version": 0, "receipt": None,
        "entries": [], "prefilled": [], "targets": [],
    }  # fmt: skip
    put(body(ROW | {"issuer": actor.unit.code, "people": 2}))
    found = client.get(URL).json()
    assert (found["state"], found["version"]) == ("filed", 1)
    assert found["entries"] == [
        ROW | {
            "issuer": actor.unit.code, "people": 2, "target": None, "bulk": False, "repeated": False,
            "after_hours": False, "subkind": "", "travel_minutes": 0, "prep_minutes": 0, "note": "", "reason": "",
        }
    ]  # fmt: skip
    assert put(body(*found["entries"], base_version=1)).status_code == 201


def test_targets_are_listed_prefilled_and_sent_back_as_answers(actor, client, put):
    demand = make_demand(make_unit(actor.unit, "department"), prep_minutes=20)
    mine = make_target(demand, actor.unit, THIS_WEEK, handler=actor.user)
    other = make_target(make_demand(demand.issuer, title="别人的表"), actor.unit, THIS_WEEK)
    found = client.get(URL).json()
    assert found["targets"][0] == {
        "id": str(mine.pk), "title": demand.title, "category": "form", "issuer": demand.issuer.code,
        "due_on": str(THIS_WEEK.sunday), "people": 2, "minutes": 90, "travel_minutes": 0, "prep_minutes": 20,
        "handling": "mine", "handlers": [actor.name],
    }  # fmt: skip
    assert [(each["id"], each["handling"]) for each in found["targets"][1:]] == [(str(other.pk), "nobodys")]
    (row,) = found["prefilled"]
    assert (row["target"], row["issuer"], row["minutes"]) == (str(mine.pk), demand.issuer.code, 90)
    assert put(body(row | {"target": mine.pk})).status_code == 201
    assert client.get(URL).json()["entries"] == [row]


def test_unusual_size_answers_422_until_a_word_says_why(actor, client, put):
    large = ROW | {"people": 10_000, "minutes": 10_080}
    answer = put(body(ROW | {"key": "b"}, large))
    assert (answer.status_code, answer.json()["code"]) == (422, "week.no_note")
    assert answer.json()["errors"] == {"entries.1.note": "《周报表》：用时特别多，请写一句为什么"}
    assert nothing_stored()
    assert put(body(large | {"note": "全县抗洪"})).status_code == 201
    found = client.get(URL).json()["entries"]
    assert [row["note"] for row in found] == ["全县抗洪"]
    assert put(body(*found, base_version=1)).status_code == 201


def test_last_week_is_prefilled_and_can_be_sent(actor, client, put):
    put(body(ROW), f"/api/v1/weeks/{THIS_WEEK.plus(-1)}/")
    rows = client.get(URL).json()["prefilled"]
    assert [row["title"] for row in rows] == ["周报表"]
    assert put(body(*rows)).status_code == 201


def test_closed_week_is_late(actor, put):
    answer = put(body(ROW), f"/api/v1/weeks/{THIS_WEEK.plus(-2)}/")
    assert (answer.status_code, answer.json()["late"]) == (201, True)


def test_nil_week_is_filed(actor, put):
    assert put(body(nil=True)).json()["state"] == "nil"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"entries": [ROW | {"minutes": 10_081}]}, "entries.0.minutes"),
        ({"entries": [ROW | {"minutes": -1}]}, "entries.0.minutes"),
        ({"entries": [ROW | {"people": 10_001}]}, "entries.0.people"),
        ({"entries": [ROW | {"surprise": 1}]}, "entries.0.surprise"),
        ({"entries": [ROW | {"issuer": "nowhere"}]}, "entries.0.issuer"),
        ({"entries": [ROW | {"target": 10**17}]}, "entries.0.target"),
        ({"entries": [ROW, ROW]}, "entries.1.key"),
        ({"entries": [ROW], "nil": True}, "nil"),
        ({"entries": []}, "entries"),
        ({"surprise": 1}, "surprise"),
        ({"client_key": "x"}, "client_key"),
    ],
)
def test_faulty_body_answers_422_and_names_the_field(actor, put, facts, field):
    answer = put(body(ROW) | facts)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert answer["Content-Type"] == "application/problem+json"
    assert nothing_stored()


def test_foreign_and_missing_issuer_get_the_same_answer(actor, put):
    foreign = make_unit().code
    answers = [
        put(body(ROW | {"issuer": code})).content.decode().replace(code, "") for code in (foreign, foreign[:-1] + "X")
    ]
    assert answers[0] == answers[1]


def test_future_week_answers_422(actor, put):
    answer = put(body(ROW), f"/api/v1/weeks/{THIS_WEEK.plus(1)}/")
    assert (answer.status_code, answer.json()["code"]) == (422, "week.future")
    assert nothing_stored()


def test_week_without_post_answers_422(actor, client, put):
    url = "/api/v1/weeks/2019-12-30/"
    assert client.get(url).json()["state"] == "none"
    assert put(body(ROW), url).json()["code"] == "week.no_post"


@pytest.mark.parametrize("day", ["2026-11-17", "2026-11-22"])
def test_day_that_is_no_monday_answers_422(actor, client, put, day):
    for answer in (client.get(f"/api/v1/weeks/{day}/"), put(body(ROW), f"/api/v1/weeks/{day}/")):
        assert (answer.status_code, answer.json()["code"]) == (422, "week.not_monday")
        assert "2026-11-16" in answer.json()["errors"]["week"]


@pytest.mark.parametrize("day", ["2026-02-30", "2026-W47-1", "20261116", "monday", "0001-01-01", "２０２６-11-16"])
def test_day_that_is_no_date_answers_404(actor, client, put, day):
    for answer in (client.get(f"/api/v1/weeks/{day}/"), put(body(ROW), f"/api/v1/weeks/{day}/")):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("text", ["{", b"\xff\xfe", '{"base_version": NaN}', "[" * 100_000])
def test_body_that_is_no_json_answers_400(actor, put, text):
    answer = put(text)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert nothing_stored()


@pytest.mark.parametrize("text", ["", "[]", "null", '"text"'])
def test_body_that_is_no_object_answers_422(actor, put, text):
    assert put(text).status_code == 422


def test_half_a_character_answers_422(actor, put):
    text = json.dumps(body(ROW | {"title": "\ud800", "\ud801": 1}))
    assert put(text).status_code == 422


def test_form_post_is_not_taken(actor, client):
    assert client.put(URL, "a=1", content_type="application/x-www-form-urlencoded").status_code == 415


def test_stranger_answers_401(client, put):
    assert client.get(URL).status_code == 401
    assert put(body(ROW)).status_code == 401


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.CADRE}))
def test_other_roles_answer_403(client, put, role):
    client.force_login(make_actor(make_unit(), role).user)
    assert client.get(URL).status_code == 403
    assert put(body(ROW)).status_code == 403


def test_other_method_answers_405(actor, client):
    assert client.delete(URL).status_code == 405
    assert client.post(URL).status_code == 405


def test_session_needs_its_csrf_token(actor, client, put):
    client.handler.enforce_csrf_checks = True
    assert put(body(ROW)).status_code == 403
    assert nothing_stored()


@pytest.mark.parametrize("count", [1, 3])
def test_filing_takes_a_constant_number_of_queries(actor, put, count, django_assert_max_num_queries):
    with django_assert_max_num_queries(24):
        assert put(body(*(ROW | {"key": str(n), "issuer": actor.unit.code} for n in range(count)))).status_code == 201


def test_schema_documents_every_answer():
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    route = next(methods for path, methods in paths.items() if path.startswith("/api/v1/weeks/"))
    assert set(route["put"]["responses"]) >= {"200", "201", "400", "401", "403", "404", "409", "422"}
    assert set(route["get"]["responses"]) >= {"200", "401", "403", "404", "422"}
    assert "requestBody" in route["put"]

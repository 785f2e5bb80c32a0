"""Pages of recognition: candidates for keepers alone, the reckoning, objections and answers, bylines, fairness, paper."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from docx import Document

from burden.accounts.actor import Actor
from burden.kit import clock
from burden.kit.clock import DAY
from burden.ledger.models import AuditEvent
from burden.oversight import merits, services
from burden.oversight.models import Author, Objection, Recognition
from tests.burden.oversight.praised import County
from tests.factories import NOW, make_actor, make_bulletin, make_practice, make_recognition, make_unit


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def county(db: None) -> County:
    return County()


def show(client: Client, by: Actor, path: str, status: int = 200) -> str:
    client.force_login(by.user)
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def post(client: Client, by: Actor, path: str, body: dict[str, Any], status: int = 302) -> str:
    client.force_login(by.user)
    answer = client.post(path, body)
    assert answer.status_code == status
    return answer.content.decode()


def test_candidates_are_shown_to_keepers_and_nominated_on_their_page(county: County, client: Client) -> None:
    county.cut()
    shown = show(client, county.reviewer, "/recognition/")
    (key,) = [each.key for each in county.candidates()]
    path = f"/recognition/candidate/?kind=issuer&key={key.replace(':', '%3A')}"
    assert path.replace("&", "&amp;") in shown
    page = show(client, county.reviewer, path)
    assert "登记 100.0 人时×答了的确认 50.0÷答了的登记 50.0" in page
    whole, half = re.findall(r'<rect class="x-(?:self|brand)" x="[^"]*" width="([\d.]+)%?"', page)
    assert float(whole) == 2 * float(half)  # before and after
    post(client, county.reviewer, path, {"reason": ""}, 422)
    post(client, county.reviewer, path, {"reason": "减得实"})
    held = Recognition.every.get()
    assert held.reason == "减得实"
    assert path.replace("&", "&amp;") not in show(client, county.reviewer, "/recognition/")
    assert f"/recognition/{held.pk}/" in show(client, county.office, "/recognition/?tab=nominated")
    assert show(client, county.reviewer, "/recognition/candidate/?kind=issuer&key=1:2026Q4", 404)


def test_cadre_sees_neither_candidates_nor_what_is_only_nominated(county: County, client: Client) -> None:
    county.cut()
    held = make_recognition(county.county, county.bureau)
    cadre = make_actor(county.towns[0])
    for tab in ("candidates", "nominated", ""):
        shown = show(client, cadre, f"/recognition/?tab={tab}")
        assert (county.bureau.name in shown, "候选" in shown) == (False, False)
    show(client, cadre, f"/recognition/{held.pk}/", 404)
    show(client, cadre, "/recognition/candidate/?kind=issuer&key=1", 403)


def test_story_from_objection_to_publication_in_pages(county: County, client: Client, monkeypatch: Any) -> None:
    held = make_recognition(county.county, county.bureau, nominated_by=county.reviewer.user)
    path, cadre = f"/recognition/{held.pk}/", make_actor(county.towns[0])
    post(client, county.office, f"{path}announce/", {"announce-days": "10"})
    assert "object-words" in show(client, cadre, path)
    post(client, cadre, f"{path}object/", {"object-words": "镇里还要留一份"})
    mine, others = show(client, cadre, path), show(client, make_actor(county.towns[1]), path)
    assert ("你提的" in mine, "你提的" in others) == (True, False)
    assert cadre.name not in others + show(client, county.office, path)
    assert "object-words" not in mine
    objection = Objection.every.get()
    body = {"answer-objection": str(objection.pk), "answer-answer": "查了，不留"}
    post(client, county.reviewer, f"{path}answer/", body)
    assert "查了，不留" in show(client, cadre, path)
    assert "recognise-verdict" not in show(client, county.office, path)  # the term is not over
    monkeypatch.setattr(clock, "now", lambda: NOW + 20 * DAY)
    assert "recognise-verdict" not in show(client, county.reviewer, path)  # who nominated does not decide
    refused = post(client, county.reviewer, f"{path}recognise/", {"recognise-verdict": "好"}, 422)
    assert "提名的人是你" in refused
    post(client, county.office, f"{path}recognise/", {"recognise-verdict": "算得清"})
    post(client, county.office, f"{path}publish/", {})
    shown = show(client, cadre, "/recognition/?tab=published")
    assert path in shown
    assert "算得清" in show(client, cadre, path)


def test_own_objection_is_answered_by_another(county: County, client: Client) -> None:
    held = make_recognition(county.county, county.bureau, "open")
    path = f"/recognition/{held.pk}/"
    post(client, county.reviewer, f"{path}object/", {"object-words": "没有真减"})
    forms = ["answer-answer" in show(client, each, path) for each in (county.reviewer, county.office)]
    assert forms == [False, True]


def test_published_list_says_in_which_bulletin_each_stands(county: County, client: Client) -> None:
    held, other = (make_recognition(county.county, unit, "published") for unit in (county.bureau, county.peers[0]))
    ids = {"tables": {"recognised": {"ids": [held.pk]}}}
    first = make_bulletin(county.county, state="published", figures=ids, published_at=NOW - 9 * DAY)
    newest = make_bulletin(county.county, state="published", figures=ids, edition=1, corrects=first)
    make_bulletin(county.county, state="draft", figures=ids, edition=2, corrects=newest)
    shown = show(client, county.office, "/recognition/?tab=published")
    assert (f"/bulletins/{newest.pk}/" in shown, f"/bulletins/{first.pk}/" in shown) == (True, False)
    assert "登在" not in show(client, county.office, "/recognition/?tab=open")
    listed = client.get("/api/v1/recognitions/", {"state": "published"}).json()["results"]
    assert {each["id"]: each["bulletin"] for each in listed} == {held.pk: newest.pk, other.pk: None}


def test_api_says_what_the_page_says(county: County, client: Client) -> None:
    held = make_recognition(county.county, county.bureau, "open")
    hidden = make_recognition(county.county, county.peers[0])
    objection = Objection.every.create(recognition=held, mark="x", on=NOW.date(), words="没有真减")
    services.answer_objection(by=county.office, recognition=held, objection=objection.pk, answer="查了", now=NOW)
    cadre = make_actor(county.towns[0])
    page = show(client, cadre, f"/recognition/{held.pk}/")
    found = client.get(f"/api/v1/recognitions/{held.pk}/").json()
    assert [(each["label"], each["minutes"]) for each in found["lines"]] == [("少了", 6_000)]
    assert found["held_against"] == [
        {"on": "2026-11-24", "words": "没有真减", "answer": "查了", "answered_on": "2026-11-24"}
    ]
    said = [found["title"], found["reason"], *found["points"], *(line["how"] for line in found["lines"])]
    assert [words for words in said if words not in page] == []
    listed = client.get("/api/v1/recognitions/").json()["results"]
    assert listed == [{name: found[name] for name in listed[0]}]
    assert client.get(f"/api/v1/recognitions/{hidden.pk}/").status_code == 404
    assert client.get("/api/v1/recognitions/?state=nominated").json()["results"] == []
    assert client.get("/api/v1/recognitions/?state=best").status_code == 422


def test_refused_act_says_so_on_the_page(county: County, client: Client) -> None:
    held = make_recognition(county.county, county.bureau, "open")
    own = make_actor(county.bureau)
    assert "object-words" not in show(client, own, f"/recognition/{held.pk}/")
    refused = post(client, own, f"/recognition/{held.pk}/object/", {"object-words": "不要"}, 422)
    assert "异议由别的单位的人提" in refused
    assert not Objection.every.exists()
    post(client, own, f"/recognition/{held.pk}/dance/", {}, 404)
    post(
        client, county.office, f"/recognition/{held.pk}/answer/", {"answer-objection": "77", "answer-answer": "好"}, 404
    )


def test_author_signs_and_takes_it_back_in_the_page(county: County, client: Client) -> None:
    writer = make_actor(county.towns[0], "lead")
    made = make_practice(county.towns[0], area=county.county, state="published", written_by=writer.user)
    held = make_recognition(county.county, county.towns[0], "open", kind="practice", practice=made, title=made.title)
    Author.every.create(recognition=held, person=writer.user)
    colleague, path = make_actor(county.towns[0]), f"/recognition/{held.pk}/"
    assert writer.name not in show(client, colleague, path)
    post(client, writer, f"{path}sign/", {})
    assert writer.name in show(client, colleague, path)
    post(client, writer, f"{path}name/", {"name-person": str(colleague.user_id)})
    assert colleague.name not in show(client, county.office, path)
    post(client, colleague, f"{path}sign/", {})
    post(client, writer, f"{path}unsign/", {})
    shown = show(client, county.office, path)
    assert (writer.name in shown, colleague.name in shown) == (False, True)
    post(client, writer, f"{path}name/", {"name-person": str(county.office.user_id)}, 422)


def test_fairness_page_says_how_many_are_left_out_and_to_keepers_who(county: County, client: Client) -> None:
    county.cut()
    for reader, named in ((county.reviewer, True), (make_actor(county.towns[0]), False)):
        shown = show(client, reader, "/recognition/fairness/")
        assert "扣除同期普遍变化后，没有少 10%" in shown
        assert (county.peers[0].name in shown) is named
        assert "780 / 1,300 人·周" in shown  # thirteen weeks, 60 of 100 each
        assert "看了 9 项，进来 1 项" in shown
        assert all(str(why.label) in shown for why in merits.Why)  # the whole rule, also where nobody is left out by it


def test_paper_is_handed_out_of_what_is_published_alone(county: County, client: Client) -> None:
    held = make_recognition(county.county, county.bureau, "published", verdict="减得实")
    client.force_login(make_actor(county.towns[0]).user)
    answer = client.get(f"/recognition/papers/{held.pk}/?format=docx")
    words = "\n".join(each.text for each in Document(io.BytesIO(answer.content)).paragraphs)
    assert "一年少 400.0 人时" in words
    assert "县农业农村局" in words
    assert AuditEvent.objects.filter(what="recognition.downloaded", subject_id=str(held.pk)).count() == 1
    waiting = make_recognition(county.county, county.bureau, "recognised")
    assert client.get(f"/recognition/papers/{waiting.pk}/?format=docx").status_code == 404
    assert client.get(f"/recognition/papers/{held.pk}/?format=xlsx").status_code == 404


@pytest.mark.parametrize("path", ["/recognition/?tab=open", "/recognition/fairness/"])
def test_queries_do_not_grow_with_recognitions(county: County, client: Client, path: str) -> None:
    def more() -> int:
        make_recognition(county.county, make_unit(county.county, "department"), "open")
        with CaptureQueriesContext(connection) as seen:
            show(client, county.office, path)
        return len(seen)

    more()
    first = more()
    more()
    assert more() == first


def test_revoked_one_stays_with_its_reason(county: County, client: Client) -> None:
    held = make_recognition(county.county, county.bureau, "published")
    services.revoke_recognition(by=county.office, recognition=held, reason="十一月又要了两次", now=NOW)
    cadre = make_actor(county.towns[0])
    assert "十一月又要了两次" in show(client, cadre, f"/recognition/{held.pk}/")
    assert held.title not in show(client, cadre, "/recognition/?tab=published")
    assert f"/recognition/{held.pk}/" in show(client, cadre, "/recognition/?tab=decided")

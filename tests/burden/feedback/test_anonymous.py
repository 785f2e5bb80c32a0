"""The anonymous channel: nothing of who, whence or at which hour comes in, stays or goes out."""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
import re
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.color import no_style
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from burden.celery import app
from burden.embedded.portal import web
from burden.feedback import services, tasks
from burden.feedback.codes import LETTERS, LEVELS, WORDS, Group, find, group_of, new_receipt
from burden.feedback.models import Ticket, TicketPhoto, TicketStep
from burden.feedback.sealing import text_of
from burden.feedback.services.batches import LAST_HOUR, drawn
from burden.feedback.views.anonymous import signer
from burden.kit import clock
from burden.kit.clock import Week
from burden.kit.db import present
from burden.ledger.models import AuditEvent
from burden.units.models import Unit
from tests.database import as_role
from tests.factories import NOW, THIS_WEEK, make_actor, make_post, make_ticket, make_unit

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
CANARY = "同一份表报了三遍-金丝雀"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def county() -> Unit:
    city = make_unit(level="city")
    county = make_unit(city)
    make_post(county, "office")
    make_post(city, "reviewer")
    return county


def fill(county: Unit, level: str, count: int) -> Unit:
    unit = make_unit(county, level)
    for _cadre in range(count):
        make_post(unit)
    return unit


def code_of(county: Unit, level: str = "", week: Week = THIS_WEEK) -> str:
    return Group(county, level).code(week)


def form(receipt: str = "", day: dt.date | None = None) -> str:
    return signer().sign_object([receipt or new_receipt(), (day or clock.day_of(NOW)).isoformat()])


def body(county: Unit, **facts: Any) -> dict[str, Any]:
    return {
        "form": form(),
        "code": code_of(county),
        "topic": "repeat",
        "text": CANARY,
        "issuer": "",
        "size": "",
    } | facts


def photo(kind: str = "JPEG", **facts: Any) -> SimpleUploadedFile:
    written = io.BytesIO()
    Image.new("RGB", (60, 40), "green").save(written, kind, **facts)
    return SimpleUploadedFile("DCIM_0001.jpg", written.getvalue(), "image/jpeg")


def test_group_has_at_least_twenty_and_leaves_no_few_behind(county: Unit) -> None:
    town = fill(county, "township", 19)
    cadre = make_actor(town)  # the twentieth
    assert group_of(cadre, NOW.date()) == Group(county, "township")
    village = fill(town, "village", 3)
    assert group_of(cadre, NOW.date()) == Group(county, ""), "three villagers would be left with a code of their own"
    assert group_of(make_actor(village), NOW.date()) == Group(county, "")
    few = fill(make_unit(county.parent), "township", 4)
    assert group_of(make_actor(few), NOW.date()) is None


def test_code_says_group_and_week_and_is_found_as_typed(county: Unit) -> None:
    group = Group(county, "township")
    code = group.code(THIS_WEEK)
    assert re.fullmatch(r"(?:\w{2}-){3}\d\d", code)
    assert len(set(WORDS)) == 128
    assert code != group.code(THIS_WEEK.plus(1)) != Group(county, "village").code(THIS_WEEK.plus(1))
    found = find(code.replace("-", " － "), THIS_WEEK)
    assert found and (found.group, found.expired) == (group, False)
    late = find(code, THIS_WEEK.plus(2))
    assert late and late.expired
    assert find("石榴-渡口-银杏-00", THIS_WEEK) is None
    assert find("", THIS_WEEK) is None


def test_code_is_found_in_one_query_however_many_counties(
    county: Unit, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    code = code_of(county, "village")
    with django_assert_num_queries(1):
        find(code, THIS_WEEK)
    others = [make_unit(county.parent) for _n in range(3)]
    with django_assert_num_queries(1):
        found = find(code, THIS_WEEK)
    assert found and found.group == Group(county, "village")
    assert len({code_of(each, level) for each in [county, *others] for level in LEVELS}) == 16, (
        "no two groups share one"
    )
    Unit.every.filter(pk=county.pk).update(closed_on=NOW.date())
    assert find(code, THIS_WEEK) is None


@pytest.mark.parametrize(
    "typed", ["石榴", "石榴-渡口-47", "石榴-渡口-银杏-4", "石榴-渡口-没有-47", "0" * 100_000, "石榴渡口银杏四七"]
)
def test_what_is_no_code_is_none(county: Unit, typed: str) -> None:
    assert find(typed, THIS_WEEK) is None


def test_receipt_has_160_bits() -> None:
    assert len(set(LETTERS)) == 32
    assert re.fullmatch(r"(?:[2-9A-HJ-NP-Z]{4} ){7}[2-9A-HJ-NP-Z]{4}", new_receipt())


def test_ticket_is_taken_from_nobody_and_its_receipt_shown_once(client: Client, county: Unit) -> None:
    client.force_login(make_actor(fill(county, "township", 2)).user)
    answer = client.post("/a/", body(county), headers={"user-agent": "Phone 9", "origin": "http://testserver"})
    assert answer.status_code == 201
    receipt = " ".join(re.findall(r"<li>(\w{4})</li>", answer.content.decode()))
    ticket = Ticket.every.get()
    assert (text_of(ticket), ticket.received_on, ticket.state) == (CANARY, clock.day_of(NOW), "sealed")
    assert receipt not in str(vars(ticket))
    shown = client.post("/a/receipt/", {"receipt": receipt.lower().replace(" ", "")})
    assert CANARY in shown.content.decode()


def test_no_row_anywhere_tells_who_whence_or_when(client: Client, county: Unit) -> None:
    cadre = make_actor(fill(county, "township", 2))
    client.force_login(cadre.user)
    before = AuditEvent.objects.count()
    client.post("/a/", body(county), headers={"user-agent": "Phone 9"}, REMOTE_ADDR="10.9.8.7")
    assert AuditEvent.objects.count() == before, "the ledger hears of it with the batch"
    assert not TicketStep.objects.exists()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {no_style().SQL_TABLE(table)} t")
            rows = cursor.fetchone()[0]
            assert not [word for word in (CANARY, "10.9.8.7", "Phone 9") if word in rows], table
        cursor.execute("SELECT t::text FROM ticket t")
        assert not re.search(r"\d\d:\d\d", re.sub(r"\\\\x[0-9a-f]+", "", cursor.fetchone()[0]))
    kinds = {field.get_internal_type() for field in Ticket._meta.get_fields() if hasattr(field, "get_internal_type")}
    assert not kinds & {"DateTimeField", "TimeField", "AutoField", "BigAutoField"}


@pytest.mark.parametrize("path", ["/a/", "/a/about/", "/a/receipt/", "/a/nowhere/", "/a"])
def test_no_cookie_is_set_and_none_is_read(client: Client, county: Unit, path: str) -> None:
    client.force_login(make_actor(fill(county, "township", 1)).user)
    for answer in (
        client.get(path),
        client.get(path, {"django_language": "en"}),
        client.post(path, body(county) | {"receipt": "X"}),
        client.post(path, {}, headers={"origin": "https://elsewhere.example"}),
        client.put(path),
    ):
        assert not answer.cookies, (path, answer.status_code)
        assert answer.headers["Cache-Control"] == "no-store"
        if answer.context:
            assert answer.context.get("actor") is None
        assert "csrfmiddlewaretoken" not in answer.content.decode()
    present("receipt", "")  # a request's transaction, which is the test's here, is over
    with as_role("burden_web"):
        assert not Ticket.every.exists(), "without a receipt nobody sees a row"


def test_request_loses_its_face_before_anybody_looks(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(
        "burden.feedback.views.anonymous.render", lambda request, *rest, **facts: seen.append(request) or Any
    )
    with pytest.raises(AttributeError):
        client.get(
            "/a/",
            headers={"user-agent": "Phone 9", "x-forwarded-for": "1.2.3.4", "authorization": "Token x"},
            REMOTE_ADDR="10.9.8.7",
        )
    request = seen[0]
    assert request.actor is None
    assert request.COOKIES == {}
    kept = " ".join(f"{name}={value}" for name, value in request.META.items())
    assert not [word for word in ("Phone 9", "1.2.3.4", "10.9.8.7", "Token x") if word in kept]


def test_language_and_type_may_be_chosen(client: Client) -> None:
    english = client.get("/a/", {"django_language": "en", "size": "big"}).content.decode()
    assert 'lang="en"' in english and 'data-size="big"' in english
    client.cookies["django_language"] = "en"
    assert 'lang="en"' in client.get("/a/").content.decode()
    assert 'lang="zh-Hans"' in client.get("/a/", {"django_language": "xx"}).content.decode()


def test_log_says_nothing_of_the_channel(client: Client, county: Unit, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    shape, handler = settings.LOGGING["formatters"]["json"], settings.LOGGING["handlers"]["console"]
    formatter = shape["()"](processors=shape["processors"], foreign_pre_chain=shape["foreign_pre_chain"])
    passes = settings.LOGGING["filters"][handler["filters"][0]]["()"]()
    facts = {"headers": {"user-agent": "Phone 9", "x-forwarded-for": "10.9.8.7"}, "REMOTE_ADDR": "10.9.8.7"}
    client.get("/a/", **facts)
    client.post("/a/", body(county), **facts)
    client.post("/a/receipt/", {"receipt": "X"}, **facts)
    client.get("/a/nowhere/", **facts)
    client.post("/a/", {}, headers={"origin": "https://elsewhere.example"})
    written = json.dumps([json.loads(formatter.format(record)) for record in caplog.records if passes(record)])
    assert not [word for word in ("/a/", "10.9.8.7", "Phone 9", CANARY) if word in written]


def test_web_server_keeps_no_list_of_requests() -> None:
    command = web("127.0.0.1", 8000).argv
    assert "granian" in command
    assert not [word for word in command if "access-log" in word]


@pytest.mark.parametrize(
    "headers", [{"origin": "https://elsewhere.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_form_of_another_site_is_refused(client: Client, county: Unit, headers: dict[str, str]) -> None:
    assert client.post("/a/", body(county), headers=headers).status_code == 403
    assert not Ticket.every.exists()


@pytest.mark.parametrize(
    "signed", ["", "nonsense", form(day=dt.date(2026, 11, 20)), form(day=dt.date(2026, 11, 26)), form()[:-1] + "x"]
)
def test_stale_or_forged_form_is_refused_with_what_was_written(client: Client, county: Unit, signed: str) -> None:
    answer = client.post("/a/", body(county, form=signed))
    assert answer.status_code == 422
    assert CANARY in answer.content.decode()
    assert not Ticket.every.exists()


def test_same_form_twice_is_one_ticket_and_one_receipt(client: Client, county: Unit) -> None:
    sent = body(county)
    first, second = client.post("/a/", sent), client.post("/a/", sent | {"text": "别的话"})
    groups = [re.findall(r"<li>(\w{4})</li>", answer.content.decode()) for answer in (first, second)]
    assert groups[0] == groups[1]
    assert text_of(Ticket.every.get()) == CANARY


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"code": "石榴-渡口-银杏-00"}, "code"),
        ({"topic": "rumour"}, "topic"),
        ({"text": ""}, "text"),
        ({"text": "长" * 501}, "text"),
        ({"text": "看不见的\x00字符"}, "text"),
        ({"size": "eternity"}, "size"),
        ({"issuer": "没有的局"}, "issuer"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_stored(
    client: Client, county: Unit, facts: dict[str, str], field: str
) -> None:
    answer = client.post("/a/", body(county, **facts))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.content.decode()
    assert not Ticket.every.exists()


def test_empty_form_is_told_all_that_is_missing(client: Client, county: Unit) -> None:
    answer = client.post("/a/", body(county, code="", topic="", text=""))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert [name for name in ("code", "topic", "text") if f'href="#{name}"' in page] == ["code", "topic", "text"]
    assert "还没填成员码" in page
    assert "选一类问题" in page


def test_expired_code_is_refused_with_a_sentence(client: Client, county: Unit) -> None:
    answer = client.post("/a/", body(county, code=code_of(county, week=THIS_WEEK.plus(-1))))
    assert answer.status_code == 422
    assert "已经过期" in answer.content.decode()
    assert not Ticket.every.exists()


def test_topmost_unit_has_nobody_above(client: Client, county: Unit) -> None:
    answer = client.post("/a/", body(county, issuer=county.parent.name))
    assert answer.status_code == 422
    assert "12345" in answer.content.decode()
    sent = client.post("/a/", body(county, issuer=county.name))
    assert (sent.status_code, Ticket.every.get().desk) == (201, county.parent)


def test_photos_are_drawn_anew_without_place_or_hour(client: Client, county: Unit) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0132] = "PhoneMaker", "2026:11:24 10:00:00"
    exif.get_ifd(0x8825)[2] = (31.0, 12.0, 5.0)
    taken = photo(exif=exif)
    assert b"PhoneMaker" in taken.read()
    taken.seek(0)
    assert client.post("/a/", body(county, photos=[taken, photo("PNG")])).status_code == 201
    services.release(now=NOW + dt.timedelta(days=1))
    keeper = make_actor(county, "office")
    client.force_login(keeper.user)
    ticket = Ticket.every.get()
    assert {bytes(each.sealed)[:2] for each in TicketPhoto.objects.all()}.isdisjoint({b"\xff\xd8"})
    kept = client.get(f"/feedback/{ticket.pk}/photos/1/")
    assert kept["Content-Type"] == "image/jpeg"
    assert b"PhoneMaker" not in kept.content and b"2026:11" not in kept.content
    with Image.open(io.BytesIO(kept.content)) as opened:
        assert not dict(opened.getexif())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("a.jpg", b"<html><script>alert(1)</script></html>"),
        ("a.gif", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40),
        ("a.jpg", b"x" * (10 * 1024 * 1024 + 1)),
    ],
    ids=["svg", "html", "gif", "broken", "large"],
)
def test_what_is_no_photo_is_refused(client: Client, county: Unit, name: str, data: bytes) -> None:
    answer = client.post("/a/", body(county, photos=SimpleUploadedFile(name, data, "image/jpeg")))
    assert answer.status_code == 422
    assert 'href="#photos"' in answer.content.decode()
    assert not Ticket.every.exists() and not TicketPhoto.objects.exists()


def test_four_photos_and_twenty_megabytes_are_refused(client: Client, county: Unit) -> None:
    assert client.post("/a/", body(county, photos=[photo() for _each in range(4)])).status_code == 422
    huge = SimpleUploadedFile("a.jpg", b"x" * 20 * 1024 * 1024, "image/jpeg")
    answer = client.post("/a/", body(county, photos=huge))
    assert (answer.status_code, bool(answer.cookies)) == (413, False)
    assert not Ticket.every.exists()


def test_wrong_and_foreign_receipts_get_one_answer_after_the_same_queries(client: Client, county: Unit) -> None:
    make_ticket(county)
    bodies, counts = set(), set()
    for receipt in (new_receipt(), new_receipt().lower(), "2222 " * 8):
        with CaptureQueriesContext(connection) as queries:
            answer = client.post("/a/receipt/", {"receipt": receipt, "act": "reopen", "words": "x"})
        assert answer.status_code == 404
        bodies.add(answer.content)
        counts.add(len(queries))
    assert len(bodies) == len(counts) == 1


@pytest.mark.parametrize("typed", ["", "7K4M 2P9X", "' OR 1=1", "长" * 200, "\x00", "1111 " * 8, "2222 " * 8 + "A"])
def test_what_cannot_be_a_receipt_is_told_so_without_a_look(client: Client, county: Unit, typed: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = client.post("/a/receipt/", {"receipt": typed, "act": "reopen", "words": "x"})
    assert answer.status_code == 422
    assert "请填 8 组回执码" in answer.content.decode()
    assert not [each for each in queries if "ticket" in each["sql"]]


def test_receipt_opens_its_ticket_alone(client: Client, county: Unit) -> None:
    make_ticket(county, "replied", receipt=None, named=True)
    mine = make_ticket(county, "replied", text="我的一条")
    receipt = new_receipt()
    Ticket.every.filter(pk=mine.pk).update(receipt=digest(receipt))
    page = client.post("/a/receipt/", {"receipt": receipt, "act": "judge", "verdict": "unsolved"}).content.decode()
    assert "我的一条" in page and "你的评价：" in page and 'value="reopen"' in page
    again = client.post("/a/receipt/", {"receipt": receipt, "act": "judge", "verdict": "solved"})
    assert again.status_code == 422
    reopened = client.post("/a/receipt/", {"receipt": receipt, "act": "reopen", "words": "还在收"})
    assert reopened.status_code == 200
    assert county.parent.name in reopened.content.decode()
    services.note_acts(now=NOW + clock.DAY)
    assert Ticket.every.get(pk=mine.pk).desk == county.parent


def digest(receipt: str) -> str:
    from burden.feedback.codes import digest_of

    return digest_of(receipt)


def test_batch_is_opened_the_day_after_in_an_hour_by_chance(county: Unit) -> None:
    old, new = make_ticket(county, "sealed"), make_ticket(county, "sealed", received_on=clock.day_of(NOW))
    assert services.release(now=NOW) == 1
    assert {each.pk: each.state for each in Ticket.every.all()} == {old.pk: "received", new.pk: "sealed"}
    assert AuditEvent.objects.get(what="ticket.released").detail == {"count": 1}
    assert services.release(now=NOW) == 0
    assert drawn(LAST_HOUR) and drawn(23)
    assert {drawn(9) for _hour in range(200)} == {True, False}


def test_task_opens_what_came_before_today_by_the_last_hour_that_is_scheduled(
    county: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours = app.conf.beat_schedule["release-tickets"]["schedule"].hour
    assert hours == set(range(8, LAST_HOUR + 1)), "pages say from 8 to half past 18"
    day = clock.midnight(clock.day_of(NOW))
    old, new, late = (
        make_ticket(county, "sealed", received_on=clock.day_of(NOW) - ago * clock.DAY) for ago in (1, 0, 2)
    )
    waits = {old.pk, new.pk, late.pk}
    for hour, by_chance, opened in ((9, False, {late.pk}), (10, True, {old.pk}), (LAST_HOUR, False, set())):
        monkeypatch.setattr(tasks, "now", lambda hour=hour: day + hour * HOUR)
        if hour != LAST_HOUR:
            monkeypatch.setattr(tasks, "drawn", lambda _hour, drawn=by_chance: drawn)
        tasks.release()
        waits -= opened
        assert set(Ticket.every.filter(state="sealed").values_list("pk", flat=True)) == waits
    monkeypatch.undo()
    monkeypatch.setattr(tasks, "now", lambda: day + clock.DAY + LAST_HOUR * HOUR)
    tasks.release()
    assert not Ticket.every.filter(state="sealed").exists()


def test_reporter_and_office_are_told_when_it_is_opened(client: Client, county: Unit) -> None:
    sent = client.post("/a/", body(county)).content.decode()
    receipt = " ".join(re.findall(r"<li>(\w{4})</li>", sent))
    followed = client.post("/a/receipt/", {"receipt": receipt}).content.decode()
    for page in (sent, followed):
        assert "11月25日" in page and "8 点到 18 点半" in page
    client.force_login(make_actor(county, "office").user)
    assert "今天收到的，明天" in client.get("/feedback/").content.decode()


def test_numbers_of_tickets_say_nothing_of_their_order(county: Unit) -> None:
    numbers = [make_ticket(county).pk for _each in range(8)]
    assert numbers != sorted(numbers) or numbers[-1] - numbers[0] > 1000

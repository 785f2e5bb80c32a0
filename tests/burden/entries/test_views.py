"""My week as a page: what it shows, what a plain form files, what comes back on an error."""

from __future__ import annotations

import datetime as dt
import re
from uuid import uuid4

import pytest
from django.urls import reverse

from burden.accounts.actor import Actor
from burden.entries.models import Entry, Submission, WeeklyReturn
from burden.kit import clock
from burden.standards.models import Sample, SamplePanel
from burden.standards.sampling import panel_of
from burden.units.models import Level
from tests.factories import (
    LAST_WEEK,
    NOW,
    THIS_WEEK,
    make_actor,
    make_demand,
    make_draft,
    make_estimate,
    make_filing,
    make_post,
    make_unit,
)

PAGE = f"/week/{LAST_WEEK}/"


@pytest.fixture(autouse=True)
def now(monkeypatch) -> dt.datetime:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return NOW


@pytest.fixture
def actor(db) -> Actor:
    return make_actor(make_unit())


@pytest.fixture
def cadre(client, actor):
    """A browser in which the cadre is logged in."""
    client.force_login(actor.user)
    return client


def test_week_left_out_of_the_sample_says_so_and_can_be_filed(cadre, actor):
    Sample.objects.create(county=actor.unit, from_week=LAST_WEEK.monday)
    SamplePanel.objects.create(cadre=actor.user, panel=(panel_of(LAST_WEEK) + 1) % 4)
    page = cadre.get(PAGE).content.decode()
    assert "本周不用填，想填也可以。四周只问你一周，下次是 11月23日那周。" in page
    assert "本周不用填" not in cadre.get(f"/week/{THIS_WEEK}/").content.decode()
    assert cadre.post(PAGE, posted(row(1))).status_code == 302
    assert "本周不用填" not in cadre.get(PAGE).content.decode()


def row(number: int, **said: str) -> dict[str, str]:
    """One ticked row as the page posts it."""
    fields = {"ticked": "1", "key": f"k{number}", "answer": "done", "category": "form", "title": f"台账{number}"}
    fields |= {"minutes": "30", "people": "1", "travel_minutes": "0", "prep_minutes": "0", "bulk": "", "issuer": ""}
    return {f"entries.{number}.{name}": value for name, value in (fields | said).items()}


def posted(*rows: dict[str, str], **said: str) -> dict[str, str]:
    body = {"client_key": str(uuid4()), "base_version": "0"} | said
    for each in rows:
        body |= each
    return body


def text(response) -> str:
    return response.content.decode()


def filed(actor: Actor) -> list[tuple[str, str, int]]:
    return [(e.title, e.answer, e.person_min) for e in Entry.objects.visible_to(actor).order_by("id")]


def test_week_asks_for_login(client, db):
    assert client.get("/week/")["Location"].startswith(reverse("login"))


def test_week_refuses_other_roles(client, db):
    client.force_login(make_actor(make_unit(), "reviewer").user)
    assert client.get("/week/").status_code == 403


def test_empty_week_says_what_it_means(cadre):
    page = text(cadre.get("/week/"))
    assert "空着只是没有数据，不算缺报" in page
    assert re.search(r'name="nil"\s+value="1"', page)
    assert "暂定" in page


def test_week_offers_last_week_unticked(cadre, actor):
    make_filing(actor, make_draft(1, title="防汛值班表", minutes=45))
    page = text(cadre.get("/week/"))
    assert "防汛值班表" in page
    assert 'value="45"' in page
    assert " checked aria-labelledby" not in page


def test_week_leads_to_what_waits(cadre, actor):
    def asked(title):
        asking = make_demand(make_unit(level="department"), state="review", title=title)
        make_estimate(asking, actor.unit, actor.user, until=THIS_WEEK.sunday)
        return text(cadre.get("/week/"))

    assert "先问一句" not in text(cadre.get("/week/"))
    page = asked("塘坝台账")
    assert "先问一句：塘坝台账，估一下" in page
    assert 'href="/demands/asked/"' in page
    assert "有 2 件等你" in asked("农房台账")


def test_week_copied_is_ticked_in_bulk(cadre, actor):
    make_filing(actor, make_draft(1))
    page = text(cadre.get("/week/?copy=last"))
    assert re.search(r'type="checkbox"\s+name="entries.0.ticked"\s+value="1"\s+checked', page)
    assert re.search(r'name="entries.0.bulk"\s+value="1"', page)


def test_week_shows_its_unit_post_and_name(cadre, actor):
    page = text(cadre.get(PAGE))
    assert actor.unit.name in page
    assert actor.name in page


@pytest.mark.parametrize("day", ["2026-11-24", "2026-12-07", "2026-02-30", "0001-01-01", "2026-W47-1", "now"])
def test_week_that_is_no_past_monday_is_not_found(cadre, day):
    answer = cadre.get(f"/week/{day}/")
    assert answer.status_code == 404
    assert re.search("day：(没有这一周，要写成 2026-11-16 这样的星期一|还没到这一周)", answer.content.decode())


def test_next_week_is_closed_to_the_current_one(cadre):
    page = text(cadre.get("/week/"))
    assert 'aria-disabled="true"' in page
    assert f"/week/{LAST_WEEK}/" in page


def test_late_week_is_marked_and_open(cadre):
    page = text(cadre.get(f"/week/{LAST_WEEK.plus(-3)}/"))
    assert "补录" in page
    assert "照收不误" in page


@pytest.mark.parametrize(("filed_at", "marked"), [(NOW, False), (NOW + dt.timedelta(days=30), True)])
def test_mark_of_lateness_is_of_the_first_filing(cadre, actor, monkeypatch, filed_at, marked):
    make_filing(actor, make_draft(), now=filed_at)
    later = NOW + dt.timedelta(days=60)
    make_filing(actor, make_draft(minutes=5), base_version=1, now=later)
    monkeypatch.setattr(clock, "now", lambda: later)
    for address in (PAGE, PAGE + "?edit=1"):
        page = text(cadre.get(address))
        assert ('s-warn">补录' in page) == marked
        assert "照收不误" not in page


def test_week_and_receipt_say_the_year(cadre, actor):
    assert "2026年第 47 周" in text(cadre.get(PAGE))
    make_filing(actor, make_draft())
    page = text(cadre.get(PAGE))
    assert "2026年第 47 周" in page
    assert "2026年11月24日（周二）10:00 收到" in page


def test_week_without_post_offers_no_form(client, db):
    user = make_post(make_unit(), since=THIS_WEEK.monday).user
    client.force_login(user)
    page = text(client.get(PAGE))
    assert "还没有干部任职" in page
    assert 'id="week"' not in page


def test_plain_form_files_what_is_ticked(cadre, actor):
    untouched = {name: value for name, value in row(3).items() if not name.endswith("ticked")}
    absent = {name: value for name, value in row(4, answer="absent").items() if not name.endswith("ticked")}
    response = cadre.post(PAGE, posted(row(1), row(2, people="2", minutes="10", prep_minutes="5"), untouched, absent))
    assert response.status_code == 302
    assert filed(actor) == [("台账1", "done", 30), ("台账2", "done", 25), ("台账4", "absent", 0)]
    page = text(cadre.get(response["Location"]))
    assert "已提交 2 项" in page
    assert "另 1 项没办" in page
    assert WeeklyReturn.objects.visible_to(actor).get().receipt in page


def test_plain_form_files_added_row_and_leaves_empty_one(cadre, actor):
    empty = row(8, title="", minutes="")
    cadre.post(PAGE, posted(row(7, title="临时会议", category="meeting", minutes="９０"), empty))
    assert filed(actor) == [("临时会议", "done", 90)]


def test_form_on_the_page_is_what_the_service_reads(cadre, actor):
    """Post back exactly the fields the page offers, with one box ticked."""
    make_filing(actor, make_draft(1, minutes=45), week=LAST_WEEK.plus(-1))
    page = text(cadre.get(PAGE))
    form = page[page.index('id="week"') : page.index('id="nil"')]
    body = {"entries.0.ticked": "1"}
    for tag in re.findall(r"<input[^>]*>", form):
        said = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if said.get("type") not in ("checkbox", "radio") or " checked" in tag:
            body[said["name"]] = said.get("value", "")
    body |= {f"entries.{n}.category": "form" for n in (1, 2)} | {f"entries.{n}.issuer": "" for n in (1, 2)}
    assert cadre.post(PAGE, body).status_code == 302
    assert [title for title, _answer, _min in filed(actor)] == ["台账1", "台账1"]


def test_nil_week_is_filed_and_said(cadre):
    response = cadre.post(PAGE, posted(nil="1"), follow=True)
    assert "已记下：本周没有额外事项" in text(response)


def test_nothing_ticked_is_refused_in_words(cadre, actor):
    response = cadre.post(PAGE, posted())
    assert response.status_code == 422
    assert "还没有打勾的事项" in text(response)
    assert filed(actor) == []


def test_error_names_the_row_and_keeps_what_was_typed(cadre, actor):
    response = cadre.post(PAGE, posted(row(1, people="3"), row(5, minutes="半天", repeated="1")))
    page = text(response)
    assert response.status_code == 422
    assert 'href="#minutes-5"' in page
    assert page.count("分钟填了“半天”") == 2  # in the summary, and beside the field
    assert re.search(r'id="minutes-5"[^>]*value="半天"[^>]*aria-invalid="true"', page)
    assert re.search(r'id="people-1"[^>]*value="3"', page)
    assert re.search(r'name="entries.5.repeated"\s+value="1"\s+checked', page)
    assert filed(actor) == []


@pytest.mark.parametrize("version", ["9" * 5000, "-1", "one", ""])
def test_version_that_is_none_is_refused_in_words(cadre, version):
    response = cadre.post(PAGE, posted(row(0), base_version=version))
    assert (response.status_code, "base_version" in text(response)) == (422, True)


def test_longest_week_is_filed_without_script(cadre, actor):
    """As many rows as a week may have, each with all of its fields, beside as many that are only offered."""
    rows = [row(n, repeated="1", after_hours="1", subkind="", note="") for n in range(200)]
    offered = [{name: value for name, value in row(n).items() if "ticked" not in name} for n in range(200, 400)]
    assert cadre.post(PAGE, posted(*rows, *offered)).status_code == 302
    assert len(filed(actor)) == 200


def test_unusual_size_comes_back_with_a_field_for_the_word(cadre, actor):
    response = cadre.post(PAGE, posted(row(1), row(2, people="10000", minutes="10080")))
    page = text(response)
    assert response.status_code == 422
    assert 'href="#note-2"' in page
    assert re.search(r'class="why" data-why hidden>\s*<label for="note-1"', page)
    assert re.search(r'class="why err" data-why>\s*<label for="note-2"', page)
    assert filed(actor) == []
    large = row(2, people="10000", minutes="10080", note="全县抗洪")
    assert "全县抗洪" in text(cadre.post(PAGE, posted(row(1), large), follow=True))
    assert filed(actor)[1] == ("台账2", "done", 100_800_000)
    assert re.search(r'data-why>[^!]*?name="entries.1.note"[^>]*value="全县抗洪"', text(cadre.get("/week/?copy=last")))


def test_error_in_a_title_gives_it_a_field(cadre):
    page = text(cadre.post(PAGE, posted(row(1, title=" "))))
    assert re.search(r'id="name-1"\s+name="entries.1.title"', page)


def test_foreign_issuer_is_refused(cadre):
    stranger = make_unit()
    response = cadre.post(PAGE, posted(row(1, issuer=stranger.code)))
    assert response.status_code == 422
    assert "没有这个单位" in text(response)


def test_same_key_again_is_the_same_receipt(cadre, actor):
    body = posted(row(1))
    first, second = (cadre.post(PAGE, body) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert Submission.objects.visible_to(actor).count() == 1


def test_old_key_is_its_receipt_when_its_issuer_is_out_of_reach(cadre, actor):
    department = make_unit(actor.unit, Level.DEPARTMENT)
    body = posted(row(1, issuer=department.code))
    cadre.post(PAGE, body)
    make_filing(actor, make_draft(2), base_version=1)
    department.parent, department.path = make_unit(), f"{make_unit().path}{department.pk}."
    department.save()
    assert cadre.post(PAGE, body).status_code == 302
    assert [title for title, _answer, _min in filed(actor)] == ["台账2"]


def test_conflict_shows_both_and_lets_choose(cadre, actor):
    make_filing(actor, make_draft(1, minutes=20))
    response = cadre.post(PAGE, posted(row(1, minutes="50"), row(2)))
    page = text(response)
    assert response.status_code == 409
    assert "留平台上的" in page
    fields = dict(
        re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page[page.index('id="choose"') :])
    )
    assert fields["base_version"] == "1"
    assert cadre.post(PAGE, fields).status_code == 302
    assert filed(actor) == [("台账1", "done", 50), ("台账2", "done", 30)]


def test_key_used_for_other_content_is_a_conflict(cadre, actor):
    body = posted(row(1))
    cadre.post(PAGE, body)
    response = cadre.post(PAGE, body | row(1, minutes="99"))
    assert response.status_code == 409
    assert filed(actor) == [("台账1", "done", 30)]


def test_filed_week_is_changed_from_its_own_page(cadre, actor):
    make_filing(actor, make_draft(1, minutes=20))
    page = text(cadre.get(PAGE + "?edit=1"))
    assert re.search(r'name="base_version"\s+value="1"', page)
    assert re.search(r'name="entries.0.ticked"\s+value="1"\s+checked', page)
    assert cadre.post(PAGE, posted(row(1, minutes="25"), base_version="1")).status_code == 302
    assert filed(actor) == [("台账1", "done", 25)]


def test_filed_week_is_compared_with_the_one_before(cadre, actor):
    make_filing(actor, make_draft(1, minutes=100), week=LAST_WEEK.plus(-1))
    make_filing(actor, make_draft(1, minutes=45))
    assert "上周 1 小时 40 分，少 55 分" in text(cadre.get(PAGE))


def test_page_is_kept_by_no_cache(cadre):
    assert "no-store" in cadre.get("/week/")["Cache-Control"]


def test_suggestions_offer_own_titles(cadre, actor):
    make_filing(actor, make_draft(1, title="人居环境台账", minutes=45))
    page = text(cadre.get("/week/suggestions/", {"q": "人居"}))
    assert 'data-title="人居环境台账"' in page
    assert "你填过 1 次" in page


def test_suggestions_answer_unprintable_text_with_none(cadre):
    assert 'data-title="' not in text(cadre.get("/week/suggestions/", {"q": "\x00"}))


def test_page_takes_few_queries(cadre, actor, django_assert_max_num_queries):
    make_filing(actor, *(make_draft(n) for n in range(8)), week=LAST_WEEK.plus(-1))
    with django_assert_max_num_queries(21):  # four of them for what is new and what waits
        cadre.get(PAGE)


# what a device's queue and its service worker ask for

JSON = {"HTTP_ACCEPT": "application/json"}


def test_queue_is_answered_with_receipt_and_version(cadre, actor):
    body = posted(row(1), cadre=str(actor.user_id), seconds="41")
    answer = cadre.post(PAGE, body, **JSON)
    filed_once = Submission.objects.visible_to(actor).get()
    assert (answer.status_code, answer.json()) == (200, {"receipt": filed_once.receipt, "version": 1})
    make_filing(actor, make_draft(2), base_version=1)
    assert cadre.post(PAGE, body, **JSON).json() == answer.json()  # its own version, whatever stands by now


def test_queue_is_told_of_refusals_by_code(cadre, actor):
    make_filing(actor, make_draft())
    for body, status, code in (
        (posted(row(1)), 409, "version_conflict"),
        (posted(row(1, minutes="半天"), base_version="1"), 422, "week.invalid"),
        (posted(base_version="1"), 422, "week.empty"),
    ):
        answer = cadre.post(PAGE, body, **JSON)
        assert (answer.status_code, answer.json()) == (status, {"code": code})


def test_filing_that_somebody_else_left_is_not_taken(cadre, actor):
    other = make_actor(make_unit())
    assert cadre.post(PAGE, posted(row(1), cadre=str(other.user_id)), **JSON).status_code == 403
    assert cadre.post(PAGE, posted(row(1), cadre=str(other.user_id))).status_code == 403
    assert filed(actor) == []


def test_week_says_its_address(cadre, actor):
    make_filing(actor, make_draft())
    for asked, week in (("/week/", THIS_WEEK), (f"/week/{THIS_WEEK}/", THIS_WEEK), (f"{PAGE}?edit=1", LAST_WEEK)):
        assert cadre.get(asked)["Content-Location"] == f"/week/{week}/"

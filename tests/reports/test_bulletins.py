"""Bulletins from the numbers: the same as the dashboard's, neutral in words, frozen when published, one page a step."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from burden.demands.models import Reestimate
from burden.kit import clock
from burden.kit.clock import DAY, Week
from burden.kit.errors import Refused
from burden.kit.templatetags.show import hours
from burden.ledger.models import AuditEvent
from burden.oversight import queries, services
from burden.oversight.models import Author, Bulletin
from burden.oversight.texts import names_of
from burden.standards.models import TariffVersion
from burden.units.models import Unit
from reports.bulletin_figures import NAMES, figures_of, weeks_named
from reports.bulletins import blocks_for, closed_periods, own_digits, own_filing, paper_of, words_for
from reports.models import PortalTime, ReturnSpread
from reports.papers import Chart, lines
from reports.periods import Period
from reports.values import indicator_rows
from tests.database import as_role
from tests.factories import (
    NOW,
    make_actor,
    make_bulletin,
    make_demand,
    make_practice,
    make_recognition,
    make_unit,
    make_user,
)
from tests.reports.sums import add_asked, add_demand_sums, add_source, add_sums
from tests.reports.test_paper_files import said_in_pdf, said_in_word

OCTOBER = Period.of("month", Week(dt.date(2026, 10, 12)))
SEPTEMBER = OCTOBER.before
LAST_OCTOBER = OCTOBER.last_year


@pytest.fixture(autouse=True)
def now(monkeypatch) -> dt.datetime:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return NOW


@pytest.fixture
def county(db) -> Unit:
    return make_unit(make_unit(level="city", name="沅州市"), name="临溪县")


@pytest.fixture
def bureau(county) -> Unit:
    return make_unit(county, "department", name="县农业农村局")


@pytest.fixture
def filed(county, bureau) -> Unit:
    """Three periods of a township that filed, and one bureau that asked for some of it."""
    town = make_unit(county, "township", name="柳河镇")
    for period, minutes in ((OCTOBER, 600), (SEPTEMBER, 660), (LAST_OCTOBER, 750)):
        for week in period.weeks:
            add_sums(town, week, returns=6, active=8, per_head=minutes, self_min=600)
            add_source(county, bureau, week, minutes=1_200)
    return town


def of(actor, unit, **facts) -> dict:
    return figures_of(actor, unit, facts.pop("period", OCTOBER), NOW)


@pytest.fixture
def office(county):
    return make_actor(county, "office")


# --- figures ---


def test_values_are_those_of_the_sums(office, county, filed):
    values = of(office, county)["values"]
    assert values["weeks"] == "第40—44周，9月28日至11月1日"
    assert values["per_head"] == "10.0"
    assert values["per_head_previous"] == "比9月减少1.0小时"
    assert values["per_head_last_year"] == "比上年同期减少2.5小时"
    assert values["total"] == "300.0"
    assert (values["imposed"], values["own"]) == ("83.3%", "16.7%")
    assert values["top_share"] == "20.0%"
    assert set(values) == set(NAMES)


def test_dashboard_says_the_same(client, office, county, filed):
    client.force_login(office.user)
    page = client.get(f"/reports/{county.code}/", {"period": "month", "week": "2026-10-26"}).content.decode()
    total = int(re.search(r'<data id="total" value="(\d+)"', page)[1])
    figures = of(office, county)
    assert figures["values"]["total"] == hours(total)
    first = figures["tables"]["issuers"]["rows"][0]
    line = re.search(r'<th scope="row">(<a [^>]*>)?县农业农村局.*?</tr>', page, re.S)[0]
    asked = re.search(r'<td class="r b"><data value="(\d+)"', line)
    assert hours(int(asked[1])) == first[6]
    assert f"{first[9]}</td></tr>" in line


def test_issuers_are_told_by_what_they_impose(office, county, bureau, filed):
    for origin, claim in (("own", 400), ("county", 200), ("city", 1_800)):
        demand = make_demand(bureau, origin=origin)
        add_demand_sums(demand, OCTOBER.first, targets=1, claim_min=claim, open_min=claim)
    figures = of(office, county)
    table = figures["tables"]["issuers"]
    assert table["columns"][-3:] == ["每人比9月", "转办上级", "未登记"]
    assert table["rows"] == [["县农业农村局", "0.0", "0.0", "100.0", "0.0", "0.0", "100.0", "0.0%", "75.0%", "0.0%"]]
    assert (figures["values"]["passed_on"], figures["values"]["decided"]) == ("75.0%", "25.0%")


def test_yearly_comparison_is_what_the_indicators_say(office, county, bureau, filed):
    """One measure in both places: a reader of the bulletin and of the indicators' page is told the same."""
    for period, numbers in ((OCTOBER, {"issued_form": 2, "issued_meeting": 3}), (LAST_OCTOBER, {"issued_form": 4})):
        for week in period.weeks:
            add_asked(county, week, **numbers)
    chat = make_demand(bureau, category="form", channel="group")
    for level in ("township", "village"):
        add_demand_sums(chat, OCTOBER.first, level=level)
    add_demand_sums(make_demand(bureau, category="other", subkind="digital"), OCTOBER.first)
    table = of(office, county)["tables"]["years"]
    assert table["columns"] == ["期间", "文件", "会议", "督检考", "报表", "工作群"]
    assert table["rows"] == [
        ["上年同期", "0", "0", "0", "20", "0"],
        ["本期", "0", "15", "0", "10", "2"],
        ["增减（%）", "—", "—", "—", "−50.0%", "—"],
    ]
    assert "项·周" in table["caption"] and "周报" not in table["caption"]
    told = {row.indicator.code: row for row in indicator_rows(office, county, OCTOBER)}
    for code, column in (("issued_meeting", 2), ("issued_form", 4)):
        row = told[code]
        assert [str(row.last_year.number), str(row.now.number)] == [line[column] for line in table["rows"][:2]]
        assert row.indicator.unit == "项·周"


def test_weeks_without_returns_are_said_and_compared_with_nothing(client, office, county, bureau):
    """No data is not zero: a part of a month stands beside the same part of the year before, on the page too."""
    town = make_unit(county, "township")
    for week in OCTOBER.weeks[:3]:
        add_sums(town, week, returns=6, per_head=600)
        add_asked(county, week, issued_form=2)
    for at, period in enumerate((SEPTEMBER, LAST_OCTOBER)):
        for n, week in enumerate(period.weeks):
            add_sums(town, week, returns=6, per_head=700 + 100 * at if n < 3 else 6_000)
            add_asked(county, week, issued_form=4 if n < 3 else 99)
            add_source(county, bureau, week, minutes=6_000 if n < 3 else 60_000)
    for week in OCTOBER.weeks:
        add_source(county, bureau, week, minutes=3_000 if week in OCTOBER.weeks[:3] else 0)
    figures = of(office, county)
    assert "第43—44周没有周报" in figures["note"] and "只取同样的周" in figures["note"]
    assert figures["values"]["per_head_previous"] == "比9月减少1.7小时"
    assert figures["values"]["per_head_last_year"] == "比上年同期减少3.3小时"
    assert figures["tables"]["issuers"]["rows"][0][7] == "−50.0%"
    assert figures["tables"]["years"]["rows"][2][4] == "−50.0%"
    assert "只比有周报的3周" in figures["tables"]["years"]["caption"]
    told = {row.indicator.code: row for row in indicator_rows(office, county, OCTOBER)}["per_head"]
    assert [each.number / each.of for each in (told.now, told.previous, told.last_year)] == [600, 700, 800]
    client.force_login(office.user)
    page = client.get(f"/reports/{county.code}/", {"period": "month", "week": "2026-10-26"})
    headline = page.context["headline"]
    assert (headline.previous, headline.last_year) == (-100, -200)
    assert "另有 2 周没有周报" in page.content.decode()


def test_weeks_are_named_in_runs():
    first = OCTOBER.first
    assert weeks_named([]) == ""
    assert weeks_named([first, *(first.plus(n) for n in (2, 3, 4))]) == "第40周、第42—44周"


def test_neither_units_above_nor_below_are_named(office, county, filed):
    for unit in (county.parent, filed):
        add_source(county, unit, OCTOBER.first, minutes=90_000)
    rows = of(office, county)["tables"]["issuers"]["rows"]
    assert [row[0] for row in rows] == ["县农业农村局"]


def test_change_of_method_stands_apart(office, county, bureau, filed):
    assert of(office, county)["values"]["reestimate"] == "本期没有口径调整"
    tariff = TariffVersion.objects.order_by("pk").first()
    facts = {"demand": make_demand(bureau), "week": OCTOBER.first.monday, "tariff": tariff, "at": NOW}
    Reestimate.every.create(before_min=900, after_min=600, **facts)
    values = of(office, county)["values"]
    assert values["reestimate"] == "口径调整使登记的预计减少5.0人时"
    assert values["total"] == "300.0"


def test_portal_itself_is_in_it(office, county, filed):
    PortalTime.every.create(unit=county, week=OCTOBER.first.monday, n=6, median_s=40, total_s=7_200)
    said = of(office, county)["values"]["portal"]
    assert said == "30份周报中，按时首次提交、记了用时的6份，共2.0人时", "both counts of returns are on the paper"


def test_note_says_how_much_data_there_is(office, county, filed):
    note = of(office, county)["note"]
    assert "在册8人，每周平均6人已有数据" in note
    assert "300.0人时÷30份周报" in note
    assert "数据截至2026年11月24日10:00" in note


def test_note_says_what_is_not_alike_a_year_before_and_what_all_take(office, county):
    """Spring Festival is in February of one year alone; of forty in post twenty filed."""
    town = make_unit(county, "township")
    february = Period.of("month", Week(dt.date(2026, 2, 16)))
    numbers = {"cadres": 40, "asked": 40, "n": 20, "total_min": 12_000, "squares": 7_400_000, "more": 0, "more_min": 0}
    for week in february.weeks:
        add_sums(town, week, returns=20, active=40, per_head=600)
        ReturnSpread.every.create(unit=county, week=week.monday, kind="township", **numbers)
    for week in february.last_year.weeks:
        add_sums(town, week, returns=36, active=40, per_head=600)
    note = figures_of(office, county, february, NOW)["note"]
    assert "已有数据：本期50.0%，上年同期90.0%，合计不能直接比；" in note
    assert "春节：本年第8周，上年第5周；" in note
    assert "按已有数据估计全体在册1,600.0人时（95%区间" in note


def test_hidden_weeks_are_left_out_and_said(office, county):
    town = make_unit(county, "township")
    for week in OCTOBER.weeks:
        few = week == OCTOBER.first
        add_sums(town, week, returns=2 if few else 6, active=8, per_head=600)
    figures = of(office, county)
    assert figures["values"]["total"] == hours(4 * 3_600)
    assert "另有1周人数太少，不列入" in figures["note"]
    assert figures["tables"]["trend"]["points"][-5][1] is None


@pytest.mark.parametrize("returns", [0, 4])
def test_too_little_data_is_refused(office, county, returns):
    town = make_unit(county, "township")
    for week in OCTOBER.weeks:
        add_sums(town, week, returns=returns, active=8)
    with pytest.raises(Refused, match="人数太少") as refused:
        of(office, county)
    assert refused.value.code == "bulletin.too_few"


@pytest.mark.parametrize("kind", ["quarter", "year"])
def test_longer_periods_have_their_trend(office, county, filed, kind):
    period = Period.of(kind, OCTOBER.first)
    figures = of(office, county, period=period)
    assert len(figures["tables"]["trend"]["points"]) == {"quarter": 26, "year": 52}[kind]
    said = [row[0] for row in figures["tables"]["years"]["rows"]]
    assert said == (["上年", "本年", "增减（%）"] if kind == "year" else ["上年同期", "本期", "增减（%）"])


@pytest.mark.parametrize("form", ["notice", "brief"])
@pytest.mark.parametrize("kind", ["month", "quarter", "year"])
def test_drafted_text_names_known_figures_and_no_unit_below(county, form, kind):
    period = Period.of(kind, OCTOBER.first)
    blocks = blocks_for(county, form, period)
    assert {name for block in blocks for name in names_of(block["text"])} <= set(NAMES)
    text = "".join(block["text"] for block in blocks)
    assert not re.search("表扬|先进|落后|排名|镇|成效", text)
    assert words_for(county, form, period)["title"].startswith("关于2026年")


def test_only_periods_that_are_over_are_offered():
    found = [(period.kind, str(period.first)) for period in closed_periods(NOW)]
    assert found == [
        ("month", "2026-09-28"),
        ("month", "2026-08-31"),
        ("month", "2026-08-03"),
        ("quarter", "2026-06-29"),
        ("quarter", "2026-03-30"),
        ("year", "2024-12-30"),
    ]


# --- the paper ---


def drafted(office, county, form="notice") -> Bulletin:
    return make_bulletin(
        county, form=form, figures=of(office, county), blocks=blocks_for(county, form, OCTOBER), drafted_by=office.user
    )


def test_paper_numbers_what_is_there(office, county, filed):
    kinds = [(part.kind, getattr(part, "text", "") or part.caption) for part in paper_of(drafted(office, county)).parts]
    assert [words for kind, words in kinds if kind == "heading"] == [
        "一、负担从哪里来", "二、与上年同期相比", "三、表扬", "四、口径与平台自身",
    ]  # fmt: skip
    assert [words[:2] for kind, words in kinds if kind == "table"] == ["表1", "表2", "表3"]
    assert [kind for kind, _words in kinds if kind == "chart"] == ["chart"]


def test_what_was_recognised_in_the_period_is_listed_and_frozen(office, county, filed):
    """Page, Word and PDF are all made of this paper; authors are named by their own choice alone."""
    town, then = make_unit(county, "township", name="平川镇"), clock.midnight(OCTOBER.first.monday) + 10 * DAY
    practice = make_practice(town, area=county, state="published")
    facts = {"published_at": then, "decided_at": then, "announced_at": then}
    spread = make_recognition(
        county,
        town,
        "published",
        kind="practice",
        practice=practice,
        title="周三不开会",
        year_min=None,
        adopters=7,
        **facts,
    )
    signed, unsigned = make_user("田秀兰"), make_user("贺建国")
    for person, at in ((signed, NOW), (unsigned, None)):
        Author.every.create(recognition=spread, person=person, signed_at=at)
    issuer = make_recognition(
        county, make_unit(county, "department", name="县农业农村局"), "published", title="台账", **facts
    )
    make_recognition(county, town, "published")  # in November
    make_recognition(county, town, "revoked", **facts)
    found = drafted(office, county)
    (table,) = [part for part in paper_of(found).parts if part.kind == "table" and "表扬" in part.caption]
    assert table.rows == [
        ["周三不开会", "平川镇（田秀兰）", "做法", "—", "7"], ["自己定的要求，比上年同期少", "县农业农村局", "下达单位", "400.0", "—"],
    ]  # fmt: skip
    assert found.figures["values"]["recognised"] == "本期公布表扬2项"
    Bulletin.every.filter(pk=found.pk).update(
        state="published", checked_by=make_user(), checked_at=NOW, published_by=office.user, published_at=NOW
    )
    assert queries.listed_in(office, (spread, issuer)) == {spread.pk: found, issuer.pk: found}
    services.revoke_recognition(by=office, recognition=issuer, reason="反弹", now=NOW)
    found.refresh_from_db()
    assert "县农业农村局" in [row[1] for row in found.figures["tables"]["recognised"]["rows"]]


def test_nothing_recognised_is_said_in_a_sentence(office, county, filed):
    found = drafted(office, county)
    assert found.figures["values"]["recognised"] == "本期没有公布表扬"
    assert [part for part in paper_of(found).parts if part.kind == "table" and "表扬" in part.caption] == []


def test_brief_has_no_yearly_section(office, county, filed):
    headings = [part.text for part in paper_of(drafted(office, county, "brief")).parts if part.kind == "heading"]
    assert headings == ["一、负担从哪里来", "二、表扬", "三、口径与平台自身"]


def test_chart_breaks_where_there_is_no_week():
    placed = lines(Chart("", [[1, 600], [2, None], [3, 660], [4, 690]]))
    assert [words.count(",") for words in placed["stretches"]] == [1, 2]
    assert placed["grid"][0][1] == "10"
    assert placed["last"][2] == "11.5"
    assert lines(Chart("", [[1, None]]))["stretches"] == []


# --- pages ---


def test_office_drafts_another_checks_and_it_is_published(client, office, county, filed):
    reviewer = make_actor(county, "reviewer")
    client.force_login(office.user)
    answer = client.post("/bulletins/new/", {"period": f"month:{OCTOBER.last}", "form": "notice"})
    assert answer.status_code == 302
    url = answer["Location"]
    page = client.get(url).content.decode()
    assert "每人每周负担<b" in page and ">10.0</b>小时" in page
    assert "核稿无误" not in page and "请另一个人" in html.unescape(page)
    client.force_login(reviewer.user)
    version = re.search(r'name="base_version" value="(\d+)"', client.get(url).content.decode())[1]
    client.post(f"{url}check/", {"base_version": version})
    client.force_login(office.user)
    assert "签发" in client.get(url).content.decode()
    client.post(f"{url}publish/", {"base_version": version})
    add_sums(make_unit(county, "township"), OCTOBER.last, returns=9, active=9, per_head=2_000)
    client.force_login(make_actor(county, "observer").user)
    page = client.get(url).content.decode()
    assert ">10.0</b>小时" in page and "数据截至2026年11月24日10:00" in page
    assert "改说明" not in page and "/correct/" not in page
    assert url in client.get("/bulletins/").content.decode()


def test_files_say_what_the_page_says(client, office, county, filed):
    found = drafted(office, county)
    client.force_login(office.user)
    page = client.get(f"/bulletins/{found.pk}/").content.decode()
    answer = client.get(f"/bulletins/{found.pk}/file/", {"format": "docx"})
    word, paper = said_in_word(answer.content), paper_of(found)
    cells = [cell for table in paper.tables() for row in table.rows for cell in row]
    assert cells and [cell for cell in cells if cell not in word or f">{cell}<" not in page] == []
    assert {found.title, *(part.text for part in paper.parts if part.kind == "paragraph")} <= set(word)
    assert word == said_in_pdf(paper)
    assert client.get(f"/bulletins/{found.pk}/file/", {"format": "pdf"}).content.startswith(b"%PDF-")
    assert client.get(f"/bulletins/{found.pk}/file/", {"format": "exe"}).status_code == 404


@pytest.mark.parametrize("file_format", ["docx", "pdf"])
def test_download_is_recorded(client, office, county, file_format):
    found, observer = make_bulletin(county, "published"), make_actor(county, "observer")
    client.force_login(observer.user)
    assert client.head(f"/bulletins/{found.pk}/file/?format={file_format}").status_code == 200, "not recorded"
    assert client.get(f"/bulletins/{found.pk}/file/", {"format": file_format}).status_code == 200
    event = AuditEvent.objects.get()
    assert (event.what, event.actor_id, event.subject_id) == ("bulletin.downloaded", observer.user_id, str(found.pk))
    assert event.detail == {"format": file_format, "version": 1}
    assert client.get(f"/bulletins/{found.pk}/file/", {"format": "exe"}).status_code == 404
    assert AuditEvent.objects.count() == 1


def test_draft_is_deleted_after_being_asked(client, office, county, filed):
    found = drafted(office, county)
    client.force_login(office.user)
    page = client.get(f"/bulletins/{found.pk}/").content.decode()
    assert "找不回来" in page and f"/bulletins/{found.pk}/delete/" in page
    with as_role("burden_web"):
        answer = client.post(f"/bulletins/{found.pk}/delete/", {"base_version": found.version}, follow=True)
    assert answer.redirect_chain == [("/bulletins/", 302)]
    assert "草稿已删除" in answer.content.decode()
    assert not Bulletin.every.exists()
    assert AuditEvent.objects.get().what == "bulletin.deleted"


@pytest.mark.parametrize(("state", "sent"), [("draft", "9"), ("draft", ""), ("checked", "1"), ("published", "1")])
def test_delete_that_may_not_be_says_why(client, office, county, state, sent):
    found = make_bulletin(county, state)
    client.force_login(office.user)
    answer = client.post(f"/bulletins/{found.pk}/delete/", {"base_version": sent}, follow=True)
    assert answer.redirect_chain == [(f"/bulletins/{found.pk}/", 302)]
    assert ("有人改过" if state == "draft" else "现在是") in answer.content.decode()
    assert Bulletin.every.exists() and not AuditEvent.objects.exists()


@pytest.mark.parametrize("step", ["refresh", "check", "return", "publish", "correct", "delete", "edit"])
@pytest.mark.parametrize("role", ["observer", "lead", "issuer", "reviewer"])
def test_step_of_another_role_is_refused(client, county, role, step):
    """A reviewer checks and returns; who only reads takes no step."""
    client.force_login(make_actor(county, role).user)
    found = make_bulletin(county, "published")
    answer = client.post(f"/bulletins/{found.pk}/{step}/", {"base_version": 1})
    assert answer.status_code == (302 if (role, step) in {("reviewer", "check"), ("reviewer", "return")} else 403)
    found.refresh_from_db()
    assert (found.state, found.version) == ("published", 1)


def test_correction_takes_the_figures_of_now(client, office, county, filed):
    found = make_bulletin(county, "published", figures=of(office, county), blocks=blocks_for(county, "notice", OCTOBER))
    for week in OCTOBER.weeks:
        add_sums(make_unit(county, "township"), week, returns=6, active=8, per_head=1_200)
    client.force_login(office.user)
    silent = client.post(f"/bulletins/{found.pk}/correct/", follow=True)
    assert "写明原来那期错在哪" in silent.content.decode() and Bulletin.every.count() == 1
    url = client.post(f"/bulletins/{found.pk}/correct/", {"reason": "漏了一个镇"})["Location"]
    page = client.get(url).content.decode()
    assert ">15.0</b>小时" in page and "本期更正2026年11月24日发布" in page and "期：漏了一个镇。以本期为准" in page
    assert "数字变了的" in page and "每人每周小时 10.0 → 15.0" in page
    first = client.get(f"/bulletins/{found.pk}/").content.decode()
    assert ">10.0</b>小时" in first and url in first


def test_words_are_kept_and_figures_are_not_taken_from_the_form(client, office, county, filed):
    found = drafted(office, county)
    client.force_login(office.user)
    page = client.get(f"/bulletins/{found.pk}/edit/").content.decode()
    assert page.count('name="words.lead"') == len(names_of(found.blocks[0]["text"])) + 1
    sent = {"base_version": 1, "title": "新题", "organ": "办", "number": 3, "words.lead": [f"话{i}" for i in range(9)]}
    assert client.post(f"/bulletins/{found.pk}/edit/", sent | {"figures": "{}"}).status_code == 302
    found.refresh_from_db()
    assert found.blocks[0]["text"].startswith("话0{{period}}话1{{weeks}}话2")
    assert found.figures["values"]["per_head"] == "10.0"


@pytest.mark.parametrize("words", [["少了"], [f"话{i}" for i in range(8)] + ["{{total}}"]])
def test_figure_removed_or_invented_is_refused_with_a_sentence(client, office, county, filed, words):
    found = drafted(office, county)
    client.force_login(office.user)
    sent = {"base_version": 1, "title": "新题", "organ": "办", "number": 3, "words.lead": words}
    answer = client.post(f"/bulletins/{found.pk}/edit/", sent)
    assert answer.status_code == 422
    assert "不能删，也不能自己加" in answer.content.decode()
    found.refresh_from_db()
    assert found.version == 1


def test_two_editors_see_both_texts(client, office, county, filed):
    found = drafted(office, county)
    client.force_login(office.user)
    sent = {"title": "题", "organ": "办", "number": 3, "words.others": ["甲写的"]}
    assert client.post(f"/bulletins/{found.pk}/edit/", sent | {"base_version": 1}).status_code == 302
    answer = client.post(f"/bulletins/{found.pk}/edit/", sent | {"base_version": 1, "words.others": ["乙写的"]})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "甲写的" in page and "乙写的" in page and 'name="base_version" value="2"' in page
    assert client.post(
        f"/bulletins/{found.pk}/edit/", sent | {"base_version": 2, "words.others": ["合起来"]}
    ).status_code == 302  # fmt: skip


def test_empty_county_and_bad_asks_are_answered_in_words(client, office, county):
    client.force_login(office.user)
    assert "还没有通报" in client.get("/bulletins/").content.decode()
    for asked, status in (
        ({"period": f"month:{OCTOBER.last}", "form": "notice"}, 422),
        ({"period": "month:2026-11-16", "form": "notice"}, 422),
        ({"period": f"month:{OCTOBER.last}", "form": "x"}, 422),
        ({}, 422),
    ):
        answer = client.post("/bulletins/new/", asked)
        assert answer.status_code == status
        assert 'role="alert"' in answer.content.decode()
    assert not Bulletin.every.exists()


def test_list_of_more_than_a_page_leads_on(client, county, monkeypatch):
    monkeypatch.setattr("reports.bulletin_views.LINES", 1)
    pks = {make_bulletin(county, kind=kind).pk for kind in ("month", "quarter")}
    client.force_login(make_actor(county, "office").user)
    pages = [client.get("/bulletins/", {"page": page}) for page in (1, 2)]
    assert {found.pk for page in pages for found, _period in page.context["rows"]} == pks
    assert [page.content.decode().count('rel="next"') for page in pages] == [1, 0]


def test_list_says_what_was_corrected(client, county):
    first = make_bulletin(county, "published")
    client.force_login(make_actor(county, "office").user)
    assert "已更正" not in client.get("/bulletins/").content.decode()
    make_bulletin(county, "published", edition=1, corrects=first)
    assert client.get("/bulletins/").content.decode().count(">已更正<") == 1


def test_list_asks_the_same_of_one_and_of_three(client, county):
    client.force_login(make_actor(county, "office").user)
    client.get("/bulletins/")
    counts = []
    for days in ((0,), (28, 56)):
        for day in days:
            make_bulletin(county, "published", first_week=dt.date(2020, 1, 6) + dt.timedelta(day))
        with CaptureQueriesContext(connection) as queries:
            client.get("/bulletins/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_conflict_names_who_saved_and_shows_every_changed_field(client, office, county, filed):
    found = drafted(office, county)
    client.force_login(office.user)
    sent = {"title": "甲题", "organ": "办", "number": 3, "words.others": ["甲写的"], "base_version": 1}
    client.post(f"/bulletins/{found.pk}/edit/", sent)
    mine = client.post(f"/bulletins/{found.pk}/edit/", sent | {"title": "乙题"}).content.decode()
    assert "你在另一个窗口存的：" in mine and "甲题" in mine and "乙题" in mine
    other = make_actor(county, "office")
    client.force_login(other.user)
    theirs = client.post(f"/bulletins/{found.pk}/edit/", sent | {"title": "丙题"}).content.decode()
    assert f"{office.user.name}刚改过这一稿" in theirs and f"{office.user.name} 存的：" in theirs


def test_checker_is_told_numbers_that_the_editor_typed(client, office, county, filed):
    found = drafted(office, county)
    assert own_digits(found) == []
    client.force_login(office.user)
    sent = {"base_version": 1, "title": "题", "organ": "办", "number": 3, "words.others": ["减了12.5%，开会３次"]}
    client.post(f"/bulletins/{found.pk}/edit/", sent)
    found.refresh_from_db()
    assert own_digits(found) == ["12.5%", "３"]
    client.force_login(make_actor(county, "reviewer").user)
    assert "12.5%、３" in client.get(f"/bulletins/{found.pk}/").content.decode()
    assert "文中的12.5%、３是编写人写的" in paper_of(found).note, "who reads the paper sees no lock"


def test_words_about_filing_are_pointed_at(client, office, county, filed):
    """Nobody is ranked or praised by filing; the words that a draft has of it itself are none."""
    found = drafted(office, county)
    assert own_filing(found) == []
    client.force_login(office.user)
    assert "不写谁填得多" in client.get(f"/bulletins/{found.pk}/edit/").content.decode()
    sent = {
        "base_version": 1,
        "title": "题",
        "organ": "办",
        "number": 3,
        "words.others": ["柳河镇填报率最高，通报表扬"],
    }
    client.post(f"/bulletins/{found.pk}/edit/", sent)
    found.refresh_from_db()
    assert own_filing(found) == ["填报率"]
    assert "“填报率”：填报只说明数据多少" in client.get(f"/bulletins/{found.pk}/").content.decode()


@pytest.mark.parametrize("state", ["draft", "checked", "published"])
def test_figures_read_while_the_last_week_was_open_are_pointed_at(client, office, county, state):
    last = Week(dt.date(2026, 10, 26))
    read = dt.datetime.combine(last.open_until, dt.time(10), NOW.tzinfo)
    found = make_bulletin(county, state, figures_at=read, number=1)
    later = make_bulletin(county, state, figures_at=read + DAY, form="brief", number=2)
    client.force_login(office.user)
    for each, is_early in ((found, True), (later, False)):
        page = client.get(f"/bulletins/{each.pk}/").content.decode()
        assert ("那时第 44 周还是暂定数；11月8日已经截止" in page) == (is_early and state != "published")
        assert ("重读数字</button>" in page) == (is_early and state == "draft")
        assert ("先退回改稿" in page) == (is_early and state == "checked")


def test_note_says_until_when_the_newest_week_is_provisional(office, county, filed):
    early = clock.day_of(NOW).replace(year=2026, month=11, day=3)
    at = dt.datetime.combine(early, dt.time(10), NOW.tzinfo)
    note = figures_of(office, county, OCTOBER, at)["note"]
    assert f"暂定数，{OCTOBER.last.open_until.month}月{OCTOBER.last.open_until.day}日前还能填报" in note
    assert "暂定" not in of(office, county)["note"]


def test_second_draft_of_a_period_leads_to_the_first(client, office, county, filed):
    found = drafted(office, county)
    client.force_login(office.user)
    answer = client.post("/bulletins/new/", {"period": f"month:{OCTOBER.last}", "form": found.form})
    assert answer.status_code == 409
    assert f'<a href="/bulletins/{found.pk}/">打开</a>' in answer.content.decode()
    assert 'class="notes"' not in client.get("/bulletins/").content.decode(), "nothing was refused"

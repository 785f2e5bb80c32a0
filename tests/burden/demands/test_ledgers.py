"""A department's own ledger: any usual headings, line by line, nothing stored before it was shown."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
from django.test import Client
from openpyxl import Workbook

from burden.accounts.actor import Actor
from burden.demands.ledgers import MAX_BYTES, MAX_ROWS, Effect, FileChanged, import_ledger, preview_ledger
from burden.demands.models import Demand, Target
from burden.kit.errors import Refused
from tests.factories import NOW, make_actor, make_demand, make_unit

HEAD = (
    "序号",
    "事项名称",
    "事项类型",
    "政策依据",
    "频次",
    "要求完成时间",
    "下发对象",
    "每单位人数",
    "所需时间（分钟）",
    "备注",
)
ROW = (1, "护林员巡山台账", "报表", "林发〔2026〕3号", "一次", dt.datetime(2026, 12, 10), "各乡镇", 2, 45, "")


@pytest.fixture
def issuer(db) -> Actor:
    county = make_unit()
    for name in ("柳河镇", "白塔镇"):
        make_unit(make_unit(county, "township", name=name), "village", name="青石村")
    return make_actor(make_unit(county, "department"), "issuer")


def book(*rows, head=HEAD, above=()) -> bytes:
    made = Workbook()
    for row in (*above, head, *rows):
        made.active.append(row)
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


def csv(*lines: str) -> bytes:
    return "\r\n".join(lines).encode("gb18030")


def preview(issuer: Actor, data: bytes):
    return preview_ledger(by=issuer, data=data, now=NOW)


def line(issuer: Actor, head: str, row: str):
    return preview(issuer, csv(f"名称,类别,{head}", f"护林员台账,报表,{row}")).lines[0]


def refused(issuer: Actor, data: bytes) -> str:
    with pytest.raises(Refused) as error:
        preview(issuer, data)
    assert set(error.value.errors) == {"file"}
    return error.value.code


def test_workbook_is_read_under_its_own_headings(issuer):
    found = preview(issuer, book(ROW, above=[["县林业局下达事项台账"], []]))
    assert (found.head, found.unused) == (3, ["序号", "备注"])
    only = found.lines[0]
    assert (only.number, only.effect, only.missing) == (4, Effect.NEW, [])
    assert only.values == {
        "title": "护林员巡山台账",
        "category": "form",
        "basis": "林发〔2026〕3号",
        "frequency": "once",
        "first_on": dt.date(2026, 12, 10),
        "receivers": {"levels": ["township"]},
        "people": 2,
        "minutes": 45,
    }
    assert not Demand.every.exists()


def test_csv_in_gb18030_is_read_and_says_what_is_missing(issuer):
    found = preview(issuer, csv("名称,类型,频次", "秋冬种进度,报表,每周", ",,", "防汛会议,,"))
    assert [each.values["category"] for each in found.lines] == ["form", "meeting"]
    assert found.lines[0].missing == ["依据", "首次日期", "对象", "截止日期"]
    assert found.lines[0].values["minutes"] == 27  # a medium form's tariff
    assert found.lines[1].number == 4


@pytest.mark.parametrize(
    ("head", "cell", "name", "value"),
    [
        ("日期", "2026年12月5日", "first_on", dt.date(2026, 12, 5)),
        ("日期", "2026/1/5", "first_on", dt.date(2026, 1, 5)),
        ("日期", "12月5日前", "first_on", dt.date(2026, 12, 5)),
        ("报送期限", "每月25日", "first_on", dt.date(2026, 11, 25)),
        ("时长", "1.5小时", "minutes", 90),
        ("时长", "90分钟", "minutes", 90),
        ("往返时间", "40", "travel_minutes", 40),
        ("准备时间（分钟）", "60", "prep_minutes", 60),
        ("人数", "3人", "people", 3),
        ("来源", "省级转办", "origin", "province"),
        ("来源", "本局自定", "origin", "own"),
        ("方式", "微信群", "channel", "group"),
        ("周期", "按季", "frequency", "quarterly"),
        ("范围", "全部乡镇", "receivers", {"levels": ["township"]}),
        ("范围", "镇、街道", "receivers", {"kinds": ["town", "street"]}),
        ("范围", "各村", "receivers", {"levels": ["village"]}),
        ("字段", "面积、户数", "fields", "面积、户数"),
    ],
)
def test_cells_are_read_as_people_write_them(issuer, head, cell, name, value):
    found = line(issuer, head, cell)
    assert (found.problems, found.values[name]) == ([], value)


def test_receivers_may_be_named(issuer):
    found = line(issuer, "对象", "柳河镇、白塔镇青石村")
    assert len(found.values["receivers"]["units"]) == 2
    assert line(issuer, "对象", "青石村").problems == ["不止一个单位叫“青石村”，请在前面加上乡镇，或写代码"]


@pytest.mark.parametrize(
    ("head", "cell", "sentence"),
    [
        ("日期", "抓紧", "首次日期“抓紧”看不懂，请写成 2026-12-25 这样"),
        ("日期", "2026-13-45", "首次日期“2026-13-45”看不懂，请写成 2026-12-25 这样"),
        ("人数", "若干", "每个单位人数填了“若干”，请填 1 到 10000 的整数"),
        ("分钟", "-30", "每人分钟填了“-30”，请填 0 到 10080 的整数"),
        ("频次", "每年", "频次“每年”看不懂，可以写：每周、每月、每季、一次"),
        ("对象", "火星镇", "没有“火星镇”这个单位，请写全名或代码"),
        ("依据", "长" * 201, "依据最多 200 个字，现在有 201 个"),
    ],
)
def test_fault_is_one_sentence_of_its_line(issuer, head, cell, sentence):
    found = line(issuer, head, cell)
    assert (found.effect, found.problems) == (Effect.FAULTY, [sentence])


def test_nameless_line_is_faulty_with_its_number(issuer):
    found = preview(issuer, book(ROW, (2, "", *ROW[2:])))
    assert [(each.number, each.problems) for each in found.faults] == [(3, ["没有事项名称"])]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        (b"\xd0\xcf\x11\xe0....", "file.old_workbook"),
        (b"PK\x03\x04 no zip", "file.broken"),
        (b"x" * (MAX_BYTES + 1), "file.too_big"),
        (csv("甲,乙", "1,2"), "file.header"),
        (csv("名称,类型"), "file.empty"),
        (csv("名称,类型", *["表,报表"] * (MAX_ROWS + 20)), "file.too_long"),
        (csv('名称,"类型', "表,报表"), "file.broken"),
    ],
)
def test_file_that_is_none_is_refused(issuer, data, code):
    assert refused(issuer, data) == code


def test_zip_that_unpacks_into_a_flood_is_refused(issuer):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * (101 * 1024 * 1024))
    assert refused(issuer, held.getvalue()) == "file.too_big"


def test_zip_that_is_no_workbook_is_refused(issuer):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr("readme.txt", b"hello")
    assert refused(issuer, held.getvalue()) == "file.broken"


# storing


def test_good_lines_become_drafts_and_again_nothing(issuer):
    data = book(ROW, (2, "", *ROW[2:]), (3, "秋冬种进度", *ROW[2:]), ROW)
    shown = preview(issuer, data)
    assert ([each.title for each in shown.good], len(shown.same)) == (["护林员巡山台账", "秋冬种进度"], 1)
    kept = import_ledger(by=issuer, data=data, expected=2, at_once=False, now=NOW)
    assert (len(kept.drafts), len(kept.issued)) == (2, 0)
    assert set(Demand.every.values_list("title", "state")) == {("护林员巡山台账", "draft"), ("秋冬种进度", "draft")}
    assert preview(issuer, data).good == []


def test_whole_lines_go_out_at_once_and_the_others_stay_drafts(issuer):
    data = book(
        ROW, (2, "秋冬种进度", "报表", "", *ROW[4:]), (3, "去年的表", *ROW[2:5], dt.datetime(2026, 11, 2), *ROW[6:])
    )
    kept = import_ledger(by=issuer, data=data, expected=3, at_once=True, now=NOW)
    assert [each.title for each in kept.issued] == ["护林员巡山台账"]
    assert [each.title for each in kept.drafts] == ["秋冬种进度", "去年的表"]
    assert Target.every.count() == 2


def test_file_that_does_something_else_meanwhile_is_not_stored(issuer):
    with pytest.raises(FileChanged):
        import_ledger(by=issuer, data=book(ROW), expected=2, at_once=False, now=NOW)
    assert not Demand.every.exists()


# pages


@pytest.fixture
def page(issuer, client: Client) -> Client:
    client.force_login(issuer.user)
    return client


def upload(page: Client, data: bytes, name: str = "台账.xlsx"):
    return page.post("/demands/ledger/", {"file": io.BytesIO(data)}, headers={"name": name})


def test_file_is_shown_then_kept(page, issuer):
    head, row = (
        HEAD,
        (1, "护林员巡山台账", "报表", "林发〔2026〕3号", "一次", dt.datetime(2027, 6, 10), "各乡镇", 2, 45, ""),
    )
    shown = upload(page, book(row, (2, "", *row[2:]), head=head))
    words = shown.content.decode()
    assert "没有事项名称" in words
    assert "可以登记" in words
    assert "没用到的列：序号、备注" in words
    digest = shown.context["digest"]
    done = page.post("/demands/ledger/store/", {"digest": digest, "expected": "1", "do": "keep"}, follow=True)
    assert "登记了 0 项，存了 1 份草稿" in done.content.decode()
    again = page.post("/demands/ledger/store/", {"digest": digest, "expected": "1", "do": "keep"}, follow=True)
    assert "预览过期了，没有写入" in again.content.decode()
    assert Demand.every.count() == 1


def test_file_changed_meanwhile_is_shown_again(page, issuer):
    shown = upload(page, book(ROW))
    make_demand(issuer.unit, title=ROW[1], first_on=ROW[5].date())
    answer = page.post("/demands/ledger/store/", {"digest": shown.context["digest"], "expected": "1", "do": "keep"})
    assert "刚才又变了，没有写入" in answer.content.decode()
    assert "已经登记过，跳过" in answer.content.decode()
    assert Demand.every.count() == 1


def test_page_without_a_file_says_what_to_do(page):
    answer = page.post("/demands/ledger/", {})
    assert answer.status_code == 422
    assert "选一个 xlsx 或 CSV 文件" in answer.content.decode()
    assert "这是旧格式的 .xls" in upload(page, b"\xd0\xcf\x11\xe0....").content.decode()

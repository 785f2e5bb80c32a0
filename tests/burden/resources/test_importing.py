"""Files of the county about people, money and tools: what is read, what is refused in a sentence, and that nothing is half stored."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.db import IntegrityError
from django.urls import reverse

from burden.kit import clock
from burden.kit.errors import Conflict, Refused
from burden.kit.sheets import written_csv, written_workbook
from burden.ledger.models import AuditEvent
from burden.resources import queries, services
from burden.resources.importing import MAX_ROWS, Effect, grid_of, preview_of
from burden.resources.models import Capacity, CapacityFile
from burden.resources.services import files
from burden.resources.tasks import read_files
from tests.database import as_role
from tests.factories import NOW, make_actor, make_unit

HEAD = ("单位代码", "单位", "年度", "编制数", "在岗人数", "借出", "年度经费（万元）", "车辆", "备注")


@pytest.fixture
def county(db, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return make_unit(make_unit(level="city"), "county", name="临溪县")


@pytest.fixture
def town(county):
    return make_unit(county, "township", name="白塔镇", code="990101001000")


@pytest.fixture
def office(county):
    return make_actor(county, "office")


def sheet(*rows, head=HEAD):
    return [("临溪县2026年编制与经费表",), head, *rows]


def take(office, data, name="编制表.csv", year=2026):
    return services.take_file(by=office, name=name, data=data, year=year, now=NOW)


def store(office):
    file = queries.brought_file(office)
    preview = preview_of(by=office, grid=file.grid, year=file.year)
    return services.store_file(by=office, file=file, expected=preview.digest, now=NOW)


def problems(office, *rows, head=HEAD):
    preview = preview_of(by=office, grid=grid_of(written_csv(sheet(*rows, head=head))), year=2026)
    return [(line.number, line.problems) for line in preview.faults]


def test_csv_is_stored_as_shown(office, town):
    row = (town.code, "白塔镇", "2026年", "44人", 38, 4, "82.5", "1台", "含借调")
    take(office, written_csv(sheet(row, ("合 计", "", "", 44, 38, 4, "82.5", 1, ""))))
    file = queries.brought_file(office)
    preview = preview_of(by=office, grid=file.grid, year=file.year)
    assert (preview.head, preview.sums, preview.unused) == (2, 1, ["备注"])
    assert [line.effect for line in preview.lines] == [Effect.NEW]
    assert Capacity.every.count() == 0
    assert store(office) == 1
    kept = Capacity.every.get()
    assert (kept.unit, kept.year, kept.quota, kept.in_post, kept.lent) == (town, 2026, 44, 38, 4)
    assert (kept.budget_yuan, kept.vehicles, kept.computers) == (825_000, 1, None)
    assert AuditEvent.objects.get(what="capacity.brought").detail == {"year": 2026}
    assert AuditEvent.objects.get(what="capacity.imported").detail == {"new": 1, "changed": 0, "same": 0, "faulty": 0}
    assert queries.brought_file(office) is None


def test_second_file_changes_only_what_it_states(office, town):
    take(office, written_csv(sheet((town.code, "", "", 44, 38, 4, "80", 1, ""))))
    store(office)
    take(office, written_csv(sheet(("白塔镇", 40, ""), head=("单位", "在岗", "编制"))))
    file = queries.brought_file(office)
    line = preview_of(by=office, grid=file.grid, year=file.year).lines[0]
    assert [(str(name), before, now) for name, before, now in line.changes] == [("在岗", 38, 40)]
    assert store(office) == 1
    kept = Capacity.every.get()
    assert (kept.in_post, kept.quota, kept.budget_yuan) == (40, 44, 800_000)


def test_same_file_twice_stores_nothing(office, town):
    data = written_csv(sheet((town.code, "", "", 44, 38, 4, "80", 1, "")))
    take(office, data)
    store(office)
    take(office, data)
    with pytest.raises(Refused, match="没有要存的行"):
        store(office)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("990101001000", "", "2026", "四十四", 38, "", "", "", ""), "编制填了“四十四”，请填 0 到 100000 的整数"),
        (("990101001000", "", "2026", -1, 38, "", "", "", ""), "编制填了“-1”，请填 0 到 100000 的整数"),
        (("990101001000", "", "2026", 44.5, 38, "", "", "", ""), "编制填了“44.5”，请填 0 到 100000 的整数"),
        (("990101001000", "", "1999", 44, 38, "", "", "", ""), "年份填了“1999”，请填 2000 到 2099"),
        (("990101001000", "", "", 44, 38, "", "若干", "", ""), "工作经费（元）填了“若干”，看不懂"),
        (("990101001000", "", "", 44, 38, "", "9e9999999", "", ""), "工作经费（元）填了“9e9999999”，看不懂"),
        (("990101001000", "", "", 44, 38, "", "NaN", "", ""), "工作经费（元）填了“NaN”，看不懂"),
        (("990101001000", "", "", "", "", "", "", "", ""), "这一行没有数"),
        (("", "", "2026", 44, 38, "", "", "", ""), "没写是哪个单位"),
        (
            ("990101009999", "", "2026", 44, 38, "", "", "", ""),
            "范围里没有“990101009999”这个单位",
        ),
        (
            ("", "白塔乡", "2026", 44, 38, "", "", "", ""),
            "范围里没有“白塔乡”这个单位；是不是“白塔镇”（990101001000）？",
        ),
        (("990101001000", "马店镇", "2026", 44, 38, "", "", "", ""), "代码是“白塔镇”的，名称写的是“马店镇”"),
    ],
)
def test_faulty_line_is_told_in_a_sentence(office, county, town, row, words):
    make_unit(county, "township", name="马店镇")
    assert problems(office, row) == [(3, [words])]


def test_duplicate_line_names_the_first(office, town):
    row = (town.code, "", "2026", 44, 38, "", "", "", "")
    assert problems(office, row, ("", "白塔镇", "2025", 40, 38, "", "", "", ""), row) == [
        (5, ["与第 3 行重复，只留一行"])
    ]


def test_name_of_several_units_asks_for_a_code(office, county, town):
    for _each in range(2):
        make_unit(make_unit(county, "township"), "village", name="青石村")
    row = ("", "青石村", "", 5, 5, "", "", "", "")
    assert problems(office, row) == [(3, ["有 2 个单位叫“青石村”，请写单位代码"])]


def test_foreign_unit_is_as_unknown_as_a_missing_one(office, town):
    foreign = make_unit(level="county")
    assert problems(office, (foreign.code, "", "", 5, 5, "", "", "", "")) == [
        (3, [f"范围里没有“{foreign.code}”这个单位"])
    ]


def test_closed_unit_is_refused(office, county):
    gone = make_unit(county, "township", name="并镇", closed_on=NOW.date())
    assert problems(office, (gone.code, "", "", 5, 5, "", "", "", "")) == [(3, ["“并镇”已经撤销"])]


def test_queries_do_not_grow_with_lines(office, county, django_assert_num_queries):
    for count in (1, 3):
        rows = [(make_unit(county, "township").code, "", "", 5, 5, "", "", "", "") for _n in range(count)]
        with django_assert_num_queries(2):
            assert problems(office, *rows) == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "文件是空的"),
        (b"\xef\xbb\xbf\n", "文件是空的"),
        ("单位,备注\n白塔镇,x\n".encode(), "前 10 行里没有找到表头"),
        ("单位,编制\n合计,44\n".encode(), "文件里只有表头，没有单位"),
        (b"\xff\xfe\x00\x01", "这不是 UTF-8 或 GB18030 的文本文件"),
        (b"\xd0\xcf\x11\xe0old", "旧格式"),
        (b"x" * (2 * 1024 * 1024 + 1), "文件超过 2 MB"),
    ],
)
def test_file_that_is_none_is_refused(office, town, data, words):
    if data.startswith(b"\xd0"):  # a workbook of old waits for the worker, who says so
        take(office, data)
        services.read_next_file()
        assert words in queries.brought_file(office).error
        return
    with pytest.raises(Refused, match=words):
        take(office, data)
    assert CapacityFile.every.count() == 0


def test_5001_rows_are_refused_and_5000_are_not(office, town):
    rows = [(town.code, "", str(2000 + n % 99), 5, 5, "", "", "", "") for n in range(MAX_ROWS + 1)]
    with pytest.raises(Refused, match="文件超过 5000 行"):
        take(office, written_csv(sheet(*rows)))
    with pytest.raises(Refused, match="文件超过 5000 行"):
        take(office, written_csv(sheet(*rows, *rows[:50])))
    assert CapacityFile.every.count() == 0
    take(office, written_csv(sheet(*rows[:-1])))
    assert queries.brought_file(office).state == "read"


def test_workbook_is_read_by_the_worker_alone(office, town):
    rows = sheet((town.code, "白塔镇", 2026, 44.0, 38, 4, 82.5, 1, ""))
    take(office, written_workbook({"表": rows}), "编制.xlsx")
    assert (queries.brought_file(office).state, queries.brought_file(office).grid) == ("waiting", [])
    with pytest.raises(Conflict, match="没有再写"):
        services.store_file(by=office, file=queries.brought_file(office), expected="", now=NOW)
    with as_role("burden_worker"):
        read_files()
        read_files()
    assert queries.brought_file(office).state == "read"
    assert store(office) == 1
    assert Capacity.every.get().quota == 44


@pytest.mark.parametrize("kind", ["bomb", "parts", "broken", "no workbook"])
def test_bad_workbook_fails_with_a_sentence(office, town, kind):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        if kind == "bomb":
            packed.writestr("xl/worksheets/sheet1.xml", b"0" * (21 * 1024 * 1024))
        for n in range(201 if kind == "parts" else 1):
            packed.writestr(f"part{n}.xml", b"<x/>")
    data = out.getvalue()
    take(office, data[:60] if kind == "broken" else data, "坏.xlsx")
    assert services.read_next_file()
    file = queries.brought_file(office)
    assert (file.state, bytes(file.data)) == ("failed", b"")
    assert ("文件展开后太大" if kind in ("bomb", "parts") else "这个工作簿打不开") in file.error


def test_workbook_that_kills_its_worker_is_given_up(office, town):
    take(office, written_workbook({"表": sheet((town.code, "", "", 5, 5, "", "", "", ""))}), "大.xlsx")
    CapacityFile.every.update(attempts=2)  # two workers began and did not come back
    services.read_next_file()
    assert "读了两次都没读完" in queries.brought_file(office).error
    assert not services.read_next_file()


def test_workbook_whose_first_worker_died_is_read_by_the_next(office, town, monkeypatch):
    take(office, written_workbook({"表": sheet((town.code, "", "", 5, 5, "", "", "", ""))}), "大.xlsx")

    def killed(_data):
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(files, "grid_of", killed)
        with pytest.raises(SystemExit):
            services.read_next_file()
    file = queries.brought_file(office)
    assert (file.state, file.attempts) == ("waiting", 1)
    assert services.read_next_file()
    assert queries.brought_file(office).state == "read"


def test_what_changed_meanwhile_is_not_stored(office, town):
    take(office, written_csv(sheet((town.code, "", "", 44, 38, "", "", "", ""))))
    file = queries.brought_file(office)
    shown = preview_of(by=office, grid=file.grid, year=file.year).digest
    Capacity.every.create(unit=town, year=2026, quota=50, changed_at=NOW)
    with pytest.raises(Conflict, match="刚才又变了"):
        services.store_file(by=office, file=file, expected=shown, now=NOW)
    assert Capacity.every.get().quota == 50


def test_file_is_stored_once(office, town):
    take(office, written_csv(sheet((town.code, "", "", 44, 38, "", "", "", ""))))
    file = queries.brought_file(office)
    store(office)
    with pytest.raises(Conflict, match="没有再写"):
        services.store_file(by=office, file=file, expected="", now=NOW)


def test_only_an_office_brings_files_and_sees_its_own(county, town, office):
    with pytest.raises(Refused, match="只有机制办导入"):
        take(make_actor(county, "reviewer"), b"x")
    take(office, written_csv(sheet((town.code, "", "", 44, 38, "", "", "", ""))))
    assert queries.brought_file(make_actor(county, "office")) is None


def test_database_refuses_absurd_numbers(town):
    with pytest.raises(IntegrityError, match="capacity_numbers"):
        Capacity.every.create(unit=town, year=2026, quota=-1, changed_at=NOW)


def test_page_shows_what_each_line_would_do(client, office, town):
    client.force_login(office.user)
    rows = sheet((town.code, "", "", 44, 38, 4, "", "", ""), ("990", "", "", 1, 1, "", "", "", ""))
    sent = io.BytesIO(written_csv(rows))
    sent.name = "编制表.csv"
    page = client.post(reverse("capacity_import"), {"file": sent, "year": "2026"}, follow=True)
    words = page.content.decode()
    assert "跳过有错的 1 行，存其余 1 行" in words and "范围里没有“990”这个单位" in words
    expected = page.context["preview"].digest
    for file, digest in (("0", expected), (str(page.context["file"].pk), "x")):
        client.post(reverse("capacity_store"), {"file": file, "expected": digest})
        assert Capacity.every.count() == 0
    done = client.post(
        reverse("capacity_store"), {"file": str(page.context["file"].pk), "expected": expected}, follow=True
    )
    assert "存了 1 行" in done.content.decode() and "白塔镇" in done.content.decode()
    again = client.post(
        reverse("capacity_store"), {"file": str(page.context["file"].pk), "expected": expected}, follow=True
    )
    assert "没有再写" in again.content.decode()


def test_page_says_that_a_workbook_is_being_read(client, office, town):
    client.force_login(office.user)
    sent = io.BytesIO(written_workbook({"表": sheet((town.code, "", "", 44, 38, 4, "", "", ""))}))
    sent.name = "编制.xlsx"
    page = client.post(reverse("capacity_import"), {"file": sent, "year": "2026"}, follow=True)
    assert "正在读 编制.xlsx" in page.content.decode()
    services.read_next_file()
    assert "存 1 行" in client.get(reverse("capacity_import")).content.decode()
    client.post(reverse("capacity_drop"))
    assert queries.brought_file(office) is None

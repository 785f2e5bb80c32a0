"""Duty lists and plans from files: read by a worker, checked line by line, stored as shown or not at all."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from django.db import ProgrammingError, transaction
from hypothesis import given
from hypothesis import strategies as st

from burden.kit.db import act_as
from burden.kit.errors import Refused
from burden.kit.sheets import Caps
from burden.ledger.models import AuditEvent
from burden.standards.lists import ListChanged, bring_list, preview_list, read_next, store_list
from burden.standards.lists.reading import read_lines, text_of
from burden.standards.models import DutyItem, ListFile, PlanItem
from tests.database import as_role
from tests.factories import NOW, make_actor, make_duty, make_plan, make_unit

HEAD = "条目,事项,类别,牵头部门,说明"


@pytest.fixture
def county(db):
    county = make_unit(make_unit(level="city"), "county", name="临溪县")
    for name in ("县公安局", "县住建局", "县卫生健康局"):
        make_unit(county, "department", name=name)
    return county


@pytest.fixture
def office(county):
    return make_actor(county, "office")


@contextlib.contextmanager
def as_web(actor):
    with as_role("burden_web"):
        act_as(actor.user_id)
        yield


def bring(by, county, data, kind="duties", **facts):
    facts = {"year": 2027, "source": "《临溪县清单》", "name": "清单.csv", "now": NOW} | facts
    return bring_list(by=by, county=county, kind=kind, data=data, **facts)


def text(*lines, head=HEAD):
    return "\n".join((head, *lines)).encode()


def book(*rows):
    made, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        made.active.append(row)
    made.save(out)
    return out.getvalue()


def checked(by, county, *lines, **facts):
    preview = preview_list(by=by, file=bring(by, county, text(*lines, **facts)))
    return [(line.effect.value, line.problem, line.remedy) for line in preview.lines]


def test_list_is_stored_as_it_was_shown(county, office):
    file = bring(
        office, county, text("1-27,道路交通安全劝导,基本,县公安局,村口劝导", "3-05,特种设备安全监督,收回,县住建局,")
    )
    preview = preview_list(by=office, file=file)
    assert preview.counts == {"new": 2, "changed": 0, "same": 0, "repeated": 0, "faulty": 0}
    assert not DutyItem.objects.exists()
    store_list(by=office, file=file, expected=preview.digest, now=NOW)
    first, second = DutyItem.objects.order_by("code")
    assert (first.kind, first.owner.name, first.note, first.citation) == (
        "basic",
        "县公安局",
        "村口劝导",
        "《临溪县清单》 1-27",
    )
    assert (second.kind, second.owner.name) == ("recalled", "县住建局")
    event = AuditEvent.objects.filter(what="standards.imported").get()
    assert (event.detail["created"], event.detail["changed"]) == (2, 0)


def test_same_file_again_writes_nothing_and_says_so(county, office):
    line = "1-27,道路交通安全劝导,基本,县公安局,村口劝导"
    file = bring(office, county, text(line))
    store_list(by=office, file=file, expected=preview_list(by=office, file=file).digest, now=NOW)
    assert checked(office, county, line)[0][0] == "same"
    assert checked(office, county, line.replace("基本", "配合"))[0][0] == "changed"
    again = bring(office, county, text(line))
    with pytest.raises(ListChanged, match="没有写入"):
        store_list(by=office, file=again, expected=preview_list(by=office, file=again).digest, now=NOW)


def test_changed_item_keeps_its_id(county, office):
    held = make_duty(county, code="1-27", title="旧的")
    file = bring(office, county, text("1-27,新的,上级收回,县公安局,"))
    store_list(by=office, file=file, expected=preview_list(by=office, file=file).digest, now=NOW)
    held.refresh_from_db()
    assert (held.title, held.kind, held.owner.name) == ("新的", "recalled", "县公安局")


@pytest.mark.parametrize(
    ("line", "problem", "remedy"),
    [
        ("2-07,流动人口协管,协助,县公安局,", "类别“协助”不认识", "应为 基本、配合 或 收回"),
        (",乡村医生考核,配合,县公安局,", "没有条目", "补上，或删去这一行"),
        ("2-08,,配合,县公安局,", "没有事项", "补上，或删去这一行"),
        ("2-08,村医考核,配合,县卫健局,", "没有“县卫健局”这个部门", "是不是“县卫生健康局”？"),
        ("2-08,村医考核,配合,气象台,", "没有“气象台”这个部门", "写县里部门的全名或单位代码"),
        ("1-36,补贴公示,基本,县公安局、县住建局,", "部门只能写一个", "选一个牵头部门，其余写进说明"),
        ("3-12,屠宰检疫,收回,,", "没有牵头部门", "收回事项必须写明由谁承担"),
        ("合计,,,,", "像合计行", "不导入"),
        (f"2-08,{'长' * 201},配合,,", "事项太长", "最多 200 个字"),
        ("2-08,村\u202e医,配合,,", "事项里有换行或控制字符", "去掉再导入"),
    ],
)
def test_wrong_line_is_refused_with_a_remedy(county, office, line, problem, remedy):
    assert checked(office, county, line, "9-9,别的事,基本,,") == [("faulty", problem, remedy), ("new", "", "")]


def test_repeated_lines_name_the_first(county, office):
    lines = ("1-13,饮水安全,基本,,", "1-14,别的,基本,,", "1-13,饮水巡查,基本,,", "1-15,饮水安全,基本,,")
    said = [(effect, problem) for effect, problem, _remedy in checked(office, county, *lines)]
    assert said[2:] == [("repeated", "与第 2 行条目相同"), ("repeated", "与第 2 行事项名相同")]
    assert [effect for effect, _problem in said[:2]] == ["new", "new"]


def test_line_numbers_are_those_of_the_file(county, office):
    file = bring(office, county, text("", "1-1,一,没有,,", head=f"临溪县履职清单\n\n{HEAD}"))
    assert [line.number for line in preview_list(by=office, file=file).lines] == [5]


def test_plans_are_read_with_the_year_of_the_form(county, office):
    head = "单位,类别,计划项,次数,年份"
    lines = ("县公安局,会议,交通例会,12次,", "县住建局,检查考核,农房抽查,4,2026", "县住建局,报表,台账,0,")
    file = bring(office, county, text(*lines, head=head), kind="plans")
    preview = preview_list(by=office, file=file)
    assert preview.lines[2].problem == "次数“0”不对"
    store_list(by=office, file=file, expected=preview.digest, now=NOW)
    found = set(PlanItem.objects.values_list("issuer__name", "category", "title", "times", "year"))
    assert found == {("县公安局", "meeting", "交通例会", 12, 2027), ("县住建局", "inspection", "农房抽查", 4, 2026)}


def test_plan_known_already_changes_its_times_alone(county, office):
    held = make_plan(make_unit(county, "department", name="县水利局"), title="防汛会", times=4)
    data = text("县水利局,会议,防汛会,6,2026", head="单位,类别,计划项,次数,年份")
    file = bring(office, county, data, kind="plans")
    store_list(by=office, file=file, expected=preview_list(by=office, file=file).digest, now=NOW)
    held.refresh_from_db()
    assert held.times == 6 and PlanItem.objects.count() == 1


def test_workbook_waits_for_a_worker(county, office):
    rows = (["临溪县履职清单"], ["条目", "事项", "类别"], [1, "防汛", "配合"], [2.0, "农房", "基本"])
    file = bring(office, county, book(*rows), name="清单.xlsx")
    assert file.state == "waiting" and file.lines == []
    assert read_next(now=NOW) == file.pk
    assert read_next(now=NOW) is None
    file.refresh_from_db()
    assert (file.state, file.data) == ("read", None)
    assert [line.cells["code"] for line in preview_list(by=office, file=file).lines] == ["1", "2"]


def test_workbook_that_killed_its_worker_is_refused_not_tried_again(county, office):
    file = bring(office, county, book(["条目"]))
    ListFile.every.filter(pk=file.pk).update(started_at=NOW - dt.timedelta(minutes=5))
    assert read_next(now=NOW) is None
    file.refresh_from_db()
    assert file.state == "refused" and "一时读不完" in file.problem


def packed(parts, size=10):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(parts):
            made.writestr(f"xl/{number}.xml", b"0" * size)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (packed(201), "展开后太大"),
        (packed(1, 21 * 1024 * 1024), "展开后太大"),
        (b"PK\x03\x04" + b"0" * 50, "打不开"),
        (book(["什么", "都", "不是"]), "没有找到表头"),
        (book(["条目", "事项", "类别"]), "只有表头"),
    ],
)
def test_workbook_that_cannot_be_read_says_why(county, office, data, words):
    file = bring(office, county, data)
    read_next(now=NOW)
    file.refresh_from_db()
    assert file.state == "refused" and words in file.problem


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        (b"\xd0\xcf\x11\xe0 old", "file.old_workbook"),
        (b"x" * (2 * 1024 * 1024 + 1), "file.too_big"),
        (b"\xff\xfe\x00\x01", "file.not_text"),
        (text('1,"没有成对,基本,,'), "file.broken"),
        ("甲,乙\n1,2".encode(), "file.header"),
        (HEAD.encode(), "file.empty"),
        (text(*(f"1-{n},事项{n},基本,," for n in range(5_001))), "file.too_long"),
        (text(*(f"1-{n},事项{n},基本,," for n in range(6_000))), "file.too_long"),
    ],
)
def test_file_that_is_no_list_is_refused_and_not_kept(county, office, data, code):
    with pytest.raises(Refused) as refused:
        bring(office, county, data)
    assert refused.value.code == code
    assert not ListFile.every.exists()


def test_workbook_that_takes_too_long_is_refused(monkeypatch, county, office):
    monkeypatch.setattr("burden.standards.lists.storing.CAPS", Caps(seconds=-1))
    file = bring(office, county, book(["条目", "事项", "类别"], ["1", "防汛", "配合"]))
    read_next(now=NOW)
    file.refresh_from_db()
    assert file.state == "refused" and "一时读不完" in file.problem


def test_nothing_is_stored_where_the_list_changed_meanwhile(county, office):
    file = bring(office, county, text("1-1,一,基本,,"))
    shown = preview_list(by=office, file=file).digest
    make_duty(county, code="1-1", title="另一人刚写的")
    with pytest.raises(ListChanged, match="刚才又变了"):
        store_list(by=office, file=file, expected=shown, now=NOW)
    assert DutyItem.objects.get().title == "另一人刚写的"


def test_file_is_stored_once(county, office):
    file = bring(office, county, text("1-1,一,基本,,"))
    shown = preview_list(by=office, file=file).digest
    store_list(by=office, file=file, expected=shown, now=NOW)
    with pytest.raises(ListChanged, match="已经写入过"):
        store_list(by=office, file=file, expected=shown, now=NOW)


def test_new_file_replaces_the_one_before_of_its_kind(county, office):
    first = bring(office, county, text("1-1,一,基本,,"))
    other = bring(office, county, text("县公安局,会议,例会", head="单位,类别,计划项"), kind="plans")
    second = bring(office, county, text("1-2,二,基本,,"))
    assert set(ListFile.every.values_list("pk", flat=True)) == {other.pk, second.pk}
    assert first.pk not in {other.pk, second.pk}


def test_file_is_its_bringers_alone_in_both_walls(county, office):
    bring(office, county, text("1-1,一,基本,,"))
    colleague = make_actor(county, "office")
    assert not ListFile.objects.visible_to(colleague).exists()
    with as_web(colleague):
        assert not ListFile.every.exists()
    with as_web(office):
        assert ListFile.every.count() == 1
    with as_role("burden_worker"):
        assert ListFile.every.count() == 1
        with pytest.raises(ProgrammingError), transaction.atomic():
            ListFile.every.all().delete()


def test_web_stores_and_worker_reads_with_their_own_rights(county, office):
    with as_web(office):
        file = bring(office, county, book(["条目", "事项", "类别"], ["1", "防汛", "配合"]))
    with as_role("burden_worker"):
        read_next(now=NOW)
    with as_web(office):
        file = ListFile.objects.visible_to(office).get()
        store_list(by=office, file=file, expected=preview_list(by=office, file=file).digest, now=NOW)
    assert DutyItem.objects.get().title == "防汛"


CELLS = st.sampled_from([None, "", "条目", "事项", "类别", "单位", "计划", "合计", " 1 ", 2.0, 2.5, NOW, True])


@given(st.lists(st.lists(CELLS, max_size=6), max_size=8))
def test_any_cells_are_read_or_refused(rows):
    said, lines = [], [[n, [text_of(cell) for cell in row]] for n, row in enumerate(rows, 1)]
    for kind in ("duties", "plans"):
        try:
            read_lines(kind, lines)
        except Refused as refused:
            said.append(refused.code)
    assert set(said) <= {"file.header", "file.empty"}

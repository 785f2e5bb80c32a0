"""Past work from a file: all of it or nothing, and every refusal with its line."""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command

from burden.accounts.models import Post, User
from burden.entries.history import COLUMNS, HistoryRefused, import_history
from burden.entries.models import Entry, HistoryFile, Submission, WeeklyReturn
from burden.kit.errors import Refused
from burden.ledger.models import AuditEvent, StaleMark
from tests.factories import NOW, make_post, make_unit, make_user

pytestmark = pytest.mark.django_db
HEADER = ",".join(COLUMNS)
GOOD = "9901,沈洁,2024-03-04,form,防汛值班表,9902,1,45,0,10"


@pytest.fixture(autouse=True)
def units():
    return make_unit(code="9901", level="township"), make_unit(code="9902", level="department")


def sheet(*lines, header=HEADER):
    return "\n".join([header, *lines, ""]).encode()


def run(*lines, data=None, header=HEADER, now=NOW):
    return import_history(by=None, file=io.BytesIO(data or sheet(*lines, header=header)), name="past.csv", now=now)


def stored():
    return (
        [model.objects.count() for model in (User, Post, HistoryFile)],
        Entry.every.count(),
        WeeklyReturn.every.count(),
    )


def test_import_makes_people_posts_returns_and_entries(units):
    done = run(GOOD, "9901,沈洁,2024-03-04,meeting,春耕会,,3,60,30,", "9901,沈洁,2024-05-06,other,值守,,,30,,")
    assert (done.rows, done.cadres, done.new_cadres, done.returns) == (3, 1, 1, 2)
    cadre = User.objects.get()
    assert (cadre.username, cadre.name, cadre.is_active, cadre.has_usable_password()) == (None, "沈洁", False, False)
    post = Post.objects.get()
    assert (post.unit, post.role, post.valid.lower, post.valid.upper) == (
        units[0], "cadre", dt.date(2024, 3, 4), dt.date(2024, 5, 13)
    )  # fmt: skip
    first, second = WeeklyReturn.every.order_by("week")
    assert (first.late, first.version, len(first.receipt), first.receipt[4]) == (True, 1, 14, "-")
    assert [
        (e.title, e.issuer, e.people, e.person_min) for e in Entry.every.filter(weekly_return=first).order_by("key")
    ] == [
        ("防汛值班表", units[1], 1, 55),
        ("春耕会", None, 3, 270),
    ]
    assert Entry.every.get(weekly_return=second).people == 1
    assert not Submission.every.exists()


def test_import_asks_for_no_word_of_the_past():
    run("9901,沈洁,2024-03-04,meeting,抗洪,,10000,10080,,")
    assert (Entry.every.get().person_min, Entry.every.get().note) == (100_800_000, "")


def test_import_marks_what_it_touched(units):
    run(GOOD)
    assert set(StaleMark.objects.values_list("unit_id", "week")) == {(units[0].pk, dt.date(2024, 3, 4))}
    event = AuditEvent.objects.get(what="history.imported")
    assert event.detail == {"rows": 1, "cadres": 1, "returns": 1}


def test_import_never_matches_an_account(units):
    make_post(units[0], user=make_user("沈洁"))
    assert run(GOOD).new_cadres == 1
    assert User.objects.filter(name="沈洁").count() == 2


def test_import_of_the_same_name_in_two_units_makes_two_people():
    assert run(GOOD, GOOD.replace("9901", "9902", 1)).new_cadres == 2


def test_import_of_a_second_file_goes_on_with_the_same_person():
    run(GOOD)
    done = run(GOOD.replace("2024-03-04", "2023-01-02"))
    assert (done.cadres, done.new_cadres) == (1, 0)
    assert Post.objects.get().valid.lower == dt.date(2023, 1, 2)


def test_import_of_a_week_that_is_there_is_refused():
    run(GOOD)
    with pytest.raises(HistoryRefused) as caught:
        run("9901,沈洁,2024-03-11,form,表,,1,5,,", GOOD, "9901,沈洁,2024-03-04,form,表,,1,5,,")
    assert [str(fault) for fault in caught.value.faults] == ["第 3 行：沈洁 2024-03-04 这一周已经导入过"]
    assert Entry.every.count() == 1


def test_import_of_the_same_file_is_refused():
    run(GOOD, now=dt.datetime(2026, 11, 23, 16, 0, tzinfo=dt.UTC))  # the 24th in Shanghai
    with pytest.raises(Refused, match=r"2026-11-24 已经导入过（past\.csv，1 行）"):
        run(GOOD)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_import_reads_other_encodings(encoding):
    run(data=sheet(GOOD).decode().encode(encoding))
    assert Entry.every.get().title == "防汛值班表"


def test_import_reads_columns_in_any_order_and_blank_lines_at_the_end():
    header = ",".join(reversed(COLUMNS))
    line = ",".join(reversed(GOOD.split(",")))
    assert run(data=sheet(line, header=header) + b"\r\n\n").rows == 1


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("9909,沈洁,2024-03-04,form,表,,1,5,,", "没有单位 9909"),
        ("9901, ,2024-03-04,form,表,,1,5,,", "姓名要是 1 到 60 个字"),
        ("9901,沈洁,2024-3-4,form,表,,1,5,,", "周要写成周一的日期，如 2026-01-05，现在是“2024-3-4”"),
        ("9901,沈洁,2024-02-30,form,表,,1,5,,", "周要写成周一的日期，如 2026-01-05，现在是“2024-02-30”"),
        ("9901,沈洁,2024-03-05,form,表,,1,5,,", "2024-03-05 不是周一"),
        ("9901,沈洁,1999-12-27,form,表,,1,5,,", "1999-12-27 太早，只收 2000-01-03 以后的周"),
        ("9901,沈洁,0026-03-02,form,表,,1,5,,", "0026-03-02 太早，只收 2000-01-03 以后的周"),
        ("9901,沈洁,2026-11-30,form,表,,1,5,,", "2026-11-30 这一周还没到"),
        ("9901,沈洁,2024-03-04,tea,表,,1,5,,", "没有“tea”这个类别"),
        ("9901,沈洁,2024-03-04,form,,,1,5,,", "事项要是 1 到 200 个字，不能换行"),
        (f"9901,沈洁,2024-03-04,form,{'表' * 201},,1,5,,", "事项要是 1 到 200 个字，不能换行"),
        ("9901,沈洁,2024-03-04,form,表,9909,1,5,,", "没有发起单位 9909"),
        ("9901,沈洁,2024-03-04,form,表,,0,5,,", "人数要是 1 到 10000 的整数，现在是“0”"),
        ("9901,沈洁,2024-03-04,form,表,,1,,,", "分钟要是 0 到 10080 的整数，现在是“”"),
        ("9901,沈洁,2024-03-04,form,表,,1,10081,,", "分钟要是 0 到 10080 的整数，现在是“10081”"),
        ("9901,沈洁,2024-03-04,form,表,,1,5,-1,", "分钟要是 0 到 10080 的整数，现在是“-1”"),
        ("9901,沈洁,2024-03-04,form,表,,1,5,,9999999", "分钟要是 0 到 10080 的整数，现在是“9999999”"),
    ],
)
def test_import_names_the_line_and_stores_nothing(line, sentence):
    before = stored()
    with pytest.raises(HistoryRefused) as caught:
        run(GOOD, line)
    assert [(fault.line, fault.sentence) for fault in caught.value.faults] == [(3, sentence)]
    assert stored() == before


@pytest.mark.parametrize("line", ["9901,沈洁,2024-03-04", f"{GOOD},more", ""])
def test_import_names_the_line_that_is_no_csv(line):
    with pytest.raises(Refused, match="第 3 行：列数不对"):
        run(GOOD, line, GOOD)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        (b"PK\x03\x04rest", "file.workbook"),
        (b"unit_code,cadre\n", "file.header"),
        (b"x" * 200_000, "file.header"),
        (sheet(GOOD) + b"\xff\xff", "file.not_text"),
    ],
)
def test_import_refuses_files_that_are_none(data, code):
    with pytest.raises(Refused) as caught:
        import_history(by=None, file=io.BytesIO(data), name="x", now=NOW)
    assert caught.value.code == code


def test_import_without_rows_is_refused():
    with pytest.raises(Refused) as caught:
        run()
    assert caught.value.code == "file.empty"


def test_command_prints_what_came_of_it(tmp_path, capsys):
    file = tmp_path / "past.csv"
    file.write_bytes(sheet(GOOD))
    call_command("import_history", str(file))
    printed = capsys.readouterr().out
    assert "导入 1 条记录，1 份周报，1 名干部（新 1 名），2024-03-04 至 2024-03-04" in printed
    assert "rollup rebuild" in printed


def test_command_lists_the_first_faults(tmp_path):
    file = tmp_path / "past.csv"
    file.write_bytes(sheet(*(GOOD.replace("form", "tea") for _ in range(25))))
    with pytest.raises(CommandError) as caught:
        call_command("import_history", str(file))
    lines = str(caught.value).splitlines()
    assert lines[:2] == ["有 25 行不对，整个文件没有导入", "第 2 行：没有“tea”这个类别"]
    assert (len(lines), lines[-1]) == (22, "另有 5 行")

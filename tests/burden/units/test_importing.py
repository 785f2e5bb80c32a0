"""The tree from a file: what is created, changed, merged, and every refusal with its line."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from burden.kit.errors import Refused
from burden.ledger.models import AuditEvent, StaleMark
from burden.units import events
from burden.units.importing import FileRefused, import_units
from burden.units.models import Placement, Unit, UnitPath
from tests.factories import NOW, make_post

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 11, 23)
HEADER = "code,name,level,parent_code"
TREE = ("99,沅州市,city,", "9901,临溪县,county,99", "990101,柳河镇,township,9901", "990102,沙坝乡,township,9901")
REAL = Path(__file__).parents[4] / "shared" / "data" / "divisions-2023.csv"


def sheet(*lines, header=HEADER):
    return "\n".join([header, *lines, ""]).encode()


def run(*lines, header=HEADER, **options):
    return import_units(by=None, now=NOW, data=sheet(*lines, header=header), **options)


def counts(done):
    return done.created, done.changed, done.unchanged, done.repeated, len(done.merged), len(done.faults)


def faults(*lines, header=HEADER):
    with pytest.raises(FileRefused) as caught:
        run(*lines, header=header)
    assert not Unit.every.exists()
    return {fault.line: fault.sentence for fault in caught.value.faults}


def refusal(data):
    with pytest.raises(Refused) as caught:
        import_units(by=None, now=NOW, data=data)
    return caught.value


def test_import_creates_the_tree():
    assert counts(run(*TREE)) == (4, 0, 0, 0, 0, 0)
    town = Unit.every.get(code="990101")
    assert (town.kind, town.depth, town.parent.code) == ("town", 2, "9901")
    assert town.shard == town.parent_id % 16
    assert town.path == f"{town.parent.parent_id}.{town.parent_id}.{town.pk}."
    assert Placement.objects.get(unit=town).valid.lower == MONDAY
    assert AuditEvent.objects.get(what="units.imported").detail["created"] == 4


def test_import_twice_changes_nothing():
    run(*TREE)
    before = list(Unit.every.order_by("pk").values())
    assert counts(run(*TREE)) == (0, 0, 4, 0, 0, 0)
    assert list(Unit.every.order_by("pk").values()) == before
    assert AuditEvent.objects.filter(what="units.imported").count() == 1


def test_import_takes_parents_after_children():
    assert counts(run(*reversed(TREE))) == (4, 0, 0, 0, 0, 0)


def test_import_reads_kind_and_headcount():
    run("99,沅州市,city,,city,", "9901,临溪县,county,99,,1200", header=f"{HEADER},kind,headcount")
    assert Unit.every.get(code="9901").headcount == 1200


def test_import_keeps_what_a_file_does_not_say():
    run("99,沅州市,city,,,", "9902,滨江,township,99,street,30", header=f"{HEADER},kind,headcount")
    assert counts(run("9902,滨江,township,99")) == (0, 0, 1, 0, 0, 0)
    unit = Unit.every.get(code="9902")
    assert (unit.kind, unit.headcount) == ("street", 30)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_import_reads_other_encodings(encoding):
    assert import_units(by=None, now=NOW, data=sheet(*TREE).decode().encode(encoding)).created == 4
    assert Unit.every.get(code="9901").name == "临溪县"


def test_import_reads_windows_lines_and_quotes():
    data = b'code,name,level,parent_code\r\n"99","\xe6\xb2\x85\xe5\xb7\x9e\xe5\xb8\x82",city,\r\n\r\n'
    assert counts(import_units(by=None, now=NOW, data=data)) == (1, 0, 0, 0, 0, 0)


def test_import_folds_placeholders():
    done = run("99,东州市,city,", "99,东州市,county,99", "9901,一镇,township,99", "99,东州市,city,")
    assert counts(done) == (2, 0, 0, 1, 1, 0)
    assert (done.merged[0].kept, done.merged[0].folded) == (2, 3)
    assert Unit.every.get(code="99").level == "city"


def test_import_folds_placeholders_that_come_first():
    done = run("99,东州市,county,99", "99,东州市,city,")
    assert (counts(done), Unit.every.get().level) == ((1, 0, 0, 0, 1, 0), "city")


def test_import_changes_name_from_a_monday():
    run(*TREE, effective=dt.date(2026, 1, 5))
    done = run("990102,沙坝镇,township,9901")
    assert counts(done) == (0, 1, 0, 0, 0, 0)
    unit = Unit.every.get(code="990102")
    assert (unit.name, unit.kind) == ("沙坝镇", "town")
    assert [p.name for p in Placement.objects.filter(unit=unit).order_by("valid")] == ["沙坝乡", "沙坝镇"]
    assert not StaleMark.objects.exists()


def test_import_moves_a_unit_and_marks_the_weeks_since():
    run(*TREE, "9909,新区,county,99", effective=dt.date(2026, 1, 5))
    make_post(Unit.every.get(code="990102"), "lead", since=dt.date(2026, 1, 5))
    run("990102,沙坝乡,township,9909", effective=dt.date(2026, 11, 9))
    unit = Unit.every.get(code="990102")
    assert unit.parent.code == "9909"
    assert UnitPath.objects.filter(unit=unit).count() == 2
    assert StaleMark.objects.filter(unit_id=None).count() == 3


def test_import_correcting_a_first_placement_marks_all_weeks():
    run(*TREE, "9909,新区,county,99")
    make_post(Unit.every.get(code="990102"), "lead", since=dt.date(2026, 11, 2))
    run("990102,沙坝乡,township,9909")
    assert UnitPath.objects.filter(unit__code="990102").count() == 1
    assert StaleMark.objects.filter(unit_id=None).count() == 4


def test_import_reopens_a_closed_unit():
    run(*TREE, effective=dt.date(2026, 1, 5))
    change = events.Change("close", Unit.every.get(code="990102"), dt.date(2026, 6, 1), "批复")
    events.register(by=None, change=change, now=NOW)
    assert counts(run(*TREE)) == (0, 1, 3, 0, 0, 0)
    assert Unit.every.get(code="990102").closed_on is None


def test_import_before_a_later_change_is_refused():
    run(*TREE)
    with pytest.raises(FileRefused) as caught:
        run("990102,沙坝镇,township,9901", effective=dt.date(2026, 1, 5))
    assert [str(fault) for fault in caught.value.faults] == ["第 2 行：2026-11-23 起已有新的登记，不能改更早的"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("9 9,甲县,county,", "代码要是 1 到 20 位数字、字母或短横"),
        (",甲县,county,", "代码要是 1 到 20 位数字、字母或短横"),
        ("98,,county,", "名称要是 1 到 100 个字"),
        (f"98,{'县' * 101},county,", "名称要是 1 到 100 个字"),
        ("98,甲县,prefecture,", "没有“prefecture”这个层级"),
        ("98,甲县,county,97", "没有上级 97"),
        ("98,甲县,county,98", "上级绕回了自己"),
        ("98,甲县,county,990101", "县不能设在乡镇之下"),
        ("98,甲县,county", "要有 4 列，现在是 3 列"),
        ("9901,别的县,county,99", "代码 9901 在第 3 行已有，说法不同"),
        ('98,"甲县,county,', "引号没有成对，从这里起读不下去"),
    ],
)
def test_import_names_the_line_and_stores_nothing(line, sentence):
    assert faults(*TREE, line) == {6: sentence}


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [("hamlet,", "没有“hamlet”这个类型"), (",many", "人数要是整数，现在是“many”"), (",-3", "人数要是整数，现在是“-3”")],
)
def test_import_names_wrong_kind_and_headcount(cells, sentence):
    assert faults(f"99,沅州市,city,,{cells}", header=f"{HEADER},kind,headcount") == {2: sentence}


def test_import_finds_rings_and_what_hangs_below_them():
    found = faults("1,甲股,department,2", "2,乙股,department,3", "3,丙股,department,1", "4,丁股,department,3")
    ring = "上级绕回了自己"
    assert found == {2: ring, 3: ring, 4: ring, 5: "上级 3 那一行不对"}


def test_import_finds_rings_through_the_database():
    run("1,甲股,department,", "2,乙股,department,1", "3,丙股,department,2")
    with pytest.raises(FileRefused) as caught:
        run("1,甲股,department,3")
    assert caught.value.faults[0].sentence == "上级绕回了自己"


def test_import_refuses_endless_chains():
    chain = [f"{n},第{n}股,department,{n - 1 or ''}" for n in range(1, 14)]
    assert faults(*chain) == {14: "上下级超过 12 层"}


def test_import_skips_bad_lines_when_told():
    done = run(*TREE, "98,甲县,prefecture,", "9903,乙镇,township,98", skip_bad=True)
    assert counts(done) == (4, 0, 0, 0, 0, 2)
    assert Unit.every.count() == 4


def test_import_dry_run_stores_nothing():
    assert counts(run(*TREE, dry_run=True)) == (4, 0, 0, 0, 0, 0)
    assert not Unit.every.exists()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        (b"\xef\xbb\xbf\n", "file.empty"),
        (b"PK\x03\x04rest", "file.workbook"),
        (b"\xd0\xcf\x11\xe0rest", "file.workbook"),
        (b"code;name;level", "file.header"),
        (b'"code,name,level,parent_code\n1,2,3,4', "file.header"),
        (b"x" * 200_000, "file.header"),
        (b"code,name,level,parent_code,colour\n", "file.header"),
        ("代码,名称\n".encode("utf-16"), "file.not_text"),
        (b"code,name\0,level", "file.not_text"),
        (b"x" * (10 * 1024 * 1024 + 1), "file.too_big"),
    ],
)
def test_import_refuses_files_that_are_none(data, code):
    assert refusal(data).code == code


@pytest.mark.parametrize(("day", "words"), [((2026, 11, 24), "周一"), ((2026, 11, 30), "还没到")])
def test_import_refuses_a_tuesday_and_a_week_to_come(day, words):
    with pytest.raises(Refused, match=words):
        run(*TREE, effective=dt.date(*day))


def test_command_prints_what_it_did(tmp_path, capsys):
    file = tmp_path / "units.csv"
    file.write_bytes(sheet(*TREE, "9901,临溪县,county,9901"))
    call_command("import_units", str(file), "--effective=2026-01-05")
    printed = capsys.readouterr().out
    assert "生效日 2026-01-05" in printed
    assert "新建  4" in printed
    assert "第 6 行 9901 临溪县 是占位，并入第 3 行的同一单位" in printed


def test_command_lists_the_first_faults(tmp_path):
    file = tmp_path / "units.csv"
    file.write_bytes(sheet(*(f"{n},x,hamlet," for n in range(25))))
    with pytest.raises(CommandError) as caught:
        call_command("import_units", str(file))
    lines = str(caught.value).splitlines()
    assert lines[:2] == ["有 25 行不对，整个文件没有导入", "第 2 行：没有“hamlet”这个层级"]
    assert lines[-1] == "另有 5 行"


def test_command_without_a_file_says_so(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_units", str(tmp_path / "absent.csv"))


@pytest.mark.skipif(
    not REAL.exists(), reason="../shared/data/divisions-2023.csv, the real divisions, is not beside the checkout"
)
def test_import_takes_the_real_divisions_and_loses_nothing():
    done = import_units(by=None, now=NOW, data=REAL.read_bytes())
    assert counts(done) == (44_699, 0, 0, 0, 4, 0)
    assert {one.name for one in done.merged} == {"东莞市", "中山市", "儋州市", "金门县"}
    assert Unit.every.get(code="350527000000").level == "county"
    assert Unit.every.filter(level="township", parent__level="city").count() == 77
    assert counts(import_units(by=None, now=NOW, data=REAL.read_bytes())) == (0, 0, 44_699, 0, 4, 0)

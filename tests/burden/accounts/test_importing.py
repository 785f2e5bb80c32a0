"""People in bulk: every fault has a line, a sentence and a remedy; nothing half is stored."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from burden.accounts import services
from burden.accounts.importing import Effect, FileChanged, import_people, preview_people
from burden.accounts.models import Post, PostRequest, User
from burden.kit.errors import Refused
from burden.ledger.models import AuditEvent
from tests.factories import NOW, THIS_WEEK, make_actor, make_post, make_unit, make_user

HEADER = "username,name,unit_code,role,from"
MONDAY, NEXT = THIS_WEEK.monday, THIS_WEEK.plus(1).monday


def csv(*rows: str, header: str = HEADER) -> bytes:
    return "\r\n".join((header, *rows)).encode()


def preview(place, *rows: str, **more):
    return preview_people(by=place.sysadmin, data=csv(*rows, **more), now=NOW)


def fault(place, row: str, **more) -> tuple[str, str]:
    """Return problem and remedy of a single line that must be faulty."""
    line = preview(place, row, **more).lines[0]
    assert line.effect == Effect.FAULTY
    return line.problem, line.remedy


def refused(place, data: bytes) -> str:
    with pytest.raises(Refused) as error:
        preview_people(by=place.sysadmin, data=data, now=NOW)
    assert set(error.value.errors) == {"file"}
    return error.value.code


# --- the file ---


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_file_is_read_in_three_encodings(place, encoding):
    data = csv(f"13800000001,王芳,{place.township.code},cadre,{MONDAY}").decode().encode(encoding)
    found = preview_people(by=place.sysadmin, data=data, now=NOW)
    assert found.encoding == ("GB18030" if encoding == "gb18030" else "UTF-8")
    assert (found.lines[0].effect, found.lines[0].cells["name"]) == (Effect.NEW, "王芳")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        (b" \n", "file.empty"),
        (HEADER.encode(), "file.empty"),
        (b"PK\x03\x04" + b"0" * 100, "file.workbook"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 100, "file.workbook"),
        (b"x" * (10 * 1024 * 1024 + 1), "file.too_big"),
        (HEADER.encode("utf-16"), "file.not_text"),
        (b"\xff\xff\xff", "file.not_text"),
        (HEADER.encode() + b"\na\0b,c,d,e,f", "file.not_text"),
        (b"username,name,role,from\n", "file.header"),
        (b"username;name;unit_code;role;from\n", "file.header"),
        (HEADER.encode() + b",phone\n", "file.header"),
        (HEADER.encode() + b",name\n", "file.header"),
        (HEADER.encode() + b'\n"a,b,c,d,e\n', "file.malformed"),
        (HEADER.encode() + b"\na,b,c,d,e" * 20_001, "file.too_long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_file_that_cannot_be_read_is_refused_whole(place, data, code):
    assert refused(place, data) == code


def test_xlsx_named_csv_says_what_to_do(place):
    with pytest.raises(Refused, match="另存为 CSV"):
        preview_people(by=place.sysadmin, data=b"PK\x03\x04...", now=NOW)


def test_only_sysadmin_imports(place):
    for other in (place.secadmin, place.auditor):
        with pytest.raises(PermissionDenied):
            preview_people(by=other, data=csv("a,b,c,d,e"), now=NOW)


# --- its lines ---


def test_line_numbers_are_those_of_the_file(place):
    rows = [f"u{n}1,人{n},{place.township.code},cadre,{MONDAY}" for n in range(3)]
    found = preview(place, rows[0], "", ',"多\n行",x,cadre,2026-11-23', rows[1])
    assert [(line.number, line.effect.value) for line in found.lines] == [(2, "new"), (4, "faulty"), (6, "new")]


def test_unknown_unit_is_compared_with_the_known(place):
    problem, remedy = fault(place, f"u01,李军,柳河镇红星,cadre,{MONDAY}")
    assert problem == "没有这个单位"
    assert remedy == f"是不是“柳河镇红星村”（{place.village.code}）？"
    assert fault(place, f"u01,李军,zzzz,cadre,{MONDAY}")[1] == "写单位代码；单位页上可以查"


def test_foreign_unit_is_unknown(place):
    foreign = make_unit(make_unit(place.city), "township", name="外乡")
    problem, remedy = fault(place, f"u01,李军,{foreign.code},cadre,{MONDAY}")
    assert problem == "没有这个单位"
    assert "外乡" not in remedy


def test_not_a_monday_names_the_monday(place):
    assert fault(place, f"u01,高翔,{place.township.code},cadre,2026-12-01") == (
        "12月1日是周二",
        "任职从周一起，改为 2026-11-30",
    )


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("u01,,{unit},cadre,{day}", "姓名为空"),
        (",王芳,{unit},cadre,{day}", "用户名为空"),
        ("王 芳,王芳,{unit},cadre,{day}", "写法不对"),
        ("u01,王芳,{unit},cadre,昨天", "日期看不懂"),
        ("u01,王芳,{unit},cadre,2036-01-07", "这个任职不行"),
        ("u01,王芳,{unit},镇长,{day}", "没有这个角色"),
        ("u01,王芳,{unit},sysadmin、auditor,{day}", "三员不能兼"),
        ("u01,王芳,{unit},cadre lead,{day}", "一行有几个角色"),
        ("u01,王芳,{unit},office,{day}", "这个任职不行"),
        ("u01,王芳,{county},sysadmin,{day}", "这个任职不行"),
        ("u01,王芳,{unit},cadre", "这一行有 4 格"),
        ("u01,{long},{unit},cadre,{day}", "有一格太长"),
    ],
)
def test_line_fault_has_its_sentence(place, row, problem):
    filled = row.format(unit=place.township.code, county=place.county.code, day=MONDAY, long="长" * 201)
    found, remedy = fault(place, filled)
    assert found == problem
    assert remedy


def test_role_is_read_by_code_or_name(place):
    rows = (f"u01,王芳,{place.township.code},单位负责人,{MONDAY}", f"u02,李军,{place.township.code},lead,{MONDAY}")
    assert [line.role for line in preview(place, *rows).lines] == ["lead", "lead"]


def test_lines_are_compared_with_each_other(place):
    code = place.township.code
    found = preview(
        place,
        f"u01,王芳,{code},cadre,{MONDAY}",
        f"U01,王芳,{code},cadre,{MONDAY}",
        f"u01,王方,{code},lead,{MONDAY}",
        f"u01,王芳,{code},lead,{MONDAY}",
        f"u01,王芳,{code},auditor,{MONDAY}",
    )
    assert [line.problem for line in found.lines] == [
        "", "与第 2 行重复", "与第 2 行用户名相同，姓名不同", "", "三员不能兼",
    ]  # fmt: skip


def test_lines_are_compared_with_the_register(place):
    known = make_post(place.township, user=make_user("王芳")).user
    stopped = make_post(place.township, user=make_user("停用", is_active=False)).user
    foreign = make_post(make_unit(place.city), user=make_user("外人")).user
    code = place.township.code
    found = preview(
        place,
        f"new01,王芳,{code},cadre,{MONDAY}",
        f"{known.username},李军,{code},cadre,{MONDAY}",
        f"{stopped.username},停用,{code},lead,{MONDAY}",
        f"{foreign.username},外人,{code},lead,{MONDAY}",
        f"{known.username},王芳,{code},auditor,{MONDAY}",
        f"{known.username},王芳,{code},cadre,{MONDAY}",
    )
    assert [line.problem for line in found.lines] == [
        "与在册同名同单位", "用户名已是别人的", "这个账号停用了", "这个用户名已有人用", "三员不能兼", "",
    ]  # fmt: skip
    assert [line.effect.value for line in found.lines][-1] == "same"
    assert found.lines[0].mild


def test_waiting_request_is_not_proposed_again(place):
    user = make_post(place.township, user=make_user("王芳")).user
    services.propose_post(by=place.sysadmin, user=user, unit=place.township, role="lead", since=MONDAY, now=NOW)
    assert fault(place, f"{user.username},王芳,{place.township.code},lead,{MONDAY}")[0] == "已经提过，在等批"


def test_move_in_the_past_is_refused(place):
    user = make_post(place.township, user=make_user("王芳")).user
    row = f"{user.username},王芳,{place.village.code},cadre,{MONDAY - dt.timedelta(days=14)}"
    assert fault(place, row)[0] == "改任职太早"


def test_preview_stores_nothing(place):
    before = (User.objects.count(), PostRequest.objects.count(), AuditEvent.objects.count())
    preview(place, f"u01,王芳,{place.township.code},cadre,{MONDAY}", "u02,,,,")
    assert (User.objects.count(), PostRequest.objects.count(), AuditEvent.objects.count()) == before


def test_queries_do_not_grow_with_lines(place):
    def count(rows: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            preview(place, *(f"u{n}0,人{n},{place.township.code},cadre,{MONDAY}" for n in range(rows)))
        return len(queries)

    assert count(1) == count(30)


# --- storing ---


def confirm(place, *rows: str, expected: str):
    return import_people(by=place.sysadmin, data=csv(*rows), expected=expected, now=NOW)


def test_good_lines_are_proposed_and_bad_ones_left(place):
    moving = make_post(place.township, user=make_user("彭立新"))
    rows = (
        f"u01,王芳,{place.township.code},cadre,{MONDAY}",
        f"u01,王芳,{place.township.code},lead,{MONDAY}",
        f"{moving.user.username},彭立新,{place.village.code},cadre,{NEXT}",
        "u03,,,,",
    )
    done = confirm(place, *rows, expected=preview(place, *rows).digest)
    assert done.counts == {"new": 2, "move": 1, "same": 0, "faulty": 1}
    user = User.objects.get(username="u01")
    assert not user.has_usable_password()
    assert not Post.objects.filter(user=user).exists()
    requests = PostRequest.objects.all()
    assert sorted(requests.values_list("change", "role", "on")) == [
        ("end", "cadre", NEXT), ("grant", "cadre", MONDAY), ("grant", "cadre", NEXT), ("grant", "lead", MONDAY),
    ]  # fmt: skip
    services.decide_requests(by=place.secadmin, requests=list(requests), granted=True, now=NOW)
    assert Post.objects.filter(user=moving.user, unit=place.village, valid__startswith=NEXT).exists()
    assert AuditEvent.objects.filter(what="people.imported").count() == 1


def test_nothing_is_stored_when_the_register_changed_meanwhile(place):
    rows = tuple(f"u{n}0,人{n},{place.township.code},cadre,{MONDAY}" for n in range(3))
    shown = preview(place, *rows)
    assert len(shown.good) == 3
    make_post(place.township, user=make_user("人1"))
    with pytest.raises(FileChanged):
        confirm(place, *rows, expected=shown.digest)
    assert not User.objects.filter(username="u00").exists()
    assert not PostRequest.objects.exists()


def test_trio_imported_from_above(place):
    above = make_actor(place.city, "sysadmin")
    data = csv(f"aud01,钱审计,{place.county.code},auditor,{MONDAY}")
    assert preview_people(by=above, data=data, now=NOW).lines[0].effect == Effect.NEW

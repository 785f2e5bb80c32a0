import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burden.demands.models import TITLE_LENGTH
from burden.demands.notices import MOST_CHARACTERS, read_notice
from burden.demands.values import NAMES

TODAY = dt.date(2026, 11, 24)  # a Tuesday

MONTHLY = """各乡镇：请从下月起，每月25日17:00前报送《种粮大户和撂荒地情况统计表》，各乡镇两人办理，14个字段，联系人县农业农村局种植业股。"""
MEETING = """关于召开全县防汛工作推进会的通知
各乡镇、街道，县直有关部门：
根据省防汛抗旱指挥部《关于做好秋汛防范工作的通知》（省防指〔2026〕8号）要求，定于11月26日（星期四）下午3:30召开全县防汛工作推进会，会期1个半小时，县领导讲话40分钟。
参会人员：各乡镇主要负责同志参加，每个乡镇2人，请提前15分钟入场。会议以视频形式召开，请准备书面汇报材料。
县应急管理局
2026年11月24日
"""


def values(text: str) -> dict:
    return read_notice(text, TODAY).values


def test_monthly_form_is_read_from_one_sentence():
    assert values(MONTHLY) == {
        "category": "form",
        "title": "种粮大户和撂荒地情况统计表",
        "frequency": "monthly",
        "first_on": dt.date(2026, 12, 25),
        "at": dt.time(17, 0),
        "receivers": {"levels": ["township"]},
        "people": 2,
    }


def test_meeting_is_read_from_a_whole_notice():
    notice = read_notice(MEETING, TODAY)
    assert notice.values == {
        "category": "meeting",
        "title": "全县防汛工作推进会",
        "basis": "省防汛抗旱指挥部《关于做好秋汛防范工作的通知》（省防指〔2026〕8号）",
        "origin": "province",
        "frequency": "once",
        "first_on": dt.date(2026, 11, 26),
        "at": dt.time(15, 30),
        "receivers": {"levels": ["township", "department"]},
        "people": 2,
        "minutes": 90,
        "facts": {"video": True, "materials": True, "speech_minutes": 40, "attendee_rank": "principal"},
    }
    assert notice.found == tuple(notice.values)
    assert notice.signed == "县应急管理局"


@pytest.mark.parametrize(
    ("text", "first_on", "frequency"),
    [
        ("请于12月5日前报送台账", dt.date(2026, 12, 5), "once"),
        ("请于1月10日前报送台账", dt.date(2027, 1, 10), "once"),
        ("11月20日已报送的不再报送", dt.date(2026, 11, 20), "once"),
        ("请于2027年3月1日前上报", dt.date(2027, 3, 1), "once"),
        ("下周三召开调度会", dt.date(2026, 12, 2), "once"),
        ("本周五下班前上报", dt.date(2026, 11, 27), "once"),
        ("周一前报来", dt.date(2026, 11, 30), "once"),
        ("明天上午检查", dt.date(2026, 11, 25), "once"),
        ("25日前务必报送", dt.date(2026, 11, 25), "once"),
        ("10日前务必报送", dt.date(2026, 12, 10), "once"),
        ("下月3日开会", dt.date(2026, 12, 3), "once"),
        ("12月1日开会，材料11月28日前报县委办", dt.date(2026, 11, 28), "once"),
        ("每周五报送进度", dt.date(2026, 11, 27), "weekly"),
        ("每周一报送进度", dt.date(2026, 11, 30), "weekly"),
        ("每月20日前报送", dt.date(2026, 12, 20), "monthly"),
        ("自2027年1月起，每月底报送", dt.date(2027, 1, 31), "monthly"),
        ("每季度末月20日前报送", dt.date(2026, 12, 20), "quarterly"),
        ("按季报送", dt.date(2026, 12, 31), "quarterly"),
    ],
)
def test_day_is_seen_from_today(text: str, first_on: dt.date, frequency: str):
    found = values(text)
    assert (found.get("first_on"), found.get("frequency")) == (first_on, frequency)


@pytest.mark.parametrize("text", ["13月40日前报送", "2月30日前报送", "尽快报送", "24小时内报送"])
def test_day_that_no_calendar_has_is_absent(text: str):
    assert "first_on" not in values(text)


def test_date_under_the_signature_is_no_deadline():
    assert "first_on" not in values("请抓紧报送情况统计表。\n县林业局\n2026年11月24日\n")


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("每周五报送，到年底", dt.date(2026, 12, 31)),
        ("每月25日报送，至2027年6月", dt.date(2027, 6, 30)),
        ("每月25日报送，至明年3月15日", dt.date(2027, 3, 15)),
        ("每月25日报送，至5月底", dt.date(2027, 5, 31)),
    ],
)
def test_end_of_what_comes_back(text: str, until: dt.date):
    assert values(text)["until"] == until


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("11月26日上午9点开会", dt.time(9)),
        ("11月26日下午2点半开会", dt.time(14, 30)),
        ("11月26日15：30开会", dt.time(15, 30)),
        ("11月26日晚8时20分调度", dt.time(20, 20)),
        ("11月26日开会，会场在3楼", None),
        ("11月26日25:00开会", None),
    ],
)
def test_time_of_day(text: str, at: dt.time | None):
    assert values(text).get("at") == at


@pytest.mark.parametrize(
    ("text", "category", "title"),
    [
        ("关于开展冬季安全生产检查的通知", "inspection", "冬季安全生产检查"),
        ("关于印发《农村人居环境整治实施方案》的通知", "document", "关于印发《农村人居环境整治实施方案》的通知"),
        ("关于进一步加强护林员管理的通知\n请认真学习贯彻", "document", "关于进一步加强护林员管理的通知"),
        ("请各村填报高龄津贴发放名册，谢谢", "form", "高龄津贴发放名册"),
        ("明天下午召开村干部例会。", "meeting", "村干部例会"),
        ("根据《统计法》，请报送《住户收支调查表》", "form", "住户收支调查表"),
        ("请全体村干部下载“平安通”APP并每天打卡", "other", None),
        ("从乡镇抽调2名干部到专班", "other", None),
    ],
)
def test_kind_and_title(text: str, category: str, title: str | None):
    found = values(text)
    assert (found["category"], found.get("title")) == (category, title)


@pytest.mark.parametrize(
    ("text", "basis", "origin"),
    [
        ("根据《信访工作条例》，请报送台账", "《信访工作条例》", "own"),
        ("按照农发〔2026〕12号要求，请报送台账", "农发〔2026〕12号", "own"),
        ("按照中央农村工作会议精神，请报送台账", "中央农村工作会议精神", "central"),
        ("根据市农业农村局部署，请报送台账", "市农业农村局部署", "city"),
        ("根据县委部署，请报送台账", "县委部署", "county"),
        ("县市场监管局\n请报送台账", None, "own"),
    ],
)
def test_basis_tells_who_asked_first(text: str, basis: str | None, origin: str):
    found = values(text)
    assert (found.get("basis"), found.get("origin", "own")) == (basis, origin)


@pytest.mark.parametrize(
    ("text", "receivers"),
    [
        ("各乡镇（街道）：", {"levels": ["township"]}),
        ("各镇：", {"kinds": ["town"]}),
        ("各街道、各社区：", {"kinds": ["street", "community"]}),
        ("各乡镇、各街道、各村（社区）：", {"levels": ["township", "village"]}),
        ("各乡镇：\n请组织各村填报", {"levels": ["township"]}),
        ("山区乡镇请报送台账", {"levels": ["township"], "traits": ["山区"]}),
        ("请报送台账", {}),
    ],
)
def test_receivers_are_who_is_addressed(text: str, receivers: dict):
    assert values(text).get("receivers", {}) == receivers


@pytest.mark.parametrize(
    ("text", "people"),
    [("每村1人参会", 1), ("各单位派3名同志", 3), ("两人办理", 2), ("每户3人以上的", None), ("半人", None)],
)
def test_people_of_each_receiver(text: str, people: int | None):
    assert values(text).get("people") == people


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("大约90分钟", 90),
        ("时长1.5小时", 90),
        ("会期半天", 240),
        ("会期一天", 480),
        ("约半小时", 30),
        ("两个半小时", 150),
        ("24小时内报送", None),
        ("提前10分钟入场", None),
        ("2天内报送", None),
        ("讲话不超过30分钟", None),
        ("9999分钟", None),
    ],
)
def test_minutes_of_each_person(text: str, minutes: int | None):
    assert values(text).get("minutes") == minutes


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("填报台账，字段包括：姓名、面积、地块数等。", ["姓名", "面积", "地块数"]),
        ("登记表\n序号\t姓名\t 面积 \n1\t张三\t3", ["序号", "姓名", "面积"]),
        ("填报台账，14个字段", []),
        ("召开会议，内容包括：学习、讨论", []),
    ],
)
def test_fields_are_a_list_or_a_tables_first_line(text: str, fields: list[str]):
    assert values(text).get("fields", []) == fields


@given(st.text(max_size=400))
def test_any_text_is_read_without_complaint(text: str):
    notice = read_notice(text, TODAY)
    assert set(notice.found) <= set(NAMES)
    assert len(notice.values.get("title", "")) <= TITLE_LENGTH


@given(
    st.lists(
        st.sampled_from([*"《》各乡镇每月日前报送会议表根据1234567890半小时天人、\t\n：〔〕号至到"]), max_size=120
    ).map("".join)
)
def test_text_made_of_the_words_of_notices_is_read_without_complaint(text: str):
    notice = read_notice(text, TODAY)
    assert set(notice.found) <= set(NAMES)
    assert len(notice.values.get("title", "")) <= TITLE_LENGTH


def test_endless_text_is_read_to_a_point():
    assert "first_on" not in values("报送" + "。" * MOST_CHARACTERS + "12月5日前")

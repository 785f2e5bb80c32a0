"""Reading a week: what is taken, what is refused, and in which words."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from django.http import QueryDict
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from burden.entries.forms import from_post, on_page, read_week
from burden.entries.services import EntryDraft
from burden.kit.errors import Refused
from burden.units.models import Level
from tests.factories import make_actor, make_unit

KEY = "6f1c8a52-5a55-4bd1-9d8e-000000000001"
ROW = {"key": "a", "answer": "done", "category": "form", "title": "周报表", "minutes": 30}


@pytest.fixture
def actor(db):
    return make_actor(make_unit(make_unit(), Level.TOWNSHIP))


def week(*rows, **facts):
    return {"client_key": KEY, "base_version": 0, "entries": list(rows)} | facts


def faults(actor, body) -> dict[str, str]:
    with pytest.raises(Refused) as caught:
        read_week(body, actor)
    assert (caught.value.code, caught.value.status) == ("week.invalid", 422)
    return caught.value.errors


def test_plain_week_is_read_with_defaults(actor):
    found = read_week(week(ROW), actor)
    assert (found.client_key, found.base_version, found.nil) == (UUID(KEY), 0, False)
    assert found.entries == (EntryDraft(key="a", answer="done", category="form", title="周报表", minutes=30),)


def test_full_row_is_read(actor):
    row = ROW | {
        "target": None, "bulk": True, "repeated": True, "after_hours": True, "subkind": "high",
        "issuer": actor.unit.parent.code, "people": 3, "travel_minutes": 10, "prep_minutes": 60,
        "note": " 合并两周 ",
    }  # fmt: skip
    (draft,) = read_week(week(row), actor).entries
    assert (draft.issuer_id, draft.subkind, draft.people) == (actor.unit.parent_id, "high", 3)
    assert (draft.bulk, draft.repeated, draft.after_hours) == (True, True, True)
    assert (draft.travel_minutes, draft.prep_minutes, draft.note) == (10, 60, "合并两周")


@pytest.mark.parametrize(("said", "read"), [(71, 71), ("71", 71), ("", None), (None, None)])
def test_target_is_read_as_number_or_digits(actor, said, read):
    (draft,) = read_week(week(ROW | {"target": said}), actor).entries
    assert draft.target_id == read


def test_nil_week_is_read(actor):
    assert read_week(week(nil=True), actor).nil


@pytest.mark.parametrize("seconds", [0, 41, 86_400])
def test_seconds_are_read(actor, seconds):
    assert read_week(week(ROW, seconds=seconds), actor).seconds == seconds


def test_week_without_seconds_has_none(actor):
    assert read_week(week(ROW), actor).seconds is None
    assert read_week(from_post(QueryDict(f"client_key={KEY}&base_version=0&nil=1&seconds=")), actor).seconds is None


@pytest.mark.parametrize("seconds", [-1, 86_401, "41", True, None, 1.5])
def test_seconds_that_are_none_are_refused(actor, seconds):
    assert list(faults(actor, week(ROW, seconds=seconds))) == ["seconds"]


def test_posted_seconds_are_read(actor):
    assert read_week(from_post(QueryDict(f"client_key={KEY}&base_version=0&nil=1&seconds=41")), actor).seconds == 41


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"minutes": -1}, "《周报表》：分钟填了“-1”，请填 0 到 10080 的整数"),
        ({"minutes": 10_081}, "《周报表》：分钟填了“10081”，请填 0 到 10080 的整数"),
        ({"minutes": "半天"}, "《周报表》：分钟填了“半天”，请填 0 到 10080 的整数"),
        ({"minutes": 30.0}, "《周报表》：分钟填了“30.0”，请填 0 到 10080 的整数"),
        ({"minutes": True}, "《周报表》：分钟填了“True”，请填 0 到 10080 的整数"),
        ({"minutes": "30"}, "《周报表》：分钟填了“30”，请填 0 到 10080 的整数"),
        ({"minutes": None}, "《周报表》：还没填分钟"),
        ({"people": 0}, "《周报表》：人数填了“0”，请填 1 到 10000 的整数"),
        ({"people": 10_001}, "《周报表》：人数填了“10001”，请填 1 到 10000 的整数"),
        ({"travel_minutes": 10_081}, "《周报表》：路上分钟填了“10081”，请填 0 到 10080 的整数"),
        ({"note": "长" * 201}, "《周报表》：说明最多 200 个字，现在有 201 个"),
        ({"note": None}, "《周报表》：说明要是文字，现在是“None”"),
        ({"note": "两行\n说明"}, "《周报表》：说明里有换行或看不见的控制字符，请去掉"),
        ({"prep_minutes": -5}, "《周报表》：准备分钟填了“-5”，请填 0 到 10080 的整数"),
        ({"title": " \u3000 "}, "第 1 项：还没填名称"),
        ({"title": "甲" * 201}, f"《{'甲' * 40}…》：名称最多 200 个字，现在有 201 个"),
        ({"title": "一行\n又一行"}, "第 1 项：名称里有换行或看不见的控制字符，请去掉"),
        ({"title": "零\x00"}, "第 1 项：名称里有换行或看不见的控制字符，请去掉"),
        ({"title": "半\ud800"}, "第 1 项：名称里有换行或看不见的控制字符，请去掉"),
        ({"title": "倒\u202e写"}, "第 1 项：名称里有换行或看不见的控制字符，请去掉"),
        ({"title": 7}, "第 1 项：名称要是文字，现在是“7”"),
        ({"key": ""}, "《周报表》：还没填key"),
        ({"key": "k" * 41}, "《周报表》：key最多 40 个字，现在有 41 个"),
        ({"answer": "maybe"}, "《周报表》：没有“maybe”这种办理情况，可以填：done、absent、not_applicable"),
        (
            {"category": "party"},
            "《周报表》：没有“party”这种类别，可以填：meeting、document、form、inspection、other",
        ),
        ({"subkind": "trace"}, "《周报表》：没有“trace”这种小类，可以填：simple、medium、high"),
        ({"category": "meeting", "subkind": "high"}, "《周报表》：没有“high”这种小类，可以填：空"),
        ({"bulk": 1}, "《周报表》：“其余照此计”只能是 true 或 false，现在是“1”"),
        ({"target": -5}, "《周报表》：登记事项填了“-5”，没有这一项"),
        ({"target": "五"}, "《周报表》：登记事项填了“五”，没有这一项"),
        ({"target": 1.5}, "《周报表》：登记事项填了“1.5”，没有这一项"),
        ({"target": True}, "《周报表》：登记事项填了“True”，没有这一项"),
        ({"target": 10**18}, "《周报表》：登记事项填了“1000000000000000000”，没有这一项"),
        ({"issuer": "123"}, "《周报表》：“谁要求的”填了“123”，没有这个单位"),
        ({"issuer": 5}, "《周报表》：“谁要求的”填了“5”，没有这个单位"),
        ({"issuer": "坏\x00"}, "《周报表》：“谁要求的”填了“坏?”，没有这个单位"),
    ],
)  # fmt: skip
def test_faulty_field_is_named_in_one_sentence(actor, facts, sentence):
    (name,) = facts.keys() - {"category"} or {"category"}
    assert faults(actor, week(ROW | facts)) == {f"entries.0.{name}": sentence}


@pytest.mark.parametrize("name", ["key", "answer", "category", "title", "minutes"])
def test_missing_field_is_named(actor, name):
    row = {field: value for field, value in ROW.items() if field != name}
    (said,) = faults(actor, week(row)).items()
    assert said[0] == f"entries.0.{name}"
    assert "还没填" in said[1]


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"client_key": "no"}, "client_key"),
        ({"client_key": 7}, "client_key"),
        ({"client_key": None}, "client_key"),
        ({"base_version": -1}, "base_version"),
        ({"base_version": True}, "base_version"),
        ({"base_version": 2**31}, "base_version"),
        ({"nil": "yes"}, "nil"),
        ({"nil": None}, "nil"),
        ({"entries": {}}, "entries"),
        ({"entries": None}, "entries"),
        ({"entries": [ROW, 7]}, "entries"),
        ({"entries": [ROW] * 201}, "entries"),
        ({"week": "2026-11-16"}, "week"),
        ({"字段": 1}, "字段"),
    ],
)
def test_faulty_week_is_named(actor, facts, name):
    assert list(faults(actor, week(ROW) | facts)) == [name]


@pytest.mark.parametrize("body", [None, [], "text", 7])
def test_body_that_is_no_object_is_refused(actor, body):
    with pytest.raises(Refused, match="JSON"):
        read_week(body, actor)


def test_unknown_field_of_row_is_named(actor):
    assert faults(actor, week(ROW | {"person_min": 3})) == {
        "entries.0.person_min": "《周报表》：没有“person_min”这个字段"
    }


def test_all_faults_are_told_at_once(actor):
    body = week(ROW | {"minutes": -1, "people": 0}, ROW, ROW | {"title": ""}, client_key="x")
    assert set(faults(actor, body)) == {"client_key", "entries.0.minutes", "entries.0.people", "entries.2.title"}
    with pytest.raises(Refused, match="有 4 处需要改一下"):
        read_week(body, actor)


def test_title_in_its_own_marks_gets_no_second_ones(actor):
    (sentence,) = faults(actor, week(ROW | {"title": "《通知》", "minutes": -1})).values()
    assert sentence.startswith("《通知》：")


def test_sentences_follow_the_chosen_language(actor):
    with translation.override("en"):
        (sentence,) = faults(actor, week(ROW | {"minutes": -1})).values()
    assert "《周报表》" in sentence


def test_foreign_unit_is_refused_like_a_missing_one(actor):
    foreign = make_unit(make_unit(), Level.DEPARTMENT).code
    missing = foreign[:-1] + "X"
    said = [
        next(iter(faults(actor, week(ROW | {"issuer": code})).values())).replace(code, "")
        for code in (foreign, missing)
    ]
    assert said[0] == said[1]


@pytest.mark.parametrize("count", [1, 3])
def test_issuers_are_looked_up_at_once(actor, count, django_assert_num_queries):
    rows = [ROW | {"issuer": actor.unit.code} for _ in range(count)]
    with django_assert_num_queries(2):
        read_week(week(*rows), actor)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
field_names = st.sampled_from([*ROW, "issuer", "people", "bulk", "subkind", "target", "x"])


@settings(max_examples=80, deadline=None)
@given(rows=st.lists(st.dictionaries(field_names, json_values, max_size=6), max_size=3), facts=json_values)
def test_any_json_is_read_or_refused_in_words(django_db_blocker, rows, facts):
    """Nothing a device may send ends in an exception of ours, and every sentence can be sent back as UTF-8."""
    stranger = Stranger()
    body = week(*rows) | (facts if isinstance(facts, dict) else {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("burden.entries.forms.nameable", lambda _actor, _codes, _key: {})
        try:
            read_week(body, stranger)
        except Refused as refused:
            json.dumps({"detail": refused.detail, "errors": refused.errors}, ensure_ascii=False).encode()


class Stranger:
    """An actor of whom nothing is asked."""


# the page without JavaScript

POSTED = {
    "client_key": KEY,
    "base_version": "０",
    "entries.4.ticked": "on",
    "entries.4.key": "last-9",
    "entries.4.answer": "done",
    "entries.4.category": "form",
    "entries.4.title": "周报表",
    "entries.4.minutes": " ６０ ",
    "entries.4.people": "",
    "entries.4.issuer": "",
    "entries.4.repeated": "on",
    "entries.7.key": "unticked",
    "entries.7.minutes": "半天",
}


def post(**facts: str) -> QueryDict:
    found = QueryDict(mutable=True)
    found.update(POSTED | {name.replace("__", "."): value for name, value in facts.items()})
    return found


def test_posted_page_becomes_the_same_week(actor):
    body = from_post(post())
    assert body == {
        "client_key": KEY,
        "base_version": 0,
        "nil": False,
        "entries": [ROW | {"key": "last-9", "minutes": 60, "repeated": True}],
    }
    assert read_week(body, actor).entries[0].minutes == 60


@pytest.mark.parametrize("typed", ["半天", "1.5", "-3", "１.５", "9" * 30, "²", "3²"])
def test_typed_nonsense_is_repeated_in_the_refusal(actor, typed):
    assert typed[:20] in faults(actor, from_post(post(entries__4__minutes=typed)))["entries.0.minutes"]


def test_blank_minutes_are_missed(actor):
    assert faults(actor, from_post(post(entries__4__minutes=""))) == {"entries.0.minutes": "《周报表》：还没填分钟"}


def test_faults_go_back_to_their_row_on_the_page():
    page = post(entries__9__ticked="on", entries__9__title="九")
    errors = {
        "entries.0.minutes": "甲",
        "entries.1.title": "乙",
        "client_key": "丙",
        "entries": "丁",
        "entries.1": "戊",
    }
    assert on_page(errors, page) == {
        "entries.4.minutes": "甲", "entries.9.title": "乙", "client_key": "丙", "entries": "丁", "entries.9": "戊",
    }  # fmt: skip


def test_rows_keep_the_order_of_the_page():
    page = post(entries__10__ticked="on", entries__10__title="十", entries__9__ticked="on", entries__9__title="九")
    assert [row["title"] for row in from_post(page)["entries"]] == ["周报表", "九", "十"]


def test_answer_without_tick_is_sent():
    body = from_post(post(entries__7__answer="absent", entries__7__title="调度会"))
    assert [row["answer"] for row in body["entries"]] == ["done", "absent"]


def test_empty_row_of_the_page_is_left_out():
    assert len(from_post(post(entries__9__ticked="on", entries__9__answer="done"))["entries"]) == 1


def test_nil_button_is_read():
    assert from_post(post(nil="1"))["nil"] is True

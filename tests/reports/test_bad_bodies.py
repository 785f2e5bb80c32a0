"""Whatever is sent to the pages and the API of the read side, it is answered or refused: no traceback, nothing half stored."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.forms import BaseForm
from django.urls import reverse

from burden.kit import clock
from burden.oversight.models import Objection
from burden.units.models import Unit
from tests.factories import (
    LAST_WEEK,
    NOW,
    THIS_WEEK,
    make_actor,
    make_bulletin,
    make_finding,
    make_notice,
    make_order,
    make_recognition,
    make_unit,
    make_user,
)
from tests.reports.sums import add_sums

BAD = ("", "没有", "\0", "x" * 3_000, "-1", "9" * 30, "2026-11-17", "NaN")
OFFICE: dict[str, dict[str, Any]] = {  # what would be stored, were it not for one field
    "exports": {
        "since": "2026-11-16", "until": "2026-11-16", "level": "own", "tables": "units", "format": "csv", "basis": "reported",
    },
    "bulletin_new": {"period": "month:2026-11-16", "form": "notice"},
    "bulletin_edit": {"base_version": "1", "title": "题", "organ": "办", "number": "3"},
    "bulletin_check": {"base_version": "1"},
    "bulletin_publish": {"base_version": "1"},
    "sample_start": {"start-from_": str(THIS_WEEK.plus(1))},
    "sample_stop": {"stop-from_": str(THIS_WEEK.plus(1))},
    "sample_take_back": {"sample": "1"},
    "goal_set": {"goal-code": "meeting", "goal-value": "30", "goal-year": "2026", "goal-source": "通知"},
    "goal_drop": {"goal": "1"},
    "finding_new": {"issuer": "990", "title": "三次索要", "titles": "台账", "category": "form", "rule": "", "note": ""},
    "finding_dismiss": {"dismiss-why": "data", "dismiss-reason": "错", "dismiss-quiet_until": "2026-12-25"},
    "finding_order": {"order-title": "三次索要", "order-requirements": "停用", "order-standard": "核实", "order-days": "7"},
    "capacity_import": {"year": "2026"},
    "capacity_store": {"file": "1", "expected": "x"},
    "support_offer": {"unit": "990", "kind": "people", "title": "要不要添人"},
    "days": {"day": "2026-11-25", "is_workday": "0", "note": "通知"},
    "day_drop": {"override": "1"},
    "notice_new": {"title": "停电", "summary": "明天停电。", "body": "", "root": "990", "kinds": "town", "roles": "lead", "until": "2026-11-30"},
    "notice_publish": {},
    "notice_return": {"reason": "写错了"},
    "notice_withdraw": {"reason": "写错了"},
    "notice_channel": {"means": "feishu", "address": "a" * 36},
}  # fmt: skip
STEPS: dict[str, tuple[str, str, dict[str, str]]] = {  # of a supervision order: state, role, body
    "revise": (
        "draft",
        "office",
        {"revise-title": "题", "revise-requirements": "改", "revise-standard": "核实", "revise-days": "7"},
    ),
    "sign": ("sent", "issuer", {"sign-responsible": "陈立", "sign-section": "股"}),
    "answer": ("working", "issuer", {"answer-answer-1": "停用了", "answer-answer-2": "引用了"}),
    "extend": ("working", "issuer", {"extend-until": "2026-12-10", "extend-reason": "要开会"}),
    "refuse": ("extension", "office", {"refuse-reason": "够了"}),
    "return": ("answered", "office", {"return-reason": "没改", "return-days": "5"}),
    "look": ("closed", "office", {"look-outcome": "less", "look-note": "走访过"}),
    "reopen": ("closed", "office", {"reopen-reason": "又在要", "reopen-days": "5"}),
    "cancel": ("working", "office", {"cancel-reason": "撤回了"}),
}
ACTS: dict[str, tuple[str, str, dict[str, str]]] = {  # of a recognition: state, role, body
    "announce": ("nominated", "office", {"announce-days": "10"}),
    "object": ("open", "lead", {"object-words": "没有真减"}),
    "answer": ("open", "reviewer", {"answer-objection": "0", "answer-answer": "查了"}),
    "recognise": ("over", "reviewer", {"recognise-verdict": "算得清"}),
    "decline": ("over", "reviewer", {"decline-verdict": "还在要"}),
    "withdraw": ("open", "office", {"withdraw-reason": "不要"}),
    "revoke": ("published", "office", {"revoke-reason": "反弹"}),
    "sign": ("open", "lead", {"sign-x": ""}),
}
SYSADMIN = {
    "unit_add": {"name": "新村", "code": "9977", "level": "village", "from_": str(THIS_WEEK)},
    "unit_rename": {"name": "新镇", "kind_": "town", "headcount": "3", "reason": "批复", "from_": str(THIS_WEEK)},
    "unit_move": {"parent": "990", "reason": "批复", "from_": str(THIS_WEEK)},
    "unit_merge": {"merged": "990", "reason": "批复", "from_": str(THIS_WEEK)},
    "unit_split": {"reason": "批复", "from_": str(THIS_WEEK)},
    "unit_close": {"reason": "批复", "from_": str(THIS_WEEK)},
    "posts_end": {"last_day": str(THIS_WEEK.sunday)},
}
API_EXPORT = {
    "unit": "", "level": "own", "from_week": "2026-11-16", "to_week": "2026-11-16", "tables": ["unit_weeks"], "format": "csv",
    "basis": "reported",
}  # fmt: skip
QUIET = {"session", "auditevent", "verification"}


@pytest.fixture
def county(db, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    county = make_unit(make_unit(level="city"), "county", name="临溪县")
    for _ in range(2):
        add_sums(make_unit(county, "township"), LAST_WEEK, returns=9, per_head=300)
    return county


def stored() -> tuple[int, ...]:
    """Count the rows of every table that requests write."""
    tables = [each._meta.db_table for each in apps.get_models() if each._meta.model_name not in QUIET]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in tables))
        return cursor.fetchone()


def try_all(client, url: str, good: dict[str, Any]) -> None:
    """Spoil one field after another: it is answered or refused, and what is refused stores nothing and says where."""
    bodies = [{}, *({**good, name: bad} for name in good for bad in BAD)]
    for body in bodies:
        before = stored()
        answer = client.post(url, body)
        assert answer.status_code in {200, 302, 404, 409, 422}, (url, body, answer.status_code)
        if answer.status_code in {404, 409, 422}:
            assert stored() == before, (url, body)
        if answer.status_code == 422 or (answer.status_code == 200 and is_refused(answer)):
            assert unnamed(answer) == [], (url, body)


def is_refused(answer) -> bool:
    """Whether a form is shown again with what is wrong in it."""
    return any(
        isinstance(each, BaseForm) and each.errors for part in answer.context for each in part.flatten().values()
    )


def unnamed(answer) -> list[str]:
    """Return what is said on top without a link to a field that is on the page."""
    page = answer.content.decode()
    summary = re.search('class="errsum".*?</div>', page, re.S)
    said = re.findall("<li>(.*?)</li>", summary[0], re.S) if summary else ["nothing"]
    fields = [re.search('href="#([^"]+)"', each) for each in said]
    return [each for each, field in zip(said, fields, strict=True) if not field or f'id="{field[1]}"' not in page]


@pytest.mark.parametrize("name", OFFICE)
def test_body_of_an_office_is_answered_or_refused(client, county, name):
    client.force_login(make_actor(county, "office").user)
    pk = [make_bulletin(county).pk] if name in {"bulletin_edit", "bulletin_check", "bulletin_publish"} else []
    if name in {"finding_dismiss", "finding_order"}:
        pk = [make_finding(county, make_unit(county, "department")).pk]
    if name in {"notice_publish", "notice_return", "notice_withdraw"}:
        pk = [make_notice(county, state="proposed").pk]
    try_all(client, reverse(name, args=pk), OFFICE[name])


@pytest.mark.parametrize("name", STEPS)
def test_body_of_a_step_of_an_order_is_answered_or_refused(client, county, name):
    state, role, good = STEPS[name]
    bureau = make_unit(county, "department")
    client.force_login(make_actor(county if role == "office" else bureau, role).user)
    order = make_order(county, bureau, state)
    for field in good:
        for bad in BAD:
            before = stored()
            answer = client.post(reverse("order_act", args=[order.pk, name]), good | {field: bad})
            assert answer.status_code in {302, 422}, (field, bad, answer.status_code)
            if answer.status_code == 302:  # it was another way of saying it
                order = make_order(county, bureau, state)
                continue
            assert stored() == before
            if is_refused(answer):
                assert unnamed(answer) == [], (field, bad)


@pytest.mark.parametrize("name", ACTS)
def test_body_of_an_act_on_a_recognition_is_answered_or_refused(client, county, name):
    state, role, good = ACTS[name]
    client.force_login(make_actor(county, role).user)
    over = {"until": THIS_WEEK.plus(-1).monday} if state == "over" else {}
    for field in good:
        for bad in BAD:
            held = make_recognition(county, make_unit(county, "department"), "open" if over else state, **over)
            made = Objection.every.create(recognition=held, mark="somebody", on=THIS_WEEK.monday, words="没有真减")
            made.answer, made.answered_by, made.answered_at = (
                ("查了", make_user(), NOW) if name != "answer" else ("", None, None)
            )
            made.save()
            before = stored()
            body = good | ({"answer-objection": str(made.pk)} if name == "answer" else {}) | {field: bad}
            answer = client.post(reverse("recognition_act", args=[held.pk, name]), body)
            assert answer.status_code in {302, 404, 422}, (field, bad, answer.status_code)
            if answer.status_code != 302:
                assert stored() == before
            if answer.status_code == 422 and name != "sign":  # that has no field
                assert unnamed(answer) == [], (field, bad)


@pytest.mark.parametrize("name", SYSADMIN)
def test_body_of_a_sysadmin_is_answered_or_refused(client, county, name):
    client.force_login(make_actor(county, "sysadmin").user)
    unit = county if name == "unit_add" else Unit.every.filter(parent=county).first()
    try_all(client, reverse(name, args=[unit.code]), SYSADMIN[name])


def test_body_of_the_api_is_answered_or_refused(client, county):
    client.force_login(make_actor(county, "office").user)
    good = API_EXPORT | {"unit": county.code}
    odd: tuple[Any, ...] = (*BAD, None, 7, -1, 1.5, True, [], {}, [["x"]], {"a": 1}, ["\0"])
    bodies: list[Any] = [[], 7, None, "x", {}, good | {"more": 1}]
    bodies += [good | {name: bad} for name in good for bad in odd]
    for body in bodies:
        before = stored()
        answer = client.post(reverse("api_exports"), json.dumps(body), content_type="application/json")
        assert answer.status_code in {202, 400, 404, 422}, (body, answer.status_code)
        if answer.status_code != 202:
            assert stored() == before
            said = answer.json()
            assert said["detail"] and said["code"], body
            named = {name.partition(".")[0] for name in said.get("errors", {})}
            assert named <= {*good, "more", "non_field_errors"}, (body, named)
    assert client.post(reverse("api_exports"), json.dumps(good), content_type="application/json").status_code == 202
    for text in ("{", "\0", "ÿ".encode("latin-1"), b""):
        answer = client.post(reverse("api_exports"), text, content_type="application/json")
        assert answer.status_code in {400, 422}, text

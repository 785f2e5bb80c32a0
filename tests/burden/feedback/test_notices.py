"""Notices: who may say what to whom, who sees it, what becomes of it."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from burden.accounts.roles import TRIO, Role
from burden.feedback.notices.models import AUDIENCE, TRANSITIONS, Act, Notice, State
from burden.feedback.notices.queries import news, notices, roots, waiting, written
from burden.feedback.notices.services import publish_notice, return_notice, withdraw_notice, write_notice
from burden.kit import clock
from burden.kit.errors import Conflict, Refused
from burden.ledger.models import AuditEvent
from burden.units.models import Kind, Unit
from tests.factories import NOW, make_actor, make_notice, make_unit

TODAY = dt.date(2026, 11, 24)
DAY = dt.timedelta(1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> dt.datetime:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return NOW


@pytest.fixture
def county() -> Unit:
    return make_unit(make_unit(level="city"), name="临溪县")


def write(by, root: Unit, **facts):
    said = {
        "title": "停电",
        "summary": "明天上午停电两小时。",
        "body": "",
        "kinds": [],
        "roles": [],
        "until": TODAY + DAY,
    }
    return write_notice(by=by, root=root, now=NOW, **said | facts)


# writing


def test_office_speaks_at_once_and_a_department_through_the_office(county: Unit) -> None:
    bureau = make_unit(county, "department")
    office, issuer, town = make_actor(county, "office"), make_actor(bureau, "issuer"), make_unit(county, "township")
    cadre = make_actor(town)
    assert write(office, county).state == State.PUBLISHED
    proposed = write(issuer, county, title="修路")
    assert proposed.state == State.PROPOSED
    assert [each.title for each in notices(cadre, TODAY)] == ["停电"]
    assert [each.title for each in waiting(office, NOW)] == ["修路"]
    publish_notice(by=office, notice=proposed, now=NOW)
    assert [each.title for each in notices(cadre, TODAY)] == ["修路", "停电"]
    assert waiting(office, NOW) == []
    whats = AuditEvent.objects.order_by("pk").values_list("what", flat=True)
    assert list(whats) == ["notice.written", "notice.written", "notice.published"]
    assert "停电" not in str(AuditEvent.objects.values_list("detail", flat=True))


def test_notice_from_above_reaches_all_below_counties_with_their_own_office_too(county: Unit) -> None:
    """发给“这个单位和下面的”: what is to be known at once is not sent on by hand; who is meant is chosen by kinds and roles."""
    city_office, county_office = make_actor(county.parent, "office"), make_actor(county, "office")
    cadre = make_actor(make_unit(county, "township"))
    write(city_office, county.parent, title="都收到")
    write(city_office, county.parent, title="只给机制办", roles=["office"])
    write(city_office, county.parent, title="只给街道", kinds=["street"])
    assert [each.title for each in notices(cadre, TODAY)] == ["都收到"]
    assert [each.title for each in notices(county_office, TODAY)] == ["只给机制办", "都收到"]
    assert not written(county_office).exists(), "what came from above is not theirs to take back"


@pytest.mark.parametrize("role", ["cadre", "lead", "reviewer", "observer"])
def test_nobody_else_writes(county: Unit, role: str) -> None:
    with pytest.raises(PermissionDenied):
        write(make_actor(county, role), county)


def test_department_speaks_in_its_remit_alone(county: Unit) -> None:
    issuer = make_actor(make_unit(county, "department"), "issuer")
    town, other = make_unit(county, "township"), make_unit(make_unit(level="city"))
    assert set(roots(issuer)) >= {county, town}
    for root in (other, county.parent, make_unit(town, "village")):
        with pytest.raises(Refused) as refused:
            write(issuer, root)
        assert refused.value.code == "notice.root"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"until": TODAY - DAY}, "notice.until"),
        ({"until": TODAY + DAY * 93}, "notice.until"),
        ({"title": ""}, "notice.title"),
        ({"title": "长" * 61}, "notice.title"),
        ({"summary": " "}, "notice.summary"),
        ({"summary": "两\n行"}, "notice.summary"),
        ({"body": "长" * 4_001}, "notice.body"),
        ({"kinds": ["planet"]}, "notice.kinds"),
        ({"roles": ["sysadmin"]}, "notice.roles"),
    ],
)
def test_notice_that_says_too_little_or_too_much_is_refused(county: Unit, facts: dict, code: str) -> None:
    with pytest.raises(Refused) as refused:
        write(make_actor(county, "office"), county, **facts)
    assert refused.value.code == code
    assert not Notice.every.exists()
    assert not AuditEvent.objects.exists()


# every state and act


def acted(act: str, by, notice: Notice):
    if act == Act.PUBLISH:
        return publish_notice(by=by, notice=notice, now=NOW)
    service = return_notice if act == Act.RETURN else withdraw_notice
    return service(by=by, notice=notice, reason="写错了", now=NOW)


@pytest.mark.parametrize(("state", "act"), [*product(State.values, Act.values)])
def test_every_act_in_every_state(county: Unit, state: str, act: str) -> None:
    office, notice = make_actor(county, "office"), make_notice(county, state=state)
    wanted = TRANSITIONS.get((state, act))
    if wanted is None:
        with pytest.raises(Conflict) as refused:
            acted(act, office, notice)
        assert refused.value.code == "notice.state"
        assert Notice.every.get().state == state
        assert not AuditEvent.objects.exists()
        return
    assert acted(act, office, notice).state == wanted
    assert Notice.every.get().state == wanted
    assert AuditEvent.objects.count() == 1
    with pytest.raises(Conflict):
        acted(act, office, notice)  # twice


@pytest.mark.parametrize("act", Act.values)
def test_writer_may_only_withdraw_and_others_nothing(county: Unit, act: str) -> None:
    bureau = make_unit(county, "department")
    notice = make_notice(bureau, county, state="proposed")
    issuer = make_actor(bureau, "issuer")
    if act == Act.WITHDRAW:
        assert acted(act, issuer, notice).state == State.WITHDRAWN
    else:
        with pytest.raises(PermissionDenied):
            acted(act, issuer, notice)
    seen = make_notice(county)
    with pytest.raises(PermissionDenied):
        acted(act, make_actor(county, "reviewer"), seen)  # who may read it
    with pytest.raises(Notice.DoesNotExist):
        acted(act, make_actor(make_unit(level="city"), "office"), seen)


def test_notice_of_a_past_day_is_not_published(county: Unit) -> None:
    notice = make_notice(county, state="proposed", until=TODAY - DAY)
    with pytest.raises(Refused) as refused:
        publish_notice(by=make_actor(county, "office"), notice=notice, now=NOW)
    assert refused.value.code == "notice.over"
    assert Notice.every.get().state == State.PROPOSED


@pytest.mark.parametrize("service", [return_notice, withdraw_notice])
def test_end_needs_a_reason(county: Unit, service) -> None:
    notice = make_notice(county, state="proposed")
    with pytest.raises(Refused) as refused:
        service(by=make_actor(county, "office"), notice=notice, reason=" ", now=NOW)
    assert refused.value.code == "notice.reason"
    assert Notice.every.get().state == State.PROPOSED


# who sees it


def test_notice_reaches_its_units_and_roles_alone(county: Unit) -> None:
    town, street = make_unit(county, "township"), make_unit(county, "township", kind="street")
    make_notice(county, roles=["lead"], kinds=["town"])
    sees = {
        (unit.kind, role): notices(make_actor(unit, role), TODAY).exists()
        for unit in (county, town, street)
        for role in ("cadre", "lead")
    }
    assert [key for key, seen in sees.items() if seen] == [("town", "lead")]


def test_notice_that_ran_out_or_was_withdrawn_is_gone(county: Unit) -> None:
    cadre = make_actor(make_unit(county, "township"))
    old = make_notice(county, until=TODAY - DAY)
    make_notice(county, state="withdrawn")
    make_notice(county, state="proposed")
    assert list(notices(cadre, TODAY)) == []
    assert list(notices(cadre, TODAY, old=True)) == [old]
    assert list(written(cadre)) == []


def test_what_waits_for_the_office_comes_before_what_was_sent_back(county: Unit) -> None:
    office = make_actor(county, "office")
    waits = make_notice(county, state="proposed", written_at=NOW - DAY * 9)
    back = make_notice(county, state="returned", written_at=NOW - DAY * 8)
    out = make_notice(county, written_at=NOW)
    assert list(written(office)) == [waits, out, back]


def test_news_are_of_the_last_days_and_nobody_notes_who_saw_them(county: Unit, client: Client) -> None:
    cadre = make_actor(make_unit(county, "township"))
    make_notice(county, title="新的")
    make_notice(county, title="早的", published_at=NOW - DAY * 8)
    assert [each.title for each in news(cadre, NOW)] == ["新的"]
    client.force_login(cadre.user)
    before = AuditEvent.objects.count()
    assert "通知：新的" in client.get("/week/").content.decode()
    assert client.get(f"/notices/{Notice.every.first().pk}/").status_code == 200
    assert AuditEvent.objects.count() == before


levels = st.sampled_from(["own", "above", "below", "beside"])


@settings(max_examples=30, deadline=None)
@given(
    root=levels,
    kinds=st.sets(st.sampled_from([Kind.TOWN, Kind.VILLAGE, Kind.DEPARTMENT, Kind.COUNTY])),
    roles=st.sets(st.sampled_from(AUDIENCE)),
    role=st.sampled_from(Role.values),
)
def test_reader_is_who_the_notice_names(root: str, kinds: set[str], roles: set[str], role: str) -> None:
    """Against what the words say: below the root, of a kind, in a role."""
    from django.db import transaction

    with transaction.atomic():
        top = make_unit(level="county")
        town = make_unit(top, "township")
        places = {"own": town, "above": top, "below": make_unit(town, "village"), "beside": make_unit(top, "township")}
        make_notice(top, places[root], kinds=list(kinds), roles=list(roles))
        reader = make_actor(town, role)
        meant = root in {"own", "above"} and (not kinds or "town" in kinds) and (not roles or role in roles)
        assert Notice.objects.meant_for(reader).exists() is (meant and role not in TRIO)
        transaction.set_rollback(True)


# the pages


def test_office_writes_publishes_and_withdraws_by_hand(county: Unit, client: Client) -> None:
    bureau = make_unit(county, "department", name="县供电公司")
    facts = {"title": "停电", "summary": "明天停电。", "root": county.code, "kinds": "town", "roles": "lead"}
    client.force_login(make_actor(bureau, "issuer").user)
    page = client.post("/notices/new/", facts | {"until": "2026-11-30"}, follow=True).content.decode()
    assert "送到机制办了" in page
    assert "待核发" in page
    notice = Notice.every.get()
    assert client.post(f"/notices/{notice.pk}/publish/").status_code == 403
    client.force_login(make_actor(county, "office").user)
    assert "县供电公司送来" in client.get("/todo/").content.decode()
    page = client.get(f"/notices/{notice.pk}/").content.decode()
    assert "镇" in page
    assert "单位负责人" in page
    client.post(f"/notices/{notice.pk}/publish/")
    again = client.post(f"/notices/{notice.pk}/publish/", follow=True).content.decode()
    assert "不能再核发" in again
    lead = make_actor(make_unit(county, "township"), "lead")
    client.force_login(lead.user)
    page = client.get("/notices/").content.decode()
    assert page.index("明天停电。") < page.index("县供电公司")
    assert "写通知" not in page
    client.force_login(make_actor(county, "office").user)
    assert client.post(f"/notices/{notice.pk}/withdraw/", {"reason": ""}).status_code == 422
    client.post(f"/notices/{notice.pk}/withdraw/", {"reason": "改期了"})
    client.force_login(lead.user)
    assert client.get(f"/notices/{notice.pk}/").status_code == 404


def test_form_says_what_is_wrong_and_stores_nothing(county: Unit, client: Client) -> None:
    client.force_login(make_actor(county, "office").user)
    foreign = make_unit(level="city")
    good = {"title": "停电", "summary": "明天停电。", "root": county.code, "until": "2026-11-30"}
    for bad in (
        {"root": foreign.code},
        {"until": "2020-01-01"},
        {"kinds": "planet"},
        {"roles": "auditor"},
        {"title": ""},
    ):
        answer = client.post("/notices/new/", good | bad)
        assert answer.status_code == 422, bad
        assert "errsum" in answer.content.decode()
    assert not Notice.every.exists()


@pytest.mark.parametrize("view", ["", "old", "ours"])
def test_queries_do_not_grow_with_the_list(county: Unit, client: Client, view: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(make_actor(county, "office").user)
    client.get("/notices/")

    def more() -> int:
        for until in (TODAY + DAY, TODAY - DAY):
            make_notice(make_unit(county, "department"), county, until=until)
        with CaptureQueriesContext(connection) as seen:
            client.get("/notices/", {"view": view})
        return len(seen)

    first = more()
    more()
    assert more() == first

"""Recognition: every act in every state and by every role; terms, objections, bylines, what is told to whom."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import pytest
import structlog
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.feedback.notices.models import Notice
from burden.kit import clock
from burden.kit.clock import DAY, WEEK
from burden.kit.errors import Conflict, Refused
from burden.kit.threads import links
from burden.ledger.models import AuditEvent
from burden.oversight import queries, services
from burden.oversight.models import Author, Objection, Recognition, RecognitionState
from burden.oversight.stages import STAGES
from tests.burden.oversight.praised import County
from tests.factories import NOW, make_actor, make_order, make_practice, make_recognition, make_unit, make_user

AFTER = NOW + 20 * DAY  # the term of make_recognition is over
ACTS: dict[str, tuple[Any, dict[str, Any], dt.datetime]] = {
    "announce": (services.announce_recognition, {}, NOW),
    "object": (services.object_to_recognition, {"words": "镇里还要自己留一份"}, NOW),
    "answer": (services.answer_objection, {"answer": "核实过，不查了"}, NOW),
    "recognise": (services.recognise, {"verdict": "算得清"}, AFTER),
    "decline": (services.decline_recognition, {"verdict": "还在要"}, AFTER),
    "publish": (services.publish_recognition, {}, AFTER),
    "withdraw": (services.withdraw_recognition, {"reason": "单位自己不要"}, NOW),
    "revoke": (services.revoke_recognition, {"reason": "又多了"}, AFTER),
}
LEADS = {  # where each pair leads; whatever is not here is refused
    ("nominated", "announce"): "open", ("open", "object"): "open", ("open", "answer"): "open", ("open", "recognise"): "recognised",
    ("open", "decline"): "declined", ("recognised", "publish"): "published", ("nominated", "withdraw"): "withdrawn",
    ("open", "withdraw"): "withdrawn", ("recognised", "revoke"): "revoked", ("published", "revoke"): "revoked",
}  # fmt: skip
KEEPERS, OFFICE = {"reviewer", "office"}, {"office"}
WHO = {
    "announce": OFFICE, "publish": OFFICE, "revoke": OFFICE, "answer": KEEPERS, "recognise": KEEPERS, "decline": KEEPERS,
    "withdraw": KEEPERS, "object": {"cadre", "lead", "issuer", "reviewer", "office", "observer"},
}  # fmt: skip


class Place:
    def __init__(self) -> None:
        self.city = make_unit(level="city")
        self.county = make_unit(self.city, "county")
        self.bureau = make_unit(self.county, "department")
        self.town = make_unit(self.county, "township")
        self.people = {
            role: make_actor(self.town if role in ("cadre", "lead") else self.county, role) for role in Role.values
        }
        self.office, self.reviewer, self.cadre = (self.people[role] for role in ("office", "reviewer", "cadre"))

    def held(self, state: str = "open", **facts: Any) -> Recognition:
        return make_recognition(self.county, self.bureau, state, **facts)

    def objection(self, held: Recognition, **facts: Any) -> Objection:
        return Objection.every.create(recognition=held, mark=make_user().pk, on=NOW.date(), words="没有真减", **facts)

    def do(self, name: str, held: Recognition, by: Actor | None = None, **facts: Any) -> Any:
        service, usual, now = ACTS[name]
        if name == "answer" and "objection" not in facts:
            facts["objection"] = self.objection(held).pk
        usual_by = self.cadre if name == "object" else self.office
        return service(by=by or usual_by, recognition=held, **{"now": now} | usual | facts)


@pytest.fixture
def place(db: None) -> Place:
    return Place()


def refusal(code: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.code == f"recognition.{code}")


# --- every pair ---


def test_table_is_what_these_tests_say() -> None:
    table = {
        (state.value, name): (stage.ends or state).value for name, stage in STAGES.items() for state in stage.starts
    }
    assert table == LEADS
    assert {name: {role.value for role in stage.roles} for name, stage in STAGES.items()} == WHO
    assert {*ACTS} == {*STAGES}


def test_every_act_in_every_state_leads_where_the_table_says_or_is_refused(place: Place) -> None:
    for state, name in product(RecognitionState.values, ACTS):
        held = place.held(state)
        hidden = name == "object" and state in ("nominated", "withdrawn")  # who may object does not know of it
        if (state, name) in LEADS:
            place.do(name, held)
            assert Recognition.every.get(pk=held.pk).state == LEADS[state, name], (state, name)
            events = AuditEvent.objects.filter(subject="recognition", subject_id=str(held.pk))
            assert [each.what for each in events] == [f"recognition.{name}"]
            continue
        with transaction.atomic(), pytest.raises(Recognition.DoesNotExist if hidden else Conflict) as caught:
            place.do(name, held)
        assert hidden or caught.value.code == "recognition.state", (state, name)
        assert Recognition.every.get(pk=held.pk).state == state
        assert not AuditEvent.objects.filter(subject="recognition", subject_id=str(held.pk)).exists()


def test_every_act_by_every_role(place: Place) -> None:
    for name, (role, person) in product(ACTS, place.people.items()):
        state = next(state for state, each in LEADS if each == name)
        held = place.held(state)
        if role in WHO[name]:
            place.do(name, held, by=person)
            continue
        with transaction.atomic(), pytest.raises((Refused, Recognition.DoesNotExist)) as caught:
            place.do(name, held, by=person)
        assert getattr(caught.value, "code", "recognition.role") == "recognition.role", (name, role)
        assert Recognition.every.get(pk=held.pk).state == state


def test_those_of_another_county_find_nothing(place: Place) -> None:
    other = make_unit(place.city, "county")
    held = place.held()
    for role, name in (("office", "withdraw"), ("cadre", "object")):
        with pytest.raises(Recognition.DoesNotExist):
            place.do(name, held, by=make_actor(other, role))


def test_city_reads_what_is_public_and_objects_to_nothing_below(place: Place) -> None:
    with refusal("role"):
        place.do("object", place.held(), by=make_actor(place.city, "lead"))


# --- nominated ---


def nominate(by: Actor, key: str, kind: str = "issuer", **facts: Any) -> Recognition:
    return services.nominate_recognition(by=by, kind=kind, key=key, now=NOW, **{"reason": "减得实，基层说得清"} | facts)


def test_nomination_keeps_the_reckoning_as_it_stood(db: None) -> None:
    county = County()
    county.cut()
    (found,) = county.candidates()
    held = nominate(county.reviewer, found.key)
    assert (held.state, held.subject, held.year_min) == ("nominated", county.bureau, 24_000)
    assert [line["minutes"] for line in held.reckoned["lines"]] == [12_000, 12_000, 6_000, 6_000, 6_000]
    with refusal("exists"), transaction.atomic():
        nominate(county.office, found.key)
    services.withdraw_recognition(by=county.office, recognition=held, reason="再看一季", now=NOW)
    assert nominate(county.office, found.key).pk != held.pk


def test_issuer_is_nominated_once_for_weeks_that_are_reckoned_again(db: None) -> None:
    """A new quarter has begun, of which twelve weeks were in the one before."""
    county = County()
    county.cut()
    key = county.candidates()[0].key
    held = nominate(county.reviewer, key)
    Recognition.every.filter(pk=held.pk).update(key=f"{county.bureau.pk}:2026Q3", nominated_at=NOW - 12 * WEEK)
    with refusal("exists"):
        nominate(county.office, key)
    assert queries.nominated(county.office, county.county, county.candidates(), NOW) == county.candidates()
    Recognition.every.filter(pk=held.pk).update(nominated_at=NOW - 13 * WEEK)
    assert nominate(county.office, key).pk != held.pk


def test_nobody_is_nominated_who_is_no_candidate(db: None) -> None:
    county = County(peers=7)
    county.cut()
    (left,) = county.left(county.bureau)
    with pytest.raises(Refused, match="同类单位不到 8 个"):
        nominate(county.reviewer, left.key)
    with refusal("candidate"):
        nominate(county.reviewer, "999999:2026Q4")
    assert not Recognition.every.exists()


def test_nominator_is_a_reviewer_and_not_of_the_unit_itself(db: None) -> None:
    county = County()
    county.cut()
    key = county.candidates()[0].key
    with pytest.raises(PermissionDenied):
        nominate(make_actor(county.county, "issuer"), key)
    both = make_actor(county.county, "reviewer")
    both = Actor(both.user, (*both.posts, *make_actor(county.bureau, "cadre", both.user).posts))
    with refusal("party"):
        nominate(both, key)
    with refusal("reason"):
        nominate(county.office, key, reason=" ")


# --- open to objections ---


def test_term_counts_working_days(place: Place) -> None:
    held = place.do("announce", place.held("nominated"))
    assert held.until == dt.date(2026, 12, 8)  # ten working days after Tuesday, 24 November
    for days in (4, 31, 0, "10"):
        with refusal("days"), transaction.atomic():
            place.do("announce", place.held("nominated"), days=days)


def test_objection_is_taken_until_the_last_day_and_once(place: Place) -> None:
    held = place.held()
    place.do("object", held, now=dt.datetime(2026, 12, 8, 15, 59, tzinfo=dt.UTC))
    with refusal("objected"), transaction.atomic():
        place.do("object", held)
    with refusal("late"):
        place.do("object", held, by=place.reviewer, now=dt.datetime(2026, 12, 8, 16, 1, tzinfo=dt.UTC))
    with refusal("words"):
        place.do("object", held, by=place.reviewer, words="")


def test_nobody_of_the_recognised_unit_objects_answers_or_decides(place: Place) -> None:
    held = place.held()
    with refusal("party"):
        place.do("object", held, by=make_actor(place.bureau, "cadre"))
    both = Actor(place.office.user, (*place.office.posts, *make_actor(place.bureau, "cadre", place.office.user).posts))
    for name in ("answer", "recognise", "decline"):
        with refusal("party"), transaction.atomic():
            place.do(name, held, by=both)


def test_who_objected_is_kept_nowhere(place: Place) -> None:
    held = place.held()
    with structlog.contextvars.bound_contextvars(request_id="3f2a"):
        made = place.do("object", held)
    stored = Objection.every.filter(pk=made.pk).values().get()
    assert place.cadre.user_id not in stored.values()
    event = AuditEvent.objects.get(what="recognition.object")
    assert (event.actor_id, event.actor_name, event.unit_id) == (None, "system", place.county.pk)
    assert (event.at, event.request_id) == (clock.midnight(clock.day_of(NOW)), "")  # neither leads to whoever was there
    assert [is_mine for _each, is_mine in queries.objections(place.cadre, held)] == [True]
    assert [is_mine for _each, is_mine in queries.objections(place.office, held)] == [False]


def test_objection_is_answered_once_and_by_another(place: Place) -> None:
    held = place.held()
    mine = place.do("object", held, by=place.reviewer)
    assert (acts_waiting(place.reviewer), acts_waiting(place.office)) == ([], ["答复异议"])
    with refusal("own_objection"):
        place.do("answer", held, by=place.reviewer, objection=mine.pk)
    place.do("answer", held, objection=mine.pk)
    with refusal("answered"):
        place.do("answer", held, objection=mine.pk)
    with pytest.raises(Objection.DoesNotExist):
        place.do("answer", place.held(), objection=mine.pk)


# --- decided ---


@pytest.mark.parametrize("name", ["recognise", "decline"])
def test_decision_waits_for_the_term_and_the_answers_and_another_person(place: Place, name: str) -> None:
    held = place.held(nominated_by=place.reviewer.user)
    with refusal("own"):
        place.do(name, held, by=place.reviewer)
    with refusal("early"):
        place.do(name, held, now=dt.datetime(2026, 12, 8, 15, 0, tzinfo=dt.UTC))
    objection = place.objection(held)
    with refusal("unanswered"):
        place.do(name, held)
    services.answer_objection(by=place.reviewer, recognition=held, objection=objection.pk, answer="查了", now=NOW)
    with refusal("verdict"):
        place.do(name, held, verdict="")
    done = place.do(name, held, now=dt.datetime(2026, 12, 8, 16, 30, tzinfo=dt.UTC))  # the day after, in Shanghai
    assert (done.decided_by, done.verdict) == (place.office.user, ACTS[name][1]["verdict"])


def test_database_refuses_a_nominator_who_decides(place: Place) -> None:
    held = place.held("recognised")
    with pytest.raises(IntegrityError), transaction.atomic():
        Recognition.every.filter(pk=held.pk).update(decided_by=held.nominated_by)


def test_publishing_tells_the_recognised(place: Place) -> None:
    place.do("publish", place.held("recognised"))
    notice = Notice.every.get()
    assert (notice.root, notice.state, notice.summary) == (
        place.bureau,
        "published",
        f"{place.bureau.name}：自己定的要求，比上年同期少",
    )
    cadre = make_actor(place.bureau, "cadre")
    assert list(Notice.objects.meant_for(cadre)) == [notice]
    assert not Notice.objects.meant_for(place.cadre).exists()


def test_publishing_tells_a_village_through_its_township(place: Place) -> None:
    village = make_unit(place.town, "village")
    made = make_practice(village, area=place.county, state="published")
    held = make_recognition(place.county, village, "recognised", kind="practice", practice=made, title=made.title)
    place.do("publish", held)
    assert Notice.every.get().root == place.town


# --- who wrote it ---


def written(place: Place, state: str = "open") -> tuple[Recognition, Actor]:
    writer = make_actor(place.town, "lead")
    made = make_practice(place.town, area=place.county, state="published", written_by=writer.user)
    held = make_recognition(place.county, place.town, state, kind="practice", practice=made, title=made.title)
    Author.every.create(recognition=held, person=writer.user)
    return held, writer


def test_author_is_named_by_the_own_choice_alone_and_may_take_it_back(place: Place) -> None:
    held, writer = written(place)
    assert queries.byline(place.cadre, held) == ([], 0)
    services.sign_byline(by=writer, recognition=held, now=NOW)
    assert queries.byline(place.cadre, held) == ([writer.name], 1)
    with refusal("signed"):
        services.sign_byline(by=writer, recognition=held, now=NOW)
    Recognition.every.filter(pk=held.pk).update(
        state="published", decided_by=place.office.user, decided_at=NOW, verdict="好", published_at=NOW
    )
    services.drop_byline(by=writer, recognition=held, now=NOW)
    assert queries.byline(place.cadre, held) == ([], 0)
    assert Author.every.get().signed_at is None
    with refusal("signed"):
        services.drop_byline(by=writer, recognition=held, now=NOW)


def test_byline_is_taken_back_from_another_county_too(place: Place) -> None:
    held, writer = written(place)
    services.sign_byline(by=writer, recognition=held, now=NOW)
    moved = make_actor(make_unit(place.city, "county"), "cadre")
    moved = Actor(writer.user, moved.posts)
    services.drop_byline(by=moved, recognition=held, now=NOW)
    assert queries.byline(place.cadre, held) == ([], 0)


def test_nobody_else_signs_and_nobody_names_another_in_public(place: Place) -> None:
    held, writer = written(place)
    with refusal("author"):
        services.sign_byline(by=place.office, recognition=held, now=NOW)
    colleague = make_actor(place.town, "cadre")
    with refusal("author"):
        services.name_author(by=colleague, recognition=held, person=colleague.user, now=NOW)
    services.name_author(by=writer, recognition=held, person=colleague.user, now=NOW)
    with refusal("named"):
        services.name_author(by=writer, recognition=held, person=colleague.user, now=NOW)
    assert queries.byline(writer, held) == ([], 0)
    assert list(Author.objects.visible_to(writer).values_list("person_id", flat=True)) == [writer.user_id]
    services.sign_byline(by=colleague, recognition=held, now=NOW)
    assert queries.byline(place.cadre, held)[0] == [colleague.name]
    with refusal("colleague"):
        services.name_author(by=writer, recognition=held, person=place.office.user, now=NOW)


@pytest.mark.parametrize("state", ["declined", "revoked"])
def test_nobody_signs_what_is_no_recognition(place: Place, state: str) -> None:
    held, writer = written(place, state)
    with refusal("state"):
        services.sign_byline(by=writer, recognition=held, now=NOW)


def test_nomination_of_a_practice_asks_its_author(db: None) -> None:
    county = County()
    writer = make_actor(county.towns[0], "lead")
    county.spread(written_by=writer.user)
    held = nominate(county.reviewer, county.candidates()[0].key, "practice")
    assert queries.own_authorship(writer, held) is not None
    services.announce_recognition(by=county.office, recognition=held, now=NOW)
    assert [(each.kind, each.act) for each in queries.waiting(writer, NOW)] == [("表扬", "看一看")]


# --- what waits, what belongs together ---


def acts_waiting(actor: Actor, now: dt.datetime = NOW) -> list[str]:
    return [str(each.act) for each in queries.waiting(actor, now)]


def test_what_waits_for_whom(place: Place) -> None:
    held = place.held("nominated", nominated_by=place.reviewer.user)
    assert (acts_waiting(place.office), acts_waiting(place.reviewer)) == (["公示"], [])
    services.announce_recognition(by=place.office, recognition=held, now=NOW)
    assert (acts_waiting(place.office), acts_waiting(place.reviewer)) == ([], [])
    place.objection(held)
    assert (acts_waiting(place.office), acts_waiting(place.reviewer)) == (["答复异议"], ["答复异议"])
    services.answer_objection(
        by=place.office, recognition=held, objection=Objection.every.get().pk, answer="查了", now=NOW
    )
    assert (acts_waiting(place.office, AFTER), acts_waiting(place.reviewer, AFTER)) == (["定"], [])
    services.recognise(by=place.office, recognition=held, verdict="好", now=AFTER)
    assert (acts_waiting(place.office, AFTER), acts_waiting(place.reviewer, AFTER)) == (["公布"], [])
    services.publish_recognition(by=place.office, recognition=held, now=AFTER)
    assert acts_waiting(place.office, AFTER) == []


@pytest.mark.parametrize("state", ["recognised", "published"])
@pytest.mark.parametrize(("outcome", "act"), [("same", "撤销"), ("more", "撤销"), ("less", None)])
def test_what_did_not_last_waits_to_be_revoked(place: Place, state: str, outcome: str, act: str | None) -> None:
    """The page of fairness promises that a recognition whose burden came back is revoked."""
    order = make_order(place.county, place.bureau, "looked", outcome=outcome)
    place.held(state, kind="order", order=order)
    usual = {"recognised": ["公布"], "published": []}[state]
    assert acts_waiting(place.office, AFTER) == ([act] if act else usual)


def test_thread_leads_both_ways(db: None) -> None:
    county = County()
    order = county.order()
    held = nominate(county.reviewer, str(order.pk), "order")
    services.announce_recognition(by=county.office, recognition=held, now=NOW)
    found = {str(each.kind): each.url for each in links(county.office, "recognition", held.pk)}
    assert found == {"督办单": f"/oversight/orders/{order.pk}/", "下达单位": f"/issued/{county.bureau.code}/"}
    for kind, key in (("order", order.pk), ("issuer", county.bureau.pk)):
        assert f"/recognition/{held.pk}/" in [each.url for each in links(county.office, kind, key)]
    stranger = make_actor(make_unit(county.city, "county"), "office")
    assert links(stranger, "recognition", held.pk) == []

"""The states of an adaptation: every state and act, by every role; what is asked wrongly; what an approval does."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest

from burden.accounts.roles import Role
from burden.demands import services as demands
from burden.demands.adaptations import queries, services
from burden.demands.adaptations.models import TRANSITIONS, UNSENT, Act, Adaptation, State
from burden.demands.adaptations.reading import covered
from burden.demands.models import Target
from burden.kit.errors import Conflict, Refused
from burden.ledger.models import AuditEvent
from burden.standards.rules.book import rulebook
from tests.factories import (
    NOW,
    THIS_WEEK,
    make_actor,
    make_adaptation,
    make_demand,
    make_entry,
    make_return,
    make_target,
    make_unit,
)

DATES = {"from_week": THIS_WEEK.monday, "until": THIS_WEEK.plus(12).sunday}
SAID = {"kind": "receivers", "whom": "unit", "change": "不再报", "reason": "没有林地"} | DATES


class Place:
    """A county with an office, a bureau that asks weekly, and three townships, two of them in the mountains."""

    def __init__(self) -> None:
        self.county = make_unit()
        self.office = make_actor(self.county, "office")
        self.bureau = make_unit(self.county, "department")
        self.towns = [make_unit(self.county, "township", traits=traits) for traits in (["山区"], ["山区"], [])]
        self.lead = make_actor(self.towns[0], "lead")
        self.demand = self.weekly("防火巡查周报")

    def weekly(self, title, **facts):
        facts = {"frequency": "weekly", "first_on": THIS_WEEK.monday, "until": THIS_WEEK.plus(12).sunday} | facts
        made = make_demand(self.bureau, title=title, people=1, minutes=60, **facts)
        for town in self.towns:
            for week in range(13):
                make_target(made, town, THIS_WEEK.plus(week))
        return made

    def ask(self, by=None, **said):
        facts = {"unit": self.towns[0], "demand": self.demand} | SAID | said
        return services.request_adaptation(by=by or self.lead, now=NOW, **facts)

    def approve(self, one, by=None, **said):
        facts = {"note": ""} | DATES | said
        return services.approve_adaptation(by=by or self.office, adaptation=one, now=NOW, **facts)

    def weeks(self, town):
        return Target.every.filter(demand=self.demand, unit=town).count()


@pytest.fixture
def place(db):
    return Place()


def act_on(place, one, act, by):
    """Do an act as it is done, and return the row."""
    told = {"by": by, "adaptation": one, "now": NOW}
    if act in (Act.KEEP, Act.SUBMIT):  # of what the writer keeps
        words = {"unit": one.unit, "demand": one.demand}
        if act == Act.SUBMIT:
            return place.ask(by, draft=one, **words)
        if one.state in (State.DRAFT, State.RETURNED):
            return services.keep_request(by=by, rule=None, draft=one, kept={"reason": "还没写完"}, now=NOW, **words)
        return services.keep_decision(kept={"note": "再想想"}, **told)
    if act == Act.OPINE:
        Adaptation.every.filter(pk=one.pk).update(opinion_of=place.bureau, opinion_asked_at=NOW)
        return services.give_opinion(opinion="agree", words="", **told)
    if act in (Act.APPROVE, Act.PARTLY):
        less = {"frequency": "monthly", "change": "每月一次"} if act == Act.PARTLY else None
        return place.approve(one, by, less=less, note="林地少的才免")
    do = {
        Act.REFUSE: services.refuse_adaptation,
        Act.WITHDRAW: services.withdraw_adaptation,
        Act.RETURN: services.return_adaptation,
    }.get(act)
    return do(note="说明", **told) if do else services.ask_opinion(**told)


def actor_for(place, one, act):
    """Return who does an act: the writer of what is not sent, the department, else the office."""
    if act == Act.OPINE:
        return make_actor(place.bureau, "issuer")
    return place.lead if one.state in UNSENT or act == Act.SUBMIT else place.office


@pytest.mark.parametrize(("state", "act"), list(product(State, Act)))
def test_every_state_takes_the_acts_of_its_table_and_no_other(place, state, act):
    facts = {"state": state, "requested_by": place.lead.user, "until": DATES["until"]}
    one = make_adaptation(place.towns[0], place.demand, area=place.county, **facts)
    by = actor_for(place, one, act)
    if (state, act) in TRANSITIONS:
        after = act_on(place, one, act, by)
        assert (after.pk, after.state) == (one.pk, TRANSITIONS[state, act])
        if act != Act.KEEP:
            with pytest.raises(Conflict):  # not twice
                act_on(place, one, Act.APPROVE if act == Act.WITHDRAW else act, by)
        return
    with pytest.raises((Conflict, Refused)) as refused:
        act_on(place, one, act, by)
    assert refused.value.code in ("adaptation.state", "adaptation.office")  # what is unsent is nobody's to decide
    assert Adaptation.every.get(pk=one.pk).state == state
    assert not AuditEvent.objects.filter(subject="adaptation").exists()


@pytest.mark.parametrize("act", Act)
def test_what_is_over_takes_no_act(place, act):
    facts = {"from_week": THIS_WEEK.plus(-9).monday, "until": THIS_WEEK.plus(-1).sunday}
    one = make_adaptation(place.towns[0], place.demand, area=place.county, state="approved", **facts)
    with pytest.raises(Conflict, match="已经到期"):
        act_on(place, one, act, actor_for(place, one, act))


@pytest.mark.parametrize(("role", "act"), list(product(Role, Act)))
def test_each_role_does_what_is_its_own(place, role, act):
    one = place.ask()
    if act == Act.SUBMIT:
        Adaptation.every.filter(pk=one.pk).update(state=State.RETURNED)
    below = {Role.LEAD: place.towns[0], Role.CADRE: place.towns[0], Role.ISSUER: place.bureau}
    actor = make_actor(below.get(role, place.county), role)
    own = {
        Role.LEAD: (Act.WITHDRAW, Act.SUBMIT),
        Role.ISSUER: (Act.OPINE,),
        Role.OFFICE: [a for a in Act if a != Act.OPINE],
    }
    if act in own.get(role, ()):
        assert act_on(place, one, act, actor).state == TRANSITIONS[Adaptation.every.get(pk=one.pk).state and (
            State.RETURNED if act == Act.SUBMIT else State.REQUESTED), act]  # fmt: skip
        return
    with pytest.raises((Refused, Adaptation.DoesNotExist)):
        act_on(place, one, act, actor)
    assert Adaptation.every.get(pk=one.pk).state in (State.REQUESTED, State.RETURNED)


# granted in part


@pytest.mark.parametrize(
    ("said", "less", "asked"),
    [
        ({"until": THIS_WEEK.plus(5).sunday}, None, {"until": str(DATES["until"])}),
        ({"from_week": THIS_WEEK.plus(1).monday}, {}, {"from_week": str(DATES["from_week"])}),
        ({}, {"frequency": "monthly", "change": "每月"}, {"kind": "receivers", "frequency": "", "change": "不再报"}),
        ({}, {"whom": "unit"}, {"whom": "trait"}),
    ],
)
def test_part_is_granted_and_what_was_asked_is_kept_beside(place, said, less, asked):
    whom = {"whom": "trait", "trait": "山区"} if "whom" in asked else {}
    with pytest.raises(Refused, match="附加条件和理由"):  # and why
        place.approve(place.ask(**whom), less=less, **said)
    one = Adaptation.every.get()
    held = place.approve(one, less=less, note="先试一段", **said)
    assert (held.asked, held.standing) == (asked, "部分同意")
    held.refresh_from_db()
    assert held.state == State.APPROVED
    left = {"from_week": 1, "until": 7, "kind": 4, "whom": 0}[min(asked, key=lambda name: name != "kind")]
    assert place.weeks(place.towns[0]) == left
    assert place.weeks(place.towns[1]) == 13


@pytest.mark.parametrize(
    ("less", "said", "code"),
    [
        (None, {"until": THIS_WEEK.plus(13).sunday}, "more"),
        ({}, {}, "same"),
        ({"frequency": "weekly", "change": "每周"}, {}, "frequency"),
        ({"frequency": "monthly"}, {}, "text"),
        ({"threshold": "300", "change": "五小时"}, {}, "threshold"),
    ],
)
def test_more_than_was_asked_or_nothing_else_is_refused(place, less, said, code):
    one = place.ask()
    with pytest.raises(Refused) as refused:
        place.approve(one, less=less, note="说明", **said)
    assert refused.value.code == f"adaptation.{code}"
    assert Adaptation.every.get().state == State.REQUESTED


def test_other_units_and_a_wider_bound_are_more_than_was_asked(place):
    soft = rulebook().of("MTG-LENGTH", NOW.date(), place.county.path)
    one = place.ask(demand=None, kind="rule", rule=soft, threshold="300")
    for less, code in (({"threshold": "301"}, "more"), ({"whom": "kind"}, "more"), ({"threshold": "多"}, "threshold")):
        with pytest.raises(Refused) as refused:
            place.approve(one, less=less | {"change": "改"}, note="说明")
        assert refused.value.code == f"adaptation.{code}"
    held = place.approve(one, less={"threshold": "240", "change": "可以开四小时"}, note="四小时够了")
    assert (held.threshold, held.asked["threshold"]) == ("240", "300")


def test_week_that_began_while_it_waited_takes_nothing_away(place):
    one = make_adaptation(
        place.towns[0], place.demand, area=place.county, from_week=THIS_WEEK.plus(-1).monday, until=DATES["until"]
    )
    assert place.approve(one).asked == {}


# kept, sent back, spoken of


def test_draft_is_its_writers_alone_until_it_is_sent(place):
    of = {"unit": place.towns[0], "demand": place.demand, "rule": None, "draft": None}
    one = services.keep_request(by=place.lead, kept={"reason": "没有林地" * 200}, now=NOW, **of)
    assert (one.state, len(one.kept["reason"])) == (State.DRAFT, 300)
    assert (
        services.keep_request(by=place.lead, kept={"reason": "没有林地"}, now=NOW, **of).pk == one.pk
    )  # one of a thing
    for other in (place.office, make_actor(place.towns[0], "lead"), make_actor(place.bureau, "issuer")):
        assert not Adaptation.objects.visible_to(other).exists()
    sent = place.ask(draft=one)
    assert (sent.pk, sent.state, sent.kept, sent.reason) == (one.pk, State.REQUESTED, {}, "没有林地")
    assert Adaptation.objects.visible_to(place.office).get() == sent
    back = services.return_adaptation(by=place.office, adaptation=sent, note="缺面积", now=NOW)
    another = make_demand(make_unit(place.county, "department"))
    with pytest.raises(Refused, match="调的不是这一项"):
        place.ask(draft=back, demand=another)
    with pytest.raises(Refused, match="只有本单位负责人"):
        services.keep_request(by=make_actor(place.towns[1], "lead"), kept={}, now=NOW, **of)


def test_draft_that_is_given_up_leaves_no_word(place):
    of = {"unit": place.towns[0], "demand": place.demand, "rule": None, "draft": None}
    one = services.keep_request(by=place.lead, kept={"reason": "没有林地"}, now=NOW, **of)
    gone = services.withdraw_adaptation(by=place.lead, adaptation=one, note="", now=NOW)
    assert (gone.state, gone.kept, gone.reason) == (State.WITHDRAWN, {}, "")
    assert not queries.tab(place.lead, "not", NOW.date()).exists()


def test_lead_department_says_once_what_it_thinks(place):
    one, bureau = place.ask(), make_actor(place.bureau, "issuer")
    say = {"by": bureau, "adaptation": one, "now": NOW}
    with pytest.raises(Refused, match="没有请你们单位"):
        services.give_opinion(opinion="agree", words="", **say)
    services.ask_opinion(by=place.office, adaptation=one, now=NOW)
    assert [each.due for each in queries.waiting(bureau, NOW)] == [dt.date(2026, 11, 27)]
    with pytest.raises(Conflict, match="已经请"):
        services.ask_opinion(by=place.office, adaptation=one, now=NOW)
    for opinion, words, code in (("maybe", "", "opinion"), ("condition", " ", "text"), ("disagree", "", "text")):
        with pytest.raises(Refused) as refused:
            services.give_opinion(opinion=opinion, words=words, **say)
        assert refused.value.code == f"adaptation.{code}"
    other = make_actor(make_unit(place.county, "department"), "issuer")
    with pytest.raises((Refused, Adaptation.DoesNotExist)):
        services.give_opinion(opinion="agree", words="", **say | {"by": other})
    said = services.give_opinion(opinion="condition", words="清明前后照常报", **say)
    assert (said.opinion, said.opinion_words, said.state) == ("condition", "清明前后照常报", State.REQUESTED)
    assert queries.waiting(bureau, NOW) == []
    with pytest.raises(Conflict, match="已经提过"):
        services.give_opinion(opinion="agree", words="", **say)
    assert place.approve(one).state == State.APPROVED


def test_rule_has_no_lead_department_to_ask(place):
    soft = rulebook().of("MTG-LENGTH", NOW.date(), place.county.path)
    one = place.ask(demand=None, kind="rule", rule=soft)
    assert not services.may_ask_opinion(by=place.office, adaptation=one)
    with pytest.raises(Refused, match="没有牵头部门"):
        services.ask_opinion(by=place.office, adaptation=one, now=NOW)


def test_nobody_approves_the_own_request(place):
    one = place.ask(place.office)
    for act in (Act.APPROVE, Act.REFUSE):
        with pytest.raises(Refused, match="自己提的不能自己批"):
            act_on(place, one, act, place.office)
    assert place.approve(one, make_actor(place.county, "office")).state == State.APPROVED


def test_office_of_a_township_or_of_another_county_decides_nothing(place):
    one = place.ask()
    with pytest.raises(Refused, match="县里或更上级"):
        place.approve(one, make_actor(place.towns[0], "office"))
    with pytest.raises(Adaptation.DoesNotExist):
        place.approve(one, make_actor(make_unit(), "office"))


def test_what_a_higher_level_asks_is_decided_above(place):
    above = make_demand(make_unit(level="department"), title="省里的月报")
    one = place.ask(demand=above)
    with pytest.raises(Refused, match="要由上级机制办决定"):
        place.approve(one)


def test_approval_takes_what_nobody_answered_out_of_the_weeks(place):
    answered = Target.every.get(demand=place.demand, unit=place.towns[0], week=THIS_WEEK.monday)
    cadre = make_actor(place.towns[0])
    make_entry(make_return(cadre.user, place.towns[0], THIS_WEEK), target=answered)
    place.approve(place.ask())
    assert [place.weeks(town) for town in place.towns] == [1, 13, 13]
    assert AuditEvent.objects.get(what="adaptation.approved").detail["targets"] == 12


def test_rarer_frequency_leaves_the_first_of_each_month(place):
    place.approve(place.ask(kind="frequency", frequency="monthly", change="每月一次", whom="trait", trait="山区"))
    days = Target.every.filter(demand=place.demand, unit=place.towns[1]).values_list("due_on", flat=True)
    assert len({(day.year, day.month) for day in days}) == len(days) == 4
    assert [place.weeks(town) for town in place.towns] == [4, 4, 13]


def test_group_covers_what_it_says_within_the_county(place):
    make_unit(make_unit(), "township", traits=["山区"])
    make_unit(place.county, "village")
    kinds = {"unit": place.towns[:1], "kind": place.towns, "trait": place.towns[:2]}
    for whom, towns in kinds.items():
        one = place.ask(whom=whom, trait="山区" if whom == "trait" else "", change=whom)
        assert list(covered(one).order_by("pk")) == towns
        services.withdraw_adaptation(by=place.lead, adaptation=one, note="试", now=NOW)


def test_next_round_of_the_same_title_leaves_out_whom_it_excuses(place):
    place.approve(place.ask())
    issuer = make_actor(place.bureau, "issuer")
    facts = {"issued_at": None, "first_on": THIS_WEEK.plus(1).monday, "receivers": {"levels": ["township"]}}
    draft = make_demand(place.bureau, title="2026年防火巡查周报", state="draft", minutes=60, frequency="once", **facts)
    choice = {"chosen": "original", "reason": "要的", "answers": {}}
    out = demands.issue(by=issuer, demand=draft, now=NOW, **choice)
    assert set(Target.every.filter(demand=out).values_list("unit", flat=True)) == {town.pk for town in place.towns[1:]}
    assert place.approve(place.ask(unit=place.towns[0], kind="form", change="换张表")).state == State.APPROVED


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"from_week": THIS_WEEK.monday + dt.timedelta(days=1)}, "dates"),
        ({"from_week": THIS_WEEK.plus(-1).monday}, "dates"),
        ({"until": THIS_WEEK.plus(-1).monday}, "dates"),
        ({"until": THIS_WEEK.plus(200).sunday}, "dates"),
        ({"reason": " "}, "text"),
        ({"change": "长" * 201}, "text"),
        ({"kind": "frequency", "frequency": "weekly"}, "frequency"),
        ({"kind": "frequency", "frequency": ""}, "frequency"),
        ({"whom": "trait", "trait": "边境"}, "trait"),
        ({"kind": "way"}, "what"),
        ({"demand": None}, "what"),
        ({"kind": "rule"}, "what"),
    ],
    ids=str,
)
def test_request_that_is_wrong_is_refused_and_nothing_kept(place, said, code):
    with pytest.raises(Refused) as refused:
        place.ask(**said)
    assert refused.value.code == f"adaptation.{code}"
    assert refused.value.errors
    assert not Adaptation.every.exists()


def test_hard_rule_is_not_varied_and_a_soft_one_is(place):
    book = rulebook()
    hard, soft = (book.of(code, NOW.date(), place.county.path) for code in ("MTG-SPEECH", "MTG-LENGTH"))
    facts = {"demand": None, "kind": "rule"}
    with pytest.raises(Refused, match="一律、不得的规定不能调"):
        place.ask(rule=hard, **facts)
    with pytest.raises(Refused, match="不是数字"):
        place.ask(rule=soft, threshold="半天", **facts)
    assert place.ask(rule=soft, threshold="300", **facts).rule_code == "MTG-LENGTH"


def test_withdrawn_demand_and_a_second_request_are_refused(place):
    gone = make_demand(place.bureau, title="撤了的表", state="withdrawn", withdrawn_at=NOW)
    with pytest.raises(Refused, match="已经撤回"):
        place.ask(demand=gone)
    place.ask()
    with pytest.raises(Conflict, match="已经有一项同样的申请"):
        place.ask()


def test_only_the_own_lead_or_the_office_above_asks(place):
    for actor in (make_actor(place.towns[1], "lead"), make_actor(place.towns[0]), make_actor(make_unit(), "office")):
        with pytest.raises(Refused, match="只有本单位负责人"):
            place.ask(actor)

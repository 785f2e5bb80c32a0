"""What the demo county's office did about it: one ledger asked three times in fourteen days, found, ordered withdrawn, confirmed and
saved; and twenty other orders at every step. Written through the services, after the sums are counted: they are what is frozen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from burden.accounts.actor import Actor, actor_of
from burden.accounts.models import Post, User
from burden.accounts.roles import Role
from burden.demands.models import Demand
from burden.demands.services import withdraw
from burden.demo import story
from burden.demo.places import COUNTY
from burden.kit import clock
from burden.kit.clock import DAY
from burden.kit.errors import Refused
from burden.kit.reading import bare
from burden.oversight import saved, seen, services
from burden.oversight.models import Finding, Order, Outcome, RecognitionKind, ReliefAsked, Requirement, Source
from burden.standards.models import Rule
from burden.standards.rules.book import rulebook
from burden.standards.workdays import workdays
from burden.units.models import Unit

ISSUE = {
    "form": "《{title}》同一内容重复索要", "meeting": "{title}要求乡镇主要负责同志参会", "document": "《{title}》要求再报贯彻情况",
    "inspection": "{title}没有列入年度计划", "other": "{title}靠截图拍照留痕",
}  # fmt: skip
WANTED = {
    "form": ("合并成一张，按月报送", "已有字段从平台引用，不再由乡镇填写"), "meeting": ("改为分管同志参会", "能开视频会的不再集中开"),
    "document": ("不再另报贯彻情况",), "inspection": ("并入年度综合检查，不再单独组织", "不再要书面材料"), "other": ("取消截图拍照要求",),
}  # fmt: skip
SAID = "已经照办，平台上可以查到"


@dataclass(frozen=True)
class Told:
    """One order of the story of a year: who asked what, how far it got, and how many days ago it was opened."""

    issuer: str
    category: str
    stage: str
    ago: int


ORDERS = (  # the oldest first
    Told("县委组织部", "inspection", "looked", 160), Told("县统计局", "form", "looked", 140), Told("县公安局", "meeting", "closed", 76),
    Told("县自然资源局", "form", "closed", 62), Told("县水利局", "document", "cancelled", 40), Told("县林业局", "other", "done", 30),
    Told("县教育局", "document", "done", 26), Told("县卫生健康局", "inspection", "returned", 18), Told("县应急管理局", "meeting", "answered", 16),
    Told("县市场监管局", "inspection", "working", 16), Told("县医保局", "form", "answered", 8), Told("县民政局", "form", "partly", 13),
    Told("县住建局", "document", "working", 10), Told("县生态环境局", "form", "extension", 9), Told("县委政法委", "other", "working", 6),
    Told("县人社局", "form", "sent", 5), Told("县委宣传部", "document", "sent", 4), Told("县委办公室", "inspection", "draft", 6),
    Told("县财政局", "form", "draft", 2), Told("县文化旅游局", "document", "draft", 1),
)  # fmt: skip
FOUND = (
    ("县政府办公室", "document", 3),
    ("县信访局", "form", 1),
)  # findings that wait for an order; one more is dismissed


class Office:
    """The people of the story, and the days on which they act."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self.county = Unit.every.get(code=COUNTY[0])
        self.office, self.reviewer = (self.account(name) for name in ("office", "reviewer"))

    def account(self, username: str) -> Actor:
        """Return one of the demo accounts as who acts."""
        found = actor_of(User.objects.get(username=username), self.now)
        assert found is not None
        return found

    def issuer(self, unit: Unit) -> Actor:
        """Let somebody who works there act for an issuer: only one of them has an account of the demo."""
        return self._at(unit, Role.ISSUER)

    def receiver(self, unit_id: int) -> Actor:
        return self._at(Unit.every.get(pk=unit_id), Role.CADRE)

    def _at(self, unit: Unit, role: Role) -> Actor:
        post = Post.objects.filter(unit=unit, role=Role.CADRE).select_related("user").order_by("pk").first()
        assert post is not None
        return Actor(post.user, (Post(user=post.user, unit=unit, role=role),))

    def ago(self, days: int) -> dt.datetime:
        """Return an instant of a weekday, so many days ago or a little more."""
        at = self.now - days * DAY
        return at - max(0, clock.day_of(at).isoweekday() - 5) * DAY

    def ripe(self, order: Order, ago: int) -> dt.datetime:
        """Return such an instant, or where what an order waits for comes later the day on which it comes."""
        at = self.ago(ago)
        return at + max(0, ((order.ripe_on or clock.day_of(at)) - clock.day_of(at)).days) * DAY

    def rule(self, category: str) -> list[Rule]:
        """Return a rule in force of a category, to cite."""
        held = rulebook().on(clock.day_of(self.now), self.county.path)
        return [rule for rule in held if rule.category == category][:1]


@transaction.atomic
def order(*, now: dt.datetime) -> None:
    """Write the story's order and the others, all or none; nothing where there are some already."""
    office = Office(now)
    if Order.objects.visible_to(office.office).exists():
        return
    told = {each.name: each for each in Unit.every.filter(parent=office.county, level="department")}
    for each in sorted((*ORDERS, Told(story.BUREAU, "form", "story", story.OPENED)), key=lambda one: -one.ago):
        if each.stage == "story":
            _story(office, told[story.BUREAU])
        else:
            _other(office, told[each.issuer], each)
    for issuer, category, ago in FOUND:
        _find(office, told[issuer], category, office.ago(ago))
    dismissed = _find(office, told["县司法局"], "form", office.ago(12))
    if dismissed:
        services.dismiss_finding(
            by=office.reviewer,
            finding=dismissed,
            why="reason",
            reason="普法季每年只有这一次，省里统一布置",
            now=office.ago(11),
        )


def _find(office: Office, issuer: Unit, category: str, at: dt.datetime) -> Finding | None:
    """Raise a finding about the newest demand of an issuer and category; None where there is none."""
    out = Demand.objects.visible_to(office.reviewer).filter(issuer=issuer, category=category, issued_at__lt=at)
    demand = out.order_by("-issued_at", "-pk").first()
    if demand is None:
        return None
    rows, person_min = seen.asked(issuer_id=issuer.pk, titles=[demand.title], now=at)
    rules = office.rule(category)
    return services.raise_finding(
        by=office.reviewer, issuer=issuer, source=Source.RULE if rules else Source.HAND,
        source_key=f"{demand.pk}:{rules[0].code}" if rules else "", demand=demand, category=category,
        title=ISSUE[category].format(title=bare(demand.title)), titles=[demand.title],
        seen=seen.frozen(now=at, rows=rows, rules=rules), person_min=person_min, now=at,
    )  # fmt: skip


def _open(office: Office, found: Finding, wanted: Sequence[str], at: dt.datetime, days: int = 7) -> Order:
    return services.open_order(
        by=office.reviewer, finding=found, title=found.title, requirements=wanted, standard="每一条都核实，基层复核确有减少",
        days=days, now=at,
    )  # fmt: skip


def _other(office: Office, issuer: Unit, told: Told) -> None:
    """Take one order as far as it got: opened, sent the next day, answered within a week."""
    found = _find(office, issuer, told.category, office.ago(told.ago))
    if found is None:
        return
    opened = _open(office, found, WANTED[told.category], office.ago(told.ago))
    if told.stage == "draft":
        return
    services.send_order(by=office.office, order=opened, now=office.ago(told.ago - 1))
    if told.stage == "sent":
        return
    by = office.issuer(issuer)
    services.sign_order(by=by, order=opened, responsible="分管负责人", section="办公室", now=office.ago(told.ago - 2))
    if told.stage == "working":
        return
    if told.stage == "cancelled":
        services.cancel_order(
            by=office.office, order=opened, reason="这一项下达方已经自己撤回", now=office.ago(told.ago - 4)
        )
        return
    if told.stage == "extension":
        until = workdays().after(opened.due_on or clock.day_of(office.now), 12)
        services.extend_order(
            by=by, order=opened, until=until, reason="要等市局统一调整报送口径", now=office.ago(told.ago - 5)
        )
        return
    _answer(office, by, opened, told)


def _answer(office: Office, by: Actor, opened: Order, told: Told) -> None:
    numbers = [
        each.number for each in Requirement.objects.visible_to(office.office).filter(order=opened).order_by("number")
    ]
    answered = numbers[:1] if told.stage == "partly" else numbers
    at = told.ago - 6
    services.answer_order(by=by, order=opened, answers=dict.fromkeys(answered, SAID), now=office.ago(at))
    if told.stage == "answered":
        return
    services.verify_requirements(by=office.reviewer, order=opened, numbers=answered[:1], now=office.ago(at - 1))
    if told.stage == "partly":
        return
    if told.stage == "returned":
        services.return_order(
            by=office.reviewer, order=opened, reason="基层复核显示还在要", days=5, now=office.ago(at - 2)
        )
        return
    if numbers[1:]:
        services.verify_requirements(by=office.reviewer, order=opened, numbers=numbers[1:], now=office.ago(at - 2))
    _finish(office, opened, told.stage, at - 2)


def _finish(office: Office, opened: Order, stage: str, ago: int) -> None:
    """Finish an order, strike it off when enough weeks are closed, and look at it again thirty days later."""
    opened = services.finish_order(by=office.office, order=opened, now=office.ago(ago))
    if stage == "done":
        return
    came = saved.by_order(opened, office.ago(ago - 36)).year_min
    _confirm(office, opened, office.ago(ago - 1), has_less=came is not None and came > 0)
    closed = services.close_order(by=office.office, order=opened, now=office.ripe(opened, ago - 36))
    if stage == "looked":
        outcome, note = _looked(closed.saved_min)
        at = office.ripe(closed, ago - 70)
        services.look_back(by=office.reviewer, order=opened, outcome=outcome, note=note, now=at)


def _looked(saved_min: int | None) -> tuple[Outcome, str]:
    """Return what looking back finds, and by what: as what was reckoned says."""
    if saved_min is not None and saved_min > 0:
        return Outcome.LESS, "走访三个乡镇，没有再要"
    if saved_min is not None and saved_min < 0:
        return Outcome.MORE, "走访三个乡镇，两个说换了名目还在要；时间也比立项前多"
    return Outcome.SAME, "走访三个乡镇，都说和以前差不多"


def _confirm(office: Office, opened: Order, at: dt.datetime, *, has_less: bool) -> None:
    """Let most of the units that were asked say what came of it, not all the same, and some nothing."""
    asked = list(ReliefAsked.every.filter(order=opened).order_by("unit_id").values_list("unit_id", flat=True))
    answering = asked[: len(asked) - min(len(asked) // 3, 3 + opened.number % 4)]
    for n, unit_id in enumerate(answering):
        others = ("same", "more") if has_less else ("less", "same", "same", "more")
        differs = n % (6 + opened.number % 3) == 0 if has_less else n % 5 != 0
        said = others[n % len(others)] if differs else "less" if has_less else "same"
        services.confirm_relief(by=office.receiver(unit_id), order=opened, said=said, now=at)


def _story(office: Office, bureau: Unit) -> None:
    """Write the order about the ledger: three rounds in fourteen days, two of them by chat group; the bureau withdraws it."""
    opened, at, by = story.OPENED, office.ago(story.OPENED), office.account("issuer")
    found = _found(office, bureau, at)
    wanted = (
        "撤回这份台账，工作群里的两份一并停用",
        "要的数从平台引用，不再由乡镇填写",
        "清理以工作群派发的报表，统一登记后再发",
    )
    order = _open(office, found, wanted, at)
    services.send_order(by=office.office, order=order, now=office.ago(opened - 1))
    services.sign_order(
        by=by, order=order, responsible="罗志平（副局长）", section="乡村建设股", now=office.ago(opened - 2)
    )
    if found.demand:
        withdraw(by=by, demand=found.demand, reason="按督办单停用，要的数从平台取", now=office.ago(opened - 5))
    answers = {1: "登记的已在平台撤回，群里的两份已停用", 2: "引用 6 个字段", 3: "3 个群都清理了"}
    services.answer_order(by=by, order=order, answers={1: answers[1], 2: answers[2]}, now=office.ago(opened - 5))
    services.verify_requirements(by=office.reviewer, order=order, numbers=[1, 2], now=office.ago(opened - 6))
    services.return_order(
        by=office.reviewer, order=order, reason="仍有 1 个群在派发", days=5, now=office.ago(opened - 6)
    )
    services.answer_order(by=by, order=order, answers={3: answers[3]}, now=office.ago(opened - 8))
    services.verify_requirements(by=office.reviewer, order=order, numbers=[3], now=office.ago(opened - 9))
    order = services.finish_order(by=office.office, order=order, now=office.ago(opened - 9))
    _confirm(office, order, office.ago(opened - 10), has_less=True)
    order = services.close_order(by=office.office, order=order, now=office.ripe(order, opened - 46))
    _recognise(office, order, opened - 46)
    note, looked = "走访三个乡镇，没有再要", office.ripe(order, opened - 46 - 31)
    services.look_back(by=office.reviewer, order=order, outcome=Outcome.LESS, note=note, now=looked)


def _recognise(office: Office, order: Order, closed: int) -> None:
    """Let what the bureau cut be recognised: nominated by one, objected to and answered, decided by another, published.

    Units: closed is how many days ago the order was struck off. Nothing in a demo that is too small to compare with peers.
    """
    reason = "撤得干净，群里的也清了，乡镇说确实少了"
    try:
        held = services.nominate_recognition(
            by=office.reviewer, kind=RecognitionKind.ORDER, key=str(order.pk), reason=reason, now=office.ago(closed - 1)
        )
    except Refused:
        return
    services.announce_recognition(by=office.office, recognition=held, now=office.ago(closed - 2))
    asked = ReliefAsked.every.filter(order=order).order_by("unit_id").values_list("unit_id", flat=True)
    one = services.object_to_recognition(
        by=office.receiver(asked[0]), recognition=held, words="这份撤了，巡查的照片还在要", now=office.ago(closed - 5)
    )
    services.answer_objection(
        by=office.office, recognition=held, objection=one.pk, answer="照片是另一项，已经另行核查；这份台账没有再要",
        now=office.ago(closed - 7),
    )  # fmt: skip
    verdict = "公示期满，异议已经答复；减少量出来了，回头看多数说少了"
    services.recognise(by=office.office, recognition=held, verdict=verdict, now=office.ago(closed - 25))
    services.publish_recognition(by=office.office, recognition=held, now=office.ago(closed - 26))


def _found(office: Office, bureau: Unit, at: dt.datetime) -> Finding:
    """Raise the finding of what was reported, with the numbers as they were."""
    titles = [story.LEDGER, *(title for title, _units in story.AGAIN)]
    rows, person_min = seen.asked(issuer_id=bureau.pk, titles=titles, now=at)
    rules = [
        rule for rule in rulebook().on(clock.day_of(at), office.county.path) if rule.code == "DOC-CHANNEL"
    ] or office.rule("form")
    told: dict[str, Any] = {
        "by": office.reviewer, "issuer": bureau, "category": "form", "title": f"14 天内三次索要《{story.LEDGER}》", "titles": titles,
        "demand": story.registered(office.reviewer), "person_min": person_min, "now": at,
        "seen": seen.frozen(now=at, rows=rows, rules=rules, note="后两次只发工作群，没有登记。"),
    }  # fmt: skip
    ticket = story.reported(office.reviewer)
    if ticket:
        return services.raise_from_ticket(ticket=ticket, **told)
    return services.raise_finding(source=Source.HAND, **told)

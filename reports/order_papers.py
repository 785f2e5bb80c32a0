"""A supervision order on paper: what was found, what is demanded, what was answered and saved. In Chinese."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils import timezone, translation

from burden.accounts.actor import Actor
from burden.kit.templatetags.show import full_day, hours
from burden.oversight import queries
from burden.oversight.clocks import first_deadline
from burden.oversight.models import Order, Requirement
from burden.oversight.seen import total as total_of
from burden.standards.workdays import workdays
from reports.papers import Heading, Paper, Paragraph, Part, Table

HEAD = "督办单"


def paper_of_order(actor: Actor, order: Order) -> Paper:
    """Put an order on paper as it stands."""
    with translation.override("zh-hans"):
        day = timezone.localtime(order.sent_at or order.opened_at).date()
        return Paper(
            head=HEAD,
            number=order.name,
            organ=order.unit.name,
            day=full_day(day),
            title=order.title,
            parts=list(_parts(order, list(queries.requirements(actor, order)))),
            note="数字在立问题时封存；不显示是谁填的、哪个单位。基层复核只给数，不给名单。",
        )


def _parts(order: Order, asked: Sequence[Requirement]) -> Iterator[Part]:
    seen = order.finding.seen
    yield _words(f"{order.issuer.name}：")
    yield Heading("一、查明的情况")
    for clause in seen["clauses"]:
        yield _words(f"{clause['citation']}：{clause['words']}。")
    yield from (_words(text) for text in (seen["note"], *seen["points"]) if text)
    if seen["rows"]:
        rows = [[row["title"], row["week"], str(row["units"]), hours(row["person_min"])] for row in seen["rows"]]
        total = ["合计", "", "", hours(total_of(seen))]
        yield Table("表1　要过几次（人时）", ["要什么", "周", "单位", "人时"], [*rows, total])
    yield Heading("二、整改要求")
    for each in asked:
        yield _words(f"{each.number}．{each.text}")
    yield _words(f"办结标准：{order.standard}。")
    yield _words(_deadline(order))
    answered = [each for each in asked if each.answered_at]
    if answered:
        yield Heading("三、反馈")
        yield from (_words(f"{each.number}．{each.answer}（{_judged(each)}）") for each in answered)
    yield from _saved(order)


def _deadline(order: Order) -> str:
    if order.deadline_on is None:
        return f"期限：交办后 {order.days} 个工作日。"
    first = first_deadline(order, workdays())
    given = f"{full_day(first)}，{order.days} 个工作日" if first else f"{order.days} 个工作日"
    return f"期限：{full_day(order.deadline_on)}（交办时 {given}）。逐条答复，不另写报告。"


def _judged(each: Requirement) -> str:
    return "已核实" if each.verified_at else f"退办：{each.returned}" if each.returned else "待核实"


def _saved(order: Order) -> Iterator[Part]:
    """Say what receivers confirmed, where enough did, and what was saved."""
    told = order.told >= queries.FEW_ANSWERS
    if not told and order.after_weeks is None:
        return
    yield Heading("四、结果")
    if told:
        yield _words(
            f"基层复核问了 {order.asked} 个单位：{order.less} 个说少了，{order.same} 个没变，{order.more} 个多了。"
            if order.is_split
            else f"基层复核问了 {order.asked} 个单位：{order.told} 个已答；问到的都答了，分开说就等于点名，不列。"
        )
    if order.after_weeks is not None and order.saved_min is None:
        yield _words("省了多少算不出：反馈以后有人填报的周太少。")
    if order.saved_min is not None:
        words = f"一年少 {hours(order.saved_min)} 人时" if order.saved_min > 0 else "没有减少"
        yield _words(
            f"立项前 {order.before_weeks} 周 {hours(order.before_min)} 人时，反馈后 {order.after_weeks} 周 {hours(order.after_min)} 人时，折合{words}。"
        )
    if order.looked_at and order.outcome:
        yield _words(
            f"回头看（{full_day(timezone.localtime(order.looked_at).date())}）：{order.get_outcome_display()}。"
        )


def _words(text: str) -> Paragraph:
    return Paragraph([(text, False)])

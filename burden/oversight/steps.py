"""The one table of what may happen to a supervision order: which act, whose, from where to where.

立项 → 交办 → 签收 → 办理 / 延期申请 → 反馈 → 审核 / 退办 → 办结 → 销号 → 回头看.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.oversight.models import RUNNING, Order, OrderState, Requirement

KEEPERS = frozenset({Role.REVIEWER, Role.OFFICE})  # over the unit that supervises
OFFICE = frozenset({Role.OFFICE})
ISSUERS = frozenset({Role.ISSUER, Role.LEAD})  # of the very issuer
RECEIVERS = frozenset({Role.CADRE, Role.LEAD})  # of a unit that was asked
S = OrderState
AT_WORK = frozenset({S.WORKING, S.RETURNED, S.EXTENSION})


@dataclass(frozen=True)
class Step:
    """One act. Shape: `starts` are the states it is done in; `ends` the state it leads to, None where that stays."""

    label: str | Promise
    roles: frozenset[Role]
    starts: frozenset[OrderState]
    ends: OrderState | None

    @property
    def is_issuers(self) -> bool:
        return self.roles == ISSUERS


STEPS: Mapping[str, Step] = {
    "revise": Step(_("修改"), KEEPERS, frozenset({S.DRAFT}), None),
    "send": Step(_("签发交办"), OFFICE, frozenset({S.DRAFT}), S.SENT),
    "sign": Step(_("签收"), ISSUERS, frozenset({S.SENT}), S.WORKING),
    "answer": Step(_("反馈"), ISSUERS, AT_WORK | {S.ANSWERED}, S.ANSWERED),
    "extend": Step(_("申请延期"), ISSUERS, frozenset({S.WORKING, S.RETURNED}), S.EXTENSION),
    "grant": Step(_("同意延期"), OFFICE, frozenset({S.EXTENSION}), S.WORKING),
    "refuse": Step(_("不同意延期"), OFFICE, frozenset({S.EXTENSION}), S.WORKING),
    "verify": Step(_("核实通过"), KEEPERS, frozenset({S.ANSWERED}), None),
    "return": Step(pgettext_lazy("act", "退办"), KEEPERS, frozenset({S.ANSWERED}), S.RETURNED),
    "finish": Step(_("核实办结"), OFFICE, frozenset({S.ANSWERED}), S.DONE),
    "close": Step(_("销号"), OFFICE, frozenset({S.DONE}), S.CLOSED),
    "look": Step(_("回头看"), KEEPERS, frozenset({S.CLOSED}), S.LOOKED),
    "reopen": Step(_("回头看：重新办理"), OFFICE, frozenset({S.CLOSED}), S.RETURNED),
    "cancel": Step(pgettext_lazy("act", "撤销"), OFFICE, frozenset(RUNNING), S.CANCELLED),
    "confirm": Step(_("基层复核"), RECEIVERS, frozenset({S.ANSWERED, S.RETURNED, S.DONE, S.CLOSED}), None),
}
OPENED, ESCALATED = "open", "escalated"
HAPPENED: Mapping[str, str | Promise] = {  # an act as the course tells it
    OPENED: pgettext_lazy("happened", "立项"),
    ESCALATED: _("逾期，已告知"),
    "revise": pgettext_lazy("happened", "修改"),
    "send": pgettext_lazy("happened", "签发交办"),
    "sign": pgettext_lazy("happened", "签收"),
    "answer": pgettext_lazy("happened", "反馈"),
    "extend": pgettext_lazy("happened", "申请延期"),
    "grant": pgettext_lazy("happened", "同意延期"),
    "refuse": pgettext_lazy("happened", "不同意延期"),
    "verify": pgettext_lazy("happened", "核实通过"),
    "return": pgettext_lazy("happened", "退办"),
    "finish": pgettext_lazy("happened", "核实办结"),
    "close": pgettext_lazy("happened", "销号"),
    "look": pgettext_lazy("happened", "回头看"),
    "reopen": pgettext_lazy("happened", "回头看：重新办理"),
    "cancel": pgettext_lazy("happened", "撤销"),
}


def may(actor: Actor, order: Order, act: str) -> bool:
    """Say whether an act is the actor's business at all, whatever state the order is in."""
    roles = STEPS[act].roles
    if roles == ISSUERS:
        return any(post.role in ISSUERS and post.unit_id == order.issuer_id for post in actor.posts)
    if roles == RECEIVERS:
        return bool(actor.homes)  # whether one's unit was asked is looked up by the service
    post = actor.post(*roles)
    if post is None:
        return False
    low, high = post.unit.range
    return low <= order.unit.path < high


def acts(actor: Actor, order: Order) -> set[str]:
    """Return what the actor may do with an order as it stands, confirming aside."""
    return {
        act for act, step in STEPS.items() if act != "confirm" and order.state in step.starts and may(actor, order, act)
    }


def to_answer(order: Order, requirements: Iterable[Requirement]) -> list[Requirement]:
    """Return what the issuer may answer: what is not verified; once all of it is judged, only what was left unanswered."""
    left = [each for each in requirements if each.verified_at is None]
    return [each for each in left if not each.is_answered] if order.state == S.ANSWERED else left

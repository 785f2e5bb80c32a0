"""The one table of what may happen to a recognition: which act, whose, from where to where.

提名 → 公示（可提异议，逐条答复） → 另一个人定 → 公布 → 登在通报里；撤下、撤销写明原因.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from burden.accounts.actor import Actor
from burden.accounts.roles import TRIO, Role
from burden.oversight.models import Recognition, RecognitionState

KEEPERS = frozenset({Role.REVIEWER, Role.OFFICE})  # over the unit that recognises
OFFICE = frozenset({Role.OFFICE})
ANYBODY = frozenset(Role) - TRIO  # with a post in the unit that recognises, or below it
S = RecognitionState


@dataclass(frozen=True)
class Stage:
    """One act. Shape: `starts` are the states it is done in; `ends` the state it leads to, None where that stays."""

    label: str | Promise
    roles: frozenset[Role]
    starts: frozenset[RecognitionState]
    ends: RecognitionState | None


STAGES: Mapping[str, Stage] = {
    "announce": Stage(_("公示"), OFFICE, frozenset({S.NOMINATED}), S.OPEN),
    "object": Stage(_("提异议"), ANYBODY, frozenset({S.OPEN}), None),
    "answer": Stage(_("答复异议"), KEEPERS, frozenset({S.OPEN}), None),
    "recognise": Stage(_("定为表扬"), KEEPERS, frozenset({S.OPEN}), S.RECOGNISED),
    "decline": Stage(_("不表扬"), KEEPERS, frozenset({S.OPEN}), S.DECLINED),
    "publish": Stage(_("公布"), OFFICE, frozenset({S.RECOGNISED}), S.PUBLISHED),
    "withdraw": Stage(_("撤下"), KEEPERS, frozenset({S.NOMINATED, S.OPEN}), S.WITHDRAWN),
    "revoke": Stage(pgettext_lazy("act", "撤销"), OFFICE, frozenset({S.RECOGNISED, S.PUBLISHED}), S.REVOKED),
}
SIGNED = (S.NOMINATED, S.OPEN, S.RECOGNISED, S.PUBLISHED)  # while authors may choose to be named


def may(actor: Actor, held: Recognition, act: str) -> bool:
    """Say whether an act is the actor's business at all, whatever state the recognition is in."""
    roles = STAGES[act].roles
    if roles == ANYBODY:
        return bool(actor.roles & ANYBODY) and held.unit_id in actor.lineage
    post = actor.post(*roles)
    if post is None:
        return False
    low, high = post.unit.range
    return low <= held.unit.path < high


def is_party(actor: Actor, held: Recognition) -> bool:
    """Say whether the actor has a post in the very unit that is to be recognised."""
    return any(post.unit_id == held.subject_id for post in actor.posts)


def acts(actor: Actor, held: Recognition) -> set[str]:
    """Return what the actor may do with a recognition as it stands, terms aside."""
    return {act for act, stage in STAGES.items() if held.state in stage.starts and may(actor, held, act)}

"""The review at the moment a demand goes out: what was seen, chosen and written against it is kept for good."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.demands.models import TITLE_LENGTH, Demand, DemandReview
from burden.demands.review import Review, review
from burden.demands.services.drafts import apply
from burden.kit import clock
from burden.kit.errors import Refused
from burden.kit.reading import bare, read_one, text

ORIGINAL, LIGHTER = "original", "lighter"
CHOSEN = (ORIGINAL, LIGHTER)


@dataclass(frozen=True)
class Choice:
    """What the issuer decided on a review. Shape: answers map a check's code to the reason or approval written."""

    chosen: str
    reason: str
    answers: Mapping[str, str]


def read_choice(chosen: str, reason: str, answers: Mapping[str, str]) -> Choice:
    """Read what was decided. Refuses: demand.chosen, demand.reason, demand.answer."""
    if chosen not in CHOSEN:
        sentence = _("chosen 只能是 original（保持原样）或 lighter（采用建议）")
        raise Refused("demand.chosen", sentence, {"chosen": sentence})
    line = text(TITLE_LENGTH)
    written = {
        code: read_one(line, answer, field=f"answers.{code}", label=_("说明"), code="demand.answer")
        for code, answer in answers.items()
        if not (isinstance(answer, str) and not answer.strip())
    }
    why = reason.strip() and read_one(line, reason, field="reason", label=_("原因"), code="demand.reason")
    return Choice(chosen, why, written)


def decide(*, by: Actor, demand: Demand, choice: Choice, now: dt.datetime) -> Review:
    """Apply what was chosen to a demand and let through what may go out; return the review that was seen.

    The lighter alternative takes the place of what it changes, and is reviewed in its turn.
    Refuses: demand.no_lighter, demand.merge, demand.reason_needed, demand.hard_check.
    """
    today = clock.day_of(now)
    seen = review(by, demand, today)
    if choice.chosen == LIGHTER:
        if seen.lighter is None:
            sentence = _("现在没有更轻的建议，请看过再选")
            raise Refused("demand.no_lighter", sentence, {"chosen": sentence})
        if not seen.lighter.values and seen.lighter.of:
            words = {"issuer": seen.lighter.of.issuer.name, "title": bare(seen.lighter.of.title)}
            sentence = _("不用再下达：%(issuer)s《%(title)s》已经在收，请引用对方的数据，撤回这一项") % words
            raise Refused("demand.merge", sentence, {"chosen": sentence})
        apply(demand, seen.lighter.values)
        _check_hard(review(by, demand, today), choice)
    elif seen.lighter is not None and not choice.reason:
        sentence = _("不采用建议，请写明原因")
        raise Refused("demand.reason_needed", sentence, {"reason": sentence})
    else:
        _check_hard(seen, choice)
    return seen


def _check_hard(found: Review, choice: Choice) -> None:
    """Refuses: demand.hard_check, with a sentence for each check that stands unanswered; some cannot be answered."""
    open_ = {
        f"answers.{check.code}": f"{check.sentence}（{check.citation}）"
        for check in found.blocking
        if not (check.needs and check.code in choice.answers)
    }
    if open_:
        sentence = _("还有 %(count)s 项硬性规定没有说明，不能下达") % {"count": len(open_)}
        raise Refused("demand.hard_check", sentence, open_)


def keep(*, by: Actor, demand: Demand, seen: Review, choice: Choice, now: dt.datetime) -> None:
    """Store the review of this version of a demand."""
    DemandReview.every.create(
        demand=demand,
        version=demand.version,
        seen=seen.body(),
        chosen=choice.chosen,
        reason=choice.reason,
        answers=dict(choice.answers),
        by=by.user,
        at=now,
    )

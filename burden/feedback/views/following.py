"""What a reporter sees of the own ticket, by receipt or logged in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from burden.feedback import routing
from burden.feedback.choices import TRANSITIONS, Act, State
from burden.feedback.flow import ahead, due_on
from burden.feedback.models import Ticket, TicketStep
from burden.feedback.sealing import added_to, text_of
from burden.feedback.services.reporting import asked_again, may_reopen
from burden.kit.clock import DAY, day_of
from burden.standards.workdays import workdays


def followed(found: Ticket, now: dt.datetime) -> dict[str, Any]:
    """Return what the page shows, as the reporter left it. Shape: `answer` is the ticket where its reply was not sent back."""
    today = day_of(now)
    ahead([found])
    above = routing.next_desk(found.desk, today) if may_reopen(found, today) else None
    steps = TicketStep.objects.filter(ticket=found).select_related("unit").order_by("turn")
    return {
        "ticket": found,
        "text": text_of(found),
        "added": added_to(found),
        "answer": found if found.state in (State.REPLIED, State.CLOSED) else None,
        "steps": [step for step in steps if step.act not in (Act.REWRITE, Act.ESCALATE)],
        "due": due_on(found, workdays()),
        "may_judge": found.state in TRANSITIONS[Act.JUDGE][0],
        "opens": max(found.received_on + DAY, today) if found.state == State.SEALED else None,
        "may_reopen": may_reopen(found, today),
        "above": above,
        "again": is_asked_again(found, today),
    }


def is_asked_again(found: Ticket, today: dt.date) -> bool:
    """Whether the reporter is asked, four weeks after the reply, how it is now."""
    return found.state in TRANSITIONS[Act.LATER][0] and not found.later and asked_again(found, today)

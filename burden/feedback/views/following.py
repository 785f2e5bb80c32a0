"""What a reporter sees of the own ticket, by receipt or logged in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from burden.feedback.choices import TRANSITIONS, Act, State
from burden.feedback.flow import due_on
from burden.feedback.models import Ticket, TicketStep
from burden.feedback.sealing import added_to, text_of
from burden.feedback.services.reporting import asked_again
from burden.kit.clock import day_of
from burden.standards.workdays import workdays


def followed(found: Ticket, now: dt.datetime) -> dict[str, Any]:
    """Return what the page shows. Shape: `answer` is the ticket that holds the reply: another where it was joined."""
    answer, today = found.merged_into or found, day_of(now)
    steps = TicketStep.objects.filter(ticket=found).select_related("unit").order_by("turn")
    return {
        "ticket": found,
        "text": text_of(found),
        "added": added_to(found),
        "answer": answer if answer.replied_on and answer.state != State.REOPENED else None,
        "steps": [step for step in steps if step.act not in (Act.REWRITE, Act.ESCALATE)],
        "due": due_on(found, workdays()),
        "may_judge": found.state in TRANSITIONS[Act.JUDGE][0],
        "may_reopen": found.state in TRANSITIONS[Act.REOPEN][0] and not found.reopened_on,
        "again": found.state in TRANSITIONS[Act.LATER][0] and not found.later and asked_again(found, today),
    }

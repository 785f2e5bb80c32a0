"""Writing tickets: sent by reporters, answered by their desk, judged by reporters, released in batches."""

from burden.feedback.services.answering import publish, reply, respond, unpublish
from burden.feedback.services.batches import count_board, escalate, note_acts, release
from burden.feedback.services.handling import accept, forward, keep_from, link_demand, may_lead, merge, rewrite
from burden.feedback.services.identity import ask_identity, decide_identity, open_identity
from burden.feedback.services.reporting import endorse, judge, judge_later, reopen
from burden.feedback.services.sending import send_anonymous, send_named

__all__ = [
    "accept",
    "ask_identity",
    "count_board",
    "decide_identity",
    "endorse",
    "escalate",
    "forward",
    "judge",
    "judge_later",
    "keep_from",
    "link_demand",
    "may_lead",
    "merge",
    "note_acts",
    "open_identity",
    "publish",
    "release",
    "reopen",
    "reply",
    "respond",
    "rewrite",
    "send_anonymous",
    "send_named",
    "unpublish",
]

"""Writes about demands: drafted, asked about, issued, changed, withdrawn; and what receivers do with their targets."""

from burden.demands.services.asking import answer_estimate, answer_quote, ask_first, request_quote
from burden.demands.services.drafts import Registration, copy_demand, register, save_draft
from burden.demands.services.handling import assign, learn_handlers, pass_on, take
from burden.demands.services.issuing import change, issue, lacking, withdraw
from burden.demands.services.reestimating import reestimate
from burden.demands.services.refusing import send_back, send_back_for_all
from burden.demands.services.targets import HeldTarget, gone_targets, hold_targets

__all__ = [
    "HeldTarget",
    "Registration",
    "answer_estimate",
    "answer_quote",
    "ask_first",
    "assign",
    "change",
    "copy_demand",
    "gone_targets",
    "hold_targets",
    "issue",
    "lacking",
    "learn_handlers",
    "pass_on",
    "reestimate",
    "register",
    "request_quote",
    "save_draft",
    "send_back",
    "send_back_for_all",
    "take",
    "withdraw",
]

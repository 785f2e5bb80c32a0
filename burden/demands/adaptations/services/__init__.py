"""What is done with adaptations: asked for by a unit, granted or refused by an office above it, taken back."""

from burden.demands.adaptations.services.checking import is_office_over, may_ask, rarer
from burden.demands.adaptations.services.deciding import (
    approve_adaptation,
    ask_opinion,
    give_opinion,
    keep_decision,
    lead_of,
    may_ask_opinion,
    may_decide,
    may_opine,
    refuse_adaptation,
    return_adaptation,
)
from burden.demands.adaptations.services.ending import may_withdraw, withdraw_adaptation
from burden.demands.adaptations.services.requesting import join_adaptation, keep_request, may_join, request_adaptation

__all__ = [
    "approve_adaptation",
    "ask_opinion",
    "give_opinion",
    "is_office_over",
    "join_adaptation",
    "keep_decision",
    "keep_request",
    "lead_of",
    "may_ask",
    "may_ask_opinion",
    "may_decide",
    "may_join",
    "may_opine",
    "may_withdraw",
    "rarer",
    "refuse_adaptation",
    "request_adaptation",
    "return_adaptation",
    "withdraw_adaptation",
]

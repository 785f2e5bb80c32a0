"""Writing what units have and ask for, and what helps them."""

from burden.resources.services.files import read_next_file, store_file, take_file, throw_away
from burden.resources.services.helping import mark_training, rate_guide, unmark_training, write_guide
from burden.resources.services.support import (
    accept_offer,
    answer_request,
    ask_again,
    ask_support,
    decline_offer,
    judge_answer,
    name_responder,
    offer_support,
    retract_offer,
    withdraw_request,
)

__all__ = [
    "accept_offer",
    "answer_request",
    "ask_again",
    "ask_support",
    "decline_offer",
    "judge_answer",
    "mark_training",
    "name_responder",
    "offer_support",
    "rate_guide",
    "read_next_file",
    "retract_offer",
    "store_file",
    "take_file",
    "throw_away",
    "unmark_training",
    "withdraw_request",
    "write_guide",
]

"""Writes about people: who there is, who holds which post, with which keys they log in."""

from burden.accounts.services.keys import (
    change_password,
    link_holder,
    make_login_link,
    make_token,
    open_account,
    record_login,
    record_logout,
    reissue_link,
    revoke_tokens,
    set_password_by_link,
    unlock,
)
from burden.accounts.services.people import add_person, change_person, deactivate, reactivate
from burden.accounts.services.posts import decide_requests, end_post, end_posts, propose_post, withdraw_requests
from burden.accounts.services.questions import left_to_ask, people_to_ask, put_question
from burden.accounts.services.turns import take_turn

__all__ = [
    "add_person",
    "change_password",
    "change_person",
    "deactivate",
    "decide_requests",
    "end_post",
    "end_posts",
    "left_to_ask",
    "link_holder",
    "make_login_link",
    "make_token",
    "open_account",
    "people_to_ask",
    "propose_post",
    "put_question",
    "reactivate",
    "record_login",
    "record_logout",
    "reissue_link",
    "revoke_tokens",
    "set_password_by_link",
    "take_turn",
    "unlock",
    "withdraw_requests",
]

"""One act of a person after the other."""

from __future__ import annotations

from burden.accounts.actor import Actor
from burden.accounts.models import User


def take_turn(*, by: Actor) -> None:
    """Wait until what the person does at the same moment is done: a button pressed twice acts once. A part of another service's transaction."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.user_id)

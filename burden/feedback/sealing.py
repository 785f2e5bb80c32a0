"""What is encrypted of a ticket: its words and photos with a key for each case, its reporter with a key of another purpose."""

from __future__ import annotations

import json
from dataclasses import dataclass

from burden.accounts.actor import Actor
from burden.feedback.models import BoardEntry, Ticket
from burden.kit.crypto import case_key, mark_of, new_case, own_key, seal, unseal

CASE, IDENTITY = "ticket", "identity"
Sealed = bytes | memoryview


@dataclass(frozen=True)
class Case:
    """A case that is being sealed: its key, and the same as it is stored."""

    key: bytes
    wrapped: bytes

    @classmethod
    def new(cls) -> Case:
        """Make one."""
        return cls(*new_case(CASE))

    @classmethod
    def of(cls, ticket: Ticket) -> Case:
        """Open the case of a ticket."""
        wrapped = bytes(ticket.key)
        return cls(case_key(CASE, wrapped), wrapped)

    def seal(self, words: str) -> bytes:
        """Seal words."""
        return seal(self.key, words.encode())

    def seal_file(self, data: bytes) -> bytes:
        """Seal a file."""
        return seal(self.key, data)

    def words(self, sealed: Sealed) -> str:
        """Read sealed words."""
        return unseal(self.key, bytes(sealed)).decode()

    def file(self, sealed: Sealed) -> bytes:
        """Read a sealed file."""
        return unseal(self.key, bytes(sealed))


def text_of(ticket: Ticket) -> str:
    """Return what the reporter wrote."""
    return Case.of(ticket).words(ticket.sealed)


def added_to(ticket: Ticket) -> str:
    """Return what the reporter wrote when it was reopened; nothing before the batch that says so."""
    return Case.of(ticket).words(ticket.added) if ticket.added and ticket.reopened_on else ""


def reporter_mark(user_id: int) -> str:
    """Return the mark by which a person finds the own tickets."""
    return mark_of("reporter", user_id)


def endorsement_mark(entry: BoardEntry, actor: Actor) -> str:
    """Return the mark by which a person meets the same but once; another for every entry."""
    return mark_of("endorsement", entry.pk, actor.user_id)


def sealed_identity(user_id: int, name: str) -> bytes:
    """Encrypt who wrote a named ticket."""
    return seal(own_key(IDENTITY), json.dumps([user_id, name]).encode())


def identity_of(sealed: Sealed) -> tuple[int, str]:
    """Read who wrote a named ticket. Shape: the number of the account and the name."""
    user_id, name = json.loads(unseal(own_key(IDENTITY), bytes(sealed)))
    return user_id, name

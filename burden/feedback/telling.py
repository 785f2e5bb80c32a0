"""What leaves the desk about a ticket tells nothing of its reporter: no piece of the original that may tell stands in it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from burden.feedback.hints import hints
from burden.feedback.models import Ticket
from burden.feedback.sealing import added_to, text_of
from burden.kit.errors import Refused


def original_of(ticket: Ticket) -> str:
    """Return all that the reporter wrote."""
    return f"{text_of(ticket)}\n{added_to(ticket)}".strip()


def telling_in(ticket: Ticket) -> list[str]:
    """Return the pieces of the original that may tell who wrote it."""
    return list(dict.fromkeys(hint.words for hint in hints(original_of(ticket))))


def kinds_in(ticket: Ticket) -> list[str]:
    """Return why each of them may tell."""
    return [why for _words, why in {hint.words: hint.why for hint in hints(original_of(ticket))}.items()]


def check_untold(ticket: Ticket, words: str, *, field: str) -> None:
    """Refuse words that leave the desk with such a piece in them. Refuses: ticket.<field>."""
    if left := [piece for piece in telling_in(ticket) if piece in words]:
        sentence = _("还留着可能认出人的细节：%(what)s") % {"what": "、".join(left[:5])}
        raise Refused(f"ticket.{field}", sentence, {field: sentence})

"""Re-exports the rooms' models, so that Django finds them; nothing is defined here."""

from burden.accounts.models import ApiToken, LoginLink, Post, PostRequest, User
from burden.entries.models import Entry, HistoryFile, Submission, WeeklyReturn
from burden.ledger.models import AuditEvent, StaleMark
from burden.standards.models import Tariff, TariffVersion
from burden.units.models import Placement, Unit, UnitPath

__all__ = [
    "ApiToken",
    "AuditEvent",
    "Entry",
    "HistoryFile",
    "LoginLink",
    "Placement",
    "Post",
    "PostRequest",
    "StaleMark",
    "Submission",
    "Tariff",
    "TariffVersion",
    "Unit",
    "UnitPath",
    "User",
    "WeeklyReturn",
]

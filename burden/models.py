"""Re-exports the rooms' models, so that Django finds them; nothing is defined here."""

from burden.accounts.models import ApiToken, LoginLink, PortalQuestion, Post, PostRequest, User
from burden.demands.adaptations.models import Adaptation
from burden.demands.admissions.models import Admission
from burden.demands.models import Demand, DemandReview, Estimate, Handler, QuoteRequest, Reestimate, Refusal, Target
from burden.demands.practices.models import Practice
from burden.entries.models import Entry, FilingTime, HistoryFile, Submission, WeeklyReturn
from burden.feedback.models import (
    BoardCount,
    BoardEntry,
    Endorsement,
    IdentityRequest,
    Ticket,
    TicketForward,
    TicketPhoto,
    TicketReporter,
    TicketStep,
)
from burden.feedback.notices.models import Notice, NoticeChannel, NoticeDigest
from burden.ledger.models import AuditEvent, StaleDemand, StaleMark
from burden.oversight.models import Bulletin, Finding, Order, OrderStep, ReliefAsked, ReliefTally, Requirement
from burden.oversight.observing.models import Observation
from burden.resources.models import Capacity, CapacityFile, Guide, GuideRated, SupportRequest, Training
from burden.standards.models import (
    BurdenBudget,
    DayOverride,
    DutyItem,
    Goal,
    ListFile,
    PlanItem,
    Rule,
    Sample,
    SamplePanel,
    Tariff,
    TariffVersion,
)
from burden.units.models import Placement, Unit, UnitEvent, UnitPath, UnitShare

__all__ = [
    "Adaptation",
    "Admission",
    "ApiToken",
    "AuditEvent",
    "BoardCount",
    "BoardEntry",
    "Bulletin",
    "BurdenBudget",
    "Capacity",
    "CapacityFile",
    "DayOverride",
    "Demand",
    "DemandReview",
    "DutyItem",
    "Endorsement",
    "Entry",
    "Estimate",
    "FilingTime",
    "Finding",
    "Goal",
    "Guide",
    "GuideRated",
    "Handler",
    "HistoryFile",
    "IdentityRequest",
    "ListFile",
    "LoginLink",
    "Notice",
    "NoticeChannel",
    "NoticeDigest",
    "Observation",
    "Order",
    "OrderStep",
    "Placement",
    "PlanItem",
    "PortalQuestion",
    "Post",
    "PostRequest",
    "Practice",
    "QuoteRequest",
    "Reestimate",
    "Refusal",
    "ReliefAsked",
    "ReliefTally",
    "Requirement",
    "Rule",
    "Sample",
    "SamplePanel",
    "StaleDemand",
    "StaleMark",
    "Submission",
    "SupportRequest",
    "Target",
    "Tariff",
    "TariffVersion",
    "Ticket",
    "TicketForward",
    "TicketPhoto",
    "TicketReporter",
    "TicketStep",
    "Training",
    "Unit",
    "UnitEvent",
    "UnitPath",
    "UnitShare",
    "User",
    "WeeklyReturn",
]

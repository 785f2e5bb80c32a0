"""Tables of supervision: bulletins, findings, supervision orders, recognitions."""

from burden.oversight.models.bulletins import TEXT_LENGTH, TITLE_LENGTH, Bulletin, Form, Kind, State
from burden.oversight.models.findings import LINE_LENGTH, Finding, FindingState, Source, Why
from burden.oversight.models.orders import (
    ENDED,
    MOST_REQUIREMENTS,
    RUNNING,
    TOLD_AT_ONCE,
    WITH_ISSUER,
    Order,
    OrderState,
    OrderStep,
    ReliefAsked,
    ReliefTally,
    Requirement,
)
from burden.oversight.models.recognition import (
    DECIDED,
    Author,
    Objection,
    Recognition,
    RecognitionKind,
    RecognitionState,
)

__all__ = [
    "DECIDED",
    "ENDED",
    "LINE_LENGTH",
    "MOST_REQUIREMENTS",
    "RUNNING",
    "TEXT_LENGTH",
    "TITLE_LENGTH",
    "TOLD_AT_ONCE",
    "WITH_ISSUER",
    "Author",
    "Bulletin",
    "Finding",
    "FindingState",
    "Form",
    "Kind",
    "Objection",
    "Order",
    "OrderState",
    "OrderStep",
    "Recognition",
    "RecognitionKind",
    "RecognitionState",
    "ReliefAsked",
    "ReliefTally",
    "Requirement",
    "Source",
    "State",
    "Why",
]

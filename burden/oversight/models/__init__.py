"""Tables of supervision: bulletins, findings, supervision orders."""

from burden.oversight.models.bulletins import TEXT_LENGTH, TITLE_LENGTH, Bulletin, Form, Kind, State
from burden.oversight.models.findings import LINE_LENGTH, Finding, FindingState, Source, Why
from burden.oversight.models.orders import (
    ENDED,
    MOST_REQUIREMENTS,
    RUNNING,
    WITH_ISSUER,
    Order,
    OrderState,
    OrderStep,
    ReliefAsked,
    Requirement,
)

__all__ = [
    "ENDED",
    "LINE_LENGTH",
    "MOST_REQUIREMENTS",
    "RUNNING",
    "TEXT_LENGTH",
    "TITLE_LENGTH",
    "WITH_ISSUER",
    "Bulletin",
    "Finding",
    "FindingState",
    "Form",
    "Kind",
    "Order",
    "OrderState",
    "OrderStep",
    "ReliefAsked",
    "Requirement",
    "Source",
    "State",
    "Why",
]

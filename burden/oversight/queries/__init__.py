"""Scoped reads of this room."""

from burden.oversight.queries.bulletins import bulletin, bulletins, later_edition, taken
from burden.oversight.queries.findings import finding, finding_counts, findings, issuers, judged, settled_signals
from burden.oversight.queries.orders import (
    CARDS,
    COLUMNS,
    FEW_ANSWERS,
    Chosen,
    board_sums,
    chosen_orders,
    column,
    escalated,
    has_to_confirm,
    issuers_of,
    order,
    order_counts,
    order_steps,
    relief_asked,
    requirements,
)
from burden.oversight.queries.waiting import thread, waiting

__all__ = [
    "CARDS",
    "COLUMNS",
    "FEW_ANSWERS",
    "Chosen",
    "board_sums",
    "bulletin",
    "bulletins",
    "chosen_orders",
    "column",
    "escalated",
    "finding",
    "finding_counts",
    "findings",
    "has_to_confirm",
    "issuers",
    "issuers_of",
    "judged",
    "later_edition",
    "order",
    "order_counts",
    "order_steps",
    "relief_asked",
    "requirements",
    "settled_signals",
    "taken",
    "thread",
    "waiting",
]

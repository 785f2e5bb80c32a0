"""What units have to carry their burden with, what they ask for, and what helps them: short answers and training."""

from burden.resources.models.capacity import (
    MAX_MONEY,
    MAX_NUMBER,
    NUMBERS,
    TOOLS_LENGTH,
    YEARS,
    Capacity,
    CapacityFile,
    newest,
)
from burden.resources.models.helping import ANSWER_LENGTH, QUESTION_LENGTH, Guide, GuideRated, Training
from burden.resources.models.support import DETAIL_LENGTH, TITLE_LENGTH, Kind, State, SupportRequest

__all__ = [
    "ANSWER_LENGTH",
    "DETAIL_LENGTH",
    "MAX_MONEY",
    "MAX_NUMBER",
    "NUMBERS",
    "QUESTION_LENGTH",
    "TITLE_LENGTH",
    "TOOLS_LENGTH",
    "YEARS",
    "Capacity",
    "CapacityFile",
    "Guide",
    "GuideRated",
    "Kind",
    "State",
    "SupportRequest",
    "Training",
    "newest",
]

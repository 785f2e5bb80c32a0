"""The portal's settings with a clock that a test moves: what takes half a year is walked through in a minute.

Shape: the file that MOVED_CLOCK names holds the day and hour at which it stands, as ISO.
"""

import datetime as dt
import os
from pathlib import Path

from burden.kit import clock
from burden.settings import *  # noqa: F403


def stands() -> dt.datetime:
    """Return the instant to which the clock was moved."""
    return dt.datetime.fromisoformat(Path(os.environ["MOVED_CLOCK"]).read_text(encoding="ascii"))


clock.now = stands

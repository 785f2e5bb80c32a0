"""Files of the county about people, money and tools, xlsx or CSV: read under any usual headings, shown line by line, then stored."""

from burden.resources.importing.checking import preview_of
from burden.resources.importing.reading import (
    MAX_BYTES,
    MAX_ROWS,
    Effect,
    Line,
    Preview,
    grid_of,
    is_workbook,
    read_lines,
)

__all__ = [
    "MAX_BYTES",
    "MAX_ROWS",
    "Effect",
    "Line",
    "Preview",
    "grid_of",
    "is_workbook",
    "preview_of",
    "read_lines",
]

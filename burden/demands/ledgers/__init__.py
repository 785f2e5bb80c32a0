"""A department's own ledger of what it asks, xlsx or CSV: read under any usual headings, shown line by line, then kept."""

from burden.demands.ledgers.reading import HEADINGS, MAX_BYTES, MAX_ROWS, Effect, Line, Preview
from burden.demands.ledgers.storing import FileChanged, Kept, import_ledger, preview_ledger

__all__ = [
    "HEADINGS",
    "MAX_BYTES",
    "MAX_ROWS",
    "Effect",
    "FileChanged",
    "Kept",
    "Line",
    "Preview",
    "import_ledger",
    "preview_ledger",
]

"""People in bulk from CSV: read, checked line by line, shown, and only then proposed.

Columns `username,name,unit_code,role,from` and perhaps `title`, in any order; UTF-8 (BOM or not) or GB18030.
"""

from burden.accounts.importing.checking import preview_people
from burden.accounts.importing.reading import COLUMNS, EXTRA, MAX_BYTES, Effect, Line, Preview
from burden.accounts.importing.storing import FileChanged, import_people

__all__ = [
    "COLUMNS",
    "EXTRA",
    "MAX_BYTES",
    "Effect",
    "FileChanged",
    "Line",
    "Preview",
    "import_people",
    "preview_people",
]

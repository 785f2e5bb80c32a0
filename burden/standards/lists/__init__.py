"""Duty lists and annual plans from the files a county has: brought, read by a worker, shown line by line, and only then stored.

Columns in any order under any usual heading, in the first ten lines; xlsx, or CSV in UTF-8 (BOM or not) or GB18030.
"""

from burden.standards.lists.checking import preview_list
from burden.standards.lists.reading import Effect, Line, Preview
from burden.standards.lists.storing import MAX_BYTES, MAX_ROWS, ListChanged, bring_list, read_next, store_list

__all__ = [
    "MAX_BYTES",
    "MAX_ROWS",
    "Effect",
    "Line",
    "ListChanged",
    "Preview",
    "bring_list",
    "preview_list",
    "read_next",
    "store_list",
]

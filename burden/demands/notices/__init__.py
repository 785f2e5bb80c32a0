"""Reading a pasted notice: what it asks, of whom and by when, as values of a draft. Pure: nothing is looked up."""

from burden.demands.notices.reading import MOST_CHARACTERS, Notice, read_notice

__all__ = ["MOST_CHARACTERS", "Notice", "read_notice"]

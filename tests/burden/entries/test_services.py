"""Filing a week."""

from __future__ import annotations

from uuid import uuid4

import pytest

from burden.entries.queries import week_sheet
from burden.entries.services import EntryDraft, file_week
from tests.factories import LAST_WEEK, NOW, make_actor, make_unit

pytestmark = pytest.mark.django_db


def draft(number=1, **facts):
    return EntryDraft(
        **{"key": f"e{number}", "answer": "done", "category": "form", "title": f"台账{number}", "minutes": 30} | facts
    )


def file(actor, *drafts, **facts):
    facts = {"week": LAST_WEEK, "client_key": uuid4(), "base_version": 0, "nil": not drafts, "now": NOW} | facts
    return file_week(by=actor, entries=drafts, **facts)


def test_first_filing_is_stored():
    actor = make_actor(make_unit())
    filing = file(actor, draft(1), draft(2, people=2, prep_minutes=5))
    sheet = week_sheet(actor, LAST_WEEK, NOW)
    assert (sheet.state, sheet.version, sheet.receipt) == ("filed", 1, filing.submission.receipt)
    assert [row.person_min for row in sheet.entries] == [30, 65]

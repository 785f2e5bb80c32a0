"""Storing what was shown: people without keys, and requests that somebody else decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.importing.checking import preview_people
from burden.accounts.importing.reading import EXTRA, Line, Preview
from burden.accounts.models import PostRequest, User
from burden.accounts.services.posts import Change
from burden.kit.errors import Refused
from burden.ledger.services import record


class FileChanged(Refused):
    """What was confirmed is no longer what would be stored."""


@transaction.atomic
def import_people(*, by: Actor, data: bytes, expected: str, now: dt.datetime) -> Preview:
    """Check a file again and propose all its good lines; `expected` is the digest of the preview shown.

    Refuses: file.*, file.changed (stores nothing).
    """
    preview = preview_people(by=by, data=data, now=now)
    good = preview.good
    if not good or preview.digest != expected:
        raise _changed()
    try:
        with transaction.atomic():
            _make_users(good)
    except IntegrityError as error:  # somebody took one of the user names since the check
        raise _changed() from error
    requests = [request for line in good for request in _requests(line, by, now)]
    PostRequest.objects.bulk_create(requests)
    record(by=by, what="people.imported", on=by.user, now=now, **preview.counts)
    return preview


def _changed() -> FileChanged:
    return FileChanged("file.changed", _("名单刚才变了，没有写入；看看新的预览再交"))


def _make_users(lines: Sequence[Line]) -> None:
    """Make the people the file adds; one who stands on two lines is made once."""
    made: dict[str, User] = {}
    for line in lines:
        if line.user is None:
            user = made.setdefault(line.username, User(username=line.username, name=line.cells["name"]))
            user.set_unusable_password()
            line.user = user
    User.objects.bulk_create(made.values())


def _requests(line: Line, by: Actor, now: dt.datetime) -> list[PostRequest]:
    facts = {
        "user": line.user, "unit": line.unit, "role": line.role, "title": line.cells.get(EXTRA, ""),
        "on": line.since, "proposed_by": by.user, "proposed_at": now,
    }  # fmt: skip
    grant = PostRequest(change=Change.GRANT, **facts)
    if line.replaces is None:
        return [grant]
    old = {"unit": line.replaces.unit, "title": line.replaces.title, "post": line.replaces}
    return [PostRequest(change=Change.END, **facts | old), grant]

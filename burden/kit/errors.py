"""What services raise when they will not do a thing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.http import Http404
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from burden.kit.clock import last_closed


class Refused(Exception):
    """A refusal with a stable code, one sentence for people, and where it can be mended.

    `errors` maps a field name (`entries.2.minutes`) to its sentence. Views show it beside the field,
    the API puts it into an `application/problem+json` body with `status`.
    """

    status = 422

    def __init__(self, code: str, detail: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
        self.errors = dict(errors or {})

    def __str__(self) -> str:
        return self.detail


class Conflict(Refused):
    """The same thing was done otherwise meanwhile; `both` holds what the caller needs to choose."""

    status = 409

    def __init__(self, code: str, detail: str, both: Mapping[str, object] | None = None) -> None:
        super().__init__(code, detail)
        self.both = dict(both or {})


class Absent(Http404):
    """What a field or parameter names is out of scope, or is none, which is not told apart: a 404 that says where.

    Shape: `errors` as Refused has them. A unit that may be foreign is never named by a page, whose address says it anyway.
    """

    def __init__(self, errors: Mapping[str, str | Promise]) -> None:
        super().__init__()
        self.errors = dict(errors)


def no_choice(known: Collection[object]) -> Promise:
    """Say what may stand in an address instead."""
    return format_lazy(_("没有这一种，只能写 {known}"), known=" / ".join(map(str, filter(None, known))))


def no_week(now: dt.datetime) -> Promise:
    """Say how a week is written."""
    return format_lazy(_("没有这一周，要写成 {monday} 这样的星期一"), monday=str(last_closed(now)))


def together(*steps: Callable[[], Any]) -> list[Any]:
    """Return what each step gives. Refuses: what all of them refuse, in one, with the code and sentence of the first."""
    given: list[Any] = []
    refusals: list[Refused] = []
    for step in steps:
        try:
            given.append(step())
        except Refused as refused:
            refusals.append(refused)
    if refusals:
        first = refusals[0]
        errors = {name: words for refused in refusals for name, words in refused.errors.items()}
        raise Refused(first.code, first.detail, errors) from first
    return given

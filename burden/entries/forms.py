"""Reading a week from a script's JSON or a posted page: every fault at once, each in one sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from burden.accounts.actor import Actor
from burden.entries.models import (
    KEY_LENGTH,
    MAX_MINUTES,
    MAX_PEOPLE,
    MAX_SECONDS,
    NOTE_LENGTH,
    TITLE_LENGTH,
    Answer,
    Reason,
)
from burden.entries.offers import nameable
from burden.entries.services import MAX_ENTRIES, EntryDraft
from burden.kit.errors import Refused
from burden.kit.reading import (
    SHOWN,
    FieldError,
    Read,
    Reader,
    maybe,
    one_of,
    quoted,
    read_flag,
    read_uuid,
    text,
    unfit,
    whole,
)
from burden.standards.models import SUBKINDS, Category

MAX_VERSION = 2**31 - 1

WEEK_NAMES = {
    "client_key": "client_key",
    "base_version": "base_version",
    "nil": gettext_lazy("“本周没有额外事项”"),
    "entries": gettext_lazy("事项"),
    "seconds": gettext_lazy("用时（秒）"),
}
ENTRY_NAMES = {
    "key": "key",
    "target": gettext_lazy("登记事项"),
    "answer": gettext_lazy("办理情况"),
    "bulk": gettext_lazy("“其余照此计”"),
    "repeated": gettext_lazy("“重复索要”"),
    "after_hours": gettext_lazy("“非工作时间”"),
    "category": gettext_lazy("类别"),
    "subkind": gettext_lazy("小类"),
    "title": gettext_lazy("名称"),
    "issuer": gettext_lazy("“谁要求的”"),
    "people": gettext_lazy("人数"),
    "minutes": gettext_lazy("分钟"),
    "travel_minutes": gettext_lazy("路上分钟"),
    "prep_minutes": gettext_lazy("准备分钟"),
    "note": gettext_lazy("说明"),
    "reason": gettext_lazy("为什么不适用"),
}
NUMBERS = frozenset({"people", "minutes", "travel_minutes", "prep_minutes"})
FLAGS = frozenset({"bulk", "repeated", "after_hours"})
DIGITS = re.compile(r"[1-9][0-9]{0,17}")
POSTED_ROW = re.compile(r"entries\.(\d{1,4})\.(?:ticked|answer)")


@dataclass(frozen=True)
class WeekInput:
    """A week that was read without fault."""

    client_key: UUID
    base_version: int
    nil: bool
    entries: tuple[EntryDraft, ...]
    seconds: int | None


def read_week(body: Any, actor: Actor) -> WeekInput:
    """Read the JSON-shaped body of one week.

    Refuses: week.invalid with every fault at once, keyed `nil` or `entries.2.minutes`.
    """
    if not isinstance(body, Mapping):
        raise Refused("week.invalid", _("正文要是一个 JSON 对象"))
    errors: dict[str, str] = {}
    reader = Reader(body, WEEK_NAMES, "", "", errors)
    reader.refuse_unknown()
    client_key = reader.take("client_key", read_uuid)
    rows = reader.take("entries", read_rows, default=()) or ()
    found = WeekInput(
        client_key=client_key,
        base_version=reader.take("base_version", whole(0, MAX_VERSION)),
        nil=reader.take("nil", read_flag, default=False),
        entries=_read_entries(rows, actor, client_key, errors),
        seconds=reader.take("seconds", whole(0, MAX_SECONDS), default=None),
    )
    if errors:
        raise Refused("week.invalid", _("有 %(count)s 处需要改一下") % {"count": len(errors)}, errors)
    return found


def _read_entries(
    rows: Sequence[Any], actor: Actor, client_key: UUID | None, errors: dict[str, str]
) -> tuple[EntryDraft, ...]:
    named = (row.get("issuer") for row in rows)
    known = nameable(actor, {code for code in named if isinstance(code, str) and not unfit(code)}, client_key)
    return tuple(_read_entry(number, row, known, errors) for number, row in enumerate(rows))


def _read_entry(number: int, row: Any, known: Mapping[str, int], errors: dict[str, str]) -> EntryDraft:
    reader = Reader(row, ENTRY_NAMES, f"entries.{number}.", _spoken(number, row), errors)
    reader.refuse_unknown()
    category = reader.take("category", one_of(Category.values))
    return EntryDraft(
        key=reader.take("key", text(KEY_LENGTH)),
        answer=reader.take("answer", one_of(Answer.values)),
        category=category,
        title=reader.take("title", text(TITLE_LENGTH)),
        minutes=reader.take("minutes", whole(0, MAX_MINUTES)),
        subkind=reader.take("subkind", one_of(SUBKINDS.get(category, [""])), default=""),
        issuer_id=reader.take("issuer", issuer_among(known), default=None),
        people=reader.take("people", whole(1, MAX_PEOPLE), default=1),
        travel_minutes=reader.take("travel_minutes", whole(0, MAX_MINUTES), default=0),
        prep_minutes=reader.take("prep_minutes", whole(0, MAX_MINUTES), default=0),
        repeated=reader.take("repeated", read_flag, default=False),
        after_hours=reader.take("after_hours", read_flag, default=False),
        bulk=reader.take("bulk", read_flag, default=False),
        note=reader.take("note", read_note, default=""),
        reason=reader.take("reason", maybe(one_of(Reason.values), ""), default=""),
        target_id=reader.take("target", read_target, default=None),
    )


def _spoken(number: int, row: Mapping[str, Any]) -> str:
    """Name a row as its author knows it: by its title, else by its place."""
    title = row.get("title")
    if not isinstance(title, str) or not title.strip() or unfit(title.strip()):
        return _("第 %(number)s 项") % {"number": number + 1}
    return quoted(title.strip())


def read_rows(value: Any) -> Sequence[Any]:
    """Read a list of objects."""
    if not isinstance(value, list | tuple) or not all(isinstance(row, Mapping) for row in value):
        raise FieldError(_("%(field)s要是一个列表，每一项是一个 JSON 对象"))
    if len(value) > MAX_ENTRIES:
        raise FieldError(_("%(field)s最多 %(most)s 项，现在有 %(count)s 项"), most=MAX_ENTRIES, count=len(value))
    return value


def read_note(value: Any) -> str:
    """Read one line of text, or none."""
    return "" if value == "" else str(text(NOTE_LENGTH)(value))


def read_target(value: Any) -> int | None:
    """Read the id of a target, as a number or as its digits; whose it is, the service tells."""
    if value in ("", None):
        return None
    digits = value if isinstance(value, str) else str(value)
    if isinstance(value, bool) or not DIGITS.fullmatch(digits):
        raise FieldError(_("%(field)s填了“%(value)s”，没有这一项"))
    return int(digits)


def issuer_among(known: Mapping[str, int]) -> Read:
    """Return a reader of unit codes; a foreign unit gets the words of a missing one."""

    def read(value: Any) -> int | None:
        if value in ("", None):
            return None
        if not isinstance(value, str) or value not in known:
            raise FieldError(_("%(field)s填了“%(value)s”，没有这个单位"))
        return known[value]

    return read


def from_post(post: QueryDict) -> dict[str, Any]:
    """Turn a posted page into the body that `read_week` reads; only ticked rows are taken.

    Shape: `client_key`, `base_version`, `nil`, `seconds`, and a row's fields `entries.7.ticked`, `entries.7.minutes` and
    so on; the numbers only keep fields together. Digits may be full-width; an empty field counts as not sent.
    """
    body: dict[str, Any] = {
        name: read(str(post[name]))
        for name, read in (("client_key", str.strip), ("base_version", _number), ("seconds", _number))
        if name in post
    }
    if body.get("seconds") == "":  # a page without script
        del body["seconds"]
    return body | {"nil": "nil" in post, "entries": [_posted_row(post, number) for number in ticked_rows(post)]}


def ticked_rows(post: QueryDict) -> list[int]:
    """Return the numbers of the rows to send, in the order of the page: ticked, or answered absent or not applicable.

    A row with neither title nor minutes is an empty one of the page without script.
    """
    said = {int(found[1]) for name in post if (found := POSTED_ROW.fullmatch(name)) and _says(name, str(post[name]))}
    return sorted(
        row for row in said if any(post.get(f"entries.{row}.{name}", "").strip() for name in ("title", "minutes"))
    )


def _says(name: str, value: str) -> bool:
    return name.endswith(".ticked") or value in (Answer.ABSENT, Answer.NOT_APPLICABLE)


def _posted_row(post: QueryDict, number: int) -> dict[str, Any]:
    place = f"entries.{number}."
    given = {name.removeprefix(place): str(post[name]) for name in post if name.startswith(place)}
    given.pop("ticked", None)
    return {name: _posted(name, value) for name, value in given.items() if value.strip()}


def _posted(name: str, value: str) -> object:
    if name in FLAGS:
        return True
    return _number(value) if name in NUMBERS else value


def _number(value: str) -> int | str:
    """Read digits of either width; anything else stays as it was typed, to be repeated in the refusal."""
    plain = value.strip()
    return int(plain) if plain.isdecimal() and len(plain) <= SHOWN else plain


def on_page(errors: Mapping[str, str], post: QueryDict) -> dict[str, str]:
    """Rename `entries.<place in the body>.…` to the row numbers of the posted page."""
    rows = ticked_rows(post)

    def renamed(name: str) -> str:
        first, *rest = name.split(".", 2)
        return ".".join([first, str(rows[int(rest[0])]), *rest[1:]]) if first == "entries" and rest else name

    return {renamed(name): sentence for name, sentence in errors.items()}

"""Reading what scripts and pages send: every fault at once, each in one sentence that names its field."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from burden.kit import clock
from burden.kit.errors import Refused

SHOWN = 20  # characters of a wrong value that a sentence repeats
UNFIT = frozenset({"Cc", "Cs", "Zl", "Zp"})  # control characters, halves of characters, line ends
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # they make one title read as another
NEEDED = object()
Read = Callable[[Any], Any]


class FieldError(ValueError):
    """One value is wrong: a sentence with places for `field`, `value` and its own numbers."""

    def __init__(self, sentence: str, **numbers: object) -> None:
        super().__init__(sentence)
        self.sentence, self.numbers = sentence, numbers


@dataclass(frozen=True)
class Reader:
    """Reads the fields of one object and gathers what is wrong with them."""

    given: Mapping[Any, Any]
    names: Mapping[str, Any]
    place: str  # of its fields in `errors`: "" or "entries.2."
    spoken: str  # the row as its author knows it; "" for the week itself
    errors: dict[str, str]

    def take(self, name: str, read: Read, default: Any = NEEDED) -> Any:
        """Return a field as read; a fault is noted and None returned."""
        if name not in self.given:
            if default is NEEDED:
                self.fault(name, _("还没填%(field)s") % {"field": self.names[name]})
            return default
        value = self.given[name]
        try:
            return read(value)
        except FieldError as fault:
            parts = {"field": self.names[name], "value": shown(value), **fault.numbers}
            self.fault(name, fault.sentence % parts)
            return None

    def refuse_unknown(self) -> None:
        for name in self.given:
            if name not in self.names:
                self.fault(shown(name), _("没有“%(field)s”这个字段") % {"field": shown(name)})

    def fault(self, name: str, sentence: str) -> None:
        where = _("%(row)s：%(sentence)s") % {"row": self.spoken, "sentence": sentence} if self.spoken else sentence
        self.errors[self.place + name] = where


def read_one(read: Read, value: Any, *, field: str, label: str, code: str) -> Any:
    """Read one value that stands alone. Refuses: `code`, beside the field."""
    try:
        return read(value)
    except FieldError as fault:
        sentence = fault.sentence % {"field": label, "value": shown(value), **fault.numbers}
        raise Refused(code, sentence, {field: sentence}) from fault


def read_uuid(value: Any) -> UUID:
    """Read a UUID in any usual spelling."""
    try:
        return UUID(value)
    except (ValueError, AttributeError, TypeError) as error:
        raise FieldError(_("%(field)s要是一个 UUID")) from error


def read_flag(value: Any) -> bool:
    """Read true or false, nothing that merely resembles them."""
    if not isinstance(value, bool):
        raise FieldError(_("%(field)s只能是 true 或 false，现在是“%(value)s”"))
    return value


def whole(low: int, high: int) -> Read:
    """Return a reader of whole numbers from low to high; neither true nor 1.0 nor "1" is one."""

    def read(value: Any) -> int:
        if value in ("", None):
            raise FieldError(_("还没填%(field)s"))
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise FieldError(_("%(field)s填了“%(value)s”，请填 %(low)s 到 %(high)s 的整数"), low=low, high=high)
        return value

    return read


def text(length: int) -> Read:
    """Return a reader of one line of text, 1 to `length` characters, blanks around it cut off."""

    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise FieldError(_("%(field)s要是文字，现在是“%(value)s”"))
        line = value.strip()
        if unfit(line):
            raise FieldError(_("%(field)s里有换行或看不见的控制字符，请去掉"))
        if not line:
            raise FieldError(_("还没填%(field)s"))
        if len(line) > length:
            raise FieldError(_("%(field)s最多 %(most)s 个字，现在有 %(count)s 个"), most=length, count=len(line))
        return line

    return read


def one_of(values: Collection[str]) -> Read:
    """Return a reader of one of the codes."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in values:
            known = "、".join(each for each in values if each) or _("空")
            raise FieldError(_("没有“%(value)s”这种%(field)s，可以填：%(known)s"), known=known)
        return value

    return read


def many(read: Read, most: int) -> Read:
    """Return a reader of a list, each item as `read` takes it; what comes twice is kept once."""

    def read_all(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise FieldError(_("%(field)s要是一个列表"))
        if len(value) > most:
            raise FieldError(_("%(field)s最多 %(most)s 项，现在有 %(count)s 项"), most=most, count=len(value))
        return tuple(dict.fromkeys(read(item) for item in value))

    return read_all


def each_of(read: Read) -> Read:
    """Return a reader of an object whose values are all of one kind."""

    def read_object(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise FieldError(_("%(field)s要是一个 JSON 对象"))
        return {str(name): read(item) for name, item in value.items()}

    return read_object


def maybe(read: Read, nothing: Any = None) -> Read:
    """Return a reader that takes an empty value for nothing."""
    return lambda value: nothing if value in ("", None) else read(value)


def read_day(value: Any) -> dt.date:
    """Read a date, or its `YYYY-MM-DD`."""
    if type(value) is dt.date:
        return value
    try:
        return clock.read_day(value)
    except (ValueError, TypeError) as error:
        raise FieldError(_("%(field)s填了“%(value)s”，请写成 2026-11-25 这样")) from error


def read_time(value: Any) -> dt.time:
    """Read a time of day, or its `HH:MM`."""
    if isinstance(value, dt.time):
        return value
    try:
        return dt.datetime.strptime(value, "%H:%M").time()  # noqa: DTZ007 - a wall clock has no zone
    except (ValueError, TypeError) as error:
        raise FieldError(_("%(field)s填了“%(value)s”，请写成 09:30 这样")) from error


def unfit(line: str) -> bool:
    """Tell whether a line holds what neither a page nor the database should."""
    return any(unicodedata.category(sign) in UNFIT or sign in BIDI for sign in line)


def bare(title: str) -> str:
    """Return a title without marks of its own around it, for a sentence that puts it in marks."""
    return title[1:-1] if title.startswith("《") and title.endswith("》") else title


def as_compared(title: str) -> str:
    """Return a title as it is compared with another: marks, blanks and case aside; what merely resembles it is another thing."""
    return bare(title.strip()).replace(" ", "").casefold()


def quoted(title: str) -> str:
    """Return a title as a sentence repeats it; one that comes in marks of its own gets no second ones."""
    return shown(title) if title.startswith("《") else f"《{shown(title)}》"


def shown(value: Any) -> str:
    """Return a wrong value as a sentence may repeat it: short, on one line, printable."""
    line = "".join("?" if unfit(sign) else sign for sign in str(value)[: SHOWN * 2 + 1])
    return line if len(line) <= SHOWN * 2 else line[: SHOWN * 2] + "…"

"""What the templates of my week read: rows as they are stored, offered or were typed, and what they come to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from burden.demands.duplicates import LIKELY, plain_title
from burden.demands.queries import Peers, TargetRow
from burden.entries.models import Answer, Reason
from burden.entries.offers import Issuer
from burden.entries.queries import Row, WeekSheet
from burden.kit.templatetags.show import NOTHING, category_css
from burden.standards.measure import Cost, is_unusual, person_minutes
from burden.standards.models import Category
from burden.units.models import Level

POSTED = re.compile(r"entries\.(\d{1,4})\.([a-z_]+)")
HIDDEN = (
    "key",
    "target",
    "bulk",
    "category",
    "subkind",
    "title",
    "issuer",
)  # what a row says without a field of its own
SKIPPED = (Answer.ABSENT, Answer.NOT_APPLICABLE)
ATTENDED = (Category.MEETING, Category.INSPECTION)  # one is absent from these; the rest one did not do
OFFERED = 2  # issuers with a chip of their own, beside the own unit


@dataclass(frozen=True)
class Line:
    """One row as the page shows it: as typed, so that an error loses nothing."""

    number: int | str
    said: Mapping[str, str]
    issuer_name: str = ""
    before: int | None = None  # minutes each of the last time, where the row was offered
    claim: TargetRow | None = None  # what its issuer registered, where it answers that
    peers: Peers | None = None
    maybe: TargetRow | None = None  # what it resembles, where it answers nothing: 是这一项吗？
    unlinked: bool = False  # its target was withdrawn before it arrived
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def skipped(self) -> bool:
        return self.said.get("answer") in SKIPPED

    @property
    def sent(self) -> bool:
        return bool(self.said.get("ticked")) or self.skipped

    @property
    def cost(self) -> Cost | None:
        """What the row's numbers say; None where one is none."""
        try:
            return Cost(
                people=int(self.said.get("people") or 1),
                minutes=int(self.said["minutes"]),
                travel_minutes=int(self.said.get("travel_minutes") or 0),
                prep_minutes=int(self.said.get("prep_minutes") or 0),
            )
        except (KeyError, ValueError):
            return None

    @property
    def person_min(self) -> int | None:
        """What the row counts."""
        return person_minutes(**vars(self.cost)) if self.cost and min(vars(self.cost).values()) >= 0 else None

    @property
    def asks_why(self) -> bool:
        """Whether the field of the word shows: for an unusual size, and for what was written in it."""
        unusual = self.cost is not None and self.person_min is not None and is_unusual(self.cost)
        return (unusual and not self.skipped) or bool(self.said.get("note")) or "note" in self.errors

    @property
    def faults(self) -> list[str]:
        """What is wrong with the row, but for the word, which has its own place."""
        return [words for name, words in self.errors.items() if name != "note"]

    @property
    def priced(self) -> bool:
        """Whether the issuer says how long it takes: 其余照此计 confirms nothing else."""
        return self.claim is None or self.claim.person_min > 0

    @property
    def chips(self) -> str:
        """Minutes worth a chip beside the usual ones: what is claimed, and the median of others."""
        found = [self.claim.minutes] if self.claim else []
        return " ".join(map(str, found + ([self.peers.minutes] if self.peers and self.peers.units else [])))

    @property
    def counted(self) -> int:
        return self.person_min or 0 if self.sent and not self.skipped else 0

    @property
    def absent_label(self) -> str:
        return _("未参加") if self.said.get("category") in ATTENDED else _("未办")

    @property
    def shown(self) -> str:
        """What the pill says: person-minutes, why there are none, or what was typed instead."""
        if self.skipped:
            return self.absent_label if self.said["answer"] == Answer.ABSENT else _("不适用")
        return str(self.person_min) if self.person_min is not None else self.said.get("minutes") or NOTHING

    @property
    def category_label(self) -> str:
        code = self.said.get("category", "")
        return str(Category(code).label) if code in Category.values else ""

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Why it may not apply, for one tap."""
        return [(reason.value, str(reason.label)) for reason in Reason]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        shown = {"title"} & self.errors.keys() | ({"target"} if self.maybe else set())
        return [(name, self.said.get(name, "")) for name in HIDDEN if name not in shown]

    @property
    def extra(self) -> bool:
        """Whether the folded travel and preparation say something."""
        return any(self.said.get(name, "0") not in ("", "0") for name in ("travel_minutes", "prep_minutes"))


def lines_of(rows: Iterable[Row], sheet: WeekSheet, *, start: int = 0, copied: bool | None = None) -> list[Line]:
    """Return stored rows as lines of the form; `copied` tells of rows on offer whether they are ticked in bulk."""
    found = []
    claims = {target.id: target for target in sheet.targets}
    offered = copied is not None
    for number, row in enumerate(rows, start):
        said = {name: str(value) for name, value in row.body().items() if value is not None and value is not False}
        for name in ("bulk", "repeated", "after_hours") if offered else ():
            said.pop(name, None)
        said |= {} if offered else {"ticked": "1"}
        said |= {"ticked": "1", "bulk": "1"} if copied and (row.person_min or not row.target_id) else {}
        line = Line(
            number,
            said,
            row.issuer_name,
            before=row.minutes if offered and not row.target_id else None,
            claim=claims.get(row.target_id or 0),
            peers=sheet.peers.get(row.target_id or 0),
            maybe=None if row.target_id else resembled(row.title, row.issuer or "", sheet),
            unlinked=row.key in sheet.unlinked,
        )
        found.append(line)
    return found


def typed_lines(post: QueryDict, sheet: WeekSheet, offered: Sequence[Issuer], errors: Mapping[str, str]) -> list[Line]:
    """Return the posted rows as they were typed, with their errors; rows left empty are gone."""
    names = {issuer.code: issuer.name for issuer in offered}
    names |= {row.issuer: row.issuer_name for row in (*sheet.entries, *sheet.prefilled) if row.issuer}
    before = {row.key: row.minutes for row in sheet.prefilled if not row.target_id}
    claims = {str(target.id): target for target in sheet.targets}
    rows: dict[int, dict[str, str]] = {}
    for name in post:
        if found := POSTED.fullmatch(name):
            rows.setdefault(int(found[1]), {})[found[2]] = str(post[name])
    wrong: dict[int, dict[str, str]] = {}
    for name, words in errors.items():
        if found := POSTED.fullmatch(name):
            wrong.setdefault(int(found[1]), {})[found[2]] = words
    return [
        Line(
            number,
            said,
            names.get(said.get("issuer", ""), ""),
            before=before.get(said.get("key", "")),
            errors=wrong.get(number, {}),
            claim=(claim := claims.get(said.get("target", ""))),
            peers=sheet.peers.get(claim.id) if claim else None,
            maybe=None if said.get("target") else resembled(said.get("title", ""), said.get("issuer", ""), sheet),
        )
        for number, said in sorted(rows.items())
        if said.get("title", "").strip() or said.get("minutes", "").strip()
    ]


def resembled(title: str, issuer: str, sheet: WeekSheet) -> TargetRow | None:
    """Return what the same issuer registered this week under the most similar title, if the return does not answer it yet."""
    answered = {row.target_id for row in sheet.entries}
    scores = [
        (fuzz.ratio(plain_title(title), plain_title(target.title)) / 100, target)
        for target in sheet.targets
        if target.issuer == issuer and target.id not in answered
    ]
    score, best = max(scores, key=lambda pair: pair[0], default=(0.0, None))
    return best if score >= LIKELY else None


def groups_of(sheet: WeekSheet, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the lines under four headings; an empty group is there for the script to fill."""
    filed = {row.key for row in sheet.entries}
    last = {row.key for row in sheet.prefilled}
    groups: dict[str, list[Line]] = {"filed": [], "targets": [], "last": [], "added": []}
    for line in lines:
        key = line.said.get("key")
        offered = "targets" if line.claim else "last" if key in last else "added"
        groups["filed" if key in filed else offered].append(line)
    in_village = sheet.unit is not None and sheet.unit.level == Level.VILLAGE
    headings = {"filed": _("已报"), "last": _("我的例行"), "added": _("补记的")}
    headings["targets"] = _("部门已登记") if in_village else _("我经办的")
    after = {"targets": _("，请核对") if in_village else ""}
    notes = {"last": _("从上次周报带出")}
    return [
        {
            "name": name,
            "heading": headings[name],
            "after": after.get(name, ""),
            "note": notes.get(name, ""),
            "lines": found,
        }
        for name, found in groups.items()
    ]


def totals_of(lines: Sequence[Line]) -> dict[str, Any]:
    """Sum what is ticked, in all and by category. Units: person-minutes."""
    sums = {code: sum(line.counted for line in lines if line.said.get("category") == code) for code in Category.values}
    parts = [{"code": each.value, "label": each.label, "minutes": sums[each.value]} for each in Category]
    hour, minute = divmod(sum(sums.values()), 60)
    return {
        "hour": hour,
        "minute": minute,
        "count": sum(line.sent and not line.skipped for line in lines),
        "parts": parts,
        "bar": [(category_css(code), minutes) for code, minutes in sums.items()],
        "label": " ".join(
            _("%(name)s %(minutes)s 分") % {"name": part["label"], "minutes": part["minutes"]} for part in parts
        ),
    }


def with_chips(offered: Sequence[Issuer]) -> list[Issuer]:
    """Return the issuers worth a chip: those named most often, and the own unit."""
    others = [issuer for issuer in offered if not issuer.own][:OFFERED]
    return others + [issuer for issuer in offered if issuer.own][:1]


def pairs_of(stored: Sequence[Line], sent: Sequence[Line]) -> list[dict[str, Any]]:
    """Put the same work of two versions into one row."""
    sides: dict[tuple[str, ...], list[Line | None]] = {}
    for side, lines in enumerate((stored, sent)):
        for line in lines:
            same = tuple(line.said.get(name, "") for name in ("category", "title", "issuer"))
            sides.setdefault(same, [None, None])[side] = line
    return [
        {
            "title": title,
            "stored": left.shown if left else NOTHING,
            "sent": right.shown if right else NOTHING,
            "same": bool(left and right and left.shown == right.shown),
        }
        for (_category, title, _issuer), (left, right) in sides.items()
    ]

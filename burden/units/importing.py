"""The tree from a file: read, checked as a whole, then applied by COPY and set-based SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from burden.kit.clock import Week
from burden.kit.errors import Refused
from burden.kit.sheets import MEGABYTE, Fault, Row, read_sheet
from burden.ledger.services import record
from burden.units.models import Level, Unit
from burden.units.services import check_week, fault_of, hold_tree, kind_of, mark_since, may_stand_under, recompute_paths

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

LIMIT = 10 * MEGABYTE
COLUMNS = ("code", "name", "level", "parent_code")
OPTIONAL = ("kind", "headcount")
MAX_DEPTH = 12  # far more than any administration has; paths stay short


@dataclass(frozen=True)
class Line:
    """One unit as a line of the file states it; an empty kind and no headcount leave what is known."""

    number: int
    code: str
    name: str
    level: str
    parent_code: str
    kind: str
    headcount: int | None

    @property
    def facts(self) -> tuple[object, ...]:
        return self.name, self.level, self.parent_code, self.kind, self.headcount

    @property
    def is_placeholder(self) -> bool:
        """Whether the unit stands below itself, to fill a level that it does not have."""
        return self.parent_code == self.code


@dataclass(frozen=True)
class Merged:
    """A placeholder that was folded into the unit it repeats. Units: line numbers."""

    code: str
    name: str
    kept: int
    folded: int


@dataclass
class Imported:
    """What an import did, or with faults would have done. Units: counts of units."""

    effective: dt.date
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    repeated: int = 0  # lines that say the same again
    merged: list[Merged] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class FileRefused(Refused):
    """A file of which some lines are wrong; nothing of it was stored."""

    def __init__(self, faults: list[Fault]) -> None:
        detail = _("有 %(count)s 行不对，整个文件没有导入") % {"count": len(faults)}
        super().__init__("file.lines", detail, {f"line.{fault.line}": fault.sentence for fault in faults})
        self.faults = faults


@transaction.atomic
def import_units(
    *,
    by: Actor | None,
    data: bytes,
    now: dt.datetime,
    effective: dt.date | None = None,
    skip_bad: bool = False,
    dry_run: bool = False,
) -> Imported:
    """Create and change units as a file states; units it does not name stay as they are.

    Placements begin on `effective`, by default this week's Monday: weeks before a unit's first placement use that one,
    so a new tree needs no earlier date. A unit that comes a second time, below itself, is a placeholder (a city without
    counties repeats itself as its own county): it is folded into the unit.

    Refuses: what `read_sheet` refuses, unit.monday, unit.future, file.lines (unless `skip_bad`: then only those lines).
    """
    effective = effective or Week.at(now).monday
    check_week(from_=effective, now=now)
    done = Imported(effective)
    rows, faults = read_sheet(data, columns=COLUMNS, optional=OPTIONAL, most=LIMIT)
    done.faults = faults
    lines = _hang_together(_fold(_parse(rows, done), done), done)
    hold_tree()
    with connection.cursor() as cursor:
        _stage(cursor, lines)
        done.faults += _blocked(cursor, effective)
        if done.faults and not skip_bad:
            raise FileRefused(sorted(done.faults))
        changed_from = _apply(cursor, done)
    recompute_paths(now=now)
    if done.created:
        _refresh_statistics()
    if changed_from:
        mark_since(from_=changed_from, now=now)
    if done.created or done.changed:
        _record(by, done, lines, now)
    if dry_run:
        transaction.set_rollback(True)
    return done


def _parse(rows: Iterable[Row], done: Imported) -> Iterator[Line]:
    """Yield the lines whose own facts are right; note the others."""
    for row in rows:
        cells = row.cells
        count = cells.pop("headcount")
        if count and not (count.isascii() and count.isdigit()):
            done.faults.append(Fault(row.line, _("人数要是整数，现在是“%(text)s”") % {"text": count[:20]}))
            continue
        line = Line(row.line, **cells, headcount=int(count) if count else None)
        fault = fault_of(code=line.code, name=line.name, level=line.level, kind=line.kind, headcount=line.headcount)
        if fault:
            done.faults.append(Fault(row.line, fault[1]))
        else:
            yield line


def _fold(lines: Iterable[Line], done: Imported) -> dict[str, Line]:
    """Bring the lines to one per code: fold placeholders, count repetitions, note contradictions."""
    kept: dict[str, Line] = {}
    for line in lines:
        known = kept.setdefault(line.code, line)
        if known is line:
            continue
        if known.facts == line.facts:
            done.repeated += 1
        elif known.name == line.name and known.is_placeholder != line.is_placeholder:
            placeholder, unit = (known, line) if known.is_placeholder else (line, known)
            kept[line.code] = unit
            done.merged.append(Merged(line.code, line.name, unit.number, placeholder.number))
        else:
            sentence = _("代码 %(code)s 在第 %(line)s 行已有，说法不同") % {"code": line.code, "line": known.number}
            done.faults.append(Fault(line.number, sentence))
    return kept


def _hang_together(lines: dict[str, Line], done: Imported) -> list[Line]:
    """Return the lines that reach a root through their parents, in the file or else in the database."""
    tree = _Tree(lines)
    for code in lines:
        tree.settle(code)
    done.faults += tree.faults
    return [line for line in lines.values() if tree.depth.get(line.code)]


class _Tree:
    """The tree as it would be: the file's lines over what the database has."""

    def __init__(self, lines: dict[str, Line]) -> None:
        stored = Unit.every.values_list("code", "level", "parent__code")
        self.level = {code: level for code, level, _parent in stored}
        self.parent = {code: parent or "" for code, _level, parent in stored}
        self.level |= {code: line.level for code, line in lines.items()}
        self.parent |= {code: line.parent_code for code, line in lines.items()}
        self.lines = lines
        self.depth: dict[str, int] = {"": 0}  # of the codes that are settled; 0 with a name: that line is wrong
        self.faults: list[Fault] = []

    def settle(self, code: str) -> None:
        """Follow a code upwards to a root or to what is settled, then judge the way back down."""
        chain: dict[str, None] = {}
        while code in self.parent and code not in self.depth and code not in chain:
            chain[code] = None
            code = self.parent[code]
        way = list(chain)
        ring = set(way[way.index(code) :]) if code in chain else set()
        for step in reversed(way):
            sentence = _("上级绕回了自己") if step in ring else self._fault(step)
            self.depth[step] = 0 if sentence else self.depth[self.parent[step]] + 1
            if sentence and step in self.lines:
                self.faults.append(Fault(self.lines[step].number, sentence))

    def _fault(self, code: str) -> str | None:
        """Say what is wrong with a code's parent, which is settled if it is there at all."""
        parent = self.parent[code]
        if not parent:
            return None
        if parent not in self.depth:
            return _("没有上级 %(code)s") % {"code": parent}
        if not self.depth[parent]:
            return _("上级 %(code)s 那一行不对") % {"code": parent}
        if self.depth[parent] >= MAX_DEPTH:
            return _("上下级超过 %(most)s 层") % {"most": MAX_DEPTH}
        if code in self.lines and not may_stand_under(level=self.level[code], parent_level=self.level[parent]):
            labels = {"level": Level(self.level[code]).label, "parent": Level(self.level[parent]).label}
            return _("%(level)s不能设在%(parent)s之下") % labels
        return None


def _stage(cursor: Any, lines: Iterable[Line]) -> None:
    """Copy the lines beside what is known, and let the database say what becomes of each."""
    cursor.execute(INCOMING)
    with cursor.copy("COPY incoming FROM STDIN") as copy:
        for line in lines:
            usual = kind_of(level=line.level, name=line.name)
            copy.write_row(
                (line.number, line.code, line.name, line.level, line.kind, usual, line.parent_code, line.headcount)
            )
    cursor.execute("ANALYZE incoming")
    cursor.execute(WANTED)
    cursor.execute("ANALYZE wanted")


def _blocked(cursor: Any, effective: dt.date) -> list[Fault]:
    """Take out and name the lines that would change a unit before its latest placement."""
    cursor.execute(BLOCKED, {"effective": effective})
    return [Fault(line, _("%(day)s 起已有新的登记，不能改更早的") % {"day": day}) for line, day in cursor.fetchall()]


def _apply(cursor: Any, done: Imported) -> dt.date | None:
    """Write units and placements.

    Shape: the Monday from which the tree differs; None where no unit moved.
    """
    cursor.execute("SELECT fate, count(*) FROM wanted GROUP BY fate")
    counts = dict(cursor.fetchall())
    done.created, done.changed, done.unchanged = (counts.get(fate, 0) for fate in ("created", "changed", "unchanged"))
    for statement in (NEW_UNITS, ENDED, CORRECTED, PLACED):
        cursor.execute(statement, {"effective": done.effective})
    cursor.execute(MOVED, {"effective": done.effective})
    moved: dt.date | None = cursor.fetchone()[0]
    cursor.execute("DROP TABLE incoming, wanted")
    return moved


def _refresh_statistics() -> None:
    """Let the planner know the new tree at once: until then it takes it for empty and joins row by row."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE unit, placement, unit_path")


def _record(by: Actor | None, done: Imported, lines: Sequence[Line], now: dt.datetime) -> None:
    top = Unit.every.get(code=min(lines, key=lambda line: line.number).code)
    record(
        by=by, what="units.imported", on=top, now=now, unit_id=top.pk, from_week=str(done.effective),
        created=done.created, changed=done.changed, merged=len(done.merged), refused=len(done.faults),
    )  # fmt: skip


INCOMING = """
CREATE TEMP TABLE incoming (
    line integer, code text PRIMARY KEY, name text, level text, kind text, usual text, parent_code text, headcount integer
) ON COMMIT DROP
"""

# kind and headcount that a line leaves open stay what they were; a new name or level lets the name's ending decide again
WANTED = """
CREATE TEMP TABLE wanted ON COMMIT DROP AS
WITH facts AS (
    SELECT i.line, u.id AS known, i.code, i.name, i.level, i.parent_code,
           CASE WHEN i.kind <> '' THEN i.kind WHEN (p.name, p.level) = (i.name, i.level) THEN p.kind ELSE i.usual END AS kind,
           coalesce(i.headcount, p.headcount) AS headcount,
           p.id AS placement_id, lower(p.valid) AS since, upper(p.valid) AS until, p.earlier,
           p.name AS old_name, p.level AS old_level, p.kind AS old_kind, p.headcount AS old_headcount,
           coalesce(o.code, '') AS old_parent
    FROM incoming i
    LEFT JOIN unit u ON u.code = i.code
    LEFT JOIN LATERAL (
        SELECT *, lower(l.valid) > min(lower(l.valid)) OVER () AS earlier
        FROM placement l WHERE l.unit_id = u.id ORDER BY l.valid DESC LIMIT 1) p ON true
    LEFT JOIN unit o ON o.id = p.parent_id
)
SELECT *, coalesce(known, nextval(pg_get_serial_sequence('unit', 'id'))) AS unit_id,
       CASE WHEN known IS NULL THEN 'created'
            WHEN until IS NULL AND old_parent = parent_code
                 AND (old_name, old_level, old_kind, old_headcount) IS NOT DISTINCT FROM (name, level, kind, headcount)
            THEN 'unchanged'
            ELSE 'changed' END AS fate
FROM facts
"""

BLOCKED = """
DELETE FROM wanted WHERE fate = 'changed' AND %(effective)s < coalesce(until, since)
RETURNING line, coalesce(until, since)
"""

NEW_UNITS = """
INSERT INTO unit (id, code, name, level, kind, headcount, parent_id, depth, path, shard)
SELECT w.unit_id, w.code, w.name, w.level, w.kind, w.headcount, coalesce(p.unit_id, o.id), 0, w.code || ':', 0
FROM wanted w LEFT JOIN wanted p ON p.code = w.parent_code LEFT JOIN unit o ON o.code = w.parent_code
WHERE w.fate = 'created'
"""

ENDED = """
UPDATE placement p SET valid = daterange(w.since, %(effective)s)
FROM wanted w
WHERE p.id = w.placement_id AND w.fate = 'changed' AND w.until IS NULL AND w.since < %(effective)s
"""

CORRECTED = """
UPDATE placement p SET parent_id = o.id, name = w.name, level = w.level, kind = w.kind, headcount = w.headcount
FROM wanted w LEFT JOIN unit o ON o.code = w.parent_code
WHERE p.id = w.placement_id AND w.fate = 'changed' AND w.until IS NULL AND w.since = %(effective)s
"""

PLACED = """
INSERT INTO placement (unit_id, parent_id, name, level, kind, headcount, valid)
SELECT w.unit_id, o.id, w.name, w.level, w.kind, w.headcount, daterange(%(effective)s, NULL)
FROM wanted w LEFT JOIN unit o ON o.code = w.parent_code
WHERE w.fate = 'created' OR w.fate = 'changed' AND (w.until IS NOT NULL OR w.since < %(effective)s)
"""

# what corrects the first placement of a unit changes all weeks before it too
MOVED = """
SELECT min(CASE WHEN since < %(effective)s OR earlier THEN %(effective)s ELSE date '0001-01-01' END)
FROM wanted WHERE fate = 'changed' AND old_parent <> parent_code
"""

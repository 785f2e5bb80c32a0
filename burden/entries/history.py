"""Past work from a file: copied into a staging table, checked there as a whole, then inserted set by set.

A cadre of the past is (unit, name): a person without user name, who never logs in and is never matched to an account.
Their returns are late (补录) and have a receipt; they have no submission, because no device sent them: the file's
digest stands for it. Marks are left by the triggers, so the sums follow.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import psycopg
from django.db import connection, transaction
from django.utils.translation import gettext as _

from burden.entries.models import MAX_MINUTES, MAX_PEOPLE, TITLE_LENGTH, HistoryFile
from burden.kit.clock import Week, day_of
from burden.kit.errors import Refused
from burden.kit.sheets import BOM, Fault, check_header, read_header, refuse_workbook
from burden.ledger.services import record
from burden.standards.models import Category, Evidence

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

COLUMNS = (
    "unit_code", "cadre", "week", "category", "title", "issuer_code",
    "people", "minutes", "travel_minutes", "prep_minutes",
)  # fmt: skip
CHUNK = 1 << 20
SHOWN = 20  # faults that are named; the rest is counted
NAME_LENGTH = 60
FIRST_WEEK = dt.date(2000, 1, 3)  # an earlier one is a slip of the pen


@dataclass(frozen=True)
class Imported:
    """What came of a file. Units: counts; weeks are Mondays."""

    rows: int
    cadres: int
    new_cadres: int
    returns: int
    first: dt.date
    last: dt.date


class HistoryRefused(Refused):
    """A file of which some lines are wrong: nothing was stored. `faults` are the first of `total`."""

    def __init__(self, faults: list[Fault], total: int) -> None:
        super().__init__("history.lines", _("有 %(count)s 行不对，整个文件没有导入") % {"count": total})
        self.faults, self.total = faults, total


@dataclass(frozen=True)
class _Source:
    """A file that was read through once. Units: size of the BOM in bytes."""

    digest: str
    encoding: str
    header: tuple[str, ...]
    skip: int


@transaction.atomic
def import_history(
    *, by: Actor | None, file: IO[bytes], name: str, now: dt.datetime, say: Callable[[str], None] = lambda _text: None
) -> Imported:
    """Import past work, all of it or nothing.

    Shape: `file` can be read twice; `say` is told what is being done.
    Refuses: file.workbook, file.empty, file.not_text, file.header, history.twice (the same file), history.line (no CSV),
    history.lines.
    """
    source = _survey(file)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('burden.import_history'))")
        _refuse_twice(source)
        say(_("读入"))
        _copy(cursor, file, source)
        say(_("核对"))
        cursor.execute(CHECKED, _limits(now))
        _refuse_faults(cursor, FAULTS)
        cursor.execute(CADRES)
        cursor.execute(RETURNS)
        _refuse_faults(cursor, FILED_BEFORE)
        say(_("入库"))
        for statement in (NEW_PEOPLE, NEW_POSTS, LONGER_POSTS, NEW_RETURNS, NEW_ENTRIES):
            cursor.execute(statement, {"now": now, "stated": Evidence.STATED})
        done = _counted(cursor)
        cursor.execute("DROP TABLE staged, checked, cadres, returns")
        cursor.execute("ANALYZE person, post, weekly_return, entry")
    kept = HistoryFile.objects.create(digest=source.digest, name=name[:255], rows=done.rows, imported_at=now)
    record(by=by, what="history.imported", on=kept, now=now, rows=done.rows, cadres=done.cadres, returns=done.returns)
    return done


def _survey(file: IO[bytes]) -> _Source:
    """Read a file through once: its digest, its encoding, its first line."""
    digest = hashlib.sha256()
    possible = {encoding: codecs.getincrementaldecoder(encoding)() for encoding in ("utf-8", "gb18030")}
    head = b""
    for chunk in _chunks(file):
        head = head or chunk
        digest.update(chunk)
        possible = {name: decoder for name, decoder in possible.items() if _decodes(decoder, chunk)}
    possible = {name: decoder for name, decoder in possible.items() if _decodes(decoder, b"", final=True)}
    refuse_workbook(head)
    if not possible or b"\0" in head:
        raise Refused("file.not_text", _("这不是 UTF-8 或 GB18030 的文本文件"))
    encoding, skip = next(iter(possible)), len(BOM) if head.startswith(BOM) else 0
    first = re.split(rb"[\r\n]", head[skip:], maxsplit=1)[0].decode(encoding, errors="replace")
    header = tuple(read_header(csv.reader([first])))
    check_header(header, COLUMNS)
    return _Source(digest.hexdigest(), encoding, header, skip)


def _chunks(file: IO[bytes], skip: int = 0) -> Iterator[bytes]:
    file.seek(skip)
    while chunk := file.read(CHUNK):
        yield chunk


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_twice(source: _Source) -> None:
    """Refuse a file that was imported before, whatever its name."""
    before = HistoryFile.objects.filter(digest=source.digest).first()
    if before:
        facts = {"at": day_of(before.imported_at), "name": before.name, "rows": before.rows}
        raise Refused("history.twice", _("这个文件 %(at)s 已经导入过（%(name)s，%(rows)s 行）") % facts)


def _copy(cursor: Any, file: IO[bytes], source: _Source) -> None:
    """Stream the file into the staging table; the server reads the CSV. Refuses: history.line."""
    cursor.execute(STAGED)
    columns = ", ".join(source.header)
    encoding = "GB18030" if source.encoding == "gb18030" else "UTF8"
    statement = (
        f"COPY staged ({columns}) FROM STDIN"
        f" WITH (FORMAT csv, HEADER true, ENCODING '{encoding}', FORCE_NOT_NULL ({columns}))"
    )
    try:
        with cursor.copy(statement) as copy:
            blank = b""
            for chunk in _chunks(file, source.skip):  # blank lines at the end are no lines
                text = (blank + chunk).rstrip(b"\r\n")
                blank = (blank + chunk)[len(text) :]
                copy.write(text)
    except psycopg.DataError as error:
        raise _no_csv(error) from None
    cursor.execute("SELECT EXISTS (SELECT FROM staged)")
    if not cursor.fetchone()[0]:
        raise Refused("file.empty", _("文件里只有列名，没有记录"))
    cursor.execute("ANALYZE staged")


def _no_csv(error: psycopg.DataError) -> Refused:
    found = re.search(r"line (\d+)", error.diag.context or "")
    if not found:
        return Refused("history.line", _("文件不是合规的 CSV：%(why)s") % {"why": error.diag.message_primary})
    sentence = _("列数不对，或引号没有成对（要有 %(count)s 列）") % {"count": len(COLUMNS)}
    return Refused("history.line", str(Fault(int(found[1]), sentence)))


def _limits(now: dt.datetime) -> dict[str, Any]:
    return {
        "first_week": FIRST_WEEK,
        "this_week": Week.at(now).monday,
        "categories": list(Category.values),
        "title_length": TITLE_LENGTH,
        "name_length": NAME_LENGTH,
        "max_people": MAX_PEOPLE,
        "max_minutes": MAX_MINUTES,
    }


def _refuse_faults(cursor: Any, query: str) -> None:
    cursor.execute(query, {"shown": SHOWN})
    rows = cursor.fetchall()
    if rows:
        faults = [Fault(line, _sentence(fault, value)) for line, fault, value, _total in rows]
        raise HistoryRefused(faults, rows[0][3])


def _sentence(fault: str, value: str) -> str:
    most = {
        "value": value[:40],
        "people": MAX_PEOPLE,
        "minutes": MAX_MINUTES,
        "title": TITLE_LENGTH,
        "name": NAME_LENGTH,
        "first": FIRST_WEEK,
    }
    minutes = _("分钟要是 0 到 %(minutes)s 的整数，现在是“%(value)s”")
    sentences = {
        "unit": _("没有单位 %(value)s"),
        "cadre": _("姓名要是 1 到 %(name)s 个字"),
        "week": _("周要写成周一的日期，如 2026-01-05，现在是“%(value)s”"),
        "monday": _("%(value)s 不是周一"),
        "past": _("%(value)s 太早，只收 %(first)s 以后的周"),
        "future": _("%(value)s 这一周还没到"),
        "category": _("没有“%(value)s”这个类别"),
        "title": _("事项要是 1 到 %(title)s 个字，不能换行"),
        "issuer": _("没有发起单位 %(value)s"),
        "people": _("人数要是 1 到 %(people)s 的整数，现在是“%(value)s”"),
        "minutes": minutes,
        "travel": minutes,
        "prep": minutes,
        "filed": _("%(value)s 这一周已经导入过"),
    }
    return sentences[fault] % most


def _counted(cursor: Any) -> Imported:
    cursor.execute(COUNTED)
    return Imported(*cursor.fetchone())


STAGED = """
CREATE TEMP TABLE staged (
    line integer GENERATED ALWAYS AS IDENTITY (START 2),
    unit_code text, cadre text, week text, category text, title text, issuer_code text,
    people text, minutes text, travel_minutes text, prep_minutes text
) ON COMMIT DROP
"""

# One pass: every line with its typed facts and the first thing that is wrong with it.
# Left empty, people are 1, travel and preparation 0.
CHECKED = r"""
CREATE TEMP TABLE checked ON COMMIT DROP AS
WITH weeks AS (
    SELECT week AS text, CASE WHEN week ~ '^\d{4}-\d\d-\d\d$' AND pg_input_is_valid(week, 'date') THEN week::date END AS week
    FROM (SELECT DISTINCT week FROM staged) s
), typed AS (
    SELECT s.line, u.id AS unit_id, btrim(s.cadre) AS cadre, w.week, s.category, btrim(s.title) AS title, i.id AS issuer_id,
           s.issuer_code <> '' AS named,
           CASE WHEN s.people = '' THEN 1 WHEN s.people ~ '^\d{1,6}$' THEN s.people::integer END AS people,
           CASE WHEN s.minutes ~ '^\d{1,6}$' THEN s.minutes::integer END AS minutes,
           CASE WHEN s.travel_minutes = '' THEN 0
                WHEN s.travel_minutes ~ '^\d{1,6}$' THEN s.travel_minutes::integer END AS travel_minutes,
           CASE WHEN s.prep_minutes = '' THEN 0
                WHEN s.prep_minutes ~ '^\d{1,6}$' THEN s.prep_minutes::integer END AS prep_minutes
    FROM staged s
    LEFT JOIN unit u ON u.code = s.unit_code
    LEFT JOIN unit i ON i.code = s.issuer_code
    JOIN weeks w ON w.text = s.week
    OFFSET 0  -- computed once, not once for every test below
)
SELECT line, unit_id, cadre, week, category, title, issuer_id, people, minutes, travel_minutes, prep_minutes,
       CASE
           WHEN unit_id IS NULL THEN 'unit'
           WHEN cadre = '' OR length(cadre) > %(name_length)s OR cadre ~ '[[:cntrl:]]' THEN 'cadre'
           WHEN week IS NULL THEN 'week'
           WHEN extract(isodow FROM week) <> 1 THEN 'monday'
           WHEN week < %(first_week)s THEN 'past'
           WHEN week > %(this_week)s THEN 'future'
           WHEN category <> ALL (%(categories)s) THEN 'category'
           WHEN title = '' OR length(title) > %(title_length)s OR title ~ '[[:cntrl:]]' THEN 'title'
           WHEN issuer_id IS NULL AND named THEN 'issuer'
           WHEN coalesce(people, 0) NOT BETWEEN 1 AND %(max_people)s THEN 'people'
           WHEN coalesce(minutes, -1) NOT BETWEEN 0 AND %(max_minutes)s THEN 'minutes'
           WHEN coalesce(travel_minutes, -1) NOT BETWEEN 0 AND %(max_minutes)s THEN 'travel'
           WHEN coalesce(prep_minutes, -1) NOT BETWEEN 0 AND %(max_minutes)s THEN 'prep'
       END AS fault
FROM typed
"""

FAULTS = """
SELECT c.line, c.fault,
       CASE c.fault WHEN 'unit' THEN s.unit_code WHEN 'cadre' THEN s.cadre WHEN 'category' THEN s.category
                    WHEN 'title' THEN s.title WHEN 'issuer' THEN s.issuer_code WHEN 'people' THEN s.people
                    WHEN 'minutes' THEN s.minutes WHEN 'travel' THEN s.travel_minutes WHEN 'prep' THEN s.prep_minutes
                    ELSE s.week END,
       c.total
FROM (SELECT line, fault, count(*) OVER () AS total FROM checked WHERE fault IS NOT NULL ORDER BY line LIMIT %(shown)s) c
JOIN staged s ON s.line = c.line ORDER BY c.line
"""

CADRES = """
CREATE TEMP TABLE cadres ON COMMIT DROP AS
SELECT c.*, coalesce(k.user_id, nextval(pg_get_serial_sequence('person', 'id'))) AS id, k.post_id AS known
FROM (SELECT unit_id, cadre AS name, min(week) AS first, max(week) AS last FROM checked GROUP BY unit_id, cadre) c
LEFT JOIN LATERAL (
    SELECT p.user_id, p.id AS post_id FROM post p JOIN person n ON n.id = p.user_id
    WHERE p.unit_id = c.unit_id AND p.role = 'cadre' AND n.name = c.name AND n.username IS NULL
    ORDER BY p.id LIMIT 1) k ON true;
ANALYZE checked, cadres
"""

RETURNS = """
CREATE TEMP TABLE returns ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('weekly_return', 'id')) AS id, r.*
FROM (SELECT c.id AS cadre_id, c.name, h.unit_id, h.week, min(h.line) AS line
      FROM checked h JOIN cadres c ON c.unit_id = h.unit_id AND c.name = h.cadre
      GROUP BY c.id, c.name, h.unit_id, h.week ORDER BY h.week, h.unit_id) r;
ANALYZE returns
"""

FILED_BEFORE = """
SELECT r.line, 'filed', r.name || ' ' || r.week, count(*) OVER ()
FROM returns r JOIN weekly_return w ON w.cadre_id = r.cadre_id AND w.week = r.week ORDER BY r.line LIMIT %(shown)s
"""

NEW_PEOPLE = """
INSERT INTO person (id, password, username, name, is_active, created_at)
SELECT id, '!' || replace(gen_random_uuid()::text, '-', ''), NULL, name, false, %(now)s FROM cadres WHERE known IS NULL
"""

NEW_POSTS = """
INSERT INTO post (user_id, unit_id, role, title, valid)
SELECT id, unit_id, 'cadre', '', daterange(first, last + 7) FROM cadres WHERE known IS NULL
"""

LONGER_POSTS = """
UPDATE post p SET valid = daterange(least(lower(p.valid), c.first), greatest(upper(p.valid), c.last + 7))
FROM cadres c WHERE c.known = p.id AND NOT p.valid @> daterange(c.first, c.last + 7)
"""

# a receipt as filing gives them: three groups of four
NEW_RETURNS = """
INSERT INTO weekly_return (id, cadre_id, unit_id, week, nil, late, version, receipt, filed_at, changed_at)
SELECT id, cadre_id, unit_id, week, false, true, 1,
       regexp_replace(upper(left(replace(gen_random_uuid()::text, '-', ''), 12)), '(....)(....)(....)', E'\\\\1-\\\\2-\\\\3'),
       %(now)s, %(now)s
FROM returns
"""

NEW_ENTRIES = """
INSERT INTO entry (weekly_return_id, unit_id, cadre_id, week, key, answer, evidence, repeated, after_hours, category, subkind,
                   title, issuer_id, people, minutes, travel_minutes, prep_minutes)
SELECT r.id, r.unit_id, r.cadre_id, r.week, 'h' || h.line, 'done', %(stated)s, false, false, h.category, '',
       h.title, h.issuer_id, h.people, h.minutes, h.travel_minutes, h.prep_minutes
FROM checked h
JOIN cadres c ON c.unit_id = h.unit_id AND c.name = h.cadre
JOIN returns r ON r.cadre_id = c.id AND r.week = h.week
ORDER BY r.id
"""

COUNTED = """
SELECT (SELECT count(*) FROM checked), (SELECT count(*) FROM cadres), (SELECT count(*) FROM cadres WHERE known IS NULL),
       (SELECT count(*) FROM returns), (SELECT min(week) FROM returns), (SELECT max(week) FROM returns)
"""

"""API of the read side: summaries, tables and signals, and what its other modules share."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, ClassVar

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from burden.accounts.actor import Actor
from burden.accounts.roles import READERS
from burden.kit import clock
from burden.kit.api import ApiView, problems
from burden.kit.clock import Week, last_closed
from burden.kit.errors import Absent, Refused
from burden.units.models import Unit
from reports import summaries
from reports.department_extract import year_of
from reports.exports import MAX_WEEKS
from reports.extents import LEVELS, Extent
from reports.extracts import Lines
from reports.models import Signal
from reports.periods import KINDS as PERIODS
from reports.periods import Period
from reports.restated import BASES, RESTATED
from reports.signals.declared import WEEKS
from reports.signals.read import Shown, Told, signals
from reports.summaries import SUMMARIES
from reports.table_kinds import KINDS, Table
from reports.tables import TABLES

YEAR = re.compile(r"\d{4}", re.ASCII)
MOST = 20_000  # units x weeks that are read at once; more is an export

REFUSALS = problems(
    {
        400: "The body is no JSON",
        401: "No login",
        403: "Not one of the roles",
        404: "No such unit or export in your scope",
        422: "A sentence per parameter or field",
    }
)


def basis_field() -> serializers.ChoiceField:
    """Return the field that names the tree of an answer."""
    return serializers.ChoiceField(BASES, help_text="The tree of each week, or today's: what the answer was read in")


class SummarySerializer(serializers.Serializer[Any]):
    """One row; the key is `week`, `category`, `issuer` or `unit`. Units: counts and whole person-minutes."""

    week = serializers.DateField(required=False)
    category = serializers.CharField(required=False)
    issuer = serializers.CharField(required=False, help_text="Unit code; empty: not stated; self: units of themselves")
    unit = serializers.CharField(required=False, help_text="Unit code of a child")
    count = serializers.IntegerField(allow_null=True)
    confirmed_min = serializers.IntegerField(allow_null=True)
    claimed_min = serializers.IntegerField()
    returns = serializers.IntegerField(allow_null=True)
    active = serializers.IntegerField(allow_null=True)
    suppressed = serializers.BooleanField(help_text="Too few people stand behind the figures")
    no_data = serializers.BooleanField(help_text="Nobody filed: count and confirmed_min are null, not zero")
    estimated = serializers.BooleanField(help_text="A split unit's past is divided by published shares")
    hidden_weeks = serializers.IntegerField(
        help_text="Weeks left out of the sums: too few people; claims are of all weeks"
    )


class SummaryPageSerializer(serializers.Serializer[Any]):
    """One page of summaries."""

    results = SummarySerializer(many=True)
    basis = basis_field()
    next = serializers.URLField(allow_null=True)


class ColumnSerializer(serializers.Serializer[Any]):
    """One column of a table."""

    key = serializers.CharField(help_text="The name in `results`")
    title = serializers.CharField()
    kind = serializers.ChoiceField(list(KINDS), help_text="decimal and percent are numbers; percent is a share of 1")


class TableSerializer(serializers.Serializer[Any]):
    """One table there is."""

    key = serializers.CharField()
    title = serializers.CharField()
    basis = serializers.ChoiceField(
        ["", *BASES], allow_blank=True, help_text="The only tree it has; empty: both, as asked for"
    )
    columns = ColumnSerializer(many=True)


class TablesSerializer(serializers.Serializer[Any]):
    """All tables; one page."""

    results = TableSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class LinesSerializer(serializers.Serializer[Any]):
    """One page of a table: its rows by the keys of its columns."""

    results = serializers.ListField(
        child=serializers.DictField(child=serializers.JSONField(allow_null=True)),
        help_text="null: not shown or no data, as `remark` says",
    )
    basis = basis_field()
    unlike = serializers.ListField(
        child=serializers.CharField(),
        help_text="Why the same weeks a year before are not alike, where they stand in the table",
    )
    next = serializers.URLField(allow_null=True)


class SignalSerializer(serializers.Serializer[Any]):
    """A hint with its evidence, for a person to judge. Units: strength per cent of the threshold, whole person-minutes."""

    kind = serializers.ChoiceField(Signal.Kind.choices)
    unit = serializers.CharField(help_text="Code of the unit it is about")
    category = serializers.CharField(allow_blank=True)
    since = serializers.DateField(help_text="Names the signal, with kind, unit and title")
    first_week = serializers.DateField()
    last_week = serializers.DateField()
    first_seen = serializers.DateField()
    person_min = serializers.IntegerField(allow_null=True)
    strength = serializers.IntegerField(allow_null=True)
    suppressed = serializers.BooleanField(help_text="Too few people stand behind the figures today")
    title = serializers.CharField(allow_blank=True)
    evidence = serializers.DictField()


class SignalPageSerializer(serializers.Serializer[Any]):
    """One page of signals."""

    results = SignalSerializer(many=True)
    basis = basis_field()
    next = serializers.URLField(allow_null=True)


def no_unit(name: str = "unit") -> Absent:
    """Return the refusal of a unit that one may not see, or that is none, by the parameter that named it."""
    return Absent({name: _("没有这个单位，或者不在你能看的范围")})


def unit_or_404(actor: Actor, code: str) -> Unit:
    """Fetch a unit of the actor's scope; any other does not exist."""
    unit: Unit | None = Unit.objects.visible_to(actor).filter(code=code).first()
    if unit is None:
        raise no_unit()
    return unit


def choice(given: dict[str, str], name: str, allowed: tuple[str, ...]) -> str:
    """Read a parameter with fixed values, the first by default. Refuses: parameter_invalid."""
    value = given.get(name, allowed[0])
    if value not in allowed:
        sentence = _("%(name)s 只能是 %(allowed)s") % {"name": name, "allowed": "、".join(filter(None, allowed))}
        raise Refused("parameter_invalid", sentence, {name: sentence})
    return value


def monday(given: dict[str, str], name: str, default: Week) -> Week:
    """Read a Monday. Refuses: parameter_invalid."""
    try:
        return Week.parse(given[name]) if name in given else default
    except ValueError:
        sentence = _("%(name)s 要是星期一的日期，如 %(day)s") % {"name": name, "day": default}
        raise Refused("parameter_invalid", sentence, {name: sentence}) from None


def asked_unit(actor: Actor, given: dict[str, str]) -> Unit:
    """Read `unit`. Refuses: parameter_missing; 404 outside the actor's scope."""
    if "unit" not in given:
        raise Refused("parameter_missing", _("缺少 unit：单位代码"), {"unit": _("缺少单位代码")})
    return unit_or_404(actor, given["unit"])


def asked_weeks(given: dict[str, str]) -> tuple[Week, Week]:
    """Read `from` and `to`. Refuses: parameter_invalid."""
    closed = last_closed(clock.now())
    until = monday(given, "to", closed)
    since = monday(given, "from", until)
    if until < since or (until.monday - since.monday).days >= MAX_WEEKS * 7:
        sentence = _("from 不能晚于 to，最多 %d 周") % MAX_WEEKS
        raise Refused("parameter_invalid", sentence, {"from": sentence})
    return since, until


def asked_period(given: dict[str, str], at: dt.datetime) -> Period:
    """Read `period` and `week`. Refuses: parameter_invalid."""
    kind, week = choice(given, "period", tuple(PERIODS)), monday(given, "week", last_closed(at))
    try:
        return Period.parse(kind=kind, week=str(week), at=at)
    except ValueError:
        sentence = _("没有这一期：%(week)s 还没到，或早于2000年") % {"week": week}
        raise Refused("parameter_invalid", sentence, {"week": sentence}) from None


def asked_year(given: dict[str, str], at: dt.datetime) -> Period:
    """Read `year`, of which a week is over. Refuses: parameter_invalid."""
    closed = last_closed(at).year
    text = given.get("year", str(closed))
    period = year_of(int(text), at) if YEAR.fullmatch(text) else None
    if period is None:
        sentence = _("year 要是 2000 到 %(year)d 的年份") % {"year": closed}
        raise Refused("parameter_invalid", sentence, {"year": sentence})
    return period


class Summaries(ApiView):
    """Sums of a unit and all below it."""

    roles: ClassVar[frozenset[str]] = READERS

    @extend_schema(
        operation_id="summaries",
        parameters=[
            OpenApiParameter("unit", str, required=True, description="Unit code"),
            OpenApiParameter("from", dt.date, description="Monday; default: same as to"),
            OpenApiParameter("to", dt.date, description="Monday; default: the last closed week"),
            OpenApiParameter("by", str, enum=list(SUMMARIES)),
            OpenApiParameter("basis", str, enum=BASES, description="The tree of each week, or today's"),
            OpenApiParameter("page", int),
        ],
        responses={200: SummaryPageSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """Return one page of rows by week, category, issuer or child."""
        given = self.parameters("unit", "from", "to", "by", "basis")
        unit = asked_unit(self.actor, given)
        by = choice(given, "by", tuple(SUMMARIES))
        extent = summaries.Extent(*asked_weeks(given), choice(given, "basis", BASES))
        return self.paged(SUMMARIES[by](self.actor, unit, extent), lambda row: row.body(by), basis=extent.basis)


class Tables(ApiView):
    """The tables that can be read and exported."""

    roles: ClassVar[frozenset[str]] = READERS

    @extend_schema(operation_id="tables", responses={200: TablesSerializer, **REFUSALS})
    def get(self, request: Request) -> Response:
        """Return every table with its columns."""
        self.parameters()
        return self.paged(list(TABLES.values()), _declared)


def _declared(table: Table) -> dict[str, Any]:
    columns = [{"key": each.key, "title": str(each.title), "kind": each.kind} for each in table.columns]
    return {"key": table.key, "title": str(table.title), "basis": table.tree, "columns": columns}


class TableLines(ApiView):
    """One table, from the same statement as its file."""

    roles: ClassVar[frozenset[str]] = READERS

    @extend_schema(
        operation_id="table",
        parameters=[
            OpenApiParameter("unit", str, required=True, description="Unit code"),
            OpenApiParameter("from", dt.date, description="Monday; default: same as to"),
            OpenApiParameter("to", dt.date, description="Monday; default: the last closed week"),
            OpenApiParameter(
                "level", str, enum=list(LEVELS), description="The unit itself, or those of a level below it"
            ),
            OpenApiParameter("basis", str, enum=BASES, description="The tree of each week, or today's"),
            OpenApiParameter("page", int),
        ],
        responses={200: LinesSerializer, **REFUSALS},
    )
    def get(self, request: Request, key: str) -> Response:
        """Return one page of rows, in the order of the file."""
        table = TABLES.get(key)
        if table is None:
            raise Http404
        given = self.parameters("unit", "from", "to", "level", "basis")
        unit, level = asked_unit(self.actor, given), choice(given, "level", tuple(LEVELS))
        extent = Extent(unit, level, *asked_weeks(given), choice(given, "basis", BASES))
        unlike = extent.unlike if table.is_yearly else []
        lines = Lines(table, self.actor, extent, most=MOST)
        return self.paged(lines, dict, basis=table.of(extent).basis, unlike=unlike)


class Signals(ApiView):
    """What looks wrong in the numbers about a unit and all below it."""

    roles: ClassVar[frozenset[str]] = READERS

    @extend_schema(
        operation_id="signals",
        parameters=[
            OpenApiParameter("unit", str, required=True, description="Unit code"),
            OpenApiParameter(
                "from", dt.date, description="Monday: those that went on in this week or later; default: 26 weeks"
            ),
            OpenApiParameter("kind", str, enum=Signal.Kind.values),
            OpenApiParameter("page", int),
        ],
        responses={200: SignalPageSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """Return one page of signals, the heaviest first."""
        given = self.parameters("unit", "from", "kind")
        unit = asked_unit(self.actor, given)
        since = monday(given, "from", last_closed(clock.now()).plus(1 - WEEKS))
        found = signals(self.actor, unit, since)
        if "kind" in given:
            found = found.filter(kind=choice(given, "kind", tuple(Signal.Kind.values)))
        return self.paged(Shown(found), Told.body, basis=RESTATED)

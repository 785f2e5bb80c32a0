"""API of the papers: bulletins with the words and figures that were published, and a department's year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from burden.accounts.roles import READERS
from burden.kit import clock
from burden.kit.api import ApiView
from burden.oversight.models import Bulletin, Form, Kind, State
from burden.oversight.queries import bulletin, bulletins, later_edition
from reports.api import REFUSALS, asked_unit, asked_year, basis_field
from reports.bulletins import paper_of
from reports.department_extract import extract_of
from reports.papers import Chart, Paper, Part, Table
from reports.restated import REPORTED

FILES = ("docx", "pdf")


class PartSerializer(serializers.Serializer[Any]):
    """A part of a paper, in its order: a heading or paragraph has `text`, a table `columns` and `rows`, a chart `points`."""

    kind = serializers.ChoiceField(["heading", "paragraph", "table", "chart"])
    text = serializers.CharField(required=False)
    caption = serializers.CharField(required=False)
    columns = serializers.ListField(child=serializers.CharField(), required=False)
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField()), required=False)
    points = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(allow_null=True)),
        required=False,
        help_text="Number of a week and minutes a head; null: no data, or not shown",
    )


class PaperSerializer(serializers.Serializer[Any]):
    """A paper as it is printed: in Chinese, figures as words."""

    head = serializers.CharField()
    number = serializers.CharField(allow_blank=True)
    organ = serializers.CharField()
    day = serializers.CharField()
    title = serializers.CharField()
    parts = PartSerializer(many=True)
    note = serializers.CharField(allow_blank=True)


class BulletinSerializer(serializers.Serializer[Any]):
    """One bulletin of the list."""

    id = serializers.IntegerField()
    unit = serializers.CharField(help_text="Unit code")
    basis = basis_field()
    form = serializers.ChoiceField(Form.choices)
    kind = serializers.ChoiceField(Kind.choices)
    first_week = serializers.DateField()
    last_week = serializers.DateField()
    year = serializers.IntegerField(help_text="In which its number counts")
    number = serializers.IntegerField()
    edition = serializers.IntegerField(help_text="0 is the first, later ones correct it")
    state = serializers.ChoiceField(State.choices)
    version = serializers.IntegerField()
    title = serializers.CharField()
    organ = serializers.CharField()
    figures_at = serializers.DateTimeField(help_text="What was filed until then is in the figures")
    published_at = serializers.DateTimeField(allow_null=True)
    corrects = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(allow_blank=True, help_text="Of a correction: what was wrong")


class FigureSerializer(serializers.Serializer[Any]):
    """A figure of the text: what it is, and the words that stand for it."""

    key = serializers.CharField()
    name = serializers.CharField()
    value = serializers.CharField()


class WholeBulletinSerializer(BulletinSerializer):
    """A bulletin with its text and figures, which no longer change once it is published."""

    later = serializers.IntegerField(allow_null=True, help_text="A later edition that one may see")
    figures = FigureSerializer(many=True)
    paper = PaperSerializer()
    files = serializers.DictField(child=serializers.URLField(), help_text="docx and pdf")


class BulletinPageSerializer(serializers.Serializer[Any]):
    """One page of bulletins."""

    results = BulletinSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class ExtractSerializer(serializers.Serializer[Any]):
    """What a department asked in a year; `paper` is null where it asked for nothing."""

    unit = serializers.CharField(help_text="Unit code")
    year = serializers.IntegerField()
    basis = basis_field()
    paper = PaperSerializer(allow_null=True)


class Bulletins(ApiView):
    """The bulletins one may see."""

    roles: ClassVar[frozenset[str]] = READERS

    @extend_schema(
        operation_id="bulletins",
        parameters=[OpenApiParameter("page", int)],
        responses={200: BulletinPageSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """Return one page of bulletins, the newest period first."""
        self.parameters()
        return self.paged(bulletins(self.actor), listed)


class OneBulletin(ApiView):
    """One bulletin: published, or a draft of those who write and check."""

    roles: ClassVar[frozenset[str]] = READERS

    @extend_schema(operation_id="bulletin", responses={200: WholeBulletinSerializer, **REFUSALS})
    def get(self, request: Request, pk: int) -> Response:
        """Return its words and figures, as they are kept."""
        self.parameters(is_list=False)
        found = bulletin(self.actor, pk)
        if found is None:
            raise Http404
        later = later_edition(self.actor, found)
        page = request.build_absolute_uri(reverse("bulletin_file", args=[pk]))
        body = {
            "later": later.pk if later else None,
            "figures": _figures(found),
            "paper": paper_body(paper_of(found)),
            "files": {each: f"{page}?format={each}" for each in FILES},
        }
        return Response(listed(found) | body)


class Extract(ApiView):
    """What a department asked in a year, for its yearly assessment."""

    roles: ClassVar[frozenset[str]] = READERS

    @extend_schema(
        operation_id="extract",
        parameters=[
            OpenApiParameter("unit", str, required=True, description="Unit code"),
            OpenApiParameter("year", int, description="Default: that of the last closed week"),
        ],
        responses={200: ExtractSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """Return the paper as the page shows it."""
        given, now = self.parameters("unit", "year", is_list=False), clock.now()
        unit, period = asked_unit(self.actor, given), asked_year(given, now)
        paper = extract_of(self.actor, unit, period, now)
        body = paper_body(paper) if paper else None
        return Response({"unit": unit.code, "year": period.last.year, "basis": REPORTED, "paper": body})


def listed(found: Bulletin) -> dict[str, Any]:
    """Return a bulletin's line of the list."""
    kept = (
        "form",
        "kind",
        "first_week",
        "last_week",
        "year",
        "number",
        "edition",
        "state",
        "version",
        "title",
        "organ",
    )
    body: dict[str, Any] = {"id": found.pk, "unit": found.unit.code, "basis": REPORTED} | {
        name: getattr(found, name) for name in kept
    }
    return body | {
        "figures_at": found.figures_at,
        "published_at": found.published_at,
        "corrects": found.corrects_id,
        "reason": found.reason,
    }


def _figures(found: Bulletin) -> list[dict[str, str]]:
    names: Mapping[str, str] = found.figures["names"]
    values = found.figures["values"].items()
    return [{"key": key, "name": names.get(key, key), "value": str(value)} for key, value in values]


def paper_body(paper: Paper) -> dict[str, Any]:
    """Return a paper as the API shows it: its parts as data, a chart by its points."""
    return paper.body | {"parts": [_part(part) for part in paper.parts]}


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Chart):
        return {"kind": part.kind, "caption": part.caption, "points": part.points}
    if isinstance(part, Table):
        return {"kind": part.kind, "caption": part.caption, "columns": part.columns, "rows": part.rows}
    return {"kind": part.kind, "text": part.text}

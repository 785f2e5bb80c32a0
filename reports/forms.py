"""What the export page asks: weeks, units, content, format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import groupby
from typing import Any, cast

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from burden.kit.clock import Week, last_closed
from burden.kit.forms import Spoken
from burden.units.models import Level, Unit
from reports.extents import LEVELS
from reports.periods import Period
from reports.restated import REPORTED, TREES
from reports.tables import TABLES

FORMATS = {"xlsx": _("Excel .xlsx"), "csv": _("CSV")}
USUAL = ("unit_weeks", "issuers")  # tables chosen until somebody chooses


class ExportForm(Spoken):
    """Any two days; the weeks that hold them are exported whole."""

    since = forms.DateField(label=_("从"), widget=forms.DateInput(attrs={"class": "inp num", "type": "date"}))
    until = forms.DateField(label=_("到"), widget=forms.DateInput(attrs={"class": "inp num", "type": "date"}))
    unit = forms.ModelChoiceField(
        Unit.every.none(),
        to_field_name="code",
        label=pgettext_lazy("one", "单位"),
        widget=forms.Select(attrs={"class": "inp"}),
    )
    level = forms.ChoiceField(
        label=_("范围"), choices=list(LEVELS.items()), widget=forms.Select(attrs={"class": "inp"})
    )
    tables = forms.MultipleChoiceField(
        label=_("内容"),
        choices=[(key, table.title) for key, table in TABLES.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("至少选一项内容")},
    )
    basis = forms.ChoiceField(
        label=_("区划口径"), choices=list(TREES.items()), widget=forms.RadioSelect, required=False, initial=REPORTED
    )
    format = forms.ChoiceField(label=_("格式"), choices=list(FORMATS.items()), widget=forms.RadioSelect)

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Unit]", self.fields["unit"])
        field.queryset, field.empty_label = units, None
        field.choices = _by_level(units)
        cast("forms.ChoiceField", self.fields["level"]).choices = _below(units)

    def of_one_tree(self) -> list[tuple[str, str]]:
        """Return the tables that are read in one tree whichever is asked for, by that tree."""
        listed = {
            label: [str(table.title) for table in TABLES.values() if table.tree == tree]
            for tree, label in TREES.items()
        }
        return [(str(label), gettext("、").join(titles)) for label, titles in listed.items() if titles]

    def clean(self) -> dict[str, Any]:
        """Turn the days into weeks. Refuses: an end before its start."""
        data = super().clean() or self.cleaned_data
        data["basis"] = data.get("basis") or REPORTED
        if "since" in data and "until" in data:
            data["from_week"], data["to_week"] = Week.on(data["since"]), Week.on(data["until"])
            if data["until"] < data["since"]:
                self.add_error("until", _("结束的日子早于开始的日子"))
        return data


def _below(units: Iterable[Unit]) -> list[tuple[str, Any]]:
    """Return the levels there can be below these units: no cities in a city, no counties in a county."""
    levels = list(Level)
    highest = min((levels.index(Level(unit.level)) for unit in units), default=0)
    wide = [level.value for level in (Level.CITY, Level.COUNTY) if levels.index(level) <= highest]
    return [(level, label) for level, label in LEVELS.items() if level not in wide]


def _by_level(units: Iterable[Unit]) -> list[tuple[Any, list[tuple[str, str]]]]:
    """Return units as choices, level by level, in the order of their codes."""
    levels = list(Level)
    found = sorted(units, key=lambda unit: (levels.index(Level(unit.level)), unit.code))
    return [
        (Level(level).label, [(unit.code, unit.name) for unit in alike])
        for level, alike in groupby(found, key=lambda unit: unit.level)
    ]


def presets(at: dt.datetime) -> list[dict[str, Any]]:
    """Return the spans people export most: last closed week, running week, month before, quarter so far, year so far.

    Shape: dicts `label`, `since`, `until` (ISO days); the last closed week comes first.
    """
    week, running = last_closed(at), Period.of("week", Week.at(at))
    month = Period.of("month", week, until=week)
    spans = [
        Period.of("week", week),
        running,
        month,
        month.previous,
        Period.of("quarter", week, until=week),
        Period.of("year", week, until=week),
    ]
    return [
        {
            "label": _("本周至今（暂定）") if span is running else span.name,
            "since": span.first.monday.isoformat(),
            "until": span.last.sunday.isoformat(),
        }
        for span in spans
    ]

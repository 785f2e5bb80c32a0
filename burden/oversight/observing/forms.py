"""Forms of observations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from burden.kit.clock import Week
from burden.kit.forms import Plain, day_field
from burden.oversight.observing.models import TEXT_LENGTH
from burden.units.models import Unit


class ObserveForm(Plain):
    """About which unit and which week, and what was seen."""

    unit = forms.ModelChoiceField(Unit.every.none(), to_field_name="code", label=_("哪个单位"))
    week = day_field(_("哪一天看到的"), _("记到那一周"))
    words = forms.CharField(
        label=_("看到什么"), max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("只写事，不写群众和干部个人的姓名"),
    )  # fmt: skip

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["unit"]
        field.queryset = Unit.every.filter(pk__in=[unit.pk for unit in units])
        field.choices = [(unit.code, unit.place) for unit in units]

    def clean_week(self) -> Week:
        """Take the week of the day."""
        day: dt.date = self.cleaned_data["week"]
        return Week.on(day)


class AnswerForm(Plain):
    """What came of it."""

    answer = forms.CharField(
        label=_("答复"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("核了什么，打算怎么办"),
    )

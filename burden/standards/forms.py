"""Forms of the pages of goals, samples and working days."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from burden.kit.forms import Plain, day_field
from burden.standards.models import Measure
from burden.units.models import Unit


class InCounty(Plain):
    """A form about one of the office's counties."""

    county = forms.ModelChoiceField(Unit.every.none(), to_field_name="code", label=_("哪个县"), empty_label=None)

    def __init__(self, *args: Any, counties: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["county"].queryset = counties  # type: ignore[attr-defined]


class SampleForm(InCounty):
    """From which Monday on a county asks one week in four, or everybody again."""

    from_ = day_field(_("从（周一）"), _("本周起，最多提前一年"))


class GoalForm(InCounty):
    """What an indicator is to come down to, and where that is written."""

    code = forms.ChoiceField(label=_("指标"), choices=Measure.choices)
    value = forms.DecimalField(
        label=_("目标"),
        max_digits=5,
        decimal_places=1,
        help_text=_("每人每周负担填小时，如 10；其余填比上年的百分数，如 −30"),
        widget=forms.NumberInput(attrs={"class": "inp num", "step": "0.1"}),
    )
    source = forms.CharField(label=_("依据"), max_length=200)


class DayForm(Plain):
    """A day that is worked, or is not, other than the calendar says."""

    day = day_field(_("哪一天"))
    is_workday = forms.TypedChoiceField(
        label=_("上班还是放假"), choices=(("1", _("上班")), ("0", _("放假"))), coerce=lambda said: said == "1"
    )
    note = forms.CharField(
        label=_("依据"), max_length=200, help_text=_("哪份通知，如《国务院办公厅关于放假安排的通知》")
    )

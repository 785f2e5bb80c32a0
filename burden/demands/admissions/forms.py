"""Forms of admissions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from burden.demands.admissions.models import MOST_MIN
from burden.kit.forms import Plain
from burden.standards.models import Duty


class AskForm(Plain):
    """What a department wants townships to do, on what ground, and why it cannot do so itself."""

    title = forms.CharField(label=_("事项"), max_length=200)
    basis = forms.CharField(label=_("依据"), max_length=200, help_text=_("哪份文件、哪一条"))
    reason = forms.CharField(
        label=_("为什么要乡镇办"),
        max_length=300,
        help_text=_("部门自己为什么办不了"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    whom = forms.CharField(label=_("给谁办"), max_length=100, help_text=_("如 18 个乡镇"))
    hours = forms.DecimalField(
        label=_("每次一共多少人时"), min_value=0, max_value=MOST_MIN // 60, decimal_places=1,
        widget=forms.NumberInput(attrs={"class": "inp num", "step": "0.1"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Turn hours into person-minutes."""
        cleaned = super().clean() or {}
        if "hours" in cleaned:
            cleaned["person_min"] = int(cleaned.pop("hours") * 60)
        return cleaned


class GrantForm(Plain):
    """Under which number it is listed, and where that is written."""

    code = forms.CharField(label=_("条目"), max_length=20)
    kind = forms.ChoiceField(
        label=_("类别"), choices=[(each.value, each.label) for each in (Duty.COOPERATING, Duty.BASIC)]
    )
    citation = forms.CharField(label=_("依据"), max_length=200, help_text=_("准入的批复文号，基层引用时要用"))
    note = forms.CharField(label=_("附加条件"), max_length=300, required=False)


class RefuseForm(Plain):
    """Why not."""

    note = forms.CharField(label=_("为什么不准入"), max_length=300)

"""The form of a file of a duty list or of plans."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from burden.kit.forms import Plain, day_field
from burden.standards.forms import InCounty
from burden.standards.lists import MAX_BYTES
from burden.standards.models import ListFile


class ListForm(InCounty):
    """A file of a duty list or of annual plans, and what its lines leave unsaid."""

    kind = forms.ChoiceField(label=_("导入什么"), choices=ListFile.Kind)
    year = forms.IntegerField(
        label=_("年份"), min_value=2000, max_value=2099, help_text=_("表里没有“年份”一列时用"),
        widget=forms.NumberInput(attrs={"class": "inp num"}),
    )  # fmt: skip
    source = forms.CharField(
        label=_("清单名称"), max_length=100, required=False,
        help_text=_("如 《临溪县乡镇履职事项清单（2026年版）》；表里没有“依据”一列时，各条用它加条目号"),
    )  # fmt: skip
    file = forms.FileField(
        label=_("xlsx 或 CSV 文件"), allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": _("选一个 xlsx 或 CSV 文件")},
    )  # fmt: skip
    field_order = ("county", "kind", "year", "source", "file")

    def clean(self) -> dict[str, Any]:
        """Want the name of a duty list; read the file, one byte more than allowed at most."""
        cleaned = super().clean() or {}
        if cleaned.get("kind") == ListFile.Kind.DUTIES and not cleaned.get("source") and "source" not in self.errors:
            self.add_error("source", _("写上清单名称，基层引用时要用"))
        if file := cleaned.pop("file", None):
            cleaned |= {"name": file.name, "data": file.read(MAX_BYTES + 1)}
        return cleaned


class RetireForm(Plain):
    """From which day on an item is off the list, and why."""

    on = day_field(_("从哪天起"), _("最早今天"))
    reason = forms.CharField(label=_("为什么停用"), max_length=200)

"""The form of a group."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from burden.demands.groups.services import NAME_LENGTH
from burden.kit.forms import Plain
from burden.units.models import Unit


class GroupForm(Plain):
    """Which townships are in a group; one that is there keeps its name, because what was approved cites it."""

    name = forms.CharField(label=_("组名"), max_length=NAME_LENGTH, help_text=_("如：山区、沿河、林区"))
    units = forms.MultipleChoiceField(
        label=_("哪些乡镇"), required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": ""})
    )

    def __init__(self, *args: Any, towns: Iterable[Unit], fixed: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].choices = [(town.code, town.name) for town in towns]  # type: ignore[attr-defined]
        if fixed:
            del self.fields["name"]

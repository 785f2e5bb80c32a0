"""Forms of the units page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from burden.kit.forms import Plain, day_field
from burden.units.models import Kind, Level, Unit
from burden.units.services import may_stand_under

AS_NAMED = ("", _("按名称判断"))


class OpenForm(Plain):
    """A unit to open below another."""

    name = forms.CharField(label=_("名称"), max_length=100)
    code = forms.CharField(
        label=_("代码"),
        max_length=20,
        help_text=_("统计用区划代码；没有的自己编，以后不变"),
        widget=forms.TextInput(attrs={"class": "inp num", "autocomplete": "off"}),
    )
    level = forms.ChoiceField(label=_("层级"))
    kind = forms.ChoiceField(label=_("类型"), required=False, choices=[AS_NAMED, *Kind.choices])
    headcount = forms.IntegerField(label=_("编制人数"), required=False, min_value=0)
    from_ = day_field(_("从（周一）"))

    def __init__(self, *args: Any, parent: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = [pair for pair in Level.choices if may_stand_under(level=pair[0], parent_level=parent.level)]
        self.fields["level"].choices = levels  # type: ignore[attr-defined]


class RenameForm(Plain):
    """Another name, kind or headcount from a Monday on."""

    name = forms.CharField(label=_("名称"), max_length=100)
    kind = forms.ChoiceField(label=_("类型"), choices=Kind.choices)
    headcount = forms.IntegerField(label=_("编制人数"), required=False, min_value=0)
    from_ = day_field(_("从（周一）"))


class CloseForm(Plain):
    """The Monday from which a unit is closed."""

    from_ = day_field(_("从（周一）起撤销"))


class FilterForm(forms.Form):
    """What the list shows; what is malformed counts as unset."""

    q = forms.CharField(required=False, max_length=60)
    parent = forms.CharField(required=False, max_length=20)
    closed = forms.BooleanField(required=False)

    def read(self) -> tuple[str, str, bool]:
        """Return the words searched, the code of the unit whose children are listed, and whether closed ones are."""
        self.is_valid()
        facts = self.cleaned_data
        return facts.get("q", ""), facts.get("parent", ""), facts.get("closed", False)

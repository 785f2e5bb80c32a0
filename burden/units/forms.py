"""Forms of the units page."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from burden.kit.forms import Plain, day_field
from burden.units.events import REASON_LENGTH, Change
from burden.units.models import Kind, Level, Unit, UnitEvent, few, named
from burden.units.services import may_stand_under

Event = UnitEvent.Kind
AS_NAMED = ("", _("按名称判断"))
SAME = 5  # units called alike that are told with their codes


class UnitField(forms.CharField):
    """One of some units, typed by name or code, of which a list (parts/_unit_names.html) offers a few.

    Shape: `units` are those that it may be, known when the form is made; `nearest` those that are offered where all are too many.
    """

    units: QuerySet[Unit]
    nearest: QuerySet[Unit] | None = None

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"list": "units", "autocomplete": "off"})
        super().__init__(max_length=100, widget=widget, **kwargs)

    def clean(self, value: Any) -> Unit | None:
        """Return the unit. Refuses: a name that no unit has, or several have."""
        text = super().clean(value)
        if not text:
            return None
        found = list(named(self.units, text)[: SAME + 1])
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError(self._several(text, found))
        raise forms.ValidationError(self._nothing(text))

    def offered(self) -> list[Unit]:
        """Return the units of the list."""
        return few(self.units) or ([] if self.nearest is None else few(self.nearest))

    def written(self, unit: Unit) -> str:
        """Return what one would type for a unit: its name, or its code where another is called alike."""
        return unit.place if len(named(self.units, unit.place)[:2]) == 1 else unit.code

    def _several(self, text: str, found: Sequence[Unit]) -> str:
        codes = [f"{each.parent.name if each.parent else ''}{each.name} {each.code}" for each in found[:SAME]]
        words = {"name": text, "units": gettext("、").join(codes)}
        return gettext("不止一个单位叫“%(name)s”，请写单位代码，如 %(units)s") % words

    def _nothing(self, text: str) -> str:
        near = difflib.get_close_matches(text, [unit.place for unit in self.offered()], n=1, cutoff=0.5)
        if near:
            return gettext("没有这个单位，是不是“%(name)s”？") % {"name": near[0]}
        return gettext("没有这个单位，写单位名称或代码")


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


class EventForm(Plain):
    """What every event says: from which Monday, on what ground. Shape: `unit` is whose event it is."""

    kind = Event.CLOSE
    from_ = day_field(_("从（周一）"))
    reason = forms.CharField(label=_("依据"), max_length=REASON_LENGTH, help_text=_("批复文号；拆分还要写比例出自哪里"))

    def __init__(self, *args: Any, unit: Unit, beside: Sequence[Unit] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit, self.beside = unit, beside

    def change(self) -> Change:
        """Return the event as it was asked for; the form is valid."""
        data = self.cleaned_data
        return Change(self.kind, self.unit, data["from_"], data["reason"], **self.said(data))

    def said(self, _data: dict[str, Any]) -> dict[str, Any]:
        """Return what this kind of event says beyond day and ground."""
        return {}

    def ending(self, _data: dict[str, Any]) -> Sequence[Unit]:
        """Return the units that end by it, as far as it says."""
        return ()


class RenameForm(EventForm):
    """Another name, kind or headcount."""

    kind = Event.RENAME
    name = forms.CharField(label=_("名称"), max_length=100)
    kind_ = forms.ChoiceField(label=_("类型"), choices=Kind.choices)
    headcount = forms.IntegerField(label=_("编制人数"), required=False, min_value=0)
    field_order = ("name", "kind_", "headcount", "from_", "reason")

    def said(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"facts": {"name": data["name"], "kind": data["kind_"], "headcount": data["headcount"]}}


class MoveForm(EventForm):
    """Another unit above; its code is typed or chosen from a list."""

    kind = Event.MOVE
    parent = forms.CharField(
        label=_("划到哪个上级（代码）"),
        max_length=20,
        widget=forms.TextInput(attrs={"class": "inp num", "autocomplete": "off", "list": "codes"}),
    )
    field_order = ("parent", "from_", "reason")

    def __init__(self, *args: Any, find: Callable[[str], Unit | None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.find = find

    def clean_parent(self) -> Unit:
        """Refuses: a code of no unit that the keeper keeps."""
        parent = self.find(self.cleaned_data["parent"].strip())
        if parent is None:
            raise forms.ValidationError(_("没有这个代码的单位"))
        return parent

    def said(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"parent": data["parent"]}


class MergeForm(EventForm):
    """Which of the units beside go into this one."""

    kind = Event.MERGE
    merged = forms.MultipleChoiceField(label=_("并进来的单位"), widget=forms.CheckboxSelectMultiple)
    field_order = ("merged", "from_", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["merged"].choices = [(str(each.pk), each.name) for each in self.beside]  # type: ignore[attr-defined]

    def said(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"merged": self.ending(data)}

    def ending(self, data: dict[str, Any]) -> tuple[Unit, ...]:
        return tuple(each for each in self.beside if str(each.pk) in data.get("merged", ()))


class SplitForm(EventForm):
    """Which part of the past each successor gets, in per cent; an empty field is none."""

    kind = Event.SPLIT

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in (self.unit, *self.beside):
            label = _("%(name)s（继续设置），%%") if each == self.unit else _("%(name)s，%%")
            self.fields[f"share_{each.pk}"] = forms.DecimalField(
                label=label % {"name": each.name}, required=False, min_value=0, max_value=100, decimal_places=2,
                widget=forms.NumberInput(attrs={"class": "inp num", "step": "0.01"}),
            )  # fmt: skip
        self.order_fields([*(name for name in self.fields if name.startswith("share_")), "from_", "reason"])
        self.places = {"shares": f"share_{self.unit.pk}"}

    def said(self, data: dict[str, Any]) -> dict[str, Any]:
        given = {
            name.removeprefix("share_"): value for name, value in data.items() if name.startswith("share_") and value
        }
        return {"shares": {int(pk): int(value * 100) for pk, value in given.items()}}

    def ending(self, data: dict[str, Any]) -> tuple[Unit, ...]:
        own = f"share_{self.unit.pk}"
        goes_on = data.get(own) or own in self.errors  # a share that cannot be read is one all the same
        return () if not data or goes_on else (self.unit,)


class CloseForm(EventForm):
    """A unit that ends without a successor."""

    def ending(self, _data: dict[str, Any]) -> tuple[Unit, ...]:
        return (self.unit,)


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

"""The forms of adaptations."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from burden.demands.adaptations.models import DECIDE, GRANT, Adaptation, Kind, Opinion, Whom
from burden.demands.adaptations.services import rarer
from burden.demands.models import Demand, Frequency
from burden.kit.forms import Plain, day_field
from burden.standards.models import Rule
from burden.units.models import Unit

PART = ("change", "frequency", "threshold", "whom")


def words(label: Any, most: int, hint: Any = "", *, needed: bool = True) -> forms.CharField:
    """Make a field for a few lines."""
    return forms.CharField(
        label=label, max_length=most, help_text=hint, required=needed, widget=forms.Textarea(attrs={"class": "inp", "rows": 3})
    )  # fmt: skip


def _choices(left: tuple[Frequency, ...]) -> list[tuple[str, Any]]:
    return [("", "—"), *((each.value, each.label) for each in left)]


class RequestForm(Plain):
    """What is to be done otherwise, for whom, why and how long."""

    kind = forms.ChoiceField(label=_("怎么调"), widget=forms.RadioSelect(attrs={"class": ""}))
    frequency = forms.ChoiceField(label=_("多久一次"), required=False)
    threshold = forms.CharField(label=_("界限改为"), max_length=20, required=False)
    change = forms.CharField(label=_("改为"), max_length=200)
    whom = forms.ChoiceField(label=_("给谁用"), widget=forms.RadioSelect(attrs={"class": ""}))
    trait = forms.ChoiceField(label=_("哪个特点"), required=False)
    reason = words(_("理由"), 300)
    evidence = words(_("依据"), 300, _("有就写一句，不用另附材料"), needed=False)
    from_week = day_field(_("从哪周起"), _("填星期一"))
    until = day_field(_("到哪天止"), _("最长两年"))

    def __init__(self, *args: Any, unit: Unit, demand: Demand | None, rule: Rule | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        left = rarer(demand) if demand else ()
        kinds = [Kind.RULE] if rule else [Kind.FREQUENCY, Kind.RECEIVERS, Kind.FORM][not left :]
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["frequency"].choices = _choices(left)  # type: ignore[attr-defined]
        whom = [
            (Whom.UNIT.value, unit.place),
            (Whom.KIND.value, _("全部%(kind)s") % {"kind": unit.get_kind_display()}),
            (Whom.TRAIT.value, Whom.TRAIT.label),
        ]
        self.fields["whom"].choices = whom if unit.traits else whom[:2]  # type: ignore[attr-defined]
        self.fields["trait"].choices = [("", "—"), *((trait, trait) for trait in unit.traits)]  # type: ignore[attr-defined]
        dropped = set() if left else {"frequency"}
        if rule is None:
            dropped.add("threshold")
        if not unit.traits:
            dropped.add("trait")
        if rule and not rule.is_measured:
            dropped.add("threshold")
        for name in dropped:
            del self.fields[name]


class DecisionForm(Plain):
    """What is granted, from when until when, and on what conditions; of a part also what instead of what was asked."""

    do = forms.ChoiceField(
        label=_("决定"),
        choices=[(act.value, act.label) for act in DECIDE],
        widget=forms.RadioSelect(attrs={"class": ""}),
    )
    change = forms.CharField(label=_("改为"), max_length=200, required=False)
    frequency = forms.ChoiceField(label=_("多久一次"), required=False)
    threshold = forms.CharField(label=_("界限改为"), max_length=20, required=False)
    whom = forms.ChoiceField(label=_("给谁用"), required=False)
    from_week = day_field(_("从哪周起"), _("填星期一"))
    until = day_field(_("到哪天止"))
    note = words(_("附加条件和理由"), 300, _("申请单位能看到；不全同意的要写"), needed=False)

    def __init__(self, *args: Any, adaptation: Adaptation, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit, demand = adaptation.unit, adaptation.demand
        left = rarer(demand) if demand and adaptation.kind in (Kind.FREQUENCY, Kind.RECEIVERS) else ()
        self.fields["frequency"].choices = _choices(left)  # type: ignore[attr-defined]
        self.fields["whom"].choices = [("", _("照申请的")), (Whom.UNIT.value, unit.place)]  # type: ignore[attr-defined]
        dropped = {"whom"} if adaptation.whom == Whom.UNIT else set()
        if not left:
            dropped.add("frequency")
        if adaptation.kind != Kind.RULE:
            dropped.add("threshold")
        if adaptation.is_late(today):  # nothing is left to grant
            dropped |= {*PART, "from_week", "until"} & self.fields.keys()
            self.fields["do"].choices = [  # type: ignore[attr-defined]
                (act.value, act.label) for act in DECIDE if act not in GRANT
            ]
        for name in dropped:
            del self.fields[name]

    def part(self) -> dict[str, str]:
        """Return what is granted instead of what was asked."""
        return {name: self.cleaned_data[name] for name in PART if self.cleaned_data.get(name)}

    def partial(self) -> list[forms.BoundField]:
        """Return the fields that are for a part alone."""
        return [self[name] for name in PART if name in self.fields]


class OpinionForm(Plain):
    """What a lead department thinks."""

    opinion = forms.ChoiceField(
        label=_("本单位意见"), choices=Opinion.choices, widget=forms.RadioSelect(attrs={"class": ""})
    )
    words = words(_("理由或条件"), 300, _("申请单位和机制办能看到；同意的可以不写"), needed=False)


class NoteForm(Plain):
    """Why it is taken back."""

    note = forms.CharField(label=_("为什么撤回"), max_length=300)

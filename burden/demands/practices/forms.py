"""The forms of practices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from burden.demands.models import Demand
from burden.demands.practices.models import TEXT_LENGTH, TITLE_LENGTH
from burden.kit.forms import Plain, day_field
from burden.standards.models import Category


class PracticeForm(Plain):
    """What is done differently, and since when; what it spared the portal measures."""

    title = forms.CharField(label=_("叫什么"), max_length=TITLE_LENGTH, help_text=_("如：周三不开会"))
    text = forms.CharField(
        label=_("怎么做"), max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"class": "inp", "rows": 5}),
        help_text=_("写给别的单位看，照着就能做"),
    )  # fmt: skip
    category = forms.ChoiceField(label=_("省了哪一类"), choices=Category.choices)
    since = day_field(_("从哪周起这样做的"), _("填星期一；平台比前后各 12 周"))
    template = forms.ModelChoiceField(
        label=_("附一项登记作模板"), queryset=Demand.objects.none(), required=False, empty_label=_("不附"),
        help_text=_("别的单位采用时可以照着登记"),
    )  # fmt: skip

    def __init__(self, *args: Any, own: QuerySet[Demand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].queryset = own  # type: ignore[attr-defined]
        if not own:
            del self.fields["template"]


class RefuseForm(Plain):
    """Why it is not published."""

    note = forms.CharField(label=_("为什么不发布"), max_length=300)

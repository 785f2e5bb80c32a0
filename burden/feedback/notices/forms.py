"""Forms of notices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from burden.accounts.roles import Role
from burden.feedback.notices.channels import MOST, offered
from burden.feedback.notices.models import AUDIENCE, BODY_LENGTH, REASON_LENGTH, SUMMARY_LENGTH, TITLE_LENGTH
from burden.kit.forms import Plain, day_field
from burden.units.models import Kind, Unit

KINDS = [(kind.value, kind.label) for kind in Kind if kind not in (Kind.NATION, Kind.PROVINCE, Kind.CITY, Kind.COUNTY)]
ROLES = [(role.value, role.label) for role in Role if role in AUDIENCE]


def _chips(label: Any, choices: list[tuple[str, Any]], hint: Any) -> forms.MultipleChoiceField:
    widget = forms.CheckboxSelectMultiple(attrs={"class": ""})
    return forms.MultipleChoiceField(label=label, choices=choices, required=False, widget=widget, help_text=hint)


class NoticeForm(Plain):
    """What is said, to whom, and how long."""

    title = forms.CharField(label=_("标题"), max_length=TITLE_LENGTH)
    summary = forms.CharField(
        label=_("一句话"),
        max_length=SUMMARY_LENGTH,
        help_text=_("谁、什么时候、要做什么，不用再看正文就明白"),
        widget=forms.Textarea(attrs={"rows": 2, "class": "inp"}),
    )
    body = forms.CharField(
        label=_("正文"),
        max_length=BODY_LENGTH,
        required=False,
        help_text=_("可以不写"),
        widget=forms.Textarea(attrs={"rows": 6, "class": "inp"}),
    )
    root = forms.ModelChoiceField(
        Unit.every.none(),
        to_field_name="code",
        label=_("发给"),
        empty_label=None,
        help_text=_("这个单位和它下面的都收到；只给机制办，在“哪些人”里选"),
    )
    kinds = _chips(_("哪几类单位"), KINDS, _("不选就是都发"))
    roles = _chips(_("哪些人"), ROLES, _("不选就是都发"))
    until = day_field(_("挂到哪一天"), _("过了这一天自己不见，最多三个月"))

    def __init__(self, *args: Any, roots: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["root"].queryset = roots  # type: ignore[attr-defined]


class ReasonForm(Plain):
    """Why a notice goes back."""

    reason = forms.CharField(label=_("原因"), max_length=REASON_LENGTH)


class ChannelForm(Plain):
    """By which channel one wants to hear once a week."""

    means = forms.ChoiceField(label=_("怎么告诉你"))
    address = forms.CharField(
        label=_("邮箱或机器人的地址"),
        max_length=MOST,
        help_text=_("机器人的地址在群里它的设置里，整个复制过来；加密保存，谁也看不到"),
        widget=forms.TextInput(attrs={"class": "inp", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["means"].choices = offered()  # type: ignore[attr-defined]

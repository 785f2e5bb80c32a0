"""The forms of rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from burden.kit.forms import Plain, day_field
from burden.standards.models import Rule, Strength
from burden.standards.rules.words import unit_words


class RuleForm(Plain):
    """What a rule says; a change is a new version from a day on."""

    title_zh = forms.CharField(label=_("规则"), max_length=200)
    title_en = forms.CharField(label=_("英文写法"), max_length=200)
    regulation = forms.CharField(label=_("规定"), max_length=100)
    article = forms.CharField(label=_("第几条"), max_length=10, required=False)
    strength = forms.ChoiceField(label=_("强度"), choices=Strength.choices)
    threshold = forms.CharField(label=_("界限"), max_length=100, required=False)
    valid_from = day_field(_("从哪天起"), _("最早今天：以前命中的还按当时那一版"))
    valid_until = day_field(_("到哪天止"), _("不填就一直有效"))
    note = forms.CharField(label=_("备注"), max_length=200, required=False)
    reason = forms.CharField(label=_("为什么这样定"), max_length=200)

    def __init__(self, *args: Any, rule: Rule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_until"].required = False
        if not (rule.is_measured or rule.operator == "in"):
            del self.fields["threshold"]
        elif rule.unit:
            self.fields["threshold"].help_text = unit_words(rule)


class ConfirmForm(Plain):
    """Where the text of a rule was read."""

    reason = forms.CharField(label=_("在哪里核对的原文"), max_length=200)

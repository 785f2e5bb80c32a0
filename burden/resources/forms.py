"""What people type: a file of the county, a request for support and what becomes of it, a short answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from burden.kit.forms import Plain
from burden.resources.models import ANSWER_LENGTH, DETAIL_LENGTH, QUESTION_LENGTH, TITLE_LENGTH, YEARS, Kind
from burden.resources.services.support import MOST_DAYS, USUAL_DAYS
from burden.units.models import Unit

ROWS = {"rows": 4}


class FileForm(Plain):
    """A file of people, money or tools."""

    file = forms.FileField(
        label=_("编制、经费或设备表"), allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,text/csv"}),
        error_messages={"required": _("选一个 xlsx 或 CSV 文件")},
    )  # fmt: skip
    year = forms.IntegerField(
        label=_("年份"), help_text=_("表里有年份一列的，按表里的"), min_value=YEARS[0], max_value=YEARS[1]
    )


class _Places(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of units: village names repeat."""

    def label_from_instance(self, unit: Unit) -> str:
        return unit.place


class _OfUnit(Plain):
    """A form about one of some units."""

    unit = _Places(
        label=pgettext_lazy("one", "单位"), queryset=Unit.objects.none(), to_field_name="code", empty_label=None
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = units


class AskForm(_OfUnit):
    """What a unit needs."""

    kind = forms.ChoiceField(label=_("要哪一类"), choices=Kind)
    title = forms.CharField(label=_("要什么"), help_text=_("一句话，写清数量"), max_length=TITLE_LENGTH)
    detail = forms.CharField(
        label=_("说明"), help_text=_("可以不写"), max_length=DETAIL_LENGTH, required=False, widget=forms.Textarea(ROWS)
    )


class OfferForm(_OfUnit):
    """What a unit may need."""

    kind = forms.ChoiceField(label=pgettext_lazy("one", "哪一类"), choices=Kind)
    title = forms.CharField(label=_("问什么"), max_length=TITLE_LENGTH)


class NameForm(_OfUnit):
    """Who answers, and when."""

    person = forms.CharField(label=_("谁来答"), help_text=_("姓名；要在这个单位任职"), max_length=60)
    days = forms.IntegerField(label=_("几个工作日内"), min_value=1, max_value=MOST_DAYS, initial=USUAL_DAYS)


class AnswerForm(Plain):
    """An answer; one that gives nothing says why, and what comes next."""

    answer = forms.CharField(
        label=_("答复"), help_text=_("给什么、几时给；不给也写明原因和下一步"), max_length=DETAIL_LENGTH,
        widget=forms.Textarea(ROWS),
    )  # fmt: skip


class AcceptForm(Plain):
    """What exactly is needed."""

    detail = forms.CharField(
        label=_("具体要什么"),
        help_text=_("可以不写"),
        max_length=DETAIL_LENGTH,
        required=False,
        widget=forms.Textarea(ROWS),
    )


class VerdictForm(Plain):
    """A word to the verdict."""

    verdict = forms.CharField(label=_("说一句"), help_text=_("可以不写"), max_length=TITLE_LENGTH, required=False)


class GuideForm(Plain):
    """A short answer."""

    question = forms.CharField(label=_("问题"), help_text=_("填表的人会怎么问，就怎么写"), max_length=QUESTION_LENGTH)
    answer = forms.CharField(
        label=_("怎么填"), help_text=_("几句话；举一个例子最好"), max_length=ANSWER_LENGTH, widget=forms.Textarea(ROWS)
    )

"""Forms of findings and supervision orders: what one writes at each step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from burden.accounts.actor import Actor
from burden.accounts.models import User
from burden.accounts.roles import EXPORTERS
from burden.demands.checks import named
from burden.kit.forms import Plain, day_field
from burden.oversight import queries
from burden.oversight.models import LINE_LENGTH, Order, Outcome, Requirement, Why
from burden.oversight.models.findings import TITLE_LENGTH
from burden.oversight.steps import to_answer
from burden.standards.models import Category, Rule
from burden.standards.rules.book import rulebook
from burden.units.forms import UnitField
from burden.units.models import Unit

DAYS = 7  # working days an issuer usually has
DAYS_AGAIN = 5
MOST_TEXT = 6_000  # characters of several lines


def lines_of(text: str) -> list[str]:
    """Return the lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _line(label: Any, hint: Any = "", *, most: int = LINE_LENGTH, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, max_length=most, required=required)


def _lines(label: Any, hint: Any, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, max_length=MOST_TEXT, widget=forms.Textarea(attrs={"rows": rows, "class": "inp"})
    )


def _days(initial: int) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "inp num short"})
    return forms.IntegerField(label=_("办理期限，工作日"), min_value=1, max_value=60, initial=initial, widget=widget)


class ActForm(Plain):
    """What one writes at a step. Shape: `facts` is what the service of the step takes."""

    def facts(self) -> dict[str, Any]:
        """Return what the service takes, once the form is valid."""
        return dict(self.cleaned_data)


class RuleField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of the rules in force."""

    def label_from_instance(self, obj: Any) -> str:
        """Name a rule as the checks do."""
        return named(obj)


class FindingForm(ActForm):
    """A finding raised by hand."""

    issuer = UnitField(label=_("下达单位"), help_text=_("写名称或代码，本级以下哪一级的都行"))
    title = _line(_("问题"), _("一句话说清：谁、什么时候、要了什么"), most=TITLE_LENGTH)
    titles = _lines(_("事项名称"), _("一行一个，照通知上的写；平台按名称把登记的和没登记的都找出来"))
    category = forms.ChoiceField(label=_("类别"), choices=[("", "—"), *Category.choices], required=False)
    rule = RuleField(
        label=_("对照规定"), queryset=Rule.objects.none(), required=False, to_field_name="code", empty_label="—"
    )
    note = _line(_("说明"), _("怎么核查的，看到了什么；不写是谁反映的"), required=False)

    def __init__(self, *args: Any, actor: Actor, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        issuer, rules, post = self.fields["issuer"], self.fields["rule"], actor.post(*EXPORTERS)
        assert isinstance(issuer, UnitField)
        assert isinstance(rules, forms.ModelChoiceField)
        issuer.units = queries.issuers(actor)
        issuer.nearest = issuer.units.filter(parent_id=post.unit_id if post else None)
        about = self.initial.get("issuer")
        if isinstance(about, Unit):
            self.initial["issuer"] = issuer.written(about)
        book = rulebook().on(today, post.unit.path) if post else []  # one version of each code
        rules.queryset = Rule.objects.filter(pk__in=[rule.pk for rule in book]).order_by("code")

    def units(self) -> list[Unit]:
        """Return the issuers that are offered."""
        field = self.fields["issuer"]
        assert isinstance(field, UnitField)
        return field.offered()


class DismissForm(ActForm):
    """Why something does not stand."""

    why = forms.ChoiceField(label=_("理由"), choices=Why)
    reason = _line(_("写一句"))
    quiet_until = day_field(_("同样情况到哪天前不再提醒"), _("不填就一直不再提醒"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quiet_until"].required = False


class OrderForm(ActForm):
    """What an order says."""

    title = _line(_("标题"), most=TITLE_LENGTH)
    requirements = _lines(_("整改要求"), _("一行一条，最多 10 条；下达方逐条答复，不另写报告"), 4)
    standard = _line(_("办结标准"))
    days = _days(DAYS)

    def facts(self) -> dict[str, Any]:
        """Return what the service takes, the requirements line by line."""
        return self.cleaned_data | {"requirements": lines_of(self.cleaned_data["requirements"])}


class SignForm(ActForm):
    """Who answers for an order."""

    responsible = _line(_("责任人"), _("例：陈某某（副局长）"), most=TITLE_LENGTH)
    section = _line(_("承办股室"), most=TITLE_LENGTH, required=False)


class ExtendForm(ActForm):
    """Until when, and why."""

    until = day_field(_("延到哪天"))
    reason = _line(_("延期理由"))


class ReasonForm(ActForm):
    """Why."""

    reason = _line(_("理由"))


class ReturnForm(ActForm):
    """Why it goes back, and for how long."""

    reason = _line(_("退办理由"))
    days = _days(DAYS_AGAIN)


class LookForm(ActForm):
    """What looking back found, and by what one knows."""

    outcome = forms.ChoiceField(label=_("看下来"), choices=[("", "—"), *Outcome.choices])
    note = _line(_("说明"), _("凭什么这么说：看了哪几周，几个单位怎么说；下达方看得到，不写是哪个单位"))


class AnswerForm(ActForm):
    """One answer for each requirement that may be answered."""

    def __init__(self, *args: Any, requirements: Sequence[Requirement], **kwargs: Any) -> None:
        self.base_fields = {}  # type: ignore[misc]  # of this form alone
        for each in requirements:
            field = _line(_("第 %(n)d 条") % {"n": each.number}, each.text, required=False)
            field.initial = each.answer
            self.base_fields[f"answer-{each.number}"] = field
        super().__init__(*args, **kwargs)

    def facts(self) -> dict[str, Any]:
        """Return the answers by the number of their requirement."""
        answers = {int(name.removeprefix("answer-")): words for name, words in self.cleaned_data.items()}
        return {"answers": answers}


class VerifyForm(ActForm):
    """Which requirements are met."""

    numbers = forms.MultipleChoiceField(label=_("哪几条核实了"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, requirements: Sequence[Requirement], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (str(each.number), each.text) for each in requirements if each.is_answered and each.verified_at is None
        ]
        numbers = self.fields["numbers"]
        assert isinstance(numbers, forms.MultipleChoiceField)
        numbers.choices, numbers.widget.attrs = choices, {}

    def facts(self) -> dict[str, Any]:
        """Return the numbers of the requirements."""
        return {"numbers": [int(number) for number in self.cleaned_data["numbers"]]}


PLAIN: Mapping[str, type[ActForm]] = {  # by act; what is not here depends on the requirements
    "revise": OrderForm,
    "send": ActForm,
    "sign": SignForm,
    "extend": ExtendForm,
    "grant": ActForm,
    "refuse": ReasonForm,
    "return": ReturnForm,
    "finish": ActForm,
    "close": ActForm,
    "look": LookForm,
    "reopen": ReturnForm,
    "cancel": ReasonForm,
}


def act_form(act: str, order: Order, requirements: Sequence[Requirement], data: Any = None) -> ActForm:
    """Return the form of an act, filled in with what stands there."""
    if act == "answer":
        return AnswerForm(data, prefix=act, requirements=to_answer(order, requirements))
    if act == "verify":
        return VerifyForm(data, prefix=act, requirements=requirements)
    initial: dict[str, Any] = {}
    if act == "revise":
        initial = {name: getattr(order, name) for name in ("title", "standard", "days")}
        initial["requirements"] = "\n".join(each.text for each in requirements)
    return PLAIN[act](data, prefix=act, initial=initial)


class ReliefForm(ActForm):
    """Whether it became less."""

    said = forms.ChoiceField(
        label=_("比以前"),
        choices=[("less", _("少了")), ("same", _("没变")), ("more", _("多了"))],
        widget=forms.RadioSelect,
    )


# --- recognitions ---


class NominateForm(ActForm):
    """Why a candidate is nominated."""

    reason = _line(_("提名理由"), _("一句话：改了什么，为什么值得别处照着做；不写填报多少"))


class AnnounceForm(ActForm):
    """For how long one may object."""

    days = forms.IntegerField(
        label=_("公示几个工作日"), min_value=5, max_value=30, initial=10, widget=forms.NumberInput(attrs={"class": "inp num short"})
    )  # fmt: skip


class ObjectForm(ActForm):
    """What one holds against it."""

    words = _line(_("异议"), _("说事：哪里没有真减，或者算得不对。页面上不显示是谁提的"))


class AnswerObjectionForm(ActForm):
    """What was found, for all to read."""

    objection = forms.IntegerField(widget=forms.HiddenInput)
    answer = _line(_("答复"), _("核了什么，结论变不变；谁都看得到"))


class VerdictForm(ActForm):
    """Why it is decided so."""

    verdict = _line(_("理由"), _("公布在这一页"))


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of people, by name."""

    def label_from_instance(self, obj: Any) -> str:
        """Name a person."""
        return str(obj.name)


class AuthorForm(ActForm):
    """Who wrote it too."""

    person = PersonField(label=_("还有谁写的"), queryset=User.objects.none(), empty_label="—")

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people


RECOGNITION: Mapping[str, type[ActForm]] = {  # by act of oversight.stages
    "announce": AnnounceForm,
    "object": ObjectForm,
    "answer": AnswerObjectionForm,
    "recognise": VerdictForm,
    "decline": VerdictForm,
    "publish": ActForm,
    "withdraw": ReasonForm,
    "revoke": ReasonForm,
    "sign": ActForm,
    "unsign": ActForm,
}

"""What a form says of a wrong field: the portal's own words, with the field's name, in both languages."""

from __future__ import annotations

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.validators import RegexValidator
from django.utils import translation

from burden.accounts.forms import LoginForm
from burden.kit.forms import Spoken

DIGITS = RegexValidator(r"^\d+$", "只能是数字")


class Sample(Spoken):
    """A field of each kind."""

    title = forms.CharField(label="标题", max_length=5, min_length=2)
    share = forms.CharField(label="占比 %", max_length=1)
    code = forms.CharField(label="代码", validators=[DIGITS])
    people = forms.IntegerField(label="人数", min_value=1, max_value=9)
    cost = forms.DecimalField(label="花费", max_digits=4, decimal_places=1)
    first_on = forms.DateField(label="哪天")
    at = forms.TimeField(label="几点")
    kind = forms.ChoiceField(label="类别", choices=[("a", "甲")])
    tables = forms.MultipleChoiceField(label="内容", choices=[("a", "甲")])
    agreed = forms.BooleanField(label="看过了")
    file = forms.FileField(label="文件")
    own = forms.CharField(label="自己的", error_messages={"required": "写上再来"})


NEEDED = {
    "title": "“标题”要填", "people": "“人数”要填", "first_on": "“哪天”要填", "kind": "“类别”要选", "tables": "“内容”要选",
    "agreed": "要勾上“看过了”", "file": "“文件”要选一个不空的文件", "own": "写上再来",
}  # fmt: skip
WRONG = {
    "title": ("标题太长了", "", ""),
    "people": ("x", "“人数”要是整数", "“人数” must be a whole number"),
    "cost": ("x", "“花费”要是数字", "“花费” must be a number"),
    "first_on": ("2026-13-01", "“哪天”要是日期，如 2026-11-16", "“哪天” must be a date, such as 2026-11-16"),
    "at": ("25:00", "“几点”要是时间，如 9:30", "“几点” must be a time, such as 9:30"),
    "kind": ("100%", "“类别”里没有这一项", "“类别” has no such choice"),
    "tables": (["b"], "“内容”里没有这一项", "“内容” has no such choice"),
    "code": ("x", "只能是数字", "只能是数字"),
}
BOUNDS = [
    ("title", "标题太长了呀", "“标题”最多 5 个字"),
    ("title", "标", "“标题”最少 2 个字"),
    ("share", "12", "“占比 %”最多 1 个字"),
    ("people", "0", "“人数”不能小于 1"),
    ("people", "10", "“人数”不能大于 9"),
    ("cost", "12345", "“花费”的数字太长"),
    ("cost", "1.25", "“花费”的小数位太多"),
    ("title", "标\0题", "“标题”里有看不见的字符，删掉再试"),
]


def said(sent: dict, field: str, **files) -> list[str]:
    return [str(words) for words in Sample(sent, files).errors.get(field, [])]


@pytest.mark.parametrize("field", NEEDED)
def test_missing_field_is_named(field):
    assert said({}, field) == [NEEDED[field]]


@pytest.mark.parametrize("field", [name for name in WRONG if WRONG[name][1]])
def test_wrong_field_says_what_it_takes_in_both_languages(field):
    value, chinese, english = WRONG[field]
    assert said({field: value}, field) == [chinese]
    with translation.override("en"):
        assert said({field: value}, field) == [english]


@pytest.mark.parametrize(("field", "value", "words"), BOUNDS)
def test_bound_is_said_with_the_name(field, value, words):
    assert said({field: value}, field) == [words]


def test_empty_file_is_one_that_is_missing():
    assert said({}, "file", file=SimpleUploadedFile("a.csv", b"")) == ["“文件”要选一个不空的文件"]


def every_form(kind: type) -> set[type]:
    return {found for each in kind.__subclasses__() for found in (each, *every_form(each))}


def test_every_form_of_the_portal_speaks_so():
    """All but those whose malformed fields count as unset, and the framework's login, which has words of its own."""
    ours = {each for each in every_form(forms.Form) if each.__module__.startswith(("burden.", "reports."))}
    silent = {each for each in ours if not issubclass(each, Spoken)}
    assert {each.__name__ for each in silent} - {"FilterForm"} == {LoginForm.__name__}
    assert len(ours - silent) > 15

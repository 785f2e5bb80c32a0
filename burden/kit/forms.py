"""What every HTML form shares: the portal's look, and refusals beside the fields they are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.forms.utils import pretty_name
from django.utils.translation import gettext as _

from burden.kit.errors import Refused

CHOICES = (forms.ChoiceField, forms.MultipleChoiceField, forms.ModelChoiceField)
LIMIT = "%(limit_value)s"  # filled in by the check itself


class Spoken(forms.Form):
    """A form that says in the portal's own words what is wrong with a field, and names it; a field's own words stay.

    Shape: `places` says beside which field stands what a service calls otherwise.
    """

    places: Mapping[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            own, usual = field.error_messages, _usual(field)
            said = _sentences(field, str(field.label or pretty_name(name)))
            if "invalid" not in own:  # it would silence what a field's own checks say
                del said["invalid"]
            field.error_messages = said | {code: words for code, words in own.items() if words is not usual.get(code)}


class Plain(Spoken):
    """A form in the portal's look."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "inp")


def _usual(field: forms.Field) -> dict[str, Any]:
    """Return the framework's words for a field."""
    found: dict[str, Any] = {}
    for each in reversed(type(field).__mro__):
        if each.__module__.startswith("django."):
            found |= getattr(each, "default_error_messages", {})
    return found


def _sentences(field: forms.Field, label: str) -> dict[str, Any]:
    """Return what is said of a field, by the code of the fault."""
    named = {"label": label}
    filled = {"label": label.replace("%", "%%"), "limit": LIMIT}  # what has a limit is filled in once more
    needed = _("“%(label)s”要选") if isinstance(field, CHOICES) else _("“%(label)s”要填")
    if isinstance(field, forms.BooleanField):
        needed = _("要勾上“%(label)s”")
    choice = _("“%(label)s”里没有这一项") % named
    empty = _("“%(label)s”要选一个不空的文件") % named
    return {
        "required": (empty if isinstance(field, forms.FileField) else needed % named),
        "invalid": _kind(field) % named,
        "invalid_choice": choice.replace("%", "%%"),
        "invalid_list": choice,
        "invalid_pk_value": choice.replace("%", "%%"),
        "missing": empty,
        "empty": empty,
        "max_length": _("“%(label)s”最多 %(limit)s 个字") % filled,
        "min_length": _("“%(label)s”最少 %(limit)s 个字") % filled,
        "max_value": _("“%(label)s”不能大于 %(limit)s") % filled,
        "min_value": _("“%(label)s”不能小于 %(limit)s") % filled,
        "max_digits": _("“%(label)s”的数字太长") % filled,
        "max_whole_digits": _("“%(label)s”的数字太长") % filled,
        "max_decimal_places": _("“%(label)s”的小数位太多") % filled,
        "null_characters_not_allowed": _("“%(label)s”里有看不见的字符，删掉再试") % named,
    }


def _kind(field: forms.Field) -> str:
    """Say what a field takes."""
    if isinstance(field, forms.IntegerField) and not isinstance(field, forms.FloatField | forms.DecimalField):
        return _("“%(label)s”要是整数")
    if isinstance(field, forms.IntegerField):
        return _("“%(label)s”要是数字")
    if isinstance(field, forms.DateField):
        return _("“%(label)s”要是日期，如 2026-11-16")
    if isinstance(field, forms.TimeField):
        return _("“%(label)s”要是时间，如 9:30")
    return _("“%(label)s”填得不对")


def day_field(label: Any, hint: Any = "") -> forms.DateField:
    """Make a field for one day."""
    return forms.DateField(
        label=label,
        help_text=hint,
        widget=forms.DateInput(attrs={"type": "date", "class": "inp num"}, format="%Y-%m-%d"),
    )


def done(form: forms.Form, act: Callable[..., Any], /, **facts: Any) -> bool:
    """Call a service with a form's values; a refusal goes into the form."""
    if not form.is_valid():
        return False
    try:
        act(**facts, **form.cleaned_data)
    except Refused as refused:
        show_refusal(form, refused)
        return False
    return True


def show_refusal(form: forms.Form, refused: Refused) -> None:
    """Put a refusal's sentences beside their fields; what has no field goes on top."""
    for name, words in (refused.errors or {"": str(refused)}).items():
        place = getattr(form, "places", {}).get(name, name)
        form.add_error(place if place in form.fields else None, words)

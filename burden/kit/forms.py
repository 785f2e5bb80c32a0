"""What every HTML form shares: the portal's look, and refusals beside the fields they are about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms

from burden.kit.errors import Refused


class Plain(forms.Form):
    """A form in the portal's look."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "inp")


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
        form.add_error(name if name in form.fields else None, words)

"""Forms of login, passwords, people and posts; the services say what is wrong, the forms say where."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from burden.accounts import queries
from burden.accounts.actor import Actor, actor_of
from burden.accounts.importing import MAX_BYTES
from burden.accounts.middleware import begin
from burden.accounts.roles import Role
from burden.accounts.services import record_login
from burden.kit import clock
from burden.kit.forms import Plain, day_field
from burden.units.forms import UnitField

ENDED = "ended"  # beside the roles in the filter: posts that are over


class LoginForm(AllauthLoginForm):  # type: ignore[misc]
    """User name and password; allauth checks both and counts failures."""

    error_css_class = "err"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        login, password, remember = self.fields["login"], self.fields["password"], self.fields["remember"]
        login.label = _("用户名")
        login.error_messages["required"] = _("写上用户名，一般是手机号或工号")
        login.widget.attrs = {
            "class": "inp num",
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
        }
        password.label = _("密码")
        password.error_messages["required"] = _("写上密码")
        password.help_text = ""
        password.widget.attrs = {"class": "inp", "autocomplete": "current-password"}
        remember.initial = True

    @property
    def locked(self) -> bool:
        """Whether it is not the password that is refused, but one more try."""
        return any(error.code == "too_many_login_attempts" for error in self.non_field_errors().as_data())

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Log in, start the clock of the session, and put it on record."""
        response: HttpResponse = super().login(request, redirect_url=redirect_url)
        actor = actor_of(self.user)
        begin(request, actor, remember=self.cleaned_data["remember"])
        record_login(by=actor, now=clock.now())
        return response


class NewPasswordForm(Plain):
    """A new password, twice."""

    password = forms.CharField(
        label=gettext_lazy("新密码"), strip=False,  # without maxlength: a browser would cut a long one off in silence
        help_text=gettext_lazy("10 到 128 位，不能全是数字，不能太常见"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    again = forms.CharField(
        label=gettext_lazy("再写一遍"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Refuse two passwords that differ."""
        cleaned = super().clean() or {}
        if "password" in cleaned and "again" in cleaned and cleaned["password"] != cleaned["again"]:
            self.add_error("again", _("两遍写的不一样"))
        return cleaned


class ChangePasswordForm(NewPasswordForm):
    """The old password, then the new one."""

    old = forms.CharField(
        label=gettext_lazy("现在的密码"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip
    field_order = ("old", "password", "again")


class WithUnit(Plain):
    """A form that names a unit: whose range it lies in is known when the form is made."""

    unit = UnitField(label=pgettext_lazy("one", "单位"))
    title = forms.CharField(label=gettext_lazy("任职"), required=False, max_length=60)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, UnitField)
        field.units = queries.open_units(actor)


class PostForm(WithUnit):
    """A post to propose."""

    role = forms.ChoiceField(label=gettext_lazy("角色"), choices=Role)
    inspectorate = forms.TypedChoiceField(
        label=gettext_lazy("督查"), required=False, empty_value="", coerce=bool,
        choices=(("", gettext_lazy("不管督查")), ("1", gettext_lazy("督查：看本级和下级受理的全部反映（只给专班）"))),
    )  # fmt: skip
    since = day_field(gettext_lazy("从（周一）"))
    field_order: tuple[str, ...] = ("unit", "title", "role", "inspectorate", "since")


class PersonForm(PostForm):
    """A person to add, with the first post."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)
    username = forms.CharField(
        label=gettext_lazy("用户名"), max_length=60, help_text=gettext_lazy("手机号或工号，登录用"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "class": "inp num"}),
    )  # fmt: skip
    field_order = ("name", "username", "unit", "title", "role", "inspectorate", "since")


class EndAllForm(Plain):
    """The last day of all posts of a unit."""

    last_day = day_field(gettext_lazy("最后一天（周日）"))


class EndForm(WithUnit):
    """The last day of a post, and where the person goes."""

    last_day = day_field(gettext_lazy("最后一天（周日）"))
    field_order = ("last_day", "unit", "title")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].required = False
        self.fields["unit"].label = _("去哪（不转就空着）")
        self.fields["title"].label = _("在那里任")


class EditForm(Plain):
    """Corrections that change no right."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)
    title = forms.CharField(label=gettext_lazy("任职"), required=False, max_length=60)


class FilterForm(forms.Form):
    """What the list shows."""

    q = forms.CharField(required=False, max_length=60)
    role = forms.ChoiceField(required=False, choices=lambda: [("", _("全部")), *Role.choices, (ENDED, _("已止任职"))])

    def read(self) -> tuple[str, str]:
        """Return what is searched and the role; what is malformed counts as unset."""
        self.is_valid()
        return self.cleaned_data.get("q", ""), self.cleaned_data.get("role", "")


class UploadForm(Plain):
    """A CSV file of people."""

    file = forms.FileField(
        label=gettext_lazy("CSV 文件"), allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": gettext_lazy("选一个 CSV 文件")},
    )  # fmt: skip

    def data_read(self) -> bytes:
        """Return the file's bytes, one more than allowed at most: the reader refuses those."""
        data: bytes = self.cleaned_data["file"].read(MAX_BYTES + 1)
        return data

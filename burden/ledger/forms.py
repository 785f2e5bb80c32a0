"""What the list of audit events shows."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

KINDS = (  # the beginning of a code, and what it is about
    ("", _("全部")),
    ("person.", _("人员")),
    ("post.", _("提任职")),
    ("request.", _("批任职")),
    ("people.", _("批量导入")),
    ("login.", _("锁定与解锁")),
    ("link.", _("一次性链接")),
    ("password.", _("密码")),
    ("token.", _("接口令牌")),
    ("unit.", _("单位")),
    ("units.", _("单位导入")),
    ("export.", _("导出")),
)


class FilterForm(forms.Form):
    """Day, kind of act, and who acted; what is malformed counts as unset."""

    day = forms.DateField(required=False)
    what = forms.ChoiceField(required=False, choices=KINDS)
    person = forms.CharField(required=False, max_length=60)

    def read(self) -> tuple[dt.date | None, str, str]:
        """Return the three."""
        self.is_valid()
        facts = self.cleaned_data
        return facts.get("day"), facts.get("what", ""), facts.get("person", "")

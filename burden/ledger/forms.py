"""What the auditor may ask for, and how acts are called in the list."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.core.validators import MaxValueValidator
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

ACTS = {  # code -> words; an act without words shows its code
    "demo.seeded": _("导入演示数据"),
    "export.cancelled": _("取消导出"),
    "export.downloaded": _("下载导出"),
    "export.requested": _("申请导出"),
    "history.imported": _("导入历史"),
    "link.made": _("发一次性链接"),
    "link.used": _("用一次性链接设密码"),
    "login.locked": _("连续输错，账号锁定"),
    "login.unlocked": _("解锁"),
    "password.changed": _("改密码"),
    "people.imported": _("批量导入人员"),
    "person.added": _("加人"),
    "person.changed": _("改姓名或任职名称"),
    "person.deactivated": _("停用账号"),
    "person.reactivated": _("恢复账号"),
    "post.end_proposed": _("提止任职"),
    "post.proposed": _("提任职"),
    "request.granted": _("批准任职变动"),
    "request.refused": _("不批任职变动"),
    "token.made": _("发接口令牌"),
    "token.revoked": _("作废接口令牌"),
    "unit.closed": _("撤销单位"),
    "unit.opened": _("设单位"),
    "unit.renamed": _("改单位"),
    "units.imported": _("导入单位"),
}
DETAILS = {
    "cadres": _("人数"),
    "changed": _("改动"),
    "code": _("代码"),
    "count": _("个数"),
    "created": _("新增"),
    "faulty": _("有错"),
    "from_week": _("从"),
    "merged": _("合并"),
    "move": _("改任职"),
    "new": _("新增"),
    "person": _("人"),
    "persons": _("人"),
    "refused": _("没收"),
    "requests": _("申请"),
    "returns": _("周报"),
    "role": _("角色"),
    "rows": _("行数"),
    "same": _("不变"),
    "tables": _("内容"),
    "unit": _("单位"),
}


class FilterForm(forms.Form):
    """Day, kind of act, and who acted; what is malformed counts as unset."""

    day = forms.DateField(required=False, validators=[MaxValueValidator(dt.date(2099, 12, 31))])
    what = forms.ChoiceField(required=False, choices=KINDS)
    person = forms.CharField(required=False, max_length=60)

    def read(self) -> tuple[dt.date | None, str, str]:
        """Return the three."""
        self.is_valid()
        facts = self.cleaned_data
        return facts.get("day"), facts.get("what", ""), facts.get("person", "")

"""What the auditor may ask for, and how acts, details and things are called in the list."""

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
    ("login.", _("登录")),
    ("link.", _("一次性链接")),
    ("password.", _("密码")),
    ("token.", _("接口令牌")),
    ("unit.", _("单位")),
    ("units.", _("单位导入")),
    ("history.", _("历史导入")),
    ("demand.", _("下达事项")),
    ("estimate.", _("估时长")),
    ("quote.", _("引用数据")),
    ("target.", _("任务")),
    ("export.", _("导出")),
    ("bulletin.", _("通报")),
    ("standards.", _("规则与计划")),
    ("sums.", _("汇总核对")),
)

# What the page calls things: an act, a detail or a thing recorded anywhere is named here, or tests/burden/ledger fails.
ACTS = {
    "bulletin.checked": _("核稿"),
    "bulletin.correcting": _("起草更正"),
    "bulletin.drafted": _("起草通报"),
    "bulletin.edited": _("改通报的文字"),
    "bulletin.published": _("签发通报"),
    "bulletin.refreshed": _("更新通报的数字"),
    "bulletin.returned": _("退回改稿"),
    "demand.asked": _("先问几个接收单位"),
    "demand.changed": _("变更下达"),
    "demand.copied": _("照旧的起草下达事项"),
    "demand.drafted": _("起草下达事项"),
    "demand.issued": _("下达"),
    "demand.passed_on": _("转到下级"),
    "demand.withdrawn": _("撤回下达"),
    "demo.seeded": _("导入演示数据"),
    "estimate.answered": _("估时长"),
    "export.cancelled": _("取消导出"),
    "export.catalogue": _("导出报表目录"),
    "export.downloaded": _("下载导出"),
    "export.requested": _("申请导出"),
    "history.imported": _("导入历史"),
    "link.made": _("发一次性链接"),
    "link.used": _("用一次性链接设密码"),
    "login.failed": _("登录没成，密码不对"),
    "login.in": _("登录"),
    "login.locked": _("连续输错，账号锁定"),
    "login.out": _("退出登录"),
    "login.unlocked": _("解锁"),
    "password.changed": _("改密码"),
    "people.imported": _("批量导入人员"),
    "person.added": _("加人"),
    "person.changed": _("改姓名或任职名称"),
    "person.deactivated": _("停用账号"),
    "person.reactivated": _("恢复账号"),
    "post.end_proposed": _("提止任职"),
    "post.proposed": _("提任职"),
    "quote.answered": _("答复引用数据"),
    "quote.asked": _("请求引用数据"),
    "request.granted": _("批准任职变动"),
    "request.refused": _("不批任职变动"),
    "request.withdrawn": _("撤回任职变动"),
    "target.assigned": _("分任务给人"),
    "target.taken": _("认领任务"),
    "token.made": _("发接口令牌"),
    "token.revoked": _("作废接口令牌"),
    "unit.closed": _("撤销单位"),
    "unit.opened": _("设单位"),
    "unit.renamed": _("改单位"),
    "standards.imported": _("导入规则、清单、计划或额度"),
    "sums.verified": _("核对汇总"),
    "units.imported": _("导入单位"),
    "week.filed": _("提交周报"),  # in the ledger, but on nobody's page: see ledger/queries.py
}
DETAILS = {
    "cadre": _("干部"),
    "cadres": _("人数"),
    "changed": _("改动"),
    "chosen": _("选的"),
    "code": _("代码"),
    "count": _("个数"),
    "created": _("新增"),
    "differences": _("不一致"),
    "entries": _("记录"),
    "faulty": _("有错"),
    "fields": _("字段"),
    "from_week": _("从"),
    "granted": _("同意"),
    "late": _("补录"),
    "merged": _("合并"),
    "move": _("改任职"),
    "new": _("新增"),
    "nil": _("无额外事项"),
    "parent": _("来自"),
    "people": _("人"),
    "person": _("人"),
    "persons": _("人"),
    "receivers": _("接收单位"),
    "refused": _("没收"),
    "requests": _("申请"),
    "returns": _("周报"),
    "role": _("角色"),
    "rows": _("行数"),
    "same": _("不变"),
    "source": _("照旧的编号"),
    "tables": _("内容"),
    "targets": _("任务"),
    "times": _("次数"),
    "unit": _("单位"),
    "units": _("单位"),
    "version": _("版本"),
    "week": _("周"),
}
YES, NO = _("是"), _("否")
# values of two details are codes
CODED = {
    "role": {
        "cadre": _("干部"),
        "lead": _("单位负责人"),
        "issuer": _("登记员"),
        "reviewer": _("专班"),
        "office": _("机制办"),
        "observer": _("特邀监督员"),
        "sysadmin": _("系统管理员"),
        "secadmin": _("安全管理员"),
        "auditor": _("审计员"),
    },
    "tables": {"unit_weeks": _("单位周汇总"), "issuers": _("谁要求的")},
}
SUBJECTS = {
    "bulletin": _("通报"),
    "burdenbudget": _("负担额度"),
    "demand": _("下达事项"),
    "dutyitem": _("履职事项"),
    "estimate": _("估时长"),
    "exportjob": _("导出"),
    "historyfile": _("历史文件"),
    "planitem": _("年度计划项"),
    "postrequest": _("任职申请"),
    "quoterequest": _("引用数据"),
    "rule": _("规则"),
    "target": _("任务"),
    "unit": _("单位"),
    "user": _("账号"),
    "verification": _("汇总核对"),
    "weeklyreturn": _("周报"),
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

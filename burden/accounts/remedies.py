"""The remedies (减负措施) and the pages that carry them out: one table, read by their page and by the top bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Door:
    """A page of a remedy. Shape: `name` of its route, which takes the code of the reader's unit where it is `of_unit`."""

    name: str
    label: str | Promise
    words: str | Promise
    of_unit: bool = False


@dataclass(frozen=True)
class Remedy:
    """What is done about one kind of burden."""

    title: str | Promise
    words: str | Promise
    doors: Sequence[Door]


# each page is shown to those alone whom its route lets in
REMEDIES = (
    Remedy(
        _("减轻负担"),
        _("先看清谁要了什么、要花多久，能合并的合并，能不要的不要。"),
        (
            Door("catalogue", _("报表目录"), _("哪些表在要一样的东西，哪些能合并")),
            Door("relief", _("能减的和要反映的"), _("本级能减多少人时，哪些要请上级改"), of_unit=True),
        ),
    ),
    Remedy(
        _("因地制宜"),
        _("规则写明对谁、管多久；情况不一样的单位可以请求调整，好做法可以照着用。"),
        (
            Door("adaptations", _("因地制宜调整"), _("谁申请了什么，批没批，管到哪天")),
            Door("groups", _("乡镇分组"), _("哪些乡镇算山区、沿河，批准给一组的调整照它算")),
            Door("practices", _("本地做法"), _("别处怎么省时间的，量过，可以照着用")),
            Door("rules", pgettext_lazy("list", "规则"), _("登记时对照哪些规定，哪些是本地的，什么时候改过")),
        ),
    ),
    Remedy(
        _("明确责任"),
        _("每件事有牵头的、有依据；超了的由人核实，限期改。"),
        (
            Door("oversight", _("问题与督办"), _("查实的问题、督办单办到哪一步，省了多少人时")),
            Door("duty", _("履职清单与年度计划"), _("乡镇该干什么、不再干什么，一年打算开多少会、查多少次")),
            Door("admissions", _("准入申请"), _("清单外的事先批后派，机制办 10 个工作日内定")),
            Door("observing", _("社会监督"), _("特邀监督员和监测点写来的，专班核实、答复")),
            Door("signals", _("待核的信号"), _("数据里看着不对的地方，由人判断"), of_unit=True),
        ),
    ),
    Remedy(
        _("资源与能力"),
        _("人、钱、工具和要干的活放在一起看，缺的有人答复。"),
        (
            Door("capacity", _("负担与能力"), _("要干的活占可用工时多少，哪里要加人或减事"), of_unit=True),
            Door("resources", _("编制、经费和工具"), _("各单位有多少人、钱、工具，取自县里已有的表")),
            Door("support", _("支持请求"), _("缺什么、谁来答、哪天答、解决没有")),
            Door("guides", _("怎么填"), _("要表的部门写的短答，填表的人评有没有用")),
        ),
    ),
    Remedy(
        _("表扬与公平"),
        _("按算得清的减少来定，怎么算、谁不参加，都写在明处。"),
        (
            Door("recognitions", _("表扬"), _("谁自己减下来了，哪个做法传开了；公示期里谁都能提异议")),
            Door("fairness", _("公平说明"), _("按什么规则、什么数据、多少人有数据；谁没进来，为什么")),
        ),
    ),
    Remedy(
        _("沟通与反馈"),
        _("要知道的说得明白，反映了的有答复。"),
        (
            Door("notices", _("通知"), _("跟你有关的，一句话说明白；每周最多提醒一次，不选不提醒")),
            Door("feedback_mine", _("我要反映"), _("匿名或实名，由上一级受理，7 个工作日内答复")),
            Door("board", _("公开答复"), _("答复了的都在这里，没有采纳的也在")),
        ),
    ),
    Remedy(
        _("口径与设置"),
        _("目标、抽样、工作日和区划变动，由机制办定，改动留痕。"),
        (
            Door("standards", _("目标与抽样"), _("县里自己的目标，是不是四周问一周")),
            Door("days", _("工作日"), _("期限按哪些天算")),
            Door("unit_events", _("区划变动"), _("更名、划转、合并、拆分、撤销")),
        ),
    ),
)


def doors() -> list[Door]:
    """Return all pages of all remedies."""
    return [door for remedy in REMEDIES for door in remedy.doors]

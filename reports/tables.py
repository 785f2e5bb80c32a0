"""Every table that people and programs take away, declared once: pages show the same figures, files and API are written from here.

A table is a statement in sql/tables or a function of table_rows, its columns, and what of it law 5 leaves empty; to add one,
declare it here and name it in TABLES: form, files, API and tests take it from there.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from burden.standards.models import Category
from reports import table_rows
from reports.restated import REPORTED, RESTATED
from reports.table_kinds import Column, Law, Table

WEEK = Column("week", _("周（周一）"), "date", 12)
CODE = Column("code", _("单位代码"), "text", 15)
UNIT = Column("unit", _("单位"), "text", 18)
KIND = Column("kind", _("类别"), "text", 8)
PARENT = Column("parent", _("上级"), "text", 14)
ISSUER = (Column("issuer_code", _("下达单位代码"), "text", 15), Column("issuer", _("下达单位"), "text", 18))
CATEGORY = Column("category", _("工作类别"), "text", 9)
TITLE = Column("title", _("事项"), "text", 36)
REMARK = Column("remark", _("说明"), "text", 22)
RETURNS = Column("returns", _("已有数据 人"))
TOTAL = Column("total", _("合计 人·分钟"), width=14)
CLAIMED = Column("claimed", _("预计未答 人·分钟"), width=14)
LEFT_OUT = Column("hidden_weeks", _("不显示的周"))


def by_category(prefix: str, unit: str | Promise, width: int) -> tuple[Column, ...]:
    """The five columns of one measure."""
    return tuple(Column(f"{prefix}_{category.value}", _heading(category, unit), width=width) for category in Category)


def _heading(category: Category, unit: str | Promise) -> Promise:
    return format_lazy("{category} {unit}", category=category.label, unit=unit)


def keys(*columns: Column) -> tuple[str, ...]:
    """The names of some columns."""
    return tuple(column.key for column in columns)


COUNTS = by_category("n", _("件"), 9)
MINUTES = by_category("m", _("人·分钟"), 12)
CLAIMS = by_category("c", _("预计未答"), 12)
SHARES = (
    Column("self_min", _("本单位自定 人·分钟"), width=14),
    Column("after_hours_min", _("非工作时间 人·分钟"), width=14),
    Column("bulk_min", _("批量照此计 人·分钟"), width=14),
)
PEOPLE = (Column("active", _("在册 人")), RETURNS)
NIL = Column("nil_returns", _("无额外事项 人"))

UNIT_WEEKS = Table(
    "unit_weeks",
    _("单位周汇总"),
    (WEEK, CODE, UNIT, KIND, PARENT, *PEOPLE, NIL, *COUNTS, *MINUTES, TOTAL, *SHARES, *CLAIMS, REMARK),
    sql="unit_weeks",
    laws=(Law(keys(*PEOPLE, NIL, *COUNTS, *MINUTES, TOTAL, *SHARES), kept=keys(*PEOPLE)),),
)
ENTRIES = Column("entries", _("记录 件"))
UNREGISTERED = Column("unregistered", _("其中未登记 人·分钟"), width=14)
ISSUERS = Table(
    "issuers",
    _("谁要求的"),
    (WEEK, CODE, UNIT, *ISSUER, ENTRIES, *MINUTES, TOTAL, UNREGISTERED, CLAIMED, REMARK),
    sql="issuers",
    laws=(Law(keys(ENTRIES, *MINUTES, TOTAL, UNREGISTERED)),),
)
TREND = Table(
    "trend",
    _("每周走势"),
    (
        WEEK,
        CODE,
        UNIT,
        RETURNS,
        TOTAL,
        Column("per_head", _("每人每周 分钟")),
        Column("week_before", _("上年同周（周一）"), "date", 12),
        Column("per_head_before", _("上年同周 每人 分钟"), width=12),
        REMARK,
    ),
    sql="trend",
    laws=(
        Law((*keys(RETURNS, TOTAL), "per_head"), kept=keys(RETURNS)),
        Law(("per_head_before",), week="week_before"),
    ),
    before=54,
    is_yearly=True,
)
CATEGORIES = Table(
    "categories",
    _("类别合计"),
    (CODE, UNIT, PARENT, CATEGORY, ENTRIES, TOTAL, CLAIMED, RETURNS, LEFT_OUT, REMARK),
    sql="categories",
    by_week=False,
    frozen=2,
)
COMPARISON = Table(
    "comparison",
    _("单位比较"),
    (
        CODE,
        UNIT,
        KIND,
        PARENT,
        Column("active", _("在册 人")),
        Column("returns", _("已有数据 人·周"), width=12),
        TOTAL,
        Column("self_min", _("本单位自定 人·分钟"), width=14),
        Column("per_head", _("每人每周 分钟")),
        Column("imposed", _("上级下达 每人每周 分钟"), width=14),
        Column("peers", _("同类单位 个")),
        Column("low", _("同类下四分位 分钟"), width=12),
        Column("median", _("同类中位数 分钟"), width=12),
        Column("high", _("同类上四分位 分钟"), width=12),
        Column("p90", _("同类 P90 分钟"), width=12),
        Column("gap", _("比中位数多 分钟"), width=12),
        Column("than_previous", _("比上期多 每人每周 分钟"), width=14),
        Column("than_last_year", _("比上年多 每人每周 分钟"), width=14),
        LEFT_OUT,
        REMARK,
    ),
    rows=table_rows.comparison,
    by_week=False,
    most=200_000,
    frozen=2,
    is_yearly=True,
)
DEMANDS = Table(
    "demands",
    _("事项用时"),
    (
        WEEK,
        *ISSUER,
        Column("demand", _("事项编号")),
        TITLE,
        CATEGORY,
        Column("origin", _("谁先要求的"), "text", 12),
        Column("level", _("对象"), "text", 9),
        Column("targets", _("任务 个")),
        Column("claim_min", _("预计 人·分钟"), width=14),
        Column("open_min", _("预计未答 人·分钟"), width=14),
        Column("answered", _("已答单位 个")),
        Column("answers", _("已答 份")),
        Column("confirmed_min", _("实际 人·分钟"), width=14),
        Column("gap_min", _("实际比预计多 人·分钟"), width=14),
        Column("after_hours_min", _("非工作时间 人·分钟"), width=14),
        REMARK,
    ),
    sql="demands",
    of_issuers=True,
    tree=RESTATED,
)
LEAGUE = Table(
    "league",
    _("下达单位比较"),
    (
        *ISSUER,
        TOTAL,
        Column("own_min", _("自定 人·分钟"), width=14),
        Column("passed_min", _("上级转办 人·分钟"), width=14),
        Column("unregistered_min", _("未登记 人·分钟"), width=14),
        Column("demands", _("项数")),
        Column("times", _("对象 单位次"), width=12),
        Column("each_min", _("每单位每次 分钟"), width=12),
        Column("claim_min", _("登记 人·分钟"), width=14),
        Column("confirmed_min", _("确认 人·分钟"), width=14),
    ),
    rows=table_rows.issuers_beside,
    by_week=False,
    of_issuers=True,
    frozen=2,
    tree=REPORTED,
)
UNREGISTERED_DEMANDS = Table(
    "unregistered",
    _("未登记事项（近半年）"),
    (
        *ISSUER,
        CATEGORY,
        TITLE,
        Column("cadres", _("填报 人")),
        Column("units", _("单位 个")),
        ENTRIES,
        Column("person_min", _("合计 人·分钟"), width=14),
        Column("first_week", _("最早的周"), "date", 12),
        Column("last_week", _("最近的周"), "date", 12),
    ),
    sql="unregistered",
    by_week=False,
    of_issuers=True,
    frozen=2,
    tree=RESTATED,
    span=_("每行是近半年的合计，从“最早的周”到“最近的周”；所选的周里有的才列"),
)
SIGNALS = Table(
    "signals",
    _("待核信号（近半年）"),
    (
        Column("signal", _("信号"), "text", 12),
        CODE,
        UNIT,
        CATEGORY,
        TITLE,
        Column("first_week", _("最早的周"), "date", 12),
        Column("last_week", _("最近的周"), "date", 12),
        Column("first_seen", _("首次提示"), "date", 12),
        Column("person_min", _("涉及 人·分钟"), width=14),
        Column("strength", _("界限的百分之几"), width=12),
        REMARK,
    ),
    rows=table_rows.signals,
    by_week=False,
    of_issuers=True,
    tree=RESTATED,
    span=_("每行是近半年的合计，从“最早的周”到“最近的周”；所选的周里有的才列"),
)
INDICATORS = Table(
    "indicators",
    _("全部指标"),
    (
        CODE,
        UNIT,
        Column("indicator", _("代码"), "text", 20),
        Column("name", _("指标"), "text", 18),
        Column("value", _("本期"), "text", 12),
        Column("measure", _("单位"), "text", 8),
        Column("number", _("本期 分子"), width=14),
        Column("of", _("本期 分母"), width=14),
        Column("low", _("区间 从"), width=12),
        Column("high", _("区间 到"), width=12),
        Column("side", _("谁记的"), "text", 12),
        REMARK,
    ),
    rows=table_rows.indicators,
    by_week=False,
    of_issuers=True,
)
PORTAL = (
    Column("filings", _("提交 份")),
    Column("median_s", _("用时中位数 秒"), width=12),
    Column("total_s", _("用时合计 秒"), width=12),
)
PORTAL_TIMES = Table(
    "portal",
    _("平台自身负担"),
    (WEEK, CODE, UNIT, *PORTAL, REMARK),
    sql="portal",
    laws=(Law(keys(*PORTAL)),),
    tree=REPORTED,
)
MEETINGS = Table(
    "calendar",
    _("会议检查日程"),
    (
        Column("day", _("日期"), "date", 12),
        Column("starts", _("开始"), "text", 8),
        Column("ends", _("结束"), "text", 8),
        CATEGORY,
        TITLE,
        *ISSUER,
        Column("minutes", _("每人 分钟")),
        Column("units", _("单位 个")),
        Column("people", _("人数")),
        Column("clash", _("时间"), "text", 8),
    ),
    rows=table_rows.meetings,
    by_week=False,
    of_issuers=True,
    most=20_000,
    frozen=2,
    tree=RESTATED,
)
RELIEF = Table(
    "relief",
    _("能减的和要反映的（近一年）"),
    (
        Column("which", _("怎么办"), "text", 14),
        *ISSUER,
        Column("demand", _("事项编号")),
        TITLE,
        CATEGORY,
        Column("origin", _("谁先要求的"), "text", 12),
        Column("weeks", _("一年要了 周")),
        Column("times", _("对象 单位次"), width=12),
        Column("total_min", _("一年 人·分钟"), width=14),
        Column("spared_min", _("能少 人·分钟"), width=14),
        Column("reasons", _("理由"), "text", 48),
    ),
    rows=table_rows.to_relieve,
    by_week=False,
    of_issuers=True,
    frozen=3,
    tree=REPORTED,
    span=_("算的是到所选最后一周为止的 52 周"),
)
CAPACITY = Table(
    "capacity",
    _("负担与能力"),
    (
        CODE,
        UNIT,
        KIND,
        PARENT,
        Column("year", _("编制表年份")),
        Column("quota", _("编制 人")),
        Column("in_post", _("在岗 人")),
        Column("lent", _("借出 人")),
        Column("borrowed", _("借入 人")),
        Column("hired", _("编外聘用 人"), width=12),
        Column("weeks", _("算了几周")),
        Column("needed", _("负担 人·分钟"), width=14),
        Column("available", _("可用工时 人·分钟"), width=14),
        Column("share", _("负担占可用工时"), "percent", 12),
        Column("peers", _("同类单位 个")),
        Column("low", _("同类下四分位"), "percent", 12),
        Column("median", _("同类中位数"), "percent", 12),
        Column("high", _("同类上四分位"), "percent", 12),
        Column("confirmed", _("其中已确认 人·分钟"), width=14),
        Column("after_hours_min", _("非工作时间 人·分钟"), width=14),
        Column("after_share", _("非工作时间占比"), "percent", 12),
        Column("requests", _("在办请求 项")),
        LEFT_OUT,
        REMARK,
    ),
    rows=table_rows.capacity,
    by_week=False,
    most=200_000,
    frozen=2,
)
REPLIES = Table(
    "replies",
    _("答复用时和评价（当年）"),
    (
        CODE,
        UNIT,
        Column("counted_on", _("统计到（不含）"), "date", 12),
        Column("replies", _("答复 条")),
        Column("median_days", _("用时中位数 工作日"), "decimal", 12),
        Column("judged", _("评价 条")),
        Column("solved", _("解决了 条")),
        Column("satisfied", _("解决占评价"), "percent", 10),
        REMARK,
    ),
    rows=table_rows.replied,
    by_week=False,
    of_issuers=True,
    frozen=2,
    tree=RESTATED,
    span=_("算的是当年到所选最后一周为止，统计到哪天见每行"),
)
ORDERS = Table(
    "orders",
    _("督办台账"),
    (
        Column("number", _("督办单"), "text", 12),
        TITLE,
        CATEGORY,
        *ISSUER,
        Column("keeper", _("督办单位"), "text", 18),
        Column("state", _("办到哪一步"), "text", 16),
        Column("citation", _("依据"), "text", 30),
        Column("person_min", _("涉及 人·分钟"), width=14),
        Column("opened_on", _("立项"), "date", 12),
        Column("sent_on", _("交办"), "date", 12),
        Column("deadline_on", _("期限"), "date", 12),
        Column("due_on", _("这一步的期限"), "date", 12),
        Column("clock", _("时限"), "text", 18),
        Column("finished_on", _("办结"), "date", 12),
        Column("took_days", _("用了 工作日")),
        Column("saved_min", _("一年少 人·分钟"), width=14),
    ),
    rows=table_rows.ordered,
    by_week=False,
    of_issuers=True,
    tree=RESTATED,
)
TABLES = {
    table.key: table
    for table in (
        UNIT_WEEKS, ISSUERS, CATEGORIES, COMPARISON, TREND, DEMANDS, LEAGUE, UNREGISTERED_DEMANDS, SIGNALS, INDICATORS,
        PORTAL_TIMES, MEETINGS, RELIEF, REPLIES, CAPACITY, ORDERS,
    )
}  # fmt: skip

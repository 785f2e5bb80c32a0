"""Similar demands among 100,000 that are out: what is found, what is confused, how long it takes, beside comparing with all.

Bounds: p95 <= 20 ms for one look-up as the web role under row level security; recall >= 0.99 of paraphrases among the five
shown; F1 >= 0.95 of the verdict "probably the same". Labelled pairs are made here: a paraphrase is a demand said again by
another office (other phrase, month, order, wording of fields; some dropped, some new); a hard negative shares topic and kind
of sheet with a demand, or most of its fields, and asks another thing. Half of the wordings are unknown to the product.
Run: .venv/bin/python -m bench.run duplicates
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import psycopg

from bench.cluster import admin, cluster
from bench.report import Line, percentile, report
from bench.world import fill

if TYPE_CHECKING:
    from burden.demands.duplicates import Similar

DEMANDS, LABELLED, COMPARED_WITH_ALL = 100_000, 600, 20
BOUND = 20.0  # ms
dice = random.Random(2026)

TOPICS = """人居环境整治 返贫动态监测 森林防火 医保参保缴费 秸秆禁烧 反电信诈骗 耕地撂荒整治 信访积案化解 党员发展 河道巡查 改厕
留守儿童关爱 食品安全 自建房安全 燃气安全 高标准农田管护 惠农补贴发放 退役军人服务 残疾人帮扶 高龄津贴 防汛备汛 动物防疫 消防安全
校园周边治理 文明实践 村级集体经济 宅基地审批 欠薪治理 道路交通安全 饮用水水源保护 土壤污染防治 畜禽粪污利用 婚育新风 禁毒宣传
就业帮扶 危房改造 校车安全 垃圾分类 水库移民 农机安全""".split()
GROUPS = """脱贫户 监测户 独居老人 特困供养对象 事实孤儿 个体工商户 规模养殖场 村级服务站 自然村 搬迁安置点 小餐饮店 民宿 加油站
网约房 种粮大户 专业合作社 家庭农场 村干部 网格员 护林员 公益岗位 乡村医生 幼儿园 养老机构 快递网点 工贸企业 矿山 小型水库 山塘
漫水桥 渡口 光伏电站 集中供水点 文物点 宗教场所 烟花爆竹店 棋牌室 农贸市场 冷库 危化品企业 出租屋 建筑工地 液化气站 校外培训点
诊所 药店 农家书屋 文化广场 施工便道 临时用工 低收入户 外出务工人员 返乡创业者 网络主播 电商站点 屠宰点 兽药店 农资店 驾培学校 停车场""".split()
ASPECTS = """基本信息 整改进度 问题隐患 资金使用 设施维护 人员配备 宣传培训 物资储备 日常巡查 信息公开 责任落实 风险等级 投诉处理 走访慰问
政策享受 能力建设 证照办理 应急演练 损失评估 满意程度 帮扶措施 考勤纪律 档案整理 安全承诺 数据核对 需求意向 收支明细 移交登记
经验做法 典型案例 回访结果 库存盘点 轮换检修 用电用水 投保理赔 面积变更 质量抽检 价格行情 产销渠道 技术服务 绩效评价 合同履约 环境卫生 隐患销号 身份核验 补助申领 交接班次 噪声扰民 排污达标 标识标牌""".split()
SHEETS = ["台账", "报表", "统计表", "花名册", "明细表", "清单", "登记表", "信息表"]
OFFICES = "县农业农村局 县民政局 县应急管理局 县医保局 县住建局 县卫健局 县教育局 县公安局 县水利局 县林业局 县残联 县妇联".split()
TIMES = [f"{year}年{month}月" for year in (2025, 2026) for month in range(1, 13)]
TIMES += ["2026年第一季度", "2026年上半年", "近期", "本周", "2025年度"]
PHRASES = (
    "关于报送{time}{topic}{group}{aspect}{sheet}的通知",
    "{office}关于做好{time}{topic}{group}{aspect}{sheet}上报工作的函",
    "请各乡镇尽快填报{topic}{group}{aspect}{sheet}（{time}）",
    "{topic}{group}{aspect}{sheet}",
    "{group}{aspect}{sheet}（{topic}专项）",
    "{time}{topic}工作{group}{aspect}情况{sheet}",
)
PERSON = """姓名 性别 身份证号 民族 出生年月 户籍地址 现住址 联系电话 家庭人口 户主姓名 文化程度 健康状况 政治面貌 开户银行 银行账号
所在村 所在组 备注 责任人 填报人""".split()
THINGS = (
    "房屋 车辆 耕地 林地 河段 设备 仓库 摊位 厨房 电表 水井 道路 牲畜 农药 种子 灭火器 监控 宣传栏 账户 合同".split()
)
MEASURES = "数量 面积 类型 建成年份 使用年限 完好程度 检查日期 存在问题 整改时限 投入金额 所有权人 管护单位 是否达标 所在位置".split()
FIELDS = [*PERSON, *(thing + measure for thing in THINGS for measure in MEASURES)]
OTHER_WORDS = {  # half of them the product does not know
    "身份证号": "公民身份号码", "联系电话": "手机号码", "户籍地址": "户口所在地", "现住址": "家庭住址", "备注": "备注说明",
    "责任人": "负责人", "所在村": "行政村", "开户银行": "开户行", "文化程度": "学历", "健康状况": "身体状况",
    "家庭人口": "家庭成员数", "政治面貌": "是否党员", "填报人": "经办人", "数量": "数", "面积": "面积（平方米）",
    "建成年份": "建成时间", "检查日期": "检查时间", "存在问题": "问题描述", "整改时限": "整改期限", "投入金额": "投入资金（元）",
    "管护单位": "管理单位", "所在位置": "位置", "类型": "类别", "是否达标": "达标情况",
}  # fmt: skip
OTHER_SHEETS = {
    "台账": "明细表",
    "明细表": "台账",
    "报表": "统计表",
    "统计表": "汇总表",
    "花名册": "名单",
    "清单": "台账",
}

STAGE = "CREATE TEMP TABLE staged (n int, title text, fields varchar(100)[], grams text[])"
STORE = """
INSERT INTO demand (issuer_id, lead_id, state, version, title, category, subkind, basis, origin, post_title, channel, frequency,
                    first_on, people, minutes, travel_minutes, prep_minutes, receivers, facts, fields, grams, afterwards,
                    late_reason, digest, created_by_id, created_at, changed_at, issued_at, withdrawn_reason)
SELECT office.ids[1 + n %% 42], office.ids[1 + n %% 42], 'issued', 1, title, 'form', '', '', 'own', '', 'formal', 'once',
       DATE '2026-11-27', 1, 30, 0, 0, '{}', '{}', fields, grams, false, '', '', %(by)s, now(), now(), now(), ''
FROM staged, (SELECT array_agg(id ORDER BY id) AS ids FROM unit
      WHERE level = 'department' AND parent_id = (SELECT min(parent_id) FROM unit WHERE level = 'department')) office
ORDER BY n
"""
ALL = """
SELECT id, shared / (%(size)s + size - shared)::real FROM (
    SELECT id, cardinality(grams) AS size,
           (SELECT count(*) FROM unnest(grams) AS each WHERE each = ANY (%(wanted)s)) AS shared FROM demand) AS every
ORDER BY 2 DESC LIMIT 5
"""


@dataclass(frozen=True)
class Meant:
    """What a demand asks, before somebody words it."""

    topic: str
    group: str
    aspect: str
    sheet: str
    fields: tuple[str, ...]

    @property
    def what(self) -> tuple[str, str, str]:
        """Return what tells it from everything else that is asked."""
        return self.topic, self.group, self.aspect

    def worded(self) -> tuple[str, list[str]]:
        """Return a title and field names as one of many offices would write them."""
        words = vars(self) | {"time": dice.choice(TIMES), "office": dice.choice(OFFICES)}
        return dice.choice(PHRASES).format(**words), list(self.fields)


def some_fields() -> tuple[str, ...]:
    """Draw what a form asks: some particulars of a person, more of a thing."""
    return (*dice.sample(PERSON, dice.randint(2, 5)), *dice.sample(FIELDS[len(PERSON) :], dice.randint(4, 11)))


def paraphrase(meant: Meant) -> Meant:
    """Say the same again: another sheet word, fields in other words and order, up to two dropped, up to two new."""
    fields = [(dice.random() < 0.4 and reworded(name)) or name for name in meant.fields]
    dice.shuffle(fields)
    fields = fields[dice.randint(0, 2) :] + dice.sample(FIELDS, dice.randint(0, 2))
    sheet = OTHER_SHEETS.get(meant.sheet, meant.sheet) if dice.random() < 0.6 else meant.sheet
    return replace(meant, sheet=sheet, fields=tuple(dict.fromkeys(fields)))


def reworded(name: str) -> str:
    """Return another name of a field, where there is one."""
    ending = next((word for word in OTHER_WORDS if name.endswith(word)), "")
    return name.removesuffix(ending) + OTHER_WORDS[ending] if ending else name


def hard_negative(meant: Meant, fresh: Meant, asked: set[tuple[str, str, str]]) -> Meant:
    """Ask what nobody asks and looks alike: the same topic and sheet of others, or two thirds of the fields on another topic."""
    if dice.random() < 0.5:
        other = replace(fresh, topic=meant.topic, sheet=meant.sheet)
        while other.what in asked:
            other = replace(other, group=dice.choice(GROUPS), aspect=dice.choice(ASPECTS))
        return other
    kept = meant.fields[: len(meant.fields) * 2 // 3]
    return replace(fresh, fields=(*kept, *fresh.fields[: len(meant.fields) // 2]))


def meanings(many: int) -> list[Meant]:
    """Return so many different things to ask."""
    every = [(topic, group, aspect) for topic in TOPICS for group in GROUPS for aspect in ASPECTS]
    return [Meant(*each, dice.choice(SHEETS), some_fields()) for each in dice.sample(every, many)]


def main() -> int:
    """Store, look up, compare with all; the exit status is 1 where a bound is missed."""
    drawn = meanings(DEMANDS + LABELLED)
    stored, fresh = drawn[:DEMANDS], drawn[DEMANDS:]
    with cluster() as running, admin(running) as owner:
        fill(owner, 0)
        ids = store(owner, [meant.worded() for meant in stored])
        return 0 if measure(owner, stored, ids, fresh) else 1


def store(owner: psycopg.Connection, worded: list[tuple[str, list[str]]]) -> list[int]:
    """Put demands out in the name of the first county's departments. Shape: their ids, in the order given."""
    from burden.accounts.models import User
    from burden.demands.duplicates import grams

    by = User.objects.create(username="issuer", name="登记员")
    owner.execute(STAGE)
    with owner.cursor() as cursor, cursor.copy("COPY staged FROM STDIN") as rows:
        for number, (title, fields) in enumerate(worded):
            rows.write_row((number, title, fields, grams(title, fields)))
    owner.execute(STORE, {"by": by.pk})
    owner.execute("VACUUM ANALYZE demand")
    return [pk for (pk,) in owner.execute("SELECT id FROM demand ORDER BY id")]


def measure(owner: psycopg.Connection, stored: list[Meant], ids: list[int], fresh: list[Meant]) -> bool:
    """Look paraphrases and hard negatives up by turns, and print. Shape: whether every bound holds."""
    chosen = dice.sample(range(DEMANDS), LABELLED)
    same = [(paraphrase(stored[at]).worded(), ids[at]) for at in chosen]
    asked = {meant.what for meant in stored}
    other = [hard_negative(stored[at], new, asked).worded() for at, new in zip(chosen, fresh, strict=True)]
    look = looker()
    times, found, right, wrong = [], 0, 0, 0
    for (alike, pk), unlike in zip(same, other, strict=True):
        for question in (alike, unlike):
            start = time.perf_counter()
            shown = look(*question)
            times.append(time.perf_counter() - start)
            verdict = bool(shown) and shown[0].likely
            if question is unlike:
                wrong += verdict
            else:
                found += pk in [each.demand.pk for each in shown]
                right += verdict and shown[0].demand.pk == pk
    compared = [compare_with_all(owner, *alike) for alike, _pk in same[:COMPARED_WITH_ALL]]
    print(f"  look-up p50 {percentile(0.5, times):.1f} ms, comparing with all p50 {percentile(0.5, compared):.0f} ms")
    print(
        f"  of {LABELLED} paraphrases {found} shown, {right} judged the same; of {LABELLED} others {wrong} judged the same"
    )
    return report(
        f"Similar demands among {DEMANDS:,}",
        [
            Line("look-up p95 (ms)", BOUND, percentile(0.95, times)),
            Line("recall: paraphrases whose source is among the five shown", 0.99, found / LABELLED, least=True),
            Line('F1 of "probably the same"', 0.95, 2 * right / (right + wrong + LABELLED), least=True),
            Line(
                "comparing with all / look-up, medians",
                5,
                percentile(0.5, compared) / percentile(0.5, times),
                least=True,
            ),
        ],
    )


def looker() -> Callable[..., list[Similar]]:
    """Return a look-up by an issuer of the county, as the web role, each in a transaction of its own."""
    from django.db import connection, transaction

    from burden.accounts.actor import actor_of
    from burden.accounts.models import Post, User
    from burden.demands.duplicates import similar
    from burden.demands.models import Demand
    from burden.kit import clock
    from burden.kit.db import act_as

    user = User.objects.get(username="issuer")
    issuer_id = Demand.every.values_list("issuer_id", flat=True)[0]
    Post.objects.create(user=user, unit_id=issuer_id, role="issuer", valid=(dt.date(2025, 1, 6), None))
    actor = actor_of(user, clock.now())
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE burden_web")

    def look(title: str, fields: list[str]) -> list[Similar]:
        with transaction.atomic():
            act_as(user.pk)
            return similar(actor, title, fields)

    return look


def compare_with_all(owner: psycopg.Connection, title: str, fields: list[str]) -> float:
    """Compare with every demand, no index. Shape: seconds."""
    from burden.demands.duplicates import grams

    wanted = grams(title, fields)
    start = time.perf_counter()
    owner.execute(ALL, {"wanted": wanted, "size": len(wanted)}).fetchall()
    return time.perf_counter() - start

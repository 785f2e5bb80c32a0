"""What is asked of the fictional county's cadres: topics by issuer, and the titles made from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from burden.demo.places import DEPARTMENTS

OWN, ABOVE, ABOVE_COUNTY, NOBODY = "own", "above", "city", ""  # issuers that are no department
VILLAGE, TOWNSHIP, DEPARTMENT = "village", "township", "department"  # who does the work
EVERYWHERE = (VILLAGE, TOWNSHIP)
ALL_YEAR = tuple(range(1, 13))


@dataclass(frozen=True)
class Work:
    """One thing that is done again and again, or asked for once.

    Units: median whole minutes each; travel minutes; weight is relative; months 1 to 12. A title holds {year} and {month}.
    """

    title: str
    category: str
    issuer: str
    audiences: tuple[str, ...]
    median: int
    weight: float
    months: tuple[int, ...] = ALL_YEAR
    subkind: str = ""
    travel: int = 0
    prep: int = 0
    routine: bool = False
    topic: str = ""


# department -> topics: name, months ("" all year, "10-4" over new year)
TOPICS = {
    "县农业农村局": (
        "高标准农田建设", "农村人居环境整治", "防止返贫监测", "秋冬种|9-12", "春耕备耕|2-4", "撂荒地整治", "农村厕所革命",
        "种粮补贴发放|5-8", "动物疫病防控|3-10",
    ),
    "县应急管理局": ("森林防灭火|10-4", "防汛抗旱|4-9", "安全生产", "自建房安全隐患", "冬季取暖安全|11-2", "应急演练|5-10"),
    "县委组织部": ("基层党建", "党员发展", "年度综合考核|10-1", "驻村帮扶", "村级后备力量培养", "干部信息核对"),
    "县住建局": ("农房安全排查", "村庄环境巡查", "危房改造|3-11", "生活垃圾分类", "污水管网建设", "施工扬尘治理|3-11"),
    "县民政局": ("低保动态核查", "高龄津贴年审|1-4", "留守儿童关爱", "临时救助", "养老服务设施", "殡葬改革|3-5"),
    "县统计局": ("农作物播种面积调查|5-10", "住户收支调查", "农村统计业务", "人口抽样调查|10-12", "经济普查|1-6"),
    "县卫生健康局": ("慢病随访", "两癌筛查|4-10", "爱国卫生运动", "村卫生室规范化", "传染病防控|10-3", "托育服务调查"),
    "县自然资源局": ("耕地种植情况", "地质灾害巡查|4-10", "违法占地图斑核查", "不动产登记清理", "永久基本农田核实"),
    "县生态环境局": ("秸秆禁烧|9-11", "河湖环境巡查", "农村黑臭水体", "散乱污企业排查", "环保督察问题整改"),
    "县林业局": ("林长制巡林", "松材线虫病防治|9-12", "古树名木普查", "退耕还林面积核实|3-10", "护林员管理"),
    "县市场监管局": ("食品安全两个责任", "农村集体聚餐管理", "药品经营", "个体户年报|1-6", "特种设备安全"),
    "县医保局": ("城乡居民医保缴费|9-2", "医保信息核对", "大病救助对象认定"),
    "县委政法委": ("平安建设", "矛盾纠纷排查", "网格化服务管理", "重点人员走访"),
    "县公安局": ("反诈宣传", "流动人口登记", "禁毒踏查|4-10", "交通安全劝导站"),
    "县水利局": ("农田水利建设|9-3", "河长制巡河", "饮水安全", "小型水库值守|4-9"),
    "县委宣传部": ("理论宣讲", "文明实践活动", "移风易俗", "信息稿件报送"),
    "县委办公室": ("重点工作督查", "党委信息报送", "保密检查"),
    "县政府办公室": ("政务公开", "政务热线办理", "重点项目推进"),
    "县人社局": ("农民工返乡就业|12-3", "居民养老保险认证", "公益岗位管理", "技能培训"),
    "县教育局": ("控辍保学|2-9", "校园周边安全", "防溺水宣传|5-9"),
    "县消防救援大队": ("消防安全", "九小场所排查"),
    "县发展改革局": ("重点企业走访", "粮食储备"),
    "县财政局": ("惠民补贴一卡通", "村级财务"),
    "县交通运输局": ("农村公路养护", "道路安全隐患"),
    "县纪委监委": ("群众身边问题整治", "村级小微权力"),
    "县文化旅游局": ("文物安全巡查", "乡村旅游"),
    "县退役军人事务局": ("退役军人信息更新", "双拥工作"),
    "县信访局": ("信访积案化解", "信访维稳"),
    "县妇联": ("妇女之家", "家庭教育指导"),
    "县残联": ("残疾人需求调查", "无障碍改造"),
    "县城管局": ("市容环境", "占道经营整治"),
    "县商务局": ("电商服务站点",),
    "县司法局": ("普法宣传", "社区矫正走访"),
    "县税务局": ("税费征缴协作",),
    "县人武部": ("民兵整组|2-4", "征兵宣传|6-9"),
    "团县委": ("青年志愿服务",),
    "县总工会": ("困难职工摸底",),
    "县委统战部": ("宗教场所巡查",),
    "县科技工信局": ("通信杆线整治",),
    "县科协": ("科普活动",),
    "县审计局": ("村级审计整改",),
    "县委编办": ("人员编制核对",),
}  # fmt: skip

# category, titles, median minutes, weight, travel, preparation, subkind; one topic takes one title of each line
FORMS = (
    ("meeting", ("全县{}工作部署会", "{}工作推进会", "全县{}视频调度会", "{}业务培训会", "{}现场会"), 75, 1.2, 30, 15, ""),
    ("document", ("《关于做好{}工作的通知》", "《{{year}}年{}工作方案》", "《关于{{month}}月{}情况的通报》", "《{}工作提示》"), 16, 1.3, 0, 0, ""),
    ("form", ("{}进度周报表", "{}情况统计表", "{}摸排台账", "{}名册（{{month}}月）", "{}核对表"), 46, 1.5, 0, 0, "medium"),
    ("form", ("{}佐证材料清单", "{}{{month}}月小结", "{}底册更新"), 38, 0.5, 0, 0, "simple"),
    ("inspection", ("{}督导（陪同）", "{}专项检查", "{}半年考核验收", "{}“回头看”"), 110, 0.35, 10, 30, ""),
    ("other", ("{}工作群接龙", "{}巡查拍照上传", "{}系统信息录入", "{}宣传入户"), 35, 0.6, 0, 0, "digital"),
)  # fmt: skip

# what a township asks of its villages, and what everybody does anyway: title, category, median, months, subkind
FROM_TOWNSHIP = (
    ("镇村干部周例会", "meeting", 80), ("包村工作碰头会", "meeting", 45), ("驻村片区会商", "meeting", 50),
    ("村级工作{month}月调度会", "meeting", 70), ("《关于报送{month}月工作台账的通知》", "document", 12),
    ("《{month}月重点任务清单》", "document", 15), ("《值班安排及纪律提醒》", "document", 8),
    ("重点任务进展周报", "form", 40), ("村情民意收集表", "form", 35), ("包联户走访台账", "form", 50),
    ("村级公益事业项目库", "form", 45), ("环境卫生评分表", "form", 30), ("外出务工人员动态表", "form", 40),
    ("镇级环境卫生检查", "inspection", 70), ("镇级安全巡查（陪同）", "inspection", 80),
    ("镇村工作群消息回复", "other", 45), ("林区防火巡查", "other", 60), ("政策宣传入户", "other", 60), ("临时抽调帮忙", "other", 120),
)  # fmt: skip
OWN_WORK = {
    VILLAGE: (
        ("村两委会议", "meeting", 60), ("村民代表会议", "meeting", 90), ("党员活动日", "meeting", 80),
        ("村务公开栏更新", "form", 30), ("村级值班记录", "form", 20), ("矛盾纠纷调解记录", "form", 45),
        ("便民代办登记", "form", 30), ("入户走访", "other", 70), ("村内卫生巡查", "other", 45), ("为民代办跑腿", "other", 60),
        ("上级文件集中传达", "document", 15),
    ),
    TOWNSHIP: (
        ("党委理论学习中心组学习", "meeting", 75), ("机关干部例会", "meeting", 60), ("党支部集中学习", "meeting", 60),
        ("办公室碰头会", "meeting", 30), ("上级文件流转传阅", "document", 20), ("镇内通知起草", "document", 40),
        ("值班值守记录", "form", 30), ("内部工作小结", "form", 45), ("来访接待登记", "form", 40), ("内务考勤汇总", "form", 25),
        ("村级材料汇总审核", "form", 60), ("包村走访", "other", 100), ("矛盾纠纷调处", "other", 90), ("便民大厅轮值", "other", 120),
        ("对村工作检查", "inspection", 110),
    ),
    DEPARTMENT: (
        ("局务会", "meeting", 80), ("股室周例会", "meeting", 45), ("支部学习", "meeting", 60), ("收文办理", "document", 20),
        ("业务数据审核", "form", 60), ("月度工作小结", "form", 45), ("基层来电解答", "other", 60), ("下乡指导", "inspection", 150),
    ),
}  # fmt: skip
FROM_CITY = (
    ("全市重点工作视频会", "meeting", 90), ("全市安全防范电视电话会", "meeting", 80), ("全市乡村建设观摩会", "meeting", 150),
    ("《市级{month}月工作要点》", "document", 18), ("《市级专项行动方案》", "document", 20), ("市级考核指标自评表", "form", 70),
    ("市级调研基础数据表", "form", 60), ("市级暗访反馈问题整改", "inspection", 120), ("市级验收迎检", "inspection", 150),
)  # fmt: skip
UNSTATED = (
    ("工作群临时统计", "form", 25), ("小程序打卡", "other", 15), ("问卷填报转发", "other", 15), ("电话核实情况", "other", 20),
    ("临时会议", "meeting", 60), ("补充材料", "form", 35),
)  # fmt: skip
ROUTINES = (  # of departments, week by week
    ("农村人居环境整治周台账", "form", 45, "县农业农村局"), ("安全生产隐患周排查表", "form", 40, "县应急管理局"),
    ("网格巡查日志上传", "other", 40, "县委政法委"), ("工作群接龙统计（3 个群）", "other", 30, "县住建局"),
    ("党建平台信息录入", "other", 35, "县委组织部"), ("林长巡林打卡", "other", 40, "县林业局"),
    ("重点企业走访台账", "form", 60, "县发展改革局"), ("防返贫监测系统更新", "form", 50, "县农业农村局"),
    ("河长巡河记录", "other", 40, "县水利局"), ("民政对象信息动态表", "form", 40, "县民政局"),
)  # fmt: skip
TRACES = ("巡查拍照", "拍照上传", "接龙", "打卡")  # 留痕 rather than a system


def works() -> list[Work]:
    """Return everything that is asked for or done, always in the same order."""
    return [
        *_of_departments(),
        *_listed(FROM_TOWNSHIP, ABOVE, (VILLAGE,), 3.0),
        *_listed(FROM_CITY, ABOVE_COUNTY, EVERYWHERE, 1.6),
        *_listed(UNSTATED, NOBODY, EVERYWHERE, 2.2),
        *(work for audience in OWN_WORK for work in _listed(OWN_WORK[audience], OWN, (audience,), 1.0, routine=True)),
        *(_routine(*row) for row in ROUTINES),
    ]


def _of_departments() -> Iterator[Work]:
    for name, topics in TOPICS.items():
        for number, text in enumerate(topics):
            topic, _bar, months = text.partition("|")
            for line, (category, titles, median, weight, travel, prep, subkind) in enumerate(FORMS):
                title = titles[(number + line + len(topic)) % len(titles)].format(topic)
                yield Work(
                    title=title, category=category, issuer=name, audiences=EVERYWHERE, median=median, months=_months(months),
                    weight=weight * DEPARTMENTS[name] / len(topics), subkind=_subkind(title, subkind), travel=travel, prep=prep, topic=topic,
                )  # fmt: skip


def _listed(
    rows: tuple[tuple[str, str, int], ...],
    issuer: str,
    audiences: tuple[str, ...],
    weight: float,
    *,
    routine: bool = False,
) -> Iterator[Work]:
    for title, category, median in rows:
        yield Work(
            title=title, category=category, issuer=issuer, audiences=audiences, median=median, weight=weight,
            routine=routine, subkind=_subkind(title, "digital" if category == "other" and not routine else ""),
        )  # fmt: skip


def _routine(title: str, category: str, median: int, issuer: str) -> Work:
    return Work(
        title=title, category=category, issuer=issuer, audiences=EVERYWHERE, median=median, weight=0.6,
        routine=True, subkind=_subkind(title, "digital" if category == "other" else ""),
    )  # fmt: skip


def _subkind(title: str, usual: str) -> str:
    return "trace" if usual == "digital" and any(word in title for word in TRACES) else usual


def _months(text: str) -> tuple[int, ...]:
    """Read "10-4" as October to April; empty is all year."""
    if not text:
        return ALL_YEAR
    first, last = map(int, text.split("-"))
    return tuple((first + step - 1) % 12 + 1 for step in range((last - first) % 12 + 1))

"""The fictional county: 沅州市临溪县, its townships, villages, departments and the names of its people; two small ones beside it.

None of it exists. Codes begin with 99, which no real division has.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

PROVINCE = ("990000000000", "南岭省")
CITY = ("990100000000", "沅州市")
COUNTY = ("990101000000", "临溪县")
NEXT_CITY = ("990200000000", "岚江市")


@dataclass(frozen=True)
class Township:
    """A township and what makes it differ. Units: villages and communities a count; load is relative to the others."""

    name: str
    kind: str
    villages: int
    communities: int
    cadres: int
    load: float = 1.0


TOWNSHIPS = (
    Township("柳河镇", "town", 13, 2, 46),
    Township("白塔镇", "town", 11, 1, 38, 1.4),
    Township("城关街道", "street", 3, 9, 58, 0.95),
    Township("南湖街道", "street", 2, 8, 52, 0.9),
    Township("石桥镇", "town", 14, 1, 40),
    Township("红岩镇", "town", 12, 1, 37, 1.05),
    Township("马店镇", "town", 13, 1, 44, 1.2),
    Township("平川镇", "town", 12, 2, 41, 0.85),
    Township("龙泉镇", "town", 11, 1, 36),
    Township("新集镇", "town", 12, 1, 43, 1.1),
    Township("南湾镇", "town", 11, 1, 35, 0.9),
    Township("桃园镇", "town", 12, 1, 38),
    Township("沙坝乡", "township", 9, 0, 27, 1.15),
    Township("双河乡", "township", 9, 0, 28),
    Township("高台乡", "township", 8, 0, 26, 0.9),
    Township("大坪乡", "township", 9, 0, 29, 1.05),
    Township("松林乡", "township", 12, 0, 30, 0.95),
    Township("杨树乡", "township", 12, 0, 31),
)

# code and name of a county, its city, its townships: its departments do not register what they ask, so that people name the county
NEIGHBOURS = (
    (
        ("990102000000", "青溪县"), CITY,
        (Township("渡口镇", "town", 5, 1, 36, 1.1), Township("竹山镇", "town", 4, 1, 33), Township("云岭乡", "township", 4, 0, 27, 1.2)),
    ),
    (
        ("990201000000", "岚溪县"), NEXT_CITY,
        (Township("江口镇", "town", 5, 1, 38, 1.25), Township("河东街道", "street", 1, 4, 45, 1.1), Township("茶坪乡", "township", 5, 0, 28)),
    ),
)  # fmt: skip

# name -> relative weight of what the department demands; about twenty make most of it
DEPARTMENTS = {
    "县农业农村局": 10.0, "县应急管理局": 8.0, "县委组织部": 7.0, "县住建局": 6.0, "县民政局": 6.0, "县统计局": 5.0,
    "县卫生健康局": 5.0, "县自然资源局": 4.5, "县生态环境局": 4.0, "县林业局": 4.0, "县市场监管局": 4.0, "县医保局": 4.0,
    "县委政法委": 3.5, "县公安局": 3.0, "县水利局": 3.0, "县委宣传部": 3.0, "县委办公室": 2.5, "县政府办公室": 2.5,
    "县人社局": 2.0, "县教育局": 2.0, "县消防救援大队": 1.5, "县发展改革局": 1.0, "县财政局": 1.0, "县交通运输局": 0.8,
    "县纪委监委": 0.8, "县文化旅游局": 0.6, "县退役军人事务局": 0.6, "县信访局": 0.6, "县妇联": 0.5, "县残联": 0.5,
    "县城管局": 0.4, "县商务局": 0.4, "县司法局": 0.4, "县税务局": 0.4, "县人武部": 0.4, "团县委": 0.3, "县总工会": 0.3,
    "县委统战部": 0.3, "县科技工信局": 0.3, "县科协": 0.2, "县审计局": 0.2, "县委编办": 0.2,
}  # fmt: skip

VILLAGES = (
    "青石 东坝 红星 石桥河 西湾 上坪 下坪 黄泥坡 柏树湾 大塘 新屋 老街口 杨家湾 李家坝 清水 茶园 竹溪 枫树 月亮坪 双龙 三合 "
    "长岭 金鸡 凤形 牛角塘 桐子 落星 鹿鸣 寨子 河口 古井 花桥 桃坪 梨园 水车 石榴 银杏 马鞍 白果 荷塘"
).split()
COMMUNITIES = "桂花 东门 文昌 滨河 车站 新华 钟楼 翠屏 北街 和平 锦绣 迎宾 康乐 学府 南桥 中心".split()

SURNAMES = "王李张刘陈杨黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏田石谭向覃"
GIVEN_FIRST = "建国志文秀春晓永德家明海玉立光世长兴福安天云金宏少景开正敏红丽小华"
GIVEN_SECOND = "平军华芳英兰涛敏强勇静洁辉鹏梅霞波斌林玲燕峰超娟艳萍刚磊明杰生成远山松柏云"
TITLES = {  # posts within a unit, the first its lead
    "village": ("党支部书记", "村委会主任", "副书记", "妇联主席", "文书", "网格员", "会计"),
    "township": ("党委书记", "镇长", "党委副书记", "党政综合办主任", "经济发展办", "社会事务办", "综合执法队", "便民服务中心", "退役军人服务站"),
    "department": ("局长", "副局长", "办公室主任", "业务股长", "干事"),
}  # fmt: skip


def codes_of_villages(township: int, county: str = COUNTY[0]) -> Iterator[str]:
    """Yield the codes of a township's villages. Units: townships are counted from 1."""
    return (f"{county[:6]}{township:03}{number:03}" for number in itertools.count(1))


def code_of_township(township: int, county: str = COUNTY[0]) -> str:
    """Return the code of a township. Units: townships are counted from 1."""
    return f"{county[:6]}{township:03}000"


def code_of_department(department: int) -> str:
    """Return the code of a department. Units: departments are counted from 1."""
    return f"990101900{department:03}"

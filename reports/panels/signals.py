"""Signals in words: what stands out, by what evidence, what it may mean and what else could explain it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.demands.adaptations.models import Adaptation
from burden.demands.adaptations.models import Kind as Adapted
from burden.demands.adaptations.reading import holds_for, same_title
from burden.entries.models import Reason
from burden.kit.addresses import address
from burden.kit.clock import Week
from burden.kit.reading import bare
from burden.kit.templatetags.show import full_day, hm, hours, listed, minutes, percent, week_number
from burden.units.models import Kind as UnitKind
from burden.units.models import Unit
from reports.models import Signal
from reports.signals.declared import CHANNEL_WEEKS, RELAY_HOURS, WEEKS, Z_LIMIT
from reports.signals.read import Told, Weekly, signals, told
from reports.signals.read import shown as to_judge

Kind = Signal.Kind
RECENT = 8  # weeks that the dashboard and the page begin with
NEWEST = 3  # on the dashboard
COUNTED = 999  # past which it says that there are more: a nation has tens of thousands
COLOURS = {Kind.OUTLIER: "s-info", Kind.SPLIT: "k-meet", Kind.RENAMED: "k-form", Kind.RELAY: "k-doc"}  # others: grey


@dataclass(frozen=True)
class Cell:
    """One cell of the evidence. Shape: `pk` names a demand to open."""

    text: str
    pk: int | None = None


@dataclass(frozen=True)
class Words:
    """What is said of one signal. Shape: `heads` are the columns of `rows`; the first cell is the row's name."""

    title: str
    points: list[str]
    heads: list[str] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """One signal on a page."""

    told: Told
    words: Words
    colour: str
    meaning: str | Promise
    otherwise: str | Promise
    url: str
    adaptations: Sequence[Adaptation] = ()  # approved ones that speak of it
    weeks: Weekly = field(default_factory=list)  # what it is made of, where that is known

    @property
    def curve(self) -> list[int | None]:
        return [value for _week, value in self.weeks]

    @property
    def curve_words(self) -> str:
        """Say the curve aloud."""
        unit = _("每周人均小时") if self.signal.kind == Kind.OUTLIER else _("每周人时")
        return unit + _("：") + _("，").join(f"{week_number(week)} {hours(value)}" for week, value in self.weeks)

    @property
    def lines(self) -> list[tuple[str, str, list[int | None]]]:
        """Chat groups and documents of an informal channel, week by week. Shape: colour class, name, person-minutes."""
        drawn = self.told.evidence.get("weekly", {})
        return [
            (colour, name, [value for _week, value in drawn[kind]])
            for kind, colour, name in (("groups", "x-brand", _("工作群、APP")), ("documents", "x-self", _("文件")))
            if kind in drawn
        ]

    @property
    def drawn(self) -> list[tuple[str, list[int | None]]]:
        return [(colour, values) for colour, _name, values in self.lines]

    @property
    def lines_words(self) -> str:
        """Say both lines aloud."""
        weeks = [_week(week) for week, _value in self.told.evidence["weekly"]["groups"]]
        said = (
            name + _("：") + _("，").join(f"{week} {hours(value)}" for week, value in zip(weeks, values, strict=True))
            for _colour, name, values in self.lines
        )
        return _("；").join([_("每周人时"), *said])

    @property
    def signal(self) -> Signal:
        return self.told.signal


MEANINGS: dict[str, tuple[Promise, Promise]] = {
    Kind.OUTLIER: (
        gettext_lazy("可能任务压得太集中，或人手不够：先看是谁要求的。"),
        gettext_lazy("也可能是防汛防火、普查换届，或把几周的活记在一周。轻的单位不提示，轻不是成绩。"),
    ),
    Kind.SPLIT: (
        gettext_lazy("可能把一个长会拆成了几个短会。"),
        gettext_lazy("也可能是分片、分批讲同一件事，或每次议题确实不同。"),
    ),
    Kind.RENAMED: (
        gettext_lazy("可能停了旧表，换个名字又要。"),
        gettext_lazy("也可能是分工调整、旧表并进新表，或上级统一了格式。"),
    ),
    Kind.INFORMAL: (
        gettext_lazy("可能把发文改成了在群里布置。"),
        gettext_lazy("也可能正是宣传、缴费的时候，或文件精简了、群里只是提醒。"),
    ),
    Kind.RELAY: (
        gettext_lazy("可能只换了抬头就层层转下，时间都压给了下一级。"),
        gettext_lazy("应急的事就要当天转；也可能原来就写明由乡镇布置到村。"),
    ),
    Kind.UNREGISTERED: (
        gettext_lazy("可能没有评估就布置了。"),
        gettext_lazy("也可能登记晚了、名称对不上，或是记错了谁要求的。"),
    ),
    Kind.UNIFORM: (
        gettext_lazy("可能不分情况，一个要求发给了所有类型的单位。"),
        gettext_lazy("也可能只是这个季节没有，或答的人拿不准，或法律要求一律都报。"),
    ),
}


def line(
    found: Told, readable: Collection[int] = (), held: Collection[Adaptation] = (), weeks: Weekly | None = None
) -> Line:
    """Say one signal, with its weeks where they are known, and which of the adaptations that hold cover it; demands that the reader may not open are not linked."""
    kind = Kind(found.signal.kind)
    words = WORDS[kind](found, readable) if found.person_min is not None else _hidden()
    return Line(
        found,
        words,
        COLOURS.get(kind, "k-other"),
        *MEANINGS[kind],
        _url(found.signal),
        covering(found, held),
        weeks or [],
    )


def question(asked: Line) -> str:
    """Return the form of a notice that asks the department what a signal is about, filled in with its words."""
    said = _("平台提示：%(what)s。请说明是怎么回事；该登记的，请补登记") % {"what": asked.words.title}
    return address(
        "notice_new", root=asked.signal.unit.code, roles=Role.ISSUER, title=_("请说明一条信号"), summary=said
    )


def covering(found: Told, held: Collection[Adaptation]) -> list[Adaptation]:
    """Return the adaptations that vary what a signal is about: the same thing of the same issuer, or the rule it rests on."""
    issuer, said = found.signal.unit, found.evidence
    titles = [said.get("title", ""), *(each["title"] for each in said.get("demands", ()))]
    return [
        each
        for each in held
        if (each.issuer_id == issuer.pk and any(same_title(each.title, title) for title in titles))
        or (each.kind == Adapted.RULE and each.rule_code == said.get("rule") and holds_for(each, issuer))
    ]


def _url(signal: Signal) -> str:
    """Return where the figures behind a signal stand: the unit's page, or the issuer's."""
    if signal.kind == Kind.OUTLIER or signal.unit.level == "county":
        return address("report", signal.unit.code, period="week", week=signal.last_week)
    return address("issued_by", signal.unit.code)


def _hidden() -> Words:
    return Words(_("人数太少，现在不显示"), [_("夜里提示以后数据有了变化，不足 5 份周报或在册不足 3 人。")])


def _outlier(found: Told, readable: Collection[int]) -> Words:
    weeks = found.evidence["weeks"]
    worst = max(weeks, key=lambda each: each["z_tenths"])
    facts = {"n": len(weeks), "week": _week(worst["week"]), "own": hours(worst["per_head"]), "peers": worst["peers"] - 1,
             "median": hours(worst["median"]), "z": _tenth(worst["z_tenths"]), "limit": Z_LIMIT}  # fmt: skip
    title = _("%(n)d 周人均时间远高于同类") if len(weeks) > 1 else _("一周人均时间远高于同类")
    return Words(
        title % facts,
        [
            _("%(week)s人均 %(own)s 小时；连同 %(peers)d 个同类单位，中位数是 %(median)s 小时") % facts,
            _("比同类中位数合计多 %(hours)s 人时") % {"hours": hours(found.person_min)},
            _("稳健偏离 z＝%(z)s，超过 %(limit)s 才提示") % facts,
        ],
        [_("周"), _("人均 小时"), _("同类中位 小时"), "z"],
        [
            [
                Cell(_week(each["week"])), Cell(hours(each["per_head"])), Cell(hours(each["median"])), Cell(_tenth(each["z_tenths"])),
            ]
            for each in weeks
        ],
    )  # fmt: skip


def _split(found: Told, readable: Collection[int]) -> Words:
    said = found.evidence
    who = (
        _("%(units)d 个单位收到的都是这几次")
        if "demands" in said
        else _("%(cadres)d 名干部、%(units)d 个单位记出，没有登记")
    )
    return Words(
        _("一个议题一周开了 %(sittings)d 个短会") % said,
        [
            _("题目都像“%(title)s”") % said,
            _("每人合计 %(minutes)d 分钟；一次会议一般不超过 %(limit)d 分钟") % said,
            who % said,
        ],
        [_("会议"), _("日期"), _("分钟")] if "demands" in said else [],
        [
            [_demand(each, readable), Cell(_day(each["day"])), Cell(minutes(each["minutes"]))]
            for each in said.get("demands", ())
        ],
    )  # fmt: skip


def _renamed(found: Told, readable: Collection[int]) -> Words:
    said = found.evidence
    old, new = said["demands"]
    facts = {"old": bare(old["title"]), "new": bare(new["title"]), "same": said["same"], "a": old["fields"], "b": new["fields"],
             "likeness": said["likeness"], "ended": _day(old["last_on"]), "begun": _day(new["first_on"])}  # fmt: skip
    points = [
        _("%(same)d 个字段相同（旧表 %(a)d 个，新表 %(b)d 个），相似 %(likeness)d%%") % facts,
        _("旧表最后一次 %(ended)s，新表 %(begun)s 开始") % facts,
    ]
    if not said["is_own"]:
        points.append(_("旧表是%(issuer)s要的") % old)
    return Words(
        _("《%(new)s》像停用的《%(old)s》") % facts,
        points,
        [_("报表"), _("下达单位"), _("要过几次"), _("字段")],
        [[_demand(each, readable), Cell(each["issuer"]), Cell(minutes(each["times"])), Cell(minutes(each["fields"]))] for each in (old, new)],
    )  # fmt: skip


def _informal(found: Told, readable: Collection[int]) -> Words:
    said = found.evidence
    basis = _("上年同期") if said["basis"] == "year" else _("之前 %d 周") % CHANNEL_WEEKS
    (groups, records, groups_now, records_now), (papers, sheets, papers_now, sheets_now) = (
        said["groups"],
        said["documents"],
    )
    facts = {
        "n": CHANNEL_WEEKS,
        "basis": basis,
        "a": hours(papers),
        "b": hours(papers_now),
        "c": hours(groups),
        "d": hours(groups_now),
    }
    return Words(
        _("文件少了，工作群、APP 多了"),
        [
            _("近 %(n)d 周与%(basis)s比：文件 %(a)s → %(b)s 人时，工作群、APP %(c)s → %(d)s 人时") % facts,
            _("记录：文件 %(a)s → %(b)s 条，工作群、APP %(c)s → %(d)s 条")
            % dict(zip("abcd", map(minutes, (sheets, sheets_now, records, records_now)), strict=True)),
        ],
        [_("渠道"), basis, _("近 %d 周") % CHANNEL_WEEKS],
        [
            [Cell(_("工作群、APP 人时")), Cell(hours(groups)), Cell(hours(groups_now))],
            [Cell(_("文件 人时")), Cell(hours(papers)), Cell(hours(papers_now))],
        ],
    )  # fmt: skip


def _relay(found: Told, readable: Collection[int]) -> Words:
    said = found.evidence
    issued = timezone.localtime(dt.datetime.fromisoformat(said["issued_at"]))
    facts = said | {
        "title": bare(said["title"]), "issuer": said["demands"][0]["issuer"], "issued": f"{_day(str(issued.date()))} {issued:%H:%M}",
        "quickest": hm(said["quickest_min"]), "slowest": hm(said["slowest_min"]), "hours": RELAY_HOURS,
    }  # fmt: skip
    points = [
        _("%(issuer)s %(issued)s 下达，最快 %(quickest)s、最慢 %(slowest)s 后转下，标题和要填的都没变") % facts,
        _("转了 %(depth)d 层") % facts,
    ]
    if said["sooner"]:
        points.append(_("%(sooner)d 次把期限提前，最多 %(days)d 天") % facts)
    return Words(
        _("%(units)d 个单位 %(hours)d 小时内原样转下《%(title)s》") % facts,
        points,
        [_("转下的事项"), _("下达单位")],
        [[_demand(each, readable), Cell(each["issuer"])] for each in said["demands"]],
    )


def _unregistered(found: Told, readable: Collection[int]) -> Words:
    said = found.evidence
    facts = said | {"title": bare(said["title"]), "n": minutes(said["n"]), "weeks": WEEKS}
    first, last = (full_day(each) for each in (found.signal.first_week, found.signal.last_week))
    return Words(
        _("%(units)d 个单位都在做《%(title)s》，没有登记过") % facts,
        [
            _("%(cadres)d 名干部近 %(weeks)d 周里记了 %(n)s 条") % facts,
            _("记录的周：%(first)s 起，最近 %(last)s") % {"first": first, "last": last},
        ],
    )


def _uniform(found: Told, readable: Collection[int]) -> Words:
    said = found.evidence
    facts = {"title": bare(said["title"]), "sent": said["sent"]}
    heavy = [each for each in said["kinds"] if each["kind"] in said["heavy"]]
    points = [
        _("%(kind)s：%(units)d 个单位答了 %(answers)d 次，%(no)d 次“不适用”，占 %(share)s")
        % {
            "kind": UnitKind(each["kind"]).label, "units": each["units"], "answers": each["answers"], "no": each["not_applicable"],
            "share": percent(each["not_applicable"], each["answers"]),
        }
        for each in heavy
    ]  # fmt: skip
    why: Counter[str] = Counter()
    for each in heavy:
        why.update(each["reasons"])
    if why:
        told = listed(_("%(why)s %(n)d 次") % {"why": Reason(code).label, "n": n} for code, n in why.most_common())
        points.append(_("说了原因的：%(told)s") % {"told": told})
    return Words(
        _("《%(title)s》一起发给 %(sent)d 类单位，有的说不适用") % facts,
        points,
        [_("单位类型"), _("答复"), _("不适用"), _("占")],
        [
            [
                Cell(str(UnitKind(each["kind"]).label)), Cell(minutes(each["answers"])), Cell(minutes(each["not_applicable"])),
                Cell(percent(each["not_applicable"], each["answers"])),
            ]
            for each in said["kinds"]
        ],
    )  # fmt: skip


WORDS: dict[str, Callable[[Told, Collection[int]], Words]] = {
    Kind.OUTLIER: _outlier,
    Kind.SPLIT: _split,
    Kind.RENAMED: _renamed,
    Kind.INFORMAL: _informal,
    Kind.RELAY: _relay,
    Kind.UNREGISTERED: _unregistered,
    Kind.UNIFORM: _uniform,
}


def _demand(each: dict[str, Any], readable: Collection[int]) -> Cell:
    return Cell(each["title"], each["id"] if each["id"] in readable else None)


def _week(text: str) -> str:
    return week_number(dt.date.fromisoformat(text))


def _tenth(value: int) -> str:
    return f"{value // 10}.{value % 10}"


def _day(text: str) -> str:
    return full_day(dt.date.fromisoformat(text))


# --- on the dashboard ---


def newest(actor: Actor, unit: Unit, last: Week, closed: Week) -> dict[str, Any]:
    """Return how many signals there are about a unit and all below it, and the newest in words; none beside older weeks."""
    since = closed.plus(1 - RECENT)
    if last < since:
        return {}
    found = to_judge(actor, signals(actor, unit, since), "", closed.plus(1).monday)
    # in a statement of its own: beside the rows it would take all of them with their evidence
    count = found.order_by()[: COUNTED + 1].count()
    shown = told(found.order_by("-first_seen", "-person_min", "pk")[:NEWEST]) if count else []
    counted = {"signals_count": min(count, COUNTED), "signals_more": count > COUNTED}
    return counted | {"signals": [line(each) for each in shown]}

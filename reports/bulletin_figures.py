"""The figures of a bulletin: read once, written as words, and kept with it. In Chinese, as the bulletin is.

Only what the dashboard shows of the same unit and period: weeks that it hides are left out here too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import F, Q, Sum
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.demands.models import Channel, Reestimate
from burden.kit.clock import Week, day_of
from burden.kit.errors import Refused
from burden.kit.templatetags.show import MINUS, NOTHING, day, hours, minutes, percent, week_number
from burden.oversight.queries import bylines, recognised_in
from burden.standards.models import Category, Subkind
from burden.units.models import Unit
from reports import issued, queries
from reports.bulletin_reads import Read, read_of
from reports.models import RollupAsked, RollupDemand
from reports.panels import summary
from reports.panels.portal import portal
from reports.panels.summary import Change
from reports.periods import Period
from reports.values import estimated, uncovered

TOP = 6  # issuers in the table
TREND_WEEKS = {"month": 13, "quarter": 26, "year": 52}
GROUP = "group"
YEARLY = {  # what the yearly comparison counts, in its order
    Category.DOCUMENT: "文件",
    Category.MEETING: "会议",
    Category.INSPECTION: "督检考",
    Category.FORM: "报表",
    GROUP: "工作群",
}
NAMES = {  # what each figure in the text is, for who writes around it
    "period": "哪一期",
    "weeks": "周次与日期",
    "per_head": "每人每周小时",
    "per_head_previous": "与上一期比",
    "per_head_last_year": "与上年同期比",
    "total": "合计人时",
    "imposed": "上级和部门下达的占比",
    "own": "本单位自定的占比",
    "top": "占用时间最多的一类",
    "top_share": "它的占比",
    "moves": "各类与上一期比",
    "passed_on": "转办上级要求的占比",
    "decided": "本地自己定的占比",
    "unregistered": "未登记的占比",
    "years": "登记的项·周与上年同期比",
    "recognised": "公布的表扬",
    "reestimate": "口径调整",
    "portal": "平台自身占用",
}


def figures_of(actor: Actor, unit: Unit, period: Period, at: dt.datetime) -> dict[str, Any]:
    """Return the figures of a unit and all below it over a period, as a bulletin keeps them.

    Shape: oversight.texts. Refuses: bulletin.too_few (nothing filed, or too few people to be shown).
    """
    with translation.override("zh-hans"):
        read = read_of(actor, unit, period, at)
        if read:
            return _written(read, at)
    raise Refused("bulletin.too_few", _("这一期没有周报，或者人数太少、不能单独列出，写不成通报"))


def _written(read: Read, at: dt.datetime) -> dict[str, Any]:
    tables = {
        "issuers": _issuers(read),
        "years": _years(read),
        "categories": _categories(read),
        "trend": _trend(read),
        "recognised": _recognised(read),
    }
    values = _loads(read) | _sources(read) | _method(read) | {"years": _year_words(tables["years"])}
    values["recognised"] = _recognised_words(tables["recognised"])
    return {"values": values, "names": NAMES, "tables": tables, "note": _note(read, at)}


# --- how figures are written ---


def moved(now: int | None, before: int | None) -> str:
    """Write how far a figure moved. Units: per cent, 1 decimal, with its sign; — without an earlier one."""
    if now is None or not before:
        return NOTHING
    words = percent(now - before, before)
    return words if words.startswith((MINUS, "0.0")) else f"+{words}"


def _moved(change: Change) -> str:
    return moved(change.now, change.before)


def _than(name: str, now: float | None, before: float | None) -> str:
    """Say how many hours more or less than before. Units: minutes a head in, hours in words out."""
    if now is None or before is None:
        return f"{name}没有可比的数据"
    words = hours(abs(now - before))
    if words == "0.0":
        return f"与{name}持平"
    return f"比{name}{'增加' if now > before else '减少'}{words}小时"


def period_name(period: Period) -> str:
    """Name a period as a text does: 10月, 第 3 季度, 2026年."""
    return period.name.replace(" ", "")


def span_words(period: Period) -> str:
    """Say which weeks and days a period holds: 第40—44周，9月28日至11月1日."""
    first, last = period.first, period.last
    return f"第{first.number}—{last.number}周，{day(first.monday)}至{day(last.sunday)}"


def weeks_named(weeks: Sequence[Week]) -> str:
    """Name weeks, those in a row together: 第41周、第51—53周."""
    runs: list[list[Week]] = []
    for week in weeks:
        if runs and runs[-1][-1].plus(1) == week:
            runs[-1].append(week)
        else:
            runs.append([week])
    return "、".join(f"第{run[0].number}{f'—{run[-1].number}' if run[1:] else ''}周" for run in runs)


# --- the parts ---


def _loads(read: Read) -> dict[str, str]:
    """Write how heavy it is, and which way it moves."""
    here, period = read.here, read.period
    last_year = "上年" if period.kind == "year" else "上年同期"
    previous, before = (each.per_head if each else None for each in (read.previous, read.last_year))
    return {
        "period": period_name(period),
        "weeks": span_words(period),
        "per_head": hours(here.per_head),
        "per_head_previous": _than(period_name(period.previous), here.per_head, previous),
        "per_head_last_year": _than(last_year, here.per_head, before),
        "total": hours(here.total),
        "imposed": percent(here.total - here.self_min, here.total),
        "own": percent(here.self_min, here.total),
    }


def _sources(read: Read) -> dict[str, str]:
    """Write on what the time goes, and by whose decision."""
    slices = summary.slices(read.here, read.previous)
    claimed = _claimed(read)
    all_claims, all_minutes = sum(claimed.values()), read.issuers.total
    decided = _decided(read, claimed)
    unstated = read.issuers.unstated.minutes if read.issuers.unstated else 0
    return {
        "top": slices[0].label,
        "top_share": percent(slices[0].minutes, read.here.total),
        "moves": "，".join(f"{each.label} {_moved(each.change)}" for each in slices),
        "passed_on": percent(all_claims - decided, all_claims),
        "decided": percent(decided, all_claims),
        "unregistered": percent(read.issuers.unregistered_min, all_minutes - unstated),
    }


def _decided(read: Read, minutes: Mapping[str, int]) -> int:
    """Add up what was decided in the place: what a higher office there decided is its own, whoever passed it on."""
    return sum(minutes.get(origin, 0) for origin in issued.decided_at(read.unit.level))


def _issued(read: Read) -> Any:
    """Return the sums of what units in the range asked of those below."""
    low, high = read.unit.range
    found = RollupDemand.objects.visible_to(read.actor)
    return found.filter(demand__issuer__path__gte=low, demand__issuer__path__lt=high)


def _claimed(read: Read) -> dict[str, int]:
    """Return what issuers claim, by who asked first, what was passed on down counted once. Claims say nothing of who answered."""
    rows = _issued(read).filter(demand__parent=None, week__in=read.period.mondays)
    rows = rows.values_list("demand__origin").annotate(minutes=Sum("claim_min"))
    return {origin: int(claim) for origin, claim in rows}


def _issuers(read: Read) -> dict[str, Any]:
    rows = [_issuer(read, row) for row in read.named[:TOP]]
    before = period_name(read.period.previous)
    labels = [str(category.label) for category in Category]
    columns = ["下达单位", *labels, "合计", f"每人比{before}", "转办上级", "未登记"]
    return {"caption": f"本级下达单位造成的负担（前{len(rows)}位，人时）", "columns": columns, "rows": rows}


def _issuer(read: Read, row: summary.Issuer) -> list[str]:
    """Write one issuer's line; what it passed on is a share of what it registered, as its own page has it."""
    assert row.unit
    found = issued.cells(read.actor, row.unit, read.period)
    sums = issued.grouped(found, lambda cell: cell.origin)
    registered = sum(each.total_min for each in sums.values())
    decided = _decided(read, {origin: each.total_min for origin, each in sums.items()})
    return [
        row.unit.name,
        *map(hours, row.by_category),
        hours(row.minutes),
        _moved(row.change),
        percent(registered - decided, registered),
        percent(row.unregistered_min, row.minutes),
    ]


def _years(read: Read) -> dict[str, Any]:
    """Say what went out this year and last, as the indicators count it; only weeks that somebody filed for, and those beside them."""
    weeks, weeks_before = read.filed
    is_known = queries.is_whole(read.weekly, read.period.last_year, read.apart)
    now, before = _counted(read, weeks), _counted(read, weeks_before) if is_known else {}
    then, this = ("上年", "本年") if read.period.kind == "year" else ("上年同期", "本期")
    rows = [
        [then, *(minutes(before[code]) if before else NOTHING for code in YEARLY)],
        [this, *(minutes(now[code]) if now else NOTHING for code in YEARLY)],
        ["增减（%）", *(moved(now.get(code), before.get(code)) for code in YEARLY)],
    ]
    part = f"只比有周报的{minutes(len(weeks))}周和上年同样的周；" if read.unfiled else ""
    caption = f"登记的事项（单位：项·周，与指标页“下达的”同一口径；{part}工作群的已算在各类里；来源：平台登记）"
    return {"caption": caption, "columns": ["期间", *YEARLY.values()], "rows": rows}


def _counted(read: Read, weeks: Collection[dt.date]) -> dict[str, int]:
    """Return how many demands were due, each once a week, of each who asks or passes on; nothing where nobody registered any.

    Units: 项·周, those of the indicators `issued_*`; what went by group chat is counted beside, and in its category too.
    """
    sums = {code: Sum(f"issued_{code}") for code in YEARLY if code != GROUP}
    found = RollupAsked.objects.visible_to(read.actor).filter(unit=read.unit, week__in=weeks).aggregate(**sums)
    by_group = Q(demand__channel=Channel.GROUP) | Q(demand__subkind=Subkind.DIGITAL)
    in_group = _issued(read).filter(by_group, week__in=weeks).values("demand_id", "week").distinct().count()
    return {**found, GROUP: in_group} if None not in found.values() else {}


def _year_words(table: Mapping[str, Any]) -> str:
    changes = zip(table["columns"][1:], table["rows"][-1][1:], strict=True)
    return "，".join(f"{name} {change}" for name, change in changes)


def _categories(read: Read) -> dict[str, Any]:
    here = read.here
    rows = [
        [each.label, hours(each.minutes), percent(each.minutes, here.total), _moved(each.change)]
        for each in summary.slices(here, read.previous)
    ]
    whole = summary.changed(
        here.total,
        here.returns,
        read.previous.total if read.previous else None,
        read.previous.returns if read.previous else 0,
    )
    rows.append(["合计", hours(here.total), percent(here.total, here.total), _moved(whole)])
    columns = ["类别", "人时", "占比", f"每人比{period_name(read.period.previous)}"]
    return {"caption": "各类负担（人时）", "columns": columns, "rows": rows}


def _trend(read: Read) -> dict[str, Any]:
    """Return the weeks up to the period's last. Units: minutes a head; None where there is no data, or it is not shown."""
    shown = summary.trend(read.period, read.weekly, read.gone, read.closed)
    points = [point for point in shown if point.week <= read.period.last][-TREND_WEEKS[read.period.kind] :]
    weeks = f"第{points[0].week.number}—{points[-1].week.number}周"
    return {
        "caption": f"每人每周小时（{weeks}）",
        "points": [[point.week.number, point.now] for point in points],
    }


def _recognised(read: Read) -> dict[str, Any]:
    """List what was recognised and published in the period, as it came: no rank; authors by their own choice alone."""
    found = recognised_in(read.actor, read.unit, (read.period.first.monday, read.period.last.sunday))
    names = bylines(read.actor, found)
    rows = [
        [
            each.headline,
            each.subject.place + (f"（{'、'.join(names[each.pk])}）" if each.pk in names else ""),
            str(each.get_kind_display()),
            hours(each.year_min),
            minutes(each.adopters) if each.adopters else NOTHING,
        ]
        for each in found
    ]
    columns = ["什么事", "谁", "类", "一年少（人时）", "采用（个单位）"]
    return {"caption": "公布的表扬（按公布日期）", "columns": columns, "rows": rows, "ids": [each.pk for each in found]}


def _recognised_words(table: Mapping[str, Any]) -> str:
    count = len(table["rows"])
    return f"本期公布表扬{count}项" if count else "本期没有公布表扬"


def _method(read: Read) -> dict[str, str]:
    """Write what is no relief and no burden of anybody's: a change of method, and the portal itself."""
    weeks = read.period.span
    low, high = read.unit.range
    changed = (
        Reestimate.objects.visible_to(read.actor)
        .filter(demand__issuer__path__gte=low, demand__issuer__path__lt=high, week__range=weeks)
        .aggregate(sum=Sum(F("after_min") - F("before_min")))["sum"]
    )
    words = "本期没有口径调整"
    if changed:
        words = f"口径调整使登记的预计{'增加' if changed > 0 else '减少'}{hours(abs(changed))}人时"
    own = portal(queries.portal_times(read.actor, read.unit, read.period, read.gone))
    itself = "没有足够的人数可列"
    if own:
        of = f"{minutes(read.here.returns)}份周报中，按时首次提交、记了用时的{minutes(own.filings)}份"
        itself = f"{of}，共{hours(own.person_min)}人时"
    return {"reestimate": words, "portal": itself}


def _note(read: Read, at: dt.datetime) -> str:
    """Say how much data there is, how a head is counted, and until when; coverage is no ranking."""
    here = read.here
    active, returns = (round(value / here.weeks) for value in (here.active, here.returns))
    left = queries.left_out(read.weekly, read.gone, read.period)
    hides = f"另有{left}周人数太少，不列入；" if left else ""
    lacks = f"{weeks_named(read.unfiled)}没有周报，不当作零；" if read.unfiled else ""
    alike = "与上一期、上年同期比的，只取同样的周；" if left or lacks else ""
    why = [*read.period.unlike, *uncovered(here, read.previous, read.last_year)]
    unlike = "".join(f"{words}；" for words in why).replace(" ", "")
    return (
        f"数据质量：在册{minutes(active)}人，每周平均{minutes(returns)}人已有数据；{hides}{lacks}{alike}"
        f"每人每周＝{hours(here.total)}人时÷{minutes(here.returns)}份周报；{_interval(read)}"
        f"{unlike}数据截至{_instant(queries.as_of(read.actor, at))}，{_provisional(read.period, at)}以后补录的不改本期。"
    )


def _interval(read: Read) -> str:
    """Say what all cadres together are estimated to have taken, where not all of them filed."""
    found = estimated(read.actor, read.unit, read.period, read.gone, read.here)
    if found is None or not found.half:
        return ""
    return f"按已有数据估计全体在册{hours(found.total)}人时（95%区间{hours(found.low)}—{hours(found.high)}）；"


def _provisional(period: Period, at: dt.datetime) -> str:
    """Say that returns of the newest week may still come without being late."""
    until = period.last.open_until
    return (
        f"{week_number(period.last)}是暂定数，{day(until)}前还能填报、改动，".replace(" ", "")
        if day_of(at) <= until
        else ""
    )


def _instant(at: dt.datetime) -> str:
    local = timezone.localtime(at)
    return f"{local.year}年{day(local.date())}{local:%H:%M}"

"""The plan of the demo data: who there is, which weeks were heavy, what was asked when. Small, pure, always the same.

`seed` turns it into rows inside the database. Magnitudes: DOMAIN section 8 (press figures and our own fit).
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from burden.accounts.demo import USERNAMES
from burden.accounts.roles import Role
from burden.demo import places
from burden.demo.places import CITY, COUNTY, DEPARTMENTS, NEIGHBOURS, NEXT_CITY, PROVINCE, TOWNSHIPS, Township
from burden.demo.titles import ABOVE, ABOVE_COUNTY, DEPARTMENT, NOBODY, OWN, TOWNSHIP, VILLAGE, Work, works
from burden.kit.clock import Week

WEEKS = 105  # closed ones: two years and a week, so that every week has its last year
REFORM_BEFORE_END = 31  # weeks from the reform to the last closed one
REFORM = 0.75  # what is left of the load after it
SLOTS = 480  # choices a week for each audience; a work takes as many as it weighs
MOST_ITEMS = 16  # of one cadre in one week
AUDIENCES = (VILLAGE, TOWNSHIP, DEPARTMENT)
ITEMS = {VILLAGE: 7.0, TOWNSHIP: 11.2, DEPARTMENT: 4.6}  # mean items of a cadre a week, before the reform
ROUTINE = {VILLAGE: 0.34, TOWNSHIP: 0.36, DEPARTMENT: 0.6}  # the share that comes back every week
SECOND_LEAD = 6  # the township, of the kind of the first, that has another lead's account: it took nothing over yet
COVERAGE = {VILLAGE: (0.62, 0.9), TOWNSHIP: (0.64, 0.92), DEPARTMENT: (0.5, 0.78)}  # of a unit's cadres who file
SOURCES = {  # who asks, apart from routine: shares
    VILLAGE: {DEPARTMENT: 0.6, ABOVE: 0.29, ABOVE_COUNTY: 0.04, NOBODY: 0.07},
    TOWNSHIP: {DEPARTMENT: 0.86, ABOVE_COUNTY: 0.08, NOBODY: 0.06},
    DEPARTMENT: {DEPARTMENT: 0.8, ABOVE_COUNTY: 0.2},
}
COUNTY_OFFICES = (
    "县委办公室",
    "县政府办公室",
    "县委组织部",
    "县委宣传部",
    "县纪委监委",
    "县财政局",
    "县审计局",
    "县委编办",
)
MONTHS = {1: 1.0, 2: 0.92, 3: 1.18, 4: 1.0, 5: 0.98, 6: 1.15, 7: 0.96, 8: 0.93, 9: 1.0, 10: 0.98, 11: 1.15, 12: 1.2}
SPRING_FESTIVALS = (
    dt.date(2023, 1, 22), dt.date(2024, 2, 10), dt.date(2025, 1, 29), dt.date(2026, 2, 17), dt.date(2027, 2, 6),
    dt.date(2028, 1, 26), dt.date(2029, 2, 13), dt.date(2030, 2, 3), dt.date(2031, 1, 23), dt.date(2032, 2, 11),
)  # fmt: skip


@dataclass(frozen=True)
class PlannedUnit:
    """A unit and what its cadres are like: whether what is asked of them is registered. Units: load relative, coverage a share."""

    code: str
    name: str
    level: str
    kind: str
    parent: str
    audience: str = ""
    cadres: int = 0
    load: float = 1.0
    coverage: float = 0.0
    registered: bool = True


@dataclass(frozen=True)
class PlannedPerson:
    """A person with one post. Units: since counts weeks from the first; load relative."""

    username: str
    name: str
    unit: str
    role: str
    title: str
    since: int = 0
    load: float = 1.0


@dataclass(frozen=True)
class PlannedWeek:
    """A week. Units: load and coverage relative to a usual one."""

    monday: dt.date
    load: float
    coverage: float


@dataclass(frozen=True)
class Span:
    """What a cadre of an audience has to do who draws one of the numbers from first to last. Shape: routine has no week."""

    week: dt.date | None
    audience: str
    first: int
    last: int
    work: Work
    title: str


@dataclass
class Plan:
    """All of it."""

    weeks: list[PlannedWeek]
    units: list[PlannedUnit]
    people: list[PlannedPerson] = field(default_factory=list)

    def spans(self) -> Iterator[Span]:
        """Yield what can be drawn: routine first, then week by week."""
        chance = random.Random("titles")  # noqa: S311
        all_works = works()
        for audience in AUDIENCES:
            yield from _spans(None, audience, _habits(audience, all_works))
        for week in self.weeks:
            for audience in AUDIENCES:
                yield from _spans(week.monday, audience, _weighed(week.monday, audience, all_works, chance))


def make_plan(*, last: Week, weeks: int = WEEKS, townships: int = len(TOWNSHIPS)) -> Plan:
    """Plan the county up to a last closed week and the started one after it; all of it has its neighbours beside it."""
    chance = random.Random("临溪县")  # noqa: S311
    units = [
        PlannedUnit(*PROVINCE, "province", "province", ""),
        PlannedUnit(*CITY, "city", "city", PROVINCE[0]),
        PlannedUnit(*COUNTY, "county", "county", CITY[0]),
        *_departments(chance),
        *(unit for number in range(1, townships + 1) for unit in _township(number, TOWNSHIPS[number - 1], chance)),
    ]
    if townships == len(TOWNSHIPS):
        units += _neighbours(random.Random("岚江市"))  # noqa: S311
    plan = Plan([_week(last.plus(step), last) for step in range(1 - weeks, 2)], units)
    plan.people = [*_accounts(), *_cadres(units, weeks, chance)]
    plan.people.append(PlannedPerson("province", "龙卫东", PROVINCE[0], Role.REVIEWER, "专班成员"))
    second = places.code_of_township(min(SECOND_LEAD, townships))
    plan.people.append(PlannedPerson("lead2", "邹海燕", second, Role.LEAD, "党委书记"))
    return plan


def _departments(chance: random.Random) -> Iterator[PlannedUnit]:
    for number, name in enumerate(DEPARTMENTS, 1):
        yield PlannedUnit(
            places.code_of_department(number), name, "department", "department", COUNTY[0], DEPARTMENT,
            cadres=chance.randint(5, 12), load=chance.uniform(0.8, 1.2), coverage=chance.uniform(*COVERAGE[DEPARTMENT]),
        )  # fmt: skip


def _neighbours(chance: random.Random) -> Iterator[PlannedUnit]:
    yield PlannedUnit(*NEXT_CITY, "city", "city", PROVINCE[0])
    for county, city, townships in NEIGHBOURS:
        yield PlannedUnit(*county, "county", "county", city[0])
        for number, township in enumerate(townships, 1):
            for unit in _township(number, township, chance, county[0]):
                yield replace(unit, registered=False)


def _township(number: int, township: Township, chance: random.Random, county: str = COUNTY[0]) -> Iterator[PlannedUnit]:
    code = places.code_of_township(number, county)
    yield PlannedUnit(
        code, township.name, "township", township.kind, county, TOWNSHIP,
        township.cadres, township.load, chance.uniform(*COVERAGE[TOWNSHIP]),
    )  # fmt: skip
    codes = places.codes_of_villages(number, county)
    for names, ending, kind, wanted in (
        (places.VILLAGES, "村", "village", township.villages),
        (places.COMMUNITIES, "社区", "community", township.communities),
    ):
        for step in range(wanted):
            name = names[((number - 2) * 7 + step) % len(names)] + ending
            load = township.load**0.5 * chance.uniform(0.8, 1.2) * (1.8 if chance.random() < 0.05 else 1)
            coverage = chance.uniform(*COVERAGE[VILLAGE])
            yield PlannedUnit(next(codes), name, "village", kind, code, VILLAGE, chance.randint(5, 7), load, coverage)


def _accounts() -> Iterator[PlannedPerson]:
    """The demo accounts that are no cadres; 青石村 of 白塔镇 and 柳河镇 have those."""
    agriculture = places.code_of_department(1)
    rows = (
        ("lead", "何建国", places.code_of_township(1), "党委书记"),
        ("issuer", "黄涛", agriculture, "业务股长"),
        ("reviewer", "陈志远", COUNTY[0], "专班副主任"),
        ("office", "沈洁", COUNTY[0], "机制办主任"),
        ("observer", "向松柏", COUNTY[0], "特邀监督员"),
        ("sysadmin", "周海涛", COUNTY[0], "系统管理员"),
        ("secadmin", "邓丽", COUNTY[0], "安全管理员"),
        ("auditor", "谭敏", COUNTY[0], "审计员"),
    )
    return (
        PlannedPerson(username, name, unit, str(USERNAMES[username]), title) for username, name, unit, title in rows
    )


def _cadres(units: Sequence[PlannedUnit], weeks: int, chance: random.Random) -> Iterator[PlannedPerson]:
    numbers = count(1)
    named = {"990101001000": ("township", "周文静"), "990101002001": ("village", "田秀兰")}
    for unit in units:
        titles = places.TITLES.get(unit.audience, ())
        for place in range(unit.cadres):
            username, name = f"lx{next(numbers):04}", _name(chance)
            title = titles[min(place, len(titles) - 1)] if place < len(titles) else chance.choice(titles[-4:])
            since = chance.randrange(weeks) if chance.random() < 0.07 else 0
            load = chance.lognormvariate(0, 0.25)
            if unit.code in named and place == 4:  # an ordinary cadre, there from the beginning
                (username, name), since, load = named[unit.code], 0, 1.0
            yield PlannedPerson(username, name, unit.code, "cadre", title, since, load)


def _name(chance: random.Random) -> str:
    given = chance.choice(places.GIVEN_FIRST) + (chance.choice(places.GIVEN_SECOND) if chance.random() < 0.8 else "")
    return chance.choice(places.SURNAMES) + given


def _week(week: Week, last: Week) -> PlannedWeek:
    thursday = week.monday + dt.timedelta(days=3)
    load, coverage = MONTHS[thursday.month], 1.0
    if any(-4 < (thursday - festival).days < 10 for festival in SPRING_FESTIVALS):
        load, coverage = 0.5, 0.8
    elif week in {Week.on(dt.date(week.year, 10, 1)), Week.on(dt.date(week.year, 10, 5))}:
        load, coverage = 0.68, 0.9
    if week > last.plus(-REFORM_BEFORE_END):
        load *= REFORM
    return PlannedWeek(week.monday, load, coverage)


def _spans(week: dt.date | None, audience: str, weighed: Sequence[tuple[Work, float]]) -> Iterator[Span]:
    """Give each work as many of the numbers as it weighs."""
    total, passed, first = sum(weight for _work, weight in weighed), 0.0, 0
    thursday = week and week + dt.timedelta(days=3)
    for work, weight in weighed:
        passed += weight
        beyond = round(SLOTS * passed / total)
        if beyond > first:
            title = work.title.format(year=thursday.year, month=thursday.month) if thursday else work.title
            yield Span(week, audience, first, beyond - 1, work, title)
        first = beyond


def _habits(audience: str, all_works: Sequence[Work]) -> list[tuple[Work, float]]:
    """Routine is the same every week, so that a cadre who draws the same number does the same."""
    mine = [(work, work.weight) for work in all_works if work.routine and audience in work.audiences]
    random.Random(audience).shuffle(mine)  # noqa: S311
    return mine


def _weighed(
    week: dt.date, audience: str, all_works: Sequence[Work], chance: random.Random
) -> list[tuple[Work, float]]:
    """Draw the works that are on, and weigh them so that each kind of issuer has its share."""
    month = (week + dt.timedelta(days=3)).month
    on = [
        work for work in all_works
        if not work.routine and month in work.months and _concerns(work, audience) and chance.random() < 0.3
    ]  # fmt: skip
    found = []
    for source, share in SOURCES[audience].items():
        mine = [work for work in on if _source(work) == source]
        total = sum(work.weight for work in mine)
        found += [(work, min(share * work.weight / total, 0.9 / MOST_ITEMS)) for work in mine]
    chance.shuffle(found)
    return found


def _concerns(work: Work, audience: str) -> bool:
    if audience == DEPARTMENT:
        return work.issuer in {*COUNTY_OFFICES, ABOVE_COUNTY} and work.category != "inspection"
    return audience in work.audiences


def _source(work: Work) -> str:
    return work.issuer if work.issuer in {ABOVE, ABOVE_COUNTY, NOBODY, OWN} else DEPARTMENT

"""What the fictional county's units have, what they asked for, and what helps them: people and budget, requests, guides, training.

All of it is done through the services, as those who would do it: counts have their rows, and acts stand in the ledger.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import zip_longest
from typing import Any

from django.db.models import Count

from burden.accounts.actor import Actor, actor_of
from burden.accounts.demo import USERNAMES
from burden.accounts.models import Post, User
from burden.accounts.roles import Role
from burden.demands.models import ACTIVE, Demand, Target
from burden.demo.places import COUNTY
from burden.kit.clock import DAY, day_of
from burden.resources import services
from burden.resources.importing import preview_of
from burden.resources.models import Guide, State, SupportRequest
from burden.standards.models import Category
from burden.standards.workdays import workdays
from burden.units.models import Level, Unit

# kind, what, who asks, who answers, days ago, state, answer
REQUESTS = (
    ("people", "冬季防火增加巡护员 4 名", "柳河镇", "县林业局", 12, State.NAMED, ""),
    ("people", "借出的 2 名干部回镇", "白塔镇", "县委组织部", 8, State.NAMED, ""),
    ("guidance", "医保表与税务数据对不上，请给一份底数", "马店镇", "县医保局", 6, State.NAMED, ""),
    ("tools", "普查平板电脑 6 台", "柳河镇", "县统计局", 19, State.GIVEN, "6 台，28 日到镇。"),
    ("guidance", "农房排查表怎么填，想要一次讲解", "柳河镇", "县住建局", 26, State.SOLVED, "写了填法，附了 C 级、D 级的照片。"),
    ("money", "危桥检测经费 8 万元", "沙坝乡", "县财政局", 33, State.REFUSED, "今年不能列支；列入明年预算，1 月报方案。"),
)  # fmt: skip
DAYS = 8  # working days that whoever is named has
GUIDES = (  # whose form, question, answer, of how many that rated it found it useful how many
    ("县农业农村局", "收入一栏按哪个月算", "按上个月。10 月填的是 9 月的收入；没有收入填 0，不要空着。", 14, 15),
    (
        "县住建局",
        "C 级、D 级怎么分",
        "墙体开裂但没有倾斜是 C 级；整体倾斜或局部垮塌是 D 级。拿不准先填 C，注明“待鉴定”。",
        9,
        10,
    ),
    ("县医保局", "外出参保的怎么填", "在外地参保的填“异地”，不计入未参保。不用上传截图。", 5, 8),
    ("县应急管理局", "没有这类企业的怎么办", "不用填，也不用报零。", 5, 6),
)
TRAININGS = 6
COLUMNS = (
    "单位代码", "单位", "编制", "在岗", "借出", "借入", "编外聘用", "工作经费（元）", "电脑", "车辆", "其他工具",
)  # fmt: skip


def help_out(*, now: dt.datetime) -> None:
    """Do it all in the demo county."""
    county = Unit.every.get(code=COUNTY[0])
    _people(county, now)
    _requests(county, now)
    _guides(county, now)
    _trainings(county, now)


# --- people and budget ---


def _people(county: Unit, now: dt.datetime) -> None:
    """Let the office bring its table, this year's and the last: as many in post as there are cadres."""
    low, high = county.range
    listed = (Level.TOWNSHIP, Level.DEPARTMENT, Level.VILLAGE)
    units = list(Unit.every.filter(path__gte=low, path__lt=high, level__in=listed).order_by("path"))
    posts = Post.objects.filter(role=Role.CADRE, unit__in=units, valid__contains=day_of(now))
    cadres = dict(posts.values_list("unit_id").annotate(n=Count("pk")))
    data = _sheet([unit, cadres.get(unit.pk, 0)] for unit in units)
    office = _acting("office", now)
    for year in (day_of(now).year - 1, day_of(now).year):
        file = services.take_file(by=office, name=f"{year}年编制与经费（演示）.csv", data=data, year=year, now=now)
        shown = preview_of(by=office, grid=file.grid, year=year)
        services.store_file(by=office, file=file, expected=shown.digest, now=now)


def _sheet(units: Iterable[list[Any]]) -> bytes:
    written = io.StringIO()
    sheet = csv.writer(written)
    sheet.writerow(COLUMNS)
    sheet.writerows([unit.code, unit.name, *_capacity(unit, in_post)] for unit, in_post in units)
    return written.getvalue().encode()


def _capacity(unit: Unit, in_post: int) -> list[Any]:
    """Return what a unit has, in the order of the columns; of a village there are no posts and no money of its own."""
    if unit.level == Level.VILLAGE:
        return ["", in_post, 0, 0, in_post % 2, "", 2, "", ""]
    number = int(unit.code[6:9]) if unit.code[6:9].isdigit() else 1
    lent = 4 if unit.name == "白塔镇" else number % 3
    is_town = unit.level == Level.TOWNSHIP
    return [
        in_post + lent + number % 4, in_post, lent, 0 if is_town else 2, number % 5, 10_000 * (60 + 7 * (number % 9)) if is_town else "",
        in_post + 3, 2 if is_town else 1, "执法记录仪 4 台" if is_town and number % 3 == 0 else "",
    ]  # fmt: skip


# --- requests for support ---


def _requests(county: Unit, now: dt.datetime) -> None:
    """Let townships ask and departments answer; a small demo has fewer of both."""
    office = _acting("office", now)
    for kind, title, town, bureau, ago, state, answer in REQUESTS:
        units = {unit.name: unit for unit in Unit.every.filter(parent=county, name__in=(town, bureau))}
        if len(units) == 2 and (person := _somebody(units[bureau], day_of(now))):
            lead = _as(Role.LEAD, units[town], next(_cadres([units[town].pk], now)).user)
            begun = now - min(ago, (day_of(now) - person.valid.lower).days) * DAY  # a short demo begins later
            asked = services.ask_support(by=lead, unit=units[town], kind=kind, title=title, detail="", now=begun)
            named = _after(begun, 1)
            services.name_responder(
                by=office, request=asked, unit=units[bureau], person=person.user.name, days=DAYS, now=named
            )
            _answer(asked, Actor(person.user, (person,)), lead, state, answer, _after(named, 4))
    lead = _acting("lead", now)
    assert lead.unit
    services.ask_support(
        by=lead, unit=lead.unit, kind="training", title="新来的 3 名干部想学数据比对", detail="", now=now
    )
    services.offer_support(by=office, unit=lead.unit, kind="people", title="负担偏重，需要添人手还是减事项？", now=now)


def _answer(
    asked: SupportRequest, responder: Actor, lead: Actor, state: State, answer: str, now: dt.datetime
) -> None:  # fmt: skip
    """Let a request be answered, and judged where it was of help."""
    if answer:
        given = state != State.REFUSED
        services.answer_request(by=responder, request=asked, given=given, answer=answer, now=now)
    if state == State.SOLVED:
        services.judge_answer(by=lead, request=asked, solved=True, verdict="", now=now + 2 * DAY)


def _after(at: dt.datetime, days: int) -> dt.datetime:
    """Return the same hour so many working days later."""
    return at + (workdays().after(day_of(at), days) - day_of(at))


# --- guides and training ---


def _guides(county: Unit, now: dt.datetime) -> None:
    """Let four departments have written how to fill what they ask for most lately, and those who fill it rate it."""
    for bureau, question, answer, useful, rated in GUIDES:
        form = _form(county, bureau, receivers__levels__contains=[Level.TOWNSHIP.value]) or _form(county, bureau)
        if form:
            by, at = _as(Role.ISSUER, form.issuer, form.created_by), now - 20 * DAY
            guide = services.write_guide(by=by, demand=form, guide=None, question=question, answer=answer, now=at)
            _rate(form, guide, useful, rated, at)


def _form(county: Unit, bureau: str, **kept: Any) -> Demand | None:
    forms = Demand.every.filter(
        issuer__parent=county, issuer__name=bureau, category=Category.FORM, state__in=ACTIVE, parent=None, **kept
    )
    return forms.select_related("issuer", "created_by").order_by("-first_on", "pk").first()


def _rate(form: Demand, guide: Guide, useful: int, rated: int, since: dt.datetime) -> None:
    """Let people of the units that are asked say whether it was useful, as many as there are, one every few hours."""
    targets = {target.unit_id: target for target in Target.every.filter(demand=form, withdrawn=False).order_by("-pk")}
    for n, post in zip(range(rated), _cadres(targets, since), strict=False):
        services.rate_guide(
            by=Actor(post.user, (post,)), target=targets[post.unit_id], guide=guide, version=guide.version,
            useful=n * useful % rated < useful, now=since + (n + 1) * DAY / 2,
        )  # fmt: skip


def _trainings(county: Unit, now: dt.datetime) -> None:
    """Let the issuers of the newest meetings that teach something mark them."""
    meetings = Demand.every.filter(
        issuer__parent=county, category=Category.MEETING, state__in=ACTIVE, title__contains="培训",
        first_on__lte=day_of(now) + 7 * DAY, first_on__year=day_of(now).year,
    ).select_related("issuer", "created_by").order_by("-first_on", "pk")[:TRAININGS]  # fmt: skip
    for each in meetings:
        services.mark_training(by=_as(Role.ISSUER, each.issuer, each.created_by), demand=each, now=now)


# --- who does it ---


def _cadres(units: Collection[int], at: dt.datetime) -> Iterator[Post]:
    """Return who works in some units, one of each unit after another; a demo account rates and asks nothing by itself."""
    held = Post.objects.filter(role=Role.CADRE, unit__in=units, valid__contains=day_of(at)).exclude(
        user__username__in=USERNAMES
    )
    by_unit: dict[int, list[Post]] = defaultdict(list)
    for post in held.select_related("user", "unit__parent").order_by("unit__path", "pk"):
        by_unit[post.unit_id].append(post)
    return (post for row in zip_longest(*by_unit.values()) for post in row if post)


def _somebody(unit: Unit, today: dt.date) -> Post | None:
    """Return the post of somebody who works in a unit and bears the name alone there."""
    posts = list(
        Post.objects.filter(unit=unit, valid__contains=today).select_related("user", "unit__parent").order_by("pk")
    )
    names = Counter(post.user.name for post in posts)
    return next((post for post in posts if post.role == Role.CADRE and names[post.user.name] == 1), None)


def _as(role: Role, unit: Unit, user: User) -> Actor:
    """Return somebody as who leads a unit, or registers in its name: the demo has such posts for its accounts alone."""
    return Actor(user, (Post(user=user, unit=unit, role=role),))


def _acting(username: str, now: dt.datetime) -> Actor:
    actor = actor_of(User.objects.get(username=username), now)
    assert actor is not None
    return actor

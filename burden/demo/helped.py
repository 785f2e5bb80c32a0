"""What the fictional county's units have, what they asked for, and what helps them: people and budget, requests, guides, training."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count

from burden.accounts.actor import Actor, actor_of
from burden.accounts.models import Post, User
from burden.accounts.roles import Role
from burden.demands.models import ACTIVE, Demand
from burden.demo.places import COUNTY
from burden.kit.clock import DAY, day_of
from burden.resources import services
from burden.resources.models import Capacity, Guide, State, SupportRequest, Training
from burden.standards.models import Category
from burden.standards.workdays import Workdays, workdays
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
GUIDES = (  # whose form, question, answer, of how many that rated it found it useful how many
    ("县农业农村局", "收入一栏按哪个月算", "按上个月。10 月填的是 9 月的收入；没有收入填 0，不要空着。", 74, 81),
    (
        "县住建局",
        "C 级、D 级怎么分",
        "墙体开裂但没有倾斜是 C 级；整体倾斜或局部垮塌是 D 级。拿不准先填 C，注明“待鉴定”。",
        61,
        66,
    ),
    ("县医保局", "外出参保的怎么填", "在外地参保的填“异地”，不计入未参保。不用上传截图。", 33, 58),
    ("县应急管理局", "没有这类企业的怎么办", "不用填，也不用报零。", 18, 20),
)
TRAININGS = 6


def help_out(*, now: dt.datetime) -> None:
    """Write it all for the demo county."""
    county = Unit.every.get(code=COUNTY[0])
    _people(county, now)
    _requests(county, now)
    _guides(county, now)
    _trainings(county, now)


def _people(county: Unit, now: dt.datetime) -> None:
    """Let the county know who works where, this year and the last: as many in post as there are cadres."""
    units = Unit.every.filter(parent=county, level__in=(Level.TOWNSHIP, Level.DEPARTMENT))
    posts = Post.objects.filter(role=Role.CADRE, unit__in=units, valid__contains=day_of(now))
    cadres = dict(posts.values_list("unit_id").annotate(n=Count("pk")))
    year = day_of(now).year
    Capacity.every.bulk_create(
        _capacity(unit, cadres.get(unit.pk, 0), at, now) for unit in units.order_by("code") for at in (year - 1, year)
    )


def _capacity(unit: Unit, in_post: int, year: int, now: dt.datetime) -> Capacity:
    number = int(unit.code[6:9]) if unit.code[6:9].isdigit() else 1
    lent = 4 if unit.name == "白塔镇" else number % 3
    is_town = unit.level == Level.TOWNSHIP
    return Capacity(
        unit=unit, year=year, quota=in_post + lent + number % 4, in_post=in_post, lent=lent, borrowed=0 if is_town else 2,
        hired=number % 5, budget_yuan=10_000 * (60 + 7 * (number % 9)) if is_town else None, computers=in_post + 3,
        vehicles=2 if is_town else 1, tools="执法记录仪 4 台" if is_town and number % 3 == 0 else "", changed_at=now,
    )  # fmt: skip


def _requests(county: Unit, now: dt.datetime) -> None:
    """Ask through the services where a demo account leads; what others asked is written as it stands."""
    calendar, made_by = workdays(), User.objects.get(username="office")
    for kind, title, town, bureau, ago, state, answer in REQUESTS:
        units = {unit.name: unit for unit in Unit.every.filter(parent=county, name__in=(town, bureau))}
        person = _somebody(units.get(bureau), day_of(now))
        if len(units) == 2 and person:
            asked = SupportRequest(kind=kind, title=title, unit=units[town], state=state, answer=answer)
            _answered(asked, units[bureau], person, made_by, day_of(now) - ago * DAY, calendar)
            asked.changed_at = now
            asked.save()
    lead, office = _acting("lead", now), _acting("office", now)
    if lead and lead.unit and office:
        services.ask_support(
            by=lead, unit=lead.unit, kind="training", title="新来的 3 名干部想学数据比对", detail="", now=now
        )
        services.offer_support(
            by=office, unit=lead.unit, kind="people", title="负担偏重，需要添人手还是减事项？", now=now
        )


def _answered(
    asked: SupportRequest, unit: Unit, person: User, by: User, on: dt.date, calendar: Workdays
) -> None:  # fmt: skip
    """Let a request have gone its way: named the next day, answered before it is due."""
    named = calendar.after(on, 1)
    asked.made_by = asked.asked_by = by
    asked.made_on = asked.asked_on = on
    asked.responder_unit, asked.responder, asked.named_on, asked.due_on = unit, person, named, calendar.after(named, 8)
    if asked.state != State.NAMED:
        asked.answered_by, asked.answered_on = person, calendar.after(named, 4)


def _guides(county: Unit, now: dt.datetime) -> None:
    """Let four departments have written how to fill what they ask for most lately."""
    for bureau, question, answer, useful, rated in GUIDES:
        forms = Demand.every.filter(
            issuer__parent=county, issuer__name=bureau, category=Category.FORM, state__in=ACTIVE, parent=None,
            receivers__levels__contains=[Level.TOWNSHIP.value],
        )  # fmt: skip
        form = forms.order_by("-first_on", "pk").first() or _any_form(county, bureau)
        if form:
            facts = {"written_by": form.created_by, "written_at": now - 20 * DAY, "changed_at": now - 20 * DAY}
            Guide.every.create(
                demand=form, question=question, answer=answer, useful=useful, rated=rated, version=1, **facts
            )


def _any_form(county: Unit, bureau: str) -> Demand | None:
    forms = Demand.every.filter(issuer__parent=county, issuer__name=bureau, category=Category.FORM, state__in=ACTIVE)
    return forms.order_by("-first_on", "pk").first()


def _trainings(county: Unit, now: dt.datetime) -> None:
    """Mark the newest meetings that teach something."""
    meetings = Demand.every.filter(
        issuer__parent=county, category=Category.MEETING, state__in=ACTIVE, title__contains="培训",
        first_on__lte=day_of(now) + 7 * DAY, first_on__year=day_of(now).year,
    ).order_by("-first_on", "pk")[:TRAININGS]  # fmt: skip
    Training.every.bulk_create(Training(demand=each, marked_by=each.created_by, marked_at=now) for each in meetings)


def _somebody(unit: Unit | None, today: dt.date) -> User | None:
    """Return somebody who works in a unit and bears the name alone there."""
    posts = Post.objects.filter(unit=unit, role=Role.CADRE, valid__contains=today).select_related("user")
    found = posts.order_by("pk").first() if unit else None
    return found.user if found else None


def _acting(username: str, now: dt.datetime) -> Actor | None:
    return actor_of(User.objects.filter(username=username).first(), now)

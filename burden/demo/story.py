"""The story of the year in the demo county: what was asked of the townships, what they recorded of it, and who reported it.

One ledger was registered, and asked twice more by chat group within fourteen days; somebody reports it without a name, and the office has
it checked. What the office did about it then is in demo.ordered, once the sums are counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from burden.accounts.actor import Actor
from burden.demands.models import Demand
from burden.demo.asked import PlannedDemand
from burden.demo.titles import TOWNSHIP, Work
from burden.feedback import services
from burden.feedback.codes import Group, new_receipt
from burden.feedback.models import BoardEntry, Ticket
from burden.feedback.services.sending import Words
from burden.kit.clock import DAY, Week, day_of
from burden.standards.workdays import workdays
from burden.units.models import Level, Unit

BUREAU = "县农业农村局"
LEDGER = "农村人居环境整治台账"
AGAIN = (
    ("农村人居环境整治台账（增 2 列）", 18),
    ("农村人居环境问题整改清单", 16),
)  # by chat group, unregistered: units
MINUTES, EACH_TIME = 90, 270  # of each unit
FIRST = 100
EARLIER = range(-65, -23, 6)  # weeks from the started one: every sixth
ROUNDS = (-23, -22)  # then three times in fourteen days
OPENED = 136  # days ago: the order; what it saved can be told, and be recognised, in the months since
REPORTED, SOLVED = 8, 12  # days before the order, and after it
CHECKER = "县委办公室"
TEXT = "《农村人居环境整治台账》上个月报过，这周又在工作群里要，多了两列；隔天还要一份整改清单。我们镇 14 个村又问了一遍，内容都差不多。"
TITLE = "同一份台账半个月要三次"
REWRITTEN = (
    "《农村人居环境整治台账》登记过一次，半个月里又在工作群里要了两次，一次多两列，一次叫整改清单，内容大体相同。"
)
CHECKED = "查过平台和工作群：登记的一次，群里发的两次，八成栏目相同。"
REPLY = "查实。三次要的内容大体相同，后两次没有登记，已经立督办单。"
CHANGE = "台账撤回，工作群里的两份不用再交；要的数由部门从平台取。"
MET = 15  # cadres who met the same


def planted(weeks: Sequence[dt.date]) -> list[PlannedDemand]:
    """Return what was registered of the ledger in a year. Shape: Mondays, oldest first, the last is the started week."""
    rows = [*((week, EACH_TIME) for week in EARLIER), (ROUNDS[0], FIRST)]
    return [_demand(weeks[week], minutes) for week, minutes in rows if len(weeks) + week >= 0]


def _demand(week: dt.date, minutes: int) -> PlannedDemand:
    work = Work(LEDGER, "form", BUREAU, (TOWNSHIP,), minutes, 1.0, subkind="medium")
    fields = ("乡镇", "行政村数", "问题点位数", "已整改点位数", "保洁员人数", "投入资金", "填报人", "联系电话")
    return PlannedDemand(
        LEDGER, work, week, frozenset({TOWNSHIP}), minutes, "own", "formal", planned=False, fields=fields
    )


def recorded(weeks: Sequence[dt.date]) -> list[dict[str, Any]]:
    """Return what one cadre of each township recorded of the two rounds that nobody registered, as asked_sql.RECORDED takes it."""
    if len(weeks) + ROUNDS[1] < 0:
        return []
    return [
        {"week": weeks[ROUNDS[1]], "title": title, "units": units, "minutes": MINUTES, "issuer": BUREAU, "key": f"story{n}"}
        for n, (title, units) in enumerate(AGAIN)
    ]  # fmt: skip


def registered(by: Actor) -> Demand | None:
    """Return the last round that was registered; none where the demo is too short for it."""
    out = Demand.objects.visible_to(by).filter(title=LEDGER, issuer__name=BUREAU)
    found: Demand | None = out.select_related("issuer").order_by("-first_on").first()
    return found


def reported(by: Actor) -> Ticket | None:
    """Return the report of it."""
    found: Ticket | None = Ticket.objects.visible_to(by).filter(title=TITLE).first()
    return found


def report(
    *, office: Actor, county: Unit, opened: dt.datetime, acting: Callable[[Unit], Actor], met: Sequence[Actor]
) -> None:
    """Let somebody of a township report it, the office have it checked and answer in time; nothing in a demo that is too short.

    Shape: `acting` returns who answers for a unit; `met` are cadres who met the same.
    """
    demand = registered(office)
    if demand is None or demand.first_on is None or Week.at(opened).plus(-1).monday <= demand.first_on:
        return
    at, days = opened - REPORTED * DAY, workdays()
    came, receipt = day_of(at), new_receipt()

    def after(n: int) -> dt.datetime:
        return at + (days.after(came, n) - came)

    code = Group(county, Level.TOWNSHIP).code(Week.at(at))
    words = Words(topic="repeat", text=TEXT, issuer=BUREAU, size="day")
    ticket = services.send_anonymous(code=code, words=words, receipt=receipt, now=at)
    services.release(now=after(1))
    one: dict[str, Any] = {"by": office, "ticket": ticket, "now": after(1)}
    services.accept(**one)
    services.rewrite(**one, title=TITLE, rewritten=REWRITTEN)
    services.link_demand(**one, demand=demand)
    checker = Unit.every.get(parent=county, name=CHECKER)
    asked = services.forward(**one, unit=checker)
    services.respond(by=acting(checker), forward=asked, answer=CHECKED, now=after(3))
    answered: dict[str, Any] = {"conclusion": "upheld", "words": REPLY, "change": CHANGE, "public": True}
    services.reply(by=office, ticket=ticket, **answered, now=after(7))
    services.judge(verdict="solved", receipt=receipt, now=opened + SOLVED * DAY)
    services.judge_later(verdict="solved", receipt=receipt, now=opened + 40 * DAY)
    entry = BoardEntry.objects.get(ticket=ticket)
    for cadre in met[:MET]:
        services.endorse(by=cadre, entry=entry, now=opened + 20 * DAY)

"""A pre-filled week on a phone: what issuers registered is confirmed, adjusted, taken over, told apart from own work."""

import gzip
import json

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.week import Cadres, log_in, make_cadres, violations

BUDGET = 60 * 1024  # bytes of the whole page, gzip
TAP, READING, MOST = 1.2, 2.0, 60.0  # seconds: a tap, an item, a week. Source: keystroke-level model
ASK = """
import datetime, json
from burden.accounts.models import User
from burden.demands.models import Demand, Target
from burden.kit.clock import Week, now
from burden.units.models import Unit

user = User.objects.get(username=USERNAME)
unit = user.posts.get(role="cadre").unit
issuer = Unit.every.filter(level="department", parent_id=unit.parent_id, closed_on=None).order_by("pk").first()
week = Week.at(now())

def ask(title, minutes, category="form", handler=user, **facts):
    demand = Demand.every.create(
        issuer=issuer, lead=issuer, title=title, basis="依据", category=category, state="issued", first_on=week.sunday,
        minutes=minutes, receivers={"units": [unit.code]}, created_by=user, created_at=now(), changed_at=now(), issued_at=now(),
    )
    Target.every.create(demand=demand, unit=unit, week=week.monday, due_on=week.sunday, issuer=issuer, category=category,
                        people=1, minutes=minutes, handler=handler)

for title, minutes in ITEMS:
    ask(title, minutes)
for title, minutes in OTHERS:
    ask(title, minutes, handler=None)
print(json.dumps([issuer.code, issuer.name]))
"""
ITEMS = [
    (f"{name}登记表", 15 + 5 * number) for number, name in enumerate("塘坝 水库 河道 堤防 泵站 沟渠 水井 滩涂".split())
]


@pytest.fixture(scope="module")
def cadres(portal) -> Cadres:
    return make_cadres(portal, 8)


@pytest.fixture
def username(cadres: Cadres) -> str:
    return next(cadres.others)


def ask(portal, username: str, *, items=ITEMS, others=()) -> tuple[str, str]:
    """Let a department ask for items that are this cadre's business, and for others; return its code and name."""
    code, name = json.loads(portal.run(ASK, USERNAME=username, ITEMS=list(items), OTHERS=list(others)))
    return code, name


def row(page: Page, title: str) -> Locator:
    return page.locator("[data-row]:visible", has_text=title)


def opened(page: Page, username: str) -> Page:
    log_in(page, username)
    expect(page.locator("[data-submit]")).to_be_disabled()
    return page


class Thumb:
    """Taps, and counts them."""

    def __init__(self) -> None:
        self.taps = 0

    def __call__(self, place: Locator) -> None:
        place.tap()
        self.taps += 1


def test_prefilled_week_of_twelve_takes_sixteen_taps_and_a_minute(phone: Page, portal, username: str):
    ask(portal, username)
    page, tap = opened(phone, username), Thumb()
    expect(page.locator("[data-group=targets] [data-count]")).to_have_text("8 项")
    items = page.locator("#week [data-row]").count()
    assert items == 12
    for title, chip in (("水库登记表", "60"), ("督导", "90")):
        tap(row(page, title).locator(".min"))
        tap(row(page, title).locator(f"[data-chip='{chip}']"))
    tap(page.locator("[data-group=targets] [data-all]"))
    tap(page.locator("[data-group=last] [data-all]"))
    tap(page.locator("[data-sheet]"))
    sheet = page.locator("#quick")
    tap(sheet.locator("label", has=page.locator("[name=category][value=meeting]")))
    tap(sheet.locator("[name=title]"))
    page.keyboard.type("临时碰头会")
    tap(sheet.locator("[data-chip='15']"))
    tap(sheet.locator("button[value=save]"))
    tap(page.locator("[data-submit]"))
    expect(page.locator("[data-receipt]")).to_be_visible()
    expect(page.get_by_text("已提交 13 项")).to_be_visible()
    assert tap.taps <= 16
    assert tap.taps * TAP + (items + 1) * READING <= MOST
    assert violations(page) == []


def test_rest_as_stated_leaves_what_was_touched_and_what_has_no_estimate(phone: Page, portal, username: str):
    ask(portal, username, items=[*ITEMS[:3], ("没有预计的表", 0)])
    page = opened(phone, username)
    row(page, "塘坝").locator(".min").click()
    row(page, "塘坝").locator("label", has_text="未办").click()
    page.locator("[data-group=targets] [data-all]").click()
    expect(page.locator("[data-sub]")).to_have_text("2 项 · 0.8 小时，另 1 项没办")  # 20 + 25
    expect(row(page, "没有预计的表").locator(".hitbox")).not_to_be_checked()
    expect(row(page, "周台账").locator(".hitbox")).not_to_be_checked()


def test_panel_shows_the_claim_and_offers_it_again(phone: Page, portal, username: str):
    ask(portal, username)
    page = opened(phone, username)
    panel = row(page, "水库")
    panel.locator(".min").click()
    expect(panel.get_by_text("部门预计 20 分")).to_be_visible()
    panel.locator("[data-chip='90']").click()
    expect(panel.locator("[data-sum]")).to_have_text("90")
    expect(panel.locator("> details")).not_to_have_attribute("open", "")
    panel.locator(".min").click()
    assert violations(page) == []
    panel.locator("[data-chip='20']").click()
    expect(panel.locator("[data-sum]")).to_have_text("20")
    expect(panel.get_by_role("link", name="转到村…")).to_have_count(1)


def test_other_item_is_taken_over_and_the_draft_stays(phone: Page, portal, username: str):
    ask(portal, username, items=[], others=[("征兵工作部署表", 40)])
    page = opened(phone, username)
    row(page, "周台账").locator(".hitbox").click()
    expect(page.locator("[data-submit]")).to_be_enabled()
    page.locator("#others > summary").click()
    assert violations(page) == []
    page.locator("#others .it", has_text="征兵工作部署表").get_by_role("button").click()
    expect(page.locator("[data-group=targets]").get_by_text("征兵工作部署表")).to_be_visible()
    expect(row(page, "周台账").locator(".hitbox")).to_be_checked()


def test_own_row_becomes_the_answer_and_no_is_remembered(phone: Page, portal, username: str):
    """Two rows of the routine resemble what the department registered since."""
    code, name = ask(portal, username, items=[("人居环境整治台账", 30), ("食品安全督导", 60)])
    page = opened(phone, username)
    for title, minutes in (("人居环境整治周报", "45"), ("食品安全督导检查", "90")):
        page.locator("[data-sheet]").click()
        page.locator("#quick label", has=page.locator("[name=category][value=form]")).click()
        page.locator("#quick [name=title]").fill(title)
        page.locator("#quick label", has_text="其他…").click()
        page.locator("#quick [name=other_issuer]").select_option(code)
        page.locator(f"#quick [data-chip='{minutes}']").click()
        page.locator("#quick button[value=save]").click()
    page.locator("[data-submit]").click()
    expect(page.get_by_text("可能已由部门登记")).to_be_visible()
    page.get_by_role("link", name="核对一下").click()
    expect(page.get_by_text("是这一项吗？")).to_have_count(2)
    assert violations(page) == []
    own, other = row(page, "人居环境整治周报"), row(page, "食品安全督导检查")
    own.locator(".hitbox").click(position={"x": 20, "y": 20})  # above the question
    expect(own.locator(".hitbox")).not_to_be_checked()
    own.locator("label", has_text="是这一项").click()
    expect(own.locator(".hitbox")).to_be_checked()  # yes is an answer: it counts
    expect(row(page, "人居环境整治台账")).to_have_count(1)  # named in the question, no row of its own any more
    expect(page.locator("[data-group=targets] [data-count]")).to_have_text("1 项")
    other.locator("label", has_text="不是").click()
    expect(other.locator("[data-ask]")).to_be_hidden()
    page.reload()
    expect(page.locator("[data-group=targets] [data-count]")).to_have_text("1 项")
    expect(row(page, "食品安全督导检查").locator("[data-ask]")).to_be_hidden()
    page.locator("[data-submit]").click()
    expect(page.locator("[data-receipt]")).to_be_visible()
    expect(page.locator(".it", has_text="人居环境整治台账").get_by_text(name)).to_be_visible()


def test_page_with_twelve_targets_stays_within_its_budget(phone: Page, portal, username: str):
    ask(portal, username, items=[(f"第{number}项登记表", 30) for number in range(12)])
    page = opened(phone, username)
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.update({answer.url: len(gzip.compress(answer.body()))}))
    page.reload(wait_until="networkidle")
    assert page.locator("[data-group=targets] [data-row]").count() == 12
    assert sum(sizes.values()) <= BUDGET, sizes

"""My week without a network, which is really cut: filed on the phone, kept through a closed browser, sent once."""

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from burden.kit.clock import Week, now
from tests.browser.conftest import PHONE
from tests.browser.week import SAVED, Cadres, log_in, make_cadres, violations, wait_for_worker
from tests.chromium import ARGUMENTS, chromium

SOON = 5_000  # milliseconds from the network's return to the last receipt
QUEUED = 20
OFF = """() => { const it = document.body.appendChild(document.createElement("i")); it.style.background = "var(--off)";
    const { backgroundColor } = getComputedStyle(it); it.remove(); return backgroundColor; }"""
PROVOKED = (
    "ERR_INTERNET_DISCONNECTED",
    "ERR_FAILED",
    "status of 403",
    "status of 409",
    "status of 422",
    "status of 503",
)  # Chromium logs each
FILED = """
import json
from burden.accounts.models import User
from burden.entries.models import Submission, WeeklyReturn
cadre = User.objects.get(username=NAME)
returns = WeeklyReturn.every.filter(cadre=cadre).order_by("-week")
print(json.dumps({
    "versions": [each.version for each in returns],
    "late": sum(each.late for each in returns),
    "submissions": Submission.every.filter(cadre=cadre).count(),
}))
"""


@pytest.fixture(scope="module")
def cadres(portal) -> Cadres:
    return make_cadres(portal, 24)


@pytest.fixture
def username(cadres: Cadres) -> str:
    return next(cadres.others)


@pytest.fixture
def week(phone: Page, username: str, faults: list[str]) -> Iterator[Page]:
    """The page of a cadre with a routine of four items, which the phone can open without a network."""
    log_in(phone, username)
    wait_for_worker(phone)
    yield phone
    faults[:] = [fault for fault in faults if not any(words in fault for words in PROVOKED)]


def filed(portal, username: str) -> dict:
    """Say what the portal holds of a cadre: versions of the returns, the newest week first."""
    return dict(json.loads(portal.run(FILED, NAME=username)))


@contextlib.contextmanager
def device(play: Playwright, url: str, folder: Path) -> Iterator[Page]:
    """Open a browser whose storage outlives it."""
    context = play.chromium.launch_persistent_context(
        folder, executable_path=chromium(), args=ARGUMENTS, base_url=url, viewport=PHONE, locale="zh-CN"
    )
    context.set_default_timeout(10_000)
    yield context.pages[0]
    context.close()


def tick(page: Page, title: str) -> None:
    page.locator("[data-row]", has_text=title).locator(".hitbox").click()


def submit(page: Page) -> None:
    page.locator("[data-submit]").click()


def receipt(page: Page) -> None:
    expect(page.locator("[data-receipt]")).to_be_visible(timeout=SOON)


def banner(page: Page, name: str):
    return page.locator(f"[data-queue={name}]")


def cut(page: Page) -> None:
    """Take the network away, from the page and from its worker."""
    page.context.set_offline(True)
    expect(page.locator("[data-net]")).to_have_text("离线")


def join(page: Page) -> None:
    page.context.set_offline(False)


def queue(page: Page, title: str = "督导") -> None:
    """File one item without a network."""
    cut(page)
    tick(page, title)
    submit(page)
    expect(banner(page, "waiting").get_by_text("1 份周报（1 项）排队中")).to_be_visible()


def file_elsewhere(browser: Browser, url: str, username: str) -> None:
    """File another item of the same week on another device."""
    other = browser.new_context(base_url=url, viewport=PHONE).new_page()
    log_in(other, username)
    tick(other, "周台账")
    submit(other)
    receipt(other)
    other.context.close()


def test_week_filed_without_network_is_sent_when_it_comes_back(week: Page, portal, username: str):
    queue(week)
    button = week.locator("[data-submit]")
    expect(button).to_be_disabled()
    expect(button).to_contain_text("已排队 1 项")
    button.hover(force=True)  # as a finger leaves it: still to be read
    expect(button).to_have_css("background-color", week.evaluate(OFF))
    assert violations(week) == []
    join(week)
    receipt(week)
    expect(week.locator("[data-net]")).to_have_text("在线")
    expect(banner(week, "waiting")).to_be_hidden()
    assert filed(portal, username)["submissions"] == 2  # last week's routine, and this


def test_page_opens_in_flight_mode(week: Page):
    cut(week)
    for address in (week.url, "/"):
        week.goto(address)
        expect(week.locator("[data-row]")).to_have_count(4)
        expect(banner(week, "offline")).to_be_visible()
    tick(week, "督导")
    expect(week.locator("[data-sub]")).to_have_text("1 项 · 2.0 小时")  # its scripts are there too
    assert violations(week) == []


def test_week_that_was_not_kept_says_so_in_flight_mode(week: Page):
    cut(week)
    week.goto(f"/week/{Week.at(now()).plus(-6)}/")
    expect(week.get_by_text("这一周没有存在这台设备上")).to_be_visible()
    assert violations(week) == []
    week.get_by_role("link").click()
    expect(week.locator("[data-row]")).to_have_count(4)


def test_queue_survives_a_closed_browser(browser: Browser, play: Playwright, portal, username: str, tmp_path: Path):
    with device(play, portal.url, tmp_path) as page:
        log_in(page, username, remember=True)
        wait_for_worker(page)
        queue(page)
    with device(play, portal.url, tmp_path) as page:
        page.context.set_offline(True)
        page.goto("/week/")
        expect(banner(page, "waiting")).to_contain_text("1 份周报（1 项）排队中")
        expect(page.locator("[data-submit]")).to_contain_text("已排队 1 项")
        join(page)
        receipt(page)
    assert filed(portal, username)["submissions"] == 2


def test_closed_browser_sends_when_it_is_opened_again(play: Playwright, portal, username: str, tmp_path: Path):
    with device(play, portal.url, tmp_path) as page:
        log_in(page, username, remember=True)
        queue(page)
    with device(play, portal.url, tmp_path) as page:
        page.goto("/week/")
        receipt(page)
    assert filed(portal, username)["versions"] == [1, 1]


def test_twenty_queued_weeks_are_all_sent_within_five_seconds(week: Page, portal, username: str):
    weeks = [Week.at(now()).plus(-number) for number in range(2, QUEUED + 2)]
    for each in weeks:
        week.goto(f"/week/{each}/")
    cut(week)
    for number, each in enumerate(weeks, 1):
        week.goto(f"/week/{each}/")
        week.locator("[data-nil] button, .empty button").first.click()
        expect(week.locator("[data-net]")).to_have_text("离线")
        expect(banner(week, "waiting")).to_contain_text(f"{number} 份周报")
    join(week)
    began = time.monotonic()
    receipt(week)
    expect(week.locator("[data-net]")).to_have_text("在线", timeout=SOON)
    assert time.monotonic() - began < SOON / 1000
    found = filed(portal, username)
    assert found["versions"] == [1] * (QUEUED + 1)  # last week's routine too
    assert found["submissions"] == QUEUED + 1
    assert found["late"] == QUEUED


def test_week_filed_twice_without_network_is_sent_once(week: Page, portal, username: str):
    queue(week)
    tick(week, "周台账")
    expect(week.locator("[data-submit]")).to_contain_text("2 项 · 2.8 小时")
    submit(week)
    expect(banner(week, "waiting")).to_contain_text("1 份周报（2 项）排队中")
    join(week)
    receipt(week)
    expect(week.get_by_text("已提交 2 项")).to_be_visible()
    assert filed(portal, username)["versions"] == [1, 1]


def test_change_after_a_lost_answer_follows_what_was_filed(week: Page, portal, username: str):
    """The first filing arrives and its receipt is lost; the second one, filed offline, is no conflict with it."""

    def lose(route):
        route.fetch(max_redirects=0)
        route.abort()

    week.context.route("**/week/2*/", lose, times=1)
    tick(week, "督导")
    submit(week)
    expect(banner(week, "waiting")).to_be_visible()
    cut(week)
    tick(week, "周台账")
    submit(week)
    expect(banner(week, "waiting")).to_contain_text("2 项")
    join(week)
    receipt(week)
    expect(week.get_by_text("已提交 2 项")).to_be_visible()
    assert filed(portal, username)["versions"] == [2, 1]


def test_change_made_while_waiting_stays_a_draft(week: Page):
    queue(week)
    tick(week, "周台账")
    join(week)
    expect(week.get_by_text("之后再改的，要再点一次「提交」")).to_be_visible()
    expect(week.locator("[data-submit]")).to_contain_text("2 项 · 2.8 小时")
    submit(week)
    receipt(week)
    expect(week.get_by_text("已提交 2 项")).to_be_visible()


def test_expired_login_keeps_the_queue_and_asks(week: Page, username: str):
    queue(week)
    week.context.clear_cookies(name="sessionid")
    join(week)
    expect(banner(week, "expired")).to_be_visible()
    expect(week.locator("[data-net]")).to_have_text("待交 1")
    assert violations(week) == []
    week.get_by_role("link", name="去登录").click()
    log_in(week, username, week.url.split("next=")[1])
    receipt(week)


def test_conflict_shows_both_and_the_cadre_chooses(week: Page, username: str, browser: Browser, portal):
    queue(week)
    file_elsewhere(browser, portal.url, username)
    join(week)
    expect(week.get_by_text("这一周有两份，请选一份")).to_be_visible()
    expect(week.locator("tr", has_text="督导").locator("td")).to_have_text(["—", "120"])
    expect(banner(week, "decide")).to_be_hidden()
    week.get_by_text("用刚交的").click()
    receipt(week)
    assert filed(portal, username)["versions"] == [2, 1]


def test_conflict_of_another_week_leads_there(week: Page, username: str, browser: Browser, portal):
    before, current = f"/week/{Week.at(now()).plus(-2)}/", week.url
    week.goto(before)
    wait_for_worker(week, before)
    week.goto(current)
    queue(week)
    file_elsewhere(browser, portal.url, username)
    week.goto(
        before
    )  # still without a network: its own week's page would decide at once, and nothing be left to lead to
    join(week)
    banner(week, "decide").get_by_role("link").click()
    expect(week.get_by_text("这一周有两份，请选一份")).to_be_visible()
    week.get_by_text("留平台上的").click()
    receipt(week)
    expect(week.locator("[data-net]")).to_have_text("在线")


def test_logout_warns_of_what_was_not_sent_and_nobody_else_sees_it(week: Page, cadres: Cadres, username: str, portal):
    queue(week)
    week.context.route("**/week/2*/", lambda route: route.abort())  # logging out needs a network, filing has none
    join(week)
    week.locator(".mtop .menu summary").click()
    leave = week.locator(".mtop [data-leave]")
    leave.locator("button").click()
    expect(leave.get_by_text("还有 1 份周报没交")).to_be_visible()
    assert violations(week) == []
    leave.locator("button").click()
    week.wait_for_url("**/login/")
    week.context.unroute_all()
    assert week.evaluate(SAVED) == []
    other = next(cadres.others)
    log_in(week, other)
    expect(week.locator("[data-net]")).to_have_text("在线")
    wait_for_worker(week)
    cut(week)
    week.reload()
    expect(week.locator("[data-submit]")).to_be_disabled()
    expect(banner(week, "waiting")).to_be_hidden()
    join(week)
    assert filed(portal, other)["versions"] == [1]
    assert filed(portal, username)["versions"] == [1]


def test_login_of_another_clears_kept_pages(week: Page, cadres: Cadres):
    assert len(week.evaluate(SAVED)) == 1
    week.context.clear_cookies(name="sessionid")
    log_in(week, next(cadres.others), "/password/")
    assert week.evaluate(SAVED) == []


def test_nothing_but_weeks_and_their_parts_is_kept(week: Page):
    for address in ("/password/", "/week/suggestions/?q=", "/api/v1/me/"):
        week.evaluate("(address) => fetch(address)", address)
    kept = week.evaluate(
        "async () => (await Promise.all((await caches.keys()).map(async (name) =>"
        " (await (await caches.open(name)).keys()).map((key) => new URL(key.url).pathname)))).flat()"
    )
    assert {path.split("/")[1] for path in kept} == {"week", "static"}


def test_release_replaces_what_an_older_one_kept(week: Page):
    week.evaluate("async () => (await caches.open('pages-older')).put('/week/2020-01-06/', new Response('older'))")
    week.evaluate("async () => (await navigator.serviceWorker.ready).unregister()")
    week.goto("about:blank")  # an unregistered worker stays while a page of its own is open
    week.goto("/week/")
    wait_for_worker(week)
    names = week.evaluate(
        "async () => { for (let n = 0; n < 50 && (await caches.keys()).includes('pages-older'); n++)"
        " await new Promise((done) => setTimeout(done, 100)); return caches.keys(); }"
    )
    assert "pages-older" not in names
    assert len(names) == 2

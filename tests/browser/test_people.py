"""People pages in a browser: two of the 三员 let a newcomer in, who then files from a phone."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, opened
from tests.browser.week import violations

Enter = Callable[..., Page]


@pytest.fixture(scope="module")
def accounts(portal) -> dict[str, dict[str, str]]:
    return portal.accounts


@pytest.fixture
def enter(browser: Browser, portal, accounts, faults) -> Iterator[Enter]:
    """Open a page on which one of the demo accounts is logged in, each in a context of its own."""
    running: list[Iterator[Page]] = []

    def log_in(role: str, viewport=DESK, modes: dict[str, str] | None = None) -> Page:
        running.append(opened(browser, portal.url, faults, viewport=viewport))
        page = next(running[-1])
        page.context.add_cookies([{"name": k, "value": v, "url": portal.url} for k, v in (modes or {}).items()])
        fill_in(page, accounts[role]["username"], accounts[role]["password"])
        return page

    yield log_in
    for each in running:
        next(each, None)


def fill_in(page: Page, username: str, password: str) -> None:
    page.goto("/login/")
    page.get_by_label("用户名", exact=True).fill(username)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/login/" not in url)


def test_newcomer_is_let_in_by_two_and_logs_in_by_link(enter: Enter, phone: Page, accounts):
    sysadmin, secadmin = enter("sysadmin"), enter("secadmin")
    sysadmin.goto("/people/")  # the first page is what waits
    sysadmin.get_by_role("link", name="加一个人").click()
    panel = sysadmin.get_by_label("办理")
    panel.get_by_label("姓名").fill("吴晓梅")
    panel.get_by_label("用户名").fill("wuxiaomei")
    panel.get_by_label("单位").fill(accounts["lead"]["unit_code"])
    panel.get_by_role("button", name="提交安全管理员批").click()
    expect(sysadmin.get_by_text("已提交，等安全管理员批")).to_be_visible()

    secadmin.goto("/people/")
    secadmin.locator("li", has_text="吴晓梅").get_by_role("button", name="批准").click()
    secadmin.goto("/people/?q=wuxiaomei")
    secadmin.get_by_role("link", name="吴晓梅 的登录").click()
    secadmin.get_by_role("button", name="发一次性链接").click()
    link = secadmin.locator("#secret").inner_text()
    expect(secadmin.get_by_role("button", name="打印密封条")).to_be_visible()
    secadmin.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed')); }")
    secadmin.get_by_role("button", name="复制").click()
    expect(secadmin.get_by_role("button", name="已复制")).to_be_visible()

    phone.goto(link)
    phone.get_by_label("新密码").fill("a-village-by-the-river")
    phone.get_by_label("再写一遍").fill("a-village-by-the-river")
    phone.get_by_role("button", name="设好，去登录").click()
    expect(phone.get_by_text("密码设好了")).to_be_visible()
    fill_in(phone, "wuxiaomei", "a-village-by-the-river")
    assert phone.url.endswith("/week/")


def test_login_page_is_accessible(page: Page, phone: Page):
    for each in (page, phone):
        each.goto("/login/")
        expect(each.get_by_role("heading", name="演示账号")).to_be_visible()
        each.get_by_text("忘记密码", exact=True).click()
        assert violations(each) == []

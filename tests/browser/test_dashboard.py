"""The dashboard in a browser, as a reviewer of a county uses it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK
from tests.browser.week import violations


@pytest.fixture(scope="module")
def account(portal) -> dict[str, str]:
    return portal.accounts["reviewer"]


def enter(page: Page, account: dict[str, str]) -> Page:
    """Log in and stand on the own unit's dashboard."""
    page.goto("/login/?next=/reports/")
    page.locator("[name=login]").fill(account["username"])
    page.locator("[name=password]").fill(account["password"])
    page.locator("main form button:not([type=button])").first.click()
    page.wait_for_url(f"**/reports/{account['unit_code']}/")
    return page


@pytest.fixture
def desk(page: Page, account) -> Page:
    return enter(page, account)


@pytest.fixture
def small(phone: Page, account) -> Page:
    return enter(phone, account)


@pytest.fixture
def plain(browser: Browser, portal, account) -> Iterator[Page]:
    """A desk page whose browser runs no script."""
    context = browser.new_context(base_url=portal.url, viewport=DESK, java_script_enabled=False)
    yield enter(context.new_page(), account)
    context.close()


def overflow(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def shown_columns(page: Page) -> int:
    row = page.locator(".rank tbody tr").first
    return row.locator("td.hc").evaluate_all("cells => cells.filter(cell => cell.offsetParent).length")


def test_chart_is_drawn_from_its_table(desk: Page):
    expect(desk.locator("#trend svg")).to_be_visible()
    assert desk.locator("#trend svg path").count() > 3
    assert desk.locator("#trend canvas").count() == 0
    assert desk.locator("#trend-table tbody tr").count() in (52, 53)
    desk.locator("#trend").hover(position={"x": 300, "y": 120})
    expect(desk.locator("#trend svg text", has_text="上年")).to_be_attached()
    desk.locator("#trend-table summary").click()
    expect(desk.locator("#trend-table tbody tr").first).to_be_visible()


def test_units_lead_down_to_villages_and_back(desk: Page):
    town = desk.locator(".rank tbody th a").first
    name = town.inner_text()
    town.click()
    expect(desk.locator(".crumb [aria-current]")).to_have_text(name)
    desk.get_by_role("link", name="村社区").click()
    village = desk.locator(".rank tbody th a").first
    name = village.inner_text()
    village.click()
    expect(desk.locator(".crumb [aria-current]")).to_have_text(name)
    expect(desk.locator("#per-head, .empty").first).to_be_visible()
    desk.locator(".crumb a").first.click()
    expect(desk.locator(".rank tbody tr").nth(7)).to_be_visible()


def test_line_of_a_township_is_its_own_page(desk: Page):
    desk.get_by_role("link", name="乡镇", exact=False).first.click()
    line = desk.locator(".rank tbody tr").first
    figures = line.locator("td.gap + td.hc, td.gap").first.inner_text()
    line.locator("th a").click()
    expect(desk.locator(".rank tbody tr")).to_have_count(1)
    expect(desk.locator(".rank tbody td.gap").first).to_have_text(figures)


def test_arrow_keys_go_through_the_weeks(desk: Page):
    week = desk.locator(".wk .b").inner_text()
    desk.keyboard.press("ArrowLeft")
    desk.wait_for_url("**week=*")
    expect(desk.locator(".wk .b")).not_to_have_text(week)
    desk.keyboard.press("ArrowRight")
    expect(desk.locator(".wk .b")).to_have_text(week)


def test_every_state_is_in_the_address(desk: Page):
    desk.get_by_role("link", name="县直").click()
    desk.get_by_role("link", name="月", exact=True).click()
    assert "period=month" in desk.url
    assert "kind=department" in desk.url
    total = desk.locator("#total").get_attribute("value")
    desk.goto(desk.url)
    expect(desk.locator("#total")).to_have_attribute("value", total)
    expect(desk.locator(".seg [aria-current]")).to_have_text(
        [desk.locator(".seg [aria-current]").first.inner_text(), "月"]
    )


def test_name_of_a_figure_leads_to_its_formula(desk: Page):
    expect(desk.locator("#how-per_head")).to_be_hidden()
    desk.get_by_role("link", name="每人每周负担").click()
    expect(desk.locator("#how-per_head")).to_be_visible()


def test_heat_shows_a_year_on_the_desk_and_six_weeks_on_a_phone(desk: Page, small: Page):
    assert shown_columns(desk) == 52
    assert shown_columns(small) == 6
    assert overflow(desk) == overflow(small) == 0


def test_page_without_script_has_every_figure(plain: Page):
    expect(plain.locator("#trend")).to_be_hidden()
    plain.locator("#trend-table summary").click()
    expect(plain.locator("#trend-table tbody tr").first).to_be_visible()
    expect(plain.locator(".rank tbody tr").first).to_be_visible()
    expect(plain.locator("[data-print]")).to_be_hidden()


def test_page_in_english(desk: Page, portal):
    desk.context.add_cookies([{"name": "django_language", "value": "en", "url": portal.url}])
    desk.reload()
    expect(desk.locator("h2").first).to_have_text("52-week trend")
    word = desk.locator("#trend").get_attribute("data-open")
    label = desk.locator("#trend svg text", has_text=word).bounding_box()
    assert (
        label["x"] + label["width"]
        <= desk.locator("#trend").bounding_box()["x"] + desk.locator("#trend").bounding_box()["width"]
    )
    assert overflow(desk) == 0


def test_print_leaves_out_bars_and_buttons(desk: Page):
    desk.emulate_media(media="print")
    expect(desk.locator(".top")).to_be_hidden()
    expect(desk.locator(".sub")).to_be_hidden()
    expect(desk.locator(".only-print")).to_be_visible()


def test_hidden_figures_say_so_and_are_accessible(desk: Page):
    desk.goto(f"{desk.url}?kind=village&page=99")  # those not shown come last
    line = desk.locator(".rank tbody tr").last
    expect(line.locator("td.xs")).to_have_text("不显示")
    name = line.locator("th a").inner_text()
    line.locator("th a").click()
    expect(desk.locator(".crumb [aria-current]")).to_have_text(name)
    expect(desk.get_by_text("这一期人数太少，不显示数字")).to_be_visible()
    expect(desk.locator("#per-head, #total, #returns")).to_have_count(0)
    assert violations(desk) == []

"""The whole way: a cadre files a week on a phone, the county's dashboard moves by it, the exported sheet says the same."""

import io
import time

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from burden.kit.clock import Week, now

VISIBLE_WITHIN = 10.0  # seconds from the receipt to the county's dashboard


def enter(page: Page, account: dict[str, str], path: str) -> None:
    page.goto(f"/login/?next={path}")
    page.locator("[name=login]").fill(account["username"])
    page.locator("[name=password]").fill(account["password"])
    page.locator("main form button:not([type=button])").first.click()
    page.wait_for_url(f"**{path}**")


def total(page: Page) -> int:
    """Person-minutes that the dashboard shows, to the minute."""
    return int(page.locator("#total").get_attribute("value") or "")


def settled(page: Page) -> int:
    """The total once nothing filed before is still to be counted."""
    while True:
        seen = total(page)
        page.wait_for_timeout(4_000)
        page.reload()
        if total(page) == seen:
            return seen


@pytest.fixture
def county(page: Page, portal) -> Page:
    enter(page, portal.accounts["reviewer"], "/reports/")
    page.goto(f"{page.url.split('?')[0]}?week={Week.at(now())}")
    return page


def file_a_week(phone: Page) -> int:
    """Take last week's items over, adjust two, add one; return the person-minutes filed."""
    expect(phone.locator("[data-submit]")).to_be_disabled()
    routine = phone.locator("[data-group=last]")
    rows = routine.locator("[data-row]")
    routine.locator("[data-all]").click()
    for number, minutes in ((0, "120"), (1, "15")):
        rows.nth(number).locator(".min").click()
        rows.nth(number).locator(f"[data-chip='{minutes}']").click()
    phone.locator("[data-sheet]").click()
    sheet = phone.locator("#quick")
    sheet.locator("label:has([name=category][value=meeting])").click()
    sheet.locator("[name=title]").fill("防火巡山碰头会")
    sheet.locator("[data-chip='45']").click()
    sheet.locator("button[value=save]").click()
    counts = phone.locator("b[data-category]")
    expect(counts).to_have_count(5)
    filed = sum(int(text) for text in counts.all_inner_texts())
    phone.locator("[data-submit]").click()
    expect(phone.locator("[data-receipt]")).to_be_visible()
    return filed


def test_filed_week_is_on_the_county_dashboard_and_in_the_sheet(phone: Page, county: Page, portal):
    before = settled(county)
    enter(phone, portal.accounts["cadre"], "/week/")
    filed = file_a_week(phone)
    receipt_at = time.monotonic()
    while total(county) != before + filed and time.monotonic() - receipt_at < VISIBLE_WITHIN:
        county.wait_for_timeout(250)
        county.reload()
    assert total(county) == before + filed
    assert filed > 180
    assert exported(county) == before + filed


def exported(county: Page) -> int:
    """Export the week as a workbook through the page, and read the county's total from it."""
    monday = Week.at(now())
    county.goto(f"/exports/?since={monday}&until={monday.sunday}")
    county.locator("[name=level]").select_option("own")
    county.locator("[name=tables][value=issuers]").uncheck(force=True)
    expect(county.locator("#estimate")).to_contain_text("共 1 行")
    county.get_by_role("button", name="开始导出").click()
    link = county.locator("#jobs tbody tr").first.get_by_role("link", name="下载")
    expect(link).to_be_visible(timeout=20_000)
    with county.expect_download() as download:
        link.click()
    assert download.value.suggested_filename.endswith(".xlsx")
    with open(download.value.path(), "rb") as file:
        sheet = openpyxl.load_workbook(io.BytesIO(file.read())).worksheets[0]
    heading, line = sheet.iter_rows(min_row=4, max_row=5, values_only=True)
    return dict(zip(heading, line, strict=True))["合计 人·分钟"]


def test_export_that_is_cancelled_can_be_made_again(page: Page, portal):
    enter(page, portal.accounts["office"], "/exports/")
    page.get_by_role("button", name="2026").or_(page.locator("#presets button").last).first.click()
    page.locator("[name=level]").select_option("village")
    page.get_by_role("button", name="开始导出").click()
    first = page.locator("#jobs tbody tr").first
    expect(first.get_by_role("link", name="下载").or_(first.get_by_role("button", name="取消"))).to_be_visible()
    if first.get_by_role("button", name="取消").is_visible():
        first.get_by_role("button", name="取消").click()
        expect(first).to_contain_text("已取消")
        first.get_by_role("button", name="重新生成").click()
    expect(page.locator("#jobs tbody tr").first.get_by_role("link", name="下载")).to_be_visible(timeout=60_000)

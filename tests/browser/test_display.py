"""Paper, and large type in English on a phone: nothing is cut off, no word is broken."""

import pytest
from playwright.sync_api import Page, expect

from burden.kit.clock import last_closed, now
from tests.browser.test_every_page import log_in as log_in_with
from tests.browser.week import log_in, make_cadres

# words that stand on two lines
BROKEN = """() => [...document.querySelectorAll(".kpi small, .rank thead th, .seg > *, .tot .legend > *")].flatMap((element) => {
    const found = [];
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        for (const word of texts.currentNode.data.matchAll(/[A-Za-z-]+/g)) {
            const range = document.createRange();
            range.setStart(texts.currentNode, word.index);
            range.setEnd(texts.currentNode, word.index + word[0].length);
            if (new Set([...range.getClientRects()].map((rect) => rect.top)).size > 1) found.push(word[0]);
        }
    }
    return found;
})"""
CUT = "segments => segments.filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent.trim())"
# paper is narrower than the page was when the chart was drawn, and nothing draws it again
ON_PAPER = """() => {
    const box = document.getElementById("trend");
    box.style.width = "600px";
    const svg = box.querySelector("svg");
    const { width, height } = svg.getBoundingClientRect();
    return [width, Math.round(height), Math.round(600 / svg.getAttribute("width") * svg.getAttribute("height"))];
}"""


def test_filed_week_is_printed_with_its_ticks(phone: Page, portal):
    log_in(phone, next(make_cadres(portal, 2).others), f"/week/{last_closed(now())}/")
    phone.emulate_media(media="print")
    tick = phone.locator(".ck.on").first
    expect(tick.locator("svg")).to_be_visible()
    expect(tick).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    expect(tick).to_have_css("color", "rgb(18, 102, 74)")


def test_chart_fits_the_paper(page: Page, portal):
    log_in_with(page, portal.accounts["reviewer"])
    page.goto("/reports/")
    expect(page.locator("#trend svg")).to_be_visible()
    page.emulate_media(media="print")
    width, height, in_proportion = page.evaluate(ON_PAPER)
    assert (width, height) == (600, in_proportion)


@pytest.mark.parametrize(("role", "path"), [("reviewer", "/reports/"), ("office", "/exports/"), ("cadre", "/week/")])
def test_large_english_on_a_phone_breaks_no_word_and_cuts_no_choice(phone: Page, portal, role: str, path: str):
    chosen = {"size": "big", "django_language": "en"}
    phone.context.add_cookies([{"name": name, "value": value, "url": portal.url} for name, value in chosen.items()])
    log_in_with(phone, portal.accounts[role])
    phone.goto(path)
    assert phone.evaluate(BROKEN) == []
    assert phone.locator(".seg").evaluate_all(CUT) == []


def test_menu_closes_when_one_leaves_it_by_key(page: Page, portal):
    log_in_with(page, portal.accounts["reviewer"])
    menu = page.locator("details.menu").filter(has=page.locator("summary:visible"))
    menu.locator("summary").click()
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Shift+Tab")
    expect(menu).not_to_have_attribute("open", "")
    menu.locator("summary").click()
    page.keyboard.press("Tab")
    expect(menu).to_have_attribute("open", "")  # still in it
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()

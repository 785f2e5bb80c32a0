"""My week on a phone, as a cadre uses it."""

import gzip
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE
from tests.browser.week import Cadres, log_in, make_cadres, violations

BUDGET = 60 * 1024  # bytes of the whole page, gzip
MODES = ({}, {"size": "big"}, {"contrast": "more"})


@pytest.fixture(scope="module")
def cadres(portal) -> Cadres:
    return make_cadres(portal, 24)


@pytest.fixture
def username(cadres: Cadres) -> str:
    return next(cadres.others)


@pytest.fixture
def week(phone: Page, username: str) -> Page:
    """The page of a cadre who has a routine of four items."""
    log_in(phone, username)
    expect(phone.locator("[data-submit]")).to_be_disabled()
    return phone


@pytest.fixture
def plain(browser: Browser, portal) -> Iterator[Page]:
    """A phone whose browser runs no script."""
    context = browser.new_context(base_url=portal.url, viewport=PHONE, java_script_enabled=False)
    yield context.new_page()
    context.close()


def row(page: Page, title: str):
    return page.locator("[data-row]", has_text=title)


def open_panel(page: Page, title: str):
    found = row(page, title)
    found.locator(".min").click()
    expect(found.locator("[data-chip]").first).to_be_visible()
    return found


def add(page: Page, title: str, minutes: str = "30", category: str = "meeting") -> None:
    page.locator("[data-sheet]").click()
    sheet = page.locator("#quick")
    sheet.locator(f"[name=category][value={category}]").check()
    sheet.locator("[name=title]").fill(title)
    sheet.locator(f"[data-chip='{minutes}']").click()
    sheet.locator("button[value=save]").click()
    expect(row(page, title)).to_be_visible()


def submit(page: Page) -> None:
    page.locator("[data-submit]").click()


def receipt(page: Page) -> str:
    expect(page.locator("[data-receipt]")).to_be_visible()
    return page.locator("[data-receipt]").get_attribute("data-receipt") or ""


def test_week_is_filed_with_two_adjusted_and_one_added(week: Page):
    for title in ("视频调度会", "督导"):
        row(week, title).locator(".hitbox").click()
    open_panel(week, "周台账").locator("[data-chip='60']").click()
    document = open_panel(week, "农田水利")
    document.locator("[name$='.minutes']").fill("25")
    document.locator("[data-step='1']").click()
    add(week, "临时碰头会", "15")
    expect(week.locator("[data-total]")).to_have_text("5 小时 35 分")  # 90 + 120 + 60 + 2 x 25 + 15
    expect(week.locator("[data-sub]")).to_have_text("5 项 · 5.6 小时")
    submit(week)
    assert len(receipt(week)) > 5
    expect(week.locator("[data-total]")).to_have_text("5 小时 35 分")
    expect(week.get_by_text("已提交 5 项")).to_be_visible()


def test_total_and_bar_follow_every_tap(week: Page):
    expect(week.locator("[data-bar] rect")).to_have_count(0)
    expect(week.locator("[data-nil]")).to_be_visible()
    row(week, "视频调度会").locator(".hitbox").click()
    expect(week.locator("[data-nil]")).to_be_hidden()
    expect(week.locator("b[data-category=meeting]")).to_have_text("90")
    expect(week.locator("[data-bar] rect")).to_have_attribute("width", "100%")
    row(week, "督导").locator(".hitbox").click()
    expect(week.locator("[data-bar] rect")).to_have_count(2)
    row(week, "视频调度会").locator(".hitbox").click()
    expect(week.locator("[data-total]")).to_have_text("2 小时", use_inner_text=True)


def test_last_week_is_copied_in_one_tap(week: Page):
    panel = open_panel(week, "督导")
    panel.locator("[value=absent]").check()
    rest = week.locator("[data-group=last] [data-all]")
    expect(rest).to_have_text("其余照此计")
    rest.click()
    expect(week.locator("[data-sub]")).to_have_text("3 项 · 2.8 小时，另 1 项没办")
    expect(panel.locator("[data-sum]")).to_have_text("未参加")
    submit(week)
    receipt(week)
    expect(week.get_by_text("另 1 项没办")).to_be_visible()


def test_draft_comes_back_after_reload(week: Page):
    open_panel(week, "周台账").locator("[data-chip='90']").click()
    row(week, "周台账").locator("[name$='.repeated']").check(force=True)
    add(week, "信访接待", "45", "other")
    week.reload()
    expect(week.get_by_text("已恢复存在这台手机上的内容")).to_be_visible()
    expect(week.locator("[data-sub]")).to_have_text("2 项 · 2.3 小时")
    expect(row(week, "信访接待").locator(".tag")).to_have_text("其他")
    submit(week)
    receipt(week)
    week.goto("/week/")
    expect(week.locator("[data-receipt]")).to_be_visible()
    expect(week.get_by_text("还有没提交的修改")).to_be_hidden()


def test_draft_can_be_dropped(week: Page):
    row(week, "督导").locator(".hitbox").click()
    week.reload()
    expect(week.locator("[data-sub]")).to_have_text("1 项 · 2.0 小时")
    week.locator("[data-notice=restored] [data-drop]").click()
    expect(week.locator("[data-submit]")).to_be_disabled()


def test_draft_is_kept_from_the_next_user(week: Page, cadres: Cadres):
    row(week, "督导").locator(".hitbox").click()
    expect(week.locator("[data-submit]")).to_be_enabled()
    week.locator(".mtop .menu summary").click()
    week.locator(".mtop form[action$='logout/'] button").click()
    week.wait_for_url("**/login/**")
    log_in(week, next(cadres.others))
    expect(week.locator("[data-submit]")).to_be_disabled()
    expect(week.locator("[data-notice=restored]")).to_be_hidden()


def test_answer_lost_on_the_way_is_filed_once(week: Page, faults: list[str]):
    """The week arrives, its receipt does not: the next try sends the same key and gets that receipt."""
    row(week, "督导").locator(".hitbox").click()

    def lose(route):
        route.fetch(max_redirects=0)
        route.abort()

    week.context.route("**/week/2*/", lose, times=1)
    submit(week)
    expect(week.get_by_text("已存在本机，联网后自动提交")).to_be_visible()
    receipt(week)
    week.goto(week.url + "?edit=1")
    expect(week.locator("#week [name=base_version]")).to_have_value("1")
    faults.clear()


def test_expired_login_keeps_what_was_filed_and_sends_it_after_the_next(week: Page, username: str):
    row(week, "督导").locator(".hitbox").click()
    week.context.clear_cookies(name="sessionid")
    submit(week)
    expect(week.get_by_text("登录已过期，还没有提交")).to_be_visible()
    log_in(week, username)
    receipt(week)


def test_error_takes_the_focus_and_loses_nothing(week: Page, faults: list[str]):
    row(week, "督导").locator(".hitbox").click()
    open_panel(week, "周台账").locator("[name$='.minutes']").fill("半天")
    submit(week)
    summary = week.locator(".errsum")
    expect(summary).to_be_focused()
    expect(summary.locator("a")).to_have_text("《人居环境整治周台账》：分钟填了“半天”，请填 0 到 10080 的整数")
    expect(row(week, "周台账").locator("[name$='.minutes']")).to_have_value("半天")
    expect(row(week, "督导").locator(".hitbox")).to_be_checked()
    expect(week.locator("[data-sub]")).to_have_text("改好 1 项后再提交")
    assert violations(week) == []
    summary.locator("a").click()
    field = row(week, "周台账").locator("[name$='.minutes']")
    expect(field).to_be_focused()
    field.fill("50")
    submit(week)
    receipt(week)
    faults.clear()  # Chromium logs the 422


def test_unusual_size_asks_for_a_word_beneath_its_row(week: Page, faults: list[str]):
    panel = open_panel(week, "督导")
    word = row(week, "督导").locator("[name$='.note']")
    expect(word).to_be_hidden()
    panel.locator("[name$='.minutes']").fill("3601")
    expect(word).to_be_visible()
    submit(week)
    expect(week.locator(".errsum a")).to_have_text("《食品安全督导（陪同）》：用时特别多，请写一句为什么")
    assert violations(week) == []
    week.locator(".errsum a").click()
    expect(word).to_be_focused()
    week.keyboard.type("节前集中检查")
    week.keyboard.press("Enter")  # done with the word: nothing is sent
    expect(row(week, "督导").locator(".errmsg")).to_have_count(0)
    submit(week)
    receipt(week)
    expect(week.get_by_text("节前集中检查")).to_be_visible()
    faults.clear()  # Chromium logs the 422


def test_conflict_shows_both_and_the_cadre_chooses(
    week: Page, username: str, browser: Browser, portal, faults: list[str]
):
    other = browser.new_context(base_url=portal.url, viewport=PHONE).new_page()
    log_in(other, username)
    row(other, "督导").locator(".hitbox").click()
    submit(other)
    receipt(other)
    other.context.close()
    row(week, "周台账").locator(".hitbox").click()
    submit(week)
    expect(week.get_by_text("这一周有两份，请选一份")).to_be_visible()
    expect(week.locator("tr", has_text="周台账").locator("td")).to_have_text(["—", "45"])
    assert violations(week) == []
    week.get_by_text("用刚交的").click()
    receipt(week)
    expect(week.locator("[data-total]")).to_have_text("45 分", use_inner_text=True)
    faults.clear()  # Chromium logs the 409


def test_nil_week_is_one_small_button(week: Page):
    week.locator("[data-nil] button").click()
    receipt(week)
    expect(week.get_by_text("已记下：本周没有额外事项")).to_be_visible()


def test_empty_week_offers_one_thing(phone: Page, cadres: Cadres):
    log_in(phone, cadres.newcomer)
    expect(phone.get_by_text("空着只是没有数据，不算缺报")).to_be_visible()
    expect(phone.locator("[data-submit]")).to_be_hidden()
    assert violations(phone) == []
    add(phone, "防火巡查")
    expect(phone.locator("[data-submit]")).to_be_enabled()
    expect(phone.get_by_text("空着只是没有数据，不算缺报")).to_be_hidden()


def test_quick_add_takes_three_taps(week: Page):
    week.locator("[data-sheet]").click()
    sheet = week.locator("#quick")
    sheet.locator("[data-suggestions] button", has_text="周台账").click()
    expect(sheet.locator("[name=category][value=form]")).to_be_checked()
    expect(sheet.locator("[name=minutes]")).to_have_value("45")
    assert sheet.locator("[name=issuer]:checked").count() == 1
    sheet.locator("button[value=save]").click()
    expect(week.locator("[data-group=added] [data-row]")).to_have_count(1)
    expect(week.locator("[data-group=added] [data-from]")).not_to_be_empty()


def test_quick_add_says_what_is_missing_and_stays(week: Page):
    week.locator("[data-sheet]").click()
    sheet = week.locator("#quick")
    sheet.locator("button[value=save]").click()
    expect(sheet.locator("[data-error=title]")).to_have_text("还没填名称")
    sheet.locator("[name=minutes]").fill("20000")
    sheet.locator("button[value=save]").click()
    expect(sheet.locator("[data-error=minutes]")).to_have_text("请填 0 到 10080 的整数分钟，例如 45")
    assert violations(week) == []
    sheet.locator("[name=category][value=form]").check()
    sheet.locator("[name=title]").fill("第一张表")
    sheet.locator("[data-chip='15']").click()
    sheet.locator("[data-again]").click()
    expect(sheet.locator("[name=title]")).to_have_value("")
    expect(sheet.locator("[name=category][value=form]")).to_be_checked()
    week.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(week.locator("[data-sheet]")).to_be_focused()
    expect(row(week, "第一张表")).to_be_visible()


def test_keyboard_alone_files_a_week(week: Page):
    box = row(week, "视频调度会").locator(".hitbox")
    box.focus()
    week.keyboard.press("Space")
    week.keyboard.press("Tab")
    week.keyboard.press("Enter")
    panel = row(week, "视频调度会").locator("> details")
    expect(panel).to_have_attribute("open", "")
    week.keyboard.press("Tab")
    week.keyboard.type("75")
    week.keyboard.press("Enter")  # done with the number: nothing is sent
    expect(panel).not_to_have_attribute("open", "")
    expect(panel.locator("summary").first).to_be_focused()
    week.locator("[data-submit]").focus()
    week.keyboard.press("Enter")
    receipt(week)
    expect(week.locator("[data-total]")).to_have_text("1 小时 15 分")


@pytest.mark.parametrize("mode", MODES, ids=["normal", "big", "contrast"])
def test_page_is_accessible_in_every_mode(week: Page, portal, mode: dict[str, str]):
    week.context.add_cookies([{"name": name, "value": value, "url": portal.url} for name, value in mode.items()])
    week.reload()
    open_panel(week, "周台账")
    assert violations(week) == []
    week.locator("[data-sheet]").click()
    expect(week.locator("[data-suggestions] button").first).to_be_visible()
    assert violations(week) == []
    week.keyboard.press("Escape")
    row(week, "督导").locator(".hitbox").click()
    submit(week)
    receipt(week)
    assert violations(week) == []


def test_page_without_script_is_one_plain_form(plain: Page, username: str):
    log_in(plain, username)
    row(plain, "督导").locator(".hitbox").check(force=True)
    document = row(plain, "农田水利")
    document.locator(".hitbox").check(force=True)
    document.locator(".min").click()
    document.locator("[name$='.minutes']").fill("20")
    meeting = row(plain, "视频调度会")
    meeting.locator(".min").click()
    meeting.locator("[value=absent]").check()
    added = plain.locator("fieldset").first
    added.locator("[name$='.title']").fill("临时碰头会")
    added.locator("[name$='.minutes']").fill("15")
    plain.locator("[data-submit]").click()
    receipt(plain)
    assert plain.get_by_text("已提交 3 项").is_visible()
    assert "2 小时 35 分" in " ".join(plain.locator("[data-total]").inner_text().split())


def test_page_weighs_less_than_its_budget(week: Page):
    """Everything that came over the wire for the page, whatever the server compressed."""
    sizes: dict[str, int] = {}
    week.on("response", lambda answer: sizes.update({answer.url: len(gzip.compress(answer.body()))}))
    week.reload(wait_until="networkidle")
    assert any("week_rows" in url for url in sizes)
    assert sum(sizes.values()) <= BUDGET, sizes

"""The story of a year, played by hand: a form asked again and again is reported by nobody known, found, ordered withdrawn, confirmed by
those it burdened, its saved hours counted, its reporter answered. Each step as its own role in a browser, with the wrong turns people take.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from zipfile import ZipFile

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, PHONE, opened
from tests.walks.world import AGAIN, KNOWN, TITLE, TOWNS, World, world

PASSWORD = "窗前-see-the-river-24"
BUREAU = "县农业农村局"
FOUND = f"14 天内三次索要《{TITLE}》"
EARLY, OUT_OF_ORDER = 422, 409  # what a step is answered that is not its turn
WRONG = "status of 4"  # Chromium logs each refused page
TELLING = "我们镇六个村都填过。上周一先发台账，这周又在工作群里要增两列的，还要一份整改清单，内容差不多。"
BEGIN = TELLING[:12]  # an inbox shows no more
WRITTEN = "同一内容的台账两周里要了几次，后两次只在工作群里要，要的东西大体一样。"


class Walk:
    """Who walks: one browser context a person, each with its own login, and the world they walk in."""

    def __init__(self, browser: Browser, there: World) -> None:
        self.browser, self.there, self.faults = browser, there, list[str]()
        made = there.plant(PASSWORD)
        there.fill_board()
        self.demand, self.cadres = made["demand"], made["cadres"]
        self.pages: dict[str, Page] = {}
        self.days: dict[str, dt.datetime] = {}
        self.running: list[Iterator[Page]] = []

    def stranger(self) -> Page:
        """Open a phone that nobody is logged in on."""
        return self._open(PHONE)

    def person(self, username: str) -> Page:
        """Return the page of a person, who logs in each day anew: cadres on a phone, all others at a desk."""
        cadre = username in self.cadres
        if username not in self.pages:
            self.pages[username] = self._open(PHONE if cadre else DESK)
        page = self.pages[username]
        if self.days.get(username) != self.there.at:
            self.days[username] = self.there.at
            page.goto("/login/")
            if path_of(page) == "/login/":  # a phone stays logged in for a month
                page.get_by_label("用户名", exact=True).fill(username)
                page.get_by_label("密码", exact=True).fill(PASSWORD if cadre else self.password)
                page.get_by_role("button", name="登录").click()
                page.wait_for_url(lambda url: "/login/" not in url)
        return page

    @property
    def password(self) -> str:
        return self.there.portal.accounts["office"]["password"]

    def _open(self, size: dict[str, int]) -> Page:
        self.running.append(opened(self.browser, self.there.portal.url, self.faults, viewport=size))
        return next(self.running[-1])

    def status(self, username: str, path: str) -> int:
        """Say what a person is answered who goes to an address."""
        answer = self.person(username).goto(path)
        assert answer is not None
        return answer.status

    def leave(self) -> None:
        """Close what was opened; nothing but refusals may have been logged."""
        for each in self.running:
            next(each, None)
        assert [fault for fault in self.faults if WRONG not in fault] == []


def told(page: Page, words: str) -> None:
    """Expect a sentence on the page."""
    expect(page.get_by_text(words).first).to_be_visible()


def path_of(page: Page) -> str:
    return urlsplit(page.url).path


def report(walk: Walk) -> str:
    """Somebody reads the week's code, and writes without any login; return the receipt."""
    cadre = walk.person(walk.cadres[0])
    cadre.goto("/feedback/mine/")
    code = cadre.locator(".rcode").inner_text()
    page = walk.stranger()
    page.goto("/a/")
    page.get_by_text("重复要报表", exact=True).click()
    page.get_by_label("谁要求的").fill(BUREAU)
    page.get_by_label("具体情况").fill(TELLING)
    page.get_by_label("本周成员码").fill("石榴-渡口-银杏-00")
    page.get_by_role("button", name="匿名提交").click()
    told(page, "没有这个成员码")
    expect(page.get_by_label("具体情况")).to_have_value(TELLING)
    page.get_by_label("本周成员码").fill(code)
    page.get_by_role("button", name="匿名提交").click()
    told(page, "反映已提交")
    receipt = " ".join(page.locator(".rc li").all_inner_texts())
    assert len(receipt.replace(" ", "")) == 32
    assert page.context.cookies() == []
    follow(page, "2222 " * 8, "没有这个回执码")
    follow(page, receipt.lower().replace(" ", "-"), "还没开封")
    office = walk.person("office")
    office.goto("/feedback/")
    expect(office.get_by_text(BEGIN)).to_have_count(0)
    return receipt


def follow(page: Page, receipt: str, words: str) -> None:
    """Ask with a receipt how a report stands."""
    page.goto("/a/receipt/")
    page.get_by_label("回执码").fill(receipt)
    page.get_by_role("button", name="查办理").click()
    told(page, words)


def until(page: Page, path: str, words: str) -> None:
    """Go to a page until the workers have brought what it is to say."""
    for _turn in range(60):
        page.goto(path)
        if page.get_by_text(words).count():
            return
        page.wait_for_timeout(250)
    told(page, words)


def take_on(walk: Walk) -> str:
    """The batch is opened the day after; the office writes it anew, says which demand it is, and asks a township; return its path."""
    walk.there.go("2024-11-06", 19)
    walk.there.tell("feedback.release")
    office = walk.person("office")
    until(office, "/feedback/", BEGIN)
    office.locator(".inb a", has_text=BEGIN).click()
    told(office, TELLING)
    ticket = path_of(office)
    assert [walk.status("issuer", ticket), walk.status("lead", ticket)] == [403, 403]
    assert walk.status("province", ticket) == 404
    walk.there.go("2024-11-07")
    office = walk.person("office")
    office.goto(ticket)
    office.get_by_role("button", name="受理").click()
    office.locator("#title").fill("同一份台账两周要三次")
    office.locator("#rewritten").fill(f"我们镇六个村都填过。{WRITTEN}")
    office.get_by_role("button", name="存转出稿").click()
    told(office, "还留着可能认出人的细节")
    office.locator("#rewritten").fill(WRITTEN)
    office.get_by_role("button", name="存转出稿").click()
    told(office, "已去掉")
    office.locator("#demand").select_option(str(walk.demand))
    office.get_by_role("button", name="说的是这一项").click()
    told(office, "关联了")
    assert BUREAU not in office.locator("#unit").inner_text()
    office.get_by_label("转给谁核实").select_option(label="柳河镇")
    office.get_by_role("button", name="转出", exact=True).click()
    told(office, "转出了，只有转出稿")
    return ticket


def check(walk: Walk) -> None:
    """The township asked to check reads the rewritten words alone, and says what it found."""
    walk.there.go("2024-11-08")
    lead = walk.person("lead")
    lead.goto("/todo/")
    lead.get_by_role("link", name="回核实情况").click()
    told(lead, WRITTEN)
    expect(lead.get_by_text("六个村")).to_have_count(0)
    lead.locator("textarea").fill("情况属实：一次正式下达，两次在工作群里要，八成的栏目一样。")
    lead.get_by_role("button", name="回复核实情况").click()
    told(lead, "已回")


def find(walk: Walk, ticket: str) -> str:
    """The reviewer makes a finding of the report, with the numbers as the portal has them; return the order's path."""
    walk.there.tell("reports.find_signals")
    walk.there.go("2024-11-11")
    assert walk.status("issuer", "/oversight/new/") == 403
    reviewer = walk.person("reviewer")
    reviewer.goto(ticket)
    reviewer.get_by_role("link", name="转为督办线索").click()
    told(reviewer, WRITTEN)
    expect(reviewer.get_by_text("六个村")).to_have_count(0)
    reviewer.get_by_label("问题", exact=True).fill(FOUND)
    reviewer.get_by_label("事项名称").fill("\n".join((TITLE, *AGAIN)))
    reviewer.get_by_role("button", name="立问题").click()
    told(reviewer, "问题立了")
    rows = reviewer.locator("table.tbl tbody tr")
    assert rows.filter(has_text="没有登记，多名干部记出").count() == len(AGAIN)
    reviewer.get_by_label("整改要求").fill("撤回这张台账，两个月内不再要\n清理工作群里的报表，登记后再发")
    reviewer.get_by_role("button", name="立项").click()
    told(reviewer, "立了项，等签发交办")
    return path_of(reviewer)


def send(walk: Walk, order: str) -> None:
    """The office signs the order; before, its issuer knows nothing of it, and afterwards nobody but the issuer signs for it."""
    assert walk.status("issuer", order) == 404
    assert walk.status("lead", order) == 404
    office = walk.person("office")
    office.goto("/todo/")
    office.locator("li", has_text=FOUND).get_by_role("link", name="签发").click()
    office.wait_for_url(f"**{order}")
    office.get_by_role("button", name="签发交办").click()
    told(office, "办好了：签发交办")
    assert attempt(office, order, "send") == OUT_OF_ORDER  # twice
    expect(office.get_by_role("button", name="签收")).to_have_count(0)


def answer(walk: Walk, order: str) -> None:
    """The issuer signs for it, withdraws what it asked, and answers; what is not true yet is sent back, and then true."""
    walk.there.go("2024-11-12")
    issuer = walk.person("issuer")
    issuer.goto("/todo/")
    issuer.locator("li", has_text=FOUND).get_by_role("link").last.click()
    issuer.wait_for_url(f"**{order}")
    issuer.get_by_role("button", name="签收").click()
    told(issuer, "责任人")
    issuer.get_by_label("责任人").fill("黄涛（副局长）")
    issuer.get_by_role("button", name="签收").click()
    told(issuer, "办好了：签收")
    cadre = walk.person(walk.cadres[0])
    cadre.goto("/week/")
    told(cadre, TITLE)
    withdraw(walk, issuer, order)
    cadre.goto("/week/")
    expect(cadre.get_by_text(TITLE, exact=True)).to_have_count(0)
    issuer.goto(order)
    issuer.get_by_label("第 1 条").fill("已经撤回，以后的各周都不再要")
    issuer.get_by_role("button", name="反馈").click()
    told(issuer, "办好了：反馈")
    expect(issuer.get_by_role("button", name="核实")).to_have_count(0)


def withdraw(walk: Walk, issuer: Page, order: str) -> None:
    """The demand is two clicks from the order; what is withdrawn asks nobody any more."""
    issuer.goto(order)
    issuer.get_by_role("link", name=TITLE, exact=True).click()
    issuer.get_by_role("button", name="撤回这一项").click()
    told(issuer, "请写明撤回的原因")
    issuer.get_by_label("为什么撤回").fill("按督办单停用，要的数从平台取")
    issuer.get_by_role("button", name="撤回这一项").click()
    told(issuer, "已撤回")


def judge(walk: Walk, order: str) -> None:
    """What is true is verified, the other goes back once; only when all is true the office finishes the order."""
    walk.there.go("2024-11-13")
    office = walk.person("office")
    reviewer = walk.person("reviewer")
    reviewer.goto(order)
    reviewer.get_by_text("撤回这张台账").first.click()
    reviewer.get_by_role("button", name="核实通过").click()
    told(reviewer, "办好了：核实通过")
    reviewer.locator("summary", has_text="退办").click()
    reviewer.get_by_label("退办理由").fill("还有一个群在派")
    reviewer.get_by_role("button", name="退办").click()
    told(reviewer, "办好了：退办")
    office.goto(order)
    expect(office.get_by_role("button", name="核实办结")).to_have_count(0)
    walk.there.go("2024-11-14")
    issuer = walk.person("issuer")
    issuer.goto(order)
    issuer.get_by_label("第 2 条").fill("最后一个群也清理了")
    issuer.get_by_role("button", name="反馈").click()
    office = walk.person("office")
    office.goto(order)
    expect(office.get_by_role("button", name="核实办结")).to_be_disabled()
    office.get_by_role("checkbox").check()
    office.get_by_role("button", name="核实通过").click()
    office.get_by_role("button", name="核实办结").click()
    told(office, "办好了：核实办结")
    expect(office.get_by_role("button", name="销号")).to_have_count(0)  # not before four weeks are closed


def reply(walk: Walk, ticket: str, receipt: str) -> None:
    """The office answers in time; the reporter reads it by receipt and says that it is solved; the board has it on Monday."""
    office = walk.person("office")
    office.goto(ticket)
    office.get_by_text("查实，已改", exact=True).click()
    office.locator("#words").fill("查实：一次正式下达，两次在工作群里要，内容大体一样。")
    office.get_by_role("button", name="答复", exact=True).click()
    told(office, "查实了的，要写改了什么")
    office.locator("#change").fill("台账已经撤回，工作群里的报表都清理了。")
    office.get_by_role("button", name="答复", exact=True).click()
    told(office, "答复了")
    stranger = walk.stranger()
    follow(stranger, receipt, "台账已经撤回")
    stranger.get_by_role("button", name="解决了", exact=True).click()
    told(stranger, "你的评价：")
    expect(stranger.get_by_role("button", name="没解决", exact=True)).to_have_count(0)
    stranger.goto("/board/")
    expect(stranger.get_by_text(WRITTEN)).to_have_count(0)
    walk.there.go("2024-11-18")
    stranger.goto("/board/")
    told(stranger, WRITTEN)
    told(stranger, "台账已经撤回")
    assert BUREAU not in stranger.locator("main").inner_text()


def confirm(walk: Walk, order: str) -> None:
    """Each township says whether it became less, one tap; counts are shown by whole fives, never who said what."""
    reviewer = walk.person("reviewer")
    asked = walk.there.asked(int(order.split("/")[-2]), PASSWORD)
    walk.cadres.extend(asked)
    assert len(asked) == TOWNS
    for number, username in enumerate(asked):
        cadre = walk.person(username)
        cadre.goto("/todo/")
        cadre.get_by_role("link", name="答一下").click()
        cadre.get_by_text("没变" if number == 0 else "少了", exact=True).click()
        cadre.get_by_role("button", name="答好了").click()
        told(cadre, "记下了，谢谢")
        expect(cadre.get_by_role("button", name="答好了")).to_have_count(0)
        reviewer.goto(order)
        told(reviewer, "答的不到 5 个，先不显示" if number < 4 else "4 个说少了，1 个没变，0 个多了")
    assert [town for town in ("柳河镇", "白塔镇", "石桥镇") if town in reviewer.locator("main").inner_text()] == []
    assert walk.status("village", order + "relief/") == 404


def ask_again(walk: Walk, receipt: str) -> None:
    """Four weeks after the answer the reporter is asked once more."""
    walk.there.go("2024-12-12")
    stranger = walk.stranger()
    follow(stranger, receipt, "四周过去了")
    stranger.get_by_role("button", name="没有了").click()
    expect(stranger.get_by_text("四周过去了")).to_have_count(0)


def strike_off(walk: Walk, order: str) -> str:
    """After four weeks the office strikes the order off; what it saves in a year is reckoned from the weeks that anybody filed for. Return the hours."""
    office = walk.person("office")
    office.goto(order)
    assert attempt(office, order, "close") == EARLY
    walk.there.go("2024-12-16")
    walk.there.tell("reports.open_week")
    office = walk.person("office")
    office.goto("/todo/")
    office.locator("li", has_text=FOUND).get_by_role("link").last.click()
    office.wait_for_url(f"**{order}")
    rows = [row.split("\t") for row in office.locator("table.tbl tbody tr").all_inner_texts()]
    before = sum(float(hours) for week, *_what, hours in rows if "2024-10-14" <= week.strip() < "2024-11-11")
    assert before > 0
    office.get_by_role("button", name="销号").click()
    told(office, "办好了：销号")
    known = int(office.locator(".formula").inner_text().partition("立项前 ")[2].partition(" 周")[0])
    assert known == KNOWN
    saved = f"{before * 52 / known:,.1f}"
    told(office, f"一年少 {saved} 人时")
    issuer = walk.person("issuer")
    issuer.goto(order)
    told(issuer, f"一年少 {saved} 人时")
    return saved


def attempt(page: Page, thing: str, act: str, **said: str) -> int:
    """Post a step that the page does not offer; return the answer's status."""
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    form = {"csrfmiddlewaretoken": token, **said}
    answer = page.request.post(f"{thing}{act}/", form=form, headers={"Referer": page.url})
    return answer.status


def see_all(walk: Walk, ticket: str, order: str) -> None:
    """From the demand each who may sees the report, the finding and the order; its issuer sees no report."""
    office, demand = walk.person("office"), f"/demands/{walk.demand}/"
    office.goto(demand)
    links = [link.get_attribute("href") for link in office.locator("main a").all()]
    assert {ticket, order} <= set(links)
    assert any(link and link.startswith("/oversight/findings/") for link in links)
    issuer = walk.person("issuer")
    issuer.goto(demand)
    links = [link.get_attribute("href") for link in issuer.locator("main a").all()]
    assert order in links
    assert ticket not in links


def recognise(walk: Walk, saved: str) -> None:
    """What the bureau cut is nominated with its reckoning, objected to and answered, and decided by another than who nominated it."""
    walk.there.go("2024-12-17")
    assert walk.status("issuer", "/recognition/?tab=candidates") == 200
    expect(walk.person("issuer").get_by_role("link", name=FOUND)).to_have_count(0)  # nobody nominates oneself
    reviewer = walk.person("reviewer")
    reviewer.goto("/recognition/?tab=candidates")
    reviewer.get_by_role("link", name=FOUND).click()
    told(reviewer, "扣除同期普遍变化")
    reviewer.get_by_label("提名理由").fill("自己撤的，群里的也清了")
    reviewer.get_by_role("button", name="提名").click()
    told(reviewer, "提名了，机制办公示")
    recognition = path_of(reviewer)
    office = walk.person("office")
    office.goto(recognition)
    office.get_by_label("公示几个工作日").fill("5")
    office.get_by_role("button", name="公示").click()
    cadre, issuer = walk.person(walk.cadres[2]), walk.person("issuer")
    issuer.goto(recognition)
    expect(issuer.get_by_role("button", name="提异议")).to_have_count(0)
    cadre.goto("/recognition/")
    cadre.get_by_role("link", name=FOUND).click()
    cadre.locator("summary", has_text="提异议").click()
    cadre.get_by_label("异议").fill("巡查的照片还在要")
    cadre.get_by_role("button", name="提异议").click()
    told(cadre, "记下了，公示期内答复")
    office.goto(recognition)
    office.get_by_label("答复").fill("照片是另一项，已经另行核查")
    office.get_by_role("button", name="答复", exact=True).click()
    assert attempt(office, recognition, "recognise", **{"recognise-verdict": "好"}) == EARLY
    decide(walk, recognition)
    told(walk.person("office"), f"{saved}")


def decide(walk: Walk, recognition: str) -> None:
    """Once the term is over somebody else than the nominator decides, and the office publishes it."""
    walk.there.go("2024-12-25")
    reviewer = walk.person("reviewer")
    reviewer.goto(recognition)
    expect(reviewer.get_by_role("button", name="定为表扬")).to_have_count(0)
    office = walk.person("office")
    office.goto(recognition)
    office.locator("#id_recognise-verdict").fill("公示期满，异议已经答复，减少量出来的")
    office.get_by_role("button", name="定为表扬").click()
    office.get_by_role("button", name="公布").click()
    told(office, "办好了：公布")
    cadre = walk.person(walk.cadres[3])
    cadre.goto("/recognition/?tab=published")
    told(cadre, FOUND)


def tell_all(walk: Walk, *words: str) -> None:
    """The office drafts the bulletin of the month, another checks it, the office publishes it; its Word file says what happened."""
    walk.there.go("2025-01-07")
    office = walk.person("office")
    office.goto("/bulletins/")
    office.get_by_label("哪一期").select_option(label="2024年12月")
    office.locator("button[name=form]").first.click()
    told(office, "最后改的人是你")
    bulletin = path_of(office)
    expect(office.get_by_role("button", name="签发")).to_have_count(0)
    reviewer = walk.person("reviewer")
    reviewer.goto(bulletin)
    reviewer.get_by_role("button", name="核稿无误").click()
    office.goto(bulletin)
    office.get_by_role("button", name="签发").click()
    told(office, "已发布")
    observer = walk.person("observer")
    observer.goto(bulletin)
    with observer.expect_download() as begun:
        observer.get_by_role("link", name="Word").click()
    with ZipFile(begun.value.path()) as file:
        document = file.read("word/document.xml").decode()
    said = re.sub(r"<[^>]+>", "", document)
    assert [each for each in ("临溪县", *words) if each not in said] == []


def look_back(walk: Walk, order: str) -> None:
    """Thirty days after it was struck off somebody looks whether it has stayed so."""
    reviewer = walk.person("reviewer")
    reviewer.goto(order)
    expect(reviewer.get_by_role("button", name="回头看", exact=True)).to_have_count(0)
    walk.there.go("2025-01-15")
    reviewer = walk.person("reviewer")
    reviewer.goto(order)
    reviewer.get_by_label("说明").first.fill("走访三个乡镇，没有反弹")
    reviewer.get_by_label("看下来").select_option("less")
    reviewer.get_by_role("button", name="回头看", exact=True).click()
    told(reviewer, "办好了：回头看")


def test_story_of_a_year_is_played_from_the_first_report_to_the_bulletin(browser: Browser, tmp_path: Path):
    tmp_path.chmod(0o755)  # the workers read the clock in it
    with world(tmp_path) as there:
        walk = Walk(browser, there)
        receipt = report(walk)
        ticket = take_on(walk)
        check(walk)
        order = find(walk, ticket)
        send(walk, order)
        answer(walk, order)
        judge(walk, order)
        reply(walk, ticket, receipt)
        confirm(walk, order)
        ask_again(walk, receipt)
        saved = strike_off(walk, order)
        see_all(walk, ticket, order)
        recognise(walk, saved)
        tell_all(walk, FOUND, saved)
        look_back(walk, order)
        walk.leave()

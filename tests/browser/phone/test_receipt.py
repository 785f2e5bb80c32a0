"""The receipt of an anonymous report, kept as a picture: drawn in the browser, asked of nobody."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.test_every_page import log_in
from tests.portal import Portal

WATCHED = """
  const fill = CanvasRenderingContext2D.prototype.fillText;
  window.written = [];
  CanvasRenderingContext2D.prototype.fillText = function (words, ...where) {
    window.written.push(words);
    return fill.call(this, words, ...where);
  };
"""


def test_receipt_is_kept_as_a_picture_without_asking_anybody(portal: Portal, phone: Page) -> None:
    log_in(phone, portal.accounts["cadre"])
    phone.goto("/feedback/mine/")
    code = phone.locator(".rcode").inner_text()
    phone.add_init_script(WATCHED)
    phone.goto("/a/")
    phone.get_by_label("本周成员码").fill(code)
    phone.get_by_text("重复要报表").click()
    phone.get_by_label("具体情况").fill("同一张表一周报了三次")
    phone.get_by_role("button", name="匿名提交").click()
    groups = phone.locator(".rc li").all_inner_texts()
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    with phone.expect_download() as saved:
        phone.get_by_role("button", name="存成图片").click()
    kept = Path(saved.value.path()).read_bytes()
    assert saved.value.suggested_filename == "回执码.png"
    assert (len(groups), kept[:8]) == (8, b"\x89PNG\r\n\x1a\n")
    assert phone.evaluate("written") == ["回执码（8 组）", *groups]
    assert [url for url in asked if not url.startswith("data:image/png")] == []
    expect(phone.get_by_role("img", name="回执码")).to_be_in_viewport()
    width = phone.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] == width[1], "nothing is wider than the phone"

"""Leaving what is typed and not sent asks first; what is empty or sent is left without a word."""

from playwright.sync_api import Dialog, Page, expect


def test_typed_words_are_left_only_when_asked(page: Page):
    asked: list[str] = []
    stay = True

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        if stay:
            dialog.dismiss()
        else:
            dialog.accept()

    page.on("dialog", answer)
    page.goto("/a/")
    page.locator("a[href='/a/about/']").first.click()
    page.wait_for_url("**/a/about/")
    assert asked == []  # nothing was typed
    page.goto("/a/")
    text = page.locator("textarea[name=text]")
    text.fill("同一张表报了三遍")
    page.locator("a[href='/a/about/']").first.click()
    expect(text).to_have_value("同一张表报了三遍")
    assert (asked, page.url.endswith("/a/")) == (["beforeunload"], True)
    stay = False
    page.locator("a[href='/a/about/']").first.click()
    page.wait_for_url("**/a/about/")
    assert asked == ["beforeunload"] * 2
    page.goto("/a/")
    expect(text).to_have_value("")  # nothing of it is kept on the device


def test_sent_form_asks_nothing(page: Page, faults: list[str]):
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/a/")
    page.locator("textarea[name=text]").fill("同一张表报了三遍")
    page.locator("button[form=write]").click()
    expect(page.locator(".errmsg").first).to_be_visible()  # without a code
    assert asked == []
    page.locator("a[href='/a/about/']").first.click()  # it came back unsent
    page.wait_for_url("**/a/about/")
    assert asked == ["beforeunload"]
    faults.clear()  # the refusal's own status

"""The fixtures' own promise: what a page does against its policy is seen."""

from playwright.sync_api import Page


def test_login_page_keeps_its_policy(page: Page, phone: Page):
    for each in (page, phone):
        each.goto("/")
        assert "/login/" in each.url


def test_inline_script_is_refused_and_noted(page: Page, faults: list[str]):
    page.goto("/login/")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))"
    )
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in fault for fault in faults)
    faults.clear()


def test_missing_page_says_so(page: Page, faults: list[str]):
    answer = page.goto("/no/such/page/")
    assert answer is not None
    assert answer.status == 404
    faults.clear()

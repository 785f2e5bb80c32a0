"""A photo too large is said before it costs what was written."""

from playwright.sync_api import Page, expect

LARGE = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8" + b"0" * 11 * 1024 * 1024}


def test_photo_too_large_is_said_before_it_is_sent(phone: Page, faults: list[str]) -> None:
    phone.goto("/a/")
    phone.get_by_label("具体情况").fill("同一张表一周报了三次")
    photos, said = phone.locator("#photos"), phone.get_by_role("alert")
    photos.set_input_files(LARGE)
    expect(said).to_have_text("合起来最多 10 MB，现在 11.0 MB：少选几张，或者压小一点")
    phone.get_by_role("button", name="匿名提交").click()
    expect(phone.get_by_label("具体情况")).to_have_value("同一张表一周报了三次")
    expect(said).to_be_visible()
    photos.set_input_files([])
    expect(said).to_be_hidden()
    phone.get_by_role("button", name="匿名提交").click()
    expect(phone.get_by_role("link", name="还没填成员码")).to_be_visible()
    faults.clear()  # a form that comes back is answered 422

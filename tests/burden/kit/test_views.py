"""Display modes and language by POST; error pages that need nothing."""

import json
from types import SimpleNamespace

import pytest
from django.core.exceptions import BadRequest
from django.test import Client
from django.utils import translation

from burden.kit import assets, views

PAGES = {
    "bad_request": 400,
    "not_found": 404,
    "forbidden": 403,
    "csrf_failure": 403,
    "too_many": 429,
    "server_error": 500,
    "unavailable": 503,
}
every_page = pytest.mark.parametrize(("name", "status"), PAGES.items(), ids=list(PAGES))


def page(rf, name, path="/week/", **cookies):
    request = rf.get(path)
    request.COOKIES.update(cookies)
    return getattr(views, name)(request)


def test_display_stores_mode_and_goes_back(rf):
    response = views.display(rf.post("/display/", {"size": "big", "next": "/week/?a=1"}))
    assert (response.status_code, response.url) == (302, "/week/?a=1")
    assert response.cookies["size"].value == "big"
    assert response.cookies["size"]["samesite"] == "Lax"
    assert "contrast" not in response.cookies


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""])
def test_display_with_foreign_address_goes_home(rf, target):
    assert views.display(rf.post("/display/", {"contrast": "more", "next": target})).url == "/"


def test_display_with_unknown_mode_is_refused(rf):
    with pytest.raises(BadRequest):
        views.display(rf.post("/display/", {"size": "huge"}))


@pytest.mark.parametrize("view", [views.display, views.set_language])
def test_modes_by_get_are_refused(rf, view):
    assert view(rf.get("/display/", {"size": "big", "language": "en"})).status_code == 405


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/oversight/orders/21/extend/", "/oversight/orders/21/"),
        ("/oversight/findings/3/order/", "/oversight/findings/3/"),
    ],
)
def test_address_that_only_takes_posts_leads_to_its_page(client, path, above):
    """After a refused step its address stands in the browser; it is opened again, kept or sent on."""
    response = client.get(path)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert f'href="{above}"' in response.content.decode()
    assert client.get("/logout/").content.decode().count("btn pri") == 0


def test_service_worker_is_named_after_its_release(rf, monkeypatch):
    """It asks no database, and another release is another script: that is how browsers learn of it."""
    scripts = []
    for release in ("a1b2", "c3d4"):
        monkeypatch.setattr(assets, "staticfiles_storage", SimpleNamespace(manifest_hash=release))
        response = views.service_worker(rf.get("/sw.js"))
        assert response["Content-Type"] == "text/javascript"
        assert response["Cache-Control"] == "no-cache"
        scripts.append(response.content.decode())
    assert [f'"pages-{release}"' in script for script, release in zip(scripts, ("a1b2", "c3d4"), strict=True)] == [
        True
    ] * 2
    assert scripts[0] != scripts[1]


@every_page
def test_error_page_says_it_in_both_languages(rf, name, status):
    response = page(rf, name)
    html = response.content.decode()
    assert response.status_code == status
    assert html.count("<h1>") == 1
    assert 'lang="en"' in html


@every_page
def test_error_page_has_no_form_and_no_account(rf, name, status):
    html = page(rf, name).content.decode()
    assert "<form" not in html
    assert "csrfmiddlewaretoken" not in html


def test_error_page_keeps_display_modes(rf):
    assert 'data-size="big"' in page(rf, "unavailable", size="big").content.decode()


def test_error_page_in_english_puts_english_first(rf):
    with translation.override("en"):
        html = page(rf, "unavailable").content.decode()
    assert html.index("Nothing is lost") < html.index("什么都没丢")


def test_not_found_does_not_repeat_the_address(rf):
    assert page(rf, "not_found", "/reports/990101/").content == page(rf, "not_found", "/reports/990102/").content


def test_unavailable_offers_the_same_page_again(rf):
    response = page(rf, "unavailable", "/week/2026-11-16/")
    assert 'href="/week/2026-11-16/"' in response.content.decode()
    assert response["Retry-After"] == "30"


def test_unavailable_after_a_post_offers_no_retry(rf):
    assert 'href="/week/"' not in views.unavailable(rf.post("/week/")).content.decode()


@every_page
def test_error_for_a_script_is_a_problem(rf, name, status):
    response = page(rf, name, "/api/v1/me/")
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert set(json.loads(response.content)) == {"code", "detail", "errors"}


@pytest.mark.django_db
def test_display_chosen_is_in_the_next_page(client):
    client.post("/display/", {"size": "big", "contrast": "more", "next": "/login/"})
    assert b'data-size="big" data-contrast="more"' in client.get("/login/").content


@pytest.mark.django_db
def test_language_chosen_is_in_the_next_page(client):
    client.post("/language/", {"language": "en", "next": "/login/"})
    assert b'<html lang="en"' in client.get("/login/").content


@pytest.mark.django_db
def test_unknown_address_is_our_not_found(client):
    response = client.get("/no/such/page/")
    assert (response.status_code, "没有这一页" in response.content.decode()) == (404, True)


@pytest.mark.django_db
def test_stale_form_is_our_csrf_page():
    response = Client(enforce_csrf_checks=True).post("/display/", {"size": "big"})
    assert (response.status_code, "放得太久" in response.content.decode()) == (403, True)

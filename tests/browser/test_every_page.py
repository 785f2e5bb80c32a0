"""Every page of every role, at both sizes and in three modes and English: axe finds nothing, nothing overflows, no policy is broken."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from burden.kit.clock import last_closed, now
from tests.browser.conftest import DESK, PHONE, opened
from tests.browser.week import violations

PAGES = {
    "": ["/login/", "/nowhere/", "/in/no-such-secret/", "/board/", "/a/", "/a/about/", "/a/receipt/"],
    "cadre": [
        "/demands/asked/",
        "/week/",
        f"/week/{last_closed(now())}/",
        "/year/",
        "/calendar/",
        "/remedies/",
        "/notices/",
        "/notices/channel/",
        "/feedback/new/",
        "/feedback/mine/",
        "/password/",
    ],
    "lead": [
        "/support/",
        "/support/ask/",
        "/demands/catalogue/",
        "/reports/",
        "/duty/?kind=recalled",
        "/adaptations/new/",
        "/adaptations/new/?rule=MTG-LENGTH",
        "/practices/new/",
        "/recognition/2/",
    ],
    "issuer": [
        "/demands/",
        "/oversight/ledger/",
        "/demands/new/",
        "/demands/new/?door=notice",
        "/demands/new/?door=afterwards",
        "/demands/ledger/",
        "/duty/admissions/new/",
        "/demands/catalogue/",
        "/guides/",
        "/issued/",
        "/issued/?period=month",
        "/bulletins/extract/{bureau}/",
        "/reports/",
        "/reports/method/",
    ],
    "observer": [
        "/observing/",
        "/observing/1/",
        "/bulletins/",
        "/reports/?period=year",
        "/reports/{county}/issuers/?period=year",
        "/reports/{county}/relief/",
    ],
    "office": [
        "/todo/",
        "/remedies/",
        "/notices/new/",
        "/notices/?view=ours",
        "/notices/1/",
        "/standards/days/",
        "/reports/",
        "/reports/{county}/indicators/?period=month",
        "/reports/{county}/indicators/late_notice/?period=month",
        "/reports/{village}/",
        "/reports/{county}/calendar/",
        "/reports/{county}/parts/?category=form",
        "/reports/{county}/signals/",
        "/reports/{county}/capacity/",
        "/reports/{county}/replies/",
        "/resources/",
        "/resources/import/",
        "/support/4/",
        "/support/offer/?unit={village}",
        "/guides/1/",
        "/bulletins/",
        "/bulletins/3/",
        "/feedback/",
        "/feedback/?tab=done",
        "/oversight/",
        "/oversight/orders/3/",
        "/oversight/findings/21/",
        "/oversight/new/?observation=1",
        "/recognition/",
        "/recognition/?tab=published",
        "/recognition/3/",
        "/recognition/fairness/",
        "/bulletins/4/edit/",
        "/standards/",
        "/practices/",
        "/practices/1/",
        "/adaptations/",
        "/adaptations/?tab=held",
        "/adaptations/1/",
        "/adaptations/groups/",
        "/adaptations/groups/edit/",
        "/adaptations/new/",
        "/duty/",
        "/duty/plans/",
        "/duty/unlisted/",
        "/duty/admissions/",
        "/duty/admissions/1/",
        "/observing/",
        "/observing/1/",
        "/duty/items/2/",
        "/duty/import/",
        "/rules/",
        "/rules/MTG-LENGTH/",
        "/rules/MTG-LENGTH/edit/",
        "/rules/new/",
        "/exports/",
        "/units/events/",
        "/people/",
    ],
    "sysadmin": [
        "/people/",
        "/people/?role=lead",
        "/people/add/",
        "/people/import/",
        "/people/units/{village}/end/",
        "/units/",
        "/units/events/",
        "/units/{village}/split/",
    ],
    "secadmin": ["/people/", "/units/"],
    "auditor": ["/audit/"],
}
# What a mode can spoil is looked for in it, where it is likeliest: words with the language, places with the size and large type,
# colours with contrast. The search for colours and for places that overlap takes most of a search's time.
# Large type and contrast are attributes that the page's own switch sets without a reload, see static/js/display.js.
COLOURS, PLACES = "color-contrast", "target-size"
Looks = dict[str, tuple[dict[str, str], dict]]
BIG = ({"size": "big"}, {"runOnly": ["scrollable-region-focusable", PLACES]})
LOOKS: dict[str, Looks] = {
    "desk": {"plain": ({}, {}), "big": BIG, "contrast": ({"contrast": "more"}, {"runOnly": [COLOURS]})},
    "phone": {"plain": ({}, {}), "big": BIG},
}
WIDE = """() => Math.max(document.documentElement.scrollWidth, ...[...document.querySelectorAll("main .inp")]
    .map(field => field.getBoundingClientRect().right)) - innerWidth"""
MISSING = {"/nowhere/", "/in/no-such-secret/", "/people/"}  # answers that are meant to be an error for this reader


def log_in(page: Page, account: dict[str, str]) -> None:
    page.goto("/login/")
    page.locator("[name=login]").fill(account["username"])
    page.locator("[name=password]").fill(account["password"])
    page.locator("main form button:not([type=button])").first.click()
    page.wait_for_url(lambda url: "/login/" not in url)


def without(*rules: str) -> dict:
    """Options of axe that leave these rules out."""
    return {"rules": {rule: {"enabled": False} for rule in rules}}


@pytest.fixture(scope="module")
def logged_in() -> dict[str, list]:
    """Cookies of each role's session: a role logs in once for both sizes."""
    return {}


@pytest.fixture(params=["desk", "phone"])
def reader(request: pytest.FixtureRequest, browser: Browser, portal) -> Iterator[Page]:
    options = (
        {"viewport": DESK} if request.param == "desk" else {"viewport": PHONE, "is_mobile": True, "has_touch": True}
    )
    yield from opened(browser, portal.url, [], **options)


def faults(reader: Page, looks: Looks) -> list[str]:
    """Say what is wrong with the page as it stands, in each of these looks."""
    wrong = []
    for name, (attributes, options) in looks.items():
        reader.evaluate("attributes => Object.assign(document.documentElement.dataset, attributes)", attributes)
        wide = reader.evaluate(WIDE)
        wrong += [f"{name}: {found}" for found in violations(reader, **options)]
        wrong += [f"{name}: {wide} px too wide"] if wide > 0 else []
        reader.evaluate("names => names.forEach(name => delete document.documentElement.dataset[name])", [*attributes])
    return wrong


def enter(reader: Page, role: str, account: dict[str, str], logged_in: dict[str, list]) -> None:
    """Log in, or go on with the session that the other size began."""
    if role in logged_in:
        reader.context.add_cookies(logged_in[role])
    else:
        log_in(reader, account)
        logged_in[role] = reader.context.cookies()


def speak(reader: Page, portal, language: str) -> None:
    reader.context.add_cookies([{"name": "django_language", "value": language, "url": portal.url}])


@pytest.mark.parametrize("role", PAGES)
def test_every_page_is_accessible_in_every_mode(role: str, reader: Page, portal, logged_in, request):
    """Each size looks at Chinese pages as it loads them; the phone then loads the English ones, and widens them to a desk's.

    A role's first pages are loaded in English at a desk too.
    """
    accounts, size = portal.accounts, request.node.callspec.params["reader"]
    places = {
        "village": accounts["cadre"]["unit_code"],
        "county": accounts["office"]["unit_code"],
        "bureau": accounts["issuer"]["unit_code"],
    }
    broken: list[str] = []
    reader.on("console", lambda message: broken.append(message.text) if "Security Policy" in message.text else None)
    if role:
        enter(reader, role, accounts[role], logged_in)
    wrong = []

    def look(path: str, looks: Looks) -> None:
        answer = reader.goto(path.format(**places))
        assert answer is not None
        assert answer.status == 200 or path in MISSING, (path, answer.status)
        wrong.extend(f"{path} {fault}" for fault in faults(reader, looks))

    speak(reader, portal, "zh-hans")
    for path in PAGES[role]:
        look(path, LOOKS[size])
    speak(reader, portal, "en")
    if size == "desk":
        for path in PAGES[role][:2]:
            look(path, {"english": ({}, without(COLOURS))})
    else:
        for path in PAGES[role]:
            look(path, {"english": ({}, without(COLOURS))})
            reader.set_viewport_size(DESK)
            wrong += [f"{path} {fault}" for fault in faults(reader, {"wide": ({}, without(COLOURS, PLACES))})]
            reader.set_viewport_size(PHONE)
    assert wrong + broken == []

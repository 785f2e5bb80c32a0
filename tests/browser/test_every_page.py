"""Every page of every role, at both sizes and in three modes and English: axe finds nothing, nothing overflows, no policy is broken."""

from contextlib import contextmanager
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page

from burden.kit.clock import last_closed, now
from tests.browser.conftest import DESK, PHONE, opened
from tests.browser.week import AXE, violations

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
        "/feedback/{sent_up}/",
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
# Texts that are alike in all that makes their contrast: three of each are looked at. What is placed freely may lie above anything
# else, so that texts in it are like those in the very same place alone.
UNLIKE = """(() => {
  const places = new Map(), numbers = new Map(), found = new Map();
  const place = (element) => {
    if (!element) return "";
    if (!places.has(element)) {
      const { backgroundColor, backgroundImage, opacity, position, transform, filter } = getComputedStyle(element);
      const free = position !== "static" || transform !== "none" || filter !== "none";
      const way = [place(element.parentElement), backgroundColor, backgroundImage, opacity, free && numbers.size].join(" ");
      if (!numbers.has(way)) numbers.set(way, numbers.size);
      places.set(element, numbers.get(way));
    }
    return places.get(element);
  };
  for (const element of document.body.querySelectorAll("*")) {
    const field = element.matches("input, select, textarea");
    const words = [...element.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node.data.trim() : "")).join("");
    if (!(field || words) || !element.checkVisibility({ visibilityProperty: true })) continue;
    const { color, fontSize, fontWeight, textShadow } = getComputedStyle(element);
    const off = element.matches(":disabled, :disabled *, [aria-disabled=true] *") || element.closest("label")?.control?.disabled;
    const short = words.length < 2 || !/\\p{L}|\\p{N}/u.test(words);
    const like = [place(element), element.tagName, element.getAttribute("class"), color, fontSize, fontWeight, textShadow, off, short].join(" ");
    const others = found.get(like) ?? [];
    if (others.length < 3) found.set(like, [...others, element]);
  }
  return { include: [...found.values()].flat() };
})()"""


class Look(NamedTuple):
    """What is looked for. Shape: attributes of the document, axe's options, an expression for where it looks."""

    attributes: dict[str, str]
    options: dict
    among: str = "document"


# What a mode can spoil is looked for in it, where it is likeliest: words with the language, places with the size and large type,
# colours with contrast. The search for colours and for places that overlap takes most of a search's time.
# Large type and contrast are attributes that the page's own switch sets without a reload, see static/js/display.js.
COLOURS, PLACES = "color-contrast", "target-size"
PLAIN = Look({}, {"rules": {COLOURS: {"enabled": False}}})
WORDS = Look({}, {"rules": {COLOURS: {"enabled": False}, PLACES: {"enabled": False}}})
COLOURED = Look({}, {"runOnly": [COLOURS]}, UNLIKE)
BIG = Look({"size": "big"}, {"runOnly": ["scrollable-region-focusable", PLACES]})
LONG = Look({"size": "big"}, {"runOnly": ["scrollable-region-focusable"]})  # the longest words are English ones
CONTRAST = Look({"contrast": "more"}, {"runOnly": [COLOURS]}, UNLIKE)
SIZES = {
    "desk": {"viewport": DESK},
    "phone": {"viewport": PHONE, "is_mobile": True, "has_touch": True},
}
Looks = dict[str, Look]
# by the size and language a page is loaded in: what is looked for in it, and once it has the other size
LOOKS: dict[tuple[str, str], tuple[Looks, Looks]] = {
    ("desk", "zh-hans"): (
        {"plain": PLAIN, "colours": COLOURED, "big": BIG, "contrast": CONTRAST},
        {"narrow": PLAIN, "narrow colours": COLOURED, "narrow big": BIG},
    ),
    ("phone", "en"): ({"english": PLAIN}, {"wide english": WORDS, "wide english big": LONG}),
}
OTHER = {"desk": PHONE, "phone": DESK, "zh-hans": "en", "en": "zh-hans"}
WIDE = """() => Math.max(document.documentElement.scrollWidth, ...[...document.querySelectorAll("main .inp")]
    .map(field => field.getBoundingClientRect().right)) - innerWidth"""
DRAWN = "() => new Promise(requestAnimationFrame)"  # charts follow a new size in the frame that shows it
MISSING = {"/nowhere/", "/in/no-such-secret/", "/people/"}  # answers that are meant to be an error for this reader


def log_in(page: Page, account: dict[str, str]) -> None:
    page.goto("/login/")
    page.locator("[name=login]").fill(account["username"])
    page.locator("[name=password]").fill(account["password"])
    page.locator("main form button:not([type=button])").first.click()
    page.wait_for_url(lambda url: "/login/" not in url)


def faults(reader: Page, looks: Looks) -> list[str]:
    """Say what is wrong with the page as it stands, in each of these looks."""
    wrong = []
    for name, (attributes, options, among) in looks.items():
        reader.evaluate("attributes => Object.assign(document.documentElement.dataset, attributes)", attributes)
        wide = reader.evaluate(WIDE)
        wrong += [f"{name}: {found}" for found in violations(reader, among, **options)]
        wrong += [f"{name}: {wide} px too wide"] if wide > 0 else []
        reader.evaluate("names => names.forEach(name => delete document.documentElement.dataset[name])", [*attributes])
    return wrong


def speak(reader: Page, url: str, language: str) -> None:
    reader.context.add_cookies([{"name": "django_language", "value": language, "url": url}])


@pytest.mark.parametrize("role", PAGES)
def test_every_page_is_accessible_in_every_mode(role: str, browser: Browser, portal):
    """Chinese pages are loaded at a desk and narrowed to a phone, English ones are loaded on a phone and widened to a desk.

    A role's first pages are loaded in the other language too.
    """
    accounts = portal.accounts
    places = {
        "village": accounts["cadre"]["unit_code"],
        "county": accounts["office"]["unit_code"],
        "bureau": accounts["issuer"]["unit_code"],
        "sent_up": portal.run("from burden.feedback.models import SentUp; print(SentUp.every.get().pk)").strip(),
    }
    wrong, broken, session = list[str](), list[str](), []

    def look(reader: Page, path: str, looks: Looks) -> None:
        answer = reader.goto(path.format(**places))
        assert answer is not None
        assert answer.status == 200 or path in MISSING, (path, answer.status)
        wrong.extend(f"{path} {fault}" for fault in faults(reader, looks))

    for (size, language), (loaded, changed) in LOOKS.items():
        with contextmanager(opened)(browser, portal.url, [], **SIZES[size]) as reader:
            reader.context.add_init_script(AXE)
            reader.on(
                "console", lambda message: broken.append(message.text) if "Security Policy" in message.text else None
            )
            reader.context.add_cookies(session)
            if role and not session:
                log_in(reader, accounts[role])
                session = reader.context.cookies()
            speak(reader, portal.url, language)
            for path in PAGES[role]:
                look(reader, path, loaded)
                reader.set_viewport_size(OTHER[size])
                reader.evaluate(DRAWN)
                wrong += [f"{path} {fault}" for fault in faults(reader, changed)]
                reader.set_viewport_size(SIZES[size]["viewport"])
            speak(reader, portal.url, OTHER[language])
            for path in PAGES[role][:2]:
                look(reader, path, {f"{size} {OTHER[language]}": PLAIN})
    assert wrong + broken == []

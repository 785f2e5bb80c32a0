"""One thread: what belongs together is linked both ways, and only to what the reader may open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import resolve, reverse

from burden.accounts.actor import Actor
from burden.kit import clock
from burden.kit.threads import links
from burden.units.models import Unit
from reports.models import Signal
from tests.factories import (
    NOW,
    THIS_WEEK,
    make_actor,
    make_adaptation,
    make_admission,
    make_demand,
    make_duty,
    make_finding,
    make_order,
    make_post,
    make_practice,
    make_ticket,
    make_unit,
)

LEDGER = "农村人居环境整治台账"
Node = tuple[str, str]  # kind and key
PAGES = ("demand", "finding", "order", "ticket", "adaptation", "practice", "admission")


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def signal_of(unit: Unit, kind: str, **evidence: object) -> Signal:
    weeks = {
        "since": THIS_WEEK.plus(-3).monday,
        "first_week": THIS_WEEK.plus(-3).monday,
        "last_week": THIS_WEEK.plus(-1).monday,
    }
    facts = {"strength": 150, "person_min": 600, "first_seen": NOW.date(), "subject": f"{kind}x"}
    return Signal.every.create(kind=kind, unit=unit, evidence=evidence, **weeks, **facts)


@pytest.fixture
def places(db: None) -> dict[str, Unit]:
    city = make_unit(level="city")
    county = make_unit(city, name="临溪县")
    make_post(city, "reviewer")
    return {
        "city": city, "county": county, "bureau": make_unit(county, "department"), "town": make_unit(county, "township"),
        "other": make_unit(county, "township"),
    }  # fmt: skip


@pytest.fixture
def nodes(places: dict[str, Unit]) -> list[Node]:
    """The whole story: asked three times, passed on, reported, seen in the numbers, found, ordered, varied, admitted."""
    county, bureau, town, other = (places[name] for name in ("county", "bureau", "town", "other"))
    item = make_duty(county)
    first = make_demand(bureau, title=LEDGER)
    again = make_demand(bureau, title=LEDGER, duty_item=item)
    many = [make_demand(bureau, title=LEDGER) for _n in range(5)]
    passed = make_demand(town, title="转：台账", parent=first)
    draft = make_demand(other, title="还没转", parent=first, state="draft", issued_at=None)
    sides = [
        {"id": each.pk, "title": each.title, "issuer": bureau.name, "fields": 5, "times": 3, "first_on": "2026-11-02", "last_on": "2026-10-30"}
        for each in (first, again)
    ]  # fmt: skip
    renamed = signal_of(bureau, "renamed", demands=sides, same=5, likeness=80, is_own=True)
    unregistered = signal_of(bureau, "unregistered", title=LEDGER, units=9, cadres=30, n=90)
    ticket = make_ticket(county, issuer=bureau, kept_from=[bureau.pk], demand=first)
    decided = {"state": "ordered", "decided_by": make_post(county, "reviewer").user, "decided_at": NOW}
    said = {"title": "三次索要", "titles": [LEDGER]}
    by_signal = make_finding(county, bureau, source="signal", source_key=renamed.key, **said, **decided)
    by_ticket = make_finding(
        county, bureau, source="ticket", source_key=str(ticket.pk), demand=again, **said, **decided
    )
    orders = [make_order(county, bureau, "working", finding=each) for each in (by_signal, by_ticket)]
    practice = make_practice(town, area=county, state="published")
    varied = [
        make_adaptation(town, first, state="approved"),
        make_adaptation(other, first, state="requested"),
        make_adaptation(other, None, kind="way", practice=practice, state="withdrawn"),
    ]
    admitted = make_admission(bureau, "granted", item=item, demand=first)
    found = [("demand", each) for each in (first, again, *many, passed, draft)]
    found += [("signal", each) for each in (renamed, unregistered)]
    found += [("ticket", ticket), ("finding", by_signal), ("finding", by_ticket), *(("order", each) for each in orders)]
    found += [("practice", practice), *(("adaptation", each) for each in varied), ("admission", admitted)]
    return [(kind, each.key if kind == "signal" else str(each.pk)) for kind, each in found]


READERS: dict[str, Callable[[dict[str, Unit]], Actor]] = {
    "office": lambda at: make_actor(at["county"], "office"),
    "reviewer": lambda at: make_actor(at["county"], "reviewer"),
    "reviewer of the city": lambda at: make_actor(at["city"], "reviewer"),
    "observer": lambda at: make_actor(at["county"], "observer"),
    "issuer": lambda at: make_actor(at["bureau"], "issuer"),
    "lead": lambda at: make_actor(at["town"], "lead"),
    "cadre who passes on": lambda at: make_actor(at["other"], "cadre"),
    "issuer of a town": lambda at: make_actor(at["other"], "issuer"),
}


def page_of(node: Node) -> str:
    kind, key = node
    if kind != "signal":
        return reverse(kind, args=[key])
    found = next(each for each in Signal.every.select_related("unit") if each.key == key)
    return f"{reverse('signals', args=[found.unit.code])}?show=all&weeks=26&signal={found.pk}"


def node_at(url: str) -> Node | None:
    """Return what a link leads to, where that has a thread."""
    parts = urlsplit(url)
    at = resolve(parts.path)
    if at.url_name == "signals":
        return "signal", Signal.every.get(pk=parse_qs(parts.query)["signal"][0]).key
    return (at.url_name, str(at.kwargs["pk"])) if at.url_name in PAGES else None


def linked(actor: Actor, node: Node) -> Iterator[tuple[str, Node | None]]:
    for link in links(actor, *node):
        yield link.url, node_at(link.url)


@pytest.mark.parametrize("role", READERS)
def test_thread_leads_both_ways_and_only_where_the_reader_may_go(
    places: dict[str, Unit], nodes: list[Node], role: str, client: Client
) -> None:
    actor = READERS[role](places)
    client.force_login(actor.user)
    opened: dict[str, int] = {}

    def opens(url: str) -> bool:
        path = url.partition("#")[0]
        if path not in opened:
            opened[path] = client.get(path).status_code
        return opened[path] == 200

    mine = [node for node in nodes if opens(page_of(node))]
    around = {node: dict(linked(actor, node)) for node in mine}
    for node, there in around.items():
        closed = [url for url in there if not opens(url)]
        assert closed == [], node
        one_way = [other for other in there.values() if other in around and node not in around[other].values()]
        assert one_way == [], node


def test_story_hangs_together_for_the_office(places: dict[str, Unit], nodes: list[Node]) -> None:
    office = make_actor(places["county"], "office")
    kinds = {kind for kind, _key in nodes}
    assert {kind for _url, other in linked(office, nodes[0]) if other for kind in [other[0]]} >= kinds - {"practice"}
    reached, edge = {nodes[0]}, [nodes[0]]
    while edge:
        edge = [other for node in edge for _url, other in linked(office, node) if other and other not in reached]
        reached |= set(edge)
    assert {node for node in nodes if node[0] not in ("practice", "adaptation")} - reached == {nodes[8]}, (
        "but for a draft"
    )


def test_page_of_a_thing_shows_its_thread(places: dict[str, Unit], nodes: list[Node], client: Client) -> None:
    client.force_login(make_actor(places["county"], "office").user)
    for kind in {kind for kind, _key in nodes}:
        node = next(each for each in nodes if each[0] == kind)
        shown = client.get(page_of(node)).content.decode()
        assert "前因后果" in shown, kind

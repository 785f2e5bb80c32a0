"""One thread: rooms name their providers, a page shows what the reader may open."""

from __future__ import annotations

import datetime as dt

import pytest
from django.template import Context, Template
from django.test import Client

from burden.kit.threads import KINDS, Link, links, rounds
from tests.factories import make_actor, make_demand, make_unit

DAY = dt.date(2026, 11, 24)


def later(actor, kind, key):
    return [Link("督办单", f"{kind} {key}", "/x/", "", DAY)]


def earlier(actor, kind, key):
    return [Link("问题", "<b>", "/y/", "第 1 条", DAY - dt.timedelta(1))]


@pytest.fixture
def providers(settings) -> None:
    settings.THREADS = (f"{__name__}.later", f"{__name__}.earlier")


def test_links_stand_newest_first(providers) -> None:
    assert [link.kind for link in links(None, "demand", 7)] == ["督办单", "问题"]


def test_rounds_of_one_thing_stand_in_one_row_after_what_came_once(settings, client: Client) -> None:
    settings.THREADS = (f"{__name__}.again", f"{__name__}.earlier", f"{__name__}.passed")
    rows = rounds(links(None, "demand", 7))
    assert [(row.newest.label, row.newest.at, len(row.earlier)) for row in rows] == [
        ("转", DAY, 0), ("转", DAY, 0), ("<b>", DAY - dt.timedelta(1), 0), ("台账", DAY, 2),
    ]  # fmt: skip
    drawn = Template("{% thread 'demand' 7 %}").render(Context({"actor": None}))
    assert [drawn.count(f'"/d{n}/"') for n in range(3)] == [1, 1, 1], "each round can be opened"
    assert drawn.count("台账") == 1 and "以前还有 2 次" in drawn


def again(actor, kind, key):
    return [Link("下达事项", "台账", f"/d{n}/", "已下达", DAY - dt.timedelta(7 * n)) for n in range(3)]


def passed(actor, kind, key):
    return [Link("转到下级", "转", f"/p{n}/", f"{n} 镇", DAY) for n in range(2)]


def test_kind_that_no_room_has_is_refused() -> None:
    with pytest.raises(ValueError, match="person"):
        links(None, "person", 7)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_panel_is_drawn_for_every_kind(providers, kind: str) -> None:
    drawn = Template("{% thread kind key %}").render(Context({"actor": None, "kind": kind, "key": "a:1"}))
    assert f"{kind} a:1" in drawn
    assert "&lt;b&gt;" in drawn


def test_panel_without_links_is_left_out(settings) -> None:
    settings.THREADS = ()
    assert Template("{% thread 'demand' 1 %}").render(Context({"actor": None})).strip() == ""


@pytest.mark.django_db
def test_demand_and_what_it_was_passed_on_as_show_each_other(client: Client) -> None:
    city = make_unit(level="city")
    county = make_unit(city)
    bureau, town = make_unit(county, "department"), make_unit(county, "township")
    above = make_demand(bureau, title="防汛值班表")
    below = make_demand(town, title="转发防汛值班表", parent=above)
    draft = make_demand(town, title="还没发", parent=above, state="draft")
    reader = make_actor(county, "reviewer")
    found = links(reader, "demand", above.pk)
    assert [(link.kind, link.label) for link in found] == [("转到下级", "转发防汛值班表")]
    assert [(link.kind, link.label) for link in links(reader, "demand", below.pk)] == [("转自上级", "防汛值班表")]
    assert draft.pk
    client.force_login(reader.user)
    page = client.get(f"/demands/{above.pk}/").content.decode()
    assert "前因后果" in page
    assert f"/demands/{below.pk}/" in page
    stranger = make_actor(make_unit(level="city"), "reviewer")
    assert links(stranger, "demand", above.pk) == []
    assert links(make_actor(county, "cadre"), "demand", above.pk) == []  # whose route lets no cadre in

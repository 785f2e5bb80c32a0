"""The panels about one unit: changes a head, the trend's weeks, the order of categories and issuers."""

from types import SimpleNamespace

from burden.kit.clock import Week
from reports.indicators import Figures, Source
from reports.panels import summary
from reports.periods import Period, year_before

CLOSED = Week.parse("2026-11-16")
WEEK = Period("week", (CLOSED,))


def figures(per_head=600, returns=10, counts=(10, 20, 30, 40, 50), self_min=0):
    minutes = per_head * returns
    parts = (minutes // 2, 0, minutes // 2, 0, 0)
    return Figures(1, counts, parts, (0,) * 5, self_min, 0, 0, returns, 0, 12)


def source(pk, minutes):
    return Source(pk, 1, (minutes, 0, 0, 0, 0), 0)


def test_change_is_by_the_head():
    same = summary.changed(now=50, returns=5, then=100, returns_then=10)
    assert same.now == same.before


def test_change_without_an_earlier_figure_is_nothing():
    assert summary.changed(50, 5, None, 5) == summary.Change(None, None)
    assert summary.changed(50, 5, 50, 0) == summary.Change(None, None)


def test_headline_compares_hours_a_head():
    strip = summary.headline(figures(600), figures(660), None, [1, 2])
    assert (strip.per_head, strip.previous, strip.last_year) == (600, -60, None)
    assert [tile.category for tile in strip.tiles] == ["meeting", "document", "form", "inspection"]
    assert strip.tiles[0].last_year == summary.Change(None, None)


def test_trend_ends_with_the_running_week():
    points = summary.trend(WEEK, {CLOSED.monday: figures(600)}, frozenset(), CLOSED)
    assert len(points) == 53
    assert [point.is_open for point in points[-2:]] == [False, True]
    assert [point.now for point in points[-3:]] == [None, 600, None]


def test_trend_of_the_past_has_no_open_week():
    before = Period("week", (CLOSED.plus(-10),))
    points = summary.trend(before, {}, frozenset(), CLOSED)
    assert len(points) == 52
    assert points[-1].week == CLOSED.plus(-10)


def test_trend_puts_the_same_week_of_last_year_beside():
    known = {CLOSED.monday: figures(600), year_before(CLOSED).monday: figures(900)}
    point = summary.trend(WEEK, known, frozenset(), CLOSED)[-2]
    assert (point.now, point.last_year) == (600, 900)


def test_trend_does_not_show_hidden_weeks():
    gone = {CLOSED.monday}
    point = summary.trend(WEEK, {CLOSED.monday: figures(600)}, gone, CLOSED)[-2]
    assert point.now is None
    assert point.is_hidden


def test_slices_are_in_order_of_weight():
    names = [each.category for each in summary.slices(figures(), None)]
    assert names[:2] == ["meeting", "form"]
    assert len(names) == 5


def test_split_tells_imposed_itself_and_unstated():
    now = figures(600, returns=10, self_min=1000)
    assert summary.split(now, [source(7, 4500), source(0, 500)]) == summary.Split(5000, 1000, 500)
    assert summary.split(now, []) == summary.Split(5000, 1000, 0)


def test_issuers_beyond_the_top_are_one_sum():
    now = [source(pk, 100 - pk) for pk in range(1, 12)] + [source(0, 5)]
    units = {pk: SimpleNamespace(pk=pk, level="department") for pk in range(1, 12)}
    found = summary.issuers(now, {}, units, (10, 10), {1, 2})
    assert len(found.top) == 8
    assert (found.others, found.others_min) == (3, 91 + 90 + 89)
    assert found.unstated.minutes == 5
    assert found.total == sum(each.total for each in now)
    assert [row.is_visible for row in found.top[:3]] == [True, True, False]


def test_issuers_leave_out_who_cost_nothing():
    found = summary.issuers(
        [source(1, 0), source(0, 0)], {}, {1: SimpleNamespace(pk=1, level="department")}, (5, 5), set()
    )
    assert (found.top, found.unstated, found.others) == ([], None, 0)


def test_issuers_say_what_was_never_registered():
    now = [Source(1, 2, (60, 0, 0, 0, 0), 30, 45), Source(2, 1, (40, 0, 0, 0, 0), 0, 0)]
    found = summary.issuers(now, {}, {}, (6, 6), ())
    assert (found.unregistered_min, [row.unregistered_min for row in found.top]) == (45, [45, 0])
    assert [(row.minutes, row.claimed_min) for row in found.top] == [(60, 30), (40, 0)]


def test_what_units_ask_of_themselves_is_no_issuer():
    units = {2: SimpleNamespace(pk=2, level="township")}
    found = summary.issuers([source(-1, 90), source(2, 10)], {}, units, (10, 10), set())
    assert [row.unit.pk for row in found.top] == [2]
    assert (found.others, found.others_min, found.self_min, found.total, found.most) == (0, 0, 90, 100, 10)

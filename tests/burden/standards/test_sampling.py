"""The rotating sample: panels alike in kinds, kept by whoever has one, each asked one week in four."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from burden.kit.clock import Week
from burden.standards.sampling import PANELS, deal, next_turn, panel_of
from tests.factories import LAST_WEEK

KINDS = st.sampled_from(["village", "community", "town", "department"])
PEOPLE = st.dictionaries(st.integers(1, 500), KINDS, max_size=80)


def sizes(kinds: dict[int, str], panels: dict[int, int], kind: str | None = None) -> list[int]:
    counted = Counter(panels[person] for person, of in kinds.items() if kind in (None, of))
    return [counted[panel] for panel in range(PANELS)]


@given(PEOPLE)
def test_panels_are_alike_in_every_kind(kinds: dict[int, str]) -> None:
    panels = deal(kinds, {})
    assert panels.keys() == kinds.keys()
    for kind in set(kinds.values()):
        assert max(sizes(kinds, panels, kind)) - min(sizes(kinds, panels, kind)) <= 1


@given(PEOPLE)
def test_dealing_is_deterministic(kinds: dict[int, str]) -> None:
    assert deal(kinds, {}) == deal(dict(reversed(kinds.items())), {})


@given(PEOPLE, PEOPLE, st.sets(st.integers(1, 500)))
def test_panels_stay_when_people_come_and_go(before: dict[int, str], came: dict[int, str], gone: set[int]) -> None:
    dealt = deal(before, {})
    staying = {person: kind for person, kind in before.items() if person not in gone}
    now = came | staying
    fresh = deal(now, dealt)
    assert not fresh.keys() & dealt.keys()
    panels = dealt | fresh
    for kind in set(now.values()):
        was = sizes({person: of for person, of in now.items() if person in dealt}, panels, kind)
        after = sizes(now, panels, kind)
        assert max(after) - min(after) <= max(1, max(was) - min(was))


@given(st.integers(0, 600))
def test_each_panel_has_one_week_in_four(weeks: int) -> None:
    first = LAST_WEEK.plus(weeks - 300)
    assert sorted(panel_of(first.plus(n)) for n in range(PANELS)) == list(range(PANELS))
    assert panel_of(first) == panel_of(first.plus(PANELS))


@given(st.integers(0, PANELS - 1), st.integers(0, 300))
def test_next_turn_is_the_panels_first_after(panel: int, back: int) -> None:
    week: Week = LAST_WEEK.plus(-back)
    found = next_turn(panel, week)
    assert panel_of(found) == panel
    assert week < found <= week.plus(PANELS)

"""Two hands at once: the same request for support is made once, and no file takes back what another stored."""

from __future__ import annotations

import time

from django.db import transaction

from burden.kit.db import act_as
from burden.kit.errors import Refused
from burden.kit.sheets import written_csv
from burden.resources import queries, services
from burden.resources.importing import preview_of
from burden.resources.models import Capacity, SupportRequest
from tests.burden.resources.test_importing import sheet
from tests.database import in_threads
from tests.factories import NOW, make_actor, make_unit


def test_button_pressed_twice_asks_once(transactional_db: None) -> None:
    town = make_unit(make_unit(), "township")
    lead = make_actor(town, "lead")

    def ask(_number: int) -> SupportRequest:
        with transaction.atomic():
            act_as(lead.user_id)
            return services.ask_support(by=lead, unit=town, kind="people", title="巡护员", detail="", now=NOW)

    found = in_threads(4, ask)
    assert [each.code for each in found if isinstance(each, Refused)] == ["support.same"] * 3
    assert SupportRequest.every.count() == 1


def test_what_a_file_leaves_empty_stays_as_another_stored_it_meanwhile(transactional_db: None) -> None:
    county = make_unit()
    town, other = make_unit(county, "township"), make_unit(county, "township")
    for unit in (town, other):
        Capacity.every.create(unit=unit, year=2026, quota=40, changed_at=NOW)
    people = (town.code, "", "", 44, "", "", "", "", "")
    money = [(town.code, "", "", "", "", "", 5, "", ""), (other.code, "", "", 41, "", "", 6, "", "")]
    offices, digests = [make_actor(county, "office") for _n in range(2)], []
    for office, rows in zip(offices, ([people], money), strict=True):
        services.take_file(by=office, name="表.csv", data=written_csv(sheet(*rows)), year=2026, now=NOW)
        file = queries.brought_file(office)
        digests.append((file, preview_of(by=office, grid=file.grid, year=file.year).digest))

    def store(number: int) -> int:
        office, (file, digest) = offices[number], digests[number]
        time.sleep(0.15 * number)  # the second reads while the first has written and not ended
        with transaction.atomic():
            act_as(office.user_id)
            count = services.store_file(by=office, file=file, expected=digest, now=NOW)
            time.sleep(0.3 * (1 - number))
            return count

    assert sorted(in_threads(2, store)) == [1, 2]  # type: ignore[type-var]
    kept = Capacity.every.get(unit=town)
    assert (kept.quota, kept.budget_yuan) == (44, 50_000)

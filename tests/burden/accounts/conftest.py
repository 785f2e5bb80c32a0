"""A county with its 三员, a township and a village."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from burden.accounts.actor import Actor
    from burden.units.models import Unit


@dataclass(frozen=True)
class Place:
    """The units of the tests and who keeps them."""

    city: Unit
    county: Unit
    township: Unit
    village: Unit
    sysadmin: Actor
    secadmin: Actor
    auditor: Actor


@pytest.fixture
def place(db) -> Place:
    """A county below a city."""
    from tests.factories import make_actor, make_unit  # the settings are not there yet when pytest reads this file

    city = make_unit(level="city", name="沅州市")
    county = make_unit(city, "county", name="临溪县")
    township = make_unit(county, "township", name="柳河镇")
    village = make_unit(township, "village", name="红星村")
    return Place(city, county, township, village, *(make_actor(county, r) for r in ("sysadmin", "secadmin", "auditor")))

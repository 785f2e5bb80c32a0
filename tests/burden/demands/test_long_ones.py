"""What is stored is read: a demand that runs longer than one may be registered today stops no page and no answer."""

from __future__ import annotations

import datetime as dt

import pytest

from burden.demands.models import Demand
from burden.kit import clock
from burden.units.models import Level
from tests.factories import NOW, make_actor, make_demand, make_target, make_unit

PAGES = ("/demands/{}/", "/reports/demands/{}/")
OF_ISSUER = ("/demands/{}/change/", "/api/v1/demands/{}/", "/api/v1/demands/{}/review/")


@pytest.fixture
def long(db, monkeypatch) -> Demand:
    """A monthly demand of three years that is out."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    bureau = make_unit(make_unit(make_unit(level="city")), Level.DEPARTMENT)
    demand = make_demand(bureau, frequency="monthly", until=dt.date(2029, 11, 27))
    make_target(demand, make_unit(bureau.parent, "township"))
    return demand


@pytest.mark.parametrize("role", ["issuer", "reviewer", "office", "observer"])
def test_long_demand_is_read_everywhere(client, long, role):
    home = {"issuer": long.issuer, "observer": long.issuer.parent.parent}.get(role, long.issuer.parent)
    client.force_login(make_actor(home, role).user)
    for page in (*PAGES, *(OF_ISSUER if role == "issuer" else ())):
        assert client.get(page.format(long.pk)).status_code == 200, page


def test_long_draft_is_read_by_its_issuer(client, long):
    draft = make_demand(long.issuer, state="draft", frequency="weekly", until=dt.date.max)
    client.force_login(make_actor(long.issuer, "issuer").user)
    for page in ("/demands/{}/", "/demands/{}/edit/", "/api/v1/demands/{}/", "/api/v1/demands/{}/review/"):
        assert client.get(page.format(draft.pk), follow=True).status_code == 200, page

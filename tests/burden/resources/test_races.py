"""Two hands at once: the same request for support is made once."""

from __future__ import annotations

from django.db import transaction

from burden.kit.db import act_as
from burden.kit.errors import Refused
from burden.resources import services
from burden.resources.models import SupportRequest
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

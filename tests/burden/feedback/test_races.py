"""Two at once: what contradicts itself happens once, and nobody waits for ever."""

from __future__ import annotations

from django.db import transaction

from burden.feedback import services
from burden.feedback.codes import digest_of, new_receipt
from burden.feedback.models import Ticket, TicketStep
from burden.kit.db import act_as
from burden.kit.errors import Conflict, Refused
from tests.database import in_threads
from tests.factories import NOW, make_actor, make_ticket, make_unit


def test_two_that_are_joined_to_each_other_at_once_are_joined_one_way(transactional_db: None) -> None:
    county = make_unit()
    keepers = [make_actor(county, "office") for _each in range(2)]
    tickets = [make_ticket(county, "accepted") for _each in range(2)]

    def join(number: int) -> object:
        with transaction.atomic():
            act_as(keepers[number].user_id)
            return services.merge(by=keepers[number], ticket=tickets[number], into=tickets[1 - number], now=NOW)

    found = in_threads(2, join)
    assert [each.code for each in found if isinstance(each, Refused)] == ["ticket.into"]
    assert sorted(Ticket.every.values_list("state", flat=True)) == ["accepted", "merged"]


def test_reporter_who_presses_twice_at_once_judges_once(transactional_db: None) -> None:
    receipt = new_receipt()
    make_ticket(make_unit(), "replied", receipt=digest_of(receipt))
    found = in_threads(2, lambda _number: services.judge(verdict="solved", receipt=receipt, now=NOW))
    assert [each.code for each in found if isinstance(each, Conflict)] == ["ticket.state"]
    assert TicketStep.objects.filter(act="judge").count() == 1

"""What the portal itself asks of each person: three optional questions a week at most, whichever room asks.

Source: DOMAIN design section 2, law 1.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection

from django.db import transaction

from burden.accounts.models import MOST_QUESTIONS, PortalQuestion
from burden.kit.clock import Week


def left_to_ask(*, people: Collection[int], now: dt.datetime) -> dict[int, int]:
    """Return how many questions may still be put to each person this week."""
    week = Week.at(now).monday
    asked = Counter(PortalQuestion.objects.filter(person__in=people, week=week).values_list("person", flat=True))
    return {person: max(0, MOST_QUESTIONS - asked[person]) for person in people}


@transaction.atomic
def put_question(
    *, kind: str, subject: int, people: Collection[int], now: dt.datetime, most: int | None = None
) -> set[int]:
    """Put one optional question to those of some people who may be asked still this week, those asked least first; who they are.

    A room shows its question to these alone. It belongs to the service that asks, and is recorded by it. At the same moment
    two services may take one place: the database gives it to one, and the other does not ask.
    """
    week, left = Week.at(now).monday, left_to_ask(people=people, now=now)
    free = sorted((person for person in people if left[person]), key=lambda person: (-left[person], person))[:most]
    places = {person: MOST_QUESTIONS - left[person] + 1 for person in free}
    facts = {"week": week, "kind": kind, "subject": subject}
    rows = [PortalQuestion(person_id=person, place=place, **facts) for person, place in places.items()]
    PortalQuestion.objects.bulk_create(rows, ignore_conflicts=True)
    return set(PortalQuestion.objects.filter(person__in=people, **facts).values_list("person", flat=True))

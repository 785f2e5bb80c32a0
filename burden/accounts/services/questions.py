"""What the portal itself asks of each person: three optional questions a week at most, whichever room asks.

Source: DOMAIN design section 2, law 1.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection

from django.db import transaction

from burden.accounts.models import MOST_QUESTIONS, PortalQuestion, Post
from burden.accounts.roles import Role
from burden.kit.clock import Week, day_of


def left_to_ask(*, people: Collection[int], now: dt.datetime) -> dict[int, int]:
    """Return how many questions may still be put to each person this week."""
    week = Week.at(now).monday
    asked = Counter(PortalQuestion.objects.filter(person__in=people, week=week).values_list("person", flat=True))
    return {person: max(0, MOST_QUESTIONS - asked[person]) for person in people}


def people_to_ask(*, unit_ids: Collection[int], now: dt.datetime) -> dict[int, list[int]]:
    """Return who works or leads in each of some units and may be asked still this week: who leads first, then those asked least.

    Shape: a unit in which nobody may be asked is left out.
    """
    posts = Post.objects.filter(
        unit__in=unit_ids, role__in=(Role.CADRE, Role.LEAD), valid__contains=day_of(now), user__is_active=True
    )
    rows = set(posts.values_list("unit", "user"))
    leads = set(posts.filter(role=Role.LEAD).values_list("unit", "user"))
    left = left_to_ask(people={person for _unit, person in rows}, now=now)
    found: dict[int, list[int]] = {}
    for unit_id, person in sorted(rows, key=lambda row: (row not in leads, -left[row[1]], row[1])):
        if left[person]:
            found.setdefault(unit_id, []).append(person)
    return found


@transaction.atomic
def put_question(
    *, kind: str, subject: int, people: Collection[int], now: dt.datetime, most: int | None = None
) -> set[int]:
    """Put one optional question to those of some people who may be asked still this week, those asked least first; who they are.

    A room shows its question to these alone; put again in the same week, it goes to no more than `most` in all. It belongs to the service that asks, and is recorded by it. At the same moment
    two services may take one place: the database gives it to one, and the other does not ask.
    """
    week, left = Week.at(now).monday, left_to_ask(people=people, now=now)
    facts = {"week": week, "kind": kind, "subject": subject}
    put = PortalQuestion.objects.filter(person__in=people, **facts).values_list("person", flat=True)
    before = set(put)
    free = sorted((each for each in people if left[each] and each not in before), key=lambda each: (-left[each], each))
    chosen = free if most is None else free[: max(0, most - len(before))]
    rows = [PortalQuestion(person_id=each, place=MOST_QUESTIONS - left[each] + 1, **facts) for each in sorted(chosen)]
    PortalQuestion.objects.bulk_create(rows, ignore_conflicts=True)  # by person: two services never wait for each other
    return set(put.all())

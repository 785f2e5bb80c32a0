"""What an activity costs: pure functions over whole minutes. Source: DOMAIN section 4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

READING_SPEED = 300  # characters a minute
HANDLING_MIN = 5  # registering and filing one document
SECONDED_DAY_MIN = 480
HEAD_WEEK_MIN = 3_600  # 60 hours: the longest week anybody works
LARGE_MIN = 36_000  # ten of them
FORM_STEPS = {  # get, fill, calculate-and-check, send: each simple, medium, high (Destatis table)
    "get": (2, 10, 120),
    "fill": (3, 5, 30),
    "check": (1, 10, 60),
    "send": (1, 2, 5),
}
COMPLEXITY = ("simple", "medium", "high")


@dataclass(frozen=True)
class Cost:
    """The four numbers every entry and target has. Units: people a count; minutes whole, each person."""

    people: int
    minutes: int
    travel_minutes: int = 0
    prep_minutes: int = 0


def person_minutes(*, people: int, minutes: int, travel_minutes: int = 0, prep_minutes: int = 0) -> int:
    """Return people x (minutes + travel) + prep.

    Units: whole minutes in, whole person-minutes out.
    Refuses: ValueError for a negative number.
    Source: DOMAIN section 4.
    """
    if min(people, minutes, travel_minutes, prep_minutes) < 0:
        raise ValueError("people and minutes cannot be negative")
    return people * (minutes + travel_minutes) + prep_minutes


def is_unusual(cost: Cost) -> bool:
    """Tell whether a size asks for a word of explanation: above 60 hours a head, or above 600 in all.

    Units: whole minutes. Source: DOMAIN section 4; the 600 hours are our own.
    """
    return person_minutes(**vars(cost)) > min(cost.people * HEAD_WEEK_MIN, LARGE_MIN)


def answered_minutes(*, answer: str, cost: Cost) -> int:
    """Return the person-minutes an answer counts: the cost when done, else 0.

    Units: whole person-minutes.
    """
    if answer != "done":
        return 0
    return person_minutes(
        people=cost.people,
        minutes=cost.minutes,
        travel_minutes=cost.travel_minutes,
        prep_minutes=cost.prep_minutes,
    )


def claimed_minutes(cost: Cost, answers: Sequence[tuple[str, int]]) -> int:
    """Return what an issuer's claim is still worth after answers: each uses up the people it speaks for.

    Done speaks for the people entered, absent and not applicable for one; material is prepared once, so that any
    answer uses it up. Nothing is counted as answered and claimed.
    Shape: answers are pairs of answer and people. Units: whole person-minutes. Source: DOMAIN section 4.
    """
    spoken_for = sum(people if answer == "done" else 1 for answer, people in answers)
    left = max(0, cost.people - spoken_for)
    return left * (cost.minutes + cost.travel_minutes) + (0 if answers else cost.prep_minutes)


def reading_minutes(characters: int) -> int:
    """Return the minutes to read a document, rounded up.

    Units: characters in, whole minutes out. Source: 300 characters a minute.
    """
    if characters < 0:
        raise ValueError("characters cannot be negative")
    return -(-characters // READING_SPEED)


def form_minutes(complexity: str) -> int:
    """Return the minutes to get, fill, check and send a form once.

    Units: whole minutes. Refuses: ValueError for an unknown complexity. Source: Destatis, standard cost model.
    """
    column = COMPLEXITY.index(complexity)
    return sum(step[column] for step in FORM_STEPS.values())

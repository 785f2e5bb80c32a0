"""Person-minutes: whole, exact, and the same in Python as in the database."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from burden.entries.models import MAX_MINUTES, MAX_PEOPLE, Answer
from burden.standards.measure import (
    Cost,
    answered_minutes,
    claimed_minutes,
    form_minutes,
    is_unusual,
    person_minutes,
    reading_minutes,
)

minutes = st.integers(0, MAX_MINUTES)
costs = st.builds(Cost, st.integers(1, MAX_PEOPLE), minutes, minutes, minutes)


def total(cost: Cost) -> int:
    return person_minutes(**vars(cost))


@pytest.mark.parametrize(
    ("cost", "unusual"),
    [
        (Cost(1, 3_600), False),
        (Cost(1, 3_500, 60, 41), True),
        (Cost(9, 3_600), False),
        (Cost(9, 3_600, 0, 1), True),
        (Cost(600, 60), False),
        (Cost(600, 60, 0, 1), True),
    ],
)
def test_more_than_60_hours_a_head_or_600_in_all_is_unusual(cost, unusual):
    assert is_unusual(cost) == unusual


@pytest.mark.parametrize(
    ("cost", "expected"),
    [
        (Cost(1, 60), 60),
        (Cost(36, 90), 3_240),  # 18 townships, 2 persons each: 54 person-hours
        (Cost(3, 60, 30), 270),
        (Cost(2, 120, 0, 120), 360),
        (Cost(1, 0), 0),
        (Cost(0, 60, 30, 5), 5),  # material that nobody came to hear was prepared all the same
    ],
)
def test_person_minutes_follow_the_formula(cost, expected):
    assert total(cost) == expected


@pytest.mark.parametrize("name", ["people", "minutes", "travel_minutes", "prep_minutes"])
def test_negative_number_is_refused(name):
    with pytest.raises(ValueError, match="negative"):
        person_minutes(**({"people": 1, "minutes": 1} | {name: -1}))


@given(costs)
def test_person_minutes_are_a_sum_over_persons(cost):
    """Counting person by person gives the same, exactly."""
    people = min(cost.people, 50)
    each = [cost.minutes + cost.travel_minutes for _ in range(people)]
    assert total(Cost(people, cost.minutes, cost.travel_minutes, cost.prep_minutes)) == sum(each) + cost.prep_minutes


@given(costs, st.integers(1, 100))
def test_more_of_anything_never_costs_less(cost, more):
    for name in vars(cost):
        assert total(Cost(**(vars(cost) | {name: vars(cost)[name] + more}))) >= total(cost)


@given(costs, costs)
def test_splitting_people_keeps_the_sum(one, other):
    """Two groups at the same meeting cost what one group of all costs; the material is prepared once."""
    same = {"minutes": one.minutes, "travel_minutes": one.travel_minutes}
    parts = total(Cost(one.people, **same, prep_minutes=one.prep_minutes)) + total(Cost(other.people, **same))
    assert parts == total(Cost(one.people + other.people, **same, prep_minutes=one.prep_minutes))


@given(costs)
def test_largest_entry_fits_the_column(cost):
    assert 0 <= total(cost) <= 2**31 - 1


@given(costs, st.sampled_from(["absent", "not_applicable"]))
def test_only_what_was_done_counts(cost, answer):
    assert answered_minutes(answer=answer, cost=cost) == 0
    assert answered_minutes(answer="done", cost=cost) == total(cost)


@pytest.mark.parametrize(("characters", "expected"), [(0, 0), (1, 1), (300, 1), (301, 2), (4_000, 14)])
def test_reading_is_rounded_up(characters, expected):
    assert reading_minutes(characters) == expected


def test_negative_length_is_refused():
    with pytest.raises(ValueError, match="negative"):
        reading_minutes(-1)


@pytest.mark.parametrize(("complexity", "expected"), [("simple", 7), ("medium", 27), ("high", 215)])
def test_form_minutes_add_up_the_steps(complexity, expected):
    assert form_minutes(complexity) == expected


def test_unknown_complexity_is_refused():
    with pytest.raises(ValueError, match="not in"):
        form_minutes("dreadful")


@pytest.mark.django_db
@settings(max_examples=30, deadline=None)
@given(rows=st.lists(st.tuples(costs, st.sampled_from(Answer.values)), min_size=1, max_size=20))
def test_database_measures_the_same(rows):
    from django.db import transaction

    from burden.entries.models import Entry
    from tests.factories import make_entry, make_return, make_unit, make_user

    with transaction.atomic():
        filed = make_return(make_user(), make_unit())
        for number, (cost, answer) in enumerate(rows):
            make_entry(filed, key=f"k{number:03d}", answer=answer, **vars(cost))
        found = Entry.every.filter(weekly_return=filed).order_by("key").values_list("person_min", flat=True)
        assert list(found) == [answered_minutes(answer=answer, cost=cost) for cost, answer in rows]
        transaction.set_rollback(True)


# claims after answers

ANSWERED = st.lists(st.tuples(st.sampled_from(Answer.values), st.integers(1, 20)), max_size=12)


@pytest.mark.parametrize(
    ("answers", "left"),
    [
        ([], 2 * 90 + 10),
        ([("done", 1)], 90),
        ([("done", 2)], 0),
        ([("done", 5)], 0),
        ([("absent", 7)], 90),  # absent speaks for one, whatever the people entered
        ([("absent", 1), ("not_applicable", 1)], 0),
    ],
)
def test_answers_use_up_the_claim(answers, left):
    assert claimed_minutes(Cost(2, 60, 30, 10), answers) == left


@given(costs)
def test_claim_nobody_answered_is_the_whole_cost(cost):
    assert claimed_minutes(cost, []) == total(cost)


@given(costs, ANSWERED)
def test_claim_is_never_negative_and_never_grows_with_an_answer(cost, answers):
    left = [claimed_minutes(cost, answers[:count]) for count in range(len(answers) + 1)]
    assert min(left) >= 0
    assert left == sorted(left, reverse=True)


@given(costs, ANSWERED, st.randoms(use_true_random=False))
def test_order_of_answers_changes_nothing(cost, answers, dice):
    shuffled = dice.sample(answers, len(answers))
    assert claimed_minutes(cost, shuffled) == claimed_minutes(cost, answers)


@given(costs, ANSWERED)
def test_nobody_is_counted_as_answered_and_claimed(cost, answers):
    """Person by person: whoever an answer speaks for leaves the claim, and only they do."""
    waiting = list(range(min(cost.people, 300)))
    for answer, people in answers:
        del waiting[: people if answer == "done" else 1]
    small = Cost(min(cost.people, 300), cost.minutes, cost.travel_minutes, cost.prep_minutes)
    each = cost.minutes + cost.travel_minutes
    assert claimed_minutes(small, answers) == len(waiting) * each + (0 if answers else cost.prep_minutes)


@given(costs, ANSWERED)
def test_answers_as_stated_and_the_rest_of_the_claim_make_the_claim(cost, answers):
    """Where all were done as claimed and nobody more than claimed, confirmed and claimed minutes add up to the claim."""
    done = [people for _, people in answers]
    if not done or sum(done) > cost.people:
        return
    confirmed = sum(people * (cost.minutes + cost.travel_minutes) for people in done) + cost.prep_minutes
    assert confirmed + claimed_minutes(cost, [("done", people) for people in done]) == total(cost)

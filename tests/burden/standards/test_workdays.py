"""Working days: the calendar of China, the office's corrections, and clocks that are computed from dates."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from burden.kit import clock
from burden.kit.clock import DAY
from burden.kit.errors import Refused
from burden.kit.templatetags.show import workdays_left
from burden.ledger.models import AuditEvent
from burden.standards.models import DayOverride
from burden.standards.services import drop_day, set_day
from burden.standards.workdays import LONGEST, Workdays, exceptions, is_arranged, workdays
from tests.factories import NOW, make_actor, make_unit

PLAIN = Workdays({})
TODAY = dt.date(2026, 11, 24)
days = st.dates(dt.date(2024, 1, 1), dt.date(2028, 12, 31))
corrections = st.dictionaries(days, st.booleans(), max_size=20)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2026-11-24", True),
        ("2026-11-28", False),
        ("2026-10-01", False),  # National Day
        ("2026-10-07", False),  # exchanged for a weekend
        ("2026-10-10", True),  # that weekend
        ("2026-02-17", False),  # Spring Festival
        ("2027-01-01", False),  # statutory before its year is arranged
    ],
)
def test_calendar_knows_days_off_and_worked_weekends(day: str, worked: bool) -> None:
    assert PLAIN.is_workday(dt.date.fromisoformat(day)) is worked


def test_year_is_arranged_once_its_exchanges_are_known() -> None:
    assert is_arranged(2026)
    assert not is_arranged(2090)


def test_term_of_an_order_runs_over_a_weekend() -> None:
    assert PLAIN.after(dt.date(2026, 11, 10), 7) == dt.date(2026, 11, 19)
    assert PLAIN.left(dt.date(2026, 11, 23), dt.date(2026, 11, 19)) == -2
    assert PLAIN.left(dt.date(2026, 11, 21), dt.date(2026, 11, 20)) == 0  # a Saturday after a Friday


def test_correction_moves_the_due_day() -> None:
    corrected = Workdays({dt.date(2026, 11, 25): False, dt.date(2026, 11, 28): True})
    assert corrected.after(TODAY, 1) == dt.date(2026, 11, 26)
    assert corrected.after(TODAY, 3) == dt.date(2026, 11, 28)


@pytest.mark.parametrize("n", [0, -1, LONGEST + 1])
def test_term_without_end_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match=str(n)):
        PLAIN.after(TODAY, n)


@given(days, st.integers(1, 40), corrections)
def test_what_is_left_to_a_due_day_is_its_term(day: dt.date, n: int, corrected: dict[dt.date, bool]) -> None:
    calendar = Workdays(corrected)
    due = calendar.after(day, n)
    assert calendar.left(day, due) == n
    assert calendar.is_workday(due)


@given(days, days, corrections)
def test_days_left_and_days_overdue_mirror_each_other(a: dt.date, b: dt.date, corrected: dict[dt.date, bool]) -> None:
    calendar = Workdays(corrected)
    assert calendar.left(a, b) == -calendar.left(b, a)
    naive = sum(calendar.is_workday(min(a, b) + DAY * i) for i in range(1, abs((b - a).days) + 1))
    assert abs(calendar.left(a, b)) == naive


@pytest.mark.parametrize(
    ("left", "words", "english"),
    [
        (3, "还剩 3 个工作日", "3 working days left"),
        (1, "还剩 1 个工作日", "1 working day left"),
        (0, "已到期", "due"),
        (-2, "逾期 2 个工作日", "2 working days overdue"),
    ],
)
def test_clock_is_written_in_words(left: int, words: str, english: str) -> None:
    assert workdays_left(left) == words
    with translation.override("en"):
        assert workdays_left(left) == english


def test_exceptions_are_the_days_other_than_monday_to_friday() -> None:
    found = exceptions(dt.date(2026, 9, 20), 1)
    assert (dt.date(2026, 9, 20), True) in found  # a worked Sunday
    assert (dt.date(2026, 10, 1), False) in found
    assert dt.date(2026, 9, 26) not in dict(found)  # a plain Saturday


# the office's corrections


@pytest.mark.django_db
def test_corrections_are_read_in_one_query(django_assert_num_queries) -> None:
    DayOverride.objects.create(day=TODAY, is_workday=False, note="雪", set_at=NOW)
    with django_assert_num_queries(1):
        calendar = workdays()
        assert not calendar.is_workday(TODAY)
        assert calendar.is_workday(TODAY + DAY)


@pytest.mark.django_db
def test_correction_is_recorded_and_taken_back() -> None:
    office = make_actor(make_unit(), "office")
    kept = set_day(by=office, day=TODAY, is_workday=False, note="雪", now=NOW)
    drop_day(by=office, override=kept, now=NOW)
    events = AuditEvent.objects.order_by("pk").values_list("what", "detail")
    told = {"day": "2026-11-24", "workday": False}
    assert list(events) == [("day.set", told), ("day.dropped", told)]
    assert not DayOverride.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "is_workday", "code"),
    [
        (TODAY - DAY, False, "day.past"),
        (TODAY + DAY * 732, False, "day.ahead"),
        (TODAY, True, "day.same"),
        (dt.date(2026, 11, 28), False, "day.same"),
    ],
)
def test_correction_that_says_nothing_or_too_much_is_refused(day: dt.date, is_workday: bool, code: str) -> None:
    with pytest.raises(Refused) as refused:
        set_day(by=make_actor(make_unit(), "office"), day=day, is_workday=is_workday, note="雪", now=NOW)
    assert refused.value.code == code
    assert "day" in refused.value.errors
    assert not DayOverride.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
def test_correction_twice_is_refused_and_a_past_one_stays() -> None:
    office = make_actor(make_unit(), "office")
    kept = set_day(by=office, day=TODAY, is_workday=False, note="雪", now=NOW)
    with pytest.raises(Refused) as refused:
        set_day(by=office, day=TODAY, is_workday=False, note="又", now=NOW)
    assert refused.value.code == "day.taken"
    with pytest.raises(Refused) as past:
        drop_day(by=office, override=kept, now=NOW + DAY)
    assert past.value.code == "day.past"
    assert DayOverride.objects.get().note == "雪"


@pytest.mark.django_db
def test_office_corrects_the_calendar_on_its_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    client.force_login(make_actor(make_unit(), "office").user)
    answer = client.post("/standards/days/", {"day": "2026-11-25", "is_workday": "0", "note": "雪"}, follow=True)
    assert "2026年11月25日" in answer.content.decode()
    again = client.post("/standards/days/", {"day": "2026-11-25", "is_workday": "0", "note": "雪"})
    assert again.status_code == 422
    assert "已经登记过" in again.content.decode()
    for bad in ({"day": "25.11.2026"}, {"is_workday": "2"}, {"note": ""}, {"note": "长" * 201}, {"day": "2026-11-23"}):
        given_ = {"day": "2026-11-26", "is_workday": "0", "note": "雪"} | bad
        assert client.post("/standards/days/", given_).status_code == 422, bad
    kept = DayOverride.objects.get()
    assert client.post("/standards/days/drop/", {"override": "x"}).status_code == 404
    client.post("/standards/days/drop/", {"override": kept.pk})
    assert not DayOverride.objects.exists()

"""The sums with several connections at once: nobody deadlocks, nothing is lost, whoever is killed leaves the marks."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from burden.entries.models import Entry, WeeklyReturn
from burden.kit.clock import Week
from burden.ledger.models import StaleMark
from burden.units.models import Level, Unit
from reports import rollup
from reports.models import RollupOwn, RollupOwnSource, RollupSource, RollupSub
from tests.factories import LAST_WEEK, NOW, THIS_WEEK, make_entry, make_post, make_return, make_unit, make_user

pytestmark = pytest.mark.django_db(transaction=True)
WEEKS = [LAST_WEEK.monday, THIS_WEEK.monday]


def elsewhere(act: Callable[..., Any], *args: Any) -> Any:
    """Run something on a connection of its own, to its end."""

    def run() -> Any:
        try:
            return act(*args)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def everything() -> list[list[tuple]]:
    tables = (RollupOwn, RollupOwnSource, RollupSub, RollupSource)
    return [sorted(model.every.values_list(), key=str) for model in tables]


def assert_exact() -> None:
    """What is stored is what a rebuild makes."""
    refreshed = everything()
    rollup.rebuild(weeks=WEEKS, now=NOW)
    assert everything() == refreshed


@pytest.fixture
def villages() -> list[Unit]:
    """Villages of four counties in four shards, which share the units above."""
    city = make_unit(make_unit(level=Level.NATION), Level.CITY)
    counties = [make_unit(city) for _ in range(4)]
    towns = [make_unit(county, Level.TOWNSHIP) for county in counties for _ in range(2)]
    return [make_unit(town, Level.VILLAGE) for town in towns for _ in range(2)]


def write(villages: list[Unit], seed: int) -> None:
    """File, change and drop returns, in transactions of several steps."""
    dice = random.Random(seed)
    mine: list[WeeklyReturn] = []
    for _ in range(40):
        with transaction.atomic():
            for _ in range(dice.randrange(1, 4)):
                filed = make_return(make_user(), dice.choice(villages), Week(dice.choice(WEEKS)))
                for _ in range(dice.randrange(4)):
                    make_entry(filed, minutes=dice.randrange(1, 99), issuer=dice.choice([None, *villages]))
                mine.append(filed)
            changed, gone = dice.choice(mine), mine.pop(dice.randrange(len(mine)))
            Entry.every.filter(weekly_return=changed).update(minutes=dice.randrange(1, 99))
            Entry.every.filter(weekly_return=gone).delete()
            WeeklyReturn.every.filter(pk=gone.pk).delete()


def sweep_until(over: threading.Event, wait: bool) -> None:
    while not over.is_set():
        rollup.refresh(limit=5, wait=wait)


def in_thread(act: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any) -> Any:
        try:
            return act(*args)
        finally:
            connection.close()

    return run


def test_workers_and_writers_at_once_lose_nothing(villages: list[Unit]) -> None:
    over = threading.Event()
    with ThreadPoolExecutor(6) as pool:
        workers = [pool.submit(in_thread(sweep_until), over, wait) for wait in (True, False, False)]
        workers.append(pool.submit(in_thread(rebuild_and_verify_until), over))
        writers = [pool.submit(in_thread(write), villages, seed) for seed in range(2)]
        try:
            for writer in writers:
                writer.result()
        finally:
            over.set()
        for worker in workers:
            worker.result()  # raises what the thread raised: a deadlock, say
    rollup.refresh()
    assert not StaleMark.objects.exists()
    assert RollupSub.every.exists()
    assert_exact()


def rebuild_and_verify_until(over: threading.Event) -> None:
    while not over.wait(0.1):
        rollup.rebuild(weeks=WEEKS[:1], now=NOW)
        assert rollup.verify(weeks=WEEKS, now=NOW).differences == 0


def test_killed_refresh_leaves_its_marks(villages: list[Unit]) -> None:
    make_return(make_user(), villages[0], entries=2)
    marks = StaleMark.objects.count()
    with transaction.atomic():
        rollup.refresh()
        transaction.set_rollback(True)
    assert StaleMark.objects.count() == marks
    assert not RollupOwn.every.exists()
    rollup.refresh()
    assert_exact()


def test_killed_rebuild_keeps_the_old_rows(villages: list[Unit], monkeypatch: pytest.MonkeyPatch) -> None:
    make_return(make_user(), villages[0], entries=2)
    rollup.refresh()
    make_return(make_user(), villages[1], entries=2)
    before, marks = everything(), StaleMark.objects.count()

    def die() -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(rollup, "_climb", die)
        with pytest.raises(KeyboardInterrupt):
            rollup.rebuild(weeks=WEEKS, now=NOW)
    assert (everything(), StaleMark.objects.count()) == (before, marks)
    rollup.refresh()
    assert_exact()


@pytest.fixture
def unfinished(villages: list[Unit]) -> Iterator[Callable[[], None]]:
    """A filing that is written and not committed; calling it commits."""
    written, finish = threading.Event(), threading.Event()

    def file() -> None:
        with transaction.atomic():
            make_return(make_user(), villages[0], entries=2)
            written.set()
            assert finish.wait(10)

    with ThreadPoolExecutor(1) as pool:
        filing = pool.submit(in_thread(file))
        assert written.wait(10)

        def commit() -> None:
            finish.set()
            filing.result()

        yield commit
        finish.set()


def test_filing_unfinished_during_a_rebuild_keeps_its_marks(unfinished: Callable[[], None]) -> None:
    rollup.rebuild(weeks=WEEKS, now=NOW)
    assert not RollupOwn.every.exists()
    unfinished()
    assert StaleMark.objects.exists()
    rollup.refresh()
    assert RollupOwn.every.get().n_form == 2
    assert_exact()


def test_filing_between_marks_and_count_is_counted_once(
    unfinished: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    count = rollup._count

    def count_late(weeks: Any) -> None:
        unfinished()
        count(weeks)

    with monkeypatch.context() as patch:
        patch.setattr(rollup, "_count", count_late)
        rollup.rebuild(weeks=WEEKS[:1], now=NOW)
    assert RollupOwn.every.get().n_form == 2
    assert StaleMark.objects.exists()
    rollup.refresh()
    assert_exact()


def test_filing_between_two_counts_is_left_to_its_mark(
    unfinished: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = rollup._run

    def run_late(name: str, **facts: Any) -> Any:
        if name == "fresh_counted":
            unfinished()
        return run(name, **facts)

    with monkeypatch.context() as patch:
        patch.setattr(rollup, "_run", run_late)
        rollup.rebuild(weeks=WEEKS[:1], now=NOW)
    assert not RollupOwnSource.every.exists()
    rollup.refresh()
    assert RollupOwnSource.every.exists()
    assert_exact()


def test_sweep_leaves_shards_in_other_hands(villages: list[Unit]) -> None:
    make_post(villages[0], since=LAST_WEEK.monday, until=THIS_WEEK.plus(1).monday)
    with transaction.atomic():
        rollup._run("lock_shard", shard=villages[0].shard)
        assert elsewhere(lambda: rollup.refresh(wait=False)) == rollup.Refreshed()
    with transaction.atomic():
        rollup._run("lock_all")
        assert elsewhere(lambda: rollup.refresh(wait=False)) == rollup.Refreshed()
    assert elsewhere(lambda: rollup.refresh(wait=False)).keys == 2

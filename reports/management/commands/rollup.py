"""`manage.py rollup refresh|rebuild|verify`: the sums of the read side, by hand."""

from __future__ import annotations

import argparse
import datetime as dt
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from burden.kit.clock import Week, now
from reports import (
    asked,
    demand_sums,
    estimates,
    kinds,
    meter,
    peer_stats,
    people,
    rollup,
    stale_weeks,
    unregistered,
    verification,
)
from reports.signals import recount as signals


class Command(BaseCommand):
    """One line a run; status 1 where a verification finds a difference."""

    help = "Refresh what is marked, rebuild all weeks or one from the entries, or verify the sums against the entries."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what to do; --week narrows a rebuild."""
        parser.add_argument("action", choices=["refresh", "rebuild", "verify"])
        parser.add_argument("--week", type=_monday, help="rebuild only the week of this Monday (YYYY-MM-DD)")

    def handle(self, *, action: str, week: dt.date | None, **_options: Any) -> None:
        """Do it. Refuses: --week with anything but rebuild; exit status 1 where the sums differ."""
        if week and action != "rebuild":
            raise CommandError("--week goes with rebuild")
        begun = time.monotonic()
        line = getattr(self, action)(week)
        self.stdout.write(f"{line} in {time.monotonic() - begun:.1f} s")
        if self.wrong:
            raise SystemExit(1)

    wrong = False

    def refresh(self, _week: dt.date | None) -> str:
        """Take every mark there is."""
        done, demands = rollup.refresh(), demand_sums.refresh()
        units = f"{done.keys} units x weeks, {done.weeks} whole weeks"
        return f"refreshed: {done.marks} marks, {units}, {demands} demands x weeks"

    def rebuild(self, week: dt.date | None) -> str:
        """Count the weeks anew."""
        weeks = rollup.rebuild(weeks=[week] if week else None, now=now(), progress=self.tell)
        if week:
            demand_sums.rebuild(weeks=[week])
            stale_weeks.note([week])
        else:
            demand_sums.rebuild()
            meter.recount(now=now())
            unregistered.recount(now=now())
            kinds.recount(now=now())
            signals.recount(now=now())
        people.recount(now=now())
        asked.recount(now=now(), whole=not week)
        estimates.recount(now=now(), whole=not week)
        peer_stats.recount(now=now(), weeks=max(weeks, 1))
        return f"rebuilt: {weeks} weeks"

    def verify(self, _week: dt.date | None) -> str:
        """Recount everything, compare, and keep the outcome: an incident begins or ends with it."""
        found = verification.verify(now=now(), progress=self.tell)
        self.wrong = found.differences > 0
        for table, (rows, differences) in sorted(found.tables.items()):
            self.stdout.write(f"  {table}: {rows} rows, {differences} differ")
        return f"verified: {found.rows} rows, {found.differences} differences"

    def tell(self, done: int, of: int) -> None:
        """Show progress to whoever watches."""
        if self.stderr.isatty():
            self.stderr.write(f"week {done} of {of}", ending="\n" if done == of else "\r")


def _monday(text: str) -> dt.date:
    """Read a Monday. Refuses: anything else."""
    try:
        return Week.parse(text).monday
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not the date of a Monday (YYYY-MM-DD)") from None

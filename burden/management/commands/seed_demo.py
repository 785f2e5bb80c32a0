"""`manage.py seed_demo`: the fictional 临溪县 and two small counties beside it, with two years of weekly returns."""

import io
import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from burden.demo.ordered import order
from burden.demo.places import TOWNSHIPS
from burden.demo.plan import WEEKS
from burden.demo.recognised import recognise
from burden.demo.seed import seed, seeded
from burden.kit import clock

LOOK = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())


class Command(BaseCommand):
    """Write demo data and count its sums; a second run finds it there."""

    help = "导入演示数据：一个虚构的县、它的人员、105 个过去的周和本周。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Less of it where less will do: all departments, the first townships, the last weeks."""
        parser.add_argument("--weeks", type=int, choices=range(2, WEEKS + 1), default=WEEKS, metavar=f"2-{WEEKS}")
        most = len(TOWNSHIPS)
        parser.add_argument("--townships", type=int, choices=range(1, most + 1), default=most, metavar=f"1-{most}")

    def handle(self, *, weeks: int, townships: int, **_options: Any) -> None:
        if seeded():
            self.stdout.write(_("演示数据已经在了"))
            return
        began = time.monotonic()
        counts = self._seed(weeks=weeks, townships=townships)
        self.stdout.write(
            _("演示数据：%(units)s 个单位，%(people)s 人，%(returns)s 份周报，%(entries)s 条记录")
            % {name: f"{count:,}" for name, count in counts.items()}
        )
        self.stdout.write(_("计算合计…"))
        call_command("rollup", "rebuild", stdout=io.StringIO())
        order(now=clock.now())
        call_command("rollup", "refresh", stdout=io.StringIO())  # of what was withdrawn
        recognise(now=clock.now())
        call_command("demo_bulletins")
        self.stdout.write(_("用时 %(seconds)s 秒") % {"seconds": round(time.monotonic() - began)})

    def _seed(self, **extent: int) -> dict[str, int]:
        """Write the rows: one line that moves where somebody watches, else one line a step."""
        console = Console(stderr=True)
        if not console.is_terminal:
            return seed(now=clock.now(), say=lambda text, _share: self.stdout.write(f"{text}…"), **extent)
        with Progress(*LOOK, console=console, transient=True) as progress:
            line = progress.add_task(_("演示数据"), total=1.0)

            def say(text: str, share: float) -> None:
                progress.update(line, description=text, completed=share)

            return seed(now=clock.now(), say=say, **extent)

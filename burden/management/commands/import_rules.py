"""`manage.py import_rules FILE`: the measurable provisions that demands are held against."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from burden.kit import clock
from burden.kit.errors import Refused
from burden.standards.importing import LIMIT, SHEETS, import_standards
from burden.units.importing import FileRefused

SHOWN = 20  # faults that are printed; the rest is counted


class Command(BaseCommand):
    """Import one kind of standards and say what came of the file."""

    kind = "rules"
    what = "导入规则；没有核对过原文的先关着"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        columns = ",".join(SHEETS[self.kind].columns)
        self.help = f"{self.what}。CSV {columns}，UTF-8 或 GB18030。有一行不对就都不导；同一个文件再导一次不变。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **_options: Any) -> None:
        """Import, or say which lines are wrong."""
        try:
            with file.open("rb") as opened:
                done = import_standards(by=None, kind=self.kind, data=opened.read(LIMIT + 1), now=clock.now())
        except FileRefused as refused:
            rest = len(refused.faults) - SHOWN
            lines = [str(refused), *map(str, refused.faults[:SHOWN])]
            raise CommandError(
                "\n".join([*lines, _("另有 %(count)s 行") % {"count": rest}] if rest > 0 else lines)
            ) from None
        except (Refused, OSError) as refused:
            raise CommandError(str(refused)) from None
        counts = {"created": done.created, "changed": done.changed, "unchanged": done.unchanged}
        self.stdout.write(_("新建 %(created)s，有变化 %(changed)s，没有变化 %(unchanged)s") % counts)

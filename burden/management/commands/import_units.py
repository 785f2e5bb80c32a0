"""`manage.py import_units FILE`: create and change the tree of units from a CSV file."""

import datetime as dt
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from burden.kit import clock
from burden.kit.errors import Refused
from burden.units.importing import LIMIT, FileRefused, Imported, import_units

SHOWN = 20  # faults that are printed; the rest is counted


class Command(BaseCommand):
    """Import units and say what became of every line."""

    help = "导入单位：CSV code,name,level,parent_code[,kind,headcount]，UTF-8 或 GB18030。有一行不对就都不导。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="只说会做什么，不改动数据")
        parser.add_argument("--skip-bad", action="store_true", help="跳过不对的行，导入其余的")
        parser.add_argument(
            "--effective", type=dt.date.fromisoformat, metavar="YYYY-MM-DD",
            help="从哪个周一起生效（默认本周一；更早的周用单位最初的情况）",
        )  # fmt: skip

    def handle(self, *, file: Path, dry_run: bool, skip_bad: bool, effective: dt.date | None, **_options: Any) -> None:
        try:
            data = _read(file)
            done = import_units(
                by=None, data=data, now=clock.now(), effective=effective, skip_bad=skip_bad, dry_run=dry_run
            )
        except FileRefused as refused:
            raise CommandError("\n".join([str(refused), *_listed(refused.faults)])) from None
        except (Refused, OSError) as refused:
            raise CommandError(str(refused)) from None
        self._report(done, dry_run=dry_run)

    def _report(self, done: Imported, *, dry_run: bool) -> None:
        counts = {
            _("新建"): done.created,
            _("有变化"): done.changed,
            _("没有变化"): done.unchanged,
            _("重复的行"): done.repeated,
            _("并入的占位单位"): len(done.merged),
            _("没有导入的行"): len(done.faults),
        }
        if dry_run:
            self.stdout.write(_("试运行，没有改动任何数据"))
        self.stdout.write(_("生效日 %(day)s") % {"day": done.effective})
        for label, count in counts.items():
            self.stdout.write(f"  {label}  {count:,}")
        for one in done.merged:
            self.stdout.write(
                _("第 %(folded)s 行 %(code)s %(name)s 是占位，并入第 %(kept)s 行的同一单位")
                % {"folded": one.folded, "code": one.code, "name": one.name, "kept": one.kept}
            )
        for sentence in _listed(done.faults):
            self.stdout.write(sentence)


def _read(file: Path) -> bytes:
    """Read a file, at most one byte past the limit."""
    with file.open("rb") as opened:
        return opened.read(LIMIT + 1)


def _listed(faults: list[Any]) -> list[str]:
    shown = [str(fault) for fault in sorted(faults)[:SHOWN]]
    rest = len(faults) - len(shown)
    return [*shown, _("另有 %(count)s 行") % {"count": rest}] if rest else shown

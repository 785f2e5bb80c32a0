"""`manage.py import_history FILE`: past work from before the portal, all or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from burden.entries.history import COLUMNS, HistoryRefused, import_history
from burden.kit import clock
from burden.kit.errors import Refused


class Command(BaseCommand):
    """Import past work and say what came of it."""

    help = f"导入过去的工作：CSV {','.join(COLUMNS)}，UTF-8 或 GB18030。全部导入或一行不导；同一个文件只收一次。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **_options: Any) -> None:
        try:
            with file.open("rb") as opened:
                done = import_history(by=None, file=opened, name=file.name, now=clock.now(), say=self._say)
        except HistoryRefused as refused:
            rest = refused.total - len(refused.faults)
            lines = [str(refused), *map(str, refused.faults)]
            raise CommandError(
                "\n".join([*lines, _("另有 %(count)s 行") % {"count": rest}] if rest else lines)
            ) from None
        except (Refused, OSError) as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(
            _("导入 %(rows)s 条记录，%(returns)s 份周报，%(cadres)s 名干部（新 %(new)s 名），%(first)s 至 %(last)s")
            % {
                "rows": f"{done.rows:,}",
                "returns": f"{done.returns:,}",
                "cadres": f"{done.cadres:,}",
                "new": f"{done.new_cadres:,}",
                "first": done.first,
                "last": done.last,
            }
        )
        self.stdout.write(
            _("门户在运行时，合计随后自动更新；没有运行时，请执行 %(command)s")
            % {"command": "manage.py rollup rebuild"}
        )

    def _say(self, text: str) -> None:
        self.stdout.write(f"{text}…")

"""`manage.py prepare`: bring the database and the static files in step with the code."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from burden.accounts.models import User
from burden.units.models import Unit

UNUSED = ["rest_framework", "account", "ext"]  # static files of packages whose pages and extras the portal does not use
EMPTY = """\
平台还是空的。请在另一个终端依次执行：
  .venv/bin/python manage.py import_units 文件         导入单位
  .venv/bin/python manage.py create_user --unit 代码   建一个单位的三员，各得一个一次性链接"""


class Command(BaseCommand):
    """Prepare what the portal needs before it serves; `up` runs this, and so does a deployment."""

    help = "升级数据库、收集静态文件；平台是空的就导入演示数据（DEMO=0：只说怎样开始）。"

    def handle(self, **_options: Any) -> None:
        """Run each step; all may be repeated."""
        call_command("migrate", interactive=False, verbosity=0)
        collect_static()
        if settings.DEMO and not Unit.every.exists():
            call_command("seed_demo")
        elif not User.objects.exists():
            self.stdout.write(EMPTY)


def collect_static() -> None:
    """Collect and compress the static files, unless none has changed since: it takes seconds."""
    stamp, now = Path(settings.STATIC_ROOT, ".collected"), fingerprint()
    if stamp.exists() and stamp.read_text(encoding="ascii") == now:
        return
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED)
    stamp.write_text(now, encoding="ascii")


def fingerprint() -> str:
    """Sum up which static files there are, by name, time and size."""
    files = sorted(
        (path, storage.get_modified_time(path).isoformat(), storage.size(path))
        for finder in get_finders()
        for path, storage in finder.list(UNUSED)
    )
    return hashlib.sha256(repr(files).encode()).hexdigest()

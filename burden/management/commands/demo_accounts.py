"""`manage.py demo_accounts`: who can log in to the demo data, and with which password."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from burden.accounts.demo import demo_accounts

FIELDS = ("username", "password", "role", "unit", "unit_code")


class Command(BaseCommand):
    """List the demo accounts, one of each role at least."""

    help = "列出演示账号；没有演示数据就报错。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="输出 JSON 列表")

    def handle(self, *, json: bool, **_options: Any) -> None:
        accounts = [{name: value for name, value in asdict(one).items() if name in FIELDS} for one in demo_accounts()]
        if not accounts:
            raise CommandError(_("这里没有演示数据：先执行 %(command)s") % {"command": "manage.py seed_demo"})
        self.stdout.write(_as_json(accounts) if json else "\n".join("  ".join(one.values()) for one in accounts))


def _as_json(accounts: list[dict[str, str]]) -> str:
    return json.dumps(accounts, ensure_ascii=False, indent=1)

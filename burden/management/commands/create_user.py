"""Open an account from the command line; the first of the 三员 come to be this way."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from burden.accounts import services
from burden.accounts.models import User
from burden.accounts.roles import Role
from burden.kit import clock
from burden.kit.errors import Refused
from burden.management.commands.login_link import address_of
from burden.units.models import Unit

USAGE = "create_user USERNAME --name NAME --role ROLE --unit CODE"
FIRST = (("sysadmin", Role.SYSADMIN), ("secadmin", Role.SECADMIN), ("auditor", Role.AUDITOR))


class Command(BaseCommand):
    """Open one account, or in an empty database the three administrators; print each one-time link."""

    help = "开一个账号，输出它的一次性链接。还没有任何人时可以不写用户名：一次建三员。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("username", nargs="?")
        parser.add_argument("--name", help="姓名；默认同用户名")
        parser.add_argument("--role", choices=Role.values, default=Role.CADRE)
        parser.add_argument("--unit", metavar="CODE", help="单位代码；默认是唯一没有上级的单位")

    def handle(self, *args: Any, **options: Any) -> None:
        """Open the account or accounts."""
        unit = _unit(options["unit"])
        for username, name, role in _wanted(options):
            try:
                user, secret = services.open_account(
                    username=username, name=name, unit=unit, role=role, now=clock.now()
                )
            except Refused as refused:
                raise CommandError(str(refused)) from refused
            self.stdout.write(f"{user.username} {role} {unit.code} {address_of(secret)}")


def _wanted(options: dict[str, Any]) -> list[tuple[str, str, str]]:
    if options["username"]:
        return [(options["username"], options["name"] or options["username"], options["role"])]
    if User.objects.filter(username__isnull=False).exists():
        raise CommandError(_("请写用户名：%(command)s") % {"command": USAGE})
    return [(username, str(role.label), role) for username, role in FIRST]


def _unit(code: str | None) -> Unit:
    """Return the unit of a code, or the only root."""
    found = list(Unit.every.filter(code=code) if code else Unit.every.filter(parent=None)[:2])
    if len(found) == 1:
        return found[0]
    if code:
        raise CommandError(_("没有单位 %(value)s") % {"value": code})
    raise CommandError(_("请用 --unit 写单位代码") if found else _("先用 import_units 导入单位"))

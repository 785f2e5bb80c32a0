"""Make an API token: the token alone on stdout."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from burden.accounts import services
from burden.accounts.models import User
from burden.accounts.services.rules import fold
from burden.kit import clock
from burden.kit.errors import Refused


class Command(BaseCommand):
    """Make a token of 365 days for a person, or revoke all there are."""

    help = "输出一个新的接口令牌，365 天内有效。三员没有令牌。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("username")
        parser.add_argument("--revoke", action="store_true", help="不建新的，收回已有的")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make or revoke."""
        user = User.objects.filter(username=fold(options["username"])).first()
        if user is None:
            raise CommandError(_("没有用户 %(name)s") % {"name": options["username"]})
        if options["revoke"]:
            count = services.revoke_tokens(by=None, user=user, now=clock.now())
            self.stderr.write(_("收回了 %(count)s 个令牌") % {"count": count})
            return
        try:
            self.stdout.write(services.make_token(by=None, user=user, now=clock.now()))
        except Refused as refused:
            raise CommandError(str(refused)) from refused

"""Make a one-time link from the command line: for the 三员 of the topmost unit there is nobody above who could."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils.translation import gettext as _

from burden import embedded
from burden.accounts import services
from burden.accounts.models import User
from burden.accounts.services.rules import fold
from burden.kit import clock


class Command(BaseCommand):
    """Print a one-time link of 24 hours for a person who forgot the password."""

    help = "输出一个一次性链接，24 小时内有效，本人用它设新密码。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the link."""
        user = User.objects.filter(username=fold(options["username"]), is_active=True).first()
        if user is None:
            raise CommandError(_("没有在用的用户 %(name)s") % {"name": options["username"]})
        self.stdout.write(address_of(services.reissue_link(user=user, now=clock.now())))


def address_of(secret: str) -> str:
    """Return a one-time link as a browser opens it; without its beginning where no portal of this checkout runs."""
    running = embedded.running()
    return (running.url.rstrip("/") if running else "") + reverse("login_link", args=[secret])

"""Make an API token: the token alone on stdout."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from burden.accounts import services
from burden.accounts.models import User
from burden.accounts.services.rules import fold
from burden.kit import clock
from burden.kit.errors import Refused


class Command(BaseCommand):
    """Make a token of 365 days for a person, or revoke all there are."""

    help = "Print a new API token, valid 365 days. The three administrators get none."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("username")
        parser.add_argument("--revoke", action="store_true", help="make none, revoke those there are")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make or revoke."""
        user = User.objects.filter(username=fold(options["username"])).first()
        if user is None:
            raise CommandError(f"no user has the name {options['username']}")
        if options["revoke"]:
            count = services.revoke_tokens(by=None, user=user, now=clock.now())
            self.stderr.write(f"revoked {count}")
            return
        try:
            self.stdout.write(services.make_token(by=None, user=user, now=clock.now()))
        except Refused as refused:
            raise CommandError(str(refused)) from refused

"""`manage.py prepare`: bring the database and the static files in step with the code."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from burden.accounts.models import User
from burden.units.models import Unit

FIRST_ADMINISTRATORS = """\
No users yet. Create the first administrators, then log in with the links this prints:
  .venv/bin/python manage.py create_user USERNAME --name NAME --role sysadmin
  .venv/bin/python manage.py create_user USERNAME --name NAME --role secadmin"""


class Command(BaseCommand):
    """Prepare what the portal needs before it serves; `up` runs this, and so does a deployment."""

    help = "Migrate, collect static files, and on an empty portal import demo data (DEMO=0: say how to begin)."

    def handle(self, **_options: Any) -> None:
        """Run each step; all may be repeated."""
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if not Unit.every.exists() and settings.DEMO:
            call_command("seed_demo")
        elif not User.objects.exists():
            self.stdout.write(FIRST_ADMINISTRATORS)

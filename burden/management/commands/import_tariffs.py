"""`manage.py import_tariffs FILE`: what an activity takes when nobody knows better, as a new version from this week on."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from burden.demands.services import reestimate
from burden.kit import clock
from burden.management.commands import import_rules


class Command(import_rules.Command):
    """Import them as rules are imported, and re-estimate what stands on a tariff alone."""

    kind = "tariffs"
    what = "导入工时标准，从本周起算新的一版；只按标准算、还没人答复的随之重估，单独记账"

    @transaction.atomic
    def handle(self, **options: Any) -> None:
        """Import and re-estimate, or neither."""
        super().handle(**options)
        weeks = reestimate(now=clock.now())
        self.stdout.write(_("重估 %(weeks)s 项·周") % {"weeks": weeks})

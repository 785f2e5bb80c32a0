"""`manage.py import_duties FILE`: a county's duty list (履职事项清单)."""

from burden.management.commands import import_rules


class Command(import_rules.Command):
    """Import them as rules are imported."""

    kind = "duties"
    what = "导入县的履职事项清单"

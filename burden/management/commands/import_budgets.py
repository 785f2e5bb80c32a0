"""`manage.py import_budgets FILE`: the yearly budgets of issuers."""

from burden.management.commands import import_rules


class Command(import_rules.Command):
    """Import them as rules are imported."""

    kind = "budgets"
    what = "导入各单位一年的负担额度"

"""`manage.py import_plans FILE`: the annual plans of issuers."""

from burden.management.commands import import_rules


class Command(import_rules.Command):
    """Import them as rules are imported."""

    kind = "plans"
    what = "导入各单位的年度计划"

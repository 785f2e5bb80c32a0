"""The roles and what goes together. Source: SECURITY design section 1."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a post lets its holder do; short codes are stored."""

    CADRE = "cadre", _("干部")
    LEAD = "lead", _("单位负责人")
    ISSUER = "issuer", _("登记员")
    REVIEWER = "reviewer", _("专班")
    OFFICE = "office", _("机制办")
    OBSERVER = "observer", _("特邀监督员")
    SYSADMIN = "sysadmin", _("系统管理员")
    SECADMIN = "secadmin", _("安全管理员")
    AUDITOR = "auditor", _("审计员")


TRIO = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR})  # 三员: exclusive; none reads returns or feedback
READERS = frozenset({Role.LEAD, Role.ISSUER, Role.REVIEWER, Role.OFFICE, Role.OBSERVER})  # read sums of their subtree
EXPORTERS = frozenset({Role.REVIEWER, Role.OFFICE})
# who opens which page first, where a person holds several posts
PRECEDENCE = (
    Role.SYSADMIN,
    Role.SECADMIN,
    Role.AUDITOR,
    Role.OFFICE,
    Role.REVIEWER,
    Role.OBSERVER,
    Role.CADRE,
    Role.LEAD,
    Role.ISSUER,
)

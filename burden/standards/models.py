"""Categories and tariffs: the agreed minutes of each activity, with source and date in every row."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    """The four main categories of burden, and the rest."""

    MEETING = "meeting", _("会议")
    DOCUMENT = "document", _("文件")
    FORM = "form", _("报表")
    INSPECTION = "inspection", _("检查")
    OTHER = "other", _("其他")


class Subkind(models.TextChoices):
    """What "other" holds, and how heavy a form is."""

    NONE = "", "—"
    SIMPLE = "simple", _("简单")
    MEDIUM = "medium", _("中等")
    HIGH = "high", _("复杂")
    DIGITAL = "digital", _("工作群／APP")
    SECONDMENT = "secondment", _("借调")
    CAMPAIGN = "campaign", _("创建示范")
    PROOF = "proof", _("证明／挂牌")
    TRACE = "trace", _("留痕")


SUBKINDS = {
    Category.FORM: [Subkind.NONE, Subkind.SIMPLE, Subkind.MEDIUM, Subkind.HIGH],
    Category.OTHER: [
        Subkind.NONE, Subkind.DIGITAL, Subkind.SECONDMENT, Subkind.CAMPAIGN, Subkind.PROOF, Subkind.TRACE,
    ],
}  # fmt: skip


class TariffVersion(models.Model):
    """A set of tariffs valid from a Monday on; a change of method is a new version, never an edit."""

    number = models.IntegerField(unique=True)
    from_week = models.DateField(unique=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "tariff_version"
        constraints = [
            models.CheckConstraint(condition=models.Q(from_week__iso_week_day=1), name="tariff_version_from_monday"),
        ]


class Tariff(models.Model):
    """Minutes of one activity when nobody knows better. Units: whole minutes each; people: a count."""

    version = models.ForeignKey(TariffVersion, models.PROTECT, related_name="tariffs")
    category = models.CharField(max_length=10, choices=Category)
    subkind = models.CharField(max_length=10, choices=Subkind, blank=True)
    people = models.IntegerField()
    minutes = models.IntegerField()
    travel_minutes = models.IntegerField(default=0)
    prep_minutes = models.IntegerField(default=0)
    source = models.CharField(max_length=200)
    source_on = models.DateField()
    proposed = models.BooleanField(default=False)  # our own proposal [P], not yet measured anywhere

    class Meta:
        db_table = "tariff"
        constraints = [
            models.UniqueConstraint(fields=["version", "category", "subkind"], name="tariff_once"),
            models.CheckConstraint(
                condition=models.Q(people__gte=0, minutes__gte=0, travel_minutes__gte=0, prep_minutes__gte=0),
                name="tariff_not_negative",
            ),
        ]

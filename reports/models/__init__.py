"""The read side's tables: everything here can be deleted and rebuilt from the write side, but for export jobs and portal times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from burden.accounts.models import User
from burden.kit.db import ScopedQuerySet
from burden.standards.models import Category
from burden.units.models import Unit
from reports.models.demands import RollupDemand
from reports.models.hidden import CountedWeek, HiddenWeek
from reports.models.kinds import KindAnswers
from reports.models.measures import ReturnSpread, RollupAsked
from reports.models.peers import PeerStat
from reports.models.scope import OfIssuerQuerySet, RollupQuerySet, few
from reports.models.stale import StaleWeek

__all__ = [
    "CountedWeek",
    "HiddenWeek",
    "KindAnswers",
    "PeerStat",
    "ReturnSpread",
    "RollupAsked",
    "RollupDemand",
    "RollupQuerySet",
    "StaleWeek",
]  # and all that is defined here

if TYPE_CHECKING:
    from burden.accounts.actor import Actor


class Sums(models.Model):
    """The columns that rollup_own and rollup_sub share. Units: n_* counts; all others whole person-minutes or people.

    m_* is confirmed, c_* is claimed by issuers and not yet answered.
    """

    week = models.DateField()
    n_meeting = models.IntegerField()
    n_document = models.IntegerField()
    n_form = models.IntegerField()
    n_inspection = models.IntegerField()
    n_other = models.IntegerField()
    m_meeting = models.BigIntegerField()
    m_document = models.BigIntegerField()
    m_form = models.BigIntegerField()
    m_inspection = models.BigIntegerField()
    m_other = models.BigIntegerField()
    c_meeting = models.BigIntegerField()
    c_document = models.BigIntegerField()
    c_form = models.BigIntegerField()
    c_inspection = models.BigIntegerField()
    c_other = models.BigIntegerField()
    self_min = models.BigIntegerField()
    after_hours_min = models.BigIntegerField()
    bulk_min = models.BigIntegerField()
    returns = models.IntegerField()
    nil_returns = models.IntegerField()
    active = models.IntegerField()

    objects = RollupQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        abstract = True
        default_manager_name = "every"
        base_manager_name = "every"


class RollupOwn(Sums):
    """What the cadres of one unit filed in one week."""

    pk = models.CompositePrimaryKey("unit_id", "week")
    unit = models.ForeignKey(Unit, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)

    class Meta(Sums.Meta):
        db_table = "rollup_own"
        indexes = [BrinIndex(fields=["week"], name="rollup_own_week"), few("rollup_own_few")]


class RollupOwnSource(models.Model):
    """For whom they worked: a row beside each of rollup_own, so that the sums are read and rebuilt without it.

    Shape: `sources` has one row per issuer, ordered: issuer id (0: not stated), n, m_meeting, m_document, m_form,
    m_inspection, m_other, c_min, u_min, u_n. A recount compares it with the entries to learn what to add to rollup_source.
    """

    pk = models.CompositePrimaryKey("unit_id", "week")
    unit = models.ForeignKey(Unit, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    week = models.DateField()
    sources = ArrayField(ArrayField(models.BigIntegerField()))

    objects = RollupQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "rollup_own_source"
        default_manager_name = "every"
        base_manager_name = "every"
        indexes = [BrinIndex(fields=["week"], name="rollup_own_source_week")]


class RollupSub(Sums):
    """The sums of a unit and all below it, in the tree of that week."""

    pk = models.CompositePrimaryKey("unit_id", "week")
    unit = models.ForeignKey(Unit, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)

    class Meta(Sums.Meta):
        db_table = "rollup_sub"
        indexes = [BrinIndex(fields=["week"], name="rollup_sub_week"), few("rollup_sub_few")]


class RollupSource(models.Model):
    """What a unit's subtree spent on one issuer in one week; township and above. Issuer 0: not stated, -1: what units ask of themselves.

    Units: n a count; m_* confirmed, c_min claimed and not yet answered, u_min confirmed of what another unit asked and never registered:
    person-minutes; u_n the records behind it.
    """

    pk = models.CompositePrimaryKey("unit_id", "week", "issuer_id")
    unit = models.ForeignKey(Unit, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    week = models.DateField()
    issuer_id = models.BigIntegerField()
    n = models.IntegerField()
    m_meeting = models.BigIntegerField()
    m_document = models.BigIntegerField()
    m_form = models.BigIntegerField()
    m_inspection = models.BigIntegerField()
    m_other = models.BigIntegerField()
    c_min = models.BigIntegerField()
    u_min = models.BigIntegerField(default=0, db_default=0)
    u_n = models.IntegerField(default=0, db_default=0)

    objects = RollupQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "rollup_source"
        default_manager_name = "every"
        base_manager_name = "every"
        indexes = [BrinIndex(fields=["week"], name="rollup_source_week")]


class SourceSpan(models.Model):
    """A span of whole weeks that source_period keeps: it may be read there, and every recount of its weeks keeps it right."""

    pk = models.CompositePrimaryKey("kind", "first")
    kind = models.CharField(max_length=7)
    first = models.DateField()
    until = models.DateField()

    class Meta:
        db_table = "source_span"


class SourcePeriod(models.Model):
    """rollup_source of counties and above, summed by month, quarter and year.

    Units: as RollupSource; `kind` and `first` (a Monday) name a row of source_span. A row may have come to nothing.
    `u_told_min` is of u_min what lies in weeks with enough records to be told.
    """

    pk = models.CompositePrimaryKey("unit_id", "kind", "first", "issuer_id")
    unit = models.ForeignKey(Unit, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    kind = models.CharField(max_length=7)
    first = models.DateField()
    issuer_id = models.BigIntegerField()
    n = models.IntegerField()
    m_meeting = models.BigIntegerField()
    m_document = models.BigIntegerField()
    m_form = models.BigIntegerField()
    m_inspection = models.BigIntegerField()
    m_other = models.BigIntegerField()
    c_min = models.BigIntegerField()
    u_min = models.BigIntegerField()
    u_n = models.IntegerField()
    u_told_min = models.BigIntegerField()

    objects = RollupQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "source_period"
        default_manager_name = "every"
        base_manager_name = "every"
        indexes = [models.Index(fields=["kind", "first"], name="source_period_span")]


class SignalQuerySet(ScopedQuerySet):
    """Signals about the acting issuer, and about units inside the actor's range."""

    def scope(self, actor: Actor) -> models.Q:
        low, high = actor.read_range
        return models.Q(unit_id__in=actor.issuing) | models.Q(unit__path__gte=low, unit__path__lt=high)


class UnregisteredDemand(models.Model):
    """What several cadres record as asked by one issuer, and no demand was registered for. Rebuilt every night.

    Units: cadres, units and n (entries) are counts; person_min whole person-minutes. Shape: `weeks` are [Monday, units, person-minutes]
    of the weeks of a year that enough people stand behind, the oldest first; all else is of half a year.
    """

    issuer = models.ForeignKey(Unit, models.DO_NOTHING, related_name="+", db_constraint=False)
    category = models.CharField(max_length=10, choices=Category)
    title = models.CharField(max_length=200)
    cadres = models.IntegerField()
    units = models.IntegerField()
    n = models.IntegerField()
    person_min = models.BigIntegerField()
    first_week = models.DateField()
    last_week = models.DateField()
    weeks = models.JSONField(default=list, db_default=[])

    objects = OfIssuerQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "unregistered_demand"
        default_manager_name = "every"
        base_manager_name = "every"

    def minutes_in(self, weeks: Collection[dt.date]) -> int | None:
        """Return what it took in some weeks. Units: person-minutes; None where in none of them enough people stand behind it.

        Where these hold all of the half year, that is told as one sum, with the weeks in which few recorded it.
        """
        is_whole = self.first_week in weeks and self.last_week in weeks
        told = {dt.date.fromisoformat(week): minutes for week, _units, minutes in self.weeks}
        single = [
            minutes for week, minutes in told.items() if week in weeks and not (is_whole and week >= self.first_week)
        ]
        return sum(single) + (self.person_min if is_whole else 0) if single or is_whole else None


class Signal(models.Model):
    """Something that looks wrong in the numbers, with its evidence, for a person to judge; counted anew every night.

    Shape: kind, unit, subject and `since` name it for good: what overlaps a signal of the night before keeps its `since` and
    `first_seen`. Units: strength is per cent of the threshold, person_min person-minutes; weeks are Mondays.
    """

    class Kind(models.TextChoices):
        OUTLIER = "outlier", _("明显偏重")
        SPLIT = "split", _("拆会")
        RENAMED = "renamed", _("换名")
        INFORMAL = "informal", _("非正式渠道")
        RELAY = "relay", _("快转")
        UNREGISTERED = "unregistered", _("未登记")
        UNIFORM = "uniform", _("一刀切")

    kind = models.CharField(max_length=12, choices=Kind)
    unit = models.ForeignKey(Unit, models.DO_NOTHING, related_name="+", db_constraint=False)
    subject = models.CharField(max_length=250, blank=True)
    since = models.DateField()
    category = models.CharField(max_length=10, choices=Category, blank=True)
    first_week = models.DateField()
    last_week = models.DateField()
    strength = models.IntegerField()
    person_min = models.BigIntegerField()
    evidence = models.JSONField()
    first_seen = models.DateField()
    # what names it for good, in a finding that was raised from it; a date as text depends on settings, its parts do not
    key = models.GeneratedField(
        expression=models.Func(
            template="kind || ':' || unit_id || ':' || lpad(extract(year FROM since)::text, 4, '0') || '-'"
            " || lpad(extract(month FROM since)::text, 2, '0') || '-' || lpad(extract(day FROM since)::text, 2, '0')"
            " || ':' || subject",
            output_field=models.TextField(),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = SignalQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "signal"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [models.UniqueConstraint(fields=["key"], name="signal_key")]
        indexes = [models.Index(fields=["-first_seen", "-person_min", "id"], name="signal_newest")]


class PortalTime(models.Model):
    """How long filing took in one week, of a unit and all below it in the tree of that week; groups of five and more.

    Units: n counts weeks filed for the first time, in time and with a time; seconds.
    """

    pk = models.CompositePrimaryKey("unit_id", "week")
    unit = models.ForeignKey(Unit, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    week = models.DateField()
    n = models.IntegerField()
    median_s = models.IntegerField()
    total_s = models.BigIntegerField()

    objects = RollupQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "portal_time"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [models.CheckConstraint(condition=models.Q(n__gte=5), name="portal_time_group")]


class PeopleYear(models.Model):
    """How many people filed in a year, of a unit and all below it in the trees of its weeks. Counted every night.

    Units: people is a count of different cadres; weeks that are not over are left out.
    """

    pk = models.CompositePrimaryKey("unit_id", "year")
    unit = models.ForeignKey(Unit, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    year = models.SmallIntegerField()
    people = models.IntegerField()

    objects = RollupQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "people_year"
        default_manager_name = "every"
        base_manager_name = "every"


class ExportQuerySet(ScopedQuerySet):
    """Export jobs of the requester alone."""

    def scope(self, actor: Actor) -> models.Q:
        return models.Q(requested_by_id=actor.user_id)


class ExportJob(models.Model):
    """One requested export: what was asked, how far it is, where the file lies."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等待")
        RUNNING = "running", _("正在生成")
        DONE = "done", _("已生成")
        FAILED = "failed", _("生成失败")
        CANCELLED = "cancelled", _("已取消")
        EXPIRED = "expired", _("已过期")

    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    from_week = models.DateField()
    to_week = models.DateField()
    level = models.CharField(max_length=10, default="own")  # whose rows: the unit itself, or a level below it
    tables = models.JSONField()  # keys of reports.tables
    format = models.CharField(max_length=4)
    basis = models.CharField(
        max_length=8, default="reported", db_default="reported"
    )  # the tree of each week, or today's
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    token = models.CharField(max_length=43, unique=True)  # 256 bits, part of the file's name
    attempts = models.SmallIntegerField(default=0)
    sizes = models.JSONField(default=list, db_default=[])  # rows of each table, as far as they are counted
    rows_done = models.IntegerField(default=0)
    rows_total = models.IntegerField(default=0)
    size = models.BigIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=64, blank=True)  # of the request that asked: the worker logs under it
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = ExportQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "export_job"
        default_manager_name = "every"
        base_manager_name = "every"
        indexes = [models.Index(fields=["requested_by", "-created_at"], name="export_mine")]

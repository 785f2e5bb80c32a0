"""Tickets (基层反映): what was sealed, whom it is kept from, and what became of it. No row knows the hour of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from burden.accounts.models import User
from burden.accounts.roles import Role
from burden.demands.models import Demand
from burden.feedback.choices import (
    HAPPENED,
    MOST_REPLY,
    MOST_TEXT,
    MOST_TITLE,
    About,
    Act,
    Conclusion,
    Size,
    State,
    Topic,
    Verdict,
)
from burden.kit import clock
from burden.kit.crypto import chance_id
from burden.kit.db import ScopedQuerySet, present
from burden.standards.models import Rule
from burden.units.models import Level, Unit

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

KEEPERS = (Role.OFFICE, Role.REVIEWER)
OPEN_FOR = 7 * clock.DAY  # a name may be read after two people agreed
RESPONDERS = (Role.LEAD, Role.ISSUER, *KEEPERS)
NOBODY = Q(pk__in=[])


def desks_of(actor: Actor) -> set[int]:
    """Return the units for which an actor answers tickets."""
    return {post.unit_id for post in actor.posts if post.role in KEEPERS}


class TicketQuerySet(ScopedQuerySet):
    """Tickets of the actor's desk, raised to it, or inspected from it; never one about a unit the actor works in or below."""

    def scope(self, actor: Actor) -> Q:
        desks = desks_of(actor)
        seen = Q(desk_id__in=desks) | Q(raised_to_id__in=desks)
        for post in actor.posts:
            if post.role == Role.REVIEWER and post.inspectorate:
                low, high = post.unit.range
                seen |= Q(desk__path__gte=low, desk__path__lt=high)
        return seen & ~Q(state=State.SEALED) & ~Q(kept_from__overlap=[*actor.lineage])

    def by_receipt(self, digest: str) -> Self:
        """The one ticket of a receipt, for whoever shows it."""
        present("receipt", digest)
        clone = self.filter(receipt=digest)
        clone._scoped = True
        return clone

    def reported_by(self, mark: str) -> Self:
        """The tickets of a named reporter, for whoever bears the mark."""
        present("reporter", mark)
        clone = self.filter(pk__in=TicketReporter.objects.filter(mark=mark).values("ticket"))
        clone._scoped = True
        return clone


class Ticket(models.Model):
    """One report. Its number is drawn by chance and its days have no hour, so that neither says when it came among others.

    Shape: `sealed` and `added` (what the reporter wrote when it was reopened) are encrypted with the case's `key`; `kept_from` holds
    the units it is about; `desk` the unit above them whose office answers; `receipt` a digest; `removed` the kinds of telling pieces
    that a rewrite left out; `merged_into` whose reply became its own, until its reporter sends that back.
    """

    id = models.BigIntegerField(primary_key=True, default=chance_id)
    named = models.BooleanField(default=False)
    topic = models.CharField(max_length=10, choices=Topic)
    about = models.CharField(max_length=10, choices=About, blank=True)
    area = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)  # whose code it came with
    level = models.CharField(max_length=10, choices=Level, blank=True)
    issuer = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    demand = models.ForeignKey(Demand, models.PROTECT, null=True, related_name="+")
    rule = models.ForeignKey(Rule, models.PROTECT, null=True, related_name="+", db_index=False)
    kept_from = ArrayField(models.BigIntegerField(), default=list)
    desk = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    raised_to = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.SEALED)
    size = models.CharField(max_length=10, choices=Size, blank=True)
    received_on = models.DateField()
    accepted_on = models.DateField(null=True)
    replied_on = models.DateField(null=True)
    first_replied_on = models.DateField(null=True)  # a reopened one has a second reply
    reopened_on = models.DateField(null=True)
    raised_on = models.DateField(null=True)
    receipt = models.CharField(max_length=64, unique=True, null=True)
    key = models.BinaryField()
    sealed = models.BinaryField()
    added = models.BinaryField(null=True)
    photos = models.SmallIntegerField(default=0)
    title = models.CharField(max_length=MOST_TITLE, blank=True)
    rewritten = models.CharField(max_length=MOST_TEXT, blank=True)
    removed = ArrayField(models.CharField(max_length=MOST_TEXT), default=list)
    conclusion = models.CharField(max_length=10, choices=Conclusion, blank=True)
    reply = models.CharField(max_length=MOST_REPLY, blank=True)
    change = models.CharField(max_length=MOST_REPLY, blank=True)  # what is done otherwise from now on
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    later = models.CharField(max_length=10, choices=Verdict, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    objects = TicketQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "ticket"
        default_manager_name = "every"
        base_manager_name = "every"
        indexes = [
            models.Index(fields=["desk", "state", "received_on", "id"], name="ticket_desk"),
            models.Index(fields=["state"], condition=Q(state=State.SEALED), name="ticket_sealed"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="ticket_state"),
            models.CheckConstraint(condition=Q(named=True) ^ Q(receipt__isnull=False), name="ticket_named_or_receipt"),
            models.CheckConstraint(
                condition=Q(merged_into=None) & ~Q(state=State.MERGED)
                | Q(merged_into__isnull=False, state__in=(State.MERGED, State.REPLIED, State.CLOSED)),
                name="ticket_merged_into",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(State.REPLIED, State.CLOSED))
                | (Q(replied_on__isnull=False, first_replied_on__isnull=False) & ~Q(conclusion="") & ~Q(reply="")),
                name="ticket_replied_is_whole",
            ),
        ]


class TicketReporter(models.Model):
    """Who wrote a named ticket, apart from its text: a mark that only that person bears, and the person encrypted."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="+")
    mark = models.CharField(max_length=64, db_index=True)
    sealed = models.BinaryField()

    class Meta:
        db_table = "ticket_reporter"


class TicketPhoto(models.Model):
    """A photo of a ticket, drawn anew and encrypted with the case's key."""

    id = models.BigIntegerField(primary_key=True, default=chance_id)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    number = models.SmallIntegerField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "ticket_photo"
        constraints = [models.UniqueConstraint(fields=["ticket", "number"], name="ticket_photo_once")]


class TicketStep(models.Model):
    """What happened to a ticket on a day, as its reporter may read it. `noted`: whether the ledger has it; acts of reporters come
    there in batches."""

    id = models.BigIntegerField(primary_key=True, default=chance_id)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    act = models.CharField(max_length=10, choices=Act)
    on = models.DateField()
    turn = models.SmallIntegerField()  # the how-manieth of its ticket
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    note = models.CharField(max_length=MOST_REPLY, blank=True)
    noted = models.BooleanField(default=True)

    class Meta:
        db_table = "ticket_step"
        constraints = [models.UniqueConstraint(fields=["ticket", "turn"], name="ticket_step_once")]
        indexes = [models.Index(fields=["on"], condition=Q(noted=False), name="ticket_step_unnoted")]

    @property
    def words(self) -> str:
        """What happened, as the course tells it."""
        return str(HAPPENED[Act(self.act)])


class ForwardQuerySet(ScopedQuerySet):
    """What was forwarded to a unit the actor speaks for; never about a unit the actor works in or below."""

    def scope(self, actor: Actor) -> Q:
        units = [post.unit_id for post in actor.posts if post.role in RESPONDERS]
        return Q(unit_id__in=units) & ~Q(kept_from__overlap=[*actor.lineage])


class TicketForward(models.Model):
    """What a responder is asked to check: the rewritten words alone."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kept_from = ArrayField(models.BigIntegerField(), default=list)
    topic = models.CharField(max_length=10, choices=Topic)
    title = models.CharField(max_length=MOST_TITLE)
    text = models.CharField(max_length=MOST_TEXT)
    sent_by_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    sent_on = models.DateField()
    due_on = models.DateField()
    answer = models.CharField(max_length=MOST_REPLY, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    answered_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)  # nobody asks any longer: the reporter has a reply

    objects = ForwardQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "ticket_forward"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [
            models.CheckConstraint(condition=Q(answered_on=None) ^ ~Q(answer=""), name="ticket_forward_answered"),
        ]


class SentUpQuerySet(ScopedQuerySet):
    """What the actor's desk answered and its reporter sent back to another; never about a unit the actor works in or below."""

    def scope(self, actor: Actor) -> Q:
        return Q(desk_id__in=desks_of(actor)) & ~Q(kept_from__overlap=[*actor.lineage])


class SentUp(models.Model):
    """A reply as a desk gave it, kept for that desk when its ticket went up: nothing of what was written since."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="+")
    desk = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    kept_from = ArrayField(models.BigIntegerField(), default=list)
    topic = models.CharField(max_length=10, choices=Topic)
    title = models.CharField(max_length=MOST_TITLE, blank=True)
    text = models.CharField(max_length=MOST_TEXT, blank=True)
    conclusion = models.CharField(max_length=10, choices=Conclusion)
    reply = models.CharField(max_length=MOST_REPLY)
    change = models.CharField(max_length=MOST_REPLY, blank=True)
    received_on = models.DateField()
    replied_on = models.DateField()
    sent_on = models.DateField()

    objects = SentUpQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "ticket_sent_up"
        default_manager_name = "every"
        base_manager_name = "every"

    @property
    def headline(self) -> str:
        """The title the desk gave, else the kind: how the text begins is the reporter's."""
        return self.title or str(self.get_topic_display())


class IdentityRequest(models.Model):
    """A wish to know who wrote a named ticket: one asks with a reason, another agrees or not, with one too."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=200)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    granted = models.BooleanField(null=True)
    verdict = models.CharField(max_length=200, blank=True)  # why it was decided so

    @property
    def is_open(self) -> bool:
        """Whether the two may read the name still."""
        return bool(self.granted and self.decided_at and clock.now() < self.decided_at + OPEN_FOR)

    class Meta:
        db_table = "identity_request"
        constraints = [
            models.CheckConstraint(
                condition=~Q(decided_by=F("asked_by")) | Q(decided_by__isnull=True), name="identity_two_people"
            ),
            models.UniqueConstraint(fields=["ticket"], condition=Q(granted=None), name="identity_asked_once"),
        ]


class BoardEntry(models.Model):
    """An answered ticket as everybody may read it, rewritten words and reply alone. Units: workdays taken to reply."""

    id = models.BigIntegerField(primary_key=True, default=chance_id)
    ticket = models.OneToOneField(Ticket, models.CASCADE, related_name="+")
    desk = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    topic = models.CharField(max_length=10, choices=Topic)
    title = models.CharField(max_length=MOST_TITLE)
    text = models.CharField(max_length=MOST_TEXT)
    conclusion = models.CharField(max_length=10, choices=Conclusion)
    reply = models.CharField(max_length=MOST_REPLY)
    change = models.CharField(max_length=MOST_REPLY, blank=True)
    replied_on = models.DateField()
    workdays = models.SmallIntegerField()
    reports = models.IntegerField(default=1)  # tickets that were joined in it
    shown_from = models.DateField(null=True)  # a Monday: all of a week become public at once; none, taken off again
    reviewer = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", db_index=False
    )  # whom it was sent back to
    reviewed_from = models.DateField(null=True)  # the Monday from which that is public

    class Meta:
        db_table = "board_entry"
        indexes = [models.Index(fields=["desk", "-replied_on", "-id"], name="board_entry_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(shown_from__iso_week_day=1), name="board_entry_from_monday"),
            models.CheckConstraint(
                condition=Q(reviewer=None, reviewed_from=None)
                | Q(reviewer__isnull=False, reviewed_from__iso_week_day=1),
                name="board_entry_reviewed_from_monday",
            ),
        ]


class BoardCount(models.Model):
    """The board's own figures of a desk's year, counted once a week so that two looks cannot be subtracted.

    Shape: `judged` and `solved` change only when five more were judged, so that two weeks cannot be subtracted either. Units:
    tickets; replies; tenths of working days.
    """

    desk = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    monday = models.DateField()
    received = models.IntegerField()
    replied = models.IntegerField()
    in_time = models.IntegerField()
    upheld = models.IntegerField()
    replies = models.IntegerField(default=0)  # second ones too, where a first was sent back
    median_tenths = models.SmallIntegerField(null=True)  # of the working days to each reply
    judged = models.IntegerField(default=0)
    solved = models.IntegerField(default=0)

    class Meta:
        db_table = "board_count"
        constraints = [models.UniqueConstraint(fields=["desk", "monday"], name="board_count_once")]


class Endorsement(models.Model):
    """我也遇到: one more person met the same; the mark tells nobody who, and differs from entry to entry."""

    id = models.BigIntegerField(primary_key=True, default=chance_id)
    entry = models.ForeignKey(BoardEntry, models.CASCADE, related_name="+")
    mark = models.CharField(max_length=64)

    class Meta:
        db_table = "endorsement"
        constraints = [models.UniqueConstraint(fields=["entry", "mark"], name="endorsement_once")]

"""People, their posts, and the keys they log in with."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _

from burden.accounts.roles import Role
from burden.units.models import Unit


class User(AbstractBaseUser):
    """A person. Without a user name it is a person of the past (imported history) who never logs in."""

    username = models.CharField(_("用户名"), max_length=60, unique=True, null=True)
    name = models.CharField(_("姓名"), max_length=60)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_login = None  # when a cadre was online is kept nowhere; logins of others are acts in the ledger

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = BaseUserManager()

    class Meta:
        db_table = "person"
        indexes = [models.Index(fields=["name"], name="person_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_new(self) -> bool:
        """Whether the person has never set a password."""
        return not self.password or not self.has_usable_password()


class Post(models.Model):
    """A person's role in a unit from a Monday on; a cadre's post decides the unit of the week's return.

    At any time a person holds a role once, and one of the 三员 alone: the database refuses the rest.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=Role)
    title = models.CharField(_("任职"), max_length=60, blank=True)
    inspectorate = models.BooleanField(
        default=False, db_default=False
    )  # 督查: a reviewer who sees tickets of all desks below
    valid = DateRangeField()

    class Meta:
        db_table = "post"
        indexes = [models.Index(fields=["unit", "role"], name="post_unit")]
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="post_role"),
            models.CheckConstraint(condition=models.Q(valid__startswith__iso_week_day=1), name="post_from_monday"),
            models.CheckConstraint(
                condition=models.Q(inspectorate=False) | models.Q(role=Role.REVIEWER), name="post_inspectorate"
            ),
        ]


class PostRequest(models.Model):
    """A change of posts that one of the 三员 proposes and another decides; withdrawn, it is decided by nobody."""

    class Change(models.TextChoices):
        GRANT = "grant", _("任职")
        END = "end", _("止任职")

    change = models.CharField(max_length=5, choices=Change)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=Role)
    title = models.CharField(max_length=60, blank=True)
    inspectorate = models.BooleanField(default=False, db_default=False)
    on = models.DateField()  # the Monday from which the post begins, or on which it no longer holds
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    granted = models.BooleanField(null=True)

    class Meta:
        db_table = "post_request"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("proposed_by")) | models.Q(decided_by__isnull=True),
                name="post_request_two_people",
            ),
        ]


class LoginLink(models.Model):
    """A one-time link for the first login or a forgotten password; only its digest is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "login_link"


class ApiToken(models.Model):
    """A key for scripts: shown once, kept as a digest, expiring and revocable; none for the 三员."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_token"


class Question(models.TextChoices):
    """What the portal itself asks people; every one of them is optional."""

    ESTIMATE = "estimate", _("先问一句")
    RECHECK = "recheck", _("再核一次")
    RATING = "rating", _("有没有用")
    RELIEF = "relief", _("有没有减下来")


MOST_QUESTIONS = 3  # a week to one person: the portal must not become a burden


class PortalQuestion(models.Model):
    """An optional question that was put to a person in a week, in one of three places; whether it was answered is not kept here."""

    person = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    week = models.DateField()
    place = models.SmallIntegerField()
    kind = models.CharField(max_length=10, choices=Question)
    subject = models.BigIntegerField()  # the id of what it is about, in the room that asks

    class Meta:
        db_table = "portal_question"
        indexes = [models.Index(fields=["kind", "subject"], name="portal_question_subject")]
        constraints = [
            models.UniqueConstraint(fields=["person", "week", "place"], name="portal_question_place"),
            models.UniqueConstraint(fields=["person", "week", "kind", "subject"], name="portal_question_once"),
            models.CheckConstraint(condition=models.Q(place__range=(1, MOST_QUESTIONS)), name="portal_question_most"),
            models.CheckConstraint(condition=models.Q(week__iso_week_day=1), name="portal_question_of_monday"),
        ]

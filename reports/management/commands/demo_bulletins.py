"""`manage.py demo_bulletins`: bulletins of the demo county, one in draft, the others published; one tells what was recognised."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from burden.accounts.actor import Actor, actor_of
from burden.accounts.models import User
from burden.kit import clock
from burden.kit.clock import Week
from burden.kit.errors import Refused
from burden.oversight import services
from burden.oversight.models import Bulletin, Form, Recognition
from reports.bulletin_figures import figures_of
from reports.bulletins import blocks_for, closed_periods, words_for
from reports.periods import Period


class Command(BaseCommand):
    """Write them as the demo accounts would: the office drafts, the reviewer checks, the office publishes."""

    help = "演示数据里的通报：三期已发布，一期草稿。"

    @transaction.atomic
    def handle(self, **_options: Any) -> None:
        """Do nothing where there are some, or no demo accounts."""
        people = (User.objects.filter(username=name).first() for name in ("office", "reviewer"))
        office, reviewer = (actor_of(user) for user in people)
        if office is None or reviewer is None or Bulletin.objects.visible_to(office).exists():
            return
        month, before, _third, quarter, *_rest = closed_periods(clock.now())
        for form, period, checker in (
            (Form.NOTICE, quarter, reviewer),
            (Form.BRIEF, before, reviewer),
            (Form.NOTICE, before, reviewer),
            (Form.NOTICE, month, None),
        ):
            _write(office, checker, form, period)
        told = _told(office)
        if told and told not in (month, before):
            _write(office, reviewer, Form.NOTICE, told)


def _told(office: Actor) -> Period | None:
    """Return the month in which something was recognised last, once it is over."""
    found = Recognition.objects.visible_to(office).filter(published_at__isnull=False).order_by("-published_at").first()
    period = Period.of("month", Week.at(found.published_at)) if found else None
    return period if period and period.last.is_closed(clock.now()) else None


def _write(office: Actor, checker: Actor | None, form: Form, period: Period) -> None:
    """Draft one, and with a checker publish it; a period with too little data has none."""
    now, post = clock.now(), office.post("office")
    if post is None:
        return
    try:
        figures = figures_of(office, post.unit, period, now)
    except Refused:
        return
    drafted = services.draft_bulletin(
        by=office, unit=post.unit, form=form, kind=period.kind, weeks=(period.first, period.last),
        words=words_for(post.unit, form, period), blocks=blocks_for(post.unit, form, period),
        figures=figures, figures_at=now, now=now,
    )  # fmt: skip
    if checker:
        services.check_bulletin(by=checker, bulletin=drafted, base_version=drafted.version, now=now)
        services.publish_bulletin(by=office, bulletin=drafted, base_version=drafted.version, now=now)

"""What the demo county recognised beside the story: a practice that spread, with its author's name, and an issuer that is open to
objections. Written through the services, as the reckoning had it on each day.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from burden.accounts.actor import actor_of
from burden.accounts.models import User
from burden.demo.ordered import Office
from burden.demo.story import BUREAU
from burden.kit.errors import Refused
from burden.oversight import services
from burden.oversight.merits import merits
from burden.oversight.models import Recognition, RecognitionKind

NOMINATED, SIGNED, DECIDED = (
    110,
    107,
    86,
)  # days ago: the practice, before the story's order, whose month a bulletin tells
REASONS: dict[str, str] = {
    RecognitionKind.ISSUER: "自己定的要求少了，不是靠上级减下来的",
    RecognitionKind.ORDER: "督办以后停了，换名再要的也没有",
    RecognitionKind.PRACTICE: "别的镇照着做，时间也少了",
}
OBJECTION = "改后镇里还要自己留一份台账备查，没有真减。"
ANSWER = "核实：有 2 个镇自行留存，下达单位已发文明确不查留存。"


@transaction.atomic
def recognise(*, now: dt.datetime) -> None:
    """Recognise a practice and open one issuer to objections, as far as there are candidates; once, and both or none."""
    office = Office(now)
    if Recognition.objects.visible_to(office.office).exclude(subject__name=BUREAU).exists():
        return
    _publish(office)
    _open(office)


def _publish(office: Office) -> None:
    """Take a practice all the way; who wrote it chooses to be named."""
    held = _nominate(office, (RecognitionKind.PRACTICE,), office.ago(NOMINATED))
    if held is None or held.practice is None:
        return
    services.announce_recognition(by=office.office, recognition=held, now=office.ago(NOMINATED - 1))
    author = actor_of(User.objects.get(pk=held.practice.written_by_id), office.now)
    assert author is not None
    services.sign_byline(by=author, recognition=held, now=office.ago(SIGNED))
    verdict = "公示期满，没有异议，算式核过"
    services.recognise(by=office.office, recognition=held, verdict=verdict, now=office.ago(DECIDED))
    services.publish_recognition(by=office.office, recognition=held, now=office.ago(DECIDED - 1))


def _open(office: Office) -> None:
    """Open an issuer to objections; one came and is answered."""
    held = _nominate(office, (RecognitionKind.ISSUER, RecognitionKind.ORDER), office.ago(5))
    if held is None:
        return
    services.announce_recognition(by=office.office, recognition=held, now=office.ago(4))
    lead = office.account("lead")
    assert lead.unit_id is not None
    receiver = office.receiver(lead.unit_id)
    made = services.object_to_recognition(by=receiver, recognition=held, words=OBJECTION, now=office.ago(3))
    services.answer_objection(by=office.reviewer, recognition=held, objection=made.pk, answer=ANSWER, now=office.ago(2))


def _nominate(office: Office, kinds: tuple[RecognitionKind, ...], at: dt.datetime) -> Recognition | None:
    """Nominate the first candidate of some kinds as it stood on a day; the bureau of the story is recognised there."""
    for each in merits(office.county, at).candidates:
        if each.kind in kinds and each.subject.name != BUREAU:
            try:
                return services.nominate_recognition(
                    by=office.reviewer, kind=each.kind, key=each.key, reason=REASONS[each.kind], now=at
                )
            except Refused:
                continue  # was nominated before
    return None

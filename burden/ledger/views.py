"""The auditor's page."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from burden.kit.access import ActedRequest, access
from burden.kit.addresses import query_of
from burden.kit.templatetags.show import listed
from burden.ledger import queries
from burden.ledger.forms import ACTS, CODED, DETAILS, KINDS, NO, SUBJECTS, YES, FilterForm
from burden.ledger.models import AuditEvent

PAGE_SIZE = 50
SHOWN = 5


@dataclass(frozen=True)
class Line:
    """An event as the list shows it."""

    event: AuditEvent

    @property
    def act(self) -> str:
        return str(ACTS.get(self.event.what, self.event.what))

    @property
    def details(self) -> list[tuple[str, str]]:
        return [(str(DETAILS.get(name, name)), _written(name, value)) for name, value in self.event.detail.items()]

    @property
    def subject(self) -> str:
        return f"{SUBJECTS.get(self.event.subject, self.event.subject)} {self.event.subject_id}"


def _written(name: str, value: object) -> str:
    if isinstance(value, bool):
        return str(YES if value else NO)
    words = CODED.get(name, {})
    if not isinstance(value, list):
        return str(words.get(str(value), value))
    shown = listed(words.get(each, each) for each in value[:SHOWN])
    return shown if len(value) <= SHOWN else gettext("%(some)s 等 %(n)d 个") % {"some": shown, "n": len(value)}


@access("auditor")  # roles are named in a room above
@never_cache
def audit(request: ActedRequest) -> HttpResponse:
    """List what was done, by day, kind and person."""
    day, what, person = FilterForm(request.GET).read()
    found = queries.events(request.actor, day=day, what=what, person=person)
    chosen = {"day": day.isoformat() if day else "", "what": what, "person": person}
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [Line(event) for event in page],
        "filter": chosen,
        "kinds": KINDS,
        "query": query_of(**chosen),
    }
    return render(request, "ledger/audit.html", context)

"""Hands papers out as files, and shows a department's year as one."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from burden.accounts.roles import READERS, Role
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.clock import last_closed
from burden.kit.errors import Refused
from burden.ledger.services import record_download
from burden.oversight.models import RecognitionState
from burden.oversight.queries import order, recognition
from reports import paper_files, queries
from reports.department_extract import extract_of, year_of
from reports.order_papers import HEAD, paper_of_order
from reports.papers import Paper
from reports.recognition_papers import HEAD as RECOGNITION
from reports.recognition_papers import paper_of_recognition

YEAR = re.compile(r"\d{4}", re.ASCII)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMATS: dict[str, tuple[str, Callable[[Paper], bytes]]] = {
    "docx": (WORD, paper_files.docx),
    "pdf": ("application/pdf", paper_files.pdf),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", paper_files.xlsx),
}
ORDER_FORMATS = ("docx", "pdf")


def handed_out(paper: Paper, file_format: str, name: str) -> HttpResponse:
    """Answer with a paper as a file. Refuses (404): no such format; paper.no_font."""
    if file_format not in FORMATS:
        raise Http404
    kind, made = FORMATS[file_format]
    response = HttpResponse(made(paper), content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.{file_format}")
    return response


@access(*READERS)
def order_file(request: ActedRequest, pk: int) -> HttpResponse:
    """Hand a supervision order out as Word or PDF, as it stands. Recorded. Refuses (404): a foreign or missing one, another format."""
    found, file_format = order(request.actor, pk), request.GET.get("format", "docx")
    if file_format not in ORDER_FORMATS:
        raise Http404
    try:
        answer = handed_out(paper_of_order(request.actor, found), file_format, f"{HEAD}{found.name}")
    except Refused as refused:
        messages.error(request, refused.detail)
        return redirect("order", pk)
    record_download(request=request, what="order.downloaded", on=found, format=file_format)
    return answer


@access(*READERS, Role.CADRE)
def recognition_file(request: ActedRequest, pk: int) -> HttpResponse:
    """Hand a published recognition out as Word or PDF. Recorded. Refuses (404): a foreign or missing one, one not published, another format."""
    found, file_format = recognition(request.actor, pk), request.GET.get("format", "docx")
    if file_format not in ORDER_FORMATS or found.state != RecognitionState.PUBLISHED:
        raise Http404
    try:
        answer = handed_out(paper_of_recognition(request.actor, found), file_format, f"{RECOGNITION}{found.pk}")
    except Refused as refused:
        messages.error(request, refused.detail)
        return redirect("recognition", pk)
    record_download(request=request, what="recognition.downloaded", on=found, format=file_format)
    return answer


@access(*READERS)
def extract(request: ActedRequest, code: str) -> HttpResponse:
    """Show what a department asked in a year, for its yearly assessment; with a format, hand it out as a file, recorded.

    Refuses (404): a foreign or missing unit, no such year or format.
    """
    actor, now = request.actor, clock.now()
    unit, asked = queries.unit_by_code(actor, code), request.GET.get("year", str(last_closed(now).year))
    period = year_of(int(asked), now) if YEAR.fullmatch(asked) else None
    if unit is None or period is None:
        raise Http404
    paper, file_format = extract_of(actor, unit, period, now), request.GET.get("format", "")
    if file_format and paper:
        try:
            answer = handed_out(paper, file_format, paper.title)
            record_download(request=request, what="export.extract", on=unit, year=period.last.year, format=file_format)
            return answer
        except Refused as refused:
            messages.error(request, refused.detail)
    year = period.last.year
    context = {
        "unit": unit,
        "year": year,
        "paper": paper,
        "years": [each for each in (year - 1, year + 1) if year_of(each, now)],
        "formats": list(FORMATS),
    }
    return render(request, "reports/extract.html", context)

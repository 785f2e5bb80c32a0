"""Board and ledger of supervision orders: what stands where, what is due, what was saved; every filter in the address."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from burden.accounts.roles import EXPORTERS, READERS
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import address, query_of
from burden.oversight import queries
from burden.oversight.clocks import COLOURS, Edges, edges
from burden.oversight.models import FindingState, Order, OrderState
from burden.oversight.queries import CANCELLED, Chosen

LINES = 30
MOST_TEXT = 60
HEADS: dict[str, tuple[str | Promise, str | Promise, str]] = {  # of a column: name, what one is to know, colour
    "open": (_("立项、交办"), _("3 个工作日内定"), ""),
    "work": (_("签收、办理"), _("按交办的工作日办"), "s-info"),
    "judge": (_("反馈、审核"), _("3 个工作日内审"), "s-warn"),
    "done": (_("办结销号、回头看"), _("30 天后回头看"), "s-good"),
}
COLOUR_WORDS = {"blue": _("蓝：在期限内"), "yellow": _("黄：只剩 1 天"), "red": _("红：逾期")}


@access(*READERS)
@never_cache
def oversight(request: ActedRequest) -> HttpResponse:
    """Show the board: four columns, the first cards of each, and what is overdue one level below."""
    actor, now = request.actor, clock.now()
    issuer, at = _text(request, "issuer"), edges(clock.day_of(now))
    below = list(queries.escalated(actor, at)[: LINES + 1]) if actor.post(*EXPORTERS) else []
    counts = queries.order_counts(actor, issuer)
    context = _around(request, "oversight", Chosen(issuer=issuer)) | {
        "columns": [_column(request, name, issuer, counts, at) for name in queries.COLUMNS],
        "sums": _sums(queries.board_sums(actor, issuer, at, now), at),
        "below": _cards(below[:LINES], at),
        "only": LINES if len(below) > LINES else None,
        "findings": queries.findings(actor, FindingState.OPEN).order_by().count() if actor.post(*EXPORTERS) else 0,
    }
    return render(request, "oversight/board.html", context)


def _column(request: ActedRequest, name: str, issuer: str, counts: dict[str, int], at: Edges) -> dict[str, Any]:
    label, note, css = HEADS[name]
    found = queries.column(request.actor, name, issuer, at)
    count = sum(counts.get(state, 0) for state in queries.COLUMNS[name])
    return {
        "label": label,
        "note": note,
        "css": css,
        "count": count,
        "cards": _cards(found, at),
        "more": count - len(found),
        "url": address("oversight_ledger", tab=name, issuer=issuer),
    }


def _cards(found: Any, at: Edges) -> list[tuple[Order, Any]]:
    return [(each, at.clock(each)) for each in found]


def _sums(found: dict[str, Any], at: Edges) -> dict[str, Any]:
    oldest: dt.date | None = found["oldest"]
    late = -at.days.left(at.today, oldest) if oldest else 0
    took, before = (None if found[name] is None else round(found[name] * 10) for name in ("took", "took_before"))
    return found | {"late": late, "took_tenths": _tenths(took), "before_tenths": _tenths(before)}


def _tenths(value: int | None) -> str:
    return "" if value is None else f"{value // 10}.{value % 10}"


@access(*READERS)
@never_cache
def oversight_ledger(request: ActedRequest) -> HttpResponse:
    """List the orders page by page, by column, issuer, colour and words."""
    actor, at = request.actor, edges(clock.day_of(clock.now()))
    tab, colour = _text(request, "tab"), _text(request, "colour")
    chosen = Chosen(
        tab if tab in (*queries.COLUMNS, CANCELLED) else "", _text(request, "issuer"),
        colour if colour in COLOURS else "", _text(request, "q"),
    )  # fmt: skip
    counts = queries.order_counts(actor, chosen.issuer)
    page = Paginator(queries.chosen_orders(actor, chosen, at), LINES).get_page(request.GET.get("page"))
    context = _around(request, "oversight_ledger", chosen) | {
        "page": page,
        "rows": _cards(page, at),
        "tabs": _tabs(chosen, counts),
        "query": query_of(**_said(chosen)),
        "colours": COLOUR_WORDS.items(),
        "export": address("exports", tables="orders") if actor.post(*EXPORTERS) else "",
    }
    return render(request, "oversight/ledger.html", context)


def _said(chosen: Chosen, **changes: str) -> dict[str, str]:
    said = {"tab": chosen.tab, "issuer": chosen.issuer, "colour": chosen.colour, "q": chosen.text}
    return said | changes


def _tabs(chosen: Chosen, counts: dict[str, int]) -> list[dict[str, Any]]:
    groups = {name: (HEADS[name][0], states) for name, states in queries.COLUMNS.items()}
    rows = [("", _("全部"), tuple(OrderState)), *((name, label, states) for name, (label, states) in groups.items())]
    rows.append((CANCELLED, _("已撤销"), (OrderState.CANCELLED,)))
    return [
        {
            "label": label,
            "count": sum(counts.get(state, 0) for state in states),
            "url": address("oversight_ledger", **_said(chosen, tab=name)),
            "current": name == chosen.tab,
        }
        for name, label, states in rows
    ]


def _around(request: ActedRequest, here: str, chosen: Chosen) -> dict[str, Any]:
    views = (("oversight", _("看板")), ("oversight_ledger", _("台账")))
    return {
        "chosen": chosen,
        "views": [
            {"label": label, "url": address(name, issuer=chosen.issuer), "current": name == here}
            for name, label in views
        ],
        "issuers": queries.issuers_of(request.actor),
        "keeps": request.actor.post(*EXPORTERS) is not None,
    }


def _text(request: ActedRequest, name: str) -> str:
    return request.GET.get(name, "").strip()[:MOST_TEXT]

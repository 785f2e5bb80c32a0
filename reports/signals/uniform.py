"""One size for all (一刀切): what was asked of several kinds of units alike, where many of one kind say it does not apply to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from reports.models import KindAnswers
from reports.periods import Span
from reports.signals.declared import MIN_NOT_APPLICABLE, NOT_APPLICABLE, Found, Kind, strength


def find(span: Span) -> Iterator[Found]:
    """Yield what went to several kinds alike and does not apply to a large share of one, as was counted the same night."""
    kept = KindAnswers.every.filter(last_week__range=span, kinds__gte=2)
    groups: dict[tuple[int, str, str], list[KindAnswers]] = defaultdict(list)
    for each in kept.order_by("issuer_id", "plain", "level", "kind"):
        groups[each.issuer_id, each.plain, each.level].append(each)
    for (issuer, plain, level), rows in groups.items():
        if heavy := [each for each in rows if is_heavy(each.answers, each.not_applicable)]:
            yield _signal(issuer, f"{level}:{plain}", rows, heavy)


def is_heavy(answers: int, not_applicable: int) -> bool:
    """Whether so many of the answers of a kind say that it does not apply. Units: counts."""
    return not_applicable >= MIN_NOT_APPLICABLE and not_applicable * 100 >= answers * NOT_APPLICABLE


def _signal(issuer: int, subject: str, rows: Sequence[KindAnswers], heavy: Sequence[KindAnswers]) -> Found:
    worst = max(each.not_applicable * 100 / each.answers for each in heavy)
    newest = max(rows, key=lambda each: each.demand_id)
    return Found(
        kind=Kind.UNIFORM,
        unit_id=issuer,
        subject=subject[:250],
        category=newest.category,
        first_week=min(each.first_week for each in rows),
        last_week=max(each.last_week for each in rows),
        strength=strength(worst, NOT_APPLICABLE),
        person_min=sum(each.person_min for each in heavy),
        evidence={
            "title": newest.title,
            "demands": [{"id": newest.demand_id, "title": newest.title}],
            "sent": newest.kinds,
            "kinds": [
                _kind(each) for each in sorted(rows, key=lambda each: -each.not_applicable * 100 // each.answers)
            ],
            "heavy": [each.kind for each in heavy],
        },
    )


def _kind(each: KindAnswers) -> dict[str, Any]:
    names = ("kind", "units", "answers", "not_applicable", "reasons")
    return {name: getattr(each, name) for name in names}

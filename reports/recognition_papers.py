"""A published recognition on paper, to be printed and handed over: who, for what, and how it was reckoned. In Chinese."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone, translation

from burden.accounts.actor import Actor
from burden.kit.templatetags.show import full_day, hours
from burden.oversight import queries
from burden.oversight.merits import words
from burden.oversight.models import Recognition
from reports.papers import Heading, Paper, Paragraph, Part, Table

HEAD = "表扬"


def paper_of_recognition(actor: Actor, found: Recognition) -> Paper:
    """Put a published recognition on paper, with those authors alone who chose to be named."""
    with translation.override("zh-hans"):
        day = timezone.localtime(found.published_at).date() if found.published_at else None
        return Paper(
            head=HEAD,
            number="",
            organ=found.unit.name,
            day=full_day(day) if day else "",
            title=found.headline,
            parts=list(_parts(found, queries.byline(actor, found)[0])),
            note="数字在提名时封存。只看量出来的变化，不看谁填得多、填得快，也不看谁的数低。",
        )


def _parts(found: Recognition, names: list[str]) -> Iterator[Part]:
    yield _words(f"{found.subject.place}：")
    yield _words(f"{found.verdict}。" if not found.verdict.endswith(("。", "！")) else found.verdict)
    if found.year_min is not None:
        yield _words(f"一年少 {hours(found.year_min)} 人时。")
    if found.adopters:
        yield _words(f"{found.adopters} 个单位采用。")
    if names:
        yield _words(f"做法作者：{'、'.join(names)}。")
    yield Heading("怎么算的")
    unit = "每人每周小时" if found.practice_id else "人时"
    rows = [[_said(line), hours(line.minutes)] for line in words.lines(found.reckoned)]
    yield Table(f"表1　算式（{unit}）", ["怎么来的", unit], rows)
    yield from (_words(f"{point}。") for point in words.points(found.reckoned))
    if found.announced_at and found.until:
        first = full_day(timezone.localtime(found.announced_at).date())
        yield _words(f"公示：{first}至{full_day(found.until)}。")


def _said(line: words.Phrased) -> str:
    """Say of a line what it is of and how it came about: beside its figure, the one figure of the row."""
    return f"{line.label}{f'（{line.weeks}）' if line.weeks else ''}：{line.how}"


def _words(text: str) -> Paragraph:
    return Paragraph([(text, False)])

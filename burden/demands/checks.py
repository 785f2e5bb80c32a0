"""A demand held against the rules in force: each of them cites what it looks for.

可能违反: the machine compares numbers and lists, cites the provision, and never convicts.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from burden.demands.adaptations.models import Adaptation, Whom
from burden.demands.adaptations.reading import Adapted
from burden.demands.checkers import CHECKERS, WHERE, always
from burden.demands.models import Demand
from burden.demands.seen import REASON, Found, Overlap, Seen
from burden.kit.reading import bare
from burden.standards.models import Category, Rule, Strength, Subkind
from burden.units.models import Level

__all__ = ["ADAPTED", "ANSWERED", "CHECKERS", "CLEAR", "POSSIBLE", "Check", "Overlap", "Seen", "apply", "check_all"]
POSSIBLE, CLEAR, ANSWERED, ADAPTED = "possible", "clear", "answered", "adapted"


@dataclass(frozen=True)
class Check:
    """One rule or list a demand was held against; 可能违反: the machine never convicts.

    Shape: state is possible, clear, answered or adapted (an approved adaptation covers it, and `link` leads to that); needs
    what may be written against it: reason, approval or nothing.
    """

    code: str
    strength: str
    title: str
    sentence: str
    citation: str
    state: str
    needs: str | None = None
    link: str = ""
    version: int = 1  # of the rule: what was seen keeps citing it


def check_all(rules: Iterable[Rule], seen: Seen) -> tuple[Check, ...]:
    """Hold a demand against every rule that speaks of it; those possibly violated first, the hard ones before the soft."""
    held = [_check(rule, found, seen) for rule in rules if (found := apply(rule, seen))]
    if seen.overlaps:
        held.append(_overlap(seen))
    held += [_adapted(each) for each in seen.adapted]
    return tuple(sorted(held, key=lambda check: (check.state == CLEAR, check.strength != Strength.HARD)))


def apply(rule: Rule, seen: Seen) -> Found | None:
    """Return what one rule finds, None where it does not speak of the demand."""
    if rule.applies_to == "department" and seen.demand.issuer.level != Level.DEPARTMENT:
        return None
    if rule.category not in _subjects(seen.demand) or not WHERE.get(rule.base or rule.code, always)(seen):
        return None
    return CHECKERS[rule.check_name, rule.metric](rule, seen)


def _subjects(demand: Demand) -> set[str]:
    """The categories of rules that speak of a demand."""
    if demand.category == Category.OTHER:
        return {
            Category.OTHER,
            Subkind.SECONDMENT,
            Subkind.DIGITAL,
            Subkind.CAMPAIGN,
            Subkind.PROOF,
            Subkind.TRACE,
            "duty",
        }
    return {demand.category, "duty"}


def covering(rule: Rule, seen: Seen) -> Adaptation | None:
    """Return the approved adaptation under which a hit of a rule is none; with a bound of its own it has to keep within that."""
    for each in seen.of_rules:
        if each.rule_code in (rule.code, rule.base) and rule.strength != Strength.HARD:
            varied = copy(rule)
            varied.threshold = each.threshold
            found = apply(varied, seen) if each.threshold else None
            if found is None or not found.hit:
                return each
    return None


def _adapted(each: Adapted) -> Check:
    """Say for whom of the receivers something else was approved, which holds by itself."""
    one = each.adaptation
    who = one.unit.place if one.whom == Whom.UNIT else _("%(count)s 个单位") % {"count": each.units}
    words = {"who": who, "change": one.change, "until": one.until}
    sentence = _("%(who)s已批准改为“%(change)s”，%(until)s 前自动照此") % words
    title = _("因地制宜：%(kind)s") % {"kind": one.get_kind_display()}
    code, citation = f"adaptation-{one.pk}", _("申请 %(number)s") % {"number": one.number}
    return Check(code, Strength.SOFT, title, sentence, citation, ADAPTED, link=_address(one))


def _address(adaptation: Adaptation) -> str:
    return reverse("adaptation", args=[adaptation.pk])


def _check(rule: Rule, found: Found, seen: Seen) -> Check:
    state = CLEAR
    if found.hit and (one := covering(rule, seen)):
        words = {"sentence": found.sentence, "number": one.number, "change": one.change, "until": one.until}
        sentence = _("%(sentence)s；已批准因地制宜调整 %(number)s：%(change)s，到 %(until)s") % words
        title = _("因地制宜：%(rule)s") % {"rule": named(rule)}
        return Check(
            rule.code, rule.strength, title, sentence, cite(rule), ADAPTED, link=_address(one), version=rule.version
        )
    if found.hit:
        state = ANSWERED if found.written or (found.needs and seen.answers.get(rule.code)) else POSSIBLE
    title = _("可能违反：%(rule)s") % {"rule": named(rule)} if found.hit else named(rule)
    needs = found.needs if found.hit else None
    return Check(rule.code, rule.strength, title, found.sentence, cite(rule), state, needs, version=rule.version)


def named(rule: Rule) -> str:
    """Return what a rule says, in the reader's language."""
    return str(rule)


def cite(rule: Rule) -> str:
    """Return regulation and article as a page cites them."""
    words = {"regulation": rule.regulation, "article": rule.article}
    return _("《%(regulation)s》第 %(article)s 条") % words if rule.article else _("《%(regulation)s》") % words


def _overlap(seen: Seen) -> Check:
    """Say which meetings the same receivers have that week; the first of them by name."""
    first = seen.overlaps[0]
    words = {
        "count": len(seen.overlaps), "receivers": first.receivers, "title": bare(first.demand.title),
        "issuer": first.demand.issuer.name, "day": first.demand.first_on,
    }  # fmt: skip
    sentence = _("这一周还有 %(count)s 个会要他们参加，其中 %(receivers)s 个单位要参加%(issuer)s《%(title)s》") % words
    state = ANSWERED if seen.answers.get("overlap") else POSSIBLE
    return Check("overlap", Strength.SOFT, _("同一周的会"), sentence, "", state, REASON)

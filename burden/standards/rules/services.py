"""What office does with rules: a local one added, one changed, its text confirmed, switched on and off.

Whatever office says holds in its own subtree, as a version of that scope; what was made above stays as it is.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.kit import clock
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import read_one, text
from burden.ledger.services import record
from burden.standards.models import Rule, Strength
from burden.standards.rules.book import applies, depth
from burden.units.models import Unit

LINES = {"regulation": 100, "article": 10, "title_zh": 200, "title_en": 200, "note": 200, "reason": 200}
MAY_LACK = ("article", "note")
SAID = (*LINES, "threshold", "strength", "valid_from", "valid_until")
COPIED = ("category", "check_name", "metric", "operator", "unit", "period", "applies_to")
CODES = re.compile(r"[a-z_]+(\|[a-z_]+)*")
FIRST = dt.date.min
NAMES = {
    "regulation": gettext_lazy("规定"), "article": gettext_lazy("条"), "title_zh": gettext_lazy("中文标题"),
    "title_en": gettext_lazy("英文标题"), "note": gettext_lazy("备注"), "reason": gettext_lazy("理由"),
}  # fmt: skip


@transaction.atomic
def add_rule(*, by: Actor, base: Rule, now: dt.datetime, **said: Any) -> Rule:
    """Write a local rule that looks at demands as a known one does; it is off until office switches it on.

    Shape: said as SAID. Refuses: rule.office, rule.invalid, rule.threshold, rule.dates.
    """
    unit = _place(by)
    Rule.objects.select_for_update().order_by("pk").first()  # two at once would take the same number
    made = Rule(
        **{name: getattr(base, name) for name in COPIED}, base=base.base or base.code, code=_code(unit), scope=unit,
        text_verified=True, active=False,
    )  # fmt: skip
    _say(made, said, clock.day_of(now))
    return _keep(by, made, "rule.added", now)


@transaction.atomic
def change_rule(*, by: Actor, rule: Rule, now: dt.datetime, **said: Any) -> Rule:
    """Write another version of a rule, in force from a day on; whether it is on stays.

    What was hit before keeps citing the version of then. Shape: said as SAID; `rule` is the version the office saw.
    Refuses: rule.office, rule.invalid, rule.threshold, rule.dates, rule.above; Conflict version_conflict.
    """
    unit = _place(by)
    held = _hold(rule, unit)
    made = _next(held, unit)
    _say(made, said, clock.day_of(now))
    _check_above(made, unit)
    if made.active and made.lacks_threshold:
        raise _no_threshold(made)
    return _keep(by, made, "rule.changed", now)


@transaction.atomic
def confirm_rule(*, by: Actor, rule: Rule, reason: str, now: dt.datetime) -> Rule:
    """Say that the text was read in the original, and where; the rule may then be switched on.

    Refuses: rule.office, rule.invalid; Conflict version_conflict, rule.same.
    """
    unit = _place(by)
    held = _hold(rule, unit)
    if held.text_verified:
        raise Conflict("rule.same", _("这一条的原文已经核对过了"))
    made = _next(held, unit)
    made.text_verified, made.reason = True, _line("reason", reason)
    made.valid_from = max(held.valid_from or FIRST, clock.day_of(now))
    return _keep(by, made, "rule.confirmed", now)


@transaction.atomic
def switch_rule(*, by: Actor, rule: Rule, on: bool, now: dt.datetime) -> Rule:
    """Switch a rule on or off in the office's subtree, at once; its text stays the same version.

    Refuses: rule.office, rule.unverified, rule.no_threshold, rule.above; Conflict version_conflict, rule.same.
    """
    unit = _place(by)
    held = _hold(rule, unit)
    if held.active == on:
        raise Conflict("rule.same", _("它本来就开着") if on else _("它本来就关着"))
    if on and not held.text_verified:
        raise Refused("rule.unverified", _("“%(rule)s”还没有核对原文，核对了才能打开") % {"rule": held})
    if on and held.lacks_threshold:
        raise _no_threshold(held)
    if held.scope_id != unit.pk:
        made = _next(held, unit)
        made.active, made.valid_from = on, clock.day_of(now)
        _check_above(made, unit)
        return _keep(by, made, "rule.switched", now)
    held.active = on
    _check_above(held, unit)
    held.save(update_fields=["active"])
    record(by=by, what="rule.switched", on=held, now=now, code=held.code, version=held.version, value=int(on))
    return held


def _place(by: Actor) -> Unit:
    """Return the unit whose rules the actor keeps. Refuses: rule.office."""
    post = by.post(Role.OFFICE)
    if post is None:
        raise Refused("rule.office", _("规则由机制办改"))
    return post.unit


def _hold(seen: Rule, unit: Unit) -> Rule:
    """Return the version that was seen, held until the transaction ends. Refuses: Conflict version_conflict."""
    rows = list(Rule.objects.select_for_update(of=("self",)).select_related("scope").filter(code=seen.code))
    own = [row for row in rows if row.scope_id == unit.pk]
    same = own or [row for row in rows if row.scope_id == seen.scope_id]
    newest = max(same, key=lambda row: row.version)
    if newest.pk != seen.pk:
        raise Conflict("version_conflict", _("这一条在别处改过了，请看过再改"), {"version": newest.version})
    return newest


def _next(held: Rule, unit: Unit) -> Rule:
    """Return the version after one, in the office's own scope. Not stored."""
    copied = ("code", "base", *COPIED, *LINES, "threshold", "strength", "text_verified", "active")
    made = Rule(**{name: getattr(held, name) for name in copied}, scope=unit)
    made.version = held.version + 1
    made.valid_from, made.valid_until = held.valid_from, held.valid_until
    return made


def _say(made: Rule, said: Mapping[str, Any], today: dt.date) -> None:
    """Write what office says into a version. Refuses: rule.invalid, rule.threshold, rule.dates."""
    for name in LINES.keys() & said.keys():
        setattr(made, name, _line(name, said[name]))
    made.strength = said["strength"]
    made.threshold = _threshold(made, str(said.get("threshold") or "").strip())
    made.valid_from, made.valid_until = said["valid_from"], said.get("valid_until")
    if made.valid_from < today:
        sentence = _("最早从今天 %(day)s 起：以前命中的还按当时那一版") % {"day": today}
        raise Refused("rule.dates", sentence, {"valid_from": sentence})
    if made.valid_until is not None and made.valid_until < made.valid_from:
        sentence = _("到期要在开始之后")
        raise Refused("rule.dates", sentence, {"valid_until": sentence})


def _line(name: str, value: Any) -> str:
    """Read one line. Refuses: rule.invalid."""
    if name in MAY_LACK and not str(value or "").strip():
        return ""
    return str(read_one(text(LINES[name]), value, field=name, label=str(NAMES[name]), code="rule.invalid"))


def _threshold(rule: Rule, words: str) -> str:
    """Read a bound as the operator takes it. Refuses: rule.threshold."""
    if rule.operator == "in":
        return _codes(rule, words)
    if not rule.is_measured:
        return rule.threshold  # a word of the check's own, not for editing
    if not words:
        return ""
    try:
        number = float(words)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and 0 <= number <= 1_000_000) or len(words) > 20:
        sentence = _("界限“%(value)s”不是数字") % {"value": words[:20]}
        raise Refused("rule.threshold", sentence, {"threshold": sentence})
    return words


def _codes(rule: Rule, words: str) -> str:
    known = set(rule.threshold.split("|"))
    if words and not (CODES.fullmatch(words) and set(words.split("|")) <= known):
        sentence = _("只能从 %(known)s 里选，用 | 隔开") % {"known": rule.threshold}
        raise Refused("rule.threshold", sentence, {"threshold": sentence})
    return words


def _no_threshold(rule: Rule) -> Refused:
    sentence = _("“%(rule)s”还没有界限，填了界限才能打开") % {"rule": rule}
    return Refused("rule.no_threshold", sentence, {"threshold": sentence})


def _check_above(own: Rule, unit: Unit) -> None:
    """A hard rule from above may be made stricter, never looser. Refuses: rule.above."""
    rows = Rule.objects.select_related("scope").filter(code=own.code).exclude(scope=unit)
    around = [row for row in rows if applies(row, unit.path)]
    above = max(around, key=lambda row: (depth(row), row.version), default=None)
    if above is None or above.strength != Strength.HARD or not (above.active and above.text_verified):
        return
    looser = own.strength != Strength.HARD or not own.active or own.valid_until is not None
    if above.is_measured and above.threshold:
        bound, wanted = float(above.threshold), float(own.threshold) if own.threshold else math.nan
        looser |= not (wanted <= bound if above.operator in ("<=", "<") else wanted >= bound)
    elif above.operator == "in":
        looser |= not set(above.threshold.split("|")) <= set(own.threshold.split("|"))
    if looser:
        raise Refused("rule.above", _("这是上级“一律／不得”的规定：本级可以改严，不能关、改松，也不能定期限"))


def _code(unit: Unit) -> str:
    """Return the next free code of a unit's own rules."""
    begin = f"L{unit.code[:6]}-"
    held = Rule.objects.filter(code__startswith=begin).values_list("code", flat=True).distinct().count()
    return f"{begin}{held + 1:02}"


def _keep(by: Actor, made: Rule, what: str, now: dt.datetime) -> Rule:
    made.by_name, made.made_at = by.name, now
    made.save(force_insert=True)
    record(by=by, what=what, on=made, now=now, code=made.code, version=made.version, value=int(made.active))
    return made

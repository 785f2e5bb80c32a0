"""Writing bulletins: drafted, edited, deleted, checked by another, published. Whoever calls brings the figures; they come from the read side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.kit.clock import Week
from burden.kit.errors import Conflict, Refused
from burden.ledger.services import record
from burden.oversight.models import REASON_LENGTH, TEXT_LENGTH, TITLE_LENGTH, Bulletin, State
from burden.oversight.texts import cleaned, length, names_of, with_words
from burden.units.models import Unit

MAX_NUMBER = 999


@transaction.atomic
def draft_bulletin(
    *,
    by: Actor,
    unit: Unit,
    form: str,
    kind: str,
    weeks: tuple[Week, Week],
    words: Mapping[str, str],
    blocks: Sequence[Mapping[str, Any]],
    figures: Mapping[str, Any],
    figures_at: dt.datetime,
    now: dt.datetime,
) -> Bulletin:
    """Begin a bulletin over some weeks, with a text made from its figures; its number is the next of its year.

    Shape: words are title and organ. Refuses: bulletin.running (its last week is not over); Conflict bulletin.exists.
    """
    first, last = weeks
    if not last.is_closed(now):
        raise Refused("bulletin.running", _("这一期还没过完，过完再写"))
    drafted = Bulletin(
        unit=unit, form=form, kind=kind, first_week=first.monday, last_week=last.monday, year=last.year,
        title=words["title"][:TITLE_LENGTH], organ=words["organ"][:TITLE_LENGTH], blocks=list(blocks), figures=dict(figures),
        figures_at=figures_at, drafted_by=by.user, drafted_at=now, changed_by=by.user, changed_at=now,
    )  # fmt: skip
    drafted.number = _next_number(by, drafted)
    _keep_new(by, drafted)
    record(by=by, what="bulletin.drafted", on=drafted, now=now, week=str(first))
    return drafted


def _next_number(by: Actor, drafted: Bulletin) -> int:
    same = Bulletin.objects.visible_to(by).filter(unit=drafted.unit, form=drafted.form, year=drafted.year)
    return int(same.aggregate(last=Max("number"))["last"] or 0) + 1


def _keep_new(by: Actor, drafted: Bulletin) -> None:
    """Store one that is new. Refuses: Conflict bulletin.exists (`both`: the newest edition), bulletin.busy (another took the number meanwhile)."""
    try:
        with transaction.atomic():
            drafted.save(force_insert=True)
    except IntegrityError as error:
        if "bulletin_number_once" in str(error):
            raise Conflict("bulletin.busy", _("刚有人起了另一稿，请再点一次")) from error
        same = Bulletin.objects.visible_to(by).filter(
            unit=drafted.unit, form=drafted.form, kind=drafted.kind, first_week=drafted.first_week
        )
        there = same.order_by("-edition").values_list("pk", flat=True).first()
        raise Conflict("bulletin.exists", _("这一期已经有了，在列表里打开它"), {"bulletin": there}) from error


@transaction.atomic
def edit_bulletin(
    *,
    by: Actor,
    bulletin: Bulletin,
    base_version: int,
    title: str,
    organ: str,
    number: int,
    words: Mapping[str, Sequence[str]],
    reason: str,
    now: dt.datetime,
) -> Bulletin:
    """Write other words around the figures of a draft; a correction keeps the number of what it corrects, and says why.

    Shape: words are, by the key of a block, what stands before, between and after its figures; a block left out stays.
    Refuses: bulletin.title, bulletin.organ, bulletin.number, bulletin.number_taken, bulletin.reason (of a correction),
    bulletin.figures (one left out, or one more), bulletin.long; Conflict bulletin.state, version_conflict (`stored` blocks, and `version`).
    """
    held = _locked(by, bulletin, State.DRAFT)
    if held.version != base_version:
        sentence = _("%(who)s刚改过这一稿。你写的都在下面，对照后再存") % {"who": _who(by, held)}
        raise Conflict("version_conflict", sentence, {"stored": held.blocks, "version": held.version})
    held.title, held.organ = _line("title", title), _line("organ", organ)
    held.number = held.number if held.edition else _number(number)
    held.reason = _reason(reason) if held.edition else ""
    held.blocks = [_rewritten(block, words.get(block["key"])) for block in held.blocks]
    try:
        _changed(held, by, now, "title", "organ", "number", "reason", "blocks")
    except IntegrityError as error:
        raise _refused("number_taken", _("这个期号别的一期用了"), "number") from error
    record(by=by, what="bulletin.edited", on=held, now=now)
    return held


def _who(by: Actor, held: Bulletin) -> str:
    """Name who changed a draft last, as one who changes it now."""
    return _("你自己在另一个窗口") if held.changed_by_id == by.user_id else held.changed_by.name


def _number(number: int) -> int:
    if not 1 <= number <= MAX_NUMBER:
        raise _refused("number", _("期号要是 1 到 %(most)d 的整数") % {"most": MAX_NUMBER})
    return number


def _line(field: str, words: str) -> str:
    line = cleaned(words).replace("\n", "").strip()
    if not line or len(line) > TITLE_LENGTH:
        raise _refused(field, _("要写，最多 %(most)d 个字") % {"most": TITLE_LENGTH})
    return line


def _reason(words: str) -> str:
    """Return what a correction says was wrong, which is printed in it."""
    line = cleaned(words).replace("\n", "").strip().rstrip("。")
    if not line or len(line) > REASON_LENGTH:
        sentence = _("写明原来那期错在哪、改了什么，印在更正里，最多 %(most)d 个字") % {"most": REASON_LENGTH}
        raise _refused("reason", sentence)
    return line


def _rewritten(block: dict[str, Any], words: Sequence[str] | None) -> dict[str, Any]:
    """Return a block with other words. Refuses: bulletin.figures, bulletin.long."""
    if words is None:
        return block
    text = with_words(block["text"], words)
    if text is None:
        raise _refused("figures", _("数字从平台来，不能删，也不能自己加：只改数字之间的话"), block["key"])
    if length(text) > TEXT_LENGTH:
        raise _refused("long", _("这一段最多 %(most)d 个字") % {"most": TEXT_LENGTH}, block["key"])
    return block | {"text": text}


@transaction.atomic
def refresh_bulletin(
    *, by: Actor, bulletin: Bulletin, figures: Mapping[str, Any], figures_at: dt.datetime, now: dt.datetime
) -> Bulletin:
    """Put the figures of now into a draft; its words stay. Refuses: bulletin.figures (one that the text names is gone); Conflict bulletin.state."""
    held = _locked(by, bulletin, State.DRAFT)
    if {name for block in held.blocks for name in names_of(block["text"])} - set(figures["values"]):
        raise _refused("figures", _("这一稿用的数字现在没有了，请另起一稿"))
    held.figures, held.figures_at = dict(figures), figures_at
    _changed(held, by, now, "figures", "figures_at")
    record(by=by, what="bulletin.refreshed", on=held, now=now)
    return held


@transaction.atomic
def check_bulletin(*, by: Actor, bulletin: Bulletin, base_version: int, now: dt.datetime) -> Bulletin:
    """Say that a draft was checked (核稿), the words and figures that one saw.

    Refuses: bulletin.own (who changed it last does not check it); Conflict bulletin.state, version_conflict.
    """
    held = _locked(by, bulletin, State.DRAFT)
    _same(held, base_version)
    if held.changed_by_id == by.user_id:
        raise Refused("bulletin.own", _("最后改的人是你，核稿要换一个人"))
    held.state, held.checked_by, held.checked_at = State.CHECKED, by.user, now
    held.save(update_fields=["state", "checked_by", "checked_at"])
    record(by=by, what="bulletin.checked", on=held, now=now)
    return held


@transaction.atomic
def return_bulletin(*, by: Actor, bulletin: Bulletin, now: dt.datetime) -> Bulletin:
    """Take a checked one back to draft, to be changed. Refuses: Conflict bulletin.state."""
    held = _locked(by, bulletin, State.CHECKED)
    held.state, held.checked_by, held.checked_at = State.DRAFT, None, None
    held.save(update_fields=["state", "checked_by", "checked_at"])
    record(by=by, what="bulletin.returned", on=held, now=now)
    return held


@transaction.atomic
def publish_bulletin(*, by: Actor, bulletin: Bulletin, base_version: int, now: dt.datetime) -> Bulletin:
    """Publish a checked one (签发), the words and figures that one saw: from now on neither changes.

    Refuses: Conflict bulletin.state, version_conflict.
    """
    held = _locked(by, bulletin, State.CHECKED)
    _same(held, base_version)
    held.state, held.published_by, held.published_at = State.PUBLISHED, by.user, now
    held.save(update_fields=["state", "published_by", "published_at"])
    record(by=by, what="bulletin.published", on=held, now=now)
    return held


@transaction.atomic
def correct_bulletin(
    *,
    by: Actor,
    bulletin: Bulletin,
    reason: str,
    figures: Mapping[str, Any],
    figures_at: dt.datetime,
    now: dt.datetime,
) -> Bulletin:
    """Begin a corrected edition (更正) of a published one: its words, its number, the figures of now, and what was wrong.

    Refuses: bulletin.reason; Conflict bulletin.state, bulletin.exists (one was begun already).
    """
    held = _locked(by, bulletin, State.PUBLISHED)
    said = _reason(reason)
    copied = ("unit", "form", "kind", "first_week", "last_week", "year", "number", "title", "organ", "blocks")
    drafted = Bulletin(
        **{name: getattr(held, name) for name in copied}, edition=held.edition + 1, corrects=held, reason=said, figures=dict(figures),
        figures_at=figures_at, drafted_by=by.user, drafted_at=now, changed_by=by.user, changed_at=now,
    )  # fmt: skip
    _keep_new(by, drafted)
    record(by=by, what="bulletin.correcting", on=drafted, now=now)
    return drafted


@transaction.atomic
def delete_bulletin(*, by: Actor, bulletin: Bulletin, base_version: int, now: dt.datetime) -> None:
    """Delete a draft, as one saw it; its period and number are free again. Refuses: Conflict bulletin.state, version_conflict."""
    held = _locked(by, bulletin, State.DRAFT)
    _same(held, base_version)
    record(by=by, what="bulletin.deleted", on=held, now=now, week=str(held.first_week), version=held.version)
    held.delete()


def _locked(by: Actor, bulletin: Bulletin, state: State) -> Bulletin:
    """Return the row for a change. Refuses: Conflict bulletin.state; Bulletin.DoesNotExist out of scope."""
    held: Bulletin = Bulletin.objects.visible_to(by).select_for_update(of=("self",)).get(pk=bulletin.pk)
    if held.state != state:
        words = {"is": held.get_state_display(), "needs": state.label}
        raise Conflict("bulletin.state", _("这一稿现在是“%(is)s”，这一步要在“%(needs)s”时做") % words)
    return held


def _same(held: Bulletin, base_version: int) -> None:
    if held.version != base_version:
        raise Conflict("version_conflict", _("你看的时候有人改过，请再看一遍"), {"version": held.version})


def _changed(held: Bulletin, by: Actor, now: dt.datetime, *fields: str) -> None:
    held.version, held.changed_by, held.changed_at = held.version + 1, by.user, now
    with transaction.atomic():
        held.save(update_fields=[*fields, "version", "changed_by", "changed_at"])


def _refused(code: str, sentence: str, field: str = "") -> Refused:
    return Refused(f"bulletin.{code}", sentence, {field or code: sentence})

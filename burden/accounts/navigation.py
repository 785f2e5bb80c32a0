"""The top bar: which pages a role has. At most six; pages of later issues are absent, not drawn empty."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from burden.accounts.remedies import doors
from burden.accounts.roles import EXPORTERS, READERS, Role

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

PAGES = (
    ("week", _("我的本周"), frozenset({Role.CADRE})),
    ("year", _("我的一年"), frozenset({Role.CADRE})),
    ("todo", _("待我办"), frozenset(Role) - {Role.AUDITOR}),
    ("calendar", _("会议检查日程"), frozenset({Role.CADRE, Role.LEAD})),
    ("demands", _("事项登记"), frozenset({Role.ISSUER})),
    ("issued", _("本单位造成的负担"), frozenset({Role.ISSUER})),
    ("reports", _("总览"), READERS - {Role.ISSUER}),
    ("oversight", _("问题与督办"), READERS),
    ("observing", _("社会监督"), frozenset({Role.OBSERVER})),
    ("feedback", _("基层反映"), frozenset({Role.OFFICE, Role.REVIEWER})),
    ("remedies", _("减负措施"), READERS | {Role.CADRE}),
    ("bulletins", _("通报与导出"), EXPORTERS),
    ("bulletins", _("通报"), frozenset({Role.OBSERVER})),
    ("people", _("人员与任职"), frozenset({Role.SYSADMIN, Role.SECADMIN})),
    ("units", _("单位"), frozenset({Role.SYSADMIN, Role.SECADMIN})),
    ("audit", _("审计"), frozenset({Role.AUDITOR})),
)
UNDER = {"bulletins": ("exports",)}  # pages that an entry leads on to, and is current on


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Give templates `actor` and `nav`.

    Shape: nav is a list of dicts `url`, `label`, `current`, and `count` where settings.COUNTS names who counts; it is asked
    only where the bar is drawn.
    """
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {"actor": None, "nav": []}
    rows = [(name, reverse(name), label) for name, label, roles in PAGES if actor.roles & roles]
    rows = [row for i, row in enumerate(rows) if row[0] not in {before[0] for before in rows[:i]}]
    here = _here(request.path, [name for name, _url, _label in rows])
    nav = [{"url": url, "label": label, "current": name == here} | _count(name, actor) for name, url, label in rows]
    return {"actor": actor, "nav": nav}


def _here(path: str, names: list[str]) -> str:
    """Return the entry a path lies under: the longest address wins, of its own page before one it leads on to."""
    under = UNDER | {"remedies": tuple(door.name for door in doors() if not door.of_unit)}
    found = [(reverse(page), page == name, name) for name in names for page in (name, *under.get(name, ()))]
    return max(
        ((len(url), is_own, name) for url, is_own, name in found if path.startswith(url)), default=(0, False, "")
    )[2]


def _count(name: str, actor: Actor) -> dict[str, Any]:
    if name not in settings.COUNTS:
        return {}
    counter: Callable[[Actor], int] = import_string(settings.COUNTS[name])
    return {"count": SimpleLazyObject(lambda: counter(actor))}

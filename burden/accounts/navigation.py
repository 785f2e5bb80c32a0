"""The top bar: which pages a role has. At most six; pages of later issues are absent, not drawn empty."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from burden.accounts.roles import EXPORTERS, READERS, Role

PAGES = (
    ("week", _("我的本周"), frozenset({Role.CADRE})),
    ("year", _("我的一年"), frozenset({Role.CADRE})),
    ("calendar", _("会议检查日程"), frozenset({Role.CADRE, Role.LEAD})),
    ("demands", _("事项登记"), frozenset({Role.ISSUER})),
    ("issued", _("本单位造成的负担"), frozenset({Role.ISSUER})),
    ("reports", _("总览"), READERS),
    ("catalogue", _("报表目录"), frozenset({Role.ISSUER, Role.LEAD, Role.REVIEWER, Role.OFFICE})),
    ("bulletins", _("通报"), EXPORTERS | {Role.OBSERVER}),
    ("exports", _("导出"), EXPORTERS),
    ("people", _("人员与任职"), frozenset({Role.SYSADMIN, Role.SECADMIN})),
    ("units", _("单位"), frozenset({Role.SYSADMIN, Role.SECADMIN})),
    ("unit_events", _("区划变动"), frozenset({Role.OFFICE})),
    ("standards", _("目标与抽样"), frozenset({Role.OFFICE})),
    ("audit", _("审计"), frozenset({Role.AUDITOR})),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Give templates `actor` and `nav`.

    Shape: nav is a list of dicts `url`, `label`, `current`.
    """
    actor = getattr(request, "actor", None)
    if actor is None:
        return {"actor": None, "nav": []}
    rows = [(reverse(name), label) for name, label, roles in PAGES if actor.roles & roles]
    here = max((url for url, _label in rows if request.path.startswith(url)), key=len, default="")
    return {"actor": actor, "nav": [{"url": url, "label": label, "current": url == here} for url, label in rows]}

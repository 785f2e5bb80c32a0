"""The accounts of the demo data: one of each role at least, shown with their password in demo mode.

The demo data gives these user names to people of its own units. Elsewhere a person may have such a name too (the first
`create_user` makes a sysadmin), with a password of the own.
"""

from __future__ import annotations

from dataclasses import dataclass

from burden.accounts.models import Post
from burden.accounts.roles import Role
from burden.kit import clock

PASSWORD = "jianfu-linxi-2026"
# of the units that have demo accounts: the city with all below it, and its province; no real ones
CODES = "^99(01|0{10}$)"
USERNAMES = {  # user name -> role, in the order of the login page
    "village": Role.CADRE,
    "township": Role.CADRE,
    "lead": Role.LEAD,
    "lead2": Role.LEAD,  # of another township: who takes over what the first one wrote
    "issuer": Role.ISSUER,
    "reviewer": Role.REVIEWER,
    "province": Role.REVIEWER,
    "office": Role.OFFICE,
    "observer": Role.OBSERVER,
    "sysadmin": Role.SYSADMIN,
    "secadmin": Role.SECADMIN,
    "auditor": Role.AUDITOR,
}


@dataclass(frozen=True)
class DemoAccount:
    """What one needs to log in, and as whom one then stands there."""

    username: str
    password: str
    role: str
    label: str
    unit: str
    unit_code: str


def demo_accounts() -> list[DemoAccount]:
    """Return the demo accounts there are, in order; none without demo data."""
    today = clock.day_of(clock.now())
    held = Post.objects.filter(
        user__username__in=USERNAMES, user__is_active=True, valid__contains=today, unit__code__regex=CODES
    )
    found = {(post.user.username, post.role): post for post in held.select_related("user", "unit__parent")}
    return [_account(found[key]) for key in USERNAMES.items() if key in found]


def _account(post: Post) -> DemoAccount:
    label = str(post.get_role_display())
    return DemoAccount(post.user.username or "", PASSWORD, post.role, label, post.unit.place, post.unit.code)

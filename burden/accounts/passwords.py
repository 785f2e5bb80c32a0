"""Login by allauth: failures count against the account, never against the address; secrets that are handed out once."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
import time
from collections.abc import Iterable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from burden.accounts.actor import actor_of
from burden.accounts.models import User
from burden.ledger.services import record

SECRET_BYTES = 20  # 160 bits
LINK_LIFE = dt.timedelta(hours=24)
TOKEN_LIFE = dt.timedelta(days=365)


def new_secret() -> str:
    """Make a random secret of 160 bits that can be read aloud: 8 groups of 4 letters and digits."""
    letters = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode().lower()
    return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))


def locked_out(usernames: Iterable[str]) -> set[str]:
    """Return which of the user names were tried too often and must wait. Two queries at most, however many names."""
    keys = {_attempts_key(name): name for name in usernames}
    tried = cache.get_many(keys) if keys else {}
    return {keys[key] for key, history in tried.items() if _is_full(history)}


def forget_failures(username: str) -> None:
    """Let a user name try again at once."""
    cache.delete(_attempts_key(username))


def _rate() -> ratelimit.Rate:
    return ratelimit.get_rates(app="allauth.account", action="login_failed")[0]


def _attempts_key(username: str) -> str:
    """Return the cache key under which allauth counts; the request plays no part in it."""
    return str(
        ratelimit.get_cache_key(
            HttpRequest(), app="allauth.account", action="login_failed", rate=_rate(), key=username.lower()
        )
    )


def _is_full(history: list[float]) -> bool:
    allowed, _history = ratelimit.apply_rate(list(history), time.time(), _rate(), dry_run=True)
    return not allowed


class LengthValidator(MinimumLengthValidator):
    """Django's own, whose sentence has no Chinese in this release, and an upper end."""

    def __init__(self, min_length: int, max_length: int) -> None:
        super().__init__(min_length)
        self.max_length = max_length

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse what is too short or too long."""
        super().validate(password, user)
        if len(password) > self.max_length:
            raise ValidationError(gettext("密码太长，最多 %(n)d 位。") % {"n": self.max_length}, "password_too_long")

    def get_error_message(self) -> str:
        """Say how long a password must be."""
        return gettext("密码太短，至少 %(n)d 位。") % {"n": self.min_length}


class LoginAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """What allauth is told about this portal."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("用户名或密码不对"),
        "too_many_login_attempts": _("这个账号连续输错太多次，要等 15 分钟再试；急用请安全管理员解锁"),
    }

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth puts the host name in: one account would then have as many tries as the portal has names
        return str(credentials.get("username", "")).lower()

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return the person. One who was deactivated counts as a stranger, so that nothing tells the two apart."""
        user: User | None = super().authenticate(request, **credentials)
        return user if user and user.is_active else None

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Put a failure on record where the account exists, and say whether it locked it; what was typed is not kept."""
        username = str(credentials.get("username", "")).lower()
        user = User.objects.filter(username=username).first()
        if user:
            actor = actor_of(user)
            what = "login.locked" if locked_out([username]) else "login.failed"
            record(by=None, what=what, on=user, unit_id=actor.unit_id if actor else None, person=user.username)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing on login and logout: the page that follows says enough."""

"""The two walls: querysets that refuse to run unscoped, and the actor told to the database.

Source: SECURITY design section 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

from django.db import connection, models

if TYPE_CHECKING:
    from burden.accounts.actor import Actor


class Unscoped(RuntimeError):
    """A query was about to run without `.visible_to(actor)`: a bug, never a user's mistake."""


class ScopedQuerySet(models.QuerySet[Any]):
    """Rows that are read only after `.visible_to(actor)` or an allow-listed `.unscoped()`."""

    _scoped = False

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._scoped = self._scoped
        return clone

    def unscoped(self) -> Self:
        """Waive the first wall; only where tests/test_house.py lists it."""
        clone = self._clone()
        clone._scoped = True
        return clone

    def visible_to(self, actor: Actor) -> Self:
        """Rows the actor may see; none for strangers."""
        clone = self.filter(self.scope(actor)) if actor.is_active else self.none()
        clone._scoped = True
        return clone

    def scope(self, actor: Actor) -> models.Q:
        """The condition of visibility; every model with a scope says its own."""
        raise NotImplementedError(type(self).__name__)

    def _need_scope(self) -> None:
        if not self._scoped and not self.query.is_empty():
            raise Unscoped(self.model.__name__)

    def _fetch_all(self) -> None:
        self._need_scope()
        super()._fetch_all()

    def iterator(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        self._need_scope()
        return super().iterator(*args, **kwargs)

    def count(self) -> int:
        self._need_scope()
        return super().count()

    def exists(self) -> bool:
        self._need_scope()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._need_scope()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._need_scope()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._need_scope()
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]


def act_as(actor_id: int | None) -> None:
    """Tell the database who acts, for this transaction: row level security reads it.

    Units: `actor_id` is a user id; None means nobody, who sees no protected row.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('burden.actor', %s, true)", [str(actor_id or "")])


def present(name: str, value: str) -> None:
    """Show the database, for this transaction, what lets one row be seen without an actor: a receipt, or a reporter's mark."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [f"burden.{name}", value])

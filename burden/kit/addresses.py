"""Addresses of the portal's own pages: every state is in them, and nothing that says nothing."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.shortcuts import resolve_url


def query_of(**said: Any) -> str:
    """Return the parameters of an address, without those that are empty."""
    return urlencode({name: value for name, value in said.items() if value})


def address(page: str, /, *of: Any, **said: Any) -> str:
    """Return the address of a page with these parameters. Shape: a page is the name of a route and what it is of, or a path."""
    path, query = resolve_url(page, *of), query_of(**said)
    return f"{path}?{query}" if query else path

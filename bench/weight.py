"""What a page weighs: itself and all that its browser fetches for it, each as gzip makes it."""

from __future__ import annotations

import gzip
import http.client
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

TAGS = re.compile(r"""<(?:script|img|source)\b[^>]*?\ssrc=["']([^"']+)|<link\b[^>]*?\shref=["']([^"']+)""")
SCRIPTS = re.compile(r"""(?:from|import)\s*\(?["']([^"']+\.js)["']""")
SHEETS = re.compile(r"""url\(["']?([^"')]+)""")
FETCHED = {".js": SCRIPTS, ".css": SHEETS}


def of_page(port: int, user: Any, page: str) -> dict[str, int]:
    """Fetch a page as a user, then what it names, and what that names. Units: bytes by address."""
    from django.test import Client

    client = Client()
    client.force_login(user)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    found: dict[str, int] = {}
    waiting = [page]
    while waiting:
        address = waiting.pop()
        if address in found:
            continue
        body = get(port, address, cookie)
        found[address] = len(gzip.compress(body))
        waiting += named(address, body, is_page=address == page)
    return found


def named(address: str, body: bytes, *, is_page: bool) -> list[str]:
    """Return what a page, a script or a style sheet has fetched."""
    pattern = TAGS if is_page else FETCHED.get(f".{urlsplit(address).path.rpartition('.')[2]}")
    if pattern is None:
        return []
    names = ["".join(each) for each in pattern.findall(body.decode())]
    return [urljoin(address, name) for name in names if not name.startswith(("data:", "http:", "https:", "#"))]


def get(port: int, address: str, cookie: str) -> bytes:
    """Fetch what is not compressed. Refuses: an answer but 200."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    link.request("GET", address, headers={"Cookie": cookie})
    answer = link.getresponse()
    said = answer.read()
    link.close()
    if answer.status != http.HTTPStatus.OK:
        raise SystemExit(f"{address}: {answer.status}")
    return said

"""Requests as the web server makes them: the test client takes the body of a HEAD away by itself."""

from __future__ import annotations

from typing import Any

from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client


def over_wsgi(client: Client, method: str, url: str) -> tuple[str, dict[str, str], bytes]:
    """Ask the WSGI application with a client's cookies. Shape: status, headers, body as it is sent."""
    said: list[Any] = []
    environ = client._base_environ(REQUEST_METHOD=method, PATH_INFO=url)
    signals = (request_started, request_finished)
    for signal in signals:  # the test's own connection stays
        signal.disconnect(close_old_connections)
    try:
        body = get_wsgi_application()(environ, lambda *start: said.extend(start))
        sent = b"".join(body)
        body.close()
    finally:
        for signal in signals:
            signal.connect(close_old_connections)
    return said[0], dict(said[1]), sent

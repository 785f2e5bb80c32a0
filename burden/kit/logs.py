"""Structured logs: one JSON object a line, with the request id through to Celery."""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET = re.compile(r"(/in/)[^/\s?]+")  # of a one-time link, in whatever line names its address

FACELESS = "/a/"  # the anonymous channel


def is_faceless(path: str) -> bool:
    """Tell whether an address belongs to the anonymous channel."""
    return path.startswith(FACELESS) or path == FACELESS.rstrip("/")


def unnoticed(record: logging.LogRecord) -> bool:
    """Drop lines that say when the anonymous channel was used; a fault of the portal's own stays, without the request."""
    request = getattr(record, "request", None)
    if request is None or not is_faceless(getattr(request, "path", "")):
        return True
    return record.levelno >= logging.ERROR


def discreet(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Leave out the reader's browser and the secrets of one-time links."""
    line.pop("user_agent", None)
    return {name: SECRET.sub(r"\1…", value) if isinstance(value, str) else value for name, value in line.items()}


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    discreet,
]


def logging_config(level: str) -> dict[str, Any]:
    """Return Django's LOGGING and set structlog up to match."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        "foreign_pre_chain": SHARED,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "filters": {"unnoticed": {"()": lambda: unnoticed}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["unnoticed"]}},
        "loggers": {"apprise": {"level": "CRITICAL", "propagate": False}},  # its lines name addresses and keys
        "root": {"handlers": ["console"], "level": level},
    }

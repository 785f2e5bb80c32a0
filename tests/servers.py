"""The servers of a test session: one embedded pair, started once and shared by all its processes."""

import contextlib
import os
import tempfile
from pathlib import Path

import pytest

from burden import embedded

OWN_SERVER = {"SECRET_KEY": "the secret of a test session", "ALLOWED_HOSTS": "127.0.0.1", "HTTPS": "0"}


def start(config: pytest.Config) -> None:
    """Start them in a folder of their own, unless DATABASE_URL brings a server along or the parent process has."""
    if "DATABASE_URL" in os.environ:
        os.environ |= OWN_SERVER
        return
    if hasattr(config, "workerinput"):
        return
    stack = contextlib.ExitStack()
    config.add_cleanup(stack.close)
    os.environ["BURDEN_STATE_DIR"] = stack.enter_context(folder())
    stack.enter_context(embedded.servers(embedded.state_dir(), durable=False))


@contextlib.contextmanager
def folder():
    """Make a temporary folder that PostgreSQL's account can walk through."""
    with tempfile.TemporaryDirectory(prefix="burden-test-") as name:
        Path(name).chmod(0o711)
        yield name

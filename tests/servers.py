"""The servers of a test session: one embedded pair, started once and shared by all its processes."""

import contextlib
import fcntl
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from burden import embedded

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "burden"  # the cluster's own database, which no test writes
MIGRATING = "migrated"  # the lock of its migration, empty until that is done
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
    if config.getoption("numprocesses", 0):
        stack.enter_context(migrating())


@contextlib.contextmanager
def folder():
    """Make a temporary folder that PostgreSQL's account can walk through."""
    with tempfile.TemporaryDirectory(prefix="burden-test-") as name:
        Path(name).chmod(0o711)
        yield name


@contextlib.contextmanager
def migrating() -> Iterator[None]:
    """Make the template while the test processes still collect, in a process of its own."""
    made = "from tests.servers import template; template()"
    child = subprocess.Popen([sys.executable, "-c", made], cwd=ROOT)
    try:
        yield
    finally:
        child.wait()


def template() -> str:
    """Name the migrated database, made by whoever asks first: all others are copies. Shape: "" on a server brought along."""
    if "DATABASE_URL" in os.environ:
        return ""
    with open(embedded.state_dir() / MIGRATING, "a", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.fstat(lock.fileno()).st_size:
            command = [sys.executable, "manage.py", "migrate", "-v", "0"]
            subprocess.run(command, cwd=ROOT, env=os.environ | {"BURDEN_DB_ROLE": "owner"}, check=True)
            lock.write("done")
    return TEMPLATE

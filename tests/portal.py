"""The whole portal as a user starts it, for tests that need real processes."""

import contextlib
import dataclasses
import functools
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from burden import embedded
from burden.embedded.children import Child, Stop, together
from tests.servers import folder

ROOT = Path(__file__).resolve().parents[1]
START_LIMIT = 60  # seconds
EXTENT = ("--weeks", "56")  # of the demo data: a year, and some weeks that have their last year


@dataclasses.dataclass(frozen=True)
class Portal:
    """A running portal with demo data: its address, and its command door."""

    url: str
    env: dict[str, str]

    def manage(self, *command: str) -> str:
        """Run one manage.py command, as from another terminal, and return what it prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=os.environ | self.env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @functools.cached_property
    def accounts(self) -> dict[str, dict[str, str]]:
        """One demo account for each role."""
        return {account["role"]: account for account in reversed(json.loads(self.manage("demo_accounts", "--json")))}


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """Run `manage.py up` for the session: web, workers, beat and servers of its own."""
    port = str(free_port())
    with folder() as state:
        env = {"BURDEN_STATE_DIR": state, "PORT": port, "DEMO": "1", "DJANGO_SETTINGS_MODULE": "burden.settings"}
        env |= own_database() if "DATABASE_URL" in os.environ else {}
        seed(Portal("", env))
        child = Child(
            "portal",
            [sys.executable, "manage.py", "up"],
            ready=lambda: "Ctrl-C" in child.log.read_text(encoding="utf-8"),
            stop=signal.SIGINT,
            orphaned=signal.SIGTERM,
            grace=60,
            env=env,
        )
        with together([child], Path(state), START_LIMIT, Stop()):
            yield Portal(f"http://127.0.0.1:{port}", env)


def seed(portal: Portal) -> None:
    """Seed less than `up` would, before it looks whether there is anything."""
    with contextlib.ExitStack() as stack:
        if "DATABASE_URL" not in portal.env:
            stack.enter_context(embedded.servers(Path(portal.env["BURDEN_STATE_DIR"]), durable=False))
        portal.manage("migrate", "-v", "0")
        portal.manage("seed_demo", *EXTENT)


def free_port() -> int:
    """Ask the system for a port nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def own_database() -> dict[str, str]:
    """Make a database beside the one that DATABASE_URL names: the tests touch no data but their own."""
    given = os.environ["DATABASE_URL"]
    name = urlsplit(given).path.removeprefix("/") + "_portal"
    with psycopg.connect(given, autocommit=True) as owner:
        owner.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        owner.execute(f'CREATE DATABASE "{name}"')
    return {"DATABASE_URL": urlsplit(given)._replace(path=f"/{name}").geturl()}

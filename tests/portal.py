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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from burden import embedded
from burden.embedded.children import Child, Stop, together
from burden.embedded.folders import server_account
from burden.embedded.postgres import OWNER, find_binaries
from tests.servers import folder, template

ROOT = Path(__file__).resolve().parents[1]
START_LIMIT = 60  # seconds
EXTENT = ("--weeks", "56")  # of the demo data: a year, and some weeks that have their last year
QUEUES = {"portal": "/1", "phones": "/2", "walk": "/3"}  # of a brought REDIS_URL: portals must not do each other's work
DOOR = """
import contextlib, io, json, sys, traceback
import django
django.setup()
for line in sys.stdin:
    said, failed = io.StringIO(), ""
    with contextlib.redirect_stdout(said):
        try:
            exec(json.loads(line), {})
        except Exception:
            failed = traceback.format_exc()
    print(json.dumps([said.getvalue(), failed]), flush=True)
"""


@dataclasses.dataclass(frozen=True)
class Portal:
    """A running portal with demo data: its address, and its doors for commands and for code."""

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
    def _door(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", DOOR],
            cwd=ROOT, env=os.environ | self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, code: str, **names: Any) -> str:
        """Run code inside the portal, with these names, and return what it prints: a process that stays, for many calls."""
        door = self._door
        assert door.stdin and door.stdout
        door.stdin.write(json.dumps("".join(f"{name} = {value!r}\n" for name, value in names.items()) + code) + "\n")
        door.stdin.flush()
        line = door.stdout.readline()
        assert line, f"the process ended with {door.wait(START_LIMIT)}"
        said, failed = json.loads(line)
        assert not failed, failed
        return str(said)

    def close(self) -> None:
        """End the process behind `run`, if there is one."""
        if "_door" in vars(self):
            self._door.communicate(timeout=START_LIMIT)

    @functools.cached_property
    def accounts(self) -> dict[str, dict[str, str]]:
        """One demo account for each role."""
        return {account["role"]: account for account in reversed(json.loads(self.manage("demo_accounts", "--json")))}


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """The portal with the whole county."""
    with running("portal", *EXTENT) as found:
        yield found


@contextlib.contextmanager
def running(
    name: str, *extent: str, sow: Callable[[Portal], object] | None = None, **settings: str
) -> Iterator[Portal]:
    """Run `manage.py up` on demo data of this extent, or on what is sown: web, workers, beat and servers of its own.

    Shape: settings are variables of its environment.
    """
    port = str(free_port())
    with folder() as state:
        env = {"BURDEN_STATE_DIR": state, "PORT": port, "DEMO": "1", "DJANGO_SETTINGS_MODULE": "burden.settings"}
        env |= own_servers(name) | settings
        seed(Portal("", env), sow or (lambda portal: portal.manage("seed_demo", *extent)))
        child = Child(
            name,
            [sys.executable, "manage.py", "up"],
            ready=lambda: "Ctrl-C" in child.log.read_text(encoding="utf-8"),
            stop=signal.SIGINT,
            orphaned=signal.SIGTERM,
            grace=60,
            env=env,
        )
        found = Portal(f"http://127.0.0.1:{port}", env)
        with together([child], Path(state), START_LIMIT, Stop()):
            yield found
            found.close()


def seed(portal: Portal, sow: Callable[[Portal], object]) -> None:
    """Seed less than `up` would, before it looks whether there is anything."""
    with contextlib.ExitStack() as stack:
        if "DATABASE_URL" in portal.env:
            portal.manage("migrate", "-v", "0")
        else:
            copy_template(stack.enter_context(embedded.servers(Path(portal.env["BURDEN_STATE_DIR"]), durable=False)))
        sow(portal)
        portal.close()


def copy_template(to: embedded.Running) -> None:
    """Bring the session's migrated database to a portal's cluster instead of migrating that one too."""
    name, source = template(), embedded.running()
    assert source
    programs = find_binaries(source.state, server_account())
    dumped = subprocess.run(
        [programs / "pg_dump", "-h", source.pg_host, "-U", OWNER, name], check=True, capture_output=True
    )
    subprocess.run(
        [programs / "psql", "-qX", "-v", "ON_ERROR_STOP=1", "-h", to.pg_host, "-U", OWNER, name],
        check=True, input=dumped.stdout, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def free_port() -> int:
    """Ask the system for a port nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def own_servers(name: str) -> dict[str, str]:
    """Make a database beside the one that DATABASE_URL names, and take queues apart: the tests touch no data but their own."""
    apart = (
        {"REDIS_URL": urlsplit(os.environ["REDIS_URL"])._replace(path=QUEUES[name]).geturl()}
        if "REDIS_URL" in os.environ
        else {}
    )
    if "DATABASE_URL" not in os.environ:
        return apart
    given = os.environ["DATABASE_URL"]
    own = f"{urlsplit(given).path.removeprefix('/')}_{name}"
    with psycopg.connect(given, autocommit=True) as owner:
        owner.execute(f'DROP DATABASE IF EXISTS "{own}" WITH (FORCE)')
        owner.execute(f'CREATE DATABASE "{own}"')
    return apart | {"DATABASE_URL": urlsplit(given)._replace(path=f"/{own}").geturl()}

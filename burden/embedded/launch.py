"""The claim on a state folder: who is the launcher, and how others find it."""

import contextlib
import dataclasses
import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from burden.embedded.errors import AlreadyRunning, Refused
from burden.embedded.folders import POINTER, running_candidates

LOCK = "launcher"
PATIENCE = 1.0  # seconds: a reader holds the lock for an instant, another launcher for good


@dataclasses.dataclass(frozen=True)
class Running:
    """A live launcher. Shape: an address or host is "" for what it did not start."""

    pid: int
    state: Path
    sockets: Path
    secret_key: str = dataclasses.field(repr=False)
    url: str = ""
    pg_host: str = ""
    redis_url: str = ""
    broker_url: str = ""


class Launch:
    """The claim itself; the kernel drops it however the launcher dies, so no stale claim can exist."""

    def __init__(self, state: Path, lock: TextIO) -> None:
        self.state, self.lock = state, lock

    def announce(self, portal: Running | None) -> None:
        """Let other processes find what runs here (None: nothing)."""
        self.lock.seek(0)
        self.lock.truncate()
        if portal:
            facts = dataclasses.asdict(portal) | {"state": str(portal.state), "sockets": str(portal.sockets)}
            json.dump({name: value for name, value in facts.items() if name != "secret_key"}, self.lock)
        self.lock.flush()


@contextlib.contextmanager
def claim(state: Path) -> Iterator[Launch]:
    """Hold the state folder. Refuses: another launcher holds it."""
    fd = os.open(state / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    with open(fd, "r+", encoding="utf-8") as lock:
        end = time.monotonic() + PATIENCE
        while not taken(lock, fcntl.LOCK_EX):
            if time.monotonic() > end:
                raise AlreadyRunning(json.loads(lock.read() or "{}").get("url", ""))
            time.sleep(0.05)
        launch = Launch(state, lock)
        launch.announce(None)
        try:
            yield launch
        finally:
            launch.announce(None)


def taken(lock: TextIO, how: int) -> bool:
    """Try to take the lock, without waiting."""
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def running() -> Running | None:
    """Find the live launcher of this checkout. Shape: None where there is none."""
    for state in running_candidates():
        if found := read(state):
            return found
    return None


def read(state: Path) -> Running | None:
    """Read the claim on one state folder. Refuses: it belongs to another account."""
    try:
        with open(state / LOCK, encoding="utf-8") as lock:
            if taken(lock, fcntl.LOCK_SH):
                return None
            text = lock.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError:
        raise Refused(f"{state} 里的平台是另一个账号启动的，请用那个账号") from None
    if not text:
        return None
    facts = json.loads(text)
    places = {name: Path(facts[name]) for name in ("state", "sockets")}
    return Running(**facts | places, secret_key=secret_key(state))


def secret_key(state: Path) -> str:
    """Return the installation's own secret, made at the first start."""
    path = state / "secret.key"
    if not path.exists():
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text(encoding="ascii")


def point_here(state: Path) -> None:
    """Note a state folder of the user's choice, so that manage.py finds it with no variable set."""
    if "BURDEN_STATE_DIR" not in os.environ:
        return
    with contextlib.suppress(OSError):  # a checkout that is not ours to write keeps no note
        POINTER.parent.mkdir(exist_ok=True)
        POINTER.write_text(str(state), encoding="utf-8")

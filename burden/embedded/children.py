"""Processes that live and die with the launcher: started, waited for, watched and revived, ended in order."""

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from burden.embedded.errors import Refused
from burden.embedded.folders import REPO, Account

log = logging.getLogger("burden.embedded")
PR_SET_PDEATHSIG = 1
TAIL_LINES = 15
HURRY = 2.0  # seconds a child has left once the user asks a second time
MEMORY = 60.0  # seconds for which the end of a child is held against it
MOST_ENDS = 5  # within that time: then it is broken, not unlucky
PAUSE = 0.5  # seconds before the first restart, twice as many before each further one


class Stop:
    """Counts the requests to stop; a second one means hurry."""

    asked = 0

    def listen(self) -> None:
        """Count Ctrl-C, TERM and HUP instead of dying of them."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.note)

    def note(self, _number: int, _frame: FrameType | None) -> None:
        """Take one request."""
        self.asked += 1


def identity(account: Account) -> dict[str, Any]:
    """Name the account for subprocess. Shape: empty to stay ourselves."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def die_with_parent(number: int) -> Callable[[], None]:
    """Make the hook that sends a child `number` when the launcher ends, even by SIGKILL (Linux only)."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    parent = os.getpid()

    def in_child() -> None:  # runs after the change of account, which would clear the setting
        if libc:
            libc.prctl(PR_SET_PDEATHSIG, number)
            if os.getppid() != parent:
                os._exit(1)

    return in_child


@dataclass
class Child:
    """One process: how it starts, when it is ready, how it stops."""

    name: str
    argv: Sequence[str | Path]
    ready: Callable[[], bool]
    stop: int = signal.SIGTERM
    orphaned: int = signal.SIGKILL  # a worker that lost its broker with the launcher may hang on SIGTERM
    grace: float = 15.0
    account: Account = None
    env: dict[str, str] = field(default_factory=dict)
    before: Callable[[], object] = lambda: None  # clears away what an earlier run left behind
    ends: list[float] = field(default_factory=list)  # when it ended by itself, lately
    due: float = 0.0  # when it starts again; 0 while it runs

    def start(self, logs: Path) -> None:
        """Start it, its output going to its log; the previous run's log is kept beside it."""
        self.before()
        self.log, self.due = logs / f"{self.name}.log", 0.0
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(
                self.argv,
                cwd="/" if self.account else REPO,
                env=os.environ | self.env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=die_with_parent(self.orphaned),
                **identity(self.account),
            )

    def wait_ready(self, limit: float, stop: Stop) -> None:
        """Wait until it answers. Refuses: it ended, it took too long, or the user asked to stop."""
        end = time.monotonic() + limit
        while not self.ready():
            if self.ended():
                raise Refused(f"{self.name} 退出了（{self.process.returncode}）\n{self.tail()}")
            if stop.asked:
                raise Refused("启动时被停下")
            if time.monotonic() > end:
                raise Refused(f"{self.name} 过了 {limit:.0f} 秒还没就绪\n{self.tail()}")
            time.sleep(0.03)

    def ended(self) -> bool:
        """Tell whether it is gone."""
        return self.process.poll() is not None

    def tail(self) -> str:
        """Return the end of its log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join([f"--- {self.log} 的末尾", *lines[-TAIL_LINES:]])

    def ask_to_stop(self) -> None:
        """Send it the signal it stops on."""
        if not self.ended():
            self.process.send_signal(self.stop)

    def end(self, stop: Stop) -> None:
        """Wait until it has stopped, and kill its whole group where it takes too long."""
        asked, end = stop.asked, time.monotonic() + self.grace
        while not self.ended() and time.monotonic() < end:
            if stop.asked > asked:
                end = min(end, time.monotonic() + HURRY)
                asked = stop.asked
            time.sleep(0.03)
        if not self.ended():
            log.warning("%s 没有按时停下，强行结束", self.name)
        self.kill_group()
        self.process.wait()

    def kill_group(self) -> None:
        """Kill it with what outlives it: granian's worker does, and holds the port."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


@contextlib.contextmanager
def together(children: Sequence[Child], logs: Path, limit: float, stop: Stop) -> Iterator[list[Child]]:
    """Start children at once, and end them at once; what they need runs in an outer block of this and ends after."""
    started: list[Child] = []
    try:
        for child in children:
            child.start(logs)
            started.append(child)
        for child in started:
            child.wait_ready(limit, stop)
        yield started
    finally:
        for child in started:
            child.ask_to_stop()
        for child in started:
            child.end(stop)


def watch(children: Sequence[Child], logs: Path, stop: Stop) -> int:
    """Start again what ends by itself, until the user asks to stop. Shape: the exit status, 1 where one is broken."""
    while not stop.asked:
        for child in children:
            if child.ended() and not revived(child, logs, time.monotonic()):
                return 1
        time.sleep(0.2)
    return 0


def revived(child: Child, logs: Path, now: float) -> bool:
    """Start a child that ended, after a pause that doubles. Shape: False where it ends again and again."""
    if child.due:
        if now >= child.due:
            child.start(logs)
        return True
    child.kill_group()
    child.ends = [*(at for at in child.ends if at > now - MEMORY), now]
    status = child.process.returncode
    if len(child.ends) == MOST_ENDS:
        log.error("%s 一分钟内第 %s 次自行退出（%s），平台停下\n%s", child.name, MOST_ENDS, status, child.tail())
        return False
    log.warning("%s 自行退出（%s），重新启动；日志在 %s", child.name, status, child.log)
    child.due = now + PAUSE * 2 ** (len(child.ends) - 1)
    return True

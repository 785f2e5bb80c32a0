"""The launcher under the faults it promises to survive: each on real servers or real processes."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from burden import embedded
from burden.embedded import children
from burden.embedded.children import MEMORY, MOST_ENDS, Child, Stop, revived, together, watch
from burden.embedded.folders import runtime_dir
from burden.embedded.launch import claim, read
from burden.embedded.postgres import command_line
from burden.embedded.valkey import ask
from tests.portal import free_port
from tests.servers import folder

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = """
import sys, time
from pathlib import Path
from burden import embedded
with embedded.servers(Path(sys.argv[1]), durable=False):
    time.sleep(600)
"""
CHILD = "import sys, time, signal; signal.signal(signal.SIGTERM, lambda *_: sys.exit()); print('on', flush=True); "


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    """A state folder that the tests use one after the other, as a user's restarts would."""
    with folder() as name:
        yield Path(name)


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a newcomer's terminal."""
    for name in ("DATABASE_URL", "REDIS_URL", "HOST", "PORT"):
        monkeypatch.delenv(name, raising=False)


def manage(state: Path, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=os.environ | {"BURDEN_STATE_DIR": str(state)} | env,
        capture_output=True,
        text=True,
        timeout=60,
    )


def eventually(condition: Callable[[], object], seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def processes_naming(state: Path) -> list[str]:
    lines = (command_line(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal())
    return [line for line in lines if str(state) in line and "pytest" not in line]


def test_half_made_cluster_is_made_anew(state):
    (state / "pgdata.partial").mkdir()
    (state / "pgdata.partial" / "PG_VERSION").write_text("18\n")
    with embedded.servers(state, durable=False) as portal:
        assert portal.pg_host
    assert not (state / "pgdata.partial").exists()


def test_roles_own_nothing_but_the_owner_its_database(state):
    with (
        embedded.servers(state, durable=False) as portal,
        psycopg.connect(host=portal.pg_host, user="burden_web", dbname="burden") as web,
    ):
        roles = web.execute(
            "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles "
            "WHERE rolname IN ('burden_owner', 'burden_web', 'burden_worker') ORDER BY 1"
        ).fetchall()
        owner = web.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'burden'").fetchone()
        listening = web.execute("SHOW listen_addresses").fetchone()
    assert roles == [
        ("burden_owner", False, True, False, False),
        ("burden_web", False, False, False, False),
        ("burden_worker", False, False, False, False),
    ]
    assert owner == ("burden_owner",)
    assert listening == ("",)


def test_log_names_the_fault_but_not_the_row(state):
    with (
        embedded.servers(state, durable=False) as portal,
        psycopg.connect(host=portal.pg_host, user="burden_owner", dbname="burden", autocommit=True) as owner,
    ):
        owner.execute("CREATE TEMP TABLE note (title text CHECK (length(title) < 5))")
        with pytest.raises(psycopg.errors.CheckViolation):
            owner.execute("INSERT INTO note VALUES ('whose business is it')")
    log = (state / "log" / "postgres.log").read_text()
    assert "note_title_check" in log
    assert "whose business" not in log


def test_running_is_found_while_it_runs(state):
    with embedded.servers(state, durable=False) as portal:
        assert read(state) == portal
    assert read(state) is None


def test_killed_launcher_leaves_no_process(state):
    launcher = subprocess.Popen([sys.executable, "-c", LAUNCHER, state], cwd=ROOT)
    assert eventually(lambda: read(state))
    launcher.send_signal(signal.SIGKILL)
    launcher.wait()
    assert read(state) is None
    if sys.platform == "linux":
        assert eventually(lambda: not processes_naming(state)), processes_naming(state)
    with embedded.servers(state, durable=False) as portal:
        assert ask(portal.sockets / "vk" / "v.sock", b"PING") == b"+PONG\r\n"


def test_recycled_process_id_does_not_stop_the_start(state):
    with embedded.servers(state, durable=False) as portal:
        lines = (state / "pgdata" / "postmaster.pid").read_text().splitlines()
        shutil.copytree(portal.sockets / "pg", state / "kept", ignore=shutil.ignore_patterns(".s.PGSQL.5432"))
    (state / "pgdata" / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    shutil.copy(state / "kept" / ".s.PGSQL.5432.lock", portal.sockets / "pg")
    with embedded.servers(state, durable=False) as portal:
        assert portal.pg_host


def test_second_start_prints_the_address_of_the_first(state, no_database):
    with claim(state) as launch:
        launch.announce(embedded.Running(os.getpid(), state, state, "", url="http://127.0.0.1:8123/"))
        second = manage(state, "up", PORT="8124")
    assert (second.returncode, second.stderr) == (0, "")
    assert "http://127.0.0.1:8123/" in second.stdout


def test_busy_port_is_named(state, no_database):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = manage(state, "up", PORT=port)
    assert refused.returncode == 1
    assert port in refused.stderr
    assert "PORT=" in refused.stderr


def test_port_that_is_no_number_is_refused(state, no_database):
    refused = manage(state, "up", PORT="http")
    assert refused.returncode == 1
    assert "PORT 要是 1 到 65535 的数字" in refused.stderr


def test_manage_without_portal_says_so_in_one_line(state, no_database):
    refused = manage(state, "check")
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1
    assert "make run" in refused.stderr


def test_long_state_path_moves_the_sockets(tmp_path):
    state = tmp_path / ("long" * 30)
    state.mkdir()
    short = runtime_dir(state)
    assert len(str(short)) < 60
    short.rmdir()


def test_state_without_write_permission_is_one_clear_sentence(tmp_path, no_database):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500 if os.geteuid() else 0o700)  # root may write anywhere, but PostgreSQL's account may not
    refused = manage(closed / "state" if os.geteuid() else closed, "up", PORT=str(free_port()))
    assert refused.returncode == 1
    assert "没有能用的数据目录，请用 BURDEN_STATE_DIR 指定" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_cluster_of_another_version_is_refused(tmp_path):
    with folder() as name:
        (Path(name) / "pgdata").mkdir()
        (Path(name) / "pgdata" / "PG_VERSION").write_text("15\n")
        with pytest.raises(embedded.Refused, match="PostgreSQL 15 建的"), embedded.servers(Path(name)):
            pass


def child(name: str, code: str, folder: Path) -> Child:
    log = folder / f"{name}.log"
    return Child(name, [sys.executable, "-c", CHILD + code], ready=lambda: "on" in log.read_text(), grace=5)


def test_child_that_ends_again_and_again_ends_all_with_its_log(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(children, "PAUSE", 0.01)
    calm = child("calm", "time.sleep(600)", tmp_path)
    broken = child("broken", "time.sleep(0.2); sys.exit('the reason')", tmp_path)
    with together([calm, broken], tmp_path, 10, Stop()) as started:
        assert watch(started, tmp_path, Stop()) == 1
    assert caplog.text.count("broken 自行退出（1），重新启动") == MOST_ENDS - 1
    assert f"broken 一分钟内第 {MOST_ENDS} 次自行退出（1），平台停下" in caplog.text
    assert str(tmp_path / "broken.log") in caplog.text
    assert "the reason" in caplog.text
    assert calm.ended()


def test_ends_of_long_ago_are_forgotten(tmp_path):
    once = child("once", "sys.exit(1)", tmp_path)
    once.start(tmp_path)
    once.process.wait()
    for now in range(MOST_ENDS * 2):
        assert revived(once, tmp_path, (MEMORY + 1) * (now + 1))
        once.due = 0


PARTS = {
    "postgres": "/pgdata",
    "valkey": "valkey-server",
    "web": "granian",
    "rollups": "rollups@",
    "exports": "exports@",
    "beat": "beat-schedule",
}


def parts_of(launcher: int) -> dict[str, int]:
    """Process ids of a portal's parts."""
    found = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if entry.name.isdecimal() and re.search(rf"\) \w {launcher} ", (entry / "stat").read_text()):
                line = command_line(entry.name)
                found |= {name: int(entry.name) for name, word in PARTS.items() if word in line}
    return found


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def speaks_http2(port: int) -> bool:
    """Whether the preface of HTTP/2 is answered by its SETTINGS: there a HEAD would carry whatever body it is given."""
    with socket.create_connection(("127.0.0.1", port), 5) as link, contextlib.suppress(ConnectionResetError):
        link.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4" + bytes(5))
        return link.recv(9)[3:4] == b"\4"
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="finds the parts in /proc")
def test_killed_parts_are_back_and_at_work(state, no_database):
    port, log = free_port(), state / "launcher.log"
    env = os.environ | {"BURDEN_STATE_DIR": str(state), "PORT": str(port), "DEMO": "0"}
    with log.open("w") as out:
        launcher = subprocess.Popen([sys.executable, "manage.py", "up"], cwd=ROOT, env=env, stdout=out, stderr=out)
    try:
        assert eventually(lambda: "Ctrl-C" in log.read_text(), 60), log.read_text()
        assert not speaks_http2(port)
        killed = parts_of(launcher.pid)
        assert killed.keys() == PARTS.keys()
        for pid in killed.values():
            os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: not killed.items() & (now := parts_of(launcher.pid)).items() and len(now) == 6)
        marks = [state / f"{name}.ready" for name in ("rollups", "exports", "beat")]
        assert eventually(lambda: is_ready(port) and all(mark.exists() for mark in marks), 60)
    finally:
        launcher.send_signal(signal.SIGINT)
        assert launcher.wait(60) == 0
    assert all(f"{name} 自行退出（-9），重新启动" in log.read_text() for name in PARTS)


def test_child_that_cannot_start_is_told_with_its_log(tmp_path):
    broken = Child("broken", [sys.executable, "-c", "raise SystemExit('no such thing')"], ready=lambda: False)
    with pytest.raises(embedded.Refused, match="no such thing"), together([broken], tmp_path, 10, Stop()):
        pass


def test_what_is_needed_ends_after_what_needs_it(tmp_path):
    ended = (
        "signal.signal(signal.SIGTERM, lambda *_: (print(time.monotonic(), flush=True), sys.exit())); time.sleep(600)"
    )
    needed, needing = child("needed", ended, tmp_path), child("needing", ended, tmp_path)
    with together([needed], tmp_path, 10, Stop()), together([needing], tmp_path, 10, Stop()):
        pass
    times = [float((tmp_path / f"{name}.log").read_text().split()[-1]) for name in ("needing", "needed")]
    assert times[0] < times[1]


def test_child_that_will_not_stop_is_killed(tmp_path):
    stubborn = child("stubborn", "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)", tmp_path)
    stubborn.grace = 0.2
    with together([stubborn], tmp_path, 10, Stop()):
        time.sleep(0.1)
    assert stubborn.process.returncode == -signal.SIGKILL

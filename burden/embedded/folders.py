"""Where data, sockets and binaries live, and which account PostgreSQL runs as."""

import hashlib
import os
import pwd
import sys
from collections.abc import Iterator
from pathlib import Path

from burden.embedded.errors import Refused

REPO = Path(__file__).resolve().parents[2]
POINTER = REPO / ".var" / "elsewhere"  # names the state folder of a portal started with BURDEN_STATE_DIR
SUN_PATH = 103 if sys.platform == "darwin" else 107  # bytes that fit in sockaddr_un.sun_path with its NUL
LONGEST_SOCKET = "run/pg/.s.PGSQL.5432.lock"

Account = pwd.struct_passwd | None


def digest(text: str | Path) -> str:
    """Name a folder by its path. Shape: 10 hexadecimal digits."""
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:10]


def server_account() -> Account:
    """Find the account PostgreSQL runs as, since it refuses root. Shape: None where we are not root."""
    if os.geteuid() != 0:
        return None
    name = os.environ.get("BURDEN_PG_USER", "nobody")
    try:
        return pwd.getpwnam(name)
    except KeyError:
        raise Refused(f"没有账号 {name} 来运行 PostgreSQL，请设 BURDEN_PG_USER") from None


def reachable(path: Path, account: Account) -> bool:
    """Tell whether `account` (None: we ourselves) may walk down to `path`. Nothing is changed to make it so."""
    if account is None:
        return True
    for parent in path.resolve().parents:
        mode = parent.stat()
        shift = 6 if mode.st_uid == account.pw_uid else 3 if mode.st_gid == account.pw_gid else 0
        if not mode.st_mode >> shift & 1:
            return False
    return True


def candidates() -> list[Path]:
    """List the folders that may hold the state, best first: the one asked for alone, or our own choices."""
    if asked := os.environ.get("BURDEN_STATE_DIR"):
        return [Path(asked).absolute()]
    home = Path(os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state"))
    name = f"burden-{digest(REPO)}"
    return [REPO / ".var", home / name, Path("/var/lib") / name]


def running_candidates() -> Iterator[Path]:
    """List where a live portal may be found, with the one that was started elsewhere."""
    yield from candidates()
    if "BURDEN_STATE_DIR" not in os.environ and POINTER.exists():
        yield Path(POINTER.read_text(encoding="utf-8"))


def state_dir() -> Path:
    """Make and return the state folder. Refuses: none is writable and open to PostgreSQL's account."""
    account, reasons = server_account(), []
    for path in candidates():
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reasons.append(f"{path}：{error.strerror}")
            continue
        if not os.access(path, os.W_OK | os.X_OK):
            reasons.append(f"{path}：没有写权限")
        elif account and not reachable(path / "pgdata", account):
            reasons.append(f"{path}：账号 {account.pw_name} 进不去")
        else:
            return path.resolve()
    raise Refused("没有能用的数据目录，请用 BURDEN_STATE_DIR 指定\n  " + "\n  ".join(reasons))


def runtime_dir(state: Path) -> Path:
    """Make and return a folder short enough for sockets: in the state folder, else one named by its digest."""
    if len(os.fsencode(state / LONGEST_SOCKET)) <= SUN_PATH:
        path = state / "run"
    else:
        base = Path(os.environ.get("XDG_RUNTIME_DIR", "/tmp"))  # noqa: S108 – ownership is checked below
        path = base / f"burden-{os.getuid()}-{digest(state)}"
    path.mkdir(mode=0o711, exist_ok=True)
    if path.is_symlink() or path.lstat().st_uid != os.getuid():
        raise Refused(f"{path} 不是本平台的目录，请移走")
    return path


def owned(path: Path, account: Account, mode: int = 0o700) -> Path:
    """Make a folder that belongs to `account` (None: to us)."""
    path.mkdir(exist_ok=True)
    hand_over(path, account)
    path.chmod(mode)
    return path


def hand_over(path: Path, account: Account) -> None:
    """Give one file or folder to `account` (None: keep it)."""
    if account:
        os.chown(path, account.pw_uid, account.pw_gid)

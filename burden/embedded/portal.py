"""`manage.py up`: the whole portal under one launcher, until Ctrl-C or until one part will not stay up."""

import http.client
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from burden.embedded.children import Child, Stop, together, watch
from burden.embedded.errors import AlreadyRunning, Refused
from burden.embedded.folders import REPO, state_dir
from burden.embedded.launch import Running, claim, point_here
from burden.embedded.servers import serving

START_LIMIT = 60  # seconds


def up() -> int:
    """Run the portal. Shape: the exit status. Refuses: a busy port, no place for the state, a failed part."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    stop = Stop()
    stop.listen()
    host, port = address()
    try:
        with claim(state_dir()) as launch:
            check_port(host, port)
            brought = {"own_database": "DATABASE_URL" in os.environ, "own_broker": "REDIS_URL" in os.environ}
            with serving(launch, url=url(host, port), stop=stop, **brought) as (portal, base):
                share(portal, host, **brought)
                step(stop, "prepare")
                with together(parts(portal.state, host, port), portal.state / "log", START_LIMIT, stop) as rest:
                    print(f"基层减负平台 {portal.url}  （按 Ctrl-C 停下；数据和日志在 {portal.state}）", flush=True)
                    return watch([*base, *rest], portal.state / "log", stop)
    except AlreadyRunning as other:
        print(other)
        return 0


def share(portal: Running, host: str, *, own_database: bool, own_broker: bool) -> None:
    """Tell the portal's processes, through their environment, what the settings cannot see."""
    point_here(portal.state)
    os.environ["BURDEN_STATE_DIR"] = str(portal.state)
    os.environ.setdefault("DEMO", "1")
    if own_broker:
        os.environ.setdefault("CELERY_BROKER_URL", os.environ["REDIS_URL"])
    elif own_database:
        os.environ |= {"REDIS_URL": portal.redis_url, "CELERY_BROKER_URL": portal.broker_url}
    if not own_database:
        os.environ.setdefault("ALLOWED_HOSTS", f"127.0.0.1,localhost,[::1],{host}")


def address() -> tuple[str, int]:
    """Read where to listen. Refuses: a PORT that is no port."""
    text = os.environ.get("PORT", "8000")
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Refused(f"PORT 要是 1 到 65535 的数字，现在是 {text!r}")
    return os.environ.get("HOST", "127.0.0.1"), int(text)


def url(host: str, port: int) -> str:
    """Write the address a browser on this machine uses."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 – compared, not bound
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"


def check_port(host: str, port: int) -> None:
    """Find out early whether the web server will be able to listen. Refuses: it will not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(f"不能在 {host} 的 {port} 端口上监听（{error.strerror}），请换一个：PORT=8080") from None


def step(stop: Stop, *command: str) -> None:
    """Run one manage.py command to its end. Refuses: it failed, or the user asked to stop."""
    environment = os.environ | {"BURDEN_DB_ROLE": "owner"}
    process = subprocess.Popen(
        [sys.executable, "manage.py", *command], cwd=REPO, env=environment, start_new_session=True
    )
    while process.poll() is None:
        if stop.asked:
            process.terminate()
            process.wait()
            raise Refused("启动时被停下")
        time.sleep(0.03)
    if process.returncode:
        raise Refused(f"manage.py {command[0]} 没有成功")


def parts(state: Path, host: str, port: int) -> list[Child]:
    """List the portal's own processes. A long export must not hold up the sums, so each has a worker."""
    return [
        web(host, port),
        worker(state, "rollups", "rollups,celery"),
        worker(state, "exports", "exports"),
        celery(state, "beat", ["-s", str(state / "beat-schedule"), "--pidfile="], grace=10),
    ]


def web(host: str, port: int) -> Child:
    """Describe the web server: one process with 8 threads serves 2 cores; WEB_WORKERS and WEB_THREADS change that."""

    def answers() -> bool:
        link = http.client.HTTPConnection(url(host, port).split("/")[2], timeout=2)
        try:
            link.request("GET", "/healthz")
            return link.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
        except OSError:
            return False
        finally:
            link.close()

    return Child(
        "web",
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--http", "1", "--no-ws",
         "--workers", os.environ.get("WEB_WORKERS", "1"), "--blocking-threads", os.environ.get("WEB_THREADS", "8"),
         "--workers-kill-timeout", "5", "burden.wsgi:application"],
        ready=answers,
        orphaned=signal.SIGTERM,  # its worker process outlives a killed granian
        grace=15,
        env={"BURDEN_DB_ROLE": "web", "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip


def worker(state: Path, name: str, queues: str) -> Child:
    """Describe a Celery worker; it stops softly, then coldly, and unfinished tasks go back to the queue."""
    options = ["-Q", queues, "-n", f"{name}@%h", "--concurrency", "1", "--without-gossip", "--without-mingle"]
    return celery(state, "worker", options, name=name, grace=30, env={"REMAP_SIGTERM": "SIGQUIT"})


def celery(
    state: Path, kind: str, options: list[str], *, name: str = "", grace: float, env: dict[str, str] | None = None
) -> Child:
    """Describe a Celery process, which touches a file once it is ready."""
    name = name or kind
    mark = state / f"{name}.ready"
    base = {"BURDEN_DB_ROLE": "worker", "BURDEN_READY_FILE": str(mark), "PYTHONUNBUFFERED": "1"}
    return Child(
        name,
        [sys.executable, "-m", "celery", "-A", "burden", kind, "-l", "INFO", *options],
        ready=mark.exists,
        grace=grace,
        env=base | (env or {}),
        before=lambda: mark.unlink(missing_ok=True),
    )

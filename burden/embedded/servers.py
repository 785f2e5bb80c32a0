"""Start the embedded servers and say where they are."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from burden.embedded.children import Child, Stop, together
from burden.embedded.folders import owned, runtime_dir, server_account
from burden.embedded.launch import Launch, Running, claim, secret_key
from burden.embedded.postgres import create_roles, postgres
from burden.embedded.valkey import socket_path, valkey

START_LIMIT = 60  # seconds, recovery after a crash included


@contextlib.contextmanager
def servers(state: Path, *, durable: bool = True) -> Iterator[Running]:
    """Run both servers while the block runs. Refuses: another launcher holds `state`."""
    with claim(state) as launch, serving(launch, durable=durable) as (portal, _):
        yield portal


@contextlib.contextmanager
def serving(
    launch: Launch,
    *,
    url: str = "",
    own_database: bool = False,
    own_broker: bool = False,
    durable: bool = True,
    stop: Stop | None = None,
) -> Iterator[tuple[Running, list[Child]]]:
    """Run what the user did not bring along, announced under the claim."""
    account, state, stop = server_account(), launch.state, stop or Stop()
    state.chmod(0o711 if account else 0o700)
    run = runtime_dir(state)
    portal = Running(pid=os.getpid(), state=state, sockets=run, secret_key=secret_key(state), url=url)
    children = []
    if not own_database:
        children.append(postgres(state, run, account, durable=durable))
        portal = replace(portal, pg_host=str(run / "pg"))
    if not own_broker:
        children.append(valkey(state, run))
        socket = socket_path(run)
        portal = replace(
            portal, redis_url=f"unix://{socket}?db=1", broker_url=f"redis+socket://{socket}?virtual_host=0"
        )
    with together(children, owned(state / "log", None), START_LIMIT, stop) as started:
        if portal.pg_host:
            create_roles(Path(portal.pg_host))
        launch.announce(portal)
        yield portal, started

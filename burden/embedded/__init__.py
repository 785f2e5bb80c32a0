"""The embedded servers: PostgreSQL and Valkey as children of one launcher, and the portal on top of them.

Needs no Django and imports nothing heavy: the settings ask it where the servers are.
"""

from burden.embedded.errors import AlreadyRunning, Refused
from burden.embedded.folders import state_dir
from burden.embedded.launch import Running, running
from burden.embedded.servers import servers

__all__ = ["AlreadyRunning", "Refused", "Running", "running", "servers", "state_dir"]

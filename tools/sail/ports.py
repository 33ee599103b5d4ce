"""TCP ports of 127.0.0.1: which are free, who holds one, and leases that keep two suites apart."""
import os
import random
import socket
from pathlib import Path

from sail.console import Failure

_FIRST, _LAST = 20000, 31999  # below Linux's usual range for outgoing connections, which could take a port in a restart


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def accepts(host: str, port: int) -> bool:
    """Whether somebody takes connections there."""
    try:
        with socket.create_connection((host, port), timeout=1.0):
            return True
    except OSError:
        return False


def require_free(port: int, host: str) -> None:
    """Fails with a sentence when something listens on that port."""
    if not 0 < port < 65536:
        raise Failure(f"Port {port} does not exist: ports go from 1 to 65535.")
    if not is_free(port, host):
        holder = owner(port)
        by = f" by {holder}" if holder else ""
        raise Failure(f"Port {port} is taken{by}. Choose another with --port, or end what holds it.")


def owner(port: int) -> str:
    """'node (pid 17)' for the process that listens on that port, or '' when that cannot be seen."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            cells = row.split()
            if cells[3] == "0A" and int(cells[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{cells[9]}]")
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.readlink(link) in inodes for link in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()} (pid {process.name})"
        except OSError:
            continue
    return ""


class PortLeases:
    """Free ports, each leased by a name in the abstract socket namespace, which is scoped as ports are and ends with us.

    So two suites that start at the same moment never choose the same port, and a restarted process finds its own free.
    """

    def __init__(self):
        self._leases = []

    def take(self) -> int:
        for port in random.sample(range(_FIRST, _LAST), 500):
            lease = socket.socket(socket.AF_UNIX)
            try:
                lease.bind(f"\0sail-port-{port}")
            except OSError:
                lease.close()
                continue
            if is_free(port):
                self._leases.append(lease)
                return port
            lease.close()
        raise Failure(f"There is no free TCP port between {_FIRST} and {_LAST}.")

    def close(self) -> None:
        while self._leases:
            self._leases.pop().close()

"""The two sides of a comparison: a suite of its own, and a peer on Node beside it."""
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from sail import packages, ports, processes
from sail.console import Failure, step
from sail.layout import CHECKOUT, Layout

PEERS = CHECKOUT / "tests" / "bench"
_PEER_SECONDS = 60


@dataclass
class Side:
    """What is measured: an address, and the processes whose CPU time counts, by name."""

    name: str
    address: str
    pids: dict = field(default_factory=dict)

    def cpu(self) -> dict:
        """Seconds of CPU time so far; of Postgres with its children, one for each connection."""
        return {name: processes.cpu_seconds(pid, with_children=name == "postgres") for name, pid in self.pids.items()}


@dataclass
class Suite:
    side: Side
    stores: dict
    secret: str
    log_folder: Path
    leases: ports.PortLeases


@contextlib.contextmanager
def private_suite():
    """One process of each role on private stores; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="sail-bench-"))
    folder.chmod(0o711)  # Postgres runs as its own user
    leases = ports.PortLeases()
    port = leases.take()
    data = folder / "data"
    sail = [sys.executable, "-B", str(CHECKOUT / "tools" / "sail" / "__main__.py")]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SAIL_")}
    try:
        up = subprocess.run([*sail, "up", "--detach", "--data", data, "--port", str(port)], env=clean, stdout=subprocess.DEVNULL, check=False)
        if up.returncode:
            raise Failure("The suite to measure did not start.")
        layout = Layout(str(data))
        lines = subprocess.run([*sail, "status", "--data", data], env=clean, capture_output=True, text=True, check=True).stdout
        pids = {line["role"]: line["pid"] for line in map(json.loads, lines.splitlines())}
        side = Side("suite", f"127.0.0.1:{port}", pids)
        yield Suite(side, json.loads(layout.stores.read_text()), layout.secret.read_text().strip(), layout.logs, leases)
    finally:
        subprocess.run([*sail, "down", "--data", data], env=clean, check=False)
        shutil.rmtree(folder)


@contextlib.contextmanager
def peer(name: str, script: str, suite: Suite, environment: dict, shared_with: list):
    """A peer from tests/bench, started as soon as its packages are there and until it says 'ready'.

    `shared_with` names the suite's processes that work for the peer, too (the stores).
    """
    folder = PEERS / name
    packages.npm_install(folder)
    port = suite.leases.take()
    log = suite.log_folder / f"{name}.log"
    step(f"Starting {name}")
    with open(log, "wb") as output:
        process = subprocess.Popen(
            ["node", script], cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            env={**os.environ, **environment, "PORT": str(port), "NODE_ENV": "production"},
        )
    try:
        _until_ready(process, name, log)
        shared = {role: suite.side.pids[role] for role in shared_with}
        yield Side(name, f"127.0.0.1:{port}", {"node": process.pid, **shared})
    finally:
        processes.end([processes.identify(process.pid)] if process.poll() is None else [], signal.SIGTERM, 5.0)
        process.wait()


def _until_ready(process: subprocess.Popen, name: str, log: Path) -> None:
    deadline = time.monotonic() + _PEER_SECONDS
    while "ready" not in log.read_text(errors="replace").splitlines():
        if process.poll() is not None or time.monotonic() > deadline:
            raise Failure(f"{name} did not start:\n{processes.log_tail(log)}")
        time.sleep(0.05)

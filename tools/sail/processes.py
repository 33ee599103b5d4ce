"""One operating system process: what to run, who it is, how it ends.

A process is known by its pid and its start time, so that a pid that the kernel gave to somebody else is never signalled.
"""
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

LOG_LIMIT_BYTES = 16 << 20


@dataclass
class Spec:
    """What to run. Addresses are host:port; None where the role has no such port."""

    role: str
    index: int
    command: list
    log: Path
    environment: dict = field(default_factory=dict)
    address: Optional[str] = None
    grpc: Optional[str] = None
    admin: Optional[str] = None
    label: Optional[str] = None  # what distinguishes it within its role, where an index says too little
    cwd: Optional[Path] = None  # the folder of its log otherwise
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 12.0  # then SIGKILL

    @property
    def name(self) -> str:
        return f"{self.role} {self.index if self.label is None else self.label}"


@dataclass(frozen=True)
class Identity:
    pid: int
    start: int  # clock ticks after boot, field 22 of /proc/PID/stat

    def alive(self) -> bool:
        """True while that very process runs; a zombie does not."""
        stat = _stat(self.pid)
        return stat is not None and int(stat[19]) == self.start and stat[0] not in "ZX"

    def send(self, number: int) -> bool:
        """Signals that very process. False when it is gone."""
        try:
            handle = os.pidfd_open(self.pid)
        except OSError:
            return False
        try:
            if not self.alive():
                return False
            signal.pidfd_send_signal(handle, number)
            return True
        except ProcessLookupError:
            return False
        finally:
            os.close(handle)


def _stat(pid: int) -> Optional[list]:
    """The fields of /proc/PID/stat after the name (so [0] is the state), or None."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def identify(pid: int) -> Optional[Identity]:
    stat = _stat(pid)
    return Identity(pid, int(stat[19])) if stat else None


def cpu_seconds(pid: int, with_children: bool = False) -> float:
    """User and system time of a process so far; 0 when it is gone. With its children: those that ended and those that run."""
    stat = _stat(pid)
    if not stat:
        return 0.0
    own = sum(int(ticks) for ticks in stat[11:15 if with_children else 13]) / os.sysconf("SC_CLK_TCK")
    return own + sum(cpu_seconds(child) for child in _children(pid)) if with_children else own


def _children(pid: int) -> list:
    """The pids whose parent is that process."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        stat = _stat(int(entry.name))
        if stat and int(stat[1]) == pid:
            found.append(int(entry.name))
    return found


def launch(spec: Spec) -> subprocess.Popen:
    """Starts it in a session of its own (a Ctrl-C in the terminal must not reach it), its output appended to its log."""
    with open(spec.log, "ab") as log:
        return subprocess.Popen(
            spec.command,
            env={**os.environ, **spec.environment},
            cwd=spec.cwd or spec.log.parent,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def end(identities: list, number: int, seconds: float) -> bool:
    """Signals all, waits for all, kills what is left after `seconds`. True when nothing had to be killed."""
    for identity in identities:
        identity.send(number)
    if wait_gone(identities, seconds):
        return True
    for identity in identities:
        identity.send(signal.SIGKILL)
    wait_gone(identities, 5.0)
    return False


def wait_gone(identities: list, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while any(identity.alive() for identity in identities):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def rotate_log(path: Path) -> None:
    """At start: the last run's log becomes NAME.1."""
    if path.exists() and path.stat().st_size:
        os.replace(path, path.with_name(path.name + ".1"))


def bound_log(path: Path) -> None:
    """While running: past the limit the text moves to NAME.1 and the log begins again.

    The process keeps its descriptor, so the file is copied and cut; it is open for appending, so it goes on at the beginning.
    What is written between copy and cut is lost.
    """
    try:
        if path.stat().st_size <= LOG_LIMIT_BYTES:
            return
    except FileNotFoundError:
        return
    with open(path, "rb+") as log, open(path.with_name(path.name + ".1"), "wb") as old:
        while block := log.read(1 << 20):
            old.write(block)
        log.truncate(0)


def log_tail(path: Path, count: int = 8) -> str:
    try:
        with open(path, "rb") as log:
            log.seek(max(0, path.stat().st_size - 8192))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-count:])
    except OSError:
        return ""

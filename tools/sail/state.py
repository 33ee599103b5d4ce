"""What a suite writes down about itself, so that other commands find, ask and end it."""
import contextlib
import fcntl
import json
import os
from typing import Optional

from sail import processes
from sail.console import Failure
from sail.layout import Layout, write_private
from sail.processes import Identity

# Who is ended first: nobody calls a process that is gone.
STOP_ORDER = [["gateway"], ["service"], ["logic"], ["session", "pubsub"], ["postgres", "redis"]]


def write(layout: Layout, records: list) -> None:
    me = processes.identify(os.getpid())
    write_private(layout.state, json.dumps({"supervisor": {"pid": me.pid, "start": me.start}, "processes": records}) + "\n")


def read(layout: Layout) -> Optional[dict]:
    try:
        return json.loads(layout.state.read_text())
    except FileNotFoundError:
        return None


def identity(record: dict) -> Optional[Identity]:
    return Identity(record["pid"], record["start"]) if record and record.get("pid") else None


def end_all(records: list) -> list:
    """Ends the processes of those records in order. Returns the names of those that had to be killed."""
    killed = []
    for roles in STOP_ORDER:
        group = [record for record in records if record["role"] in roles and identity(record)]
        for stop_signal in {record["stop_signal"] for record in group}:
            for record in group:
                if record["stop_signal"] == stop_signal:
                    identity(record).send(stop_signal)
        for record in group:
            if not processes.wait_gone([identity(record)], record["stop_seconds"]):
                processes.end([identity(record)], 9, 5.0)
                killed.append(f"{record['role']} {record.get('name', record['index'])}")
    return killed


@contextlib.contextmanager
def exclusive(layout: Layout):
    """Held while a suite runs on this data folder; survives a fork. Fails when another holds it."""
    descriptor = os.open(layout.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(
                f"A suite already runs on {layout.data}. `./sail status` shows it, `./sail down` ends it; "
                "another one needs its own --data and --port."
            ) from None
        yield
    finally:
        os.close(descriptor)

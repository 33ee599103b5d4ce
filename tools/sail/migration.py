"""Brings a database's schema to the models: `logic_server --migrate=alter`, which only ever adds."""
import json
import os
import subprocess
from pathlib import Path

from sail import build, packages, state, stores, supervisor
from sail.console import Failure, last_lines, step
from sail.layout import Layout
from sail.ports import PortLeases

_SECONDS = 300


def run(binary: Path, postgres_url: str, app: Path) -> str:
    """Returns what was done, as the logic service tells it. Fails with its own sentence."""
    environment = {**os.environ, "SAIL_POSTGRES_URL": postgres_url, "SAIL_APP_DIR": str(app)}
    try:
        result = subprocess.run(
            [str(binary), "--migrate=alter"], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=_SECONDS, check=False,
        )
    except subprocess.TimeoutExpired:
        raise Failure(f"The migration did not end within {_SECONDS} s.") from None
    said = plain(result.stdout + result.stderr)
    if result.returncode:
        raise Failure(said or f"The migration ended with status {result.returncode} and said nothing.")
    return said


def plain(text: str) -> str:
    """JSON log lines as sentences, other lines as they are."""
    lines = []
    for line in last_lines(text, 30).splitlines():
        try:
            entry = json.loads(line)
            rest = {name: value for name, value in entry.items() if name not in ("time", "severity", "process", "message")}
            lines.append(" ".join([str(entry["message"]), *(f"{name}={value}" for name, value in rest.items())]))
        except (ValueError, TypeError, KeyError, AttributeError):
            lines.append(line)
    return "\n".join(lines)


def command(app: Path, data: str) -> int:
    """`sail migrate`: on SAIL_POSTGRES_URL, on the running suite's database, or on the data folder's, started for the while."""
    layout = Layout(data)
    layout.create()
    packages.ensure(packages.STORES)
    binary = build.ensure()["logic"]
    url = os.environ.get("SAIL_POSTGRES_URL") or _running(layout)
    if url:
        print(run(binary, url, app))
        return 0
    with state.exclusive(layout):
        keeper = supervisor.Supervisor(layout)
        own = stores.Stores(layout, PortLeases().take)
        try:
            step("Starting Postgres")
            keeper.start([spec for spec in own.specs if spec.role == "postgres"], stores.wait_ready)
            print(run(binary, own.postgres_url, app))
        finally:
            keeper.stop()
    return 0


def _running(layout: Layout) -> str:
    known = state.read(layout)
    urls = stores.read_urls(layout)
    alive = known and any(
        record["role"] == "postgres" and state.identity(record) and state.identity(record).alive() for record in known["processes"]
    )
    return urls["postgres"] if alive and urls else ""

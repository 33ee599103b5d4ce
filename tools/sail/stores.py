"""The suite's own Postgres and Redis, or the ones that SAIL_POSTGRES_URL and SAIL_REDIS_URL name.

Both listen on 127.0.0.1 alone and want a password that is kept in the data folder. Both keep what they acknowledged:
Postgres with fsync, Redis with its append-only file.
"""
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Optional

from sail.console import Failure, last_lines, step
from sail.layout import UNIX_PATH_LIMIT, Layout, postgres_user, write_private
from sail.processes import Spec

POSTGRES_BIN = Path("/usr/lib/postgresql/15/bin")
_POSTGRES_SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    "jit": "off",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "log_min_messages": "warning",
}


class Stores:
    """The addresses of both stores, and how to run those that are the suite's own.

    `specs` are the processes to start: none for a store that the environment names.
    """

    def __init__(self, layout: Layout, take_port):
        self._layout = layout
        self._password = layout.kept_secret(layout.data / "store_password")
        self.specs = []
        self.postgres_url = os.environ.get("SAIL_POSTGRES_URL", "")
        self.redis_url = os.environ.get("SAIL_REDIS_URL", "")
        if not self.postgres_url:
            self._postgres(take_port())
        if not self.redis_url:
            self._redis(take_port())
        write_private(layout.stores, json.dumps({"postgres": self.postgres_url, "redis": self.redis_url}) + "\n")

    def _postgres(self, port: int) -> None:
        folder = self._layout.postgres()
        if not (folder / "PG_VERSION").exists():
            self._make_database(folder)
        listen = {"listen_addresses": "127.0.0.1", "port": str(port)}
        fits = len(f"{folder}/.s.PGSQL.{port}") <= UNIX_PATH_LIMIT
        listen["unix_socket_directories"] = str(folder) if fits else ""
        settings = [part for name, value in {**_POSTGRES_SETTINGS, **listen}.items() for part in ("-c", f"{name}={value}")]
        self.postgres_url = f"postgresql://sail:{self._password}@127.0.0.1:{port}/sail"
        self.specs.append(Spec(
            role="postgres", index=0, address=f"127.0.0.1:{port}", log=self._layout.logs / "postgres-0.log",
            command=[*as_postgres(), str(POSTGRES_BIN / "postgres"), "-D", str(folder), *settings],
            stop_signal=signal.SIGINT,  # "fast": ends the sessions, writes a checkpoint
        ))

    def _make_database(self, folder: Path) -> None:
        """A new cluster with the superuser and the database `sail`. Made beside its place, so that half a one is never used."""
        step(f"Making a database in {folder}")
        half = folder.with_name(folder.name + ".new")
        self._run_as_postgres("rm", "-rf", str(half), what="removing the remains of an unfinished start")
        half.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(half, postgres_user().pw_uid, postgres_user().pw_gid)
        self._run_as_postgres(
            str(POSTGRES_BIN / "initdb"), "-D", str(half), "-U", "sail", "-E", "UTF8", "--locale=C", "-A", "trust", what="initdb"
        )
        # Before the first server listens: the password, and that it is wanted. The password is hexadecimal.
        self._run_as_postgres(
            str(POSTGRES_BIN / "postgres"), "--single", "-D", str(half), "postgres", what="creating the database",
            stdin=f"alter role sail password '{self._password}'\ncreate database sail\n",
        )
        (half / "pg_hba.conf").write_text("local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n")
        half.rename(folder)

    @staticmethod
    def _run_as_postgres(*command: str, what: str, stdin: str = "") -> None:
        result = subprocess.run([*as_postgres(), *command], input=stdin, capture_output=True, text=True, cwd="/", check=False)
        if result.returncode:
            raise Failure(f"Postgres: {what} failed:\n{last_lines(result.stdout + result.stderr)}")

    def _redis(self, port: int) -> None:
        settings = self._layout.redis / "redis.conf"  # a file and not arguments: the password stays out of `ps`
        write_private(settings, f"bind 127.0.0.1\nport {port}\ndir \"{self._layout.redis}\"\nrequirepass {self._password}\n"
                                "appendonly yes\nappendfsync everysec\nsave \"\"\ndaemonize no\nmaxmemory-policy noeviction\n")
        self.redis_url = f"redis://default:{self._password}@127.0.0.1:{port}/0"
        self.specs.append(Spec(
            role="redis", index=0, address=f"127.0.0.1:{port}", log=self._layout.logs / "redis-0.log",
            command=["redis-server", str(settings)],
        ))


def as_postgres() -> list:
    """The start of a command that Postgres runs under: it refuses to be root."""
    if os.geteuid() != 0:
        return []
    user = postgres_user()
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]


def read_urls(layout: Layout) -> Optional[dict]:
    """{"postgres": URL, "redis": URL} of the suite that was last started on this data folder."""
    try:
        return json.loads(layout.stores.read_text())
    except FileNotFoundError:
        return None


def wait_ready(spec: Spec, seconds: float, alive) -> bool:
    """Until that store answers; False when it ended or the time is over."""
    deadline = time.monotonic() + seconds
    while alive() and time.monotonic() < deadline:
        if answers(spec.role, spec.address):
            return True
        time.sleep(0.02)
    return False


def answers(role: str, address: str) -> bool:
    return _postgres_answers(address) if role == "postgres" else _redis_answers(address)


def _postgres_answers(address: str) -> bool:
    """Asks to log in, as PQping does: any answer will do but 'the database system is starting up' (57P03)."""
    body = b"\0\3\0\0user\0sail\0database\0sail\0\0"
    answer = _ask(address, (len(body) + 4).to_bytes(4, "big") + body)
    return bool(answer) and b"57P03" not in answer


def _redis_answers(address: str) -> bool:
    """A Redis that still loads its file says -LOADING; ours otherwise wants the password."""
    answer = _ask(address, b"PING\r\n")
    return bool(answer) and not answer.startswith(b"-LOADING")


def _ask(address: str, request: bytes) -> bytes:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=1.0) as connection:
            connection.sendall(request)
            return connection.recv(256)
    except OSError:
        return b""

"""Packages of the machine: Debian's by apt, JavaScript's by npm. Installs only what is missing; starts no service."""
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from sail.console import Failure, last_lines, step

BUILD = """bazel-bootstrap bazel-rules-java g++ python3 pkg-config libgrpc++-dev libprotobuf-dev protobuf-compiler
    protobuf-compiler-grpc libabsl-dev libhiredis-dev libpqxx-dev libgtest-dev libboost1.81-dev libboost-json1.81-dev
    libssl-dev libyaml-cpp-dev zlib1g-dev libbenchmark-dev""".split()
STORES = "redis-server postgresql-15 curl".split()
LINT = ["clang-format"]
BROWSER = ["chromium"]
PYTHON_CLIENT = "python3-socketio python3-websocket python3-requests".split()
LOAD = ["wrk"]

# A package's post-install step may start its service; this answer of policy-rc.d forbids it for as long as we install.
_INSTALL = r"""
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy
  trap 'rm -f $policy' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q && apt-get install -y -q --no-install-recommends "$@"
"""


def ensure(names: list) -> None:
    """Installs those of the Debian packages that are missing. Fails with a sentence when one cannot be had."""
    missing = _missing(names)
    if not missing:
        return
    step(f"Installing {' '.join(missing)}")
    prefix = _as_root(missing)
    result = subprocess.run(
        [*prefix, "sh", "-c", _INSTALL, "install", *missing],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )
    still = _missing(missing)
    if result.returncode or still:
        names_left = " ".join(still or missing)
        raise Failure(f"Cannot install {names_left}. apt-get said:\n{last_lines(result.stdout)}")


def ensure_node() -> None:
    """Node and npm: Debian's, unless others are on the path already."""
    wanted = [package for command, package in (("node", "nodejs"), ("npm", "npm")) if not shutil.which(command)]
    if wanted:
        ensure(wanted)
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.lstrip("v").partition(".")[0]) < 18:
        raise Failure(f"Node {version} is too old: 18 or newer is needed.")


def npm_install(folder: Path) -> None:
    """`npm ci` in a folder with a package.json, again only when its lock file has changed."""
    lock = folder / "package-lock.json"
    if not lock.exists():
        raise Failure(f"{folder} has a package.json but no package-lock.json.")
    stamp = folder / "node_modules" / ".sail-stamp"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    ensure_node()
    step(f"npm ci in {os.path.relpath(folder)}")
    environment = {**os.environ, "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1"}
    result = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )
    if result.returncode:
        raise Failure(f"npm ci failed in {folder}:\n{last_lines(result.stdout + result.stderr)}")
    stamp.write_text(wanted)


def _missing(names: list) -> list:
    if not shutil.which("dpkg-query"):
        raise Failure("This machine has no dpkg: ./sail needs Debian 12 (or the packages of " + " ".join(names) + ").")
    shown = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *names], capture_output=True, text=True, check=False
    ).stdout
    installed = {line.split()[0] for line in shown.splitlines() if line.endswith(" installed")}
    return [name for name in names if name not in installed]


def _as_root(missing: list) -> list:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        return ["sudo"]
    raise Failure(f"Missing packages: {' '.join(missing)}. Install them as root (there is no sudo here).")

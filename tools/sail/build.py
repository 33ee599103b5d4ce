"""The four binaries: built by Bazel when a source has changed, copied to where a later build cannot disturb them."""
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from sail import packages
from sail.console import Failure, step
from sail.layout import CHECKOUT

SERVERS = {
    "gateway": "gateway/gateway_server",
    "session": "services/session/session_server",
    "pubsub": "services/pubsub/pubsub_server",
    "logic": "services/logic/logic_server",
}
_SOURCES = ["protos", "platform", "services", "gateway", "third_party", "tools/bazel", "WORKSPACE", "BUILD", ".bazelrc"]
_STAMP = CHECKOUT / ".sail" / "build.stamp"


def bazel(*arguments: str) -> None:
    """Runs Bazel in the checkout, its progress on our stderr when that is a terminal. Fails when it does."""
    quiet = [] if os.isatty(2) else ["--noshow_progress", "--ui_event_filters=-INFO"]
    if subprocess.run(["bazel", *arguments, *quiet], cwd=CHECKOUT, stdin=subprocess.DEVNULL, check=False).returncode:
        raise Failure(f"bazel {' '.join(arguments)} failed; what it said is above.")


def label(path: str) -> str:
    return "//" + ":".join(path.rsplit("/", 1))


def ensure() -> dict:
    """Brings the servers up to date. Returns role → path below bazel-bin, which the next build may replace."""
    built = {role: CHECKOUT / "bazel-bin" / path for role, path in SERVERS.items()}
    stamp = _fingerprint()
    if not (_STAMP.exists() and _STAMP.read_text() == stamp and all(path.exists() for path in built.values())):
        packages.ensure(packages.BUILD)
        step("Building the servers (a first build takes minutes, later ones seconds)")
        bazel("build", *(label(path) for path in SERVERS.values()))
        _STAMP.parent.mkdir(exist_ok=True)
        _STAMP.write_text(stamp)
    return built


def copied(built: dict, folder: Path) -> dict:
    """The servers as they are now, in a folder where no later build disturbs those who run them."""
    return {role: _copy(path, folder / path.name) for role, path in built.items()}


def ensure_target(path: str) -> Path:
    """Builds one other binary and returns where it is."""
    packages.ensure(packages.BUILD)
    bazel("build", label(path))
    return CHECKOUT / "bazel-bin" / path


def _copy(source: Path, target: Path) -> Path:
    facts = source.stat()
    if target.exists() and (target.stat().st_size, target.stat().st_mtime_ns) == (facts.st_size, facts.st_mtime_ns):
        return target
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copy2(source, beside)
    os.replace(beside, target)
    return target


def _fingerprint() -> str:
    """Changes whenever a source file's name, size or time does: one look at a few hundred files instead of asking Bazel."""
    seen = hashlib.sha256()
    for root in _SOURCES:
        top = CHECKOUT / root
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            if path.is_file():
                facts = path.stat()
                seen.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return seen.hexdigest()

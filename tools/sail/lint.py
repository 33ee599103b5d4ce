"""What a reader should not have to check: formatting, sizes, who depends on whom. Each check returns its complaints."""
import itertools
import json
import subprocess
from pathlib import Path

from sail.layout import CHECKOUT

_LONGEST_FILE = 400
_CODE = (".cc", ".h", ".py", ".mjs", ".js", ".bzl", ".proto")
_LARGE_DATA = ("tests/conformance/",)


def formatting() -> list:
    """C++ is formatted as .clang-format says"""
    files = [str(path) for path in _files(".cc", ".h")]
    if not files:
        return ["there is no C++ file"]
    result = _run("clang-format", "--dry-run", "--Werror", "--style=file", *files)
    return [line for line in result.stderr.splitlines() if ": error:" in line] or _failure(result)


def services_are_apart() -> list:
    """The gateway depends on no service, and no service on another"""
    services = sorted(path.name for path in (CHECKOUT / "services").iterdir() if path.is_dir())
    pairs = [("//gateway/...", f"//services/{name}/...") for name in services]
    pairs += [(f"//services/{a}/...", f"//services/{b}/...") for a, b in itertools.permutations(services, 2)]
    pairs += [("//platform/...", "//services/..."), ("//platform/...", "//gateway/...")]
    complaints = []
    for start, end in pairs:
        result = _run("bazel", "query", "--noshow_progress", f"somepath({start}, {end})")
        if result.returncode:
            complaints += _failure(result)
        elif result.stdout.strip():
            complaints.append(f"{start} reaches {end}: " + " → ".join(result.stdout.split()))
    return complaints


def private_by_default() -> list:
    """No package of a process is visible to everybody by default"""
    return [
        f"{path}: default visibility is public"
        for path in _files("BUILD")
        if "default_visibility = [\"//visibility:public\"]" in _text(path) and path.parts[0] in ("gateway", "services")
    ]


def store_libraries_are_wrapped() -> list:
    """hiredis is included in platform/redis alone, libpqxx in platform/postgres alone"""
    homes = {"<hiredis/": "platform/redis/", "<pqxx/": "platform/postgres/"}
    return [
        f"{path} includes {header}"
        for path in _files(".cc", ".h")
        for header, home in homes.items()
        if f"#include {header}" in _text(path) and not str(path).startswith(home)
    ]


def file_lengths() -> list:
    """No source file is longer than 400 lines"""
    lengths = {path: len(_text(path).splitlines()) for path in _files(*_CODE)}
    return [f"{path}: {length} lines" for path, length in lengths.items() if length > _LONGEST_FILE]


def lock_files() -> list:
    """Lock files name no address and every package has a checksum"""
    complaints = []
    for path in _files("package-lock.json"):
        for name, package in json.loads(_text(path))["packages"].items():
            if "resolved" in package and not package.get("link"):
                complaints.append(f"{path}: {name} has an address")
            if name and "integrity" not in package and not package.get("link"):
                complaints.append(f"{path}: {name} has no checksum")
    return complaints


def folders_are_described() -> list:
    """Every folder with a BUILD file of ours has a README.md, its own or the one above"""
    folders = {path.parent for path in _files("BUILD")} - {Path(".")}
    return [
        f"{folder}: no README.md"
        for folder in sorted(folders)
        if not any((CHECKOUT / place / "README.md").exists() for place in (folder, folder.parent) if place != Path("."))
        and folder.parts[0] in ("gateway", "services", "platform")
    ]


CHECKS = [
    formatting, services_are_apart, private_by_default, store_libraries_are_wrapped, file_lengths, lock_files, folders_are_described
]


def _files(*endings: str) -> list:
    listed = _run("git", "ls-files", "--cached", "--others", "--exclude-standard").stdout.splitlines()
    return [
        Path(name) for name in sorted(listed)
        if name.endswith(endings) and not name.startswith(_LARGE_DATA) and (CHECKOUT / name).is_file()
    ]


def _text(path: Path) -> str:
    return (CHECKOUT / path).read_text()


def _run(*command: str) -> subprocess.CompletedProcess:
    return subprocess.run(list(command), cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def _failure(result: subprocess.CompletedProcess) -> list:
    return [f"{result.args[0]} failed: {result.stderr.strip()[-500:]}"] if result.returncode else []

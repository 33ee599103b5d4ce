"""`sail test`: runs the named suites and closes with one line, 'N passed, N failed', over all of them."""
from dataclasses import dataclass
import re
import subprocess
import sys
import time
from pathlib import Path

from sail import build, lint, packages
from sail.console import Failure, step
from sail.layout import CHECKOUT
from sail.unit_tests import run_bazel_tests

_NODE_FILE_SECONDS = 900
# What `./sail up` wants, so that its tests measure starting and not installing.
_SUITE_PACKAGES = packages.BUILD + packages.STORES


@dataclass
class Tally:
    passed: int = 0
    failed: int = 0

    def add(self, other: "Tally") -> None:
        self.passed += other.passed
        self.failed += other.failed


def run(names: list) -> int:
    unknown = [name for name in names if name not in _SUITES]
    if unknown:
        raise Failure(f"There is no suite {', '.join(unknown)}. The suites are {', '.join(_SUITES)}.")
    total = Tally()
    rows = []
    for name in names or _DEFAULT:
        began = time.monotonic()
        print(f"\n=== {name}", flush=True)
        try:
            tally = _SUITES[name]()
        except Failure as failure:
            print(f"FAILED {name} could not run: {failure}", flush=True)
            tally = Tally(failed=1)
        if tally.passed + tally.failed == 0:
            print(f"FAILED {name} ran no test", flush=True)
            tally = Tally(failed=1)
        total.add(tally)
        rows.append(f"{name:12} {tally.passed:5} passed {tally.failed:5} failed   {time.monotonic() - began:6.0f} s")
    print("\n" + "\n".join(rows))
    print(f"{total.passed} passed, {total.failed} failed", flush=True)
    return 1 if total.failed else 0


def _tool() -> Tally:
    """The unit tests of this command."""
    packages.ensure(packages.STORES)
    result = subprocess.run(
        [sys.executable, "-B", "-m", "unittest", "discover", "-s", "tools/sail", "-t", "tools", "-p", "*_test.py"],
        cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )
    print(result.stdout, end="")
    ran = re.search(r"^Ran (\d+) test", result.stdout, re.M)
    bad = sum(int(number) for number in re.findall(r"(?:failures|errors)=(\d+)", result.stdout))
    count = int(ran.group(1)) if ran else 0
    return Tally(max(count - bad, 0), bad or int(result.returncode != 0))


def _lint() -> Tally:
    packages.ensure(packages.BUILD + packages.LINT)
    tally = Tally()
    for check in lint.CHECKS:
        complaints = check()
        tally.add(Tally(failed=1) if complaints else Tally(passed=1))
        print(f"{'FAILED' if complaints else 'ok    '} {check.__doc__.splitlines()[0]}")
        for complaint in complaints:
            print(f"       {complaint}")
    return tally


def _unit() -> Tally:
    packages.ensure(_SUITE_PACKAGES)
    return Tally(*run_bazel_tests())


def _e2e() -> Tally:
    packages.ensure(_SUITE_PACKAGES + packages.BROWSER + packages.PYTHON_CLIENT)
    return _node_tests("e2e")


def _conformance() -> Tally:
    packages.ensure(_SUITE_PACKAGES)
    build.ensure_target("tests/interop/actions_cc/action_server")
    return _node_tests("conformance")


def _differential() -> Tally:
    packages.ensure(_SUITE_PACKAGES)
    packages.ensure_node()
    packages.npm_install(CHECKOUT / "tests" / "differential" / "peer")
    return _node_tests("differential")


def _hammer() -> Tally:
    packages.ensure(_SUITE_PACKAGES)
    return _node_tests("hammer")


def _k8s() -> Tally:
    """k8s/validate closes with 'N passed, N failed' itself."""
    packages.ensure_node()
    result = subprocess.run(
        ["k8s/validate"], cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False,
    )
    print(result.stdout, end="")
    found = re.findall(r"^(\d+) passed, (\d+) failed$", result.stdout, re.M)
    if not found:
        raise Failure(f"k8s/validate ended with status {result.returncode} and counted nothing.")
    passed, failed = map(int, found[-1])
    return Tally(passed, failed or int(result.returncode != 0))


def _node_tests(folder: str) -> Tally:
    """Each file in a process of its own, one after the other: each starts a suite of its own on this machine."""
    packages.ensure_node()
    packages.npm_install(CHECKOUT / "tests")
    build.ensure()  # so that no test waits for it
    tally = Tally()
    for file in sorted((CHECKOUT / "tests" / folder).glob("*.test.mjs")):
        tally.add(_node_file(file))
    return tally


def _node_file(file: Path) -> Tally:
    name = file.relative_to(CHECKOUT)
    print(f"--- {name}", flush=True)
    report = CHECKOUT / ".sail" / "tests" / (file.stem + ".tap")
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    command = ["node", "--test", "--test-reporter=spec", "--test-reporter-destination=stdout", "--test-reporter=tap",
               f"--test-reporter-destination={report}", str(file)]
    process = subprocess.Popen(command, cwd=CHECKOUT / "tests", stdin=subprocess.DEVNULL)
    try:
        status = process.wait(_NODE_FILE_SECONDS)
    except subprocess.TimeoutExpired:
        process.terminate()
        process.wait(30)
        print(f"FAILED {name} did not end within {_NODE_FILE_SECONDS} s", flush=True)
        return Tally(failed=1)
    counts = dict(re.findall(r"^# (pass|fail|cancelled) (\d+)$", report.read_text() if report.exists() else "", re.M))
    passed, failed = int(counts.get("pass", 0)), int(counts.get("fail", 0)) + int(counts.get("cancelled", 0))
    if not failed and (status or not passed):
        print(f"FAILED {name} ended with status {status} after {passed} tests", flush=True)
        failed = 1
    return Tally(passed, failed)


_SUITES = {"tool": _tool, "lint": _lint, "unit": _unit, "e2e": _e2e, "hammer": _hammer, "conformance": _conformance, "k8s": _k8s, "differential": _differential}
# Installing a Sails takes long, and random requests are not for every change.
_DEFAULT = [name for name in _SUITES if name != "differential"]

"""The GoogleTest binaries under Bazel, counted by test case from the test.xml files that they leave."""
import os
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from sail.layout import CHECKOUT


def run_bazel_tests() -> tuple:
    """(passed, failed) of `bazel test //...`, never from the cache of results."""
    logs = CHECKOUT / "bazel-testlogs"
    for old in _reports(logs):
        old.unlink()
    quiet = [] if os.isatty(2) else ["--noshow_progress"]
    status = subprocess.run(
        ["bazel", "test", "--nocache_test_results", *quiet, "//..."], cwd=CHECKOUT, stdin=subprocess.DEVNULL, check=False
    ).returncode
    passed, failed = count(_reports(logs))
    if status and not failed:
        print(f"FAILED bazel test ended with status {status}: something was not built or did not end in time", flush=True)
        failed = 1
    return passed, failed


def count(reports: list) -> tuple:
    """For a binary that died before it wrote its report Bazel writes one with an error in it."""
    passed = failed = 0
    for report in reports:
        for case in ElementTree.parse(report).iter("testcase"):
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
            elif case.find("skipped") is None and case.get("status") != "notrun":
                passed += 1
    return passed, failed


def _reports(logs: Path) -> list:
    return list(Path(os.path.realpath(logs)).rglob("test.xml")) if logs.exists() else []

import tempfile
import unittest
from pathlib import Path
from unittest import mock

from sail import services
from sail.console import Failure
from sail.layout import Layout
from sail.services import Service

FIRST = Service("first", "SAIL_SERVICE_FIRST_TARGET", "", "python3 main.py --flag 'a b'")
ELSEWHERE = Service("elsewhere", "SAIL_SERVICE_ELSEWHERE_TARGET", "mail:7000", "")
SECOND = Service("second", "SAIL_SERVICE_SECOND_TARGET", "localhost:7000", "./run")


class PlanTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.app = Path(folder.name)
        (self.app / "run").write_text("#!/bin/sh\n")
        (self.app / "run").chmod(0o755)
        self.layout = Layout(str(self.app / "data"))

    def plan(self, known, **environment):
        ports = iter(range(7001, 7010))
        return services.plan(self.layout, known, self.app, lambda: next(ports), environment)

    def test_starts_each_service_that_has_a_command_in_the_application_s_folder(self):
        known = [FIRST, ELSEWHERE, SECOND]
        specs = self.plan(known)
        self.assertEqual([spec.name for spec in specs], ["service first", "service second"])
        self.assertEqual(specs[0].command, ["python3", "main.py", "--flag", "a b"])
        self.assertEqual({spec.cwd for spec in specs}, {self.app})
        self.assertEqual(specs[1].environment["SAIL_GRPC_ADDRESS"], "127.0.0.1:7002")
        self.assertEqual(services.targets(known, specs), {
            "SAIL_SERVICE_FIRST_TARGET": "127.0.0.1:7001", "SAIL_SERVICE_SECOND_TARGET": "127.0.0.1:7002",
        })

    def test_starts_nothing_that_the_environment_says_runs_elsewhere(self):
        self.assertEqual(self.plan([FIRST], SAIL_SERVICE_FIRST_TARGET="10.0.0.7:7000"), [])

    def test_a_command_that_is_a_target_of_the_build_is_built_first(self):
        with mock.patch("sail.build.ensure_target", return_value=Path("/built/a/b")) as ensure:
            [spec] = self.plan([Service("built", "SAIL_SERVICE_BUILT_TARGET", "", "//a:b --flag")])
        ensure.assert_called_once_with("a/b")
        self.assertEqual(spec.command, ["/built/a/b", "--flag"])

    def test_a_command_that_cannot_run_is_told_before_anything_starts(self):
        for command in ("./missing", "no-such-program", "'"):
            with self.assertRaisesRegex(Failure, "service broken"):
                self.plan([Service("broken", "SAIL_SERVICE_BROKEN_TARGET", "", command)])


if __name__ == "__main__":
    unittest.main()

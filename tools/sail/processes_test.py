import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from sail import processes
from sail.processes import Identity, Spec


class IdentityTest(unittest.TestCase):
    def setUp(self):
        self.process = subprocess.Popen(["sleep", "60"])
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.kill)
        self.identity = processes.identify(self.process.pid)

    def test_signals_the_process_it_names(self):
        self.assertTrue(self.identity.send(signal.SIGTERM))
        self.assertEqual(self.process.wait(5), -signal.SIGTERM)
        self.assertFalse(self.identity.alive())

    def test_never_signals_a_recycled_pid(self):
        somebody_else = Identity(self.identity.pid, self.identity.start - 1)
        self.assertFalse(somebody_else.alive())
        self.assertFalse(somebody_else.send(signal.SIGKILL))
        self.assertIsNone(self.process.poll())

    def test_a_zombie_is_gone(self):
        self.process.kill()
        self.assertTrue(processes.wait_gone([self.identity], 5.0))

    def test_kills_what_does_not_end_in_time(self):
        with subprocess.Popen(["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"], stdout=subprocess.PIPE) as stubborn:
            stubborn.stdout.readline()
            self.assertFalse(processes.end([processes.identify(stubborn.pid)], signal.SIGTERM, 0.2))
            self.assertEqual(stubborn.wait(5), -signal.SIGKILL)


class CpuTest(unittest.TestCase):
    def test_counts_the_time_of_children_that_ended(self):
        work = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"
        with subprocess.Popen(["sh", "-c", f"sh -c '{work}'; echo done; read line"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
            parent.stdout.readline()
            alone = processes.cpu_seconds(parent.pid)
            self.assertGreater(processes.cpu_seconds(parent.pid, with_children=True), alone + 0.02)
            parent.stdin.close()


class LogTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.log = Path(folder.name) / "role-0.log"

    def test_a_long_log_begins_again_and_the_writer_goes_on_at_its_beginning(self):
        with open(self.log, "ab") as writer:
            writer.write(b"x" * (processes.LOG_LIMIT_BYTES + 1))
            writer.flush()
            processes.bound_log(self.log)
            self.assertEqual(self.log.stat().st_size, 0)
            writer.write(b"after\n")
        self.assertEqual(self.log.read_bytes(), b"after\n")
        self.assertEqual(self.log.with_name("role-0.log.1").stat().st_size, processes.LOG_LIMIT_BYTES + 1)

    def test_output_of_a_process_is_appended(self):
        self.log.write_text("before\n")
        spec = Spec(role="role", index=0, command=["sh", "-c", "echo $GREETING"], log=self.log, environment={"GREETING": "hello"})
        processes.launch(spec).wait(5)
        self.assertEqual(self.log.read_text(), "before\nhello\n")


if __name__ == "__main__":
    unittest.main()

import tempfile
import time
import unittest
from pathlib import Path

from sail.child import Child, pause_after
from sail.processes import Spec


class PauseTest(unittest.TestCase):
    def test_doubles_up_to_ten_seconds(self):
        pauses = [pause_after(failures, jitter=lambda: 1.0) for failures in range(12)]
        self.assertEqual(pauses[:4], [0.1, 0.2, 0.4, 0.8])
        self.assertEqual(pauses[-1], 10.0)

    def test_stays_between_half_and_all_of_it(self):
        self.assertEqual(pause_after(5, jitter=lambda: 0.0), 1.6)
        self.assertEqual(pause_after(0, jitter=lambda: 0.0), 0.1)
        self.assertTrue(all(1.6 <= pause_after(5) <= 3.2 for _ in range(100)))


class ChildTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def child(self, script: str) -> Child:
        return Child(Spec(role="role", index=1, command=["sh", "-c", script], log=self.folder / "log"))

    def until_something_happens(self, child: Child) -> str:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if what := child.check():
                return what
            time.sleep(0.01)
        self.fail("nothing happened")

    def test_is_started_again_when_it_ends(self):
        child = self.child("exit 3")
        child.start()
        self.assertIn("role 1", self.until_something_happens(child))
        self.assertFalse(child.running)
        self.assertIn("was started again", self.until_something_happens(child))
        self.assertTrue(child.running)
        self.assertIn("status 3", self.until_something_happens(child))
        self.assertEqual(child.ends, 2)

    def test_tells_of_a_kill(self):
        child = self.child("kill -9 $$")
        child.start()
        self.assertIn("signal 9", self.until_something_happens(child))


if __name__ == "__main__":
    unittest.main()

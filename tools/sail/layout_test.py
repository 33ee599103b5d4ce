import os
import tempfile
import unittest
from pathlib import Path

from sail import state
from sail.console import Failure
from sail.layout import FALLBACK_ROOT, Layout


class LayoutTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_a_secret_is_made_once_and_is_the_owners_alone(self):
        layout = Layout(str(self.folder / "data"))
        layout.create()
        secret = layout.kept_secret(layout.secret)
        self.assertGreaterEqual(len(secret), 64)
        self.assertEqual(secret, Layout(str(self.folder / "data")).kept_secret(layout.secret))
        self.assertEqual(layout.secret.stat().st_mode & 0o777, 0o600)

    @unittest.skipUnless(os.geteuid() == 0, "Postgres runs as another user only for root")
    def test_postgres_lies_outside_where_its_user_cannot_reach_the_data_folder(self):
        self.folder.chmod(0o700)
        layout = Layout(str(self.folder / "data"))
        layout.create()
        outside = layout.postgres()
        self.addCleanup(outside.parent.rmdir)
        self.assertEqual(outside.parent.parent, FALLBACK_ROOT)
        self.folder.chmod(0o711)
        self.assertEqual(layout.postgres(), layout.data / "postgres")

    def test_one_suite_for_each_data_folder(self):
        layout = Layout(str(self.folder / "data"))
        layout.create()
        with state.exclusive(layout):
            with self.assertRaisesRegex(Failure, "already runs"):
                with state.exclusive(layout):
                    pass
        with state.exclusive(layout):
            pass


if __name__ == "__main__":
    unittest.main()

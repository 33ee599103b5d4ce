import tempfile
import unittest
from pathlib import Path

from sail.unit_tests import count

_REPORT = """<testsuites><testsuite>
<testcase name="a" status="run"/><testcase name="b" status="run"><failure message="x"/></testcase>
<testcase name="c" status="notrun"/><testcase name="d"><skipped/></testcase><testcase name="e"><error/></testcase>
</testsuite></testsuites>"""


class CountTest(unittest.TestCase):
    def test_failures_and_errors_fail_and_what_did_not_run_is_not_counted(self):
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "test.xml"
            report.write_text(_REPORT)
            self.assertEqual(count([report]), (1, 2))


if __name__ == "__main__":
    unittest.main()

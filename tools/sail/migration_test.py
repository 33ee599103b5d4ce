import unittest

from sail.migration import plain


class PlainTest(unittest.TestCase):
    def test_a_log_line_becomes_its_message_and_its_own_fields(self):
        line = '{"time":"2026-11-22T10:00:00Z","severity":"error","process":"logic","message":"user.yaml:2: no type","model":"user"}'
        self.assertEqual(plain(line), "user.yaml:2: no type model=user")

    def test_other_lines_stay_as_they_are(self):
        self.assertEqual(plain("created table user\n[1]\n\n7\n"), "created table user\n[1]\n7")


if __name__ == "__main__":
    unittest.main()

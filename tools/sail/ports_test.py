import socket
import unittest

from sail import ports
from sail.console import Failure


class PortsTest(unittest.TestCase):
    def listener(self) -> socket.socket:
        listening = socket.socket()
        self.addCleanup(listening.close)
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        return listening

    def test_names_the_holder_of_a_taken_port(self):
        port = self.listener().getsockname()[1]
        with self.assertRaisesRegex(Failure, rf"Port {port} is taken by .*\(pid \d+\).*--port"):
            ports.require_free(port, "127.0.0.1")

    def test_a_port_that_a_listener_has_left_is_free(self):
        listening = self.listener()
        port = listening.getsockname()[1]
        listening.close()
        ports.require_free(port, "127.0.0.1")

    def test_two_suites_never_lease_the_same_port(self):
        first, second = ports.PortLeases(), ports.PortLeases()
        self.addCleanup(first.close)
        self.addCleanup(second.close)
        taken = [leases.take() for leases in (first, second) for _ in range(50)]
        self.assertEqual(len(set(taken)), 100)

    def test_a_port_that_does_not_exist_is_refused(self):
        with self.assertRaisesRegex(Failure, "does not exist"):
            ports.require_free(65536, "127.0.0.1")


if __name__ == "__main__":
    unittest.main()

"""Starts a suite, keeps it running, ends it. One thread; every wait has a bound."""
import http.client
import signal
import time

from sail import processes, services, state
from sail.child import Child
from sail.console import Failure, step
from sail.layout import Layout

_TICK = 0.05  # seconds
_START_SECONDS = 60.0
_STARTS_ALLOWED = 3  # a process that ends that often before the suite was ready will not do better


class Stopped(Exception):
    """A signal asked us to end, before everything was ready."""


class Supervisor:
    def __init__(self, layout: Layout):
        self._layout = layout
        self._children = []
        self._stop = False
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number, frame) -> None:
        self._stop = True

    @property
    def stopping(self) -> bool:
        return self._stop

    def start(self, specs: list, wait) -> None:
        """Starts them together and waits for each: `wait(spec, seconds, alive)` says whether it is ready.

        Before a process is ready it is started again a few times only; then the start fails with the end of its log.
        """
        group = [Child(spec) for spec in specs]
        for child in group:
            processes.rotate_log(child.spec.log)
            child.start()
        self._children += group
        self._write()
        deadline = time.monotonic() + _START_SECONDS
        for child in group:
            while not wait(child.spec, 1.0, self._tick_and_alive(child)):
                if self._stop:
                    raise Stopped
                if child.ends >= _STARTS_ALLOWED or time.monotonic() > deadline:
                    why = "does not become ready" if child.running else "ends as soon as it starts"
                    raise Failure(f"{child.spec.name} {why}. The end of {child.spec.log}:\n{processes.log_tail(child.spec.log)}")

    def _tick_and_alive(self, child: Child):
        def alive() -> bool:
            self._tick()
            return child.running and not self._stop
        return alive

    def run(self) -> None:
        """Until a signal: brings back what ends, bounds the logs."""
        turns = 0
        while not self._stop:
            time.sleep(_TICK)
            self._tick()
            turns += 1
            if turns % 100 == 0:
                for child in self._children:
                    processes.bound_log(child.spec.log)

    def _tick(self) -> None:
        happened = [what for child in self._children if (what := child.check())]
        for what in happened:
            step(what)
        if happened:
            self._write()

    def _write(self) -> None:
        state.write(self._layout, [child.record() for child in self._children])

    def stop(self) -> None:
        """Gateways first, stores last; who does not end in time is killed."""
        for name in state.end_all([child.record() for child in self._children if child.running]):
            step(f"{name} had to be killed")
        for child in self._children:
            child.reap()
        self._layout.state.unlink(missing_ok=True)


def wait_ready(spec, seconds: float, alive) -> bool:
    """Until the process says on its admin port that it is ready; one without listens."""
    deadline = time.monotonic() + seconds
    while alive() and time.monotonic() < deadline:
        if ready(spec.admin) if spec.admin else services.listens(spec.grpc):
            return True
        time.sleep(0.02)
    return False


def ready(admin: str) -> bool:
    """What GET /readyz answers there."""
    host, _, port = admin.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=1.0)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

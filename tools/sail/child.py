"""One process under supervision: runs it, notices its end, starts it again after a pause that grows."""
import random
import time
from typing import Optional

from sail import processes
from sail.processes import Identity, Spec

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 10.0  # seconds
_STABLE = 10.0  # seconds of running after which the next pause is a short one again


def pause_after(failures: int, jitter=random.random) -> float:
    """Seconds before the next start after that many ends in a row: doubling, between half and all of it by chance."""
    whole = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(failures, 10))
    return max(_FIRST_PAUSE, whole * (0.5 + jitter() / 2))


class Child:
    def __init__(self, spec: Spec):
        self.spec = spec
        self.identity: Optional[Identity] = None
        self.ends = 0  # times it ended by itself
        self._process = None
        self._failures = 0
        self._started = 0.0
        self._next_start = 0.0

    @property
    def running(self) -> bool:
        return self._process is not None

    def start(self) -> None:
        self._process = processes.launch(self.spec)
        self.identity = processes.identify(self._process.pid)
        self._started = time.monotonic()

    def check(self) -> Optional[str]:
        """Reaps it if it ended and starts it again when its pause is over. Returns what happened, if anything did."""
        now = time.monotonic()
        if self._process is None:
            if self.ends and now >= self._next_start:
                self.start()
                return f"{self.spec.name} was started again as pid {self.identity.pid}"
            return None
        status = self._process.poll()
        if status is None:
            return None
        self._process = None
        self.ends += 1
        self._failures = 1 if now - self._started > _STABLE else self._failures + 1
        pause = pause_after(self._failures - 1)
        self._next_start = now + pause
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        return f"{self.spec.name} (pid {self.identity.pid}) {how}; it starts again in {pause:.1f} s"

    def reap(self) -> None:
        """After it was ended on purpose."""
        if self._process is not None:
            self._process.wait()
            self._process = None

    def record(self) -> dict:
        """What `status` and `down` need to know of it."""
        spec, identity = self.spec, self.identity
        label = {} if spec.label is None else {"name": spec.label}
        return {
            **label, "role": spec.role, "index": spec.index, "pid": identity.pid if identity else None,
            "start": identity.start if identity else None, "address": spec.address, "grpc": spec.grpc, "admin": spec.admin,
            "stop_signal": int(spec.stop_signal), "stop_seconds": spec.stop_seconds,
        }

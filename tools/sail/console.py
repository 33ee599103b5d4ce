"""What a person sees: progress lines, and failures as one clear sentence."""
import sys
import time

_STARTED = time.monotonic()


class Failure(Exception):
    """Something the user must know and can act on. Printed as `sail: SENTENCE`; the exit status is 1."""


def elapsed() -> float:
    """Seconds since this command was started."""
    return time.monotonic() - _STARTED


def step(text: str) -> None:
    """A progress line on stderr with the time since the start, so that stdout stays for results."""
    _tell(f"[{elapsed():6.1f} s] {text}")


def guarded(work) -> int:
    """Runs `work() -> int` and turns a Failure into its sentence and 1, a Ctrl-C into 130."""
    try:
        return work()
    except Failure as failure:
        _tell(f"sail: {failure}")
        return 1
    except KeyboardInterrupt:
        _tell("sail: stopped")
        return 130


def _tell(line: str) -> None:
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:  # the terminal is gone; what we do is not about it
        pass


def last_lines(text: str, count: int = 15) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join(lines[-count:])

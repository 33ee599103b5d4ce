"""`sail bench`: the suite and a peer on the same machine and the same stores, in alternating rounds of one run."""
from sail.bench.broadcast import broadcast
from sail.bench.get import get
from sail.bench.side import private_suite
from sail.console import Failure

_SCENARIOS = {"get": get, "broadcast": broadcast}


def run(names: list) -> int:
    unknown = [name for name in names if name not in _SCENARIOS]
    if unknown:
        raise Failure(f"There is no scenario {', '.join(unknown)}. The scenarios are {', '.join(_SCENARIOS)}.")
    for name in names or _SCENARIOS:
        with private_suite() as suite:
            _SCENARIOS[name](suite)
    return 0

"""The command line."""
import argparse
from pathlib import Path

from sail.console import guarded
from sail.layout import CHECKOUT
from sail.roles import Counts

_EPILOG = """environment: SAIL_POSTGRES_URL and SAIL_REDIS_URL use stores that run already; SAIL_SESSION_SECRET signs the cookies
(made and kept under --data otherwise); SAIL_HTTP_HOST is where gateways listen (127.0.0.1). Everything else that begins with SAIL_
reaches the processes as it is."""


def main(arguments: list) -> int:
    options = _parser().parse_args(arguments)
    return guarded(lambda: options.run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sail", description="Runs, tests and measures the suite on one machine.", epilog=_EPILOG)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    up = commands.add_parser("up", help="install what is missing, build, start everything, keep it running until Ctrl-C")
    up.add_argument("--port", type=_between(1, 65535), default=1337, help="of the first gateway; gateway i listens on PORT+i (1337)")
    for role in ("gateway", "session", "pubsub", "logic"):
        up.add_argument(f"--{role}s", type=_between(1, 64), default=1, metavar="N", help=f"number of {role} processes (1)")
    _add_app(up)
    _add_data(up)
    up.add_argument("--detach", action="store_true", help="return when all is ready; end it with `sail down`")
    up.set_defaults(run=_up)

    down = commands.add_parser("down", help="end the suite of this data folder; its data stays")
    _add_data(down)
    down.set_defaults(run=_down)

    status = commands.add_parser("status", help="one JSON line per process; exit 0 when all are ready")
    _add_data(status)
    status.set_defaults(run=_status)

    migrate = commands.add_parser("migrate", help="create the tables and columns that the models miss; never drops anything")
    _add_app(migrate)
    _add_data(migrate)
    migrate.set_defaults(run=_migrate)

    test = commands.add_parser("test", help="run the test suites; closes with 'N passed, N failed'")
    test.add_argument("suites", nargs="*", metavar="SUITE", help="of tool, lint, unit, e2e, conformance, k8s (these), differential")
    test.set_defaults(run=_test)

    bench = commands.add_parser("bench", help="measure against Sails and Socket.IO on Node")
    bench.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="of get, broadcast (all)")
    bench.set_defaults(run=_bench)
    return parser


def _add_app(parser) -> None:
    parser.add_argument("--app", type=Path, default=CHECKOUT / "app", metavar="DIR", help="the application's folder (app/)")


def _add_data(parser) -> None:
    parser.add_argument("--data", default=str(CHECKOUT / ".sail"), metavar="DIR", help="where stores, logs and secrets are (.sail/)")


def _between(least: int, most: int):
    def number(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {least} to {most}")
        return int(text)
    return number


# Each command imports what it needs when it runs: `status` should not wait for what only `bench` uses.


def _up(options) -> int:
    from sail.up import up
    counts = Counts(gateway=options.gateways, session=options.sessions, pubsub=options.pubsubs, logic=options.logics)
    return up(options.port, counts, options.app.absolute(), options.data, options.detach)


def _down(options) -> int:
    from sail.up import down
    return down(options.data)


def _status(options) -> int:
    from sail.status import status
    return status(options.data)


def _migrate(options) -> int:
    from sail import migration
    return migration.command(options.app.absolute(), options.data)


def _test(options) -> int:
    from sail.suites import run
    return run(options.suites)


def _bench(options) -> int:
    from sail.bench import run
    return run(options.scenarios)

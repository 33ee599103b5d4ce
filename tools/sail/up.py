"""`sail up`: from a bare machine to a suite that serves. `sail down`: the end of it."""
import os
import signal
import sys
from pathlib import Path

from sail import build, migration, packages, ports, processes, roles, state, stores
from sail.console import Failure, elapsed, guarded, step
from sail.layout import Layout
from sail.stores import Stores
from sail.supervisor import Stopped, Supervisor, wait_ready

_DOWN_SECONDS = 60.0


def up(port: int, counts: roles.Counts, app: Path, data: str, detach: bool) -> int:
    layout = Layout(data)
    if not (app / "models").is_dir():
        raise Failure(f"{app} is not an application: it has no folder named models.")
    layout.create()
    with state.exclusive(layout):
        _end_leftovers(layout)
        for index in range(counts.gateway):
            ports.require_free(port + index, roles.http_host())
        packages.ensure(packages.STORES)
        if (app / "package.json").exists():
            packages.npm_install(app)
        binaries = build.copied(build.ensure(), layout.bin)

        def supervise(on_ready) -> int:
            return _supervise(layout, counts, binaries, app, port, on_ready)

        return _in_background(layout, supervise) if detach else supervise(lambda: None)


def down(data: str) -> int:
    layout = Layout(data)
    known = state.read(layout)
    supervisor = state.identity(known["supervisor"]) if known else None
    if not supervisor or not supervisor.alive():
        _end_leftovers(layout)
        step(f"Nothing runs on {layout.data}." if not known else "Ended.")
        return 0
    supervisor.send(signal.SIGTERM)
    if not processes.wait_gone([supervisor], _DOWN_SECONDS):
        step("The supervisor does not end: ending it and its processes one by one")
        processes.end([supervisor], signal.SIGKILL, 5.0)
        _end_leftovers(layout)
    step("Ended.")
    return 0


def _end_leftovers(layout: Layout) -> None:
    """Ends the processes of a suite whose supervisor was killed."""
    known = state.read(layout)
    if not known:
        return
    left = [record for record in known["processes"] if state.identity(record) and state.identity(record).alive()]
    if left:
        step(f"Ending {len(left)} processes of a suite that has lost its supervisor")
        state.end_all(left)
    layout.state.unlink(missing_ok=True)


def _supervise(layout: Layout, counts: roles.Counts, binaries: dict, app: Path, port: int, on_ready) -> int:
    leases = ports.PortLeases()
    supervisor = Supervisor(layout)
    try:
        own = Stores(layout, leases.take)
        if own.specs:
            step("Starting " + " and ".join(spec.role for spec in own.specs))
            supervisor.start(own.specs, stores.wait_ready)
        stages = roles.plan(layout, counts, binaries, app, port, own, leases.take)
        for line in migration.run(binaries["logic"], own.postgres_url, app).splitlines():
            step(line)
        for stage in stages:
            step("Starting " + ", ".join(spec.name for spec in stage))
            supervisor.start(stage, wait_ready)
        _announce(stages[-1], port)
        on_ready()
        supervisor.run()
        step("Ending")
        return 0
    except Stopped:
        step("Stopped while starting")
        return 130
    finally:
        supervisor.stop()


def _announce(gateways: list, port: int) -> None:
    host = "127.0.0.1" if roles.http_host() == "0.0.0.0" else roles.http_host()
    base = f"http://{host}:{port}"
    print(f"\nReady after {elapsed():.1f} s.")
    for spec in gateways:
        print(f"  {spec.name}   http://{host}:{port + spec.index}/   metrics http://{spec.admin}/metrics")
    print(f"""
Try:
  curl -s {base}/user -H 'Content-Type: application/json' -d '{{"name":"Ann","age":30}}'
  curl -sg '{base}/user?where={{"age":{{">":18}}}}'
  ./sail status
and open {base}/ in two browser windows: what one changes, the other shows.
""", flush=True)


def _in_background(layout: Layout, supervise) -> int:
    """Runs it in a session of its own and returns as soon as it is ready, or with its failure."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: os.kill(child, signal.SIGTERM))
        if os.read(reader, 1):
            return 0
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) or 1

    os.close(reader)
    os.setsid()
    log = layout.logs / "supervisor.log"
    processes.rotate_log(log)

    def on_ready() -> None:
        sys.stdout.flush()
        with open(os.devnull, "rb") as nothing, open(log, "ab") as file:
            os.dup2(nothing.fileno(), 0)
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        os.write(writer, b"+")
        os.close(writer)

    status = 1
    try:
        status = guarded(lambda: supervise(on_ready))
    finally:
        sys.stdout.flush()
        os._exit(status)  # the parent's exit steps are not ours to run

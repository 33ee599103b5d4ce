"""The action services that an application names in its config.yaml, started beside the suite in development."""
import json
import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sail import build, ports
from sail.console import Failure, last_lines
from sail.layout import Layout
from sail.processes import Spec


@dataclass(frozen=True)
class Service:
    name: str
    variable: str  # of the environment, that tells gateways where it is
    target: str
    command: str


def read(gateway: Path, app: Path) -> list:
    """What the application names, as the gateway reads it: the one reader of config.yaml. Fails with its own sentence."""
    return [Service(**each) for each in json.loads(_ask(gateway, app, "--services"))]


def history_ms(gateway: Path, app: Path) -> str:
    """How long the pubsub service has to remember messages, so that the application's clients recover."""
    return _ask(gateway, app, "--history").strip()


def _ask(gateway: Path, app: Path, question: str) -> str:
    result = subprocess.run(
        [str(gateway), question], env={**os.environ, "SAIL_APP_DIR": str(app)}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=30, check=False,
    )
    if result.returncode:
        raise Failure(last_lines(result.stderr) or f"{gateway} {question} ended with status {result.returncode}.")
    return result.stdout


def plan(layout: Layout, services: list, app: Path, take_port, environment=None) -> list:
    """A process for each service with a command, unless the environment says that it runs elsewhere."""
    environment = os.environ if environment is None else environment
    specs = []
    for service in services:
        if not service.command or environment.get(service.variable):
            continue
        address = f"127.0.0.1:{take_port()}"
        specs.append(Spec(
            role="service", index=len(specs), label=service.name, command=_command(service, app), cwd=app, grpc=address,
            log=layout.logs / f"service-{service.name}.log", environment={"SAIL_GRPC_ADDRESS": address},
        ))
    return specs


def targets(services: list, specs: list) -> dict:
    """The settings that tell gateways where the started services are."""
    variables = {service.name: service.variable for service in services}
    return {variables[spec.label]: spec.grpc for spec in specs}


def _command(service: Service, app: Path) -> list:
    try:
        command = shlex.split(service.command)
    except ValueError as error:
        raise Failure(f"The command of the service {service.name} cannot be read: {error}.") from None
    program = command[0] if command else ""
    if program.startswith("//"):  # a target of this checkout's build
        return [str(build.ensure_target(program[2:].replace(":", "/"))), *command[1:]]
    if not program or not (shutil.which(program) or shutil.which(app / program)):
        raise Failure(f"The service {service.name} cannot be started: there is no program {program!r}.")
    return command


def listens(address: str) -> bool:
    """Whether something listens there; a service has no other sign of life that it must give."""
    host, _, port = address.rpartition(":")
    return ports.accepts(host, int(port))

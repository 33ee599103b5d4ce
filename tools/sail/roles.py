"""The suite's four kinds of process, and the application's services beside them: their settings, the order in which they start."""
import os
from dataclasses import dataclass
from pathlib import Path

from sail import services
from sail.layout import Layout
from sail.processes import Spec

# A role's peers are up before it; all of one stage start together. The application's services start before the gateways.
STAGES = [["session", "pubsub"], ["logic"], ["gateway"]]


@dataclass
class Counts:
    gateway: int = 1
    session: int = 1
    pubsub: int = 1
    logic: int = 1


def http_host() -> str:
    """Where gateways listen: this machine alone, unless SAIL_HTTP_HOST says otherwise (0.0.0.0 for everybody)."""
    return os.environ.get("SAIL_HTTP_HOST", "127.0.0.1")


def plan(layout: Layout, counts: Counts, binaries: dict, app: Path, port: int, stores, take_port) -> list:
    """The processes to run, by stage. Each has its own admin and gRPC ports; gateway i listens on port + i."""
    secret = os.environ.get("SAIL_SESSION_SECRET") or layout.kept_secret(layout.secret)
    specs = {
        role: [_spec(layout, role, index, binaries[role], take_port) for index in range(getattr(counts, role))]
        for stage in STAGES for role in stage
    }
    targets = {f"SAIL_{role.upper()}_TARGET": ",".join(spec.grpc for spec in specs[role]) for role in specs if role != "gateway"}
    redis = {"SAIL_REDIS_URL": stores.redis_url}
    settings = {
        "session": redis,
        "pubsub": {"SAIL_PUBSUB_HISTORY_MS": _history_ms(binaries["gateway"], app), **redis},
        "logic": {
            "SAIL_POSTGRES_URL": stores.postgres_url, "SAIL_APP_DIR": str(app), "SAIL_PUBSUB_TARGET": targets["SAIL_PUBSUB_TARGET"]
        },
        "gateway": {
            **targets, "SAIL_APP_DIR": str(app), "SAIL_SESSION_SECRET": secret,
        },
    }
    known = services.read(binaries["gateway"], app)
    own = services.plan(layout, known, app, take_port)
    for spec in own:
        spec.environment.update(targets)
    settings["gateway"].update(services.targets(known, own))
    for role, group in specs.items():
        for spec in group:
            spec.environment.update(settings[role])
            if role == "gateway":
                spec.address = f"{http_host()}:{port + spec.index}"
                spec.environment["SAIL_HTTP_ADDRESS"] = spec.address
    stages = [[spec for role in stage for spec in specs[role]] for stage in STAGES]
    return [stage for stage in [*stages[:-1], own, stages[-1]] if stage]


def _history_ms(gateway: Path, app: Path) -> str:
    return os.environ.get("SAIL_PUBSUB_HISTORY_MS") or services.history_ms(gateway, app)


def _spec(layout: Layout, role: str, index: int, binary: Path, take_port) -> Spec:
    spec = Spec(role=role, index=index, command=[str(binary)], log=layout.logs / f"{role}-{index}.log")
    spec.admin = spec.environment["SAIL_ADMIN_ADDRESS"] = f"127.0.0.1:{take_port()}"
    spec.grpc = spec.environment["SAIL_GRPC_ADDRESS"] = f"127.0.0.1:{take_port()}"
    if role == "gateway":
        spec.environment["SAIL_GATEWAY_PEER_ADDRESS"] = spec.grpc
    return spec
